//! One run's errors, the decisions made on them, and the operations that make more.
//!
//! Invariant: in memory only. Each operation returns the event that whoever called writes down.

mod beside;
mod counts;
mod decide;
mod groups;
mod numbers;
mod snapshot;
mod taxonomy;
mod walk;

pub use beside::Beside;
pub use decide::{Preview, Sight};
pub use groups::Difficulties;
pub use snapshot::Snapshot;

use crate::analysis::eyeball::{in_eyeball, part_errors};
use crate::analysis::{self, Relabels};
use crate::dataset::{
    Change, ClassNames, Examples, Ledger, Matrix, Order, Review, Reviews, Run, Verdict,
};
use counts::Counts;
use numbers::Live;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use walk::Walk;

/// The label that counts for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// Its class.
    pub class: u32,
    /// Whether a person set it.
    pub corrected: bool,
}

/// Which predictions of the run are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subset {
    /// The errors.
    #[default]
    Errors,
    /// Those that agree with the gold label: a random sample of them shows how many of these labels
    /// are wrong, which a review of errors alone can't.
    Correct,
}

impl Subset {
    /// What they are called on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Correct => "correct predictions",
        }
    }
}

/// What orders need that look beyond one run.
#[derive(Debug, Default)]
pub struct Likeness {
    /// Probabilities of other runs, for the order by disagreement.
    pub others: Vec<Matrix>,
    /// N×D, for the orders by likeness; without them rows of probabilities are compared.
    pub embeddings: Option<Matrix>,
    /// The row that the others are compared with.
    pub similar_to: Option<u32>,
}

/// A run's errors on the desk. Rows are rows of [`Desk::examples`].
#[derive(Debug)]
pub struct Desk {
    project: String,
    classes: Arc<ClassNames>,
    examples: Arc<Examples>,
    run: Arc<Run>,
    order: Order,
    subset: Subset,
    /// The share of the examples that is looked at, by id.
    eyeball: Option<f64>,
    likeness: Arc<Likeness>,
    ledger: Arc<Ledger>,
    who: String,
    sight: Sight,
    /// Rows of the examples that have a decision.
    rows: HashMap<String, u32>,
    /// What the ledger says of them.
    reviews: Reviews,
    /// Whether a row counts as reviewed for this run.
    reviewed: Vec<bool>,
    walk: Walk,
    with_prediction: usize,
    /// Errors by the gold labels.
    gold_errors: usize,
    counts: Counts,
    /// Made when it is first asked for, then kept up to date.
    dashboard: Option<Box<Live>>,
}

impl Desk {
    pub(crate) fn new(
        project: &str,
        classes: ClassNames,
        examples: Examples,
        run: impl Into<Arc<Run>>,
        order: Order,
        ledger: Ledger,
        who: String,
    ) -> Self {
        let beside = Beside {
            project: project.to_owned(),
            classes: Arc::new(classes),
            examples: Arc::new(examples),
            run: run.into(),
            order,
            eyeball: None,
            likeness: Arc::default(),
            ledger: Arc::new(ledger),
            who,
        };
        beside.make()
    }

    /// Leaves out what is not in the eyeball part: this share of the examples, by id.
    #[must_use]
    pub(crate) fn with_eyeball(mut self, share: Option<f64>) -> Self {
        if share.is_some() {
            self.eyeball = share;
            self.list_anew();
        }
        self
    }

    /// The share of the examples that is looked at, if that is not all of them.
    pub fn eyeball(&self) -> Option<f64> {
        self.eyeball
    }

    /// Whether a walk through the correct predictions came upon it: such a row is no draw from the errors,
    /// even when its label was fixed.
    fn is_outside(&self, row: u32) -> bool {
        let found = || self.review(row)?.found.as_ref();
        self.agrees(row) && found().is_some_and(|found| found.correct && found.run == self.run.name)
    }

    /// Whether an example may be looked at.
    pub fn is_shown(&self, row: u32) -> bool {
        self.eyeball.is_none_or(|share| in_eyeball(self.id(row), share))
    }

    /// Lists and counts what is looked at.
    fn list_anew(&mut self) {
        let (gold, run) = (&self.examples.gold, &self.run);
        let relabels = self.relabels();
        let shown: Vec<u32> = (0..gold.len() as u32).filter(|&row| self.is_shown(row)).collect();
        let errors = part_errors(gold, run.predictions(), &shown);
        let mut list = match self.subset {
            Subset::Errors => analysis::review_list(gold, &relabels, run),
            Subset::Correct => analysis::correct_list(gold, run),
        };
        list.retain(|&row| {
            self.is_shown(row) && (self.subset == Subset::Correct || !self.is_outside(row))
        });
        (self.with_prediction, self.gold_errors) = (errors.examples, errors.errors);
        self.dashboard = None;
        self.count_all();
        self.walk.set(list, self.examples.len());
        self.sort();
    }

    /// The project's name.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The classes.
    pub fn classes(&self) -> &ClassNames {
        &self.classes
    }

    /// The examples of the split.
    pub fn examples(&self) -> &Examples {
        &self.examples
    }

    /// The run whose errors these are.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The order of the list.
    pub fn order(&self) -> Order {
        self.order
    }

    /// How many of the list's examples are reviewed.
    pub fn reviewed(&self) -> usize {
        match self.subset {
            Subset::Errors => self.counts.tally.reviewed(),
            Subset::Correct => self.counts.correct.reviewed,
        }
    }

    /// Which predictions are in the list.
    pub fn subset(&self) -> Subset {
        self.subset
    }

    /// The decisions.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The rows to review, in order: all, or those that a search found.
    pub fn list(&self) -> &[u32] {
        self.walk.shown()
    }

    /// How many rows there are to review, whatever a search found.
    pub fn all(&self) -> usize {
        self.walk.all().len()
    }

    /// Whether [`Desk::list`] is what a search found.
    pub fn is_search(&self) -> bool {
        self.walk.is_search()
    }

    /// Lists only `found`, rows in the order of the walk; `None` lists all again.
    pub fn show_only(&mut self, found: Option<Vec<u32>>) {
        self.walk.show(found);
    }

    /// The id of a row.
    pub fn id(&self, row: u32) -> &str {
        self.examples.ids.get(row as usize)
    }

    /// The gold label of a row.
    pub fn gold(&self, row: u32) -> u32 {
        self.examples.gold[row as usize]
    }

    /// What has been decided about a row.
    pub fn review(&self, row: u32) -> Option<&Review> {
        self.reviews.get(&row)
    }

    /// The label that counts: the correction, else the gold label.
    pub fn effective(&self, row: u32) -> Effective {
        match self.ledger.relabel(self.examples.split, self.id(row), &self.classes) {
            Some(class) => Effective { class, corrected: true },
            None => Effective { class: self.gold(row), corrected: false },
        }
    }

    /// The place of an example in the list. Quick for those with a decision, a scan for others.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.place(self.row_of(id)?)
    }

    /// The place of a row in the list.
    pub fn place(&self, row: u32) -> Option<usize> {
        self.walk.place_of(row)
    }

    /// The row of an example. Quick for those with a decision, a scan for others.
    pub fn row_of(&self, id: &str) -> Option<u32> {
        self.rows.get(id).copied().or_else(|| self.examples.row_of(id).map(|row| row as u32))
    }

    /// Lists the predictions that agree with the gold label in place of the errors.
    #[must_use]
    pub fn with_correct(mut self) -> Self {
        self.subset = Subset::Correct;
        self.list_anew();
        self
    }

    /// Whether the run predicts the gold label: then neither is wrong alone.
    pub fn agrees(&self, row: u32) -> bool {
        self.run.prediction(row as usize) == Some(self.gold(row))
    }

    /// Gives what orders of more than this run need, and sorts by them.
    #[must_use]
    pub fn with_likeness(mut self, likeness: Likeness) -> Self {
        self.likeness = Arc::new(likeness);
        self.sort();
        self
    }

    /// Walks in an order that was worked out elsewhere, by [`Snapshot::sort`]; what a search found is
    /// still all that is listed.
    pub fn set_order(&mut self, order: Order, rows: Vec<u32>) {
        self.order = order;
        let listed = |row: &u32| self.walk.place_of(*row).is_some();
        let found = self.is_search().then(|| {
            let sorted: Vec<u32> = rows.iter().copied().filter(listed).collect();
            let is_sorted: HashSet<u32> = sorted.iter().copied().collect();
            // A list may have rows beside the walk's: correct predictions.
            let rest = self.list().iter().copied().filter(|row| !is_sorted.contains(row));
            sorted.iter().copied().chain(rest).collect()
        });
        self.walk.set(rows, self.examples.len());
        if found.is_some() {
            self.walk.show(found);
        }
    }

    fn sort(&mut self) {
        let (order, relabels) = (self.order, self.relabels());
        let Self { examples, run, likeness, .. } = self;
        let sorted = snapshot::sort(examples, run, likeness, &relabels, (self.walk.all(), order));
        self.walk.set(sorted, self.examples.len());
    }

    /// The verdict on what the run predicts for a row.
    pub fn verdict(&self, row: u32) -> Option<Verdict> {
        self.review(row)?.verdict_on(self.prediction_name(row)?)
    }

    /// How many examples of the split have a decision of any kind.
    pub fn decided(&self) -> usize {
        self.rows.len()
    }

    /// The rows that were decided last, at most `most`, the latest first, without `except`.
    pub fn decided_last(&self, most: usize, except: u32) -> Vec<u32> {
        let here = |change: &&Change| change.split == self.examples.split;
        let changes = self.ledger.done().iter().rev().flat_map(|event| &event.changes);
        let rows = changes.filter(here).filter_map(|change| self.rows.get(&change.id).copied());
        let mut seen = HashSet::new();
        rows.filter(|&row| row != except && seen.insert(row)).take(most).collect()
    }

    /// Whether a row counts as reviewed for this run.
    pub fn is_reviewed(&self, row: u32) -> bool {
        self.reviewed.get(row as usize).is_some_and(|&reviewed| reviewed)
    }

    /// Decisions on examples of the split that are not in the data any more; they are kept.
    pub fn unmatched(&self) -> usize {
        let known = |id: &&str| self.rows.contains_key(*id);
        self.ledger.reviews(self.examples.split).filter(|(id, _)| !known(id)).count()
    }

    fn prediction_name(&self, row: u32) -> Option<&str> {
        Some(self.classes.name(self.run.prediction(row as usize)?))
    }

    /// Corrected labels by row, from the examples that have a decision.
    fn relabels(&self) -> Relabels {
        let split = self.examples.split;
        let relabel = |(id, &row): (&String, &u32)| {
            Some((row, self.ledger.relabel(split, id, &self.classes)?))
        };
        self.rows.iter().filter_map(relabel).collect()
    }

    fn find_rows(&mut self) {
        let split = self.examples.split;
        (self.rows, self.reviews) = (HashMap::new(), Reviews::default());
        if self.ledger.reviews(split).next().is_none() {
            return;
        }
        for (row, id) in (0_u32..).zip(self.examples.ids.iter()) {
            if let Some(review) = self.ledger.review(split, id) {
                self.rows.insert(id.to_owned(), row);
                self.reviews.put(row, review);
            }
        }
    }
}
