//! CSV and TSV tables of examples.
//!
//! Invariant: row i of the table is row i of every run; a row that can't be used is an error.

use super::{ColumnNames, IngestError};
use crate::dataset::{ClassNames, Column, Examples, Media, Split, TextColumn, stable_hash};
use crate::media::{is_sound, text};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

/// The columns that an export of labels adds.
pub const LABEL_COLUMNS: [&str; 4] = ["old_label", "new_label", "relabelled_by", "relabelled_at"];

/// Where each thing stands in a record.
struct Places {
    id: Option<usize>,
    media: Option<usize>,
    label: usize,
}

/// Reads the examples of a split.
///
/// # Errors
/// A missing column, a label that is no class, an id twice, a row of another length: with the line.
pub fn read_table(
    path: &Path,
    columns: &ColumnNames,
    classes: &ClassNames,
    split: Split,
) -> Result<Examples, IngestError> {
    let mut reader = open_table(path)?;
    let headers = read_headers(path, &mut reader)?;
    let places = places(path, &headers, columns, split)?;
    let mut builder = Builder::new(path, classes, &headers, places);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| table_error(path, &e))? {
        builder.push(&record)?;
    }
    builder.finish(columns, split)
}

/// A reader of a comma- or tab-separated file with a header.
///
/// # Errors
/// When the file can't be opened.
pub fn open_table(path: &Path) -> Result<csv::Reader<File>, IngestError> {
    let file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    Ok(csv::ReaderBuilder::new().delimiter(delimiter(path)).from_reader(file))
}

/// Reads a table as columns of cells, whatever they mean.
///
/// # Errors
/// A row of another length, text that is not UTF-8, a column past 4 GiB: with the line.
pub fn read_columns(path: &Path) -> Result<Vec<Column>, IngestError> {
    let mut reader = open_table(path)?;
    let headers = read_headers(path, &mut reader)?;
    let mut columns: Vec<TextColumn> = headers.iter().map(|_| TextColumn::default()).collect();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| table_error(path, &e))? {
        for (column, cell) in columns.iter_mut().zip(&record) {
            column
                .push(cell)
                .map_err(|_| IngestError::new(path, "a column holds over 4 GiB", ""))?;
        }
    }
    let names = headers.iter().map(str::to_owned);
    Ok(names.zip(columns).map(|(name, cells)| Column::new(name, cells)).collect())
}

/// Tabs in a `.tsv`, else commas.
pub fn delimiter(path: &Path) -> u8 {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv")) { b'\t' } else { b',' }
}

/// The names of the columns.
///
/// # Errors
/// An empty file, or one that is no text.
pub fn read_headers(
    path: &Path,
    reader: &mut csv::Reader<File>,
) -> Result<csv::StringRecord, IngestError> {
    let headers = reader.headers().map_err(|e| table_error(path, &e))?.clone();
    if headers.is_empty() {
        let remedy = "the first line must name the columns";
        return Err(IngestError::new(path, "the file is empty", remedy));
    }
    Ok(headers)
}

/// Turns the parser's error into ours, with the line.
pub fn table_error(path: &Path, error: &csv::Error) -> IngestError {
    let what = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "not UTF-8 text".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells, where the header has {expected_len}")
        }
        csv::ErrorKind::Io(e) => return IngestError::io(path, e),
        _ => error.to_string(),
    };
    let remedy = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "save it as UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => "quote cells that hold the delimiter",
        _ => "",
    };
    let ours = IngestError::new(path, what, remedy);
    match error.position() {
        Some(position) => ours.at(position.line()),
        None => ours,
    }
}

fn places(
    path: &Path,
    headers: &csv::StringRecord,
    columns: &ColumnNames,
    split: Split,
) -> Result<Places, IngestError> {
    let find = |name: &str| {
        let mut matches = headers.iter().enumerate().filter(|(_, h)| *h == name);
        let Some((at, _)) = matches.next() else {
            let remedy = format!("correct [columns] in gaffe.toml; there is: {}", list(headers));
            return Err(IngestError::new(path, format!("no column {name:?}"), remedy).at(1));
        };
        if matches.next().is_some() {
            let what = format!("two columns are called {name:?}");
            return Err(IngestError::new(path, what, "rename one of them").at(1));
        }
        Ok(at)
    };
    // Train and test may come without anything to look at: their metrics need none.
    let there = |name: &&str| split == Split::Dev || headers.iter().any(|h| h == *name);
    let media = columns.file.as_deref().or(columns.text.as_deref()).filter(there);
    let label = find(&columns.label)?;
    Ok(Places {
        id: columns.id.as_deref().or(columns.file.as_deref()).map(find).transpose()?,
        media: media.map(find).transpose()?,
        label,
    })
}

/// Names of columns for a message.
pub fn list(headers: &csv::StringRecord) -> String {
    headers.iter().map(|name| text::fit(name, 40)).collect::<Vec<_>>().join(", ")
}

struct Builder<'a> {
    path: &'a Path,
    classes: &'a ClassNames,
    places: Places,
    seen: HashSet<String>,
    repeats: HashMap<u64, u32>,
    ids: TextColumn,
    gold: Vec<u32>,
    media: TextColumn,
    /// Place in the record, name, cells.
    metadata: Vec<(usize, String, TextColumn)>,
    labels_may_be_indices: bool,
    /// Whether a column is a part of what a row is known by.
    identity: Vec<bool>,
}

impl<'a> Builder<'a> {
    fn new(
        path: &'a Path,
        classes: &'a ClassNames,
        headers: &csv::StringRecord,
        places: Places,
    ) -> Self {
        let used = [places.id, places.media, Some(places.label)];
        let metadata = headers
            .iter()
            .enumerate()
            .filter(|(i, _)| !used.contains(&Some(*i)))
            .map(|(i, name)| (i, name.to_owned(), TextColumn::default()))
            .collect();
        let identity = headers
            .iter()
            .enumerate()
            .map(|(at, name)| match places.media {
                Some(media) => at == media,
                None => at != places.label && !LABEL_COLUMNS.contains(&name),
            })
            .collect();
        // A class that is called "3" makes a label of 3 a name, not an index.
        let labels_may_be_indices = !classes.names().iter().any(|n| n.parse::<u32>().is_ok());
        Self {
            path,
            classes,
            places,
            metadata,
            labels_may_be_indices,
            identity,
            seen: HashSet::new(),
            repeats: HashMap::new(),
            ids: TextColumn::default(),
            gold: Vec::new(),
            media: TextColumn::default(),
        }
    }

    fn push(&mut self, record: &csv::StringRecord) -> Result<(), IngestError> {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or("");
        let too_large = |_: &str| IngestError::new(self.path, "a column passes 4 GiB", "").at(line);
        self.gold.push(self.label(cell(self.places.label)).map_err(|e| e.at(line))?);
        let id = match self.places.id {
            Some(at) => cell(at).to_owned(),
            None => self.content_id(record),
        };
        if id.is_empty() {
            let remedy = "give each row an id, or drop `id` from [columns]: the file name or the content is \
                          the id then";
            return Err(IngestError::new(self.path, "an example without an id", remedy).at(line));
        }
        if let Some(at) = self.places.media {
            self.media.push(cell(at)).map_err(too_large)?;
        }
        for (at, _, cells) in &mut self.metadata {
            cells.push(record.get(*at).unwrap_or("")).map_err(too_large)?;
        }
        self.ids.push(&id).map_err(too_large)?;
        if let Some(twice) = self.seen.replace(id) {
            let remedy = "ids must be unique: decisions are kept by them";
            let what = format!("id {twice:?} stands in an earlier line too");
            return Err(IngestError::new(self.path, what, remedy).at(line));
        }
        Ok(())
    }

    fn label(&self, name: &str) -> Result<u32, IngestError> {
        if let Some(class) = self.classes.index(name) {
            return Ok(class);
        }
        let index = name.parse::<u32>().ok().filter(|&k| (k as usize) < self.classes.len());
        if let (Some(index), true) = (index, self.labels_may_be_indices) {
            return Ok(index);
        }
        let remedy = match self.classes.nearest(name) {
            Some(near) => format!("did you mean {near:?}? Classes are listed in gaffe.toml"),
            None => "correct the label, or add the class to `classes` in gaffe.toml".to_owned(),
        };
        Err(IngestError::new(
            self.path,
            format!("label {name:?} is not in the list of classes"),
            remedy,
        ))
    }

    /// Equal rows are told apart by their number: they are interchangeable.
    fn content_id(&mut self, record: &csv::StringRecord) -> String {
        // Without the label and what an export adds, so that corrected labels keep the decisions.
        let cells = record.iter().enumerate().filter(|(at, _)| self.identity[*at]);
        let hash = stable_hash(cells.flat_map(|(_, cell)| cell.bytes().chain([0])));
        let count = self.repeats.entry(hash).or_insert(0_u32);
        *count += 1;
        match count {
            1 => format!("row-{hash:016x}"),
            n => format!("row-{hash:016x}-{n}"),
        }
    }

    fn finish(self, columns: &ColumnNames, split: Split) -> Result<Examples, IngestError> {
        if self.gold.is_empty() {
            return Err(IngestError::new(self.path, "no examples below the header", ""));
        }
        let media = match (self.places.media, &columns.file) {
            (None, _) => Media::Row,
            (Some(_), Some(_)) if are_sounds(&self.media) => Media::Sound(self.media),
            (Some(_), Some(_)) => Media::Picture(self.media),
            (Some(_), None) => Media::Text(self.media),
        };
        let metadata =
            self.metadata.into_iter().map(|(_, name, cells)| Column::new(name, cells)).collect();
        Ok(Examples { split, ids: self.ids, gold: self.gold, media, metadata })
    }
}

/// Whether files are sounds by their names: the first ones that are named, all of them.
fn are_sounds(files: &TextColumn) -> bool {
    const FIRST: usize = 100;
    let mut first = files.iter().filter(|file| !file.is_empty()).take(FIRST).peekable();
    first.peek().is_some() && first.all(|file| is_sound(Path::new(file)))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
