//! Parts of a split by the values of a column: batches, days, places.

use crate::analysis::batches::{Batching, batches_of};
use crate::dataset::{Column, Examples};
use crate::find::{alike, column, quote};
use crate::ingest::IngestError;
use crate::insight::metadata;
use anyhow::{Result, ensure};
use std::collections::HashSet;
use std::hash::Hash;
use std::path::Path;

/// Two parts of a split.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The column that they are made by.
    pub column: String,
    /// Two of its values; else the first and the last of its batches.
    pub values: Option<[String; 2]>,
}

/// One of them.
pub(super) struct Part {
    /// `day=2024-01`, to name it.
    pub name: String,
    /// `2024-01`.
    pub value: String,
    pub rows: Vec<u32>,
    /// What selects it, if a filter does.
    pub filter: Option<String>,
}

/// Batches that a column is cut into at most.
pub const MOST: usize = 20;

/// Values that a message lists at most.
const LISTED: usize = 12;

/// The rows of both parts.
pub(super) fn which(examples: &Examples, parts: &Parts, table: &Path) -> Result<[Part; 2]> {
    let found = metadata(examples, &parts.column, table, "")?;
    if let Some([a, b]) = &parts.values {
        return Ok([of_value(found, a, table)?, of_value(found, b, table)?]);
    }
    let batching = batches_of(found, MOST);
    let last = batching.names.len().saturating_sub(1);
    ensure!(
        last > 0,
        "column {:?} has fewer than two values: nothing to compare\n  choose another column",
        found.name
    );
    let filters = filters(found, &batching);
    Ok([0, last].map(|at| {
        let value = batching.names[at].clone();
        let in_it = |(_, batch): &(u32, &u32)| **batch as usize == at;
        let rows = (0_u32..).zip(&batching.batch).filter(in_it).map(|(row, _)| row).collect();
        let is_value = is_values(found, &batching);
        let value = if is_value { value } else { format!("from {value}") };
        let sign = if is_value { "=" } else { " " };
        Part {
            name: format!("{}{sign}{value}", found.name),
            value,
            rows,
            filter: filters[at].clone(),
        }
    }))
}

fn of_value(found: &Column, value: &str, table: &Path) -> Result<Part> {
    let rows: Vec<u32> =
        (0_u32..).zip(found.cells.iter()).filter(|(_, c)| *c == value).map(|(r, _)| r).collect();
    if rows.is_empty() {
        let mut there: Vec<&str> = found.cells.iter().collect();
        there.sort_unstable();
        there.dedup();
        let more = if there.len() > LISTED { ", …" } else { "" };
        there.truncate(LISTED);
        let what = format!("no example has {value:?} in column {:?}", found.name);
        let remedy = format!("there is: {}{more}", there.join(", "));
        return Err(IngestError::new(table, what, remedy).into());
    }
    let is_exact = match &found.numbers {
        // Other cells may be the same number.
        Some(numbers) => value.parse::<f64>().is_ok_and(|x| {
            let same = |y: &&f64| (**y + 0.0).total_cmp(&(x + 0.0)).is_eq();
            x.is_finite() && numbers.iter().filter(same).count() == rows.len()
        }),
        None => !alike(found.cells.iter()).contains(value),
    };
    Ok(Part {
        name: format!("{}={value}", found.name),
        value: value.to_owned(),
        filter: is_exact.then(|| format!("{}={}", column(&found.name), quote(value))),
        rows,
    })
}

/// How many different values there are, up to one more than `most`; empty cells are none.
fn distinct(found: &Column, most: usize) -> usize {
    match &found.numbers {
        // -0 and 0 are one number.
        Some(numbers) => {
            let numbers = numbers.iter().filter(|x| !x.is_nan()).map(|x| (x + 0.0).to_bits());
            count_to(numbers, most)
        }
        None => count_to(found.cells.iter().filter(|cell| !cell.is_empty()), most),
    }
}

fn count_to<T: Eq + Hash>(values: impl Iterator<Item = T>, most: usize) -> usize {
    let mut seen = HashSet::new();
    for value in values {
        seen.insert(value);
        if seen.len() > most {
            break;
        }
    }
    seen.len()
}

/// Whether each batch is one value.
fn is_values(found: &Column, batching: &Batching) -> bool {
    distinct(found, batching.names.len()) == batching.names.len()
}

/// What selects each batch: a value or a range of numbers. Texts that were put together, and those that
/// differ in capitals only, have no filter.
pub(super) fn filters(found: &Column, batching: &Batching) -> Vec<Option<String>> {
    let (name, names) = (column(&found.name), &batching.names);
    if found.numbers.is_none() {
        if !is_values(found, batching) {
            return vec![None; names.len()];
        }
        let alike = alike(found.cells.iter());
        let one = |value: &String| {
            (!alike.contains(value.as_str())).then(|| format!("{name}={}", quote(value)))
        };
        return names.iter().map(one).collect();
    }
    let number = |value: &String| value.parse::<f64>().ok().filter(|x| x.is_finite());
    if is_values(found, batching) {
        let one = |value: &String| number(value).map(|x| format!("{name}={}", x + 0.0));
        return names.iter().map(one).collect();
    }
    let range = |at: usize| {
        let from = number(names.get(at)?)?;
        let from = (at > 0).then(|| format!("{name}>={from}"));
        let below = match names.get(at + 1) {
            Some(next) => Some(format!("{name}<{}", number(next)?)),
            None => None,
        };
        let ends: Vec<String> = from.into_iter().chain(below).collect();
        (!ends.is_empty()).then(|| ends.join(" "))
    };
    (0..names.len()).map(range).collect()
}

/// Neighbouring values, for those who go through them one by one; none of columns of many.
pub(super) fn neighbours(found: &Column) -> Vec<[String; 2]> {
    let batching = batches_of(found, MOST);
    if !is_values(found, &batching) || found.numbers.is_some() {
        return vec![];
    }
    batching.names.windows(2).map(|pair| [pair[0].clone(), pair[1].clone()]).collect()
}

/// Different values of a column of texts from which on it is not offered.
const MANY: usize = 50;

/// The columns that make batches, those of times or batches first.
pub(super) fn columns(examples: &Examples) -> Vec<&Column> {
    let mut columns: Vec<&Column> =
        examples.metadata.iter().filter(|column| is_time(column) || is_few(column)).collect();
    columns.sort_by_key(|column| !is_time(column));
    columns
}

/// Whether it has from 2 to so many values, or numbers.
fn is_few(column: &Column) -> bool {
    let count = distinct(column, MANY);
    count > 1 && (count <= MANY || column.numbers.is_some())
}

/// Words in the name of a column of times or batches.
const TIMES: [&str; 14] = [
    "time",
    "times",
    "timestamp",
    "date",
    "datetime",
    "day",
    "week",
    "month",
    "year",
    "hour",
    "batch",
    "session",
    "taken",
    "created",
];

/// Cells that are looked at to see whether they are dates.
const LOOKED_AT: usize = 100;

/// Whether it looks like times or batches: by its name or by its cells.
pub(super) fn is_time(column: &Column) -> bool {
    let name = column.name.to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphabetic());
    (words.any(|word| TIMES.contains(&word)) || are_dates(column)) && distinct(column, 1) > 1
}

/// Whether its cells begin as ISO dates do: then the order of their text is that of time.
pub(super) fn are_dates(column: &Column) -> bool {
    let is_date = |cell: &str| {
        let bytes = cell.as_bytes();
        bytes.len() >= 7
            && bytes[..7].iter().enumerate().all(|(at, byte)| match at {
                4 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    let mut cells = column.cells.iter().filter(|cell| !cell.is_empty()).take(LOOKED_AT).peekable();
    cells.peek().is_some() && cells.all(is_date)
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
