//! What lies on top of a screen: fields, the keys, hints.

use crate::media::text;
use crate::tui::app::{App, Prompt, PromptKind};
use crate::tui::command::{Context, TABLE};
use crate::tui::keymap;
use crate::tui::layout::{self, centred};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};
use tui_input::Input;

/// The keys, by group, from the table of commands, and the tags with their letters.
pub fn draw_help(app: &App, scroll: usize, theme: Theme, frame: &mut Frame<'_>) {
    let lines = help_lines(app, theme);
    let area = centred(frame.area(), 78, lines.len() as u16 + 2);
    let last = (lines.len() as u16).saturating_sub(area.height.saturating_sub(2));
    let scroll = u16::try_from(scroll).unwrap_or(u16::MAX).min(last);
    let title =
        if last > 0 { " keys · ↑↓ scroll · esc closes " } else { " keys · esc closes " };
    let block = Block::bordered().title(title).border_style(theme.dim());
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block).scroll((scroll, 0)), area);
}

fn help_lines(app: &App, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut group = "";
    for row in TABLE.iter().filter(|row| row.contexts.contains(&Context::Review)) {
        if row.group != group {
            group = row.group;
            lines.push(Line::styled(group, theme.strong()));
        }
        let keys: Vec<String> = app
            .keymap()
            .keys(Context::Review, row.id)
            .iter()
            .map(|key| keymap::show(key))
            .collect();
        lines.push(Line::from(vec![
            Span::styled(format!("  {:<17}", keys.join(" ")), theme.accent()),
            Span::raw(row.help),
        ]));
    }
    lines.push(Line::styled("Tags", theme.strong()));
    for tag in app.desk().ledger().tags() {
        let key = tag.key.map_or_else(String::new, String::from);
        lines.push(Line::from(vec![
            Span::styled(format!("  {key:<17}"), theme.accent()),
            Span::raw(text::fit(&tag.name, 50)),
        ]));
    }
    lines
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
        PromptKind::Note => " note ",
        PromptKind::FilterName => " save the filter as (-name forgets one) @",
        PromptKind::Count => " repeat on how many, this one included? ",
    };
    frame.render_widget(Clear, places.note);
    let [left, field] =
        Layout::horizontal([Constraint::Length(caption.len() as u16), Constraint::Min(1)])
            .areas(places.note);
    frame.render_widget(Paragraph::new(caption).style(theme.accent()), left);
    draw_input(&prompt.input, field, frame);
    let keys =
        hints(app, Context::Prompt, &[("accept", "save"), ("cancel", "close")], places.keys.width);
    frame.render_widget(Clear, places.keys);
    frame.render_widget(Paragraph::new(keys).style(theme.dim()), places.keys);
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

/// `⏎ save  esc close`, with the keys of the keymap: as many as fit into `width`, whole.
pub fn hints(app: &App, context: Context, commands: &[(&str, &str)], width: u16) -> String {
    let mut line = String::new();
    for (id, word) in commands {
        let Some(key) = app.keymap().keys(context, id).first() else { continue };
        let hint = format!(" {} {word} ", keymap::show(key));
        if text::width(&line) + text::width(&hint) > usize::from(width) {
            break;
        }
        line.push_str(&hint);
    }
    line
}
