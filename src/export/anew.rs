//! The examples of a table with corrected labels, where the table's own form is not written.
//!
//! Invariant: opened again, it has the same ids, shows the same, and has the corrected labels.

use super::csv_table::delimiter;
use super::io_error;
use super::labels::{ExportError, LabelFix, LabelForm, LabelRows, LabelTable};
use super::place::Moved;
use crate::dataset::{Column, Examples, Media};
use crate::ingest::{LABEL_COLUMNS, is_role};
use csv::WriterBuilder;
use serde_json::{Number, Value, json};
use std::io::Write;
use std::path::Path;

/// Writes the examples of all splits, in the order of the table; files are named from `folder`.
///
/// # Errors
/// When `out` can't be written to, or labels are not written in that form.
pub(super) fn write(
    table: &LabelTable<'_>,
    form: LabelForm,
    folder: &Path,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let moved = Moved::new(table.root, folder);
    let columns = Columns::of(table);
    let mut places: Vec<(usize, usize, usize)> = Vec::new();
    for (split, examples) in table.examples.iter().enumerate() {
        places.extend((0..examples.len()).map(|row| (examples.origin.row(row), split, row)));
    }
    places.sort_unstable();
    let mut fixes = table.fixes.iter().peekable();
    let mut rows = places.into_iter().filter_map(|(record, split, row)| {
        let fix = fixes.next_if(|fix| fix.row == record);
        let is_written = fix.is_some() || table.rows == LabelRows::All;
        let examples = &table.examples[split];
        let old = || table.classes.name(*examples.gold.get(row).unwrap_or(&u32::MAX));
        let label = fix.map_or_else(old, |fix| fix.new_label.as_str());
        is_written.then(|| columns.cells(examples, row, label, fix.map(LabelFix::added), &moved))
    });
    match form {
        LabelForm::JsonLines => rows.try_for_each(|cells| {
            // in the order of the columns, which a map would not keep
            let entries = columns.names.iter().zip(cells.into_iter().map(Cell::value));
            let entries = entries.map(|(name, value)| format!("{}:{value}", json!(name)));
            Ok(writeln!(out, "{{{}}}", entries.collect::<Vec<_>>().join(","))?)
        }),
        LabelForm::Csv { tabs } => {
            let mut writer = WriterBuilder::new().delimiter(delimiter(b',', tabs)).from_writer(out);
            writer.write_record(&columns.names).map_err(io_error)?;
            rows.try_for_each(|cells| {
                writer.write_record(cells.iter().map(|cell| cell.text.as_bytes())).map_err(io_error)
            })?;
            Ok(writer.flush()?)
        }
        LabelForm::Array => Err(ExportError::NoForm(table.source.to_path_buf())),
    }
}

/// One of the columns that Label Studio's tables are known by: where all are there, its answer is looked for.
const TELLING: &str = "lead_time";

/// What is written of an example.
struct Columns {
    names: Vec<String>,
    /// Names of the metadata, which may be called otherwise now.
    metadata: Vec<String>,
    has_split: bool,
    shows: bool,
}

/// A value, and whether it is a number.
struct Cell {
    text: String,
    is_number: bool,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_number: false }
    }

    fn value(self) -> Value {
        if !self.is_number {
            return Value::from(self.text);
        }
        self.text.parse::<Number>().map_or(Value::Null, Value::from)
    }
}

impl Columns {
    fn of(table: &LabelTable<'_>) -> Self {
        let known =
            |name: &Option<String>, plain: &str| name.clone().unwrap_or_else(|| plain.to_owned());
        let columns = table.columns;
        let has_split = table.examples.len() > 1;
        let media = table.examples.first().map(|examples| &examples.media);
        let mut names = vec![known(&columns.id, "id")];
        names.extend(has_split.then(|| known(&columns.split, "split")));
        let shows = match media {
            Some(Media::Picture(_) | Media::Sound(_)) => Some(known(&columns.file, "file")),
            Some(Media::Text(_)) => Some(known(&columns.text, "text")),
            Some(Media::Row) | None => None,
        };
        // where the file is the id, it is the same column
        let shows = shows.filter(|name| !names.contains(name));
        names.extend(shows.clone());
        names.push(columns.label.clone());
        let mut metadata = Vec::new();
        for Column { name, .. } in table.examples.iter().flat_map(|examples| &examples.metadata) {
            if !metadata.contains(name) && !LABEL_COLUMNS.contains(&name.as_str()) {
                metadata.push(name.clone());
            }
        }
        for name in &metadata {
            let mut new = name.clone();
            // it would be taken for what it is not
            if is_role(name) || name == TELLING {
                new.insert_str(0, "data_");
            }
            while names.contains(&new) || new != *name && metadata.contains(&new) {
                new.insert_str(0, "data_");
            }
            names.push(new);
        }
        names.extend(LABEL_COLUMNS.map(str::to_owned));
        Self { names, metadata, has_split, shows: shows.is_some() }
    }

    fn cells(
        &self,
        examples: &Examples,
        row: usize,
        label: &str,
        added: Option<[&str; 4]>,
        moved: &Moved,
    ) -> Vec<Cell> {
        let mut cells = vec![Cell::text(examples.ids.get(row))];
        cells.extend(self.has_split.then(|| Cell::text(examples.split.name())));
        if self.shows {
            cells.push(Cell::text(match &examples.media {
                Media::Picture(files) | Media::Sound(files) => moved.file(files.get(row)),
                Media::Text(texts) => texts.get(row).to_owned(),
                Media::Row => String::new(),
            }));
        }
        cells.push(Cell::text(label));
        let find = |name: &str| examples.metadata.iter().find(|column| column.name == name);
        for name in &self.metadata {
            let column = find(name);
            let text = column.map_or("", |column| column.cells.get(row));
            let is_number = column.is_some_and(|column| column.numbers.is_some());
            cells.push(Cell { text: text.to_owned(), is_number });
        }
        for (at, name) in LABEL_COLUMNS.into_iter().enumerate() {
            let before = || find(name).map_or("", |column| column.cells.get(row));
            cells.push(Cell::text(added.map_or_else(before, |added| added[at])));
        }
        cells
    }
}
