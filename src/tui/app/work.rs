//! What takes too long for the thread that draws: sorting and searching.
//!
//! Invariant: at most one piece of work is awaited; the answer to an older one changes nothing.

use super::{App, Effect, Status};
use crate::dataset::Order;
use crate::find::Filter;
use crate::project::{Snapshot, Vectors};
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
    },
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
    Selected(String, Vec<u32>),
}

impl Work {
    /// Does it; `None` when it was cancelled.
    pub fn run(&self) -> Option<Outcome> {
        match &self.task {
            Task::Sort(order) => Some(Outcome::Sorted(*order, self.snapshot.sort(*order))),
            Task::Similar { row, vectors } => {
                Some(Outcome::Alike(*row, vectors.sort(&self.snapshot.rows, *row)))
            }
            Task::Select { text, filter, marked } => {
                let rows = self.snapshot.select(filter, marked, &self.cancelled);
                rows.map(|rows| Outcome::Selected(text.clone(), rows))
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
}

impl App {
    /// Hands out a task; what was awaited is cancelled.
    pub(super) fn hand_out(&mut self, task: Task, what: &str) -> Vec<Effect> {
        self.cancel_work();
        self.generation += 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        let (generation, what) = (self.generation, what.to_owned());
        self.awaited = Some(Awaited { generation, cancelled: cancelled.clone(), what });
        let snapshot = self.desk.snapshot();
        vec![Effect::Work(Box::new(Work { generation, task, snapshot, cancelled }))]
    }

    /// Whether something was awaited.
    pub(super) fn cancel_work(&mut self) -> bool {
        let awaited = self.awaited.take();
        awaited.inspect(|work| work.cancelled.store(true, Ordering::Relaxed)).is_some()
    }

    /// What is being worked on, for the screen.
    pub fn working(&self) -> Option<&str> {
        self.awaited.as_ref().map(|work| work.what.as_str())
    }

    pub(super) fn worked(&mut self, generation: u64, outcome: Option<Outcome>) -> Vec<Effect> {
        if self.awaited.as_ref().is_none_or(|work| work.generation != generation) {
            return vec![];
        }
        self.awaited = None;
        match outcome {
            Some(Outcome::Sorted(order, rows)) => self.sorted(order, rows),
            Some(Outcome::Alike(row, rows)) => self.sorted_alike(row, rows),
            Some(Outcome::Selected(text, rows)) => self.selected(text, rows),
            None => {
                self.status = Status::trouble("that could not be worked out");
                vec![]
            }
        }
    }
}
