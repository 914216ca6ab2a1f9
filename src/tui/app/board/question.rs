//! What a screen asks, so that another thread can answer it.

use crate::find::Filter;
use crate::insight::{Ask, Input, Insight, Page, Progress, Watch};
use crate::project::{Project, Shared};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which examples a question is about.
#[derive(Debug, Clone)]
pub enum Scope {
    /// All of the split.
    All,
    /// Those that a filter selects, right or wrong.
    Filter(Box<Filter>),
    /// These rows, ascending.
    Rows(Vec<u32>),
}

/// A question, and what it is answered from.
#[derive(Debug, Clone)]
pub struct Question {
    /// Comes back with the answer.
    pub generation: u64,
    /// What is asked.
    pub ask: Ask,
    /// The data and the decisions.
    pub shared: Shared,
    /// Which examples it is about.
    pub scope: Scope,
    /// The marked rows.
    pub marked: BTreeSet<u32>,
    /// How far it is, and whether anybody waits for it.
    pub progress: Arc<Progress>,
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
    }
}

/// What a screen shows.
#[derive(Debug)]
pub struct Shown {
    /// What was asked.
    pub ask: Ask,
    /// The answer.
    pub insight: Insight,
    /// The same as tables.
    pub page: Page,
}

impl Shown {
    /// An answer with its tables.
    pub(super) fn new(ask: Ask, insight: Insight) -> Arc<Self> {
        let page = insight.page();
        Arc::new(Self { ask, insight, page })
    }
}

impl Question {
    /// Answers it; `partial` is given what is known on the way. `None` when nobody waits any more.
    pub fn run(
        self,
        project: &Arc<Project>,
        partial: &mut (dyn FnMut(Arc<Shown>) + Send),
    ) -> Option<Result<Arc<Shown>, String>> {
        let Self { ask, mut shared, scope, marked, progress, .. } = self;
        // A decision that is made meanwhile need not copy the ledger then.
        shared.ledger = Arc::new(shared.ledger.as_ref().clone());
        let rows = match scope {
            Scope::All => None,
            Scope::Filter(filter) => Some(shared.select(&filter, &marked, progress.cancelled())?),
            Scope::Rows(rows) => Some(rows),
        };
        let input = Input::of_run(shared, project.clone(), rows.as_deref());
        let about = ask.clone();
        let mut tell = |insight| partial(Shown::new(about.clone(), insight));
        let answer = ask.answer(&input, &mut Watch { progress: &progress, partial: &mut tell });
        if progress.is_cancelled() {
            return None;
        }
        Some(answer.map(|insight| Shown::new(ask, insight)).map_err(|error| error.to_string()))
    }
}
