//! A choice by typing: what matches, best first.
//!
//! Invariant: a line is drawn and clicked where [`places`] says that it stands.

use super::hints::{self, Hint};
use super::popup::draw_input;
use super::tags;
use crate::dataset::TagId;
use crate::media::text;
use crate::tui::app::{App, Pick, PickKind, Picker};
use crate::tui::command::{Command, Context};
use crate::tui::keymap;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

/// The places of a choice.
pub struct Places {
    /// The whole of it.
    area: Rect,
    /// What is typed.
    field: Rect,
    /// What matches.
    pub list: Rect,
    /// More about the chosen line.
    detail: Rect,
    /// What can be done.
    pub keys: Rect,
    /// Which match stands in the first line.
    pub first: usize,
}

/// Where everything stands on a screen.
pub fn places(screen: Rect, picker: &Picker) -> Places {
    let is_palette = picker.kind == PickKind::Command;
    let (width, height) = match picker.kind {
        PickKind::Command => (screen.width.saturating_sub(4).clamp(60, 100), 20),
        PickKind::Class | PickKind::Also => (54, 16),
        _ => (76, 16),
    };
    let area = centred(screen, width, height);
    let [field, list, detail, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(u16::from(is_palette)),
        Constraint::Length(1),
    ])
    .areas(area.inner(Margin::new(1, 1)));
    let least = (picker.selected + 1).saturating_sub(usize::from(list.height));
    let first = picker.top.min(picker.selected).max(least);
    Places { area, field, list, detail, keys, first }
}

/// Which match stands in the first line.
pub fn first_line(screen: Rect, picker: &Picker) -> usize {
    places(screen, picker).first
}

/// What can be done in a choice.
pub fn keys(app: &App, picker: &Picker, width: u16) -> Vec<Hint> {
    let commands: &[(&str, &str)] = match picker.kind {
        PickKind::Also => {
            &[("toggle", "on or off, and stay"), ("accept", "take"), ("cancel", "close")]
        }
        PickKind::Command => &[("accept", "do it"), ("down", "down"), ("cancel", "close")],
        _ => &[("accept", "take"), ("down", "down"), ("cancel", "close")],
    };
    hints::row(app, Context::Picker, commands, width)
}

/// Draws the field and the lines below it.
pub fn draw(app: &App, picker: &Picker, theme: Theme, frame: &mut Frame<'_>) {
    let places = places(frame.area(), picker);
    let block = Block::bordered().title(title(picker)).border_style(theme.dim());
    frame.render_widget(Clear, places.area);
    frame.render_widget(block, places.area);
    let room = usize::from(places.list.height);
    let line = |(i, &pick): (usize, &Pick)| {
        let line = pick_line(app, picker, pick, usize::from(places.list.width));
        Line::styled(line, if i == picker.selected { theme.selected() } else { theme.dim() })
    };
    let shown = picker.picks.iter().enumerate().skip(places.first).take(room).map(line);
    let mut lines: Vec<Line<'_>> = shown.collect();
    if lines.is_empty() {
        let looking = picker.kind == PickKind::Model && app.is_looking();
        let nothing = if looking { "looking for models …" } else { "nothing of that name" };
        lines.push(Line::styled(nothing, theme.dim()));
    }
    frame.render_widget(Paragraph::new(lines), places.list);
    if let Some(Pick::Command(command)) = picker.picks.get(picker.selected) {
        frame.render_widget(Paragraph::new(command.row().help), places.detail);
    }
    let hints = keys(app, picker, places.keys.width);
    hints::draw(&hints, places.keys, theme, frame.buffer_mut());
    draw_input(&picker.input, places.field, frame);
}

fn title(picker: &Picker) -> String {
    let what = match picker.kind {
        PickKind::Class => "label · type a part of it",
        PickKind::Also => "right too · type a part of it",
        PickKind::Tag => "tag · type its name",
        PickKind::Command => "commands · type a part",
        PickKind::MergeOf(_) => "merge into · type a part",
        PickKind::Preset => "preset · type a part",
        PickKind::Model => "score with a model · type a part, or a path",
    };
    match picker.rows.len() {
        0 | 1 => format!(" {what} "),
        many => format!(" on {many} examples: {what} "),
    }
}

fn pick_line(app: &App, picker: &Picker, pick: Pick, width: usize) -> String {
    let (left, right) = match pick {
        Pick::Class(class) => class_parts(app, picker, class),
        Pick::Tag(tag) => tag_parts(app, tag, ""),
        Pick::SameAs(tag) => tag_parts(app, tag, "same as? "),
        Pick::NewTag => new_parts(app, picker.input.value().trim()),
        Pick::Command(command) => return command_line(app, command, width),
        Pick::Preset(at) => preset_parts(app, at),
        Pick::Model(at) => model_parts(app, at),
        Pick::ModelFile => (format!("the file {}", picker.input.value().trim()), String::new()),
    };
    let right = text::fit(&right, width * 2 / 3);
    let room = width.saturating_sub(text::width(&right) + 2);
    format!("{}  {right}", column(&left, room))
}

/// Cut or padded to `width`.
fn column(text: &str, width: usize) -> String {
    let text = text::fit(text, width);
    let pad = " ".repeat(width.saturating_sub(text::width(&text)));
    text + &pad
}

fn class_parts(app: &App, picker: &Picker, class: u32) -> (String, String) {
    let row = picker.rows.first().copied();
    let name = app.desk().classes().name(class).to_owned();
    let is_also = picker.kind == PickKind::Also
        && row.and_then(|row| app.desk().review(row)).is_some_and(|r| r.also.contains(&name));
    let p = match picker.rows.as_slice() {
        &[row] if !app.hides_prediction(row) => {
            format!("{:.2} ", app.desk().run().probs.row(row as usize)[class as usize])
        }
        _ => String::new(),
    };
    (name, format!("{}{p}", if is_also { "✓ " } else { "" }))
}

/// Its name; what it means, and its letter.
fn tag_parts(app: &App, tag: TagId, before: &str) -> (String, String) {
    let Some(tag) = app.desk().ledger().tag(tag) else { return Default::default() };
    let key = tag.key.unwrap_or('·');
    (format!("{before}{}", tag.name), format!("{}  {key} ", tags::meaning(tag, 42)))
}

fn new_parts(app: &App, name: &str) -> (String, String) {
    let key = app.letter_for(name);
    let key = key.map_or_else(|| "no letter is free".to_owned(), |key| format!("on  {key} "));
    (format!("new tag: {name}"), key)
}

fn preset_parts(app: &App, at: usize) -> (String, String) {
    let Some(preset) = app.presets().get(at) else { return Default::default() };
    let names: Vec<&str> = preset.tags.iter().map(|tag| tag.name.as_str()).collect();
    (preset.name.clone(), text::fit(&names.join(", "), 48))
}

/// Its path; the runs that it made, and its size.
fn model_parts(app: &App, at: usize) -> (String, String) {
    let Some(file) = app.model_file(at) else { return Default::default() };
    let runs = file.runs.join(", ");
    (file.path.clone(), format!("{runs}  {:.1} MB ", file.bytes as f64 / 1e6))
}

/// Name, keys, help: each in its column.
fn command_line(app: &App, command: Command, width: usize) -> String {
    let row = command.row();
    let keys = app.keymap().keys(app.base(), row.id);
    let keys: Vec<String> = keys.iter().map(|key| keymap::show(key)).collect();
    let help = column(row.help, width.saturating_sub(34));
    format!("{} {} {help}", column(row.name, 22), column(&keys.join(" "), 10))
}
