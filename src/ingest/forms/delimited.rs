//! CSV and TSV: a header, then a record a row, cells quoted where they have to be.
//!
//! Invariant: a record that can't be used is left out and counted, with the line on which it begins.

use super::{Sight, in_rows};
use crate::ingest::blocks::{Block, Blocks, Ends};
use crate::ingest::frame::Frame;
use crate::ingest::layout::{Head, Layout, Rows, Slot};
use crate::ingest::{IngestError, table_error};
use csv::{ByteRecord, ReaderBuilder};
use std::path::Path;

/// Records that tell what the columns are.
const HEAD: usize = 64;

/// Whether it is called a table, or its first line is cut by what separates cells.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let named = matches!(sight.extension.as_str(), "csv" | "tsv");
    let line = sight.first_line();
    let begins =
        line.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'"' | b'_'));
    named && !sight.is_folder || sight.is_text() && begins && line.contains(&b'\t')
}

/// What to do about lists that were shortened.
const SHORTENED: &str = "save the numbers as columns of their own, or as .npy beside the table";

/// Reads a table, which may be compressed with gzip.
///
/// # Errors
/// A file that can't be read, an empty one, or one in which no record can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let delimiter = delimiter(path)?;
    let layout = head(path, delimiter)?;
    let ends = Ends::Unquoted(delimiter);
    let frame = in_rows(path, &layout, ends, |block| part(path, &layout, &block, delimiter))?;
    if frame.rows == 0 && frame.left_out.count == 0 {
        return Err(IngestError::new(path, "no examples below the header", ""));
    }
    frame.or_refuse(path)
}

/// What separates the cells: tabs in a `.tsv`, else what the header has most of.
///
/// # Errors
/// A file that can't be read.
pub fn delimiter(path: &Path) -> Result<u8, IngestError> {
    if super::extension(path) == "tsv" {
        return Ok(b'\t');
    }
    let block = Blocks::open(path, Ends::Line)?.next().transpose()?;
    let bytes = block.map_or_else(Vec::new, |block| block.bytes);
    let header = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for &byte in header {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(d, _)| *d == byte && !quoted) {
            *count += 1;
        }
    }
    // the first one where there are as many of two
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    Ok(most.map_or(b',', |(delimiter, _)| *delimiter))
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// The columns, from the header and the first records.
fn head(path: &Path, delimiter: u8) -> Result<Layout, IngestError> {
    let block = Blocks::open(path, Ends::Unquoted(delimiter))?.next().transpose()?;
    let bytes = block.map_or_else(Vec::new, |block| block.bytes);
    let mut reader = reader(&bytes, delimiter);
    let mut records = reader.records();
    let Some(header) = records.next() else {
        let remedy = "the first line must name the columns";
        return Err(IngestError::new(path, "the file is empty", remedy));
    };
    let header = header.map_err(|e| table_error(path, &e))?;
    let first: Vec<_> = records.take(HEAD).filter_map(Result::ok).collect();
    if let Some(why) = first.iter().flatten().find_map(|cell| numbers(cell).err()) {
        return Err(IngestError::new(path, why, SHORTENED));
    }
    let head = |(at, name)| {
        let cells = || first.iter().filter_map(|r| r.get(at)).filter(|cell| !cell.is_empty());
        let list = cells().next().and_then(|cell| numbers(cell).ok().flatten()).map(|n| n.len());
        let numeric = cells().all(|cell| cell.trim().parse::<f64>().is_ok());
        Head { name, list, numeric }
    };
    Ok(Layout::new(&header.iter().enumerate().map(head).collect::<Vec<_>>()))
}

fn part<'l>(
    path: &Path,
    layout: &'l Layout,
    block: &Block,
    delimiter: u8,
) -> Result<Rows<'l>, IngestError> {
    let (mut rows, mut record) = (Rows::new(layout), ByteRecord::new());
    let mut reader = reader(&block.bytes, delimiter);
    let mut header = block.line == 1;
    while reader.read_byte_record(&mut record).map_err(|e| table_error(path, &e))? {
        if std::mem::take(&mut header) {
            continue;
        }
        let line =
            block.line - 1 + record.position().map_or(1, |place| line_at(&block.bytes, place));
        match put(layout, &mut rows, &record) {
            Ok(()) => rows.end(line),
            Err(why) => rows.leave_out(line, why),
        }
    }
    Ok(rows)
}

/// The line of a record, from 1. The reader stops between the two marks of a line's end (`\r\n`).
fn line_at(bytes: &[u8], place: &csv::Position) -> u64 {
    let rest = bytes.get(place.byte() as usize..).unwrap_or_default();
    let ends = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n');
    place.line() + ends.count() as u64
}

fn put(layout: &Layout, rows: &mut Rows<'_>, record: &ByteRecord) -> Result<(), String> {
    if record.len() != layout.columns() {
        let (there, wanted) = (record.len(), layout.columns());
        return Err(format!("{there} cells, where the header has {wanted}"));
    }
    // all cells at once: what separates them is never a part of a character
    let text = std::str::from_utf8(record.as_slice()).map_err(|_| "not UTF-8 text")?;
    for at in 0..record.len() {
        let cell = record.range(at).and_then(|range| text.get(range)).unwrap_or_default();
        match layout.slot(at) {
            Some(Slot::Text(field)) => rows.put_text(field, cell).map_err(|e| e.to_string())?,
            Some(_) if cell.is_empty() => {}
            Some(Slot::Part(field, part)) => {
                let number = cell.parse().or_else(|_| cell.trim().parse());
                rows.put_number(field, part, number.map_err(|_| no_number(layout, at, cell))?);
            }
            Some(Slot::List(field)) => {
                let numbers = numbers(cell)?.ok_or_else(|| no_number(layout, at, cell))?;
                if !rows.put_list(field, &numbers) {
                    let (name, found) = (layout.name(at), numbers.len());
                    return Err(format!(
                        "`{name}` has {found} numbers, another count than the first row"
                    ));
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn no_number(layout: &Layout, at: usize, cell: &str) -> String {
    format!("`{}` is {cell:?}, where the rows before it have numbers", layout.name(at))
}

/// The numbers of a cell that holds a list, as JSON, Python or `NumPy` write one; `None` if it is none.
///
/// # Errors
/// A list that was shortened when it was printed.
pub fn numbers(cell: &str) -> Result<Option<Vec<f32>>, String> {
    let Some(inner) = cell.trim().strip_prefix('[').and_then(|cell| cell.strip_suffix(']')) else {
        return Ok(None);
    };
    if inner.contains("...") {
        return Err("a list of numbers was shortened (`...`) when it was printed".to_owned());
    }
    let parts =
        inner.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
    let number = |part: &str| {
        if part == "None" || part == "null" { Some(f32::NAN) } else { part.parse().ok() }
    };
    let numbers: Option<Vec<f32>> = parts.map(number).collect();
    Ok(numbers.filter(|numbers| numbers.len() > 1))
}

#[cfg(test)]
#[path = "delimited_tests.rs"]
mod tests;
