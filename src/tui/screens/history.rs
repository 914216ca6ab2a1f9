//! The last decisions: all of them in a list on top, or a few beside the review.

use super::hints::hints;
use crate::dataset::Event;
use crate::media::text;
use crate::tui::app::{App, Entry, entry};
use crate::tui::command::Context;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// Columns of ` 59 min  `.
const AGO: usize = 9;

/// Draws the list; only what is seen of it is looked up.
pub fn draw(app: &App, selected: usize, theme: Theme, frame: &mut Frame<'_>) {
    let count = app.history_len();
    let height = u16::try_from(count + 3).unwrap_or(u16::MAX).min(frame.area().height * 3 / 4);
    let area = centred(frame.area(), 76, height.max(6));
    let title = format!(" {} · the latest first ", number(count));
    let block = Block::bordered().title(title).border_style(theme.dim());
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let [list, keys] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(inner);
    let room = usize::from(list.height);
    let first = selected.saturating_sub(room / 2).min(count.saturating_sub(room));
    let lines: Vec<Line<'_>> = (first..count.min(first + room))
        .filter_map(|at| {
            let line = line(app, app.history(at)?, usize::from(list.width), theme);
            Some(if at == selected { line.patch_style(theme.selected()) } else { line })
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), list);
    let commands = [("accept", "go to it"), ("down", "down"), ("cancel", "close")];
    let hint = hints(app, Context::History, &commands, keys.width);
    frame.render_widget(Paragraph::new(hint).style(theme.dim()), keys);
}

/// The decisions that stand, as far as there is room.
pub fn draw_strip(app: &App, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let room = usize::from(area.height).saturating_sub(1);
    let width = usize::from(area.width);
    let mut lines = vec![Line::styled("last decisions", theme.strong())];
    let mut last = None;
    let events = app.decisions().filter(|event| {
        // Several keys on one example are one line.
        let id = event.changes.first().map(|change| change.id.as_str());
        id.is_none() || std::mem::replace(&mut last, id) != id
    });
    lines.extend(events.take(room).map(|event| strip_line(app, event, width, theme)));
    if lines.len() == 1 {
        lines.push(Line::styled("none yet", theme.dim()));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn number(count: usize) -> String {
    if count == 1 { "1 decision".to_owned() } else { format!("{count} decisions") }
}

fn line(app: &App, shown: Entry<'_>, width: usize, theme: Theme) -> Line<'static> {
    let ago = format!("{:>7}  ", app.ago(shown.event));
    let word = if shown.undone { "taken back: " } else { "" };
    let (which, what) = entry(shown.event, app.desk().ledger());
    let column = width.saturating_sub(AGO) * 2 / 5;
    let which = padded(&which, column);
    let room = width.saturating_sub(AGO + text::width(&which));
    let what = text::fit(&format!("{word}{what}"), room);
    let style = if shown.undone { theme.dim() } else { theme.done() };
    Line::from(vec![
        Span::styled(ago, theme.dim()),
        if shown.undone { Span::styled(which, theme.dim()) } else { Span::raw(which) },
        Span::styled(what, style),
    ])
}

fn strip_line(app: &App, event: &Event, width: usize, theme: Theme) -> Line<'static> {
    let (which, what) = entry(event, app.desk().ledger());
    let which = padded(&which, width * 2 / 5);
    let room = width.saturating_sub(text::width(&which));
    let what = text::fit(&what, room);
    Line::from(vec![Span::styled(which, theme.dim()), Span::styled(what, theme.done())])
}

/// Cut or filled to `width` columns, of which the last two are empty.
fn padded(text: &str, width: usize) -> String {
    let fitting = text::fit(text, width.saturating_sub(2));
    let gap = width.saturating_sub(text::width(&fitting));
    fitting + &" ".repeat(gap)
}
