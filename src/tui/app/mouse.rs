//! The mouse: clicks do what a key would do, the wheel moves.
//!
//! Invariant: a click counts only on a screen that shows the state as it is, and a double click
//! decides once; the wheel decides nothing.

use super::{App, Effect, Mode};
use crate::tui::command::{Command, Context};
use crate::tui::hit::{Target, target};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;
use serde::{Deserialize, Serialize};

/// What the mouse does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The left button goes down.
    Click,
    /// The wheel turns away from the person.
    WheelUp,
    /// The wheel turns towards the person.
    WheelDown,
}

/// What the mouse does at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub action: Action,
    /// Column and row, from 0.
    pub at: Position,
}

/// Milliseconds within which a second click on the same place belongs to the first.
const DOUBLE: u64 = 400;
/// Milliseconds between two examples that the wheel goes to: a turn sends many steps.
const STEP: u64 = 120;
/// Lines of a text that a step of the wheel scrolls.
const LINES: i32 = 3;

/// What the mouse did last.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// Whether the screen shows the state as it is.
    pub is_current: bool,
    /// The click, when it came, and the line that it chose.
    click: Option<(Position, u64, Option<usize>)>,
    /// When the wheel went to another example.
    wheel: u64,
}

impl Mouse {
    /// What an event of the terminal means here. The right button, movements and releases: nothing.
    pub fn of(event: MouseEvent) -> Option<Self> {
        let action = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Action::Click,
            MouseEventKind::ScrollUp => Action::WheelUp,
            MouseEventKind::ScrollDown => Action::WheelDown,
            _ => return None,
        };
        Some(Self { action, at: Position::new(event.column, event.row) })
    }
}

impl App {
    /// Takes what the mouse did on the screen that was painted last.
    pub(super) fn mouse(&mut self, mouse: Mouse) -> Vec<Effect> {
        if self.saving.frozen || self.is_leaving() || !self.is_visible() {
            return vec![];
        }
        let hit = target(self, self.screen(), mouse.at);
        match mouse.action {
            Action::Click if !self.last_mouse.is_current => self.drop_click(),
            Action::Click => hit.map_or_else(Vec::new, |hit| self.click(mouse.at, hit)),
            action => self.wheel(action, hit),
        }
    }

    fn click(&mut self, at: Position, hit: Target) -> Vec<Effect> {
        let last = self.last_mouse.click.replace((at, self.now, None));
        let is_second = last
            .is_some_and(|(place, then, _)| place == at && self.now.saturating_sub(then) < DOUBLE);
        match hit {
            Target::Line(line) => self.click_line(at, line, last.and_then(|(.., line)| line)),
            Target::Example => vec![],
            // The first click led to another screen, or to another example.
            _ if is_second => self.nothing("a double click counts once"),
            Target::Tile(row) if self.painted.contains(&row) => self.except(row),
            Target::Tile(_) => self.drop_click(),
            Target::Class(class) => {
                self.on_row(Command::Class(0), |app, row| app.label(row, class))
            }
            Target::Tag(tag) => self.on_row(Command::Tag('a'), |app, row| app.toggle_tag(row, tag)),
            Target::Command(command) => {
                // No key is held down.
                self.last_key = None;
                self.command(command)
            }
        }
    }

    fn drop_click(&mut self) -> Vec<Effect> {
        self.dropped += 1;
        self.nothing("click dropped: that was not on the screen yet")
    }

    /// Decides on the example that is shown, if it was painted; `like` is a command of the same kind.
    fn on_row(
        &mut self,
        like: Command,
        decide: impl FnOnce(&mut Self, u32) -> Vec<Effect>,
    ) -> Vec<Effect> {
        self.last_key = None;
        let Some(row) = self.seen(like, false) else { return vec![] };
        self.see_again(like).unwrap_or_else(|| decide(self, row))
    }

    /// The first click chooses a line, the second one takes it.
    fn click_line(&mut self, at: Position, line: usize, before: Option<usize>) -> Vec<Effect> {
        let screen = self.screen();
        let Mode::Picker(picker) = &mut self.mode else { return vec![] };
        if before == Some(line) && picker.selected == line {
            return self.command(Command::Accept);
        }
        picker.choose(line, screen);
        self.last_mouse.click = Some((at, self.now, Some(line)));
        vec![]
    }

    fn wheel(&mut self, action: Action, hit: Option<Target>) -> Vec<Effect> {
        let down = action == Action::WheelDown;
        let context = self.context();
        if Command::Down.row().contexts.contains(&context) {
            let steps = if context == Context::Help { LINES } else { 1 };
            let command = if down { Command::Down } else { Command::Up };
            return (0..steps).flat_map(|_| self.command(command)).collect();
        }
        if context != Context::Review || hit != Some(Target::Example) {
            return vec![];
        }
        if self.desk.examples().media.files().is_none() {
            return self.scroll_lines(if down { LINES } else { -LINES });
        }
        if self.now.saturating_sub(self.last_mouse.wheel) < STEP {
            return vec![];
        }
        self.last_mouse.wheel = self.now;
        self.command(if down { Command::Next } else { Command::Previous })
    }

    /// Another key or another size: what is clicked next is no second click.
    pub(super) fn forget_click(&mut self) {
        self.last_mouse.click = None;
    }
}
