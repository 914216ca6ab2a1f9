//! Which field of a frame each column of a source goes into, settled before the rows are read.
//!
//! Invariant: columns of numbers that belong together (`prob_cat`, `prob_dog`) become one field, row by row what a
//! run's matrix holds, so that they are copied once.

use super::frame::{Cells, Field, Frame};
use crate::dataset::{LeftOut, TextColumn};
use std::collections::HashMap;

/// Beginnings of columns that hold a class's probability or score each.
const BEGINNINGS: [&str; 12] = [
    "prob_",
    "probs_",
    "proba_",
    "probability_",
    "p_",
    "score_",
    "scores_",
    "logit_",
    "logits_",
    "pred_proba_",
    "prediction_proba_",
    "probabilities_",
];

/// Where a cell goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Into a field of texts.
    Text(usize),
    /// Into a field of lists: all numbers of a row.
    List(usize),
    /// A number, into a place of a row of a field.
    Part(usize, usize),
}

/// A column as the head of a source shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// Its name.
    pub name: &'a str,
    /// The numbers of the first list in it, if it holds lists of numbers.
    pub list: Option<usize>,
    /// Whether its first cells could be numbers.
    pub numeric: bool,
}

/// Which field each column goes into.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    fields: Vec<(String, Vec<String>, Option<usize>)>,
    names: Vec<String>,
    slots: Vec<Slot>,
    by_name: HashMap<String, usize>,
}

impl Layout {
    /// Settles it from the columns that there are. Numbers whose names begin alike are put together, unless there are
    /// `label_*` beside them: those are the most probable classes by rank, not by class.
    pub fn new(columns: &[Head<'_>]) -> Self {
        let ranked = columns.iter().any(|column| column.name == "label_0");
        let mut layout = Self::default();
        let mut groups: HashMap<&str, usize> = HashMap::new();
        let beginning = |head: &Head<'_>| {
            let lower = head.name.to_ascii_lowercase();
            let found = BEGINNINGS
                .iter()
                .find(|beginning| lower.starts_with(**beginning) && lower.len() > beginning.len());
            found.copied().filter(|_| head.numeric && !ranked)
        };
        let mut members: HashMap<&str, usize> = HashMap::new();
        for head in columns {
            *members.entry(beginning(head).unwrap_or("")).or_default() += 1;
        }
        for head in columns {
            let group = beginning(head).filter(|group| members[group] > 1);
            let slot = match (group, head.list) {
                (Some(group), _) => {
                    let name = &head.name[..group.len()];
                    let at = *groups
                        .entry(group)
                        .or_insert_with(|| layout.add(format!("{name}*"), Some(0)));
                    let (_, parts, width) = &mut layout.fields[at];
                    parts.push(head.name[group.len()..].to_owned());
                    *width = Some(parts.len());
                    Slot::Part(at, parts.len() - 1)
                }
                (None, Some(width)) => Slot::List(layout.add(head.name.to_owned(), Some(width))),
                (None, None) => Slot::Text(layout.add(head.name.to_owned(), None)),
            };
            layout.by_name.insert(head.name.to_owned(), layout.slots.len());
            layout.slots.push(slot);
            layout.names.push(head.name.to_owned());
        }
        layout
    }

    fn add(&mut self, name: String, width: Option<usize>) -> usize {
        self.fields.push((name, Vec::new(), width));
        self.fields.len() - 1
    }

    /// The fields: the name of each, and what follows it in those of its columns.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.fields.iter().map(|(name, parts, _)| (name.as_str(), parts.as_slice()))
    }

    /// Where the cells of the column at a place go.
    pub fn slot(&self, column: usize) -> Option<Slot> {
        self.slots.get(column).copied()
    }

    /// The place of the column of that name, which is most likely `expected`.
    pub fn place(&self, column: &str, expected: usize) -> Option<usize> {
        if self.names.get(expected).is_some_and(|name| name == column) {
            return Some(expected);
        }
        self.by_name.get(column).copied()
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.slots.len()
    }

    /// The name of the column at a place.
    pub fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }
}

/// Rows while they are read.
#[derive(Debug)]
pub struct Rows<'l> {
    layout: &'l Layout,
    cells: Vec<Cells>,
    count: usize,
    /// The places of the records that are no rows, counted in records.
    skipped: Vec<u32>,
    lines: Vec<u32>,
    /// Rows that could not be read.
    pub left_out: LeftOut,
}

impl<'l> Rows<'l> {
    /// No rows yet.
    pub fn new(layout: &'l Layout) -> Self {
        let cells = layout.fields.iter().map(|(_, _, width)| match width {
            None => Cells::Text(TextColumn::default()),
            Some(width) => Cells::Numbers { width: *width, values: Vec::new() },
        });
        Self {
            layout,
            cells: cells.collect(),
            count: 0,
            skipped: Vec::new(),
            lines: Vec::new(),
            left_out: LeftOut::default(),
        }
    }

    /// Puts a text into the row that is being read; a second one for the same place is dropped.
    ///
    /// # Errors
    /// A column past 4 GiB.
    pub fn put_text(&mut self, field: usize, text: &str) -> Result<(), TooLarge> {
        match self.cells.get_mut(field) {
            Some(Cells::Text(cells)) if cells.len() == self.count => {
                cells.push(text).map_err(|_| TooLarge)
            }
            _ => Ok(()),
        }
    }

    /// Puts a number into a place of the row that is being read.
    pub fn put_number(&mut self, field: usize, part: usize, number: f32) {
        if let Some(place) = self.row_mut(field).and_then(|row| row.get_mut(part)) {
            *place = number;
        }
    }

    /// Puts all numbers of the row that is being read; says whether there are as many as in the first row.
    pub fn put_list(&mut self, field: usize, numbers: &[f32]) -> bool {
        let Some(row) = self.row_mut(field).filter(|row| row.len() == numbers.len()) else {
            return false;
        };
        row.copy_from_slice(numbers);
        true
    }

    fn row_mut(&mut self, field: usize) -> Option<&mut [f32]> {
        let Some(Cells::Numbers { width, values }) = self.cells.get_mut(field) else { return None };
        if values.len() == self.count * *width {
            values.resize(values.len() + *width, f32::NAN);
        }
        values.get_mut(self.count * *width..)
    }

    /// Ends the row; what was not put is missing.
    pub fn end(&mut self, line: u64) {
        self.count += 1;
        let rows = self.count;
        for cells in &mut self.cells {
            match cells {
                Cells::Text(cells) if cells.len() < rows => {
                    let _ = cells.push("");
                }
                Cells::Numbers { width, values } if values.len() < rows * *width => {
                    values.resize(rows * *width, f32::NAN);
                }
                _ => {}
            }
        }
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    /// Takes back what was put since the last row ended, and leaves the row out.
    pub fn leave_out(&mut self, line: u64, why: impl Into<String>) {
        self.take_back();
        self.skipped.push((self.count + self.skipped.len()) as u32);
        self.left_out.push(line, why);
    }

    /// Takes back what was put since the last row ended.
    pub fn take_back(&mut self) {
        let rows = self.count;
        for cells in &mut self.cells {
            match cells {
                Cells::Text(cells) => cells.truncate(rows),
                Cells::Numbers { width, values } => values.truncate(rows * *width),
            }
        }
    }

    /// Takes the rows of a later part.
    ///
    /// # Errors
    /// A column past 4 GiB.
    pub fn append(&mut self, later: Self) -> Result<(), TooLarge> {
        for (cells, more) in self.cells.iter_mut().zip(later.cells) {
            match (cells, more) {
                (Cells::Text(cells), Cells::Text(more)) => {
                    cells.append(&more).map_err(|()| TooLarge)?;
                }
                (Cells::Numbers { values, .. }, Cells::Numbers { values: more, .. }) => {
                    values.extend_from_slice(&more);
                }
                _ => {}
            }
        }
        let before = (self.count + self.skipped.len()) as u32;
        self.skipped.extend(later.skipped.iter().map(|place| before + place));
        self.count += later.count;
        self.lines.extend_from_slice(&later.lines);
        self.left_out.append(later.left_out);
        Ok(())
    }

    /// The frame of the rows so far.
    pub fn frame(self) -> Frame {
        let records = self.count + self.skipped.len();
        let places = (!self.skipped.is_empty()).then(|| {
            let mut skipped = self.skipped.iter().copied().peekable();
            let read = (0..records as u32).filter(|place| skipped.next_if_eq(place).is_none());
            read.collect()
        });
        let fields = self.layout.fields.iter().zip(self.cells);
        let field = |((name, parts, _), cells): (&(String, Vec<String>, _), Cells)| Field {
            name: name.clone(),
            parts: parts.clone(),
            cells,
        };
        Frame {
            rows: self.count,
            fields: fields.map(field).collect(),
            records,
            places,
            lines: self.lines,
            left_out: self.left_out,
            ..Frame::default()
        }
    }
}

/// A column past 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a column holds over 4 GiB")]
pub struct TooLarge;
