//! The decisions of a project in memory: the state of each example, the tags, undo and redo.
//!
//! Invariant: the state equals the replay of all events handed out so far. Pure: whoever calls
//! writes the events down.

use super::{
    Action, Change, ClassNames, Event, Found, Review, Split, Stamp, Tag, TagChange, TagId, free_key,
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
}

/// The state of all decisions.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// By split, as listed in [`Split::ALL`].
    reviews: [HashMap<String, Review>; 3],
    tags: Vec<Tag>,
    next_tag: u16,
    next_seq: u64,
    done: Vec<Event>,
    undone: Vec<Event>,
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

    /// Edits the review of each of `ids` of the stamp's split. Returns the event to write down, or `None` when nothing
    /// changed. One call is one undo.
    pub fn decide(
        &mut self,
        ids: &[&str],
        stamp: Stamp,
        edit: impl Fn(&mut Review, &Stamp),
    ) -> Option<Event> {
        let changes: Vec<Change> =
            ids.iter().filter_map(|id| self.change(id, &stamp, &edit)).collect();
        (!changes.is_empty()).then(|| self.commit(Action::Decide, stamp, changes, vec![]))
    }

    /// Makes a tag on a letter that is neither taken nor `reserved`, and puts it on `on`.
    ///
    /// # Errors
    /// An empty name, or one that differs from an existing name in case and spaces only.
    pub fn create_tag(
        &mut self,
        name: &str,
        on: Option<&str>,
        stamp: Stamp,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Event, DecideError> {
        let tag = self.new_tag(name, reserved)?;
        let id = tag.id;
        let changes = on
            .and_then(|example| self.change(example, &stamp, &|r, _| r.toggle_tag(id)))
            .into_iter()
            .collect();
        let tags = vec![TagChange { before: None, after: Some(tag) }];
        Ok(self.commit(Action::Decide, stamp, changes, tags))
    }

    /// Makes the first tags of a project in one event that can't be undone.
    ///
    /// # Errors
    /// As [`Ledger::create_tag`].
    pub fn set_up(
        &mut self,
        names: &[String],
        stamp: Stamp,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Event, DecideError> {
        let mut draft = self.clone();
        let mut tags = Vec::new();
        for name in names {
            let tag = draft.new_tag(name, reserved)?;
            draft.put_tag(None, Some(&tag));
            tags.push(TagChange { before: None, after: Some(tag) });
        }
        Ok(self.commit(Action::Setup, stamp, vec![], tags))
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
        id: &str,
        stamp: &Stamp,
        edit: &impl Fn(&mut Review, &Stamp),
    ) -> Option<Change> {
        let split = stamp.split;
        let before = self.review(split, id).cloned().unwrap_or_default();
        let mut after = before.clone();
        edit(&mut after, stamp);
        let Stamp { run, order, correct, .. } = &stamp;
        let found = || Found { run: run.clone(), order: *order, correct: *correct };
        after.found = (!after.is_empty()).then(|| before.found.clone().unwrap_or_else(found));
        (after != before).then(|| Change { split, id: id.to_owned(), before, after })
    }

    fn new_tag(&self, name: &str, reserved: impl Fn(char) -> bool) -> Result<Tag, DecideError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(DecideError::TagWithoutName);
        }
        let same = |tag: &&Tag| tag.name.to_lowercase() == name.to_lowercase();
        if let Some(tag) = self.tags.iter().find(same) {
            return Err(DecideError::TagExists(tag.name.clone()));
        }
        if self.next_tag == u16::MAX {
            return Err(DecideError::TooManyTags);
        }
        let key = free_key(&name, |c| reserved(c) || self.tags.iter().any(|t| t.key == Some(c)));
        Ok(Tag { id: TagId(self.next_tag), name, key })
    }

    fn commit(
        &mut self,
        action: Action,
        stamp: Stamp,
        changes: Vec<Change>,
        tags: Vec<TagChange>,
    ) -> Event {
        let event = Event { seq: self.next_seq, stamp, action, changes, tags };
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
            Action::Decide => {
                self.undone.clear();
                self.done.push(event);
            }
            Action::Undo(_) => self.undone.extend(self.done.pop()),
            Action::Redo(_) => self.done.extend(self.undone.pop()),
        }
    }

    fn put_review(&mut self, change: &Change) {
        let reviews = &mut self.reviews[change.split as usize];
        if change.after.is_empty() {
            reviews.remove(&change.id);
        } else {
            reviews.insert(change.id.clone(), change.after.clone());
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
#[path = "ledger_tests.rs"]
mod tests;
