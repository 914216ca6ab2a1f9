//! Fields on top of a screen.

use super::hints::{self, Hint};
use super::{tags, what_if};
use crate::media::text;
use crate::tui::app::{App, Mode, Prompt, PromptKind};
use crate::tui::command::Context;
use crate::tui::layout;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Clear, Paragraph};
use tui_input::Input;

/// What can be done in a field.
pub fn prompt_keys(app: &App, width: u16) -> Vec<Hint> {
    let (accept, cancel) = match app.mode() {
        Mode::Prompt(prompt) if prompt.kind == PromptKind::Jump => ("go", "close"),
        Mode::Prompt(prompt) if prompt.kind == PromptKind::WhatIf => {
            ("leave it so", "take it back")
        }
        Mode::Prompt(prompt) if prompt.kind == PromptKind::RunName => ("score", "close"),
        _ => ("save", "close"),
    };
    hints::row(app, Context::Prompt, &[("accept", accept), ("cancel", cancel)], width)
}

/// The field of a note or a tag's name, in the line of the note.
pub fn draw_prompt(
    app: &App,
    prompt: &Prompt,
    places: &layout::Review,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let caption = match prompt.kind {
        PromptKind::Note => " note ".to_owned(),
        PromptKind::FilterName => " save the filter as (-name forgets one) @".to_owned(),
        PromptKind::SliceName => " pin the slice as @".to_owned(),
        PromptKind::Jump => " go to number, id or part of an id ".to_owned(),
        PromptKind::Goal => " how many in this session? ".to_owned(),
        PromptKind::Count => " repeat on how many, this one included? ".to_owned(),
        PromptKind::Days => " days that it costs (none takes it back) ".to_owned(),
        PromptKind::Hypothesis => " try it: why should it help? ".to_owned(),
        PromptKind::TimeBox => " days that it may take (none: no limit) ".to_owned(),
        PromptKind::WhatIf => what_if::caption(app),
        PromptKind::RunName => " score it as the run ".to_owned(),
        PromptKind::Tag(tag, field) => tags::caption(app, tag, field),
    };
    frame.render_widget(Clear, places.note);
    let [left, field] =
        Layout::horizontal([Constraint::Length(text::width(&caption) as u16), Constraint::Min(1)])
            .areas(places.note);
    frame.render_widget(Paragraph::new(caption).style(theme.accent()), left);
    draw_input(&prompt.input, field, frame);
    frame.render_widget(Clear, places.keys);
    let keys = prompt_keys(app, places.keys.width);
    hints::draw(&keys, places.keys, theme, frame.buffer_mut());
}

/// Draws a field and puts the caret into it.
pub fn draw_input(input: &Input, area: Rect, frame: &mut Frame<'_>) {
    let room = usize::from(area.width.saturating_sub(1));
    let scroll = input.visual_scroll(room);
    let value = text::line(input.value()).into_owned();
    frame.render_widget(Paragraph::new(value).scroll((0, scroll as u16)), area);
    let caret = input.visual_cursor().saturating_sub(scroll).min(room);
    frame.set_cursor_position((area.x + caret as u16, area.y));
}
