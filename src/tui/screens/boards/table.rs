//! Tables with a cursor, and bars beside their rows.

use crate::insight::Page;
use crate::media::text;
use crate::tui::app::{Board, MOST_ROWS};
use crate::tui::theme::Theme;
use crate::tui::widgets::bar;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// A bar beside a row: its length, and the part of it at its end that is drawn lighter. Shares of the
/// longest there can be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bar {
    /// From 0 to 1.
    pub length: f64,
    /// No more than `length`.
    pub lighter: f64,
}

/// Columns that a bar has at least, and at most.
const SHORTEST: usize = 8;
const LONGEST: usize = 40;

/// A line of a page.
enum Part {
    Text(String),
    Title(String),
    Header(String),
    /// A row of the tables, by its number.
    Row(usize, String),
}

/// Draws a page: its head, its tables with the cursor, its notes; scrolled so that the cursor is seen.
/// The first rows have `bars` beside them.
pub fn draw(
    board: &Board,
    page: &Page,
    bars: &[Bar],
    area: Rect,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let width = usize::from(area.width);
    let room = if bars.is_empty() { width } else { width.saturating_sub(SHORTEST + 2) };
    let parts = parts(page, room, width);
    let cursor =
        parts.iter().position(|part| matches!(part, Part::Row(n, _) if *n == board.list.at));
    let height = usize::from(area.height);
    let cursor = cursor.unwrap_or(0);
    let is_last = !parts[cursor..].iter().skip(1).any(|part| matches!(part, Part::Row(..)));
    let end = parts.len().saturating_sub(height);
    // The head stays in sight as long as the cursor does, too; behind the last row are the notes.
    let first =
        if is_last { end.min(cursor) } else { (cursor + 2).saturating_sub(height).min(end) };
    let table = parts.iter().map(Part::width).max().unwrap_or(0);
    let bar_width = width.saturating_sub(table + 2).min(LONGEST);
    let line = |part: &Part| line(part, board.list.at, bars, (table, bar_width), theme);
    let lines: Vec<Line<'_>> = parts.iter().skip(first).take(height).map(line).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

impl Part {
    /// Columns that bars must leave free.
    fn width(&self) -> usize {
        match self {
            Self::Header(line) | Self::Row(_, line) => text::width(line),
            Self::Text(_) | Self::Title(_) => 0,
        }
    }
}

/// What a line of the head says beside project, split and run, which the first one begins with and the
/// screen shows above.
fn said(at: usize, line: &str) -> Option<&str> {
    if at > 0 { Some(line) } else { line.split_once("   ").map(|(_, rest)| rest) }
}

fn parts(page: &Page, room: usize, width: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in page.head.iter().enumerate().filter_map(|(at, line)| said(at, line)) {
        parts.extend(text::folded(line, width).into_iter().map(Part::Text));
    }
    let mut number = 0;
    for (at, (title, sheet)) in page.sheets.iter().enumerate() {
        if sheet.is_empty() {
            continue;
        }
        if !parts.is_empty() {
            parts.push(Part::Text(String::new()));
        }
        if !title.is_empty() {
            parts.push(Part::Title(title.clone()));
        }
        let room = if at == 0 { room } else { width };
        let (table, rest) = sheet.shown(MOST_ROWS, room);
        let mut lines = table.lines().into_iter();
        parts.extend(lines.next().map(Part::Header));
        for line in lines {
            parts.push(Part::Row(number, line));
            number += 1;
        }
        if rest > 0 {
            parts.push(Part::Text(format!("and {rest} more")));
        }
    }
    if !page.notes.is_empty() {
        parts.push(Part::Text(String::new()));
    }
    for line in page.notes.iter().flat_map(|note| text::lines(note)) {
        parts.extend(text::folded(&line, width).into_iter().map(Part::Text));
    }
    parts
}

fn line(
    part: &Part,
    cursor: usize,
    bars: &[Bar],
    (table, bar_width): (usize, usize),
    theme: Theme,
) -> Line<'static> {
    match part {
        Part::Text(line) => Line::raw(text::line(line).into_owned()),
        Part::Title(line) => Line::styled(text::line(line).into_owned(), theme.strong()),
        Part::Header(line) => Line::styled(line.clone(), theme.dim()),
        Part::Row(number, line) => {
            let pad = " ".repeat(table.saturating_sub(text::width(line)));
            let chosen = *number == cursor;
            let style = if chosen { theme.selected() } else { ratatui::style::Style::new() };
            let mut spans = vec![Span::styled(format!("{line}{pad}"), style)];
            if let Some(bar) = bars.get(*number).filter(|_| bar_width >= SHORTEST) {
                spans.extend(bar_spans(bar, bar_width, theme));
            }
            Line::from(spans)
        }
    }
}

fn bar_spans(of: &Bar, width: usize, theme: Theme) -> [Span<'static>; 3] {
    let whole = bar(of.length, width);
    let solid = bar(of.length - of.lighter, width).trim_end().chars().count();
    let all = whole.trim_end().chars().count();
    let (first, second): (String, String) =
        (whole.chars().take(solid).collect(), "░".repeat(all.saturating_sub(solid)));
    [Span::raw("  "), Span::styled(first, theme.accent()), Span::styled(second, theme.dim())]
}
