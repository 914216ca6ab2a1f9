//! The review of another run, while that of the first one waits below.
//!
//! Invariant: a desk that is taken back knows every decision that was made meanwhile, taken back or not.

use super::{App, Effect};
use crate::dataset::Event;
use crate::project::Desk;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A desk that waits.
#[derive(Debug)]
pub(super) struct Away {
    desk: Desk,
    /// Rows that something was decided about since.
    touched: BTreeSet<u32>,
    /// Whether decisions were taken back because they could not be written down: then it can't be said
    /// which rows they were on.
    is_lost: bool,
}

impl App {
    /// Whether another run is reviewed than the one that the review was opened with.
    pub(super) fn is_away(&mut self) -> bool {
        self.aways().next().is_some()
    }

    /// The desk of another run is ready: it is put on top.
    pub(super) fn entered_beside(&mut self, desk: Arc<Desk>, rows: Vec<u32>) -> Vec<Effect> {
        let seq = self.desk.ledger().next_seq();
        let desk = Arc::into_inner(desk).filter(|desk| desk.ledger().next_seq() == seq);
        let Some((desk, true)) = desk.map(|desk| (desk, self.is_entering())) else {
            self.forget_entering();
            return self.nothing("something was decided meanwhile: enter it again");
        };
        let run = self.desk.snapshot().run;
        let desk = self.put_on_top(desk);
        self.wait_below(Box::new(Away { desk, touched: BTreeSet::new(), is_lost: false }), run);
        self.entered(rows).unwrap_or_default()
    }

    /// The desk that waited is the one that is worked at again.
    pub(super) fn take_back_desk(&mut self, away: Away) {
        let (mut desk, ledger) = (away.desk, self.desk.share_ledger());
        if away.is_lost {
            desk.restore(ledger.as_ref().clone());
        } else {
            desk.catch_up(ledger, &away.touched);
        }
        self.put_on_top(desk);
    }

    /// What is worked out of the desk is of that one now; returns the other.
    fn put_on_top(&mut self, desk: Desk) -> Desk {
        let done = self.done_now();
        let below = std::mem::replace(&mut self.desk, desk);
        self.session.before = self.desk.reviewed().saturating_sub(done);
        self.tally = self.desk.tally();
        self.alike.forget();
        self.painted.clear();
        below
    }

    /// The desks that wait hear of a decision when they are taken back.
    pub(super) fn tell_below(&mut self, event: &Event) {
        let here = self.desk.examples().split;
        let changes = event.changes.iter().filter(|change| change.split == here);
        let rows: Vec<u32> = changes.filter_map(|change| self.desk.row_of(&change.id)).collect();
        for away in self.aways() {
            away.touched.extend(&rows);
        }
    }

    /// What was written down is not what was decided.
    pub(super) fn lost_below(&mut self) {
        for away in self.aways() {
            away.is_lost = true;
        }
    }
}
