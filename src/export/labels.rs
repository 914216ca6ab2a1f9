//! Corrected labels: the table as it came, with the corrected label in the place of the gold one, or, where its form is
//! not written or another was asked for, a table of its examples.
//!
//! Invariant: a table is rewritten only if each example's label stands in it where it was read.

use super::{anew, array, csv_table, iso, json_lines};
use crate::dataset::{ClassNames, Examples, Ledger};
use crate::ingest::{ColumnNames, IngestError, form_of};
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why the labels could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The table can't be read again.
    #[error(transparent)]
    Table(#[from] IngestError),
    /// The output can't be written to.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// Its rows are not what was read of it: another form that looks like it, or it changed meanwhile.
    #[error("{}: its labels are not where they were read", .0.display())]
    Unlike(PathBuf),
    /// Labels are not written in that form.
    #[error(
        "{}: labels are written as CSV, TSV or JSON Lines, class indices as .npy too\n  \
         name it .csv, .tsv, .jsonl or .npy", .0.display()
    )]
    NoForm(PathBuf),
}

/// A corrected label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelFix {
    /// The example.
    pub id: String,
    /// The gold label.
    pub old_label: String,
    /// The label in its place.
    pub new_label: String,
    /// Who set it.
    pub relabelled_by: String,
    /// When, ISO 8601 in UTC.
    pub relabelled_at: String,
    #[serde(skip)]
    pub(super) row: usize,
}

impl LabelFix {
    /// What stands in the columns that are added.
    pub(super) fn added(&self) -> [&str; 4] {
        [&self.old_label, &self.new_label, &self.relabelled_by, &self.relabelled_at]
    }
}

/// Which rows of the table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelRows {
    /// All of them: the whole table, corrected.
    All,
    /// Those whose label was changed.
    Changed,
}

/// A table whose labels were corrected.
#[derive(Debug, Clone, Copy)]
pub struct LabelTable<'a> {
    /// Where it lies.
    pub source: &'a Path,
    /// The folder that its files are relative to.
    pub root: &'a Path,
    /// What its columns are.
    pub columns: &'a ColumnNames,
    /// The classes.
    pub classes: &'a ClassNames,
    /// Its examples, split by split.
    pub examples: &'a [Examples],
    /// The corrections, in the order of the table.
    pub fixes: &'a [LabelFix],
    /// Which rows are written.
    pub rows: LabelRows,
}

/// A form that labels are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelForm {
    /// CSV; separated by tabs, by anything else, or as its source is.
    Csv {
        /// Whether by tabs, if that was asked for.
        tabs: Option<bool>,
    },
    /// JSON Lines.
    JsonLines,
    /// An array of class indices.
    Array,
}

impl LabelForm {
    /// The form that the name of a file asks for; `None` if it asks for none.
    ///
    /// # Errors
    /// One that is not written.
    pub fn of(path: &Path) -> Result<Option<Self>, ExportError> {
        let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        Ok(Some(match end.as_str() {
            "csv" => Self::Csv { tabs: Some(false) },
            "tsv" => Self::Csv { tabs: Some(true) },
            "jsonl" | "ndjson" => Self::JsonLines,
            "npy" => Self::Array,
            "parquet" | "arrow" | "arrows" | "feather" | "npz" | "json" | "gz" | "xlsx" => {
                return Err(ExportError::NoForm(path.to_path_buf()));
            }
            _ => return Ok(None),
        }))
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The table as it came, with all its rows.
    AsItCame,
    /// The examples of a table of this form.
    Anew(&'static str),
}

/// All corrected labels of a table's splits, in the order of the table.
pub fn label_fixes(examples: &[Examples], classes: &ClassNames, ledger: &Ledger) -> Vec<LabelFix> {
    let of_split = |examples| fixes_of_split(examples, classes, ledger);
    let mut fixes: Vec<LabelFix> = examples.iter().flat_map(of_split).collect();
    fixes.sort_by_key(|fix| fix.row);
    fixes
}

fn fixes_of_split(examples: &Examples, classes: &ClassNames, ledger: &Ledger) -> Vec<LabelFix> {
    let fix = |(row, id): (usize, &str)| {
        let relabel = ledger.review(examples.split, id)?.relabel.as_ref()?;
        let old_label = classes.name(examples.gold[row]).to_owned();
        (relabel.class != old_label).then(|| LabelFix {
            id: id.to_owned(),
            old_label,
            new_label: relabel.class.clone(),
            relabelled_by: relabel.who.clone(),
            relabelled_at: iso(relabel.at),
            row: examples.origin.row(row),
        })
    };
    examples.ids.iter().enumerate().filter_map(fix).collect()
}

/// Writes a table with corrected labels, to lie in `folder`.
///
/// CSV and JSON Lines stay what they are: same columns, same order, same line ends, and four columns more, which are
/// empty where the label was kept. A table that was exported before has them already. Where another form was asked for,
/// or the table has one that is not written, its examples are written: id, what there is to look at, label, metadata and
/// those four columns.
///
/// # Errors
/// When the table can't be read again, has no class indices where these are asked for, or `out` can't be written to.
pub fn write_labels(
    table: &LabelTable<'_>,
    form: Option<LabelForm>,
    folder: &Path,
    out: &mut dyn Write,
) -> Result<Written, ExportError> {
    let source = form_of(table.source)?.name;
    let own = match source {
        "CSV" => Some(LabelForm::Csv { tabs: None }),
        "JSON Lines" => Some(LabelForm::JsonLines),
        _ => None,
    };
    let form = form.or(own).unwrap_or(LabelForm::Csv { tabs: None });
    let rewrite = |out: &mut dyn Write| match (form, own) {
        (LabelForm::Csv { tabs }, Some(LabelForm::Csv { .. })) => {
            csv_table::write(table, tabs, out)
        }
        (LabelForm::JsonLines, Some(LabelForm::JsonLines)) => json_lines::write(table, out),
        (LabelForm::Array, _) => array::write(table, out),
        _ => Err(ExportError::Unlike(table.source.to_path_buf())),
    };
    match rewrite(&mut io::sink()) {
        Ok(()) => rewrite(out).map(|()| Written::AsItCame),
        Err(ExportError::Unlike(_)) => {
            anew::write(table, form, folder, out).map(|()| Written::Anew(source))
        }
        Err(error) => Err(error),
    }
}

/// The label of each record of a table, as it was understood.
pub(super) struct Expected<'a> {
    table: &'a LabelTable<'a>,
    gold: Vec<u32>,
}

impl<'a> Expected<'a> {
    pub(super) fn of(table: &'a LabelTable<'a>) -> Self {
        let len = table.examples.iter().map(|examples| examples.origin.len).max().unwrap_or(0);
        let mut gold = vec![u32::MAX; len];
        for examples in table.examples {
            for (row, &class) in examples.gold.iter().enumerate() {
                if let Some(place) = gold.get_mut(examples.origin.row(row)) {
                    *place = class;
                }
            }
        }
        Self { table, gold }
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.gold.len()
    }

    /// Whether a record is an example.
    pub(super) fn has(&self, record: usize) -> bool {
        self.gold.get(record).is_some_and(|&class| class != u32::MAX)
    }

    /// # Errors
    /// Another label, or none.
    pub(super) fn check(&self, record: usize, label: Option<&str>) -> Result<(), ExportError> {
        let same = label.and_then(|label| class_of(label, self.table.classes));
        let same = same.is_some_and(|class| self.gold.get(record) == Some(&class));
        if same { Ok(()) } else { Err(self.unlike()) }
    }

    /// # Errors
    /// Fewer records than were read.
    pub(super) fn check_end(&self, records: usize) -> Result<(), ExportError> {
        if records == self.gold.len() { Ok(()) } else { Err(self.unlike()) }
    }

    pub(super) fn unlike(&self) -> ExportError {
        ExportError::Unlike(self.table.source.to_path_buf())
    }
}

fn class_of(label: &str, classes: &ClassNames) -> Option<u32> {
    let index = || label.parse().ok().filter(|&class: &u32| (class as usize) < classes.len());
    classes.index(label).or_else(index)
}

/// A table that numbers its classes gets a number.
pub(super) fn as_written(new: &str, old: &str, classes: &ClassNames) -> String {
    match (classes.index(old), classes.index(new)) {
        (None, Some(index)) => index.to_string(),
        _ => new.to_owned(),
    }
}

#[cfg(test)]
#[path = "labels_tests.rs"]
mod tests;
