//! Decisions whose examples have other ids now.
//!
//! Invariant: undo and redo act on the new ids, whatever was decided under the old ones.

use super::{Action, Change, Event, Ledger, Review, Split, Stamp};
use std::collections::{HashMap, HashSet};

impl Ledger {
    /// All ids of a split that decisions speak of, those that were taken back and can be brought back included.
    pub fn ids(&self, split: Split) -> HashSet<&str> {
        let events = self.done.iter().chain(&self.undone);
        let changes = events.flat_map(|event| &event.changes).filter(|c| c.split == split);
        changes.map(|c| c.id.as_str()).chain(self.reviews(split).map(|(id, _)| id)).collect()
    }

    /// Keeps what was decided under the first id of each pair under the second, about which nothing is decided yet.
    /// `None` when there is no pair. It can't be undone.
    pub fn move_ids(&mut self, pairs: &[(String, String)], stamp: Stamp) -> Option<Event> {
        let split = stamp.split;
        let change = |id: &String, before: Review, after: Review| Change {
            split,
            id: id.clone(),
            before,
            after,
        };
        let both = |(from, to): &(String, String)| {
            let review = self.review(split, from).cloned().unwrap_or_default();
            let gone = change(from, review.clone(), Review::default());
            [gone, change(to, Review::default(), review)]
        };
        let changes: Vec<Change> = pairs.iter().flat_map(both).collect();
        (!changes.is_empty()).then(|| self.commit(Action::Move, stamp, changes, vec![]))
    }

    /// Renames the examples in what can be undone and redone. The event has the old and the new id in turn.
    pub(super) fn rename(&mut self, event: &Event) {
        let pairs = event.changes.chunks_exact(2);
        let new: HashMap<(Split, &str), &str> =
            pairs.map(|pair| ((pair[0].split, pair[0].id.as_str()), pair[1].id.as_str())).collect();
        let rename = |split: Split, id: &mut String| {
            if let Some(to) = new.get(&(split, id.as_str())) {
                (*to).clone_into(id);
            }
        };
        for event in self.done.iter_mut().chain(&mut self.undone) {
            for change in &mut event.changes {
                rename(change.split, &mut change.id);
            }
        }
        for retest in &mut self.retests {
            rename(retest.split, &mut retest.id);
        }
    }
}

#[cfg(test)]
#[path = "moved_tests.rs"]
mod tests;
