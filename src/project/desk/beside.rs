//! The review of another run of the same examples, while that of the first one waits.
//!
//! Invariant: data and decisions are shared; a desk that waited has the decisions that were made
//! meanwhile once [`Desk::catch_up`] was told of their rows.

use super::{Counts, Desk, Likeness, Reviews, Sight, Subset, Walk};
use crate::dataset::{Change, ClassNames, Examples, Ledger, Order, Run};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What a desk of a run's errors is made of, so that another thread can make it.
#[derive(Debug, Clone)]
pub struct Beside {
    pub(super) project: String,
    pub(super) classes: Arc<ClassNames>,
    pub(super) examples: Arc<Examples>,
    pub(super) run: Arc<Run>,
    pub(super) order: Order,
    pub(super) eyeball: Option<f64>,
    pub(super) likeness: Arc<Likeness>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) who: String,
}

impl Beside {
    /// Lists the errors and counts what was decided: O(N log N).
    pub fn make(self) -> Desk {
        let Self { project, classes, examples, run, order, eyeball, likeness, ledger, who } = self;
        let mut desk = Desk {
            project,
            classes,
            examples,
            run,
            order,
            eyeball,
            likeness,
            ledger,
            who,
            subset: Subset::Errors,
            walk: Walk::default(),
            rows: HashMap::new(),
            reviews: Reviews::default(),
            reviewed: vec![],
            sight: Sight::default(),
            with_prediction: 0,
            gold_errors: 0,
            counts: Counts::default(),
            dashboard: None,
        };
        desk.find_rows();
        desk.list_anew();
        desk
    }
}

impl Desk {
    /// What the desk of another run of these examples is made of. Its cost grows with nothing.
    pub fn beside(&self, run: Arc<Run>) -> Beside {
        Beside {
            project: self.project.clone(),
            classes: self.classes.clone(),
            examples: self.examples.clone(),
            run,
            order: self.order,
            eyeball: self.eyeball,
            likeness: self.likeness.clone(),
            ledger: self.ledger.clone(),
            who: self.who.clone(),
        }
    }

    /// The decisions, to be kept.
    pub fn share_ledger(&self) -> Arc<Ledger> {
        self.ledger.clone()
    }

    /// Takes the decisions that were made at another desk of the same examples; `rows` are those that
    /// they changed. O(`rows`).
    pub fn catch_up(&mut self, ledger: Arc<Ledger>, rows: &BTreeSet<u32>) {
        self.ledger = ledger;
        let split = self.examples.split;
        let change = |&row: &u32| Change {
            split,
            id: self.id(row).to_owned(),
            before: self.review(row).cloned().unwrap_or_default(),
            after: self.ledger.review(split, self.id(row)).cloned().unwrap_or_default(),
        };
        let changes: Vec<Change> = rows.iter().map(change).collect();
        self.learn(&rows.iter().copied().collect::<Vec<_>>());
        self.follow(&changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Answer, Choice, Split, Stamp, Verdict};
    use crate::project::Project;
    use std::path::Path;

    #[test]
    fn a_desk_that_waited_counts_as_if_it_had_not() {
        let project = Project::open(Path::new("sample_data/fashion")).unwrap();
        let mut ledger = Ledger::default();
        ledger.set_up(&project.config().tags, Stamp::default(), |_| false).unwrap();
        let mut waiting = project.desk(Split::Dev, "v1", Order::Random, ledger).unwrap();
        let list = waiting.list().to_vec();
        for &row in &list[..4] {
            waiting.set_verdict(row, Verdict::LabelWrong, 1).unwrap();
        }
        // The other run predicts the next row's class everywhere.
        let probs = waiting.run().probs.clone();
        let (n, k) = (probs.rows(), probs.cols());
        let turned: Vec<f32> = (0..n).flat_map(|row| probs.row((row + 1) % n).to_vec()).collect();
        let turned = crate::dataset::Matrix::new(turned, n, k).unwrap();
        let other = Arc::new(Run::new("v2", turned).unwrap());
        let mut desk = waiting.beside(other.clone()).make();
        assert!(desk.run().name == "v2" && desk.list().len() > 1000);
        let mut rows = BTreeSet::new();
        for (at, &row) in list[2..9].iter().enumerate() {
            let answer = if at % 2 == 0 {
                Answer::Verdict(Verdict::ModelWrong)
            } else {
                Answer::Class(at as u32)
            };
            if desk.apply(&[row], &Choice::of(answer), 2).is_some() {
                rows.insert(row);
            }
        }
        desk.undo(3).unwrap();
        waiting.catch_up(desk.share_ledger(), &rows);
        let ledger = desk.ledger().clone();
        let fresh = project.desk(Split::Dev, "v1", Order::Random, ledger).unwrap();
        assert_eq!((waiting.tally(), waiting.strata()), (fresh.tally(), fresh.strata()));
        let reviewed = |desk: &Desk| list.iter().map(|&row| desk.is_reviewed(row)).collect();
        let (found, wanted): (Vec<bool>, Vec<bool>) = (reviewed(&waiting), reviewed(&fresh));
        assert_eq!(found, wanted);
        assert_eq!(waiting.ledger().next_seq(), fresh.ledger().next_seq());
    }
}
