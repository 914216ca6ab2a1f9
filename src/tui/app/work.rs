//! What takes too long for the thread that draws: sorting and searching.
//!
//! Invariant: at most one piece of work is awaited; the answer to an older one changes nothing, and
//! none moves the walk below what lies on top.

use super::{App, Effect, Located, Status, jump, progress};
use crate::analysis::{Basis, Saturation};
use crate::dataset::Order;
use crate::find::Filter;
use crate::project::{Beside, Desk, Snapshot, Vectors};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Task {
    /// Sort the walk.
    Sort(Order),
    /// Sort the walk by likeness.
    Similar {
        /// to this row
        row: u32,
        /// what is compared
        vectors: Arc<Vectors>,
    },
    /// Find what a filter selects.
    Select {
        /// the filter as it was typed
        text: String,
        /// the same, read
        filter: Box<Filter>,
        /// the marked rows
        marked: BTreeSet<u32>,
        /// whether the grid is to show what is found
        grid: bool,
        /// which rows are asked
        among: Among,
    },
    /// Open the review of another run, with these rows.
    Beside(Box<Beside>, Vec<u32>),
    /// Find the example of an id.
    Locate(String),
    /// Find the first of these rows with that gold label and prediction.
    InCell(Vec<u32>, (u32, Option<u32>)),
    /// See whether new tags still come, of so many errors, reviewed in some way.
    Saturation(usize, Basis),
}

/// Which rows a filter is asked of.
#[derive(Debug, Clone)]
pub enum Among {
    /// Those of the walk.
    Walk,
    /// All that may be looked at, right or wrong.
    All,
    /// These.
    Rows(Arc<Vec<u32>>),
}

/// A task, and what it works on.
#[derive(Debug, Clone)]
pub struct Work {
    /// Comes back with the answer.
    pub generation: u64,
    /// What is to be done.
    pub task: Task,
    /// What it works on.
    pub snapshot: Snapshot,
    /// Set when nobody waits for it any more.
    pub cancelled: Arc<AtomicBool>,
}

impl PartialEq for Work {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
    }
}

/// What came of a task.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The walk in that order.
    Sorted(Order, Vec<u32>),
    /// The walk by likeness to that row.
    Alike(u32, Vec<u32>),
    /// The rows of the walk that the filter selects.
    Selected {
        /// the filter
        text: String,
        /// the rows
        rows: Vec<u32>,
        /// whether the grid is to show them
        grid: bool,
    },
    /// The review of another run, and what is to be listed there.
    Beside(Arc<Desk>, Vec<u32>),
    /// What the text finds among the ids.
    Located(String, Located),
    /// The row, if there is one.
    InCell(Option<u32>),
    /// Whether new tags still come.
    Saturation(Saturation),
}

impl Work {
    /// Does it; `None` when it was cancelled.
    pub fn run(&self) -> Option<Outcome> {
        match &self.task {
            Task::Sort(order) => Some(Outcome::Sorted(*order, self.snapshot.sort(*order))),
            Task::Similar { row, vectors } => {
                Some(Outcome::Alike(*row, vectors.sort(&self.snapshot.rows, *row)))
            }
            Task::Select { text, filter, marked, grid, among } => {
                let rows = match among {
                    Among::Walk => &self.snapshot.rows,
                    Among::All => &self.snapshot.all_rows(),
                    Among::Rows(rows) => rows,
                };
                let rows = self.snapshot.select(filter, rows, marked, &self.cancelled);
                rows.map(|rows| Outcome::Selected { text: text.clone(), rows, grid: *grid })
            }
            Task::Beside(beside, rows) => {
                Some(Outcome::Beside(Arc::new(beside.as_ref().clone().make()), rows.clone()))
            }
            Task::Locate(text) => {
                Some(Outcome::Located(text.clone(), jump::locate(&self.snapshot, text)))
            }
            Task::InCell(rows, cell) => {
                Some(Outcome::InCell(jump::in_cell(&self.snapshot, rows, *cell)))
            }
            Task::Saturation(errors, basis) => {
                Some(Outcome::Saturation(progress::saturate(&self.snapshot, *errors, *basis)))
            }
        }
        .filter(|_| !self.cancelled.load(Ordering::Relaxed))
    }
}

/// Work that is awaited.
#[derive(Debug)]
pub(super) struct Awaited {
    generation: u64,
    cancelled: Arc<AtomicBool>,
    /// What is being done, for the screen.
    pub what: String,
    /// What came of it while something lay on top.
    outcome: Option<Outcome>,
}

impl App {
    /// Hands out a task; what was awaited is cancelled.
    pub(super) fn hand_out(&mut self, task: Task, what: &str) -> Vec<Effect> {
        self.cancel_work();
        self.generation += 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        let (generation, what) = (self.generation, what.to_owned());
        self.awaited =
            Some(Awaited { generation, cancelled: cancelled.clone(), what, outcome: None });
        let snapshot = self.desk.snapshot();
        vec![Effect::Work(Box::new(Work { generation, task, snapshot, cancelled }))]
    }

    /// Whether something was awaited.
    pub(super) fn cancel_work(&mut self) -> bool {
        let awaited = self.awaited.take();
        awaited.inspect(|work| work.cancelled.store(true, Ordering::Relaxed)).is_some()
    }

    /// Whether the answer to a task is still to come.
    pub(super) fn is_working(&self) -> bool {
        self.awaited.as_ref().is_some_and(|work| work.outcome.is_none())
    }

    /// What is being worked on, for the screen.
    pub fn working(&self) -> Option<&str> {
        self.awaited.as_ref().map(|work| work.what.as_str())
    }

    pub(super) fn worked(&mut self, generation: u64, outcome: Option<Outcome>) -> Vec<Effect> {
        if self.awaited.as_ref().is_none_or(|work| work.generation != generation) {
            return vec![];
        }
        let moves = !matches!(outcome, None | Some(Outcome::Saturation(_)));
        if let Some(work) = self.awaited.as_mut().filter(|_| moves && !self.mode.is_base()) {
            // What is chosen, typed or confirmed there is about the example and the list below it.
            work.outcome = outcome;
            return vec![];
        }
        self.take_outcome(outcome)
    }

    /// What came while something lay on top is taken in when that is closed.
    pub(super) fn catch_up(&mut self) -> Vec<Effect> {
        let held = self.awaited.as_mut().filter(|_| self.mode.is_base());
        match held.and_then(|work| work.outcome.take()) {
            Some(outcome) => self.take_outcome(Some(outcome)),
            None => vec![],
        }
    }

    fn take_outcome(&mut self, outcome: Option<Outcome>) -> Vec<Effect> {
        self.awaited = None;
        match outcome {
            Some(Outcome::Sorted(order, rows)) => self.sorted(order, rows),
            Some(Outcome::Alike(row, rows)) => self.sorted_alike(row, rows),
            Some(Outcome::Selected { text, rows, grid }) => {
                let mut effects = self.selected(text, rows);
                effects.extend(if grid { self.open_grid() } else { vec![] });
                effects
            }
            Some(Outcome::Beside(desk, rows)) => self.entered_beside(desk, rows),
            Some(Outcome::Located(text, located)) => self.located(&text, &located),
            Some(Outcome::InCell(row)) => self.found_in_cell(row),
            Some(Outcome::Saturation(saturation)) => self.saturated(saturation),
            None => {
                self.status = Status::trouble("that could not be worked out");
                vec![]
            }
        }
    }
}
