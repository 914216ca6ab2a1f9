//! A table as a source gives it: named columns of cells, whatever they mean.
//!
//! Invariant: all fields have as many rows as the frame, and a row that was left out is counted with its reason.

use super::IngestError;
use crate::dataset::{LeftOut, TextColumn};
use std::path::Path;

/// The cells of a field.
#[derive(Debug, Clone)]
pub enum Cells {
    /// As they were written; an empty one is missing.
    Text(TextColumn),
    /// `width` numbers a row, row by row; NaN where there is none.
    Numbers {
        /// Numbers a row.
        width: usize,
        /// Rows × width.
        values: Vec<f32>,
    },
}

/// A named column, or columns that belong together.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name in the source; `prob_*` for columns that have the beginning in common.
    pub name: String,
    /// What follows the beginning, for each of the numbers of a row; empty for a column of lists.
    pub parts: Vec<String>,
    /// One entry a row.
    pub cells: Cells,
}

impl Field {
    /// A column of texts.
    pub fn text(name: impl Into<String>, cells: TextColumn) -> Self {
        Self { name: name.into(), parts: Vec::new(), cells: Cells::Text(cells) }
    }

    /// Its columns as texts, each with its name.
    pub fn into_texts(self) -> Vec<(String, TextColumn)> {
        let (width, values) = match self.cells {
            Cells::Text(cells) => return vec![(self.name, cells)],
            Cells::Numbers { width, values } => (width.max(1), values),
        };
        let number = |value: f32| if value.is_nan() { String::new() } else { value.to_string() };
        let column = |texts: &mut dyn Iterator<Item = String>| {
            let mut cells = TextColumn::default();
            for text in texts {
                // what was read of one file fits
                let _ = cells.push(&text);
            }
            cells
        };
        if self.parts.is_empty() {
            let list = |row: &[f32]| {
                let numbers: Vec<String> = row.iter().map(|&value| number(value)).collect();
                format!("[{}]", numbers.join(", "))
            };
            return vec![(self.name, column(&mut values.chunks(width).map(list)))];
        }
        let beginning = self.name.trim_end_matches('*');
        let part = |(at, part): (usize, &String)| {
            let values = values.iter().skip(at).step_by(width);
            (format!("{beginning}{part}"), column(&mut values.map(|&value| number(value))))
        };
        self.parts.iter().enumerate().map(part).collect()
    }

    /// The texts, if it is a column of them.
    pub fn texts(&self) -> Option<&TextColumn> {
        match &self.cells {
            Cells::Text(cells) => Some(cells),
            Cells::Numbers { .. } => None,
        }
    }
}

/// A table as a source gives it.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Number of rows.
    pub rows: usize,
    /// The columns, in the order of the source.
    pub fields: Vec<Field>,
    /// How many records the source has, those that could not be read included; 0 is as many as rows.
    pub records: usize,
    /// The place of each row among the records, where it is another than the row.
    pub places: Option<Vec<u32>>,
    /// The line of each row in its file, from 1; empty where the source has no lines.
    pub lines: Vec<u32>,
    /// Rows that could not be read.
    pub left_out: LeftOut,
    /// The names of the classes in their order, where the source tells them.
    pub classes: Vec<String>,
    /// What the user should know, in sentences.
    pub notes: Vec<String>,
}

impl Frame {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The frame of some of its rows, of all of them if there is no list; a row that it does not have is missing.
    #[must_use]
    pub fn keep(mut self, rows: Option<&[u32]>) -> Self {
        let Some(rows) = rows else { return self };
        for field in &mut self.fields {
            match &mut field.cells {
                Cells::Text(cells) => *cells = cells.gather(rows),
                Cells::Numbers { width, values } => {
                    let mut some = Vec::with_capacity(rows.len() * *width);
                    for &row in rows {
                        let start = row as usize * *width;
                        match values.get(start..start + *width) {
                            Some(row) => some.extend_from_slice(row),
                            None => some.resize(some.len() + *width, f32::NAN),
                        }
                    }
                    *values = some;
                }
            }
        }
        let places = self.places.take();
        let place =
            |&row: &u32| places.as_ref().map_or(Some(row), |p| p.get(row as usize).copied());
        self.records = self.records.max(self.rows);
        self.places = Some(rows.iter().filter_map(place).collect());
        self.lines = rows.iter().filter_map(|&row| self.lines.get(row as usize).copied()).collect();
        self.rows = rows.len();
        self
    }

    /// The line of a row, 0 where there is none.
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).map_or(0, |&line| u64::from(line))
    }

    /// The frame, if any row could be used.
    ///
    /// # Errors
    /// No row: the first reason, with its line.
    pub fn or_refuse(self, path: &Path) -> Result<Self, IngestError> {
        if self.rows > 0 {
            return Ok(self);
        }
        match self.left_out.first.first() {
            Some((0, why)) => Err(IngestError::new(path, why, "")),
            Some((line, why)) => Err(IngestError::new(path, why, "").at(*line)),
            None => Err(IngestError::new(path, "there are no rows in it", "")),
        }
    }
}
