//! The state of the screen: `update(message) -> effects`. No I/O, no drawing, no clock of its own.
//!
//! Invariant: a decision acts on the example that was painted when its key was pressed, and counts
//! as saved only after the store has said so.

mod decide;
mod list;
mod many;
mod message;
mod moving;
mod picker;
mod pictures;
mod prompt;
mod say;
mod status;
mod work;

pub use list::List;
pub use many::{Confirm, Deed};
pub use message::{Effect, Message};
pub use picker::{Pick, PickKind, Picker};
pub use pictures::{Picture, PictureKey, Pictures};
pub use prompt::{Prompt, PromptKind};
pub use say::review as describe;
pub use status::{Status, Tone};
pub use work::{Outcome, Task, Work};

use super::command::{Command, Context};
use super::keymap::Keymap;
use super::layout;
use crate::analysis::Tally;
use crate::dataset::Media;
use crate::project::Desk;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use std::sync::Arc;
use work::Awaited;

/// What is on top of the screen.
#[derive(Debug)]
pub enum Mode {
    /// Nothing.
    Base,
    /// The keys.
    Help(List),
    /// A line of text is typed.
    Prompt(Prompt),
    /// Something is chosen by typing.
    Picker(Picker),
    /// It is to be said what is decided on the marked examples.
    Choose,
    /// Something that concerns many examples is to be confirmed.
    Confirm(Confirm),
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
    /// The rows that are fully on the screen.
    painted: Vec<u32>,
    /// Rows that are marked, for a decision on all of them.
    marks: BTreeSet<u32>,
    /// Where the last mark was set.
    anchor: Option<u32>,
    /// Classes that were chosen by name lately, the last one first.
    recent: Vec<u32>,
    generation: u64,
    awaited: Option<Awaited>,
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
            mode: Mode::Base,
            position: 0,
            scroll: 0,
            pictures: Pictures::default(),
            status: Status::default(),
            drafts: Vec::new(),
            painted: vec![],
            marks: BTreeSet::new(),
            anchor: None,
            recent: vec![],
            generation: 0,
            awaited: None,
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
        self.unsaved > 0 || self.pictures.any_pending() || self.awaited.is_some()
    }

    /// Whether that on which a key would act is wholly on the screen.
    pub fn is_painted(&self) -> bool {
        self.painted == self.in_sight()
    }

    /// How many keys were dropped, one after the other, since the last that decided.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Shows something that happened outside.
    pub fn tell(&mut self, status: Status) {
        self.status = status;
    }

    /// The marked rows.
    pub fn marks(&self) -> &BTreeSet<u32> {
        &self.marks
    }

    /// Where keys are looked up.
    pub fn context(&self) -> Context {
        match self.mode {
            Mode::Base => Context::Review,
            Mode::Help(_) => Context::Help,
            Mode::Prompt(_) => Context::Prompt,
            Mode::Picker(_) => Context::Picker,
            Mode::Choose => Context::Choose,
            Mode::Confirm(_) => Context::Confirm,
        }
    }

    /// What a key asks for where the app is.
    pub fn command_of(&self, key: KeyEvent) -> Option<Command> {
        let context = self.context();
        let command = self.keymap.command(context, key);
        if context == Context::Choose && command.is_none() {
            return self.keymap.command(Context::Review, key).filter(|command| command.on_sight());
        }
        command
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
                self.painted.clear();
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
            Message::Worked { generation, outcome } => self.worked(generation, outcome),
            Message::Painted => {
                self.painted = if self.is_complete() { self.in_sight() } else { vec![] };
                vec![]
            }
        }
    }

    fn command(&mut self, command: Command) -> Vec<Effect> {
        if self.frozen && command != Command::Quit {
            return vec![];
        }
        if !matches!(self.mode, Mode::Base) {
            return self.on_top(command);
        }
        if command.on_sight() {
            return self.see(command);
        }
        self.last_key = None;
        if !self.is_visible() && !matches!(command, Command::Quit | Command::Suspend) {
            return vec![];
        }
        self.act(command)
    }

    /// Commands that decide nothing on what is shown.
    fn act(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Undo => self.take_back(),
            Command::Redo => self.bring_back(),
            Command::Unmark => self.unmark(),
            Command::Palette => self.open_picker(PickKind::Command, vec![]),
            Command::Help => self.open(Mode::Help(List::default())),
            Command::Suspend => vec![Effect::Suspend],
            Command::Quit => self.quit(),
            moving => self.walk(moving),
        }
    }

    /// A command while something is on top.
    fn on_top(&mut self, command: Command) -> Vec<Effect> {
        if !self.is_visible() && command != Command::Cancel {
            return vec![];
        }
        match (std::mem::replace(&mut self.mode, Mode::Base), command) {
            (Mode::Prompt(prompt), Command::Accept) => self.accept_prompt(&prompt),
            (Mode::Prompt(prompt), Command::Cancel) => {
                self.drafts.push(prompt);
                vec![]
            }
            (Mode::Confirm(confirm), Command::Accept) => self.confirmed(confirm),
            (_, Command::Cancel) => vec![],
            (Mode::Picker(picker), command) => self.picker_command(picker, command),
            (Mode::Choose, command) => self.choose(command),
            (Mode::Help(mut list), command) => {
                list.moved(command);
                self.open(Mode::Help(list))
            }
            (mode, _) => self.open(mode),
        }
    }

    fn open(&mut self, mode: Mode) -> Vec<Effect> {
        self.mode = mode;
        vec![]
    }

    /// The rows that a key would act on.
    fn in_sight(&self) -> Vec<u32> {
        self.row().into_iter().collect()
    }

    fn nothing(&mut self, text: &str) -> Vec<Effect> {
        self.status = Status::hint(text);
        vec![]
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
