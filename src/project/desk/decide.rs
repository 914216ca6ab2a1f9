//! The operations that make decisions.

use super::{Desk, Subset};
use crate::dataset::{DecideError, Difficulty, Event, Ledger, Review, Stamp, TagId, Verdict};

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
        let event = self.ledger.create_tag(name, &[id], stamp, reserved)?;
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
        self.dashboard = None;
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

    fn stamp(&self, at: u64) -> Stamp {
        let (run, split) = (self.run.name.clone(), self.examples.split);
        let (order, correct) = (self.order, self.subset == Subset::Correct);
        Stamp { at, who: self.who.clone(), run, split, order, correct, ..Stamp::default() }
    }

    fn edit(&mut self, row: u32, at: u64, edit: impl Fn(&mut Review, &Stamp)) -> Option<Event> {
        let stamp = self.stamp(at);
        let id = self.examples.ids.get(row as usize);
        let event = self.ledger.decide(&[id], stamp, |_, review, stamp| edit(review, stamp))?;
        self.rows.insert(id.to_owned(), row);
        self.follow(&event);
        Some(event)
    }
}
