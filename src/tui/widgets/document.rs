//! A text or a table row, in the place of a picture.
//!
//! Invariant: what has no room can be scrolled to, and it is said that there is more.

use crate::dataset::{Column, Media};
use crate::media::text;
use crate::project::Desk;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

/// The lines of an example that is no picture: its text, or a column a line.
fn document(desk: &Desk, row: u32, caption: Style) -> Paragraph<'_> {
    let row = row as usize;
    let lines: Vec<Line<'_>> = match &desk.examples().media {
        Media::Text(texts) => text::lines(texts.get(row)).map(Line::from).collect(),
        Media::Row | Media::Picture(_) | Media::Sound(_) => {
            let cell = |column: &Column| {
                let name = format!("{} ", text::line(&column.name));
                let value = text::line(column.cells.get(row)).into_owned();
                Line::from(vec![Span::styled(name, caption), Span::raw(value)])
            };
            desk.examples().metadata.iter().map(cell).collect()
        }
    };
    Paragraph::new(lines).wrap(Wrap { trim: false })
}

/// How far an example can be scrolled in `cols` × `rows`.
pub fn scroll_limit(desk: &Desk, row: u32, (cols, rows): (u16, u16)) -> u16 {
    let lines = document(desk, row, Style::new()).line_count(cols);
    // One line less for the mark that there is more.
    let shown = usize::from(rows.saturating_sub(1));
    if lines > usize::from(rows) { u16::try_from(lines - shown).unwrap_or(u16::MAX) } else { 0 }
}

/// Draws a text or a table row, scrolled by so many lines.
pub fn draw_document(
    desk: &Desk,
    row: u32,
    scroll: u16,
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let document = document(desk, row, theme.dim());
    let limit = scroll_limit(desk, row, (area.width, area.height));
    if limit == 0 {
        return document.render(area, buffer);
    }
    let [shown, mark] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
    document.scroll((scroll.min(limit), 0)).render(shown, buffer);
    let left = limit.saturating_sub(scroll);
    let word = if left == 0 { "— end —".to_owned() } else { format!("… {left} more lines") };
    Paragraph::new(word).style(theme.accent()).render(mark, buffer);
}
