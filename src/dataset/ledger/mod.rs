//! The decisions of a project in memory: the state of each example, the tags, undo and redo.
//!
//! Invariant: the state equals the replay of all events handed out so far. Pure: whoever calls
//! writes the events down.

mod moved;
mod taxonomy;

pub use taxonomy::{TagEdit, Touched};

use super::{
    Action, Change, ClassNames, Event, Found, Retest, Review, Split, Stamp, Tag, TagChange, TagId,
    Verdict,
};
use std::collections::HashMap;

/// Why a decision was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecideError {
    /// A tag without a name.
    #[error("a tag needs a name")]
    TagWithoutName,
    /// The tag is there already, perhaps written otherwise.
    #[error("there is a tag {0:?} already")]
    TagExists(String),
    /// 65,536 tags.
    #[error("no more tags can be made")]
    TooManyTags,
    /// The tag was deleted.
    #[error("there is no such tag any more")]
    NoTag,
    /// Another tag, or a command, has the letter.
    #[error("{letter:?} is taken by {by}")]
    LetterTaken {
        /// the letter
        letter: char,
        /// who has it
        by: String,
    },
    /// No letter of the alphabet.
    #[error("{0:?} can't be a tag's letter: a to z can")]
    NoLetter(char),
}

/// The state of all decisions.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// By split, as listed in [`Split::ALL`].
    reviews: [HashMap<String, Review>; 3],
    tags: Vec<Tag>,
    /// On how many examples of each split a tag is.
    uses: HashMap<TagId, [usize; 3]>,
    next_tag: u16,
    next_seq: u64,
    done: Vec<Event>,
    undone: Vec<Event>,
    retests: Vec<Retest>,
    offers: Offers,
}

/// How often suggestions were on the screen when something was decided, and how often they were
/// taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Offers {
    /// Decisions with a suggestion on the screen.
    pub shown: usize,
    /// Those that took it.
    pub taken: usize,
}

impl Ledger {
    /// Rebuilds the state from the log.
    pub fn replay(events: impl IntoIterator<Item = Event>) -> Self {
        let mut ledger = Self::default();
        for event in events {
            ledger.apply(&event);
            ledger.record(event);
        }
        ledger
    }

    /// The review of an example, if anything was decided about it.
    pub fn review(&self, split: Split, id: &str) -> Option<&Review> {
        self.reviews[split as usize].get(id)
    }

    /// The class of an example's corrected label, if it has one that is still in the list.
    pub fn relabel(&self, split: Split, id: &str, classes: &ClassNames) -> Option<u32> {
        classes.index(&self.review(split, id)?.relabel.as_ref()?.class)
    }

    /// The examples of a split with a decision, in no order.
    pub fn reviews(&self, split: Split) -> impl Iterator<Item = (&str, &Review)> {
        self.reviews[split as usize].iter().map(|(id, review)| (id.as_str(), review))
    }

    /// The tags in order of their making.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The tag with that id.
    pub fn tag(&self, id: TagId) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.id == id)
    }

    /// The number that the next event gets: how many there are.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The decisions that stand, in their order: the last one is what [`Ledger::undo`] takes back.
    pub fn done(&self) -> &[Event] {
        &self.done
    }

    /// The decisions that were taken back and can be brought back, the last one next.
    pub fn undone(&self) -> &[Event] {
        &self.undone
    }

    /// The second answers of re-tests.
    pub fn retests(&self) -> &[Retest] {
        &self.retests
    }

    /// How often suggestions were taken.
    pub fn offers(&self) -> Offers {
        self.offers
    }

    /// Edits the review of each of `ids` of the stamp's split; `edit` is told the place in `ids`. Returns the event to write down, or `None` when nothing
    /// changed. One call is one undo.
    pub fn decide(
        &mut self,
        ids: &[&str],
        stamp: Stamp,
        edit: impl Fn(usize, &mut Review, &Stamp),
    ) -> Option<Event> {
        let change = |(at, id): (usize, &&str)| {
            self.change(stamp.split, id, &stamp, |review, stamp| edit(at, review, stamp))
        };
        let changes: Vec<Change> = ids.iter().enumerate().filter_map(change).collect();
        (!changes.is_empty()).then(|| self.commit(Action::Decide, stamp, changes, vec![]))
    }

    /// Notes the second answer on an example.
    pub fn retest(&mut self, id: &str, first: Verdict, again: Verdict, stamp: Stamp) -> Event {
        let retest = Retest { split: stamp.split, id: id.to_owned(), first, again };
        let event = Event {
            seq: self.next_seq,
            stamp,
            action: Action::Retest,
            changes: vec![],
            tags: vec![],
            retest: Some(retest),
        };
        self.record(event.clone());
        event
    }

    /// Takes back the last decision. `None` when there is none.
    pub fn undo(&mut self, stamp: Stamp) -> Option<Event> {
        let target = self.done.last()?;
        let swapped = |c: &Change| Change {
            split: c.split,
            id: c.id.clone(),
            before: c.after.clone(),
            after: c.before.clone(),
        };
        // Last change first: a batch may name an example twice.
        let changes = target.changes.iter().rev().map(swapped).collect();
        let tags = target
            .tags
            .iter()
            .rev()
            .map(|t| TagChange { before: t.after.clone(), after: t.before.clone() })
            .collect();
        Some(self.commit(Action::Undo(target.seq), stamp, changes, tags))
    }

    /// Brings back the decision that was undone last. `None` when there is none.
    pub fn redo(&mut self, stamp: Stamp) -> Option<Event> {
        let target = self.undone.last()?;
        let (changes, tags) = (target.changes.clone(), target.tags.clone());
        Some(self.commit(Action::Redo(target.seq), stamp, changes, tags))
    }

    fn change(
        &self,
        split: Split,
        id: &str,
        stamp: &Stamp,
        edit: impl Fn(&mut Review, &Stamp),
    ) -> Option<Change> {
        let before = self.review(split, id).cloned().unwrap_or_default();
        let mut after = before.clone();
        edit(&mut after, stamp);
        let Stamp { run, order, correct, blind, .. } = stamp;
        let found = || Found { run: run.clone(), order: *order, correct: *correct, blind: *blind };
        after.found = (!after.is_empty()).then(|| before.found.clone().unwrap_or_else(found));
        (after != before).then(|| Change { split, id: id.to_owned(), before, after })
    }

    fn commit(
        &mut self,
        action: Action,
        stamp: Stamp,
        changes: Vec<Change>,
        tags: Vec<TagChange>,
    ) -> Event {
        let event = Event { seq: self.next_seq, stamp, action, changes, tags, retest: None };
        self.apply(&event);
        self.record(event.clone());
        event
    }

    fn apply(&mut self, event: &Event) {
        for change in &event.changes {
            self.put_review(change);
        }
        for tag in &event.tags {
            self.put_tag(tag.before.as_ref(), tag.after.as_ref());
        }
    }

    fn record(&mut self, event: Event) {
        self.next_seq = event.seq + 1;
        match event.action {
            Action::Setup => {}
            Action::Retest => self.retests.extend(event.retest),
            Action::Decide => {
                if let Some(taken) = event.stamp.offered {
                    self.offers.shown += 1;
                    self.offers.taken += usize::from(taken);
                }
                self.undone.clear();
                self.done.push(event);
            }
            Action::Undo(_) => self.undone.extend(self.done.pop()),
            Action::Redo(_) => self.done.extend(self.undone.pop()),
            Action::Move => self.rename(&event),
        }
    }

    fn put_review(&mut self, change: &Change) {
        let reviews = &mut self.reviews[change.split as usize];
        let before = if change.after.is_empty() {
            reviews.remove(&change.id)
        } else {
            reviews.insert(change.id.clone(), change.after.clone())
        };
        // What was there, not what the event says was there: the counts hold in a damaged log, too.
        for tag in before.iter().flat_map(|review| &review.tags) {
            if let Some(uses) = self.uses.get_mut(tag) {
                uses[change.split as usize] = uses[change.split as usize].saturating_sub(1);
            }
        }
        for &tag in &change.after.tags {
            self.uses.entry(tag).or_default()[change.split as usize] += 1;
        }
    }

    fn put_tag(&mut self, before: Option<&Tag>, after: Option<&Tag>) {
        if let Some(tag) = before.or(after) {
            self.tags.retain(|t| t.id != tag.id);
        }
        if let Some(tag) = after {
            let at = self.tags.partition_point(|t| t.id < tag.id);
            self.tags.insert(at, tag.clone());
            self.next_tag = self.next_tag.max(tag.id.0.saturating_add(1));
        }
    }
}

#[cfg(test)]
mod tests;
