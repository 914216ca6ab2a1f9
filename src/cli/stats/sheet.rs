//! One table for people and for programs: the same cells rounded on screens, whole in CSV.

use crate::cli::print::{self, Format, Table, count, interval, percent};
use crate::export::io_error;
use anyhow::Result;
use serde::Serialize;
use std::io::Write;

/// A value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name.
    Text(String),
    /// A number of things.
    Count(usize),
    /// A share, shown in percent.
    Share(f64),
    /// Both ends of an interval of shares.
    Range(f64, f64),
    /// A difference of shares, with its sign.
    Difference(f64),
    /// Both ends of an interval of differences.
    Differences(f64, f64),
    /// A p-value.
    P(f64),
    /// Any other number.
    Number(f64),
    /// Both ends of an interval of other numbers.
    Span(f64, f64),
    /// Not defined.
    None,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Cell {
    fn from(n: usize) -> Self {
        Self::Count(n)
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        Self::from(if yes { "yes" } else { "no" })
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl Cell {
    /// For people.
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(n) => count(*n),
            Self::Share(share) => percent(*share),
            Self::Difference(x) => format!("{:+.1} %", x * 100.0),
            Self::Differences(low, high) => {
                format!("{:+.1} to {:+.1}", low * 100.0, high * 100.0)
            }
            Self::P(p) => p_value(*p),
            Self::Range(low, high) => interval(*low, *high),
            Self::Number(x) => number(*x),
            Self::Span(low, high) if *low < 0.0 => format!("{} to {}", number(*low), number(*high)),
            Self::Span(low, high) => format!("{}–{}", number(*low), number(*high)),
            Self::None => "–".to_owned(),
        }
    }

    /// For programs: one entry a column of the CSV.
    fn written(&self, width: usize) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Count(n) => vec![n.to_string()],
            Self::Share(x) | Self::Number(x) | Self::Difference(x) | Self::P(x) => {
                vec![written(*x)]
            }
            Self::Range(low, high) | Self::Span(low, high) | Self::Differences(low, high) => {
                vec![written(*low), written(*high)]
            }
            Self::None => vec![String::new(); width],
        }
    }
}

/// All digits; tiny ones not as a row of zeros.
fn written(x: f64) -> String {
    if x != 0.0 && x.abs() < 1e-5 { format!("{x:e}") } else { x.to_string() }
}

/// A p-value; the smallest are no more than a bound.
pub fn p_value(p: f64) -> String {
    match p {
        p if p <= 0.0 => "<1e-300".to_owned(),
        p if p < 1e-4 => format!("{p:.0e}"),
        p => format!("{p:.4}"),
    }
}

/// Four significant digits; whole numbers without a point.
pub fn number(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{x:.2e}");
    }
    let whole = if size >= 1.0 { size.log10().floor() as usize + 1 } else { 0 };
    if x.fract() == 0.0 {
        return format!("{x:.0}");
    }
    format!("{x:.*}", if size < 0.1 { 5 } else { 4_usize.saturating_sub(whole) })
}

/// A column: its title on screens, and its name in CSV; an interval makes `name_low`, `name_high`.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    title: &'static str,
    name: &'static str,
    is_interval: bool,
    is_shown: bool,
}

/// A column of single values.
pub const fn field(title: &'static str, name: &'static str) -> Field {
    Field { title, name, is_interval: false, is_shown: true }
}

/// A column that there is no room for on screens.
pub const fn in_csv(name: &'static str) -> Field {
    Field { title: "", name, is_interval: false, is_shown: false }
}

/// A column of 95 % intervals.
pub const fn interval_of(name: &'static str) -> Field {
    Field { title: "95 %", name, is_interval: true, is_shown: true }
}

/// A column of limits.
pub const fn limits_of(name: &'static str) -> Field {
    Field { title: "limits", name, is_interval: true, is_shown: true }
}

/// Rows of cells under fields.
#[derive(Debug)]
pub struct Sheet {
    fields: Vec<Field>,
    rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// An empty one.
    pub fn new(fields: &[Field]) -> Self {
        Self { fields: fields.to_vec(), rows: vec![] }
    }

    /// Adds a row: one cell a field.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first so many rows, and how many are left out.
    fn shown(&self, most: usize) -> (Table, usize) {
        let titles: Vec<&str> =
            self.fields.iter().filter(|f| f.is_shown).map(|f| f.title).collect();
        let mut table = Table::new(&titles);
        for row in self.rows.iter().take(most) {
            let cells = row.iter().zip(&self.fields).filter(|(_, field)| field.is_shown);
            table.row(cells.map(|(cell, _)| cell.shown()).collect::<Vec<_>>());
        }
        (table, self.rows.len().saturating_sub(most))
    }

    fn write_csv(&self, out: &mut dyn Write) -> Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        let names = self.fields.iter().flat_map(|f| {
            if f.is_interval {
                vec![format!("{}_low", f.name), format!("{}_high", f.name)]
            } else {
                vec![f.name.to_owned()]
            }
        });
        writer.write_record(names).map_err(io_error)?;
        for row in &self.rows {
            let cells = row.iter().zip(&self.fields);
            let cells = cells.flat_map(|(cell, f)| cell.written(1 + usize::from(f.is_interval)));
            writer.write_record(cells).map_err(io_error)?;
        }
        Ok(writer.flush()?)
    }
}

/// Rows of a table that people are shown; CSV and JSON have all.
const MOST_ROWS: usize = 50;

/// What a statistic prints.
#[derive(Debug)]
pub struct Page<'a, T> {
    /// All of it, for `--json`.
    pub result: &'a T,
    /// Lines above the tables.
    pub head: Vec<String>,
    /// The first one is what `--csv` writes.
    pub sheets: Vec<(String, Sheet)>,
    /// Lines below the tables.
    pub notes: Vec<String>,
}

impl<'a, T: Serialize> Page<'a, T> {
    /// A page that shows one table.
    pub fn new(result: &'a T, head: String, sheet: Sheet) -> Self {
        Self { result, head: vec![head], sheets: vec![(String::new(), sheet)], notes: vec![] }
    }

    /// Adds a table with a title.
    #[must_use]
    pub fn with(mut self, title: impl Into<String>, sheet: Sheet) -> Self {
        self.sheets.push((title.into(), sheet));
        self
    }

    /// Adds a line below the tables.
    #[must_use]
    pub fn note(mut self, line: impl Into<String>) -> Self {
        self.notes.push(line.into());
        self
    }

    /// Adds lines below the tables.
    #[must_use]
    pub fn notes(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(lines);
        self
    }

    /// Prints it in the format that is asked for.
    pub fn print(&self, format: Format, out: &mut dyn Write) -> Result<()> {
        if format.json {
            return print::json(self.result, out);
        }
        if format.csv {
            return self.sheets.first().map_or(Ok(()), |(_, sheet)| sheet.write_csv(out));
        }
        for line in &self.head {
            writeln!(out, "{line}")?;
        }
        for (title, sheet) in self.sheets.iter().filter(|(_, sheet)| !sheet.is_empty()) {
            writeln!(out)?;
            if !title.is_empty() {
                writeln!(out, "{title}")?;
            }
            let (table, rest) = sheet.shown(MOST_ROWS);
            table.print(out)?;
            if rest > 0 {
                writeln!(out, "and {} more: --csv or --json has all", count(rest))?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(out)?;
        }
        for line in &self.notes {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        let shown = [0.0, 1.0, 0.02345, 0.5, 12.3456, 123_456.7, 1e-9, -0.25].map(number);
        assert_eq!(shown, ["0", "1", "0.02345", "0.5000", "12.35", "123457", "1.00e-9", "-0.2500"]);
    }

    #[test]
    fn the_same_cells_are_rounded_for_people_and_whole_in_csv() {
        let mut sheet = Sheet::new(&[field("class", "class"), interval_of("error")]);
        sheet.row([Cell::from("a,b"), Cell::Range(0.123_456, 0.2)]);
        sheet.row([Cell::from("c"), Cell::None]);
        let page = Page::new(&(), "head".into(), sheet);
        let print = |csv| {
            let mut out = Vec::new();
            page.print(Format { json: false, csv }, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(print(false), "head\n\nclass       95 %\na,b    12.3–20.0\nc              –\n");
        assert_eq!(print(true), "class,error_low,error_high\n\"a,b\",0.123456,0.2\nc,,\n");
    }
}
