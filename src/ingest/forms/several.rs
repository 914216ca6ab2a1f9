//! Cells that hold a list where one label is expected: what doccano, Label Studio and datasets with several labels write.
//!
//! Invariant: an example with several labels is left out and counted; none of them is picked.

use crate::dataset::TextColumn;
use crate::ingest::frame::{Cells, Frame};
use crate::ingest::{LABEL_COLUMNS, roles};
use serde_json::Value;
use std::collections::HashSet;

/// What is said of parts of an example, as spans and boxes.
pub const PARTS: &str = "its labels are of parts of it, not of the whole";

/// What a cell with several labels is left out for.
pub fn several(count: usize) -> String {
    format!("it has {count} labels, where one is expected")
}

/// The one label in a cell, nothing if the list in it is empty.
///
/// # Errors
/// Several labels, or labels of parts.
pub fn one(cell: &str) -> Result<String, String> {
    let list = match serde_json::from_str(cell) {
        Ok(Value::Object(mut object)) => object.remove("choices").unwrap_or_default(),
        Ok(value) => value,
        Err(_) if cell.starts_with('[') && cell[1..].trim_start().starts_with(['\'', '"']) => {
            texts_of(cell).map_or(Value::Null, Value::from)
        }
        Err(_) => Value::Null,
    };
    match list.as_array().map(Vec::as_slice) {
        None => Ok(cell.to_owned()),
        Some([]) => Ok(String::new()),
        Some([Value::String(label)]) => Ok(label.clone()),
        Some([label @ Value::Number(_)]) => Ok(label.to_string()),
        Some(labels) if labels.iter().all(|l| l.is_string() || l.is_number()) => {
            Err(several(labels.len()))
        }
        Some(_) => Err(PARTS.to_owned()),
    }
}

/// Takes the label out of the lists in a frame's column of labels.
#[must_use]
pub fn tidy(frame: Frame) -> Frame {
    let names: Vec<&str> = frame.fields.iter().map(|field| field.name.as_str()).collect();
    let label = roles::guess(&names).label;
    one_each(frame, &label)
}

/// Takes the label out of the lists in the column of that name.
#[must_use]
pub fn one_each(mut frame: Frame, name: &str) -> Frame {
    let Some(at) = frame.fields.iter().position(|field| field.name == name) else { return frame };
    let Cells::Text(cells) = &frame.fields[at].cells else { return frame };
    let joined = joined(&frame, cells);
    let is_list = |cell: &str| cell.starts_with(['[', '{']) || joined.contains(cell);
    if !cells.iter().any(is_list) {
        return frame;
    }
    let (mut labels, mut kept, mut bad) = (TextColumn::default(), Vec::new(), Vec::new());
    for (row, cell) in (0_u32..).zip(cells.iter()) {
        let label = match cell {
            cell if joined.contains(cell) => Err(several(cell.split('#').count())),
            cell if is_list(cell) => one(cell),
            cell => Ok(cell.to_owned()),
        };
        // as long as the column that it is made of, at most
        let _ = labels.push(label.as_deref().unwrap_or_default());
        match label {
            Ok(_) => kept.push(row),
            Err(why) => bad.push((frame.line(row as usize), why)),
        }
    }
    frame.fields[at].cells = Cells::Text(labels);
    let mut frame = if bad.is_empty() { frame } else { frame.keep(Some(&kept)) };
    for (line, why) in bad {
        frame.left_out.push(line, why);
    }
    frame
}

/// Labels that doccano joined by `#` in its CSV: all parts are labels of other rows.
fn joined<'c>(frame: &Frame, cells: &'c TextColumn) -> HashSet<&'c str> {
    let doccano = |name: &str| {
        matches!(name, "id" | "text" | "data" | "filename" | "label" | "Comments")
            || LABEL_COLUMNS.contains(&name)
    };
    let marked = || cells.iter().any(|cell| cell.contains('#'));
    if !frame.fields.iter().all(|field| doccano(&field.name)) || !marked() {
        return HashSet::new();
    }
    let labels: HashSet<&str> = cells.iter().collect();
    let joined =
        |cell: &&str| cell.contains('#') && cell.split('#').all(|part| labels.contains(part));
    labels.iter().copied().filter(joined).collect()
}

/// The texts in a list as JSON, Python or `NumPy` print one, with or without commas; `None` if it is none.
pub fn texts_of(cell: &str) -> Option<Vec<String>> {
    let value = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    if let Ok(list) = serde_json::from_str::<Vec<Value>>(cell) {
        return list.into_iter().map(value).collect();
    }
    let mut rest = cell.trim().strip_prefix('[')?.strip_suffix(']')?;
    let mut texts = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        let Some(first) = rest.chars().next() else { return Some(texts) };
        if matches!(first, '\'' | '"') {
            let (text, after) = quoted(&rest[1..], first)?;
            texts.push(text);
            rest = after;
        } else {
            let end = rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
            texts.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
    }
}

/// A text up to its quote, and what is behind it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let (mut inner, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => inner.push(chars.next()?.1),
            c if c == quote => return Some((inner, &text[at + 1..])),
            c => inner.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::frame::Field;
    use proptest::prelude::*;

    #[test]
    fn lists_are_read_as_json_python_and_numpy_print_them() {
        assert_eq!(texts_of(r#"["a","b c"]"#).unwrap(), ["a", "b c"]);
        assert_eq!(texts_of("['a, b' \"it's\"\n 'c']").unwrap(), ["a, b", "it's", "c"]);
        assert_eq!(texts_of("[ 7 12]").unwrap(), ["7", "12"]);
        assert_eq!(texts_of("[]").unwrap(), [""; 0]);
        assert_eq!((texts_of("['a"), texts_of("a"), texts_of("['a]")), (None, None, None));
    }

    #[test]
    fn one_label_is_taken_several_are_left_out() {
        let mut labels = TextColumn::default();
        let cells =
            ["x", "[]", "[\"a\",\"b\"]", "[[0,3,\"PER\"]]", "{\"choices\":[\"c\",\"d\"]}", "['a']"];
        for cell in cells {
            labels.push(cell).unwrap();
        }
        let fields = vec![Field::text("label", labels)];
        let frame = tidy(Frame { rows: 6, fields, lines: (1..=6).collect(), ..Frame::default() });
        let labels: Vec<_> = frame.fields[0].texts().unwrap().iter().collect();
        assert_eq!((labels, frame.lines), (vec!["x", "", "a"], vec![1, 2, 6]));
        let whys = [(3, several(2)), (4, PARTS.to_owned()), (5, several(2))];
        assert_eq!(frame.left_out.first, whys);
    }

    #[test]
    fn doccano_joins_labels_in_its_table() {
        let mut labels = TextColumn::default();
        for cell in ["C#", "a", "b", "a#b"] {
            labels.push(cell).unwrap();
        }
        let fields = vec![Field::text("label", labels)];
        let frame = tidy(Frame { rows: 4, fields, ..Frame::default() });
        assert_eq!(frame.fields[0].texts().unwrap().iter().collect::<Vec<_>>(), ["C#", "a", "b"]);
    }

    proptest! {
        #[test]
        fn nothing_panics(cell in "[\\[\\]'\",a\\\\é1 ]{0,20}") {
            let _ = (texts_of(&cell), one(&cell));
        }
    }
}
