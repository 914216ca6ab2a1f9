//! What is drawn. Reads the app, changes nothing, computes no statistic.

mod confirm;
mod find;
mod picker;
mod popup;
mod review;

use super::app::{App, Mode};
use super::command::{Command, Context};
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
        Mode::Base => {}
        Mode::Help(list) => popup::draw_help(app, list.at, theme, frame),
        Mode::Prompt(prompt) => popup::draw_prompt(app, prompt, places, theme, frame),
        Mode::Picker(picker) => picker::draw(app, picker, theme, frame),
        Mode::Find(line) => find::draw(app, line, places, theme, frame),
        Mode::Choose => confirm::draw_choose(app, theme, frame),
        Mode::Confirm(confirm) => confirm::draw(app, confirm, theme, frame),
    }
}

/// The terminal is too small to show on what a key would act.
fn draw_refusal(app: &App, frame: &mut Frame<'_>) {
    let (area, (cols, rows)) = (frame.area(), layout::SMALLEST);
    let quit = app.keymap().key_of(Command::Quit);
    let close = match app.context() {
        Context::Review => String::new(),
        context => format!("{} and ", app.keymap().key_in(context, Command::Cancel)),
    };
    let text = format!(
        "gaffe needs {cols}×{rows}; this terminal has {}×{}. Enlarge it, or {close}{quit} to quit.",
        area.width, area.height
    );
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}
