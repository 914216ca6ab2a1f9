//! The last decisions: those that stand, and before them those that were taken back.
//!
//! Invariant: an entry is looked up when it is drawn; nothing grows with the number of decisions.

use super::{App, Effect, List, Mode, Task, say};
use crate::dataset::Event;
use crate::tui::command::Command;

/// A decision of the history.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The decision.
    pub event: &'a Event,
    /// Whether it was taken back.
    pub undone: bool,
}

impl App {
    /// How many decisions the history has.
    pub fn history_len(&self) -> usize {
        self.desk.ledger().undone().len() + self.desk.ledger().done().len()
    }

    /// The decision number `at`, the latest one first.
    pub fn history(&self, at: usize) -> Option<Entry<'_>> {
        let (done, undone) = (self.desk.ledger().done(), self.desk.ledger().undone());
        if let Some(event) = undone.get(at) {
            return Some(Entry { event, undone: true });
        }
        let event = done.len().checked_sub(at - undone.len() + 1).and_then(|at| done.get(at))?;
        Some(Entry { event, undone: false })
    }

    /// The last decisions that stand, the latest one first.
    pub fn decisions(&self) -> impl Iterator<Item = &Event> {
        self.desk.ledger().done().iter().rev()
    }

    /// How long ago a decision was made, in words.
    pub fn ago(&self, event: &Event) -> String {
        say::ago(self.now.saturating_sub(event.stamp.at))
    }

    pub(super) fn open_history(&mut self) -> Vec<Effect> {
        if self.history_len() == 0 {
            return self.nothing("nothing was decided yet");
        }
        let at = self.desk.ledger().undone().len().min(self.history_len() - 1);
        self.open(Mode::History(List { at }))
    }

    /// Goes to the example of a decision.
    pub(super) fn jump_in_history(&mut self, at: usize) -> Vec<Effect> {
        let Some(Entry { event, undone }) = self.history(at) else { return vec![] };
        let Some(change) = event.changes.first() else {
            let key = self.keymap.key_of(Command::Tags);
            return self.nothing(&format!("that was about tags, not about an example: {key}"));
        };
        if change.split != self.desk.examples().split {
            let text = format!("{} is in {}, which is not open here", change.id, change.split);
            return self.nothing(&text);
        }
        let id = change.id.clone();
        if undone {
            // The rows of decided examples are known; others are searched for.
            return self.hand_out(Task::Locate(id), "looking for the id");
        }
        match self.desk.row_of(&id) {
            Some(row) => self.jump_to(row),
            None => self.nothing(&format!("{id} is not in the data any more")),
        }
    }
}
