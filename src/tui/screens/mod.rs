//! What is drawn. Reads the app, changes nothing, computes no statistic.

pub(super) mod boards;
mod card;
pub(super) mod confirm;
mod find;
mod footer;
mod grid;
mod guards;
mod help;
pub(super) mod hints;
mod history;
pub(super) mod picker;
pub(super) mod popup;
mod progress;
mod review;
pub(super) mod tag_bar;
mod tags;
pub(super) mod what_if;

pub(super) use boards::tried_limit;
pub(super) use help::scroll_limit as help_limit;
pub(super) use picker::first_line;
pub(super) use review::class_in_line;

use super::app::{App, Mode};
use super::command::{Command, Context};
use super::layout;
use super::theme::Theme;
use ratatui::Frame;
use ratatui::widgets::{Paragraph, Wrap};

/// Draws the whole screen.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    match layout::review(frame.area()) {
        Some(places) => draw_screen(app, &places, theme, frame),
        None => draw_refusal(app, frame),
    }
    theme.lay_ground(frame.buffer_mut());
}

fn draw_screen(app: &App, places: &layout::Review, theme: Theme, frame: &mut Frame<'_>) {
    match (app.board(), app.grid(), app.what_if()) {
        (.., Some(asked)) => what_if::draw(app, asked, places, theme, frame),
        (Some(board), ..) => boards::draw(app, board, theme, frame),
        (None, Some(grid), _) => grid::draw(app, grid, theme, frame),
        (None, None, _) => review::draw(app, places, theme, frame),
    }
    if let Some(page) = app.tag_page() {
        tags::draw(app, page, places, theme, frame);
    }
    match app.mode() {
        // The grid asks below its tiles.
        Mode::Confirm(_) if app.grid().is_some() => {}
        Mode::Base | Mode::Tags | Mode::WhatIf => {}
        Mode::Find(line) => find::draw(app, line, places, theme, frame),
        Mode::Help(list) => help::draw(app, list.at, theme, frame),
        Mode::Prompt(prompt) => popup::draw_prompt(app, prompt, places, theme, frame),
        Mode::Picker(picker) => picker::draw(app, picker, theme, frame),
        Mode::Card => card::draw(app, theme, frame),
        Mode::Choose => confirm::draw_choose(app, theme, frame),
        Mode::Confirm(confirm) => confirm::draw(app, confirm, theme, frame),
        Mode::History(list) => history::draw(app, list.at, theme, frame),
        Mode::Tried(list) => boards::draw_tried(app, list.at, theme, frame),
        Mode::Guards(list) => guards::draw(app, list.at, theme, frame),
        Mode::Progress(progress) => progress::draw(app, progress, theme, frame),
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
