//! The state of the screen: `update(message) -> effects`. No I/O, no drawing, no clock of its own.
//!
//! Invariant: a decision acts on the example that was painted when its key was pressed, and counts
//! as saved only after the store has said so.

mod pictures;
mod popup;
mod say;
mod status;

pub use pictures::{Picture, PictureKey, Pictures};
pub use popup::{Picker, Prompt, PromptKind};
pub use say::review as describe;
pub use status::{Status, Tone};

use super::command::{Command, Context};
use super::keymap::Keymap;
use super::layout;
use crate::analysis::Tally;
use crate::dataset::{Difficulty, Event, Ledger, Media, Review, TagId, Verdict};
use crate::media::Cells;
use crate::project::Desk;
use crate::store::Cursor;
use ratatui::layout::Rect;
use std::sync::Arc;
use tui_input::InputRequest;

/// What happens to the app.
pub enum Message {
    /// A key that has a command.
    Command(Command),
    /// A key in a field.
    Edit(InputRequest),
    /// Pasted text.
    Paste(String),
    /// The terminal's size.
    Resized(u16, u16),
    /// The store has a decision.
    Saved {
        /// the epoch it was sent in
        epoch: u64,
    },
    /// The store could not take a decision.
    SaveFailed {
        /// the epoch it was sent in
        epoch: u64,
        /// why
        reason: String,
        /// what is written down, if it could be read back
        ledger: Option<Box<Ledger>>,
    },
    /// A picture was made ready, or could not be.
    Picture(PictureKey, Result<Arc<Cells>, String>),
    /// The screen shows what was drawn last.
    Painted,
}

/// What the app wants done.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Write a decision down.
    Save {
        /// comes back with the answer; an older one is void
        epoch: u64,
        /// the decision
        event: Box<Event>,
    },
    /// Remember the place.
    Remember(Cursor),
    /// Make these pictures ready, the first most urgently; forget earlier wishes.
    Prepare(Vec<PictureKey>),
    /// Leave.
    Quit,
}

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
    size: (u16, u16),
    tally: Tally,
    pictures: Pictures,
    status: Status,
    /// What was typed into a prompt that was left with Esc.
    draft: Option<Prompt>,
    /// The row that is fully on the screen.
    painted: Option<u32>,
    dropped: usize,
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
            size,
            mode: Mode::Review,
            position: 0,
            pictures: Pictures::default(),
            status: Status::default(),
            draft: None,
            painted: None,
            dropped: 0,
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
                self.size = (cols, rows);
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
        match command {
            Command::Next => self.go(self.position.saturating_add(1)),
            Command::Previous => self.go(self.position.saturating_sub(1)),
            Command::First => self.go(0),
            Command::Last => self.go(self.desk.list().len().saturating_sub(1)),
            Command::NextOpen => self.next_open(),
            Command::Reorder => self.reorder(),
            Command::Undo => self.take_back(),
            Command::Redo => self.bring_back(),
            Command::Help => self.open(Mode::Help(0)),
            Command::Quit => self.quit(),
            _ => vec![],
        }
    }

    /// Decisions on the example that is shown.
    fn decide(&mut self, command: Command) -> Vec<Effect> {
        let Some(row) = self.row() else { return vec![] };
        if self.painted != Some(row) {
            self.dropped += 1;
            self.status = Status::hint(say::dropped(self.dropped));
            return vec![];
        }
        self.dropped = 0;
        match command {
            Command::ModelWrong => self.verdict(row, Verdict::ModelWrong),
            Command::LabelWrong => self.verdict(row, Verdict::LabelWrong),
            Command::BothAcceptable => self.verdict(row, Verdict::BothAcceptable),
            Command::Neither => self.verdict(row, Verdict::Neither),
            Command::Unsure => self.verdict(row, Verdict::Unsure),
            Command::Class(number) => self.label(row, u32::from(number)),
            Command::Tag(letter) => self.tag(row, letter),
            Command::VeryEasy => self.difficulty(row, Difficulty::VeryEasy),
            Command::VeryHard => self.difficulty(row, Difficulty::VeryHard),
            Command::NewTag => self.open_prompt(PromptKind::NewTag, row),
            Command::Note => self.open_prompt(PromptKind::Note, row),
            Command::PickClass => self.open_picker(row),
            _ => vec![],
        }
    }

    fn verdict(&mut self, row: u32, verdict: Verdict) -> Vec<Effect> {
        let event = self.desk.set_verdict(row, verdict, self.now);
        self.decided(event, true)
    }

    fn label(&mut self, row: u32, class: u32) -> Vec<Effect> {
        if class as usize >= self.desk.classes().len() {
            return self.nothing(&format!("there are {} classes", self.desk.classes().len()));
        }
        let event = self.desk.set_label(row, class, self.now);
        self.decided(event, true)
    }

    fn tag(&mut self, row: u32, letter: char) -> Vec<Effect> {
        let tag = self.desk.ledger().tags().iter().find(|tag| tag.key == Some(letter));
        match tag.map(|tag| tag.id) {
            Some(id) => self.toggle_tag(row, id),
            None => self.nothing(&format!("no tag on {letter}: + makes one")),
        }
    }

    fn toggle_tag(&mut self, row: u32, tag: TagId) -> Vec<Effect> {
        let event = self.desk.toggle_tag(row, tag, self.now);
        self.decided(event, false)
    }

    fn difficulty(&mut self, row: u32, mark: Difficulty) -> Vec<Effect> {
        let event = self.desk.toggle_difficulty(row, mark, self.now);
        self.decided(event, false)
    }

    /// Sends a decision to the store and, if asked to, goes on.
    fn decided(&mut self, event: Option<Event>, go_on: bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(event) = event {
            let text = say::decision(&event, self.desk.ledger());
            effects.push(self.save(event, text));
        } else {
            self.status = Status::hint("that was decided already");
        }
        if go_on {
            effects.extend(self.go(self.position + 1));
        }
        effects
    }

    fn save(&mut self, event: Event, text: String) -> Effect {
        self.tally = self.desk.tally();
        self.unsaved += 1;
        self.status = Status::saving(text);
        Effect::Save { epoch: self.epoch, event: Box::new(event) }
    }

    fn take_back(&mut self) -> Vec<Effect> {
        match self.desk.undo(self.now) {
            Some(event) => self.revert("undone", event),
            None => self.nothing("nothing to undo"),
        }
    }

    fn bring_back(&mut self) -> Vec<Effect> {
        match self.desk.redo(self.now) {
            Some(event) => self.revert("redone", event),
            None => self.nothing("nothing to redo"),
        }
    }

    fn revert(&mut self, word: &str, event: Event) -> Vec<Effect> {
        let place = event.changes.first().map(|change| self.desk.position(&change.id));
        let elsewhere = if place == Some(None) { " (not in this list)" } else { "" };
        let text = format!("{word}{elsewhere}  {}", say::decision(&event, self.desk.ledger()));
        let mut effects = vec![self.save(event, text)];
        if let Some(Some(position)) = place {
            effects.extend(self.go(position));
        }
        effects
    }

    fn nothing(&mut self, text: &str) -> Vec<Effect> {
        self.status = Status::hint(text);
        vec![]
    }

    fn go(&mut self, position: usize) -> Vec<Effect> {
        let last = self.desk.list().len().saturating_sub(1);
        if position > last && self.position == last && self.unsaved == 0 {
            self.status = Status::hint("that was the last one");
        }
        self.position = position.min(last);
        let mut effects = self.prepare();
        effects.extend(self.remember());
        effects
    }

    fn remember(&self) -> Option<Effect> {
        let row = self.row()?;
        Some(Effect::Remember(Cursor {
            run: self.desk.run().name.clone(),
            split: self.desk.examples().split,
            order: self.desk.order(),
            id: self.desk.id(row).to_owned(),
        }))
    }

    fn next_open(&mut self) -> Vec<Effect> {
        match self.open_from(self.position + 1).or_else(|| self.open_from(0)) {
            Some(position) => self.go(position),
            None => self.nothing("all errors are reviewed: gaffe tally prints what came of it"),
        }
    }

    fn open_from(&self, start: usize) -> Option<usize> {
        let reviewed = |row| self.desk.review(row).is_some_and(Review::is_reviewed);
        let rest = self.desk.list().iter().enumerate().skip(start);
        rest.filter(|(_, row)| !reviewed(**row)).map(|(i, _)| i).next()
    }

    fn reorder(&mut self) -> Vec<Effect> {
        let row = self.row();
        self.desk.set_order(self.desk.order().next());
        let place = row.and_then(|row| self.desk.list().iter().position(|&r| r == row));
        self.status = Status::hint(format!("walking in {}", self.desk.order().name()));
        self.go(place.unwrap_or(0))
    }

    fn quit(&mut self) -> Vec<Effect> {
        self.quitting = true;
        if self.unsaved == 0 { vec![Effect::Quit] } else { vec![] }
    }

    fn saved(&mut self, epoch: u64) -> Vec<Effect> {
        if epoch != self.epoch {
            return vec![];
        }
        self.unsaved = self.unsaved.saturating_sub(1);
        if self.unsaved == 0 {
            self.status.confirm();
        }
        if self.quitting && self.unsaved == 0 { vec![Effect::Quit] } else { vec![] }
    }

    fn save_failed(
        &mut self,
        epoch: u64,
        reason: &str,
        ledger: Option<Box<Ledger>>,
    ) -> Vec<Effect> {
        if epoch != self.epoch {
            return vec![];
        }
        self.epoch += 1;
        self.unsaved = 0;
        self.quitting = false;
        if let Some(ledger) = ledger {
            self.desk.restore(*ledger);
            self.status = Status::trouble(format!("NOT SAVED, taken back: {reason}"));
        } else {
            self.frozen = true;
            self.status = Status::trouble(format!("NOT SAVED: {reason}. Quit and start again"));
        }
        self.tally = self.desk.tally();
        vec![]
    }

    fn picture_key(&self, row: u32) -> Option<PictureKey> {
        if !matches!(self.desk.examples().media, Media::Picture(_)) {
            return None;
        }
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let picture = layout::review(area)?.picture;
        Some(PictureKey { row, cols: picture.width, rows: picture.height })
    }

    /// Whether nothing of the example is still to come.
    fn is_complete(&self) -> bool {
        match self.row().and_then(|row| self.picture_key(row)) {
            Some(key) => !matches!(self.pictures.get(key), None | Some(Picture::Pending)),
            None => layout::review(Rect::new(0, 0, self.size.0, self.size.1)).is_some(),
        }
    }

    /// Asks for the picture that is looked at, the next ones and the last ones.
    fn prepare(&mut self) -> Vec<Effect> {
        let near = pictures::window(self.position, self.desk.list());
        let keys: Vec<PictureKey> = near.filter_map(|row| self.picture_key(row)).collect();
        let missing = self.pictures.keep(&keys);
        if missing.is_empty() { vec![] } else { vec![Effect::Prepare(missing)] }
    }
}

#[cfg(test)]
mod tests;
