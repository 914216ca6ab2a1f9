//! What concerns many examples: which decision, and whether it is meant.
//!
//! Invariant: the hints are drawn and clicked in the last line of the box, whatever stands above.

use super::hints::{self, Hint};
use crate::media::text;
use crate::tui::app::{App, Confirm, Deed, Mode};
use crate::tui::command::Context;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

/// The title of what concerns many examples.
const ALL: &str = " all at once ";

/// The box, its text, its hints.
fn places(app: &App, screen: Rect) -> (Rect, Rect, Rect) {
    let more = match app.mode() {
        Mode::Confirm(confirm) => text::width(&confirm.detail) / 60,
        _ => 0,
    };
    let area = centred(screen, 64, 8 + more as u16);
    let [text, keys] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)])
        .areas(area.inner(Margin::new(1, 1)));
    (area, text, keys)
}

/// What can be done, and where it stands.
pub fn keys(app: &App, screen: Rect) -> (Rect, Vec<Hint>) {
    let (.., area) = places(app, screen);
    let context = app.context();
    let commands: &[(&str, &str)] = match context {
        Context::Choose => &[("cancel", "leaves")],
        _ => &[("accept", "do it"), ("cancel", "leave it")],
    };
    let hints = hints::row(app, context, commands, area.width);
    (area, hints)
}

/// Draws the question and what it means.
pub fn draw(app: &App, confirm: &Confirm, theme: Theme, frame: &mut Frame<'_>) {
    let lines = vec![
        Line::styled(text::line(&confirm.question).into_owned(), theme.strong()),
        Line::from(text::line(&confirm.detail).into_owned()),
    ];
    let (title, note) = match confirm.deed {
        Deed::StopScoring | Deed::ChooseModel => (" scoring ", ""),
        _ => (ALL, "one undo takes all of it back"),
    };
    draw_box(app, lines, (title, note), theme, frame);
}

/// Asks which decision it is.
pub fn draw_choose(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    let count = app.marks().len();
    let lines = vec![
        Line::styled(format!("{count} marked: what is decided on them?"), theme.strong()),
        Line::from("press the key of a verdict, a class, a tag, a mark"),
    ];
    draw_box(app, lines, (ALL, "nothing is decided before it was confirmed"), theme, frame);
}

fn draw_box(
    app: &App,
    mut lines: Vec<Line<'_>>,
    (title, note): (&'static str, &'static str),
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let (area, room, _) = places(app, frame.area());
    let block = Block::bordered().title(title).border_style(theme.dim());
    lines.extend([Line::default(), Line::styled(note, theme.dim())]);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), room);
    let (area, hints) = keys(app, frame.area());
    hints::draw(&hints, area, theme, frame.buffer_mut());
}
