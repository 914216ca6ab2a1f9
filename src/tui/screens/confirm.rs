//! What concerns many examples: which decision, and whether it is meant.

use super::popup::hints;
use crate::media::text;
use crate::tui::app::{App, Confirm};
use crate::tui::command::Context;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

/// Draws the question and what it means.
pub fn draw(app: &App, confirm: &Confirm, theme: Theme, frame: &mut Frame<'_>) {
    let keys = [("accept", "do it"), ("cancel", "leave it")];
    let hint = hints(app, Context::Confirm, &keys, 60);
    let lines = vec![
        Line::styled(text::line(&confirm.question).into_owned(), theme.strong()),
        Line::from(text::line(&confirm.detail).into_owned()),
        Line::default(),
        Line::styled(format!("{hint} one undo takes all of it back"), theme.dim()),
    ];
    draw_box(" all at once ", lines, theme, frame);
}

/// Asks which decision it is.
pub fn draw_choose(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    let count = app.marks().len();
    let close = hints(app, Context::Choose, &[("cancel", "leaves")], 60);
    let lines = vec![
        Line::styled(format!("{count} marked: what is decided on them?"), theme.strong()),
        Line::from("press the key of a verdict, a class, a tag, a mark"),
        Line::default(),
        Line::styled(format!("{close} nothing is decided before it was confirmed"), theme.dim()),
    ];
    draw_box(" all at once ", lines, theme, frame);
}

fn draw_box(title: &'static str, lines: Vec<Line<'_>>, theme: Theme, frame: &mut Frame<'_>) {
    let area = centred(frame.area(), 64, 8);
    let block = Block::bordered().title(title).border_style(theme.dim());
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(block), area);
}
