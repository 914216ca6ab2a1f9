//! The operations that make decisions.

use super::{Desk, Subset};
use crate::dataset::{
    Answer, Choice, Difficulty, Event, Ledger, Order, Review, Stamp, TagId, Verdict,
};
use std::collections::HashSet;
use std::sync::Arc;

/// How an example came before the eyes of who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sight {
    /// Picked by hand, not met on the walk.
    pub picked: bool,
    /// With the prediction hidden.
    pub blind: bool,
    /// With a suggestion beside it: whether it was taken.
    pub offered: Option<bool>,
}

/// What a choice would do to many examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preview {
    /// Examples that it would change.
    pub changed: usize,
    /// Those of them that have another verdict or label already.
    pub overwritten: usize,
}

/// What an answer says of one example.
struct Meaning {
    verdict: Verdict,
    predicted: String,
    gold: String,
    /// The class that is right, where the gold label is not.
    label: Option<String>,
}

impl Meaning {
    /// The label that the answer contradicts goes; a third class that was set before stays under "neither".
    fn put(&self, review: &mut Review, stamp: &Stamp) {
        review.set_verdict(self.verdict, &self.predicted);
        let is_third = |class: &str| class != self.predicted && class != self.gold;
        let third = review.relabel.as_ref().is_some_and(|r| is_third(&r.class));
        match &self.label {
            Some(label) => review.set_relabel(label, stamp),
            None if self.verdict == Verdict::Neither && third => {}
            None => review.relabel = None,
        }
    }
}

/// The operations. Each returns `None` when it changes nothing.
impl Desk {
    /// Says how the examples that are decided next came before the eyes.
    pub fn set_sight(&mut self, sight: Sight) {
        self.sight = sight;
    }

    /// Says who is right. "Label wrong" takes the prediction as the label; the others take back a
    /// correction that they contradict.
    pub fn set_verdict(&mut self, row: u32, verdict: Verdict, at: u64) -> Option<Event> {
        self.apply(&[row], &Choice::of(Answer::Verdict(verdict)), at)
    }

    /// Sets the right class. The verdict follows: the gold label means "model wrong", or "both
    /// acceptable" where it is the prediction too; the prediction "label wrong", another class
    /// "neither".
    pub fn set_label(&mut self, row: u32, class: u32, at: u64) -> Option<Event> {
        self.apply(&[row], &Choice::of(Answer::Class(class)), at)
    }

    /// Makes a whole decision on each of `rows`: one event, one undo. Where an answer makes no sense
    /// ("label wrong" of a prediction that agrees with it), the row is left out.
    pub fn apply(&mut self, rows: &[u32], choice: &Choice, at: u64) -> Option<Event> {
        let (rows, meanings) = self.meanings(rows, choice);
        self.edit(&rows, at, |at, review, stamp| put(choice, meanings[at].as_ref(), review, stamp))
    }

    /// What [`Desk::apply`] would do.
    pub fn preview(&self, rows: &[u32], choice: &Choice) -> Preview {
        let (rows, meanings) = self.meanings(rows, choice);
        let stamp = self.stamp(0);
        let mut preview = Preview::default();
        for (&row, meaning) in rows.iter().zip(&meanings) {
            let before = self.review(row).cloned().unwrap_or_default();
            let mut after = before.clone();
            put(choice, meaning.as_ref(), &mut after, &stamp);
            let class = |review: &Review| review.relabel.as_ref().map(|label| label.class.clone());
            let other = before.verdict.is_some()
                && (before.verdict != after.verdict || class(&before) != class(&after));
            preview.changed += usize::from(before != after);
            preview.overwritten += usize::from(other);
        }
        preview
    }

    /// The whole decision on a row, to be made on another; `None` when nothing is decided.
    pub fn choice_of(&self, row: u32) -> Option<Choice> {
        let review = self.review(row)?;
        let class = review.relabel.as_ref().and_then(|label| self.classes.index(&label.class));
        let answer = match (self.verdict(row), class) {
            (Some(Verdict::Neither), Some(class)) => Some(Answer::Class(class)),
            (verdict, _) => verdict.map(Answer::Verdict),
        };
        let (tags, difficulty) = (review.tags.clone(), review.difficulty);
        // A flag is about one example, not about a kind.
        let choice = Choice { answer, tags, untag: vec![], difficulty, flagged: None };
        (!choice.is_empty()).then_some(choice)
    }

    /// Adds the tag or takes it away.
    pub fn toggle_tag(&mut self, row: u32, tag: TagId, at: u64) -> Option<Event> {
        self.edit(&[row], at, |_, review, _| review.toggle_tag(tag))
    }

    /// Marks how hard it is, or takes the mark away.
    pub fn toggle_difficulty(&mut self, row: u32, mark: Difficulty, at: u64) -> Option<Event> {
        self.edit(&[row], at, |_, review, _| {
            review.difficulty = if review.difficulty == Some(mark) { None } else { Some(mark) };
        })
    }

    /// Flags it, or takes the flag away.
    pub fn toggle_flag(&mut self, row: u32, at: u64) -> Option<Event> {
        self.edit(&[row], at, |_, review, _| review.flagged = !review.flagged)
    }

    /// Puts it off: into the queue of the skipped ones.
    pub fn skip(&mut self, row: u32, at: u64) -> Option<Event> {
        self.edit(&[row], at, |_, review, _| review.skipped = true)
    }

    /// Says that a class is right too, or takes that back. Of the prediction it means "both acceptable".
    pub fn toggle_also(&mut self, row: u32, class: u32, at: u64) -> Option<Event> {
        let name = self.classes.name(class).to_owned();
        let predicted = self.prediction_name(row)?.to_owned();
        self.edit(&[row], at, |_, review, _| {
            review.toggle_also(&name);
            if name == predicted && review.also.contains(&name) {
                review.set_verdict(Verdict::BothAcceptable, &predicted);
            }
        })
    }

    /// Sets the note; an empty one takes it away.
    pub fn set_note(&mut self, row: u32, note: &str, at: u64) -> Option<Event> {
        self.edit(&[row], at, |_, review, _| note.trim().clone_into(&mut review.note))
    }

    /// Notes the second answer on a row that has a verdict.
    pub fn retest(&mut self, row: u32, again: Verdict, at: u64) -> Option<Event> {
        let first = self.verdict(row)?;
        let (stamp, id) = (self.stamp(at), self.examples.ids.get(row as usize));
        Some(Arc::make_mut(&mut self.ledger).retest(id, first, again, stamp))
    }

    /// Takes back the last decision of any run.
    pub fn undo(&mut self, at: u64) -> Option<Event> {
        let stamp = self.stamp(at);
        let event = Arc::make_mut(&mut self.ledger).undo(stamp)?;
        self.learn_rows(&event);
        self.follow(&event.changes);
        Some(event)
    }

    /// Brings back what was undone last.
    pub fn redo(&mut self, at: u64) -> Option<Event> {
        let stamp = self.stamp(at);
        let event = Arc::make_mut(&mut self.ledger).redo(stamp)?;
        self.learn_rows(&event);
        self.follow(&event.changes);
        Some(event)
    }

    /// Goes back to what is written down, after a decision could not be.
    pub fn restore(&mut self, ledger: Ledger) {
        self.ledger = Arc::new(ledger);
        self.find_rows();
        self.dashboard = None;
        self.count_all();
    }

    /// What the verdict is when `answer` is given of a row, and the label that goes with it.
    pub fn verdict_of(&self, row: u32, answer: Answer) -> Option<(Verdict, Option<u32>)> {
        let (gold, prediction) = (self.gold(row), self.run.prediction(row as usize)?);
        let agrees = gold == prediction;
        Some(match answer {
            // "The label is right" says here that the prediction is, too.
            Answer::Verdict(Verdict::ModelWrong) if agrees => (Verdict::BothAcceptable, None),
            Answer::Verdict(Verdict::LabelWrong) if agrees => return None,
            Answer::Verdict(Verdict::LabelWrong) => (Verdict::LabelWrong, Some(prediction)),
            Answer::Verdict(verdict) => (verdict, None),
            Answer::Class(class) if class == gold && agrees => (Verdict::BothAcceptable, None),
            Answer::Class(class) if class == gold => (Verdict::ModelWrong, None),
            Answer::Class(class) if class == prediction => (Verdict::LabelWrong, Some(class)),
            Answer::Class(class) => (Verdict::Neither, Some(class)),
        })
    }

    /// The rows that the choice makes sense for, and what its answer means for each.
    fn meanings(&self, rows: &[u32], choice: &Choice) -> (Vec<u32>, Vec<Option<Meaning>>) {
        let Some(answer) = choice.answer else {
            return (rows.to_vec(), rows.iter().map(|_| None).collect());
        };
        let meaning = |&row: &u32| {
            let (verdict, label) = self.verdict_of(row, answer)?;
            let name = |class| self.classes.name(class).to_owned();
            let (gold, label) = (name(self.gold(row)), label.map(name));
            let predicted = self.prediction_name(row)?.to_owned();
            Some((row, Some(Meaning { verdict, predicted, gold, label })))
        };
        rows.iter().filter_map(meaning).unzip()
    }

    /// An undo can bring back a decision on an example whose row was forgotten.
    fn learn_rows(&mut self, event: &Event) {
        let here = event.changes.iter().filter(|c| c.split == self.examples.split);
        let ids = here.map(|change| change.id.as_str());
        let forgotten: HashSet<&str> = ids.filter(|id| !self.rows.contains_key(*id)).collect();
        if forgotten.is_empty() {
            return;
        }
        // One pass, however many there are: a tag can come back on all examples.
        let rows = (0_u32..).zip(self.examples.ids.iter());
        let found = rows.filter(|(_, id)| forgotten.contains(id));
        self.rows.extend(found.map(|(row, id)| (id.to_owned(), row)));
    }

    /// From now on these rows have a decision.
    pub(super) fn learn(&mut self, rows: &[u32]) {
        for &row in rows {
            self.rows.insert(self.examples.ids.get(row as usize).to_owned(), row);
        }
    }

    pub(super) fn stamp(&self, at: u64) -> Stamp {
        let Sight { picked, blind, offered } = self.sight;
        let picked = picked || self.walk.is_search();
        Stamp {
            at,
            who: self.who.clone(),
            run: self.run.name.clone(),
            split: self.examples.split,
            order: if picked { Order::Picked } else { self.order },
            correct: self.subset == Subset::Correct,
            blind,
            offered,
        }
    }

    fn edit(
        &mut self,
        rows: &[u32],
        at: u64,
        edit: impl Fn(usize, &mut Review, &Stamp),
    ) -> Option<Event> {
        let stamp = self.stamp(at);
        let ids: Vec<&str> = rows.iter().map(|&row| self.examples.ids.get(row as usize)).collect();
        let event = Arc::make_mut(&mut self.ledger).decide(&ids, stamp, edit)?;
        self.learn(rows);
        self.follow(&event.changes);
        Some(event)
    }
}

fn put(choice: &Choice, meaning: Option<&Meaning>, review: &mut Review, stamp: &Stamp) {
    if let Some(meaning) = meaning {
        meaning.put(review, stamp);
    }
    for &tag in &choice.tags {
        review.put_tag(tag);
    }
    for &tag in &choice.untag {
        review.take_tag(tag);
    }
    review.difficulty = choice.difficulty.or(review.difficulty);
    review.flagged = choice.flagged.unwrap_or(review.flagged);
}
