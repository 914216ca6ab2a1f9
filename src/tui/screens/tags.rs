//! The list of tags: letter, name, how often, meaning; below it the chosen one in full.

use super::hints::hints;
use crate::dataset::{Tag, TagId};
use crate::media::text;
use crate::tui::app::{App, TagField, TagPage};
use crate::tui::command::Context;
use crate::tui::keymap;
use crate::tui::layout;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Wrap};

/// Columns that the list needs beside the labels of the example.
const BESIDE: u16 = 76;
/// Columns of a name.
const NAME: usize = 24;

/// Draws the list over the picture, and over the labels too where there is no room beside them.
pub fn draw(
    app: &App,
    page: &TagPage,
    places: &layout::Review,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let mut area = places.picture;
    if area.width < BESIDE {
        area = Rect { x: 0, width: frame.area().width, ..area };
    }
    frame.render_widget(Clear, area);
    let tags = app.desk().ledger().tags();
    let detail = if area.height >= 14 { 4 } else { 0 };
    let lines = u16::try_from(tags.len().max(1)).unwrap_or(u16::MAX);
    let [head, list, below, keys, _] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Max(lines),
        Constraint::Length(detail),
        Constraint::Length(2),
        Constraint::Fill(1),
    ])
    .areas(area);
    let room = usize::from(head.width);
    let titles = vec![
        Line::styled(text::fit(&title(app, page, tags.len()), room), theme.strong()),
        Line::styled(columns("", "", "here", "elsewhere", "given when", room), theme.dim()),
    ];
    frame.render_widget(Paragraph::new(titles), head);
    if tags.is_empty() {
        let empty = text::fit(&empty(app), room);
        frame.render_widget(Paragraph::new(empty).style(theme.dim()), list);
    } else {
        draw_list(app, page, theme, list, frame);
    }
    if let Some(tag) = tags.get(page.list.at) {
        let lines = detail_lines(app, tag, theme);
        let below = below.inner(Margin::new(1, 0));
        frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), below);
    }
    draw_keys(app, theme, (keys, places.keys), frame);
}

/// `5 tags · the example is dev-00421`
fn title(app: &App, page: &TagPage, count: usize) -> String {
    let count = if count == 1 { "1 tag".to_owned() } else { format!("{count} tags") };
    let example = page.row.map(|row| app.desk().id(row));
    example.map_or_else(|| format!(" {count}"), |id| format!(" {count} · the example is {id}"))
}

fn empty(app: &App) -> String {
    let preset = key(app, Context::Tags, "tag-preset");
    let new = key(app, Context::Review, "pick-tag");
    format!(" no tags yet: {preset} adds a preset, {new} in the review makes one")
}

fn key(app: &App, context: Context, id: &str) -> String {
    app.keymap().keys(context, id).first().map_or_else(|| format!(":{id}"), |k| keymap::show(k))
}

fn draw_list(app: &App, page: &TagPage, theme: Theme, area: Rect, frame: &mut Frame<'_>) {
    let room = usize::from(area.height);
    let first = (page.list.at + 1).saturating_sub(room);
    let line = |(at, tag): (usize, &Tag)| {
        let style = if at == page.list.at { theme.selected() } else { theme.dim() };
        let touched = app.desk().touched(tag.id);
        let key = tag.key.unwrap_or('·').to_string();
        let (here, elsewhere) = (touched.here.to_string(), touched.elsewhere.to_string());
        let width = usize::from(area.width);
        let meaning = meaning(tag, width.saturating_sub(NAME + 21));
        Line::styled(columns(&key, &tag.name, &here, &elsewhere, &meaning, width), style)
    };
    let tags = app.desk().ledger().tags().iter().enumerate();
    let lines: Vec<Line<'_>> = tags.skip(first).take(room).map(line).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// A line of the list, `width` columns wide.
fn columns(
    key: &str,
    name: &str,
    here: &str,
    elsewhere: &str,
    meaning: &str,
    width: usize,
) -> String {
    let name = text::fit(name, NAME);
    let pad = " ".repeat(NAME - text::width(&name));
    let left = format!(" {key:<2}{name}{pad}{here:>5}{elsewhere:>11}  ");
    let meaning = text::fit(meaning, width.saturating_sub(text::width(&left)));
    let end = " ".repeat(width.saturating_sub(text::width(&left) + text::width(&meaning)));
    text::fit(&format!("{left}{meaning}{end}"), width)
}

fn detail_lines(app: &App, tag: &Tag, theme: Theme) -> Vec<Line<'static>> {
    let describe = key(app, Context::Tags, "tag-describe");
    let example = key(app, Context::Tags, "tag-example");
    let meaning = if tag.description.is_empty() {
        Line::styled(format!("{describe} says in a sentence when it is to be given"), theme.dim())
    } else {
        Line::from(text::line(&tag.description).into_owned())
    };
    let shown = match &tag.example {
        Some(by) => Line::from(format!("shown by {} of {}", text::line(&by.id), by.split)),
        None => Line::styled(format!("{example} lets the example show it"), theme.dim()),
    };
    vec![Line::default(), meaning, shown]
}

/// The keys that change tags below the list, the others in the line of keys.
fn draw_keys(app: &App, theme: Theme, (list, line): (Rect, Rect), frame: &mut Frame<'_>) {
    const OF_TAGS: [(&str, &str); 7] = [
        ("tag-rename", "rename"),
        ("tag-letter", "letter"),
        ("tag-describe", "describe"),
        ("tag-example", "example"),
        ("tag-merge", "merge"),
        ("tag-split", "split"),
        ("tag-delete", "delete"),
    ];
    const OTHERS: [(&str, &str); 5] = [
        ("accept", "on or off the example"),
        ("tag-preset", "add a preset"),
        ("undo", "undo"),
        ("redo", "redo"),
        ("cancel", "close"),
    ];
    let any = !app.desk().ledger().tags().is_empty();
    let (of_tags, others) = if any { (&OF_TAGS[..], &OTHERS[..]) } else { (&[][..], &OTHERS[1..]) };
    let row =
        Rect { y: list.y + list.height.saturating_sub(1), height: list.height.min(1), ..list };
    let hint = hints(app, Context::Tags, of_tags, row.width);
    frame.render_widget(Paragraph::new(hint).style(theme.dim()), row);
    frame.render_widget(Clear, line);
    let hint = hints(app, Context::Tags, others, line.width);
    frame.render_widget(Paragraph::new(hint).style(theme.dim()), line);
}

/// What a tag means, in `width` columns: its description, and the example that shows it.
pub fn meaning(tag: &Tag, width: usize) -> String {
    let Some(example) = &tag.example else { return text::fit(&tag.description, width) };
    let example = text::fit(&example.id, width / 2);
    if tag.description.is_empty() {
        return format!("as {example}");
    }
    let room = width.saturating_sub(text::width(&example) + 5);
    format!("{} · as {example}", text::fit(&tag.description, room))
}

/// What a field asks for.
pub fn caption(app: &App, tag: TagId, field: TagField) -> String {
    let name = app.desk().ledger().tag(tag).map_or("", |tag| tag.name.as_str());
    let name = text::fit(name, 16);
    match field {
        TagField::Name => format!(" another name for {name} "),
        TagField::Letter => {
            let none = key(app, Context::Prompt, "accept");
            format!(" press another letter for {name}, {none} for none ")
        }
        TagField::Description => format!(" {name} is given when "),
        TagField::Split => {
            let count = app.marked_with(tag).len();
            format!(" new tag for the {count} marked of {name} ")
        }
    }
}
