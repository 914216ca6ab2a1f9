//! The state of the screen: `update(message) -> effects`. No I/O, no drawing, no clock of its own.
//!
//! Invariant: a decision acts on the example that was painted when its key was pressed, and counts
//! as saved only after the store has said so.

mod decide;
mod message;
mod pictures;
mod popup;
mod say;
mod status;

pub use message::{Effect, Message};
pub use pictures::{Picture, PictureKey, Pictures};
pub use popup::{Picker, Prompt, PromptKind};
pub use say::review as describe;
pub use status::{Status, Tone};

use super::command::{Command, Context};
use super::keymap::Keymap;
use super::layout;
use super::widgets::scroll_limit;
use crate::analysis::Tally;
use crate::dataset::{Media, Order};
use crate::project::{Desk, Subset};
use crate::store::Cursor;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What is on top of the review.
#[derive(Debug)]
pub enum Mode {
    /// Nothing.
    Review,
    /// The keys, scrolled by so many lines.
    Help(u16),
    /// A line of text is typed.
    Prompt(Prompt),
    /// A class is chosen.
    Picker(Picker),
}

/// Everything that the screen shows.
pub struct App {
    desk: Desk,
    keymap: Arc<Keymap>,
    mode: Mode,
    position: usize,
    /// Lines of a long text that are above the screen.
    scroll: u16,
    /// The picture's columns and rows; none in a terminal that is too small.
    room: Option<(u16, u16)>,
    tally: Tally,
    pictures: Pictures,
    status: Status,
    /// What was typed into prompts that were left with Esc.
    drafts: Vec<Prompt>,
    /// The row that is fully on the screen.
    painted: Option<u32>,
    dropped: usize,
    /// The last key that decides, taken or not, and when it came.
    last_key: Option<(Command, u64)>,
    epoch: u64,
    unsaved: usize,
    quitting: bool,
    /// Set when what is written down can't be known: nothing more is decided then.
    frozen: bool,
    now: u64,
}

impl App {
    /// Starts at the example with the id `at`, or at the first error that is not reviewed.
    pub fn new(desk: Desk, keymap: Arc<Keymap>, at: Option<&str>, size: (u16, u16)) -> Self {
        let tally = desk.tally();
        let mut app = Self {
            desk,
            keymap,
            tally,
            room: room(size),
            mode: Mode::Review,
            position: 0,
            scroll: 0,
            pictures: Pictures::default(),
            status: Status::default(),
            drafts: Vec::new(),
            painted: None,
            dropped: 0,
            last_key: None,
            epoch: 0,
            unsaved: 0,
            quitting: false,
            frozen: false,
            now: 0,
        };
        let remembered = at.and_then(|id| app.desk.position(id));
        app.position = remembered.or_else(|| app.open_from(0)).unwrap_or(0);
        app
    }

    /// What is to be done before the first message.
    pub fn start(&mut self) -> Vec<Effect> {
        self.prepare()
    }

    /// The errors and the decisions.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The keys.
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// What is on top of the review.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// The place in the list, from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The example that is looked at; none when there are no errors.
    pub fn row(&self) -> Option<u32> {
        self.desk.list().get(self.position).copied()
    }

    /// Lines of a long text that are above the screen.
    pub fn scroll(&self) -> u16 {
        self.scroll
    }

    /// The tally as of the last decision.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The picture of the example that is looked at.
    pub fn picture(&self) -> Option<&Picture> {
        self.pictures.get(self.picture_key(self.row()?)?)
    }

    /// What happened last.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Whether the answer to a job is awaited.
    pub fn is_waiting(&self) -> bool {
        self.unsaved > 0 || self.pictures.any_pending()
    }

    /// Shows something that happened outside.
    pub fn tell(&mut self, status: Status) {
        self.status = status;
    }

    /// Where keys are looked up.
    pub fn context(&self) -> Context {
        match self.mode {
            Mode::Review => Context::Review,
            Mode::Help(_) => Context::Help,
            Mode::Prompt(_) => Context::Prompt,
            Mode::Picker(_) => Context::Picker,
        }
    }

    /// Takes a message at `now` (milliseconds since 1970) and says what is to be done.
    pub fn update(&mut self, message: Message, now: u64) -> Vec<Effect> {
        self.now = now;
        match message {
            Message::Command(command) => self.command(command),
            Message::Edit(request) => self.edit(request),
            Message::Paste(text) => self.paste(&text),
            Message::Resized(cols, rows) => {
                self.room = room((cols, rows));
                self.painted = None;
                self.prepare()
            }
            Message::Saved { epoch } => self.saved(epoch),
            Message::SaveFailed { epoch, reason, ledger } => {
                self.save_failed(epoch, &reason, ledger)
            }
            Message::Picture(key, picture) => {
                self.pictures.put(key, picture);
                vec![]
            }
            Message::Painted => {
                self.painted = self.row().filter(|_| self.is_complete());
                vec![]
            }
        }
    }

    fn command(&mut self, command: Command) -> Vec<Effect> {
        if self.frozen && command != Command::Quit {
            return vec![];
        }
        if !matches!(self.mode, Mode::Review) {
            return self.popup_command(command);
        }
        if command.decides() {
            return self.decide(command);
        }
        self.last_key = None;
        if !self.is_visible() && command != Command::Quit {
            return vec![];
        }
        match command {
            Command::Next => self.go(self.position.saturating_add(1)),
            Command::Previous if self.position == 0 => self.nothing("this is the first one"),
            Command::Previous => self.go(self.position - 1),
            Command::First => self.go(0),
            Command::Last => self.go(self.desk.list().len().saturating_sub(1)),
            Command::NextOpen => self.next_open(),
            Command::ScrollDown => self.scroll_by(1),
            Command::ScrollUp => self.scroll_by(-1),
            Command::Reorder => self.reorder(),
            Command::Undo => self.take_back(),
            Command::Redo => self.bring_back(),
            Command::Help => self.open(Mode::Help(0)),
            Command::Quit => self.quit(),
            _ => vec![],
        }
    }

    fn nothing(&mut self, text: &str) -> Vec<Effect> {
        self.status = Status::hint(text);
        vec![]
    }

    fn go(&mut self, position: usize) -> Vec<Effect> {
        let last = self.desk.list().len().saturating_sub(1);
        if self.status.tone == Tone::Hint {
            self.status = Status::default();
        }
        if position > last && self.position == last && self.unsaved == 0 {
            self.status = Status::hint("that was the last one");
        }
        self.position = position.min(last);
        self.scroll = 0;
        let mut effects = self.prepare();
        effects.extend(self.remember());
        effects
    }

    fn remember(&self) -> Option<Effect> {
        // The next review goes on with the errors where they were left.
        let row = self.row().filter(|_| self.desk.subset() == Subset::Errors)?;
        Some(Effect::Remember(Cursor {
            run: self.desk.run().name.clone(),
            split: self.desk.examples().split,
            order: self.desk.order(),
            id: self.desk.id(row).to_owned(),
        }))
    }

    /// By most of a page, so that a few lines are seen twice.
    fn scroll_by(&mut self, pages: i32) -> Vec<Effect> {
        let (Some(row), Some(room)) = (self.row(), self.room) else { return vec![] };
        if matches!(self.desk.examples().media, Media::Picture(_)) {
            return self.nothing("there is nothing to scroll");
        }
        let page = i32::from(room.1.saturating_sub(3).max(1));
        let limit = scroll_limit(&self.desk, row, room);
        let to = (i32::from(self.scroll) + pages * page).clamp(0, i32::from(limit));
        self.scroll = u16::try_from(to).unwrap_or(limit);
        vec![]
    }

    fn next_open(&mut self) -> Vec<Effect> {
        match self.open_from(self.position + 1).or_else(|| self.open_from(0)) {
            Some(position) => self.go(position),
            None => self.nothing(match self.desk.subset() {
                Subset::Errors => "all errors are reviewed: gaffe tally prints what came of it",
                Subset::Correct => "all are reviewed: gaffe stats corrected prints what came of it",
            }),
        }
    }

    fn open_from(&self, start: usize) -> Option<usize> {
        let reviewed = |row| self.desk.is_reviewed(row);
        let rest = self.desk.list().iter().enumerate().skip(start);
        rest.filter(|(_, row)| !reviewed(**row)).map(|(i, _)| i).next()
    }

    fn reorder(&mut self) -> Vec<Effect> {
        let row = self.row();
        self.desk.set_order(self.desk.order().next());
        let place = row.and_then(|row| self.desk.list().iter().position(|&r| r == row));
        let effects = self.go(place.unwrap_or(0));
        let (order, at) = (self.desk.order(), self.position + 1);
        let meaning = if order == Order::Random { "" } else { "; counted, but estimates nothing" };
        let text = format!("{}: this one is number {at}{meaning}", order.name());
        self.status = Status::hint(text);
        effects
    }

    fn quit(&mut self) -> Vec<Effect> {
        self.quitting = true;
        if self.unsaved == 0 { vec![Effect::Quit] } else { vec![] }
    }

    fn picture_key(&self, row: u32) -> Option<PictureKey> {
        if !matches!(self.desk.examples().media, Media::Picture(_)) {
            return None;
        }
        let (cols, rows) = self.room?;
        Some(PictureKey { row, cols, rows })
    }

    /// Whether nothing of the example is still to come.
    fn is_complete(&self) -> bool {
        match self.row().and_then(|row| self.picture_key(row)) {
            Some(key) => !matches!(self.pictures.get(key), None | Some(Picture::Pending)),
            None => self.is_visible(),
        }
    }

    /// Whether the terminal is large enough to show on what a key would act.
    fn is_visible(&self) -> bool {
        self.room.is_some()
    }

    /// Asks for the picture that is looked at, the next ones and the last ones.
    fn prepare(&mut self) -> Vec<Effect> {
        let near = pictures::window(self.position, self.desk.list());
        let keys: Vec<PictureKey> = near.filter_map(|row| self.picture_key(row)).collect();
        let missing = self.pictures.keep(&keys);
        if missing.is_empty() { vec![] } else { vec![Effect::Prepare(missing)] }
    }
}

/// The room for the picture in a terminal of that size.
fn room((cols, rows): (u16, u16)) -> Option<(u16, u16)> {
    let picture = layout::review(Rect::new(0, 0, cols, rows))?.picture;
    Some((picture.width, picture.height))
}

#[cfg(test)]
mod tests;
