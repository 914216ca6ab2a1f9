//! The keys of the screen below, by group, from the table of commands and the keymap.
//!
//! Invariant: [`scroll_limit`] counts the lines that are drawn: the last one can always be reached.

use super::hints::hints;
use super::tags;
use crate::media::text;
use crate::tui::app::App;
use crate::tui::command::{Command, Context, Row, TABLE};
use crate::tui::keymap;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// The group of what holds in fields and lists.
const LISTS: &str = "In a field or list";

/// A line of the help.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    /// The name of a group.
    Heading(&'static str),
    /// Keys, and what they do, or go on doing in a second line.
    Keys(String, String),
}

/// How far the help can be scrolled on a screen: lines.
pub fn scroll_limit(app: &App, screen: Rect) -> usize {
    let (entries, area) = fitted(app, screen);
    entries.len().saturating_sub(usize::from(inner(area).height))
}

/// Draws the help, scrolled by so many lines.
pub fn draw(app: &App, scroll: usize, theme: Theme, frame: &mut Frame<'_>) {
    let (entries, area) = fitted(app, frame.area());
    let room = inner(area);
    let limit = entries.len().saturating_sub(usize::from(room.height));
    let scroll = scroll.min(limit);
    let title = format!(" keys · {} ", app.base().name());
    let commands = [("down", "scroll"), ("cancel", "close")];
    let below = hints(app, Context::Help, &commands[usize::from(limit == 0)..], area.width);
    let more = if scroll < limit { " more ↓ " } else { "" };
    let block = Block::bordered()
        .title(title)
        .title_bottom(below)
        .title_bottom(Line::styled(more, theme.accent()).right_aligned())
        .border_style(theme.dim());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let width = keys_width(&entries);
    let lines = entries.into_iter().skip(scroll).map(|entry| match entry {
        Entry::Heading(name) => Line::styled(name, theme.strong()),
        Entry::Keys(keys, what) => {
            let keys = Span::styled(format!("  {keys}"), theme.accent());
            let pad = " ".repeat((width + 4).saturating_sub(keys.width()));
            Line::from(vec![keys, Span::raw(pad), Span::raw(what)])
        }
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), room);
}

fn inner(area: Rect) -> Rect {
    area.inner(Margin::new(1, 1))
}

/// All lines, broken to the room that there is, and the box around them.
fn fitted(app: &App, screen: Rect) -> (Vec<Entry>, Rect) {
    let width = screen.width.saturating_sub(2).min(100);
    let entries = entries(app);
    let room = usize::from(width).saturating_sub(keys_width(&entries) + 6).max(10);
    let mut broken = Vec::new();
    for entry in entries {
        match entry {
            Entry::Heading(_) => broken.push(entry),
            Entry::Keys(mut keys, what) => {
                let lines = text::folded(&what, room);
                broken.extend(
                    lines.into_iter().map(|line| Entry::Keys(std::mem::take(&mut keys), line)),
                );
            }
        }
    }
    let height = u16::try_from(broken.len() + 2).unwrap_or(u16::MAX);
    (broken, centred(screen, width, height))
}

fn keys_width(entries: &[Entry]) -> usize {
    let width = |entry: &Entry| match entry {
        Entry::Heading(_) => 0,
        Entry::Keys(keys, _) => text::width(keys),
    };
    entries.iter().map(width).max().unwrap_or(0)
}

/// What holds on the screen below, the tags, and what holds in fields and lists.
fn entries(app: &App) -> Vec<Entry> {
    let context = app.base();
    let mut entries = Vec::new();
    let mut group = "";
    for row in TABLE.iter().filter(|row| row.contexts.contains(&context) && row.group != LISTS) {
        let mut keys = keymap_keys(app, context, row);
        if keys.is_empty() {
            // Only the settings give it keys.
            if matches!(row.command, Command::Macro(_)) {
                continue;
            }
            keys = vec![app.keymap().key_of(Command::Palette) + row.id];
        }
        if row.group != group {
            group = row.group;
            entries.push(Entry::Heading(group));
        }
        entries.push(Entry::Keys(keys.join(" "), row.help.to_owned()));
    }
    // In the grid letters are tiles.
    let tags = if app.grid().is_some() { &[] } else { app.desk().ledger().tags() };
    entries.extend((!tags.is_empty()).then_some(Entry::Heading("Letters of the tags")));
    for tag in tags {
        let key = tag.key.map_or_else(|| "·".to_owned(), String::from);
        let meaning = tags::meaning(tag, 60);
        let gap = if meaning.is_empty() { "" } else { ": " };
        entries.push(Entry::Keys(key, format!("{}{gap}{meaning}", text::fit(&tag.name, 50))));
    }
    entries.push(Entry::Heading(LISTS));
    let in_lists = TABLE.iter().filter(|row| {
        row.group == LISTS || row.command == Command::ScrollDown || row.command == Command::ScrollUp
    });
    for row in in_lists {
        let places = [Context::Picker, Context::Find, Context::Prompt, Context::Help];
        let keys = places
            .map(|place| keymap_keys(app, place, row))
            .into_iter()
            .find(|keys| !keys.is_empty());
        if let Some(keys) = keys {
            entries.push(Entry::Keys(keys.join(" "), row.help.to_owned()));
        }
    }
    entries
}

fn keymap_keys(app: &App, context: Context, row: &Row) -> Vec<String> {
    app.keymap().keys(context, row.id).iter().map(|key| keymap::show(key)).collect()
}
