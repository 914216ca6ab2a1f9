//! What statistics are made from: a desk as it was when it was taken.

use super::{Snapshot, Subset};
use crate::analysis::guards::{BlindAgainstSeen, blind_against_seen};
use crate::analysis::{CorrectStratum, ErrorStratum, Relabels, Tally};
use crate::dataset::{Event, Examples, Ledger, Order, Run, Tag};
use crate::find::Filter;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A desk as it was when it was taken; all that is large is shared until it changes.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The project's name.
    pub project: String,
    /// The data, and the reviews by row.
    pub snapshot: Snapshot,
    /// All decisions. A decision that is made while somebody holds this copies it: drop it soon.
    pub ledger: Arc<Ledger>,
    /// The tally of the reviewed errors.
    pub tally: Tally,
    /// What the reviews say of the labels, among the errors and among the correct predictions.
    pub strata: (ErrorStratum, CorrectStratum),
    /// Which predictions are walked.
    pub subset: Subset,
}

impl Shared {
    /// The examples of the split.
    pub fn examples(&self) -> &Examples {
        &self.snapshot.examples
    }

    /// The run that is reviewed.
    pub fn run(&self) -> &Run {
        &self.snapshot.run
    }

    /// The tags of the project.
    pub fn tags(&self) -> &[Tag] {
        self.ledger.tags()
    }

    /// Corrected labels by row.
    pub fn relabels(&self) -> Relabels {
        self.snapshot.relabels()
    }

    /// All rows that may be looked at, ascending.
    pub fn all_rows(&self) -> Vec<u32> {
        self.snapshot.all_rows()
    }

    /// All rows of the split that a filter selects, ascending, right or wrong, whether they may be
    /// looked at or not; `None` when it was cancelled.
    pub fn select(
        &self,
        filter: &Filter,
        marked: &BTreeSet<u32>,
        cancelled: &AtomicBool,
    ) -> Option<Vec<u32>> {
        let rows: Vec<u32> = (0..self.examples().len() as u32).collect();
        self.snapshot.select(filter, &rows, marked, cancelled)
    }

    /// Errors of the list that were passed by, of the rows that `is_in` holds of: not reviewed, with a
    /// reviewed one behind them.
    pub fn skipped(&self, is_in: impl Fn(u32) -> bool) -> usize {
        let rows: Vec<u32> = self.snapshot.rows.iter().copied().filter(|&row| is_in(row)).collect();
        let end = rows.iter().rposition(|&row| self.is_reviewed(row)).unwrap_or(0);
        rows[..end].iter().filter(|&&row| !self.is_reviewed(row)).count()
    }

    /// Whether a row counts as reviewed for this run.
    pub fn is_reviewed(&self, row: u32) -> bool {
        self.snapshot.is_reviewed(row)
    }

    /// The first verdicts on errors of this run that were judged one by one on the walk, blind against
    /// seen. Reads all decisions that stand.
    pub fn blind_against_seen(&self) -> Option<BlindAgainstSeen> {
        blind_against_seen_in(&self.ledger, self.examples(), &self.run().name)
    }
}

/// [`Shared::blind_against_seen`] of a ledger.
pub(super) fn blind_against_seen_in(
    ledger: &Ledger,
    examples: &Examples,
    run: &str,
) -> Option<BlindAgainstSeen> {
    let verdict = |event: &Event| {
        let [change] = event.changes.as_slice() else { return None };
        let stamp = &event.stamp;
        let here = change.split == examples.split && stamp.run == run;
        let walked = !stamp.correct && stamp.order != Order::Picked;
        let first = change.before.verdict.is_none() && here && walked;
        Some((stamp.blind, change.after.verdict.filter(|_| first)?))
    };
    blind_against_seen(ledger.done().iter().filter_map(verdict))
}
