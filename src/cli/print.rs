//! Tables, CSV and JSON on standard output.

pub use crate::report::{interval, percent};

use crate::export::io_error;
use crate::media::text;
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};

/// Lets only safe text through to a terminal: results may quote data. Works line by line.
pub struct SafeText<W: Write> {
    inner: W,
    line: Vec<u8>,
}

impl<W: Write> SafeText<W> {
    /// Wraps `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, line: Vec::new() }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = String::from_utf8_lossy(&self.line);
        self.inner.write_all(text::line(&line).as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

impl<W: Write> Write for SafeText<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            match part.strip_suffix(b"\n") {
                Some(rest) => {
                    self.line.extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
                    self.end_line()?;
                    self.inner.write_all(b"\n")?;
                }
                None => self.line.extend_from_slice(part),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.inner.flush()
    }
}

/// How results are printed.
#[derive(Args, Clone, Copy, Default)]
pub struct Format {
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV
    #[arg(long)]
    pub csv: bool,
}

/// Columns of the widest cell that people are shown; CSV and JSON have all of it.
const WIDEST: usize = 60;

/// A table of text; columns whose cells are numbers are aligned to the right.
#[derive(Debug)]
pub struct Table {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these headers.
    pub fn new(headers: &[&str]) -> Self {
        Self { headers: headers.iter().map(|h| (*h).to_owned()).collect(), rows: vec![] }
    }

    /// Adds a row: one cell a header.
    pub fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.rows.push(cells.into());
    }

    /// Prints it for people.
    pub fn print(&self, out: &mut dyn Write) -> Result<()> {
        for line in self.lines() {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// Its lines for people: cells made safe, columns aligned.
    pub fn lines(&self) -> Vec<String> {
        let right: Vec<bool> = (0..self.headers.len()).map(|c| self.is_numeric(c)).collect();
        let lines = std::iter::once(&self.headers).chain(&self.rows);
        let mut widths = vec![0; self.headers.len()];
        for line in lines.clone() {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(text::width(cell)).min(WIDEST);
            }
        }
        let aligned = |line: &Vec<String>| {
            let mut printed = String::new();
            for ((cell, &width), &right) in line.iter().zip(&widths).zip(&right) {
                let cell = text::fit(cell, width);
                let pad = " ".repeat(width - text::width(&cell));
                let padded = if right { format!("{pad}{cell}") } else { format!("{cell}{pad}") };
                printed.push_str(&padded);
                printed.push_str("  ");
            }
            printed.trim_end().to_owned()
        };
        lines.map(aligned).collect()
    }

    fn is_numeric(&self, column: usize) -> bool {
        let numeric = |cell: &String| {
            cell.chars().next().is_none_or(|c| c.is_ascii_digit() || "–-+<".contains(c))
        };
        self.rows.iter().filter_map(|row| row.get(column)).all(numeric)
    }
}

/// Prints a value as JSON.
pub fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}

/// Prints records as CSV below the names of their fields, which are there without records too.
pub fn csv<T: Serialize>(fields: &[&str], records: &[T], out: &mut dyn Write) -> Result<()> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    writer.write_record(fields).map_err(io_error)?;
    for record in records {
        writer.serialize(record).map_err(io_error)?;
    }
    Ok(writer.flush()?)
}

/// A count with thousands separated.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_terminal_gets_safe_lines_however_they_are_cut() {
        let mut out = SafeText::new(Vec::new());
        for part in ["a\u{1b}[2", "Jb\nc\u{9b}", "d\r\n", "end"] {
            out.write_all(part.as_bytes()).unwrap();
        }
        out.flush().unwrap();
        assert_eq!(String::from_utf8(out.inner).unwrap(), "a␛[2Jb\nc\u{fffd}d\nend");
    }

    #[test]
    fn separates_thousands() {
        assert_eq!(
            [count(0), count(999), count(1_000), count(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
