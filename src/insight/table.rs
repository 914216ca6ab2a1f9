//! Text in aligned columns.

use super::sheet::escaped;
use crate::media::text;
use std::io::{self, Write};

/// Columns of the widest cell that people are shown; CSV and JSON have all of it.
const WIDEST: usize = 60;
/// Columns that a text keeps in a table that is too wide.
const NARROWEST: usize = 8;
/// Columns between two of the table.
const GAP: usize = 2;

/// A table of text; columns whose cells are numbers are aligned to the right.
#[derive(Debug)]
pub struct Table {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
}

impl Table {
    /// An empty table with these headers.
    pub fn new(headers: &[&str]) -> Self {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        let widths = headers.iter().map(|header| text::width(header).min(WIDEST)).collect();
        Self { headers, rows: vec![], widths }
    }

    /// Adds a row: one cell a header.
    pub fn row(&mut self, cells: impl Into<Vec<String>>) {
        let cells = cells.into();
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = (*width).max(text::width(cell)).min(WIDEST);
        }
        self.rows.push(cells);
    }

    /// The columns of a terminal that it takes.
    pub fn width(&self) -> usize {
        let gaps = GAP * self.widths.len().saturating_sub(1);
        self.widths.iter().sum::<usize>() + gaps
    }

    /// Cuts texts, the widest first, until it is no wider than `width`; numbers are never cut.
    pub fn narrow(&mut self, width: usize) {
        let texts: Vec<usize> = (0..self.widths.len()).filter(|&c| !self.is_numeric(c)).collect();
        while self.width() > width {
            let widest = texts.iter().copied().max_by_key(|&column| self.widths[column]);
            match widest.filter(|&column| self.widths[column] > NARROWEST) {
                Some(column) => self.widths[column] -= 1,
                None => return,
            }
        }
    }

    /// Prints it for people.
    ///
    /// # Errors
    /// When `out` can't be written to.
    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in self.lines() {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// Its lines for people: cells made safe, columns aligned; the first one is the headers.
    pub fn lines(&self) -> Vec<String> {
        let right: Vec<bool> = (0..self.headers.len()).map(|c| self.is_numeric(c)).collect();
        let aligned = |line: &Vec<String>| {
            let mut printed = String::new();
            for ((cell, &width), &right) in line.iter().zip(&self.widths).zip(&right) {
                let cell = text::fit(cell, width);
                let pad = " ".repeat(width - text::width(&cell));
                let padded = if right { format!("{pad}{cell}") } else { format!("{cell}{pad}") };
                printed.push_str(&padded);
                printed.push_str(&" ".repeat(GAP));
            }
            printed.trim_end().to_owned()
        };
        std::iter::once(&self.headers).chain(&self.rows).map(aligned).collect()
    }

    /// The same as a table of Markdown.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let side = |column| if self.is_numeric(column) { "--:" } else { ":--" }.to_owned();
        let cells = |row: &Vec<String>| line(row.iter().map(|cell| escaped(cell)).collect());
        let rule = line((0..self.headers.len()).map(side).collect());
        let rows = self.rows.iter().map(cells);
        [cells(&self.headers), rule].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
    }

    fn is_numeric(&self, column: usize) -> bool {
        let numeric = |cell: &String| {
            cell.chars().next().is_none_or(|c| c.is_ascii_digit() || "–-+<".contains(c))
        };
        self.rows.iter().filter_map(|row| row.get(column)).all(numeric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn aligns_numbers_right_and_text_left_and_makes_cells_safe() {
        let mut table = Table::new(&["tag", "count"]);
        table.row(["漢字".to_owned(), "4".to_owned()]);
        table.row(["\u{1b}[2Jx".to_owned(), "120".to_owned()]);
        let mut out = Vec::new();
        table.print(&mut out).unwrap();
        let expected = "tag    count\n漢字       4\n␛[2Jx    120\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn a_narrow_table_keeps_its_numbers(name in "[a-z漢]{0,50}", width in 0_usize..80) {
            let mut table = Table::new(&["name", "count"]);
            table.row([name, "1234567".to_owned()]);
            table.narrow(width);
            prop_assert!(table.width() <= width.max(NARROWEST + GAP + 7));
            prop_assert!(table.lines().iter().all(|line| text::width(line) <= table.width()));
            prop_assert!(table.lines()[1].ends_with("1234567"));
        }
    }
}
