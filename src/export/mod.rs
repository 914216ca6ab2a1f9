//! Data out: corrected labels in the form they came in, and one row for each tagged example.
//!
//! Invariant: the gold label is never lost: what replaces it stands beside it.

mod anew;
mod array;
mod csv_table;
mod file;
mod json_lines;
mod labels;
mod place;
mod tags;

pub use file::write_whole;
pub use labels::{
    ExportError, LabelFix, LabelForm, LabelRows, LabelTable, Written, label_fixes, write_labels,
};
pub use tags::{ReviewedExample, reviewed_examples, write_tags};

use jiff::Timestamp;
use std::io;

/// A time in the export's form: ISO 8601, UTC, to the second.
pub(crate) fn iso(at: u64) -> String {
    let seconds = i64::try_from(at / 1000).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| at.to_string(), |t| t.to_string())
}

/// The error of the output behind an error of the CSV writer.
pub(crate) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
