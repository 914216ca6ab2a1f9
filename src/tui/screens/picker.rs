//! A choice by typing: what matches, best first.

use super::popup::{draw_input, hints};
use crate::dataset::TagId;
use crate::media::text;
use crate::tui::app::{App, Pick, PickKind, Picker};
use crate::tui::command::{Command, Context};
use crate::tui::keymap;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

/// Draws the field and the lines below it.
pub fn draw(app: &App, picker: &Picker, theme: Theme, frame: &mut Frame<'_>) {
    let width = if picker.kind == PickKind::Command { 76 } else { 54 };
    let area = centred(frame.area(), width, 16);
    let block = Block::bordered().title(title(picker.kind)).border_style(theme.dim());
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let [field, list, keys] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
            .areas(inner);
    let room = usize::from(list.height);
    let first = (picker.selected + 1).saturating_sub(room);
    let line = |(i, &pick): (usize, &Pick)| {
        let line = pick_line(app, picker, pick, usize::from(list.width));
        Line::styled(line, if i == picker.selected { theme.selected() } else { theme.dim() })
    };
    let shown = picker.picks.iter().enumerate().skip(first).take(room).map(line);
    let mut lines: Vec<Line<'_>> = shown.collect();
    if lines.is_empty() {
        lines.push(Line::styled("nothing of that name", theme.dim()));
    }
    frame.render_widget(Paragraph::new(lines), list);
    let commands: &[(&str, &str)] = match picker.kind {
        PickKind::Also => {
            &[("toggle", "on or off, and stay"), ("accept", "take"), ("cancel", "close")]
        }
        _ => &[("accept", "take"), ("down", "down"), ("cancel", "close")],
    };
    let hint = hints(app, Context::Picker, commands, keys.width);
    frame.render_widget(Paragraph::new(hint).style(theme.dim()), keys);
    draw_input(&picker.input, field, frame);
}

fn title(kind: PickKind) -> &'static str {
    match kind {
        PickKind::Class => " label · type a part of it ",
        PickKind::Also => " right too · type a part of it ",
        PickKind::Tag => " tag · type its name ",
        PickKind::Command => " commands · type a part ",
    }
}

fn pick_line(app: &App, picker: &Picker, pick: Pick, width: usize) -> String {
    let (left, right) = match pick {
        Pick::Class(class) => class_parts(app, picker, class),
        Pick::Tag(tag) => tag_parts(app, tag),
        Pick::NewTag => (format!("new tag: {}", picker.input.value().trim()), String::new()),
        Pick::Command(command) => command_parts(app, command),
    };
    let right = text::fit(&right, width * 2 / 3);
    let room = width.saturating_sub(text::width(&right) + 2);
    let left = text::fit(&left, room);
    let gap = " ".repeat(room.saturating_sub(text::width(&left)));
    format!("{left}{gap}  {right}")
}

fn class_parts(app: &App, picker: &Picker, class: u32) -> (String, String) {
    let row = picker.rows.first().copied();
    let name = app.desk().classes().name(class).to_owned();
    let is_also = picker.kind == PickKind::Also
        && row.and_then(|row| app.desk().review(row)).is_some_and(|r| r.also.contains(&name));
    let p = match picker.rows.as_slice() {
        &[row] => format!("{:.2} ", app.desk().run().probs.row(row as usize)[class as usize]),
        _ => String::new(),
    };
    (name, format!("{}{p}", if is_also { "✓ " } else { "" }))
}

fn tag_parts(app: &App, tag: TagId) -> (String, String) {
    let tag = app.desk().ledger().tag(tag);
    let key = tag.and_then(|tag| tag.key).map_or_else(String::new, |key| format!("{key} "));
    (tag.map_or_else(String::new, |tag| tag.name.clone()), key)
}

fn command_parts(app: &App, command: Command) -> (String, String) {
    let row = command.row();
    let keys = app.keymap().keys(Context::Review, row.id);
    let keys: Vec<String> = keys.iter().map(|key| keymap::show(key)).collect();
    (format!("{:<22}{}", row.name, row.help), keys.join(" "))
}
