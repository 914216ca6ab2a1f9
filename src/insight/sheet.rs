//! One table for people and for programs, whose rows can be entered.
//!
//! Invariant: a screen, `gaffe stats` and what is copied show the same cells.

use super::View;
use super::cell::Cell;
use super::table::Table;
use crate::export::io_error;
use crate::media::text;
use std::borrow::Cow;
use std::io::{self, Write};

/// A column: its title on screens, and its name in CSV; an interval makes `name_low`, `name_high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    title: &'static str,
    name: &'static str,
    is_interval: bool,
    is_shown: bool,
    is_spare: bool,
}

/// A column of single values.
pub const fn field(title: &'static str, name: &'static str) -> Field {
    Field { title, name, is_interval: false, is_shown: true, is_spare: false }
}

/// A column that there is no room for on screens.
pub const fn in_csv(name: &'static str) -> Field {
    Field { is_shown: false, ..field("", name) }
}

/// A column of 95 % intervals.
pub const fn interval_of(name: &'static str) -> Field {
    Field { is_interval: true, ..field("95 %", name) }
}

/// A column of limits.
pub const fn limits_of(name: &'static str) -> Field {
    Field { is_interval: true, ..field("limits", name) }
}

impl Field {
    /// A column that goes first where a screen is too narrow.
    #[must_use]
    pub const fn spare(self) -> Self {
        Self { is_spare: true, ..self }
    }

    /// Its title on screens.
    pub fn title(&self) -> &'static str {
        self.title
    }
}

/// Where a row, a bar or a cell leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enter {
    /// The errors that a filter selects.
    Errors(String),
    /// All examples that a filter selects, right or wrong.
    All(String),
    /// These rows, in this order.
    Rows {
        /// what they are, in place of a filter
        name: String,
        /// rows of the examples
        rows: Vec<u32>,
    },
    /// Another screen.
    View(View),
    /// What can't be shown from here: the command that shows it.
    Elsewhere(String),
}

/// A row, and where it leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One cell a field.
    pub cells: Vec<Cell>,
    /// Where it leads.
    pub enter: Option<Enter>,
}

/// Rows of cells under fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    fields: Vec<Field>,
    rows: Vec<Row>,
}

impl Sheet {
    /// An empty one.
    pub fn new(fields: &[Field]) -> Self {
        Self { fields: fields.to_vec(), rows: vec![] }
    }

    /// Adds a row: one cell a field.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(Row { cells: cells.into(), enter: None });
    }

    /// Adds a row that leads somewhere.
    pub fn row_into(&mut self, cells: impl Into<Vec<Cell>>, enter: Enter) {
        self.rows.push(Row { cells: cells.into(), enter: Some(enter) });
    }

    /// Its rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first so many rows as a table, and how many are left out. In a table that is wider than
    /// `width` columns the spare fields go, the last one first.
    pub fn shown(&self, most: usize, width: usize) -> (Table, usize) {
        let mut without = 0;
        let spare = self.fields.iter().filter(|field| field.is_spare).count();
        let mut table = self.table(most, without);
        while table.width() > width && without < spare {
            without += 1;
            table = self.table(most, without);
        }
        table.narrow(width);
        (table, self.rows.len().saturating_sub(most))
    }

    /// The table without the last so many spare fields.
    fn table(&self, most: usize, without: usize) -> Table {
        let spare: Vec<usize> =
            (0..self.fields.len()).filter(|&at| self.fields[at].is_spare).collect();
        let gone = &spare[spare.len().saturating_sub(without)..];
        let is_shown = |at: &usize| self.fields[*at].is_shown && !gone.contains(at);
        let shown: Vec<usize> = (0..self.fields.len()).filter(is_shown).collect();
        let titles: Vec<&str> = shown.iter().map(|&at| self.fields[at].title).collect();
        let mut table = Table::new(&titles);
        for row in self.rows.iter().take(most) {
            let cell = |&at: &usize| row.cells.get(at).map_or_else(String::new, Cell::shown);
            table.row(shown.iter().map(cell).collect::<Vec<_>>());
        }
        table
    }

    /// Writes all of it as CSV.
    ///
    /// # Errors
    /// When `out` can't be written to.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
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
            let cells = row.cells.iter().zip(&self.fields);
            let cells = cells.flat_map(|(cell, f)| cell.written(1 + usize::from(f.is_interval)));
            writer.write_record(cells).map_err(io_error)?;
        }
        writer.flush()
    }
}

/// What people are shown of a statistic.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Lines above the tables.
    pub head: Vec<String>,
    /// Tables with their titles; the first one is what `--csv` writes.
    pub sheets: Vec<(String, Sheet)>,
    /// Lines below the tables.
    pub notes: Vec<String>,
}

impl Page {
    /// A page that shows one table.
    pub fn new(head: impl Into<String>, sheet: Sheet) -> Self {
        Self { head: vec![head.into()], sheets: vec![(String::new(), sheet)], notes: vec![] }
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

    /// All rows of all tables, in the order in which a cursor goes through them.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sheets.iter().flat_map(|(_, sheet)| sheet.rows())
    }

    /// Lines of text for people: no more than so many rows a table, tables at most `width` columns
    /// wide where that can be.
    pub fn lines(&self, most: usize, width: usize) -> Vec<String> {
        let safe = |texts: &[String]| -> Vec<String> {
            texts.iter().flat_map(|line| text::lines(line)).map(Cow::into_owned).collect()
        };
        let mut lines = safe(&self.head);
        for (title, sheet) in self.sheets.iter().filter(|(_, sheet)| !sheet.is_empty()) {
            lines.push(String::new());
            lines.extend((!title.is_empty()).then(|| text::line(title).into_owned()));
            let (table, rest) = sheet.shown(most, width);
            lines.extend(table.lines());
            if rest > 0 {
                let rest = crate::report::count(rest);
                lines.push(format!("and {rest} more: --csv or --json has all"));
            }
        }
        lines.extend((!self.notes.is_empty()).then(String::new));
        lines.extend(safe(&self.notes));
        lines
    }

    /// All of it as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let mut add = |text: &str| {
            out.push_str(text);
            out.push_str("\n\n");
        };
        for line in self.head.iter().filter(|line| !line.trim().is_empty()) {
            add(&escaped(line));
        }
        for (title, sheet) in self.sheets.iter().filter(|(_, sheet)| !sheet.is_empty()) {
            if !title.is_empty() {
                add(&format!("**{}**", escaped(title)));
            }
            add(&sheet.table(usize::MAX, 0).markdown());
        }
        for line in &self.notes {
            add(&escaped(line));
        }
        out.trim_end().to_owned() + "\n"
    }
}

/// Text that means nothing else in Markdown.
pub(super) fn escaped(line: &str) -> String {
    let mut out = String::new();
    for c in text::line(line).chars() {
        if r"\`*_[]<>|#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let mut sheet = Sheet::new(&[field("class", "class"), interval_of("error").spare()]);
        sheet.row([Cell::from("a,b"), Cell::Range(0.123_456, 0.2)]);
        sheet.row([Cell::from("c|d"), Cell::None]);
        Page::new("head", sheet).note("a *note*")
    }

    #[test]
    fn the_same_cells_are_rounded_for_people_and_whole_in_csv() {
        let page = page();
        let lines = page.lines(50, 80);
        assert_eq!(
            lines[..5],
            ["head", "", "class       95 %", "a,b    12.3–20.0", "c|d            –"]
        );
        let mut out = Vec::new();
        page.sheets[0].1.write_csv(&mut out).unwrap();
        let csv = "class,error_low,error_high\n\"a,b\",0.123456,0.2\nc|d,,\n";
        assert_eq!(String::from_utf8(out).unwrap(), csv);
    }

    #[test]
    fn what_is_spare_goes_where_there_is_no_room() {
        let lines = page().lines(1, 12);
        assert_eq!(lines[2..5], ["class", "a,b", "and 1 more: --csv or --json has all"]);
    }

    #[test]
    fn markdown_is_not_broken_by_what_it_quotes() {
        let expected = "head\n\n| class | 95 % |\n| :-- | --: |\n| a,b | 12.3–20.0 |\n\
                        | c\\|d | – |\n\na \\*note\\*\n";
        assert_eq!(page().markdown(), expected);
    }
}
