//! JSON Lines with corrected labels in them.
//!
//! Invariant: what is no label and no column that an export adds stays byte for byte.

use super::labels::{Expected, ExportError, LabelFix, LabelRows, LabelTable, as_written};
use crate::dataset::ClassNames;
use crate::ingest::{LABEL_COLUMNS, TextFile, json_entries};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write;
use std::ops::Range;

/// Writes the lines of `table.source`. Lines that are no examples stay as they are.
///
/// # Errors
/// [`ExportError::Unlike`] where labels are not what was read.
pub(super) fn write(table: &LabelTable<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut file = TextFile::open(table.source)?;
    let expected = Expected::of(table);
    if file.marked {
        out.write_all(b"\xef\xbb\xbf")?;
    }
    let mut fixes = table.fixes.iter().peekable();
    let (mut line, mut row) = (Vec::new(), 0);
    while file.line(&mut line)? {
        let is_record = !line.trim_ascii().is_empty();
        let fix = fixes.next_if(|fix| is_record && fix.row == row);
        let is_example = is_record && expected.has(row);
        let edited = if is_example {
            let object = Object::read(&line, table.columns.label.as_str());
            let object = object.ok_or_else(|| expected.unlike())?;
            expected.check(row, Some(&object.label))?;
            Some(object.corrected(fix, table.classes))
        } else {
            None
        };
        if fix.is_some() || table.rows == LabelRows::All {
            out.write_all(edited.as_deref().unwrap_or(&line))?;
        }
        row += usize::from(is_record);
    }
    expected.check_end(row)
}

/// A line that is an object with a label.
struct Object<'l> {
    line: &'l [u8],
    entries: Vec<(String, Range<usize>)>,
    /// Places of the label among the entries: of a name that is there twice, tools take the first or the last.
    places: Vec<usize>,
    /// Its label as it is written.
    value: Value,
    /// As a text.
    label: String,
}

impl<'l> Object<'l> {
    fn read(line: &'l [u8], column: &str) -> Option<Self> {
        let entries = json_entries(line)?;
        let is_label = |at: &usize| entries[*at].0 == column;
        let places: Vec<usize> = (0..entries.len()).filter(is_label).collect();
        let value = serde_json::from_slice(&line[entries[*places.first()?].1.clone()]).ok()?;
        let label = text_of(&value)?;
        Some(Self { line, entries, places, value, label })
    }

    /// The line with another label, if there is one, and with the columns that an export adds.
    fn corrected(&self, fix: Option<&LabelFix>, classes: &ClassNames) -> Vec<u8> {
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        if let Some(fix) = fix {
            let new = as_written(&fix.new_label, &self.label, classes);
            let new = like(&self.value, new).to_string();
            edits.extend(self.places.iter().map(|&at| (self.entries[at].1.clone(), new.clone())));
        }
        let mut more = String::new();
        let space = if self.is_spaced() { " " } else { "" };
        for (at, name) in LABEL_COLUMNS.into_iter().enumerate() {
            let there: Vec<_> = self.entries.iter().filter(|(known, _)| known == name).collect();
            let value = Value::from(fix.map_or("", |fix| fix.added()[at])).to_string();
            if there.is_empty() {
                let _ = write!(more, ",{space}\"{name}\":{space}{value}");
            } else if fix.is_some() {
                edits.extend(there.iter().map(|(_, place)| (place.clone(), value.clone())));
            }
        }
        let end = self.entries.last().map_or(0, |(_, place)| place.end);
        edits.push((end..end, more));
        edits.sort_by_key(|(place, _)| (place.start, place.end));
        let (mut line, mut at) = (Vec::with_capacity(self.line.len() + 120), 0);
        for (place, new) in edits {
            line.extend_from_slice(&self.line[at..place.start]);
            line.extend_from_slice(new.as_bytes());
            at = place.end;
        }
        line.extend_from_slice(&self.line[at..]);
        line
    }

    /// Whether there is a space behind the colons, as Python writes it.
    fn is_spaced(&self) -> bool {
        let before = self.entries.first().and_then(|(_, place)| place.start.checked_sub(1));
        before.is_some_and(|at| self.line[at] == b' ')
    }
}

/// A label as it is read: a text, a number, or a list of one of them.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Number(number) if number.is_f64() => number.as_f64().map(|n| n.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) => match list.as_slice() {
            [one] if !one.is_array() => text_of(one),
            _ => None,
        },
        _ => None,
    }
}

/// A new label of the kind that the old one is: a text, a number, or a list of one of them.
fn like(old: &Value, new: String) -> Value {
    match old {
        Value::Array(list) => match list.first() {
            Some(one) => Value::Array(vec![like(one, new)]),
            None => Value::from(new),
        },
        Value::Number(_) | Value::Bool(_) => match serde_json::from_str(&new) {
            Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
            _ => Value::from(new),
        },
        _ => Value::from(new),
    }
}
