//! What is drawn. Reads the app, changes nothing, computes no statistic.

mod confirm;
mod find;
mod grid;
mod guards;
mod history;
mod picker;
mod popup;
mod progress;
mod review;
mod tags;

use super::app::{App, Mode};
use super::command::Context;
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
            if app.context() == Context::Review { "q" } else { "esc and q" }
        );
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    };
    match app.grid() {
        Some(grid) => grid::draw(app, grid, theme, frame),
        None => review::draw(app, &places, theme, frame),
    }
    if let Some(page) = app.tag_page() {
        tags::draw(app, page, &places, theme, frame);
    }
    match app.mode() {
        // The grid asks below its tiles.
        Mode::Confirm(_) if app.grid().is_some() => {}
        Mode::Base | Mode::Tags => {}
        Mode::Help(list) => popup::draw_help(app, list.at, theme, frame),
        Mode::Prompt(prompt) => popup::draw_prompt(app, prompt, &places, theme, frame),
        Mode::Picker(picker) => picker::draw(app, picker, theme, frame),
        Mode::Find(line) => find::draw(app, line, &places, theme, frame),
        Mode::Choose => confirm::draw_choose(app, theme, frame),
        Mode::Confirm(confirm) => confirm::draw(app, confirm, theme, frame),
        Mode::History(list) => history::draw(app, list.at, theme, frame),
        Mode::Guards(list) => guards::draw(app, list.at, theme, frame),
        Mode::Progress(progress) => progress::draw(app, progress, theme, frame),
    }
}
