//! One run's errors, the decisions made on them, and the operations that make more.
//!
//! Invariant: in memory only. Each operation returns the event that whoever called writes down.

use super::counts::{About, Counts};
use crate::analysis::orders::Ranking;
use crate::analysis::{self, CorrectStratum, ErrorStratum, Population, Relabels, Tally};
use crate::dataset::{
    ClassNames, DecideError, Difficulty, Event, Examples, Ledger, Matrix, Order, Review, Run,
    Stamp, TagId, Verdict,
};
use std::collections::HashMap;

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
    classes: ClassNames,
    examples: Examples,
    run: Run,
    order: Order,
    subset: Subset,
    likeness: Likeness,
    ledger: Ledger,
    who: String,
    /// Rows of the examples that have a decision.
    rows: HashMap<String, u32>,
    list: Vec<u32>,
    with_prediction: usize,
    /// Errors by the gold labels.
    gold_errors: usize,
    counts: Counts,
}

impl Desk {
    pub(crate) fn new(
        project: &str,
        classes: ClassNames,
        examples: Examples,
        run: Run,
        order: Order,
        ledger: Ledger,
        who: String,
    ) -> Self {
        let relabels = super::relabels(&examples, &ledger, &classes);
        let list = analysis::review_list(&examples.gold, &relabels, &run);
        let gold_errors = analysis::error_rate(&examples.gold, &Relabels::new(), &run).errors;
        let with_prediction = run.len() - run.without_prediction();
        let mut desk = Self {
            project: project.to_owned(),
            classes,
            list,
            rows: HashMap::new(),
            who,
            examples,
            run,
            order,
            subset: Subset::Errors,
            likeness: Likeness::default(),
            ledger,
            with_prediction,
            gold_errors,
            counts: Counts::default(),
        };
        desk.find_rows();
        desk.count_all();
        desk.sort();
        desk
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

    /// The rows to review, in order.
    pub fn list(&self) -> &[u32] {
        &self.list
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
        self.ledger.review(self.examples.split, self.id(row))
    }

    /// The label that counts: the correction, else the gold label.
    pub fn effective(&self, row: u32) -> Effective {
        match self.ledger.relabel(self.examples.split, self.id(row), &self.classes) {
            Some(class) => Effective { class, corrected: true },
            None => Effective { class: self.gold(row), corrected: false },
        }
    }

    /// The place of an example in the list.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.list.iter().position(|&row| self.id(row) == id)
    }

    /// Lists the predictions that agree with the gold label in place of the errors.
    #[must_use]
    pub fn with_correct(mut self) -> Self {
        self.list = analysis::correct_list(&self.examples.gold, &self.run);
        self.subset = Subset::Correct;
        self.sort();
        self
    }

    /// Whether the run predicts the gold label: then neither is wrong alone.
    pub fn agrees(&self, row: u32) -> bool {
        self.run.prediction(row as usize) == Some(self.gold(row))
    }

    /// Gives what orders of more than this run need, and sorts by them.
    #[must_use]
    pub fn with_likeness(mut self, likeness: Likeness) -> Self {
        self.likeness = likeness;
        self.sort();
        self
    }

    /// Sorts the list otherwise.
    pub fn set_order(&mut self, order: Order) {
        self.order = order;
        self.sort();
    }

    fn sort(&mut self) {
        let mut list = std::mem::take(&mut self.list);
        list.sort_unstable();
        let relabels = super::relabels(&self.examples, &self.ledger, &self.classes);
        let ranking = Ranking {
            examples: &self.examples,
            run: &self.run,
            labels: &analysis::effective_labels(&self.examples.gold, &relabels),
            others: &self.likeness.others,
            embeddings: self.likeness.embeddings.as_ref(),
            similar_to: self.likeness.similar_to,
        };
        // The columns are of one length: only then is there a desk.
        self.list = ranking.sort(list.clone(), self.order).unwrap_or(list);
    }

    /// The verdict on what the run predicts for a row.
    pub fn verdict(&self, row: u32) -> Option<Verdict> {
        self.review(row)?.verdict_on(self.prediction_name(row)?)
    }

    /// Whether a row counts as reviewed for this run.
    pub fn is_reviewed(&self, row: u32) -> bool {
        let review = self.review(row).zip(self.prediction_name(row));
        review.is_some_and(|(review, prediction)| review.is_reviewed(prediction))
    }

    /// Errors of the list that were passed by: not reviewed, with a reviewed one behind them.
    pub fn skipped(&self) -> usize {
        let last = self.list.iter().rposition(|&row| self.is_reviewed(row)).unwrap_or(0);
        self.list[..last].iter().filter(|&&row| !self.is_reviewed(row)).count()
    }

    /// Decisions on examples of the split that are not in the data any more; they are kept.
    pub fn unmatched(&self) -> usize {
        let known = |id: &&str| self.rows.contains_key(*id);
        self.ledger.reviews(self.examples.split).filter(|(id, _)| !known(id)).count()
    }

    /// The tally of the errors reviewed so far. Its cost does not grow with the number of decisions.
    pub fn tally(&self) -> Tally {
        let Counts { tally, joined, fixed, .. } = &self.counts;
        let errors = self.gold_errors + joined;
        tally.tally(Population {
            examples: self.with_prediction,
            errors,
            errors_after_fixes: errors - fixed,
        })
    }

    /// What the reviews say of the labels, among the errors and among the correct predictions: what
    /// [`analysis::corrected`] estimates from.
    pub fn strata(&self) -> (ErrorStratum, CorrectStratum) {
        let Counts { errors, correct, .. } = &self.counts;
        let errors = ErrorStratum {
            examples: self.gold_errors,
            sampled: errors.sampled,
            right: errors.right,
            label_wrong: errors.label_wrong,
            fixed: errors.fixed,
        };
        let correct = CorrectStratum {
            examples: self.with_prediction - self.gold_errors,
            sampled: correct.sampled,
            wrong: correct.sampled - correct.right,
            fixed: correct.fixed,
        };
        (errors, correct)
    }

    /// The tags of the reviewed errors in the order in which they were walked.
    pub fn tags_in_order(&self) -> Vec<&[TagId]> {
        let reviewed = self.list.iter().filter(|&&row| self.is_reviewed(row));
        reviewed.filter_map(|&row| Some(self.review(row)?.tags.as_slice())).collect()
    }

    fn count_all(&mut self) {
        let mut counts = Counts::default();
        for &row in self.rows.values() {
            if let Some(review) = self.review(row) {
                self.count(&mut counts, row, review, true);
            }
        }
        self.counts = counts;
    }

    /// Counts what `review` says of a row, or takes it back.
    fn count(&self, counts: &mut Counts, row: u32, review: &Review, add: bool) {
        let Some(prediction) = self.run.prediction(row as usize) else { return };
        let relabel = review.relabel.as_ref().and_then(|r| self.classes.index(&r.class));
        let gold = self.gold(row);
        let about = About {
            gold,
            prediction,
            label: relabel.unwrap_or(gold),
            predicted: self.classes.name(prediction),
            run: &self.run.name,
        };
        counts.count(&about, review, add);
    }

    /// Follows an event in the counts.
    fn follow(&mut self, event: &Event) {
        let mut counts = std::mem::take(&mut self.counts);
        for change in event.changes.iter().filter(|c| c.split == self.examples.split) {
            if let Some(&row) = self.rows.get(&change.id) {
                self.count(&mut counts, row, &change.before, false);
                self.count(&mut counts, row, &change.after, true);
            }
        }
        self.counts = counts;
    }

    fn prediction_name(&self, row: u32) -> Option<&str> {
        Some(self.classes.name(self.run.prediction(row as usize)?))
    }

    fn find_rows(&mut self) {
        let split = self.examples.split;
        let decided = |id: &&str| self.ledger.review(split, id).is_some();
        let rows = (0_u32..).zip(self.examples.ids.iter()).filter(|(_, id)| decided(id));
        self.rows = rows.map(|(row, id)| (id.to_owned(), row)).collect();
    }

    fn stamp(&self, at: u64) -> Stamp {
        let (run, split) = (self.run.name.clone(), self.examples.split);
        Stamp { at, who: self.who.clone(), run, split, order: self.order }
    }

    fn edit(&mut self, row: u32, at: u64, edit: impl Fn(&mut Review, &Stamp)) -> Option<Event> {
        let stamp = self.stamp(at);
        let id = self.examples.ids.get(row as usize);
        let event = self.ledger.decide(&[id], stamp, edit)?;
        self.rows.insert(id.to_owned(), row);
        self.follow(&event);
        Some(event)
    }
}

/// The operations. Each returns `None` when it changes nothing.
impl Desk {
    /// Says who is right. "Label wrong" takes the prediction as the label; the others take back a
    /// correction that they contradict.
    pub fn set_verdict(&mut self, row: u32, verdict: Verdict, at: u64) -> Option<Event> {
        let prediction = self.run.prediction(row as usize)?;
        let name = self.classes.name(prediction).to_owned();
        let gold = self.classes.name(self.gold(row)).to_owned();
        self.edit(row, at, |review, stamp| {
            review.set_verdict(verdict, &name);
            let third = review.relabel.as_ref().is_some_and(|r| r.class != name && r.class != gold);
            match verdict {
                Verdict::LabelWrong => review.set_relabel(&name, stamp),
                Verdict::Neither if third => {}
                _ => review.relabel = None,
            }
        })
    }

    /// Sets the right class. The verdict follows: the gold label means "model wrong", or "both
    /// acceptable" where it is the prediction too; the prediction "label wrong", another class
    /// "neither".
    pub fn set_label(&mut self, row: u32, class: u32, at: u64) -> Option<Event> {
        if class == self.gold(row) && self.agrees(row) {
            return self.set_verdict(row, Verdict::BothAcceptable, at);
        }
        if class == self.gold(row) {
            return self.set_verdict(row, Verdict::ModelWrong, at);
        }
        if Some(class) == self.run.prediction(row as usize) {
            return self.set_verdict(row, Verdict::LabelWrong, at);
        }
        let name = self.classes.name(class).to_owned();
        let predicted = self.prediction_name(row)?.to_owned();
        self.edit(row, at, |review, stamp| {
            review.set_verdict(Verdict::Neither, &predicted);
            review.set_relabel(&name, stamp);
        })
    }

    /// Adds the tag or takes it away.
    pub fn toggle_tag(&mut self, row: u32, tag: TagId, at: u64) -> Option<Event> {
        self.edit(row, at, |review, _| review.toggle_tag(tag))
    }

    /// Makes a tag and puts it on the row.
    ///
    /// # Errors
    /// A name that is empty or taken.
    pub fn create_tag(
        &mut self,
        row: u32,
        name: &str,
        at: u64,
        reserved: impl Fn(char) -> bool,
    ) -> Result<Event, DecideError> {
        let stamp = self.stamp(at);
        let id = self.examples.ids.get(row as usize);
        let event = self.ledger.create_tag(name, Some(id), stamp, reserved)?;
        self.rows.insert(id.to_owned(), row);
        self.follow(&event);
        Ok(event)
    }

    /// Marks how hard it is, or takes the mark away.
    pub fn toggle_difficulty(&mut self, row: u32, mark: Difficulty, at: u64) -> Option<Event> {
        self.edit(row, at, |review, _| {
            review.difficulty = if review.difficulty == Some(mark) { None } else { Some(mark) };
        })
    }

    /// Sets the note; an empty one takes it away.
    pub fn set_note(&mut self, row: u32, note: &str, at: u64) -> Option<Event> {
        self.edit(row, at, |review, _| note.trim().clone_into(&mut review.note))
    }

    /// Takes back the last decision of any run.
    pub fn undo(&mut self, at: u64) -> Option<Event> {
        let event = self.ledger.undo(self.stamp(at))?;
        self.learn_rows(&event);
        self.follow(&event);
        Some(event)
    }

    /// Brings back what was undone last.
    pub fn redo(&mut self, at: u64) -> Option<Event> {
        let event = self.ledger.redo(self.stamp(at))?;
        self.learn_rows(&event);
        self.follow(&event);
        Some(event)
    }

    /// Goes back to what is written down, after a decision could not be.
    pub fn restore(&mut self, ledger: Ledger) {
        self.ledger = ledger;
        self.find_rows();
        self.count_all();
    }

    /// An undo can bring back a decision on an example whose row was forgotten.
    fn learn_rows(&mut self, event: &Event) {
        for change in &event.changes {
            if change.split == self.examples.split
                && !self.rows.contains_key(&change.id)
                && let Some(row) = self.examples.row_of(&change.id)
            {
                self.rows.insert(change.id.clone(), row as u32);
            }
        }
    }
}
