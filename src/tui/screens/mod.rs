//! What is drawn. Reads the app, changes nothing, computes no statistic.

mod popup;
mod review;

use super::app::{App, Mode};
use super::command::Context;
use super::layout;
use super::theme::Theme;
use ratatui::Frame;
use ratatui::widgets::{Paragraph, Wrap};

/// Draws the whole screen.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    match layout::review(frame.area()) {
        Some(places) => draw_review(app, &places, theme, frame),
        None => draw_refusal(app, frame),
    }
    theme.lay_ground(frame.buffer_mut());
}

fn draw_review(app: &App, places: &layout::Review, theme: Theme, frame: &mut Frame<'_>) {
    review::draw(app, places, theme, frame);
    match app.mode() {
        Mode::Review => {}
        Mode::Help(scroll) => popup::draw_help(app, *scroll, theme, frame),
        Mode::Prompt(prompt) => popup::draw_prompt(app, prompt, places, theme, frame),
        Mode::Picker(picker) => popup::draw_picker(app, picker, theme, frame),
    }
}

/// The terminal is too small to show on what a key would act.
fn draw_refusal(app: &App, frame: &mut Frame<'_>) {
    let (area, (cols, rows)) = (frame.area(), layout::SMALLEST);
    let quit = app.keymap().first_key(Context::Review, "quit");
    let close = match app.context() {
        Context::Review => String::new(),
        context => format!("{} and ", app.keymap().first_key(context, "cancel")),
    };
    let text = format!(
        "gaffe needs {cols}×{rows}; this terminal has {}×{}. Enlarge it, or {close}{quit} to quit.",
        area.width, area.height
    );
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}
