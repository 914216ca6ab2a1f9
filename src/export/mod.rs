//! Data out: corrected labels in the form they came in, and one row for each tagged example.
//!
//! Invariant: the gold label is never lost: what replaces it stands beside it.

mod labels;
mod tags;

pub use labels::{LabelFix, LabelRows, label_fixes, write_labels};
pub use tags::{TaggedExample, tagged_examples, write_tags};

use jiff::Timestamp;

/// A time in the export's form: ISO 8601, UTC, to the second.
pub(crate) fn iso(at: u64) -> String {
    let seconds = i64::try_from(at / 1000).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| at.to_string(), |t| t.to_string())
}
