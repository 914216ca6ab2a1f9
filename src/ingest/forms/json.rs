//! JSON as one document: an array of objects, or what pandas' `to_json` writes with any `orient`.
//!
//! Invariant: a row that can't be used is left out and counted; a document that is cut short is refused.

use super::json_lines::{plain, reason, record};
use super::json_record::{Ordered, Record, Scratch, cell, layout};
use super::json_scan::{Lines, Values, entries, past_space, value_end, values};
use super::{Sight, whole};
use crate::ingest::frame::Frame;
use crate::ingest::layout::{Layout, Rows, Slot};
use crate::ingest::{IngestError, roles};
use crate::media::is_sound;
use rayon::prelude::*;
use serde_json::Value;
use std::path::Path;

/// Rows that tell what the columns are.
const HEAD: usize = 64;
/// Rows that a core reads at a time.
const PIECE: usize = 4096;

/// How the rows stand in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// An array of objects.
    Records,
    /// An array of objects under this name.
    Under(String),
    /// `columns` and `data`: pandas' `split`.
    Split,
    /// Objects by name: pandas' `columns` or `index`.
    Nested,
    /// Lists by name.
    Lists,
}

/// Whether it is one document that holds rows, or is called one.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let lines = matches!(sight.extension.as_str(), "jsonl" | "ndjson");
    let known = || shape(&sight.head).is_some() && alone(&sight.head);
    sight.is_text() && !lines && (sight.extension == "json" && alone(&sight.head) || known())
}

/// Whether nothing follows the first value.
fn alone(bytes: &[u8]) -> bool {
    let end = value_end(bytes, past_space(bytes, 0));
    end.is_none_or(|end| past_space(bytes, end) == bytes.len())
}

fn shape(bytes: &[u8]) -> Option<Shape> {
    let bytes = &bytes[past_space(bytes, 0)..];
    let opens = |value: &[u8]| {
        let second = value.get(past_space(value, 1)).copied();
        (value.first().copied().unwrap_or_default(), second)
    };
    if bytes.first() == Some(&b'[') {
        return matches!(opens(bytes).1, None | Some(b'{' | b'[' | b']')).then_some(Shape::Records);
    }
    let (mut named, mut rest) = (Vec::new(), values(bytes));
    while let Some(Ok(name)) = rest.next() {
        let name: String = serde_json::from_slice(name).ok()?;
        // the last value of what was read may be cut
        let value = match rest.next()? {
            Ok(value) => value,
            Err(cut) => &bytes[cut.at..],
        };
        named.push((name, opens(value)));
    }
    let has = |wanted: &str| named.iter().any(|(name, (open, _))| name == wanted && *open == b'[');
    if has("columns") && (has("data") || has("index")) {
        return Some(Shape::Split);
    }
    let all = |wanted: u8| !named.is_empty() && named.iter().all(|(_, (open, _))| *open == wanted);
    let mut records = named.iter().filter(|(_, opens)| *opens == (b'[', Some(b'{')));
    match (records.next(), records.next()) {
        (Some((name, _)), None) => Some(Shape::Under(name.clone())),
        (None, _) if all(b'{') => Some(Shape::Nested),
        (None, _) if all(b'[') => Some(Shape::Lists),
        // of several tables, none is picked
        _ => None,
    }
}

/// Reads a document, which may be compressed with gzip.
///
/// # Errors
/// A file that can't be read, is cut short, holds no rows, or none that can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let bytes = whole(path)?;
    let document = Document { path, bytes: &bytes };
    let frame = match shape(&bytes) {
        Some(Shape::Records) => document.records(&bytes)?,
        Some(Shape::Under(name)) => {
            let mut frame = document.records(document.entry(&name)?.unwrap_or_default())?;
            frame.notes.push(format!("the rows are those under {name:?}"));
            frame
        }
        Some(Shape::Split) => document.split()?,
        Some(Shape::Nested) => document.nested()?,
        Some(Shape::Lists) => {
            let columns = document.entries(&bytes)?;
            let lists = columns.into_iter().map(|(name, list)| Ok((name, document.parts(list)?)));
            document.by_column(lists.collect::<Result<_, IngestError>>()?, &[])?
        }
        None if past_space(&bytes, 0) == bytes.len() => {
            return Err(IngestError::new(path, "the file is empty", REMEDY));
        }
        None => return Err(IngestError::new(path, "no JSON that holds rows", REMEDY)),
    };
    frame.or_refuse(path)
}

const REMEDY: &str = "save the rows as an array of objects, or one object a line";

/// A value and its line.
type Part<'b> = (u64, &'b [u8]);

struct Document<'b> {
    path: &'b Path,
    bytes: &'b [u8],
}

impl<'b> Document<'b> {
    fn cut(&self, at: &[u8]) -> IngestError {
        let line = Lines::of(self.bytes).of_part(at);
        let what = "the JSON is cut short: what begins here does not end";
        IngestError::new(self.path, what, "save or copy the file again").at(line)
    }

    /// The values of an array or object, with their lines.
    fn parts(&self, inside: &'b [u8]) -> Result<Vec<Part<'b>>, IngestError> {
        let mut lines = Lines::of(self.bytes);
        let part = |value: <Values<'b> as Iterator>::Item| match value {
            Ok(value) => Ok((lines.of_part(value), value)),
            Err(cut) => Err(self.cut(&inside[cut.at..])),
        };
        values(inside).map(part).collect()
    }

    fn entries(&self, inside: &'b [u8]) -> Result<Vec<(String, &'b [u8])>, IngestError> {
        let named = |entry| match entry {
            Ok((name, value)) => Ok((name, value)),
            Err(super::json_scan::Cut { at }) => Err(self.cut(&inside[at.min(inside.len())..])),
        };
        entries(inside).map(named).collect()
    }

    fn entry(&self, wanted: &str) -> Result<Option<&'b [u8]>, IngestError> {
        let entries = self.entries(self.bytes)?;
        Ok(entries.into_iter().find(|(name, _)| name == wanted).map(|(_, value)| value))
    }

    fn records(&self, array: &'b [u8]) -> Result<Frame, IngestError> {
        let parts = self.parts(array)?;
        let read = |part: &Part<'b>| serde_json::from_slice::<Ordered>(&plain(part.1));
        let first: Vec<Ordered> =
            parts.iter().take(HEAD).filter_map(|part| read(part).ok()).collect();
        if let (true, Some((part, Err(error)))) =
            (first.is_empty(), parts.first().map(|p| (p, read(p))))
        {
            return Err(IngestError::new(self.path, reason(&error), REMEDY).at(part.0));
        }
        let layout = layout(&first);
        self.rows(&layout, parts.len(), |at, rows, scratch| {
            let (line, json) = parts[at];
            (line, record(&layout, rows, scratch, json))
        })
    }

    /// Reads rows by their number on all cores.
    fn rows<'l>(
        &self,
        layout: &'l Layout,
        count: usize,
        read: impl Fn(usize, &mut Rows<'l>, &mut Scratch) -> (u64, Result<(), String>) + Sync,
    ) -> Result<Frame, IngestError> {
        let piece = |start: usize| {
            let (mut rows, mut scratch) = (Rows::new(layout), Scratch::default());
            for at in start..count.min(start + PIECE) {
                match read(at, &mut rows, &mut scratch) {
                    (line, Ok(())) => rows.end(line),
                    (line, Err(why)) => rows.leave_out(line, why),
                }
            }
            rows
        };
        let starts: Vec<usize> = (0..count).step_by(PIECE).collect();
        let pieces: Vec<Rows<'l>> = starts.into_par_iter().map(piece).collect();
        let mut rows = Rows::new(layout);
        for piece in pieces {
            let too_large = |e| IngestError::new(self.path, format!("{e}"), "split the file");
            rows.append(piece).map_err(too_large)?;
        }
        Ok(rows.frame())
    }

    /// `{"columns": [...], "index": [...], "data": [[...]]}`, the index may be missing.
    fn split(&self) -> Result<Frame, IngestError> {
        let missing =
            |name| IngestError::new(self.path, format!("no {name:?} beside the others"), REMEDY);
        let columns = self.entry("columns")?.ok_or_else(|| missing("columns"))?;
        let data = self.parts(self.entry("data")?.ok_or_else(|| missing("data"))?)?;
        let names = self.parts(columns)?;
        let mut names: Vec<String> = names.iter().map(|part| text(part.1)).collect();
        let index = self.entry("index")?.map(|index| self.parts(index)).transpose()?;
        let index: Vec<&[u8]> = index.unwrap_or_default().iter().map(|part| part.1).collect();
        let keys = key_column(&index, &names).filter(|_| index.len() == data.len());
        let keyed = keys.is_some();
        names.splice(0..0, keys);
        self.grid(&names, data.len(), |row| {
            let (line, cells) = data[row];
            let key = keyed.then(|| index[row]).into_iter();
            // a row that is cut would have been found when the rows were
            (line, key.chain(values(cells).map_while(Result::ok)).collect())
        })
    }

    /// `{"column": {"0": …}}` or `{"row": {"column": …}}`, whichever the names say.
    fn nested(&self) -> Result<Frame, IngestError> {
        let outer = self.entries(self.bytes)?;
        let inner = match outer.first() {
            Some((_, first)) => self.entries(first)?,
            None => Vec::new(),
        };
        let known = |names: &[(String, &[u8])]| {
            let names: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
            let found = roles::guess(&names);
            !found.label.is_empty() || found.prediction.or(found.text).or(found.file).is_some()
        };
        let by_row = match (known(&outer), known(&inner)) {
            (outer, inner) if outer != inner => inner,
            _ => outer.len() > inner.len(),
        };
        if by_row {
            return self.by_row(&outer, &inner);
        }
        let mut columns = Vec::new();
        for (name, column) in outer {
            let cells = self.entries(column)?;
            if !cells.iter().map(|cell| &cell.0).eq(inner.iter().map(|cell| &cell.0)) {
                let what = format!("{name:?} has other rows than the columns before it");
                return Err(IngestError::new(self.path, what, REMEDY));
            }
            columns.push((name, cells.into_iter().map(|cell| (0, cell.1)).collect()));
        }
        let keys: Vec<String> =
            inner.into_iter().map(|(key, _)| Value::from(key).to_string()).collect();
        let keys: Vec<&[u8]> = keys.iter().map(String::as_bytes).collect();
        self.by_column(columns, &keys)
    }

    fn by_row(
        &self,
        outer: &[(String, &'b [u8])],
        inner: &[(String, &'b [u8])],
    ) -> Result<Frame, IngestError> {
        let keys: Vec<String> =
            outer.iter().map(|(key, _)| Value::from(key.as_str()).to_string()).collect();
        let keys: Vec<&[u8]> = keys.iter().map(String::as_bytes).collect();
        let names: Vec<String> = inner.iter().map(|(name, _)| name.clone()).collect();
        let key_column = key_column(&keys, &names);
        let first = outer.iter().take(HEAD).filter_map(|(key, json)| {
            let mut record = ordered(json)?;
            let key = key_column.clone().map(|name| (name, Value::from(key.as_str())));
            record.0.splice(0..0, key);
            Some(record)
        });
        let layout = layout(&first.collect::<Vec<_>>());
        let key_slot = key_column.and_then(|name| layout.slot(layout.place(&name, 0)?));
        let mut lines = Lines::of(self.bytes);
        let lines: Vec<u64> = outer.iter().map(|(_, json)| lines.of_part(json)).collect();
        self.rows(&layout, outer.len(), |at, rows, scratch| {
            let (key, json) = &outer[at];
            let mut read = record(&layout, rows, scratch, json);
            if let (Ok(()), Some(Slot::Text(field))) = (&read, key_slot) {
                read = rows.put_text(field, key).map_err(|e| e.to_string());
            }
            (lines[at], read)
        })
    }

    fn by_column(
        &self,
        columns: Vec<(String, Vec<Part<'b>>)>,
        keys: &[&[u8]],
    ) -> Result<Frame, IngestError> {
        let (mut names, columns): (Vec<String>, Vec<Vec<Part<'b>>>) = columns.into_iter().unzip();
        let rows = columns.first().map_or(0, Vec::len);
        if let Some(at) = columns.iter().position(|column| column.len() != rows) {
            let what = format!(
                "{:?} has {} values, where {:?} has {rows}",
                names[at],
                columns[at].len(),
                names[0]
            );
            return Err(IngestError::new(self.path, what, REMEDY));
        }
        let key = key_column(keys, &names);
        let keyed = key.is_some();
        names.splice(0..0, key);
        self.grid(&names, rows, |row| {
            let key = keyed.then(|| keys[row]).into_iter();
            (0, key.chain(columns.iter().map(|column| column[row].1)).collect())
        })
    }

    /// Reads rows of cells whose columns have names.
    fn grid<'c>(
        &self,
        names: &[String],
        count: usize,
        cells: impl Fn(usize) -> (u64, Vec<&'c [u8]>) + Sync,
    ) -> Result<Frame, IngestError> {
        let record = |row: usize| {
            let values = cells(row).1.into_iter().map(|json| serde_json::from_slice(&plain(json)));
            let values = values.map(Result::unwrap_or_default);
            Ordered(names.iter().cloned().zip(values).collect())
        };
        let layout = layout(&(0..count.min(HEAD)).map(record).collect::<Vec<_>>());
        let mut frame = self.rows(&layout, count, |row, rows, scratch| {
            let (line, cells) = cells(row);
            if cells.len() != names.len() {
                let (there, wanted) = (cells.len(), names.len());
                return (line, Err(format!("{there} values, where there are {wanted} columns")));
            }
            let mut places = cells.into_iter().enumerate();
            let read = places.try_for_each(|(place, json)| {
                let json = plain(json);
                let mut json = serde_json::Deserializer::from_slice(&json);
                let into = Record { layout: &layout, rows, scratch };
                cell(&mut json, place, into).map_err(|e| reason(&e))
            });
            (line, read)
        })?;
        if frame.lines.iter().all(|&line| line == 0) {
            frame.lines.clear();
        }
        Ok(frame)
    }
}

fn ordered(json: &[u8]) -> Option<Ordered> {
    serde_json::from_slice(&plain(json)).ok()
}

/// A name as it is written.
fn text(json: &[u8]) -> String {
    match serde_json::from_slice(json) {
        Ok(Value::String(text)) => text,
        _ => String::from_utf8_lossy(json).into_owned(),
    }
}

/// What the column of pandas' index is called, if it says more than the number of the row.
fn key_column(keys: &[&[u8]], names: &[String]) -> Option<String> {
    let numbered = |(row, key): (usize, &&[u8])| text(key).parse() == Ok(row);
    if keys.iter().enumerate().all(numbered) {
        return None;
    }
    let media = |key: &str| is_sound(Path::new(key)) || image::ImageFormat::from_path(key).is_ok();
    let files = keys.iter().take(HEAD).all(|key| media(&text(key)));
    let wanted = if files { "filename" } else { "index" };
    let free = [wanted, "key", "row"].into_iter().find(|name| !names.iter().any(|n| n == name));
    free.map(str::to_owned)
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
