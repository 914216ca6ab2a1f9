//! JSON Lines: an object a line.
//!
//! Invariant: a line that can't be used is left out and counted; `NaN` and `Infinity`, which Python writes and JSON
//! does not have, are missing values.

use super::json_quick;
use super::json_record::{Ordered, Record, Scratch, layout};
use super::{Sight, in_rows};
use crate::ingest::IngestError;
use crate::ingest::blocks::{Block, Blocks, Ends};
use crate::ingest::frame::Frame;
use crate::ingest::layout::{Layout, Rows};
use memchr::memchr;
use serde::de::DeserializeSeed;
use std::borrow::Cow;
use std::path::Path;

/// Records that tell what the columns are.
const HEAD: usize = 64;
/// What Python writes and JSON does not have.
const FOREIGN: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Whether the first line is an object.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let line = sight.first_line();
    let named = || matches!(sight.extension.as_str(), "jsonl" | "ndjson");
    line.starts_with(b"{") && (serde_json::from_slice::<Ordered>(&plain(line)).is_ok() || named())
}

/// Reads a file of JSON Lines, which may be compressed with gzip.
///
/// # Errors
/// A file that can't be read, or in which no line is an object: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let layout = head(path)?;
    let frame = in_rows(path, &layout, Ends::Line, |block| Ok(part(&layout, &block)))?;
    if layout.columns() == 0 && frame.rows > 0 {
        let what = "no line of its beginning is an object with entries";
        return Err(IngestError::new(path, what, "write an object a line"));
    }
    frame.or_refuse(path)
}

/// The columns of the first records.
///
/// # Errors
/// A file that can't be read.
pub fn head(path: &Path) -> Result<Layout, IngestError> {
    let block = Blocks::open(path, Ends::Line)?.next().transpose()?;
    let block = block.unwrap_or(Block { bytes: Vec::new(), line: 1 });
    let lines = block.bytes.split(|&b| b == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let record = |line: &[u8]| serde_json::from_slice(&plain(line)).ok();
    let first: Vec<Ordered> = lines.filter_map(record).take(HEAD).collect();
    Ok(layout(&first))
}

fn part<'l>(layout: &'l Layout, block: &Block) -> Rows<'l> {
    let (mut rows, mut scratch) = (Rows::new(layout), Scratch::default());
    let (mut rest, mut number) = (block.bytes.as_slice(), block.line);
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..end].trim_ascii();
        rest = rest.get(end + 1..).unwrap_or_default();
        if !line.is_empty() {
            match record(layout, &mut rows, &mut scratch, line) {
                Ok(()) => rows.end(number),
                Err(why) => rows.leave_out(number, why),
            }
        }
        number += 1;
    }
    rows
}

/// Reads an object into the row that is being read.
///
/// # Errors
/// What is no object, or does not fit the layout; the row is to be left out then.
pub fn record<'l>(
    layout: &'l Layout,
    rows: &mut Rows<'l>,
    scratch: &mut Scratch,
    line: &[u8],
) -> Result<(), String> {
    let quick = |text| json_quick::record(layout, rows, &mut scratch.numbers, text);
    if str::from_utf8(line).ok().and_then(quick).is_some() {
        return Ok(());
    }
    rows.take_back();
    slow(layout, rows, scratch, line)
}

/// [`record`], whatever the object is like.
pub(super) fn slow<'l>(
    layout: &'l Layout,
    rows: &mut Rows<'l>,
    scratch: &mut Scratch,
    line: &[u8],
) -> Result<(), String> {
    let mut read = |rows: &mut Rows<'l>, line: &[u8]| {
        // looked at once as a whole, the line's texts need not be looked at each
        if let Ok(line) = str::from_utf8(line) {
            let mut json = serde_json::Deserializer::from_str(line);
            return Record { layout, rows, scratch }
                .deserialize(&mut json)
                .and_then(|()| json.end());
        }
        let mut json = serde_json::Deserializer::from_slice(line);
        Record { layout, rows, scratch }.deserialize(&mut json).and_then(|()| json.end())
    };
    let Err(error) = read(rows, line) else { return Ok(()) };
    match plain(line) {
        Cow::Owned(line) => {
            rows.take_back();
            read(rows, &line).map_err(|e| reason(&e))
        }
        Cow::Borrowed(_) => Err(reason(&error)),
    }
}

/// What is wrong, without the parser's line, which is always 1.
pub fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    let place =
        if error.is_data() { String::new() } else { format!(" (column {})", error.column()) };
    let what = if error.is_data() { "" } else { "no JSON object: " };
    format!("{what}{}{place}", &text[..end])
}

/// The line with `null` for what JSON does not have, outside of texts.
pub fn plain(line: &[u8]) -> Cow<'_, [u8]> {
    let has = |word: &str| memchr::memmem::find(line, word.as_bytes()).is_some();
    if !has("NaN") && !has("Infinity") {
        return Cow::Borrowed(line);
    }
    let (mut plain, mut at, mut quoted) = (Vec::with_capacity(line.len()), 0, false);
    while let Some(&byte) = line.get(at) {
        let foreign =
            FOREIGN.iter().find(|word| !quoted && line[at..].starts_with(word.as_bytes()));
        if let Some(word) = foreign {
            plain.extend_from_slice(b"null");
            at += word.len();
            continue;
        }
        plain.push(byte);
        at += 1;
        match byte {
            b'\\' if quoted => {
                plain.extend(line.get(at));
                at += 1;
            }
            b'"' => quoted = !quoted,
            _ => {}
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
#[path = "json_lines_tests.rs"]
mod tests;
