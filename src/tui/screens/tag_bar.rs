//! The tags of the project below the example: those that are on are marked.
//!
//! Invariant: a tag is drawn and clicked where [`places`] says that it stands.

use crate::dataset::Tag;
use crate::media::text;
use crate::tui::app::App;
use crate::tui::command::Context;
use crate::tui::keymap;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

const CAPTION: &str = " tags  ";
/// `+ new`, and before it `+12 T  ` when some are not shown.
const NEW: u16 = 5;
const HIDDEN: u16 = 7;

/// Something in the bar.
pub struct Place<'a> {
    /// Where: one line.
    pub area: Rect,
    /// What.
    pub what: What<'a>,
}

/// What stands in the bar.
pub enum What<'a> {
    /// A tag, and whether the example has it.
    Tag(&'a Tag, bool),
    /// How many tags have no room.
    Hidden(usize),
    /// Where a tag is made.
    New,
}

/// What has room in `area`, in order. What has none is counted, and stands in the help.
pub fn places(app: &App, area: Rect) -> Vec<Place<'_>> {
    let review = app.row().and_then(|row| app.shown_review(row));
    let on = |tag: &Tag| review.is_some_and(|review| review.tags.contains(&tag.id));
    let mut tags: Vec<(&Tag, bool)> =
        app.desk().ledger().tags().iter().map(|tag| (tag, on(tag))).collect();
    let mut places = wrap(&tags, area);
    if places.len() < tags.len() {
        // Not all fit: those of the example are seen first.
        tags.sort_by_key(|(_, on)| !on);
        places = wrap(&tags, area);
    }
    let hidden = tags.len() - places.len();
    let end =
        places.last().map_or(start(area, 0), |last| Rect { x: last.area.right(), ..last.area });
    let mut end = Rect { width: NEW, ..end };
    if hidden > 0 {
        places.push(Place { area: Rect { width: HIDDEN, ..end }, what: What::Hidden(hidden) });
        end.x += HIDDEN;
    }
    places.push(Place { area: end.intersection(area), what: What::New });
    places
}

/// Where a line of the bar begins.
fn start(area: Rect, line: u16) -> Rect {
    let indent = CAPTION.len() as u16;
    Rect { x: area.x + indent, y: area.y + line, width: 0, height: 1 }
}

/// Breaks tags into the lines of `area`, as many as find a place. The last line keeps room for what
/// follows the tags.
fn wrap<'a>(tags: &[(&'a Tag, bool)], area: Rect) -> Vec<Place<'a>> {
    let widths: Vec<u16> = tags.iter().map(|(tag, _)| cell_width(tag)).collect();
    let mut places = Vec::new();
    let mut at = start(area, 0);
    let mut rest: u16 = widths.iter().fold(0, |sum, &width| sum.saturating_add(width));
    for (&(tag, on), width) in tags.iter().zip(widths) {
        let last = at.y + 1 >= area.bottom();
        let kept = if last { NEW + HIDDEN } else { 0 };
        let all_fit = at.x.saturating_add(rest).saturating_add(NEW) <= area.right();
        if !all_fit && at.x + width + kept > area.right() {
            if last {
                break;
            }
            at = start(area, at.y + 1 - area.y);
        }
        places.push(Place { area: Rect { width, ..at }, what: What::Tag(tag, on) });
        at.x += width;
        rest = rest.saturating_sub(width);
    }
    places
}

/// `b blurry● `
fn cell_width(tag: &Tag) -> u16 {
    (text::width(&letter(tag)) + text::width(&name(tag)) + 3) as u16
}

fn letter(tag: &Tag) -> String {
    tag.key.map_or_else(|| "·".to_owned(), |key| key.to_string())
}

fn name(tag: &Tag) -> String {
    text::fit(&tag.name, 24)
}

/// Draws the bar.
pub fn draw(app: &App, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let buffer = frame.buffer_mut();
    buffer.set_stringn(area.x, area.y, CAPTION, usize::from(area.width), theme.dim());
    for place in places(app, area) {
        let line = match place.what {
            What::Tag(tag, on) => tag_cell(tag, on, theme),
            What::Hidden(count) => {
                let key = app.keymap().keys(Context::Review, "tags").first();
                let key = key.map_or("", String::as_str);
                Line::styled(format!("+{count} {key}"), theme.dim())
            }
            What::New => {
                let keys = app.keymap().keys(Context::Review, "pick-tag");
                let key = keys.first().map_or_else(String::new, |key| keymap::show(key));
                let words = [Span::styled(key, theme.accent()), Span::styled(" new", theme.dim())];
                Line::from_iter(words)
            }
        };
        buffer.set_line(place.area.x, place.area.y, &line, place.area.width);
    }
}

fn tag_cell(tag: &Tag, on: bool, theme: Theme) -> Line<'static> {
    let (mark, style) =
        if on { ("●", theme.done().patch(theme.strong())) } else { (" ", theme.dim()) };
    Line::from(vec![
        Span::styled(letter(tag), theme.accent()),
        Span::styled(format!(" {}{mark}", name(tag)), style),
    ])
}
