//! What a terminal shows, and where things stand on it.

use ratatui::layout::Rect;
use std::time::Instant;
use vt100::{Color, MouseProtocolEncoding, MouseProtocolMode};

/// What a terminal shows.
#[derive(Clone)]
pub struct Screen {
    pub(super) cells: vt100::Screen,
    pub(super) at: Instant,
}

/// A colour of a cell.
pub type Rgb = (u8, u8, u8);

impl Screen {
    /// When the program wrote the last of it.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// All text, with line ends.
    pub fn text(&self) -> String {
        self.cells.contents()
    }

    /// The lines from column `from` on, `width` columns wide.
    pub fn columns(&self, from: u16, width: u16) -> Vec<String> {
        self.cells.rows(from, width).collect()
    }

    /// The lines without the blanks at their ends.
    pub fn lines(&self) -> Vec<String> {
        self.columns(0, u16::MAX).iter().map(|line| line.trim_end().to_owned()).collect()
    }

    /// A line, counted from the top.
    pub fn line(&self, at: usize) -> String {
        self.lines().swap_remove(at)
    }

    /// A line, counted from the bottom.
    pub fn line_from_below(&self, at: usize) -> String {
        self.lines().into_iter().rev().nth(at).unwrap()
    }

    /// Whether `text` stands in one line.
    pub fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The text that follows `caption` in its line.
    #[track_caller]
    pub fn after(&self, caption: &str) -> String {
        let text = self.text();
        let found = text.lines().find_map(|line| Some(line.split_once(caption)?.1.trim()));
        found.unwrap_or_else(|| panic!("no {caption:?} on the screen:\n{text}")).to_owned()
    }

    /// The colours, text and background, of the cell after `caption`.
    pub fn cell_after(&self, caption: &str) -> Option<(Color, Color)> {
        let found = |line: &String| Some(line.split_once(caption)?.0.chars().count());
        let lines = self.lines();
        let (row, before) =
            lines.iter().enumerate().find_map(|(row, line)| Some((row, found(line)?)))?;
        let col = before + caption.chars().count();
        let cell = self.cells.cell(u16::try_from(row).ok()?, u16::try_from(col).ok()?)?;
        Some((cell.fgcolor(), cell.bgcolor()))
    }

    /// Whether it is the one that full-screen programs draw on.
    pub fn is_alternate(&self) -> bool {
        self.cells.alternate_screen()
    }

    /// Whether there is a cursor to be seen.
    pub fn has_cursor(&self) -> bool {
        !self.cells.hide_cursor()
    }

    /// Whether pasted text is marked as such.
    pub fn marks_paste(&self) -> bool {
        self.cells.bracketed_paste()
    }

    /// Whether clicks are told to the program: buttons only, in coordinates of any size.
    pub fn reports_clicks(&self) -> bool {
        self.cells.mouse_protocol_mode() == MouseProtocolMode::PressRelease
            && self.cells.mouse_protocol_encoding() == MouseProtocolEncoding::Sgr
    }

    /// Whether the mouse is the terminal's own.
    pub fn leaves_mouse(&self) -> bool {
        self.cells.mouse_protocol_mode() == MouseProtocolMode::None
    }

    /// Column and row of the first place where `text` stands.
    #[track_caller]
    pub fn place_of(&self, text: &str) -> (u16, u16) {
        let lines = self.columns(0, u16::MAX);
        let found = lines.iter().zip(0..).find_map(|(line, row)| {
            let before = line.split_once(text)?.0;
            Some((before.chars().count() as u16, row))
        });
        found.unwrap_or_else(|| panic!("no {text:?} on the screen:\n{self}"))
    }

    /// The picture: rows of (upper, lower) colours of half-block cells. `None` if there is none.
    pub fn picture(&self) -> Option<Vec<Vec<(Rgb, Rgb)>>> {
        let (rows, cols) = self.cells.size();
        let row = |row| (0..cols.get()).filter_map(|col| self.half_block(row, col)).collect();
        let picture: Vec<Vec<_>> =
            (0..rows.get()).map(row).filter(|r: &Vec<_>| !r.is_empty()).collect();
        (!picture.is_empty()).then_some(picture)
    }

    /// The brightness (upper, lower) of the half-block cells in `room`, row by row.
    pub fn half_blocks(&self, room: Rect) -> Vec<Vec<(u8, u8)>> {
        let cols =
            |row| (room.left()..room.right()).filter_map(move |col| self.half_block(row, col));
        let rows = (room.top()..room.bottom()).map(|row| cols(row).map(|(a, b)| (a.0, b.0)));
        rows.map(Iterator::collect).filter(|row: &Vec<_>| !row.is_empty()).collect()
    }

    fn half_block(&self, row: u16, col: u16) -> Option<(Rgb, Rgb)> {
        let cell = self.cells.cell(row, col).filter(|cell| cell.contents() == "▀")?;
        let rgb = |color| match color {
            Color::Rgb(r, g, b) => (r, g, b),
            _ => (0, 0, 0),
        };
        Some((rgb(cell.fgcolor()), rgb(cell.bgcolor())))
    }
}

impl std::fmt::Display for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}
