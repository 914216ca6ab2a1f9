//! Writes pieces of filters, so that screens can make them.

use super::fields::{COLUMN, FIELDS};
use super::names::lower;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

/// A value as it is written behind a field: in quotes only if it must be.
pub fn quote(value: &str) -> String {
    let bare = |c: char| c.is_alphanumeric() || "-_./+#%&'[]{}^$@;?".contains(c);
    let keyword = ["and", "or", "not"].iter().any(|word| value.eq_ignore_ascii_case(word));
    if !value.is_empty() && !keyword && !value.starts_with(['-', '@']) && value.chars().all(bare) {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // Writing into a string can't fail.
            c if c.is_control() => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The name of a metadata column as it is written before an operator.
pub fn column(name: &str) -> String {
    let begins = name.get(..COLUMN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(COLUMN));
    let other = begins || FIELDS.iter().any(|row| row.0.eq_ignore_ascii_case(name));
    if other { format!("{COLUMN}{}", quote(name)) } else { quote(name) }
}

/// The filter for a cell of the confusion matrix: a gold label and a prediction.
pub fn cell(gold: &str, pred: &str) -> String {
    format!("gold:{} pred:{}", quote(gold), quote(pred))
}

/// The filter for confidences from `low` to below `high`, to the last digit of an f32; no upper end
/// with `None`. Both must be finite.
pub fn confidence(low: f32, high: Option<f32>) -> String {
    let end = high.map(|high| format!(" conf<{high}")).unwrap_or_default();
    format!("conf>={low}{end}")
}

/// Those of a column's values that a filter can't tell from another of them: it does not tell capitals
/// from small letters.
pub fn alike<'a>(values: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut alike = HashSet::new();
    for value in values {
        if seen.insert(value)
            && let Some(other) = first.insert(lower(value), value)
        {
            alike.extend([value, other]);
        }
    }
    alike
}
