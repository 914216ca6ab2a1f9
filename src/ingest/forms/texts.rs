//! Columns of texts that are found out while the records of a form are read.
//!
//! Invariant: a cell that a record does not have is empty.

use crate::dataset::{LeftOut, TextColumn};
use crate::ingest::frame::{Field, Frame};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// Most columns: more are no table.
const MOST: usize = 4096;

/// Columns while they are read.
#[derive(Debug, Default)]
pub struct Texts {
    columns: Vec<(String, TextColumn)>,
    by_name: HashMap<String, usize>,
    rows: usize,
    lines: Vec<u32>,
    /// Records that could not be used.
    pub left_out: LeftOut,
}

impl Texts {
    /// Columns that there are whatever the records have.
    pub fn with(names: &[&str]) -> Self {
        let mut texts = Self::default();
        for name in names {
            let _ = texts.column(name);
        }
        texts
    }

    fn column(&mut self, name: &str) -> Result<usize, String> {
        if let Some(&at) = self.by_name.get(name) {
            return Ok(at);
        }
        if self.columns.len() == MOST {
            return Err(format!("over {MOST} different names of columns"));
        }
        self.by_name.insert(name.to_owned(), self.columns.len());
        self.columns.push((name.to_owned(), TextColumn::default()));
        Ok(self.columns.len() - 1)
    }

    /// Puts a cell into the record that is being read; a second one for the same column is dropped.
    ///
    /// # Errors
    /// Too many columns, or one past 4 GiB.
    pub fn put(&mut self, name: &str, text: &str) -> Result<(), String> {
        let at = self.column(name)?;
        let column = &mut self.columns[at].1;
        while column.len() < self.rows {
            column.push("").map_err(|_| TOO_LARGE)?;
        }
        if column.len() == self.rows {
            column.push(text).map_err(|_| TOO_LARGE)?;
        }
        Ok(())
    }

    /// Puts the values of an object, each under its name.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn put_all<'v>(
        &mut self,
        values: impl IntoIterator<Item = (&'v String, &'v Value)>,
    ) -> Result<(), String> {
        values.into_iter().try_for_each(|(name, value)| self.put(name, &text_of(value)))
    }

    /// Ends the record.
    pub fn end(&mut self, line: u64) {
        self.rows += 1;
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    /// Takes back what was put since the last record ended, and leaves the record out.
    pub fn leave_out(&mut self, line: u64, why: impl Into<String>) {
        for (_, column) in &mut self.columns {
            column.truncate(self.rows);
        }
        self.left_out.push(line, why);
    }

    /// Ends the record, or leaves it out if it can't be used.
    pub fn end_or_leave_out(&mut self, line: u64, read: Result<(), String>) {
        match read {
            Ok(()) => self.end(line),
            Err(why) => self.leave_out(line, why),
        }
    }

    /// The frame of the records so far; columns in which nothing stands are dropped.
    pub fn frame(self) -> Frame {
        let rows = self.rows;
        let field = |(name, mut cells): (String, TextColumn)| {
            while cells.len() < rows {
                cells.push("").ok()?;
            }
            let empty = cells.iter().all(str::is_empty);
            (!empty).then(|| Field::text(name, cells))
        };
        Frame {
            rows,
            fields: self.columns.into_iter().filter_map(field).collect(),
            lines: if self.lines.iter().all(|&line| line == 0) { Vec::new() } else { self.lines },
            left_out: self.left_out,
            ..Frame::default()
        }
    }
}

const TOO_LARGE: &str = "a column holds over 4 GiB";

/// A value of JSON as a cell: a text as it is, nothing for `null`, lists and objects as JSON.
pub fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// Whether the first cell that says when comes before the second one: as numbers if both are, else as texts, which
/// is right for times as ISO 8601 has them.
pub fn earlier(a: &str, b: &str) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a < b,
        _ => a < b,
    }
}

/// Keeps one row of those that have the same `key`: the latest by the column `when`, else the last. How many there
/// are goes into a column `annotations`.
#[must_use]
pub fn latest_of_each(mut frame: Frame, key: &str, when: &str) -> Frame {
    let Some(keys) = frame.field(key).and_then(Field::texts) else { return frame };
    let times = frame.field(when).and_then(Field::texts);
    let time = |row: u32| times.map_or("", |times| times.get(row as usize));
    let mut found: HashMap<&str, (usize, u32)> = HashMap::new();
    let mut kept: Vec<(u32, u32)> = Vec::new();
    for (row, key) in (0..).zip(keys.iter()) {
        if let Some((at, best)) = found.get_mut(key).filter(|_| !key.is_empty()) {
            if !earlier(time(row), time(*best)) {
                *best = row;
            }
            kept[*at] = (*best, kept[*at].1 + 1);
        } else {
            found.insert(key, (kept.len(), row));
            kept.push((row, 1));
        }
    }
    let several = kept.iter().filter(|(_, count)| *count > 1).count();
    if several == 0 {
        return frame;
    }
    drop(found);
    let rows: Vec<u32> = kept.iter().map(|&(row, _)| row).collect();
    frame = frame.keep(Some(&rows));
    let mut counts = TextColumn::default();
    for (_, count) in kept {
        let _ = counts.push(&count.to_string());
    }
    frame.fields.push(Field::text("annotations", counts));
    frame.notes.push(note_of_several(several));
    frame
}

/// What is said where examples have several annotations.
pub fn note_of_several(count: usize) -> String {
    format!(
        "{count} examples have several annotations: the latest is taken, `annotations` has their number"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells<'f>(frame: &'f Frame, name: &str) -> Vec<&'f str> {
        frame.field(name).unwrap().texts().unwrap().iter().collect()
    }

    #[test]
    fn records_may_have_any_columns() {
        let mut texts = Texts::with(&["id", "none"]);
        for (line, (name, text)) in
            [("a", "1"), ("b", "2"), ("bad", "x"), ("a", "3")].iter().enumerate()
        {
            texts.put(name, text).unwrap();
            texts.put(name, "again").unwrap();
            let read = if *name == "bad" { Err("no".to_owned()) } else { texts.put("id", name) };
            texts.end_or_leave_out(line as u64 + 1, read);
        }
        let frame = texts.frame();
        assert_eq!((frame.rows, &frame.lines[..]), (3, &[1, 2, 4][..]));
        assert_eq!(cells(&frame, "a"), ["1", "", "3"]);
        assert_eq!(cells(&frame, "b"), ["", "2", ""]);
        assert_eq!(frame.left_out.first, [(3, "no".to_owned())]);
        assert!(frame.field("none").is_none() && frame.field("bad").is_none());
    }

    #[test]
    fn columns_without_end_are_refused() {
        let mut texts = Texts::default();
        let put = (0..=MOST).map(|n| texts.put(&n.to_string(), "")).find(Result::is_err);
        assert!(put.unwrap().unwrap_err().contains("over 4096"));
    }

    #[test]
    fn the_latest_of_several_stays() {
        let mut texts = Texts::default();
        for (id, when, label) in
            [("1", "9", "a"), ("2", "5", "b"), ("1", "10", "c"), ("2", "4", "d")]
        {
            texts
                .put_all([(&"id".to_owned(), &id.into()), (&"t".to_owned(), &when.into())])
                .unwrap();
            texts.put("label", label).unwrap();
            texts.end(0);
        }
        let frame = latest_of_each(texts.frame(), "id", "t");
        assert_eq!(cells(&frame, "label"), ["c", "b"]);
        assert_eq!(cells(&frame, "annotations"), ["2", "2"]);
        assert!(frame.notes[0].starts_with("2 examples have several"));
    }
}
