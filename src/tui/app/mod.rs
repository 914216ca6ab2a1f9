//! The state of the screen: `update(message) -> effects`. No I/O, no drawing, no clock of its own.
//!
//! Invariant: a decision acts on the example that was painted when its key was pressed, and counts
//! as saved only after the store has said so.

mod alike;
mod away;
mod board;
mod decide;
mod dispatch;
mod find;
mod grid;
mod guards;
mod history;
mod jump;
mod list;
mod macros;
mod many;
mod message;
mod mouse;
mod moving;
mod palette;
mod picker;
mod pictures;
mod progress;
mod prompt;
mod say;
mod scoring;
mod sight;
mod status;
mod tags;
mod welcome;
mod what_if;
mod work;

pub use alike::Learning;
pub use board::{
    Beside, Board, MOST_ROWS, MapState, Matrix, Question, Queue, Reliability, Scope, Shown, step,
};
pub use find::FindLine;
pub use grid::{Grid, Standing};
pub use guards::Guards;
pub use history::Entry;
pub use jump::Located;
pub use list::List;
pub use many::{Confirm, Deed};
pub use message::{Effect, Message};
pub use mouse::{Action, Mouse};
pub use picker::{Pick, PickKind, Picker};
pub use pictures::{Picture, PictureKey, Pictures};
pub use progress::{Progress, Summary};
pub use prompt::{Prompt, PromptKind};
pub use say::{agreement, entry, minutes, rate, review as describe};
pub use scoring::{ScoreOrder, Scored};
pub use status::{Status, Tone};
pub use tags::{TagDeed, TagField, TagPage};
pub use what_if::{Asking, Heard, WhatIf};
pub use work::{Outcome, Task, Work};

use super::command::{Command, Context};
use super::keymap::Keymap;
use super::layout;
use super::screens::{help_limit, tried_limit};
use super::settings::Macro;
use super::theme::Theme;
use crate::analysis::Tally;
use crate::analysis::typeahead::ClassIndex;
use crate::ingest::Preset;
use crate::project::Desk;
use alike::Alike;
use away::Away;
use board::Boards;
use find::Finding;
use guards::Watch;
use jump::Trail;
use progress::Session;
use scoring::Scorer;
use sight::room;
use std::collections::BTreeSet;
use std::sync::Arc;
use work::Awaited;

/// What is on top of the screen.
#[derive(Debug)]
pub enum Mode {
    /// Nothing.
    Base,
    /// A filter is typed.
    Find(FindLine),
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
    /// The last decisions.
    History(List),
    /// How the session goes.
    Progress(Box<Progress>),
    /// Which guards are on.
    Guards(List),
    /// What was tried, and what is missing.
    Tried(List),
    /// The list of tags.
    Tags,
    /// What the model says of an example, and of it changed.
    WhatIf,
    /// The card of the first start.
    Card,
}

impl Mode {
    fn is_base(&self) -> bool {
        matches!(self, Self::Base)
    }
}

/// Everything that the screen shows.
pub struct App {
    desk: Desk,
    keymap: Arc<Keymap>,
    mode: Mode,
    position: usize,
    /// Lines of a long text that are above the screen.
    scroll: u16,
    /// The terminal's columns and rows.
    size: (u16, u16),
    /// The picture's columns and rows; none in a terminal that is too small.
    room: Option<(u16, u16)>,
    tally: Tally,
    pictures: Pictures,
    status: Status,
    /// What was typed into prompts that were left with Esc.
    drafts: Vec<Prompt>,
    /// The rows that are fully on the screen.
    painted: Vec<u32>,
    /// The page of tiles that is looked at in place of one example.
    grid: Option<Grid>,
    /// The grid as it was left.
    shelved: Option<Grid>,
    last_mouse: mouse::Last,
    /// Rows that are marked, for a decision on all of them.
    marks: BTreeSet<u32>,
    /// Where the last mark was set.
    anchor: Option<u32>,
    trail: Trail,
    session: Session,
    watch: Watch,
    recent: Recent,
    finding: Finding,
    boards: Boards,
    alike: Alike,
    index: ClassIndex,
    /// The list of tags while it is open, whatever lies on top of it.
    tag_page: Option<TagPage>,
    /// What the model is asked while that is open, whatever lies on top of it.
    what_if: Option<WhatIf>,
    /// What is scored in the background.
    scorer: Scorer,
    setup: Setup,
    generation: u64,
    awaited: Option<Awaited>,
    dropped: usize,
    /// The last key that decides, taken or not, and when it came.
    last_key: Option<(Command, u64)>,
    saving: Saving,
    now: u64,
}

/// What was chosen by name lately, the last one first.
#[derive(Debug, Default)]
struct Recent {
    classes: Vec<u32>,
    commands: Vec<Command>,
}

/// What is on its way to the store.
#[derive(Debug, Default)]
struct Saving {
    /// Goes up when a decision could not be saved: what was sent before is void.
    epoch: u64,
    unsaved: usize,
    quitting: bool,
    /// Set when what is written down can't be known: nothing more is decided then.
    frozen: bool,
}

/// What a person has set.
#[derive(Debug, Default)]
struct Setup {
    /// What was asked for before the start.
    first: Vec<Effect>,
    presets: Vec<Preset>,
    macros: Vec<Macro>,
    theme: Theme,
}

impl App {
    /// Starts at the example with the id `at`, or at the first error that is not reviewed.
    pub fn new(desk: Desk, keymap: Arc<Keymap>, at: Option<&str>, size: (u16, u16)) -> Self {
        let mut app = Self {
            tally: desk.tally(),
            index: ClassIndex::new(desk.classes()),
            finding: Finding::of(&desk.examples().metadata),
            session: Session::of(desk.ledger().next_seq(), desk.reviewed()),
            desk,
            keymap,
            size,
            room: room(size),
            mode: Mode::Base,
            position: 0,
            scroll: 0,
            pictures: Pictures::default(),
            status: Status::default(),
            drafts: Vec::new(),
            painted: vec![],
            grid: None,
            shelved: None,
            last_mouse: mouse::Last::default(),
            marks: BTreeSet::new(),
            anchor: None,
            trail: Trail::default(),
            watch: Watch::default(),
            recent: Recent::default(),
            alike: Alike::default(),
            boards: Boards::default(),
            tag_page: None,
            what_if: None,
            scorer: Scorer::default(),
            setup: Setup { presets: Preset::built_in(), ..Setup::default() },
            generation: 0,
            awaited: None,
            dropped: 0,
            last_key: None,
            saving: Saving::default(),
            now: 0,
        };
        let remembered = at.and_then(|id| app.desk.position(id));
        app.position = remembered.or_else(|| app.open_from(0)).unwrap_or(0);
        app
    }

    /// Shows itself in these colours.
    #[must_use]
    pub fn with_theme(mut self, theme: Theme) -> Self {
        self.setup.theme = theme;
        self
    }

    /// The colours.
    pub fn theme(&self) -> Theme {
        self.setup.theme
    }

    /// What is to be done before the first message.
    pub fn start(&mut self) -> Vec<Effect> {
        let mut effects = std::mem::take(&mut self.setup.first);
        effects.extend(self.prepare());
        effects.extend(self.learn_when_due());
        effects
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
        self.retested().or_else(|| self.desk.list().get(self.position).copied())
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
        self.picture_of(self.row()?)
    }

    /// The picture of a row, at the size it has on the screen.
    pub fn picture_of(&self, row: u32) -> Option<&Picture> {
        self.pictures.get(self.picture_key(row)?)
    }

    /// What happened last.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Whether the answer to a job is awaited.
    pub fn is_waiting(&self) -> bool {
        self.saving.unsaved > 0
            || self.pictures.any_pending()
            || self.is_working()
            || self.asking().is_some()
            || self.wants_likeness()
            || self.is_looking()
            || self.what_if.as_ref().is_some_and(WhatIf::is_waiting)
    }

    /// Whether a decision is on its way to the store.
    pub fn is_saving(&self) -> bool {
        self.saving.unsaved > 0
    }

    /// Whether it was asked to leave: keys that come behind that are not meant for it.
    pub fn is_leaving(&self) -> bool {
        self.saving.quitting
    }

    /// Whether that on which a key would act is wholly on the screen.
    pub fn is_whole(&self) -> bool {
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

    fn next_theme(&mut self) -> Vec<Effect> {
        self.setup.theme = self.setup.theme.next();
        self.nothing(&format!(
            "colours: {}; --theme or the settings keep them",
            self.setup.theme.name()
        ))
    }

    fn nothing(&mut self, text: &str) -> Vec<Effect> {
        self.status = Status::hint(text);
        vec![]
    }

    fn quit(&mut self) -> Vec<Effect> {
        self.saving.quitting = true;
        if self.saving.unsaved == 0 { vec![Effect::Quit] } else { vec![] }
    }

    fn open(&mut self, mode: Mode) -> Vec<Effect> {
        self.mode = mode;
        vec![]
    }
}

#[cfg(test)]
mod find_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
mod mouse_tests;
