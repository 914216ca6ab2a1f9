//! One run's errors, the decisions made on them, and the operations that make more.
//!
//! Invariant: in memory only. Each operation returns the event that whoever called writes down.

use crate::analysis::{self, Population, Relabels, Reviewed, Tally, TallyCounts};
use crate::dataset::{
    ClassNames, DecideError, Difficulty, Event, Examples, Ledger, Order, Review, Run, Stamp, TagId,
    Verdict,
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

/// A run's errors on the desk. Rows are rows of [`Desk::examples`].
#[derive(Debug)]
pub struct Desk {
    project: String,
    classes: ClassNames,
    examples: Examples,
    run: Run,
    order: Order,
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

/// What the tally is made of, kept up to date decision by decision.
#[derive(Debug, Default)]
struct Counts {
    tally: TallyCounts,
    /// Rows that only a corrected label made an error.
    joined: usize,
    /// Listed rows whose effective label is the prediction.
    fixed: usize,
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
            list: analysis::in_order(list, order, &examples, &run),
            rows: HashMap::new(),
            who,
            examples,
            run,
            order,
            ledger,
            with_prediction,
            gold_errors,
            counts: Counts::default(),
        };
        desk.find_rows();
        desk.count_all();
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

    /// Sorts the list otherwise.
    pub fn set_order(&mut self, order: Order) {
        let mut list = std::mem::take(&mut self.list);
        list.sort_unstable();
        self.list = analysis::in_order(list, order, &self.examples, &self.run);
        self.order = order;
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
        let Counts { tally, joined, fixed } = &self.counts;
        let errors = self.gold_errors + joined;
        tally.tally(Population {
            examples: self.with_prediction,
            errors,
            errors_after_fixes: errors - fixed,
        })
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
        let label = relabel.unwrap_or(self.gold(row));
        if prediction == self.gold(row) && prediction == label {
            return;
        }
        let step = |n: &mut usize, one: bool| {
            *n = if add { *n + usize::from(one) } else { *n - usize::from(one) };
        };
        step(&mut counts.joined, prediction == self.gold(row));
        step(&mut counts.fixed, prediction == label);
        let name = self.classes.name(prediction);
        if !review.is_reviewed(name) {
            return;
        }
        let found = review.found.as_ref();
        let random = found.is_some_and(|f| f.order == Order::Random && f.run == self.run.name);
        let reviewed = Reviewed { verdict: review.verdict_on(name), tags: &review.tags, random };
        if add { counts.tally.add(&reviewed) } else { counts.tally.remove(&reviewed) }
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

    /// Sets the right class. The verdict follows: the gold label means "model wrong", the prediction
    /// "label wrong", another class "neither".
    pub fn set_label(&mut self, row: u32, class: u32, at: u64) -> Option<Event> {
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
