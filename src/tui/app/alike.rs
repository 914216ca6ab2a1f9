//! Examples that are like the one that is shown: what they suggest, and a walk through them.
//!
//! Invariant: a suggestion is shown, never applied by itself; it is about the example on the screen.

use super::{App, Effect, Task};
use crate::analysis::suggest::{Decided, NEIGHBOURS, Suggestion, What, suggest};
use crate::dataset::{Answer, Order, TagId, Verdict};
use crate::project::{Snapshot, Vectors, make_vectors};
use std::path::PathBuf;
use std::sync::Arc;

/// Decided examples from which on vectors are made.
const FEWEST: usize = 8;
/// Multiplications that a suggestion may take: it is made between two keys.
const STEPS: usize = 250_000;

/// Vectors that are to be made.
#[derive(Debug, Clone)]
pub struct Learning {
    snapshot: Snapshot,
}

impl PartialEq for Learning {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot.rows, &other.snapshot.rows)
    }
}

impl Learning {
    /// Makes them; `file` gives the picture of a row. `None` when there is nothing to compare.
    pub fn run(&self, file: &dyn Fn(u32) -> PathBuf) -> Option<Vectors> {
        make_vectors(&self.snapshot, file)
    }
}

/// What is known of likeness.
#[derive(Debug, Default)]
pub(super) struct Alike {
    vectors: Option<Arc<Vectors>>,
    /// Set while they are made, and after.
    asked: bool,
    /// Set while they are made.
    learning: bool,
    /// The row whose likes are wanted as soon as there are vectors.
    wanted: Option<u32>,
    suggestions: Vec<Suggestion>,
    /// What the suggestions are about: the row and the number of the next event.
    about: Option<(u32, u64)>,
}

impl Alike {
    /// The suggestions were about another run's predictions.
    pub fn forget(&mut self) {
        (self.about, self.suggestions) = (None, vec![]);
    }
}

impl App {
    /// What examples like the one that is shown suggest, best first.
    pub fn suggestions(&self) -> &[Suggestion] {
        &self.alike.suggestions
    }

    /// Whether the examples are being looked at, however long that takes: suggestions come after it.
    pub fn is_learning(&self) -> bool {
        self.alike.learning
    }

    /// Whether a walk by likeness waits for that.
    pub(super) fn wants_likeness(&self) -> bool {
        self.alike.wanted.is_some()
    }

    /// No walk by likeness follows; whether one would have.
    pub(super) fn cancel_likeness(&mut self) -> bool {
        self.alike.wanted.take().is_some()
    }

    /// Asks for vectors once there is enough to compare with.
    pub(super) fn learn_when_due(&mut self) -> Option<Effect> {
        (self.desk.decided() >= FEWEST).then(|| self.learn()).flatten()
    }

    fn learn(&mut self) -> Option<Effect> {
        if std::mem::replace(&mut self.alike.asked, true) {
            return None;
        }
        self.alike.learning = true;
        Some(Effect::Learn(Box::new(Learning { snapshot: self.desk.snapshot() })))
    }

    pub(super) fn learnt(&mut self, vectors: Option<Vectors>) -> Vec<Effect> {
        self.alike.learning = false;
        let Some(vectors) = vectors else {
            self.alike.wanted = None;
            return self.nothing("these examples can't be compared");
        };
        self.alike.vectors = Some(Arc::new(vectors));
        self.alike.about = None;
        match self.alike.wanted.take() {
            Some(row) => self.similar(row),
            None => vec![],
        }
    }

    /// Walks the examples most like `row`.
    pub(super) fn similar(&mut self, row: u32) -> Vec<Effect> {
        let Some(vectors) = self.alike.vectors.clone() else {
            self.alike.wanted = Some(row);
            let effects = self.learn().into_iter().collect();
            self.nothing("looking at the examples: then they are sorted by likeness");
            return effects;
        };
        self.hand_out(Task::Similar { row, vectors }, "sorting by likeness")
    }

    /// Brings the suggestions up to date with the example that is shown.
    pub(super) fn suggest_here(&mut self) {
        let shown = self.row().filter(|_| self.grid.is_none());
        let now = shown.map(|row| (row, self.desk.ledger().next_seq()));
        if self.alike.about == now {
            return;
        }
        self.alike.about = now;
        self.alike.suggestions = shown.map_or_else(Vec::new, |row| self.suggested(row));
    }

    fn suggested(&self, row: u32) -> Vec<Suggestion> {
        let Some(vectors) = &self.alike.vectors else { return vec![] };
        // Neighbours know the prediction that is hidden, and the first answer that is asked again.
        if self.desk.verdict(row).is_some() || self.hides_prediction(row) {
            return vec![];
        }
        let Some(vector) = vectors.get(row) else { return vec![] };
        let most = STEPS / vectors.dims().max(1);
        let rows = self.desk.decided_last(most, row);
        let decided: Vec<Decided<'_>> = rows
            .iter()
            .filter_map(|&other| {
                let tags = self.desk.review(other).map_or(&[][..], |r| r.tags.as_slice());
                let vector = vectors.get(other)?;
                Some(Decided { vector, tags, label: self.confirmed_label(other) })
            })
            .collect();
        let mut found = suggest(vector, &decided, NEIGHBOURS);
        let has = |tag: TagId| self.desk.review(row).is_some_and(|r| r.tags.contains(&tag));
        let exists = |tag: TagId| self.desk.ledger().tag(tag).is_some();
        found.retain(|s| !matches!(s.what, What::Tag(tag) if has(tag) || !exists(tag)));
        found
    }

    /// The class that a person confirmed or set.
    fn confirmed_label(&self, row: u32) -> Option<u32> {
        let effective = self.desk.effective(row);
        match self.desk.verdict(row)? {
            Verdict::ModelWrong | Verdict::LabelWrong => Some(effective.class),
            Verdict::Neither if effective.corrected => Some(effective.class),
            _ => None,
        }
    }

    /// Takes the first suggestion.
    pub(super) fn take_suggestion(&mut self, row: u32) -> Vec<Effect> {
        match self.alike.suggestions.first().map(|s| s.what) {
            Some(What::Tag(tag)) => self.toggle_tag(row, tag),
            Some(What::Label(class)) => self.answer(row, Answer::Class(class)),
            None => self.nothing("nothing is suggested here"),
        }
    }

    /// The walk was sorted by likeness to `row`, and begins there.
    pub(super) fn sorted_alike(&mut self, row: u32, rows: Vec<u32>) -> Vec<Effect> {
        let effects = self.sorted(Order::Similar, rows);
        let id = self.desk.id(row).to_owned();
        let back = self.keymap.key_of(crate::tui::command::Command::Reorder);
        self.nothing(&format!("most like {id} first; {back} goes back to the random order"));
        effects
    }
}
