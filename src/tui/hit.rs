//! What a click hits. Pure: it asks the functions that the screens are drawn with.
//!
//! Invariant: what is hit is what stands there on a screen that was drawn from the same state.

use super::app::{App, Mode};
use super::command::Command;
use super::layout;
use super::screens::{boards, class_in_line, confirm, hints, picker, popup, tag_bar, what_if};
use crate::dataset::TagId;
use ratatui::layout::{Position, Rect};

/// Something that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The line of a class.
    Class(u32),
    /// A tag.
    Tag(TagId),
    /// A hint, or another place that stands for a command.
    Command(Command),
    /// A line of a choice, counted from the first match.
    Line(usize),
    /// The tile of a row.
    Tile(u32),
    /// The picture, the text or the row.
    Example,
}

/// What stands at a place of a screen.
pub fn target(app: &App, screen: Rect, at: Position) -> Option<Target> {
    let places = layout::review(screen)?;
    match app.mode() {
        Mode::Base if app.view().is_some() => boards::target(app, screen, at),
        Mode::Base if app.grid().is_some() => on_tile(app, at).map(Target::Tile),
        Mode::Base => in_review(app, &places, at),
        Mode::Picker(choice) => {
            let places = picker::places(screen, choice);
            if places.list.contains(at) {
                let line = places.first + usize::from(at.y - places.list.y);
                return (line < choice.picks.len()).then_some(Target::Line(line));
            }
            in_hints(&picker::keys(app, choice, places.keys.width), places.keys, at)
        }
        Mode::Prompt(_) => in_hints(&popup::prompt_keys(app, places.keys.width), places.keys, at),
        Mode::Choose | Mode::Confirm(_) => {
            let (area, hints) = confirm::keys(app, screen);
            in_hints(&hints, area, at)
        }
        Mode::Card => Some(Target::Command(Command::Cancel)),
        Mode::Find(_)
        | Mode::Help(_)
        | Mode::History(_)
        | Mode::Progress(_)
        | Mode::Guards(_)
        | Mode::Tried(_)
        | Mode::Tags => None,
        Mode::WhatIf => in_hints(&what_if::keys(app, places.keys.width), places.keys, at),
    }
}

fn on_tile(app: &App, at: Position) -> Option<u32> {
    let places = app.grid()?.places()?;
    let page = app.desk().list().get(app.page())?;
    let holds = |number: usize| {
        let tile = places.tile(number);
        tile.is_some_and(|tile| tile.room.contains(at) || tile.caption.contains(at))
    };
    (0..page.len()).find(|&number| holds(number)).map(|number| page[number])
}

fn in_review(app: &App, places: &layout::Review, at: Position) -> Option<Target> {
    if places.picture.contains(at) {
        return app.row().map(|_| Target::Example);
    }
    if places.side.contains(at) {
        let line = usize::from(at.y - places.side.y);
        return class_in_line(app, app.row()?, line).map(Target::Class);
    }
    if places.tags.contains(at) {
        let bar = tag_bar::places(app, places.tags);
        return bar.iter().find(|place| place.area.contains(at)).map(|place| match place.what {
            tag_bar::What::Tag(tag, _) => Target::Tag(tag.id),
            tag_bar::What::Hidden(_) => Target::Command(Command::Tags),
            tag_bar::What::New => Target::Command(Command::PickTag),
        });
    }
    if places.note.contains(at) {
        return Some(Target::Command(Command::Note));
    }
    in_hints(&hints::footer(app, places.keys.width), places.keys, at)
}

fn in_hints(hints: &[hints::Hint], area: Rect, at: Position) -> Option<Target> {
    let inside = area.contains(at);
    let command = inside.then(|| hints::at(hints, at.x - area.x)).flatten();
    command.map(Target::Command)
}
