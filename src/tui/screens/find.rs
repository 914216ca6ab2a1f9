//! The filter line, what can be written in it, and what is wrong with it.

use super::popup::{draw_input, hints};
use crate::media::text;
use crate::tui::app::{App, FindLine};
use crate::tui::command::Context;
use crate::tui::layout;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// Candidates that are seen at once.
const SHOWN: usize = 8;

/// Draws the line in the place of the note, the candidates above it, an error below it.
pub fn draw(
    app: &App,
    line: &FindLine,
    places: &layout::Review,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    const CAPTION: &str = " find ";
    frame.render_widget(Clear, places.note);
    let [left, field] =
        Layout::horizontal([Constraint::Length(CAPTION.len() as u16), Constraint::Min(1)])
            .areas(places.note);
    frame.render_widget(Paragraph::new(CAPTION).style(theme.accent()), left);
    if line.error.is_none() {
        draw_candidates(line, field, theme, frame);
    }
    draw_error(line, field, places, theme, frame);
    draw_input(&line.input, field, frame);
    let keys = hints(
        app,
        Context::Find,
        &[("accept", "list"), ("complete", "complete"), ("cancel", "close")],
        places.keys.width,
    );
    frame.render_widget(Clear, places.keys);
    frame.render_widget(Paragraph::new(keys).style(theme.dim()), places.keys);
}

fn draw_candidates(line: &FindLine, field: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let items = &line.completion.items;
    let rows = items.len().min(SHOWN).min(usize::from(field.y.saturating_sub(3)));
    if rows == 0 {
        return;
    }
    let first = (line.selected + 1).saturating_sub(rows);
    let width = usize::from(field.width.min(76)).saturating_sub(4);
    let left = items.iter().map(|c| text::width(&c.insert)).max().unwrap_or(0).min(width / 2);
    let item = |(i, candidate): (usize, &crate::find::Candidate)| {
        let insert = text::fit(&candidate.insert, left);
        let gap = " ".repeat(left.saturating_sub(text::width(&insert)) + 2);
        let help = text::fit(&candidate.help, width - left - 2);
        let style = if i == line.selected { theme.selected() } else { theme.strong() };
        Line::from(vec![
            Span::styled(insert, style),
            Span::raw(gap),
            Span::styled(help, theme.dim()),
        ])
    };
    let lines: Vec<Line<'_>> = items.iter().enumerate().skip(first).take(rows).map(item).collect();
    let height = rows as u16 + 2;
    let area = Rect::new(field.x, field.y - height, width as u16 + 4, height);
    let title = format!(" {} of {} ", line.selected + 1, items.len());
    let block = Block::bordered().title_bottom(Line::from(title).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block.border_style(theme.dim())), area);
}

/// What is wrong, with a mark below the place.
fn draw_error(
    line: &FindLine,
    field: Rect,
    places: &layout::Review,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let Some(error) = &line.error else { return };
    let value = line.input.value();
    let columns = |bytes: usize| value.get(..bytes).map_or(0, text::width);
    let scroll = line.input.visual_scroll(usize::from(field.width.saturating_sub(1)));
    let start = columns(error.at.start).saturating_sub(scroll);
    let length = columns(error.at.end).saturating_sub(columns(error.at.start)).max(1);
    let mark = format!("{}{}", " ".repeat(start), "^".repeat(length));
    let below = Rect { x: field.x, y: field.y + 1, width: field.width, height: 1 };
    frame.render_widget(Clear, Rect { x: 0, width: frame.area().width, ..below });
    frame.render_widget(Paragraph::new(mark).style(theme.trouble()), below);
    let what = match error.remedy.as_str() {
        "" => error.what.clone(),
        remedy => format!("{}: {remedy}", error.what),
    };
    let place = if below.y == places.status.y { places.keys } else { places.status };
    frame.render_widget(Clear, place);
    let what = text::fit(&what, usize::from(place.width).saturating_sub(1));
    frame.render_widget(Paragraph::new(format!(" {what}")).style(theme.trouble()), place);
}
