//! Tables, CSV and JSON on standard output.

pub use crate::insight::Table;
pub use crate::report::{count, interval, percent};

use crate::export::io_error;
use crate::insight::Page;
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

/// Rows of a table that people are shown; CSV and JSON have all.
const MOST_ROWS: usize = 50;

impl Page {
    /// Prints it in the format that is asked for: `result` is what JSON has.
    ///
    /// # Errors
    /// When `out` can't be written to.
    pub fn print(
        &self,
        result: &impl Serialize,
        format: Format,
        out: &mut dyn Write,
    ) -> Result<()> {
        if format.json {
            return json(result, out);
        }
        if format.csv {
            return self.sheets.first().map_or(Ok(()), |(_, sheet)| Ok(sheet.write_csv(out)?));
        }
        for line in self.lines(MOST_ROWS, usize::MAX) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_safe_lines_however_they_are_cut() {
        let mut out = SafeText::new(Vec::new());
        for part in ["a\u{1b}[2", "Jb\nc\u{9b}", "d\r\n", "end"] {
            out.write_all(part.as_bytes()).unwrap();
        }
        out.flush().unwrap();
        assert_eq!(String::from_utf8(out.inner).unwrap(), "a␛[2Jb\nc\u{fffd}d\nend");
    }
}
