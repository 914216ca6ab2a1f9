//! Decisions follow their examples: files that lie in another folder now are the same examples.
//!
//! Invariant: a decision is matched or left as it is; it is never dropped.

use super::{Project, now, whoami};
use crate::dataset::{Event, Examples, Ledger, Split, Stamp, same_files};
use std::collections::HashSet;

/// Decisions that followed their examples.
#[derive(Debug, Clone)]
pub struct Followed {
    /// What is to be written down.
    pub event: Event,
    /// How many.
    pub count: usize,
    /// The first one's id before and now.
    pub first: (String, String),
}

impl Followed {
    /// What happened, in a sentence.
    pub fn describe(&self) -> String {
        let (count, (before, now)) = (self.count, &self.first);
        let split = self.event.stamp.split;
        format!("files of {split} have moved and {count} decisions follow: {before} is {now} now")
    }
}

impl Project {
    /// Lets the decisions on a split follow files that have moved, where the file is the id.
    pub fn follow(&self, ledger: &mut Ledger, examples: &Examples) -> Option<Followed> {
        let columns = &self.config().columns;
        if columns.id.is_some() || columns.file.is_none() {
            return None;
        }
        let pairs = {
            let known = ledger.ids(examples.split);
            let lost = lost(known.clone(), examples);
            let pairs = same_files(&lost, &examples.ids).into_iter();
            let pairs = pairs.map(|(a, b)| (lost[a as usize], examples.ids.get(b as usize)));
            let free = pairs.filter(|(_, to)| !known.contains(to));
            free.map(|(from, to)| (from.to_owned(), to.to_owned())).collect::<Vec<_>>()
        };
        let first = pairs.first()?.clone();
        let stamp = Stamp { at: now(), who: whoami(), split: examples.split, ..Stamp::default() };
        let event = ledger.move_ids(&pairs, stamp)?;
        Some(Followed { event, count: pairs.len(), first })
    }

    /// The same for all splits that have decisions, in memory only; a table that can't be read is left to who needs it.
    pub(super) fn follow_all(&self, ledger: &mut Ledger) {
        if self.config().columns.id.is_some() || self.config().columns.file.is_none() {
            return;
        }
        for split in Split::ALL {
            if ledger.ids(split).is_empty() {
                continue;
            }
            if let Ok(assembled) = self.assembled(split) {
                self.follow(ledger, &assembled.examples);
            }
        }
    }

    /// Ids with a decision that the examples of the split do not have, ascending.
    pub fn unmatched<'l>(&self, ledger: &'l Ledger, examples: &Examples) -> Vec<&'l str> {
        lost(ledger.reviews(examples.split).map(|(id, _)| id).collect(), examples)
    }
}

/// Those of `known` that are no id of `examples`, ascending.
fn lost<'l>(mut known: HashSet<&'l str>, examples: &Examples) -> Vec<&'l str> {
    if !known.is_empty() {
        for id in examples.ids.iter() {
            known.remove(id);
        }
    }
    let mut lost: Vec<&str> = known.into_iter().collect();
    lost.sort_unstable();
    lost
}
