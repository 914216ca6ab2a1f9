//! CSV and TSV tables, record by record, for who writes them again or wants all or nothing.
//!
//! Invariant: a record that can't be read is an error with its line.

use super::IngestError;
use crate::dataset::{Column, TextColumn};
use crate::media::text;
use std::fs::File;
use std::path::Path;

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
fn delimiter(path: &Path) -> u8 {
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

/// Names of columns for a message.
pub fn list(headers: &csv::StringRecord) -> String {
    headers.iter().map(|name| text::fit(name, 40)).collect::<Vec<_>>().join(", ")
}
