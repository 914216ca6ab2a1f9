//! What sorting and searching need, so that another thread can do it.

use super::{Desk, Likeness};
use crate::analysis::eyeball::in_eyeball;
use crate::analysis::orders::Ranking;
use crate::analysis::{self, Relabels};
use crate::dataset::{ClassNames, Examples, Order, Review, Reviews, Run, TagId};
use crate::find::{Data, Filter};
use crate::project::Shared;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A desk as it was when it was taken. All is shared until it changes.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The examples of the split.
    pub examples: Arc<Examples>,
    /// The run that is reviewed.
    pub run: Arc<Run>,
    /// The classes.
    pub classes: Arc<ClassNames>,
    /// What orders beyond the run need.
    pub likeness: Arc<Likeness>,
    /// The reviews of all rows that have one.
    pub reviews: Reviews,
    /// All rows of the walk, in its order.
    pub rows: Arc<Vec<u32>>,
    /// The share of the examples that is looked at, if that is not all of them.
    pub eyeball: Option<f64>,
}

impl Snapshot {
    /// The rows of the walk in another order.
    pub fn sort(&self, order: Order) -> Vec<u32> {
        sort(&self.examples, &self.run, &self.likeness, &self.relabels(), (&self.rows, order))
    }

    /// All rows that may be looked at, ascending.
    pub fn all_rows(&self) -> Vec<u32> {
        let ids = &self.examples.ids;
        let is_shown =
            |row: &u32| self.eyeball.is_none_or(|s| in_eyeball(ids.get(*row as usize), s));
        (0..self.examples.len() as u32).filter(is_shown).collect()
    }

    /// Those of `rows` that a filter selects, in their order; `None` when it was cancelled.
    pub fn select(
        &self,
        filter: &Filter,
        rows: &[u32],
        marked: &BTreeSet<u32>,
        cancelled: &AtomicBool,
    ) -> Option<Vec<u32>> {
        let (examples, run, classes) = (&*self.examples, &*self.run, &*self.classes);
        let data = Data { examples, run, classes, reviews: &self.reviews, marked };
        filter.select(&data, rows, cancelled)
    }

    /// Whether a row counts as reviewed for this run.
    pub fn is_reviewed(&self, row: u32) -> bool {
        let predicted = self.run.prediction(row as usize).map(|class| self.classes.name(class));
        let review = self.reviews.get(&row);
        review.zip(predicted).is_some_and(|(review, predicted)| review.is_reviewed(predicted))
    }

    /// The tags of the reviewed errors in the order in which they were walked, of the rows that `is_in`
    /// holds of.
    pub fn tags_in_order(&self, is_in: impl Fn(u32) -> bool) -> Vec<&[TagId]> {
        let reviewed = self.rows.iter().filter(|&&row| is_in(row) && self.is_reviewed(row));
        reviewed.filter_map(|row| Some(self.reviews.get(row)?.tags.as_slice())).collect()
    }

    /// Corrected labels by row.
    pub fn relabels(&self) -> Relabels {
        let class = |review: &Review| self.classes.index(&review.relabel.as_ref()?.class);
        self.reviews.iter().filter_map(|(&row, review)| Some((row, class(review)?))).collect()
    }
}

impl Desk {
    /// What sorting and searching need. Its cost grows with nothing.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            examples: self.examples.clone(),
            run: self.run.clone(),
            classes: self.classes.clone(),
            likeness: self.likeness.clone(),
            reviews: self.reviews.clone(),
            rows: self.walk.share(),
            eyeball: self.eyeball,
        }
    }
}

impl Desk {
    /// What statistics are made from. Its cost grows with the number of tags.
    pub fn share(&self) -> Shared {
        Shared {
            project: self.project.clone(),
            snapshot: self.snapshot(),
            ledger: self.ledger.clone(),
            tally: self.tally(),
            strata: self.strata(),
            subset: self.subset,
        }
    }
}

/// Sorts `rows` into `order`.
pub(super) fn sort(
    examples: &Examples,
    run: &Run,
    likeness: &Likeness,
    relabels: &Relabels,
    (rows, order): (&[u32], Order),
) -> Vec<u32> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let ranking = Ranking {
        examples,
        run,
        labels: &analysis::effective_labels(&examples.gold, relabels),
        others: &likeness.others,
        embeddings: likeness.embeddings.as_ref(),
        similar_to: likeness.similar_to,
    };
    // The columns are of one length: only then is there a desk.
    ranking.sort(rows.clone(), order).unwrap_or(rows)
}
