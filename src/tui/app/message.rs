//! What comes into the app and what goes out of it.

use super::{
    Asking, Learning, Mouse, Outcome, PictureKey, Question, ScoreOrder, Scored, Shown, Work,
};
use crate::dataset::{Event, Ledger, Split};
use crate::media::Cells;
use crate::project::{ExperimentLog, Fresh, LogEdit, ModelChoice, Vectors};
use crate::store::Cursor;
use crate::tui::command::Command;
use std::collections::BTreeMap;
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
    /// A click or the wheel.
    Mouse(Mouse),
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
    /// Vectors of the examples were made; `None` when they could not be.
    Learnt(Option<Vectors>),
    /// Something beside the decisions could not be kept, and why.
    Failed(String),
    /// A task was done; `None` when it could not be.
    Worked {
        /// the generation it was handed out in
        generation: u64,
        /// what came of it
        outcome: Option<Outcome>,
    },
    /// What a screen asked was answered, or a part of it; or why it can't be.
    Considered {
        /// the generation it was asked in
        generation: u64,
        /// the answer
        answer: Result<Arc<Shown>, String>,
        /// whether there is no more to come
        is_whole: bool,
    },
    /// What the model says of an example, or a part of it; or why it says nothing.
    Asked {
        /// the generation it was asked in
        generation: u64,
        /// the answer, with the name of the model's file
        answer: Result<Box<(String, Fresh)>, String>,
        /// whether there is no more to come
        is_whole: bool,
    },
    /// The journal of experiments, after a change of it; or why it can't be changed.
    Logged(Result<Box<ExperimentLog>, String>),
    /// The models to choose from were looked for.
    Models {
        /// the generation it was asked in
        generation: u64,
        /// what was found
        choice: ModelChoice,
    },
    /// Something is to be said of a scoring in the background.
    Scored {
        /// the generation it was begun in
        generation: u64,
        /// what
        scored: Scored,
    },
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
    /// Keep the filters that have names.
    KeepFilters(BTreeMap<String, String>),
    /// Work something out; what was handed out before is cancelled.
    Work(Box<Work>),
    /// Answer what a screen asks.
    Consider(Box<Question>),
    /// Ask the model about an example.
    Ask(Box<Asking>),
    /// Change the journal of experiments, and read it.
    Log(LogEdit),
    /// Look for models that a split could be scored with; the number comes back with them.
    LookForModels(u64, Split),
    /// Score a split with a model, in the background.
    Score(Box<ScoreOrder>),
    /// Give this to the clipboard.
    Copy(String),
    /// Make vectors of the examples, however long it takes.
    Learn(Box<Learning>),
    /// Remember that the card of the first start was read.
    Welcomed,
    /// Go back to the shell until it calls again.
    Suspend,
    /// Leave.
    Quit,
}
