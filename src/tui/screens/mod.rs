//! What is drawn. Reads the app, changes nothing, computes no statistic.

mod card;
pub(super) mod confirm;
mod help;
pub(super) mod hints;
pub(super) mod picker;
pub(super) mod popup;
mod review;
pub(super) mod tag_bar;

pub(super) use help::scroll_limit as help_limit;
pub(super) use picker::first_line;
pub(super) use review::class_in_line;

use super::app::{App, Mode};
use super::layout;
use super::theme::Theme;
use ratatui::Frame;
use ratatui::widgets::{Paragraph, Wrap};

/// Draws the whole screen.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let Some(places) = layout::review(area) else {
        let (cols, rows) = layout::SMALLEST;
        let text = format!(
            "gaffe needs {cols}×{rows}; this terminal has {}×{}. Enlarge it, or {} to quit.",
            area.width,
            area.height,
            if matches!(app.mode(), Mode::Base) { "q" } else { "esc and q" }
        );
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    };
    review::draw(app, &places, theme, frame);
    match app.mode() {
        Mode::Base => {}
        Mode::Help(list) => help::draw(app, list.at, theme, frame),
        Mode::Prompt(prompt) => popup::draw_prompt(app, prompt, &places, theme, frame),
        Mode::Picker(picker) => picker::draw(app, picker, theme, frame),
        Mode::Card => card::draw(app, theme, frame),
        Mode::Choose => confirm::draw_choose(app, theme, frame),
        Mode::Confirm(confirm) => confirm::draw(app, confirm, theme, frame),
    }
}
