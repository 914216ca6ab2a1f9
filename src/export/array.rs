//! Corrected class indices as an array of `NumPy`.

use super::labels::{Expected, ExportError, LabelRows, LabelTable, as_written};
use crate::ingest::{IngestError, read_frame};
use ndarray::Array1;
use ndarray_npy::WriteNpyExt;
use std::io::{self, Write};

/// Writes all labels of `table.source` as 64-bit integers, those of rows that are no examples included.
///
/// # Errors
/// Labels that are no numbers, or of some rows only.
pub(super) fn write(table: &LabelTable<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let refuse = |what: &str| {
        let remedy = "write them as CSV, with the ids: -o labels.csv";
        ExportError::from(IngestError::new(table.source, what, remedy))
    };
    if table.rows == LabelRows::Changed {
        return Err(refuse("an array of changed labels alone does not say whose they are"));
    }
    let (_, frame) = read_frame(table.source)?;
    let expected = Expected::of(table);
    let cells = frame.field(&table.columns.label).and_then(|field| field.texts());
    let cells = cells.ok_or_else(|| refuse("the labels are no single column"))?;
    if cells.len() != expected.len() {
        return Err(refuse("rows that could not be read have no place in an array of labels"));
    }
    let mut labels = Vec::with_capacity(cells.len());
    let mut fixes = table.fixes.iter().peekable();
    for (row, old) in cells.iter().enumerate() {
        let fix = fixes.next_if(|fix| fix.row == row);
        let new = fix.map(|fix| as_written(&fix.new_label, old, table.classes));
        let label = new.as_deref().unwrap_or(old).parse::<i64>();
        labels.push(label.map_err(|_| refuse("the labels are names, not class indices"))?);
    }
    // `out` is no type of a known size
    let mut bytes = Vec::new();
    Array1::from(labels).write_npy(&mut bytes).map_err(io::Error::other)?;
    Ok(out.write_all(&bytes)?)
}
