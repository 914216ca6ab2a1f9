//! Two runs' confusion matrices on the same examples, and what differs.
//!
//! Invariant: both matrices are of the same examples, so that rows have the same sums.

use super::{Confusion, Normalise, Place, Shades};
use crate::analysis::significance::holm;
use crate::analysis::{AnalysisError, Comparison, Estimate, TwoRuns};
use serde::Serialize;
use std::cmp::Reverse;

/// The matrices of two runs, and of the examples that both predict alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionChange {
    before: Confusion,
    after: Confusion,
    unchanged: Confusion,
}

/// Whether a change is welcome: fewer errors or more right predictions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// More errors, or fewer right predictions.
    Worse,
    /// Fewer errors, or more right predictions.
    Better,
}

/// One cell in both runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CellChange {
    /// The label.
    pub label: u32,
    /// The prediction.
    pub prediction: u32,
    /// Examples in the cell in the first run.
    pub before: usize,
    /// Examples in the cell in the second run.
    pub after: usize,
    /// The share of the label's examples that are in the cell, second run less first, with
    /// Newcombe's interval for paired shares; `None` without examples of the label.
    pub difference: Option<Estimate>,
    /// McNemar's exact test of the examples that left the cell against those that came.
    pub p_value: f64,
}

/// A cell off the diagonal that changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChangedPair {
    /// The cell.
    #[serde(flatten)]
    pub cell: CellChange,
    /// The p-value, corrected for the number of pairs of which any example came or left (Holm).
    pub p_holm: f64,
}

impl CellChange {
    /// Whether the change is welcome; `None` if the cell has as many examples as before.
    pub fn trend(&self) -> Option<Trend> {
        let more_is_better = self.label == self.prediction;
        match self.after.cmp(&self.before) {
            std::cmp::Ordering::Equal => None,
            order if order.is_gt() == more_is_better => Some(Trend::Better),
            _ => Some(Trend::Worse),
        }
    }
}

impl ConfusionChange {
    /// Counts the examples that have a label and a prediction of both runs below `classes`. Needs
    /// 12·K² bytes.
    ///
    /// # Errors
    /// Columns of different lengths, or more than [`super::MOST_CLASSES`] classes.
    pub fn count(runs: TwoRuns<'_>, classes: usize) -> Result<Self, AnalysisError> {
        let TwoRuns { labels, before, after } = runs;
        let (found, expected) = (after.len(), labels.len());
        if found != expected {
            return Err(AnalysisError::Length { what: "predictions", found, expected });
        }
        let known = |k: u32| (k as usize) < classes;
        let count = |which: fn(u32, u32) -> u32| {
            let pairs = before.iter().zip(after);
            let one =
                |(&b, &a): (&u32, &u32)| if known(b) && known(a) { which(b, a) } else { NONE };
            Confusion::count(labels, &pairs.map(one).collect::<Vec<_>>(), classes)
        };
        Ok(Self {
            before: count(|before, _| before)?,
            after: count(|_, after| after)?,
            unchanged: count(|before, after| if before == after { after } else { NONE })?,
        })
    }

    /// The first run.
    pub fn before(&self) -> &Confusion {
        &self.before
    }

    /// The second run.
    pub fn after(&self) -> &Confusion {
        &self.after
    }

    /// What the second run has more in a place than the first: examples or, from −1 to 1, a share.
    /// `None` where either has no share.
    pub fn value(&self, at: Place, by: Normalise) -> Option<f64> {
        Some(self.after.value(at, by)? - self.before.value(at, by)?)
    }

    /// Whether the difference of a place is welcome; `None` if there is none.
    pub fn trend(&self, at: Place, by: Normalise) -> Option<Trend> {
        let value = self.value(at, by).filter(|&value| value != 0.0)?;
        Some(if (value > 0.0) == at.is_diagonal() { Trend::Better } else { Trend::Worse })
    }

    /// How dark each cell is by the size of its difference: O(K²).
    pub fn shades(&self, by: Normalise) -> Shades {
        let value = |(label, p)| Some(self.value(Place::cell(label, p), by)?.abs());
        Shades::of(self.before.off_diagonal().filter_map(value))
    }

    /// A cell in both runs; `None` for classes that there are not.
    pub fn cell(&self, label: u32, prediction: u32) -> Option<CellChange> {
        let examples = *self.before.labelled().get(label as usize)?;
        self.before.predicted().get(prediction as usize)?;
        let in_cell = |confusion: &Confusion| confusion.count_of(label, prediction);
        let (before, after, stayed) =
            (in_cell(&self.before), in_cell(&self.after), in_cell(&self.unchanged));
        let (left, came) = (before - stayed, after - stayed);
        // To be in the cell is what a comparison of two runs calls an error.
        let paired = Comparison {
            examples,
            errors_before: before,
            errors_after: after,
            fixed: left,
            broken: came,
            still_wrong: stayed,
            changed: left + came,
        };
        let evidence = paired.evidence();
        let difference = (examples > 0).then_some(evidence.difference);
        Some(CellChange { label, prediction, before, after, difference, p_value: evidence.p_value })
    }

    /// At most `n` pairs of label and other prediction that went one way, those that changed by most
    /// examples first; ties by label, then prediction.
    pub fn changed_pairs(&self, n: usize, trend: Trend) -> Vec<ChangedPair> {
        let touched = |cell: &CellChange| {
            let stayed = self.unchanged.count_of(cell.label, cell.prediction);
            cell.before + cell.after > 2 * stayed
        };
        let cells: Vec<CellChange> = self
            .before
            .off_diagonal()
            .filter(|&(l, p)| self.before.count_of(l, p) + self.after.count_of(l, p) > 0)
            .filter_map(|(label, prediction)| self.cell(label, prediction))
            .filter(touched)
            .collect();
        let corrected = holm(&cells.iter().map(|cell| cell.p_value).collect::<Vec<_>>());
        let pair = |(cell, p_holm)| ChangedPair { cell, p_holm };
        let mut pairs: Vec<ChangedPair> = cells.into_iter().zip(corrected).map(pair).collect();
        pairs.retain(|pair| pair.cell.trend() == Some(trend));
        pairs.sort_by_key(|pair| Reverse(pair.cell.after.abs_diff(pair.cell.before)));
        pairs.truncate(n);
        pairs
    }
}

/// Stands for the prediction of an example that is left out.
const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn change(labels: &[u32], before: &[u32], after: &[u32], classes: usize) -> ConfusionChange {
        ConfusionChange::count(TwoRuns { labels, before, after }, classes).unwrap()
    }

    #[test]
    fn a_cell_knows_who_left_and_who_came() {
        // label 0: two leave cell (0, 1), one comes, one stays
        let c = change(&[0; 6], &[1, 1, 1, 0, 0, 2], &[0, 0, 1, 1, 0, 2], 3);
        let cell = c.cell(0, 1).unwrap();
        assert_eq!((cell.before, cell.after, cell.trend()), (3, 2, Some(Trend::Better)));
        assert!((cell.difference.unwrap().value + 1.0 / 6.0).abs() < 1e-12);
        assert!((cell.p_value - 1.0).abs() < 1e-12, "two against one");
        assert_eq!(c.cell(0, 0).unwrap().trend(), Some(Trend::Better), "more that are right");
        assert_eq!(c.cell(0, 2).unwrap().trend(), None);
        let trend = |label, prediction| c.trend(Place { label, prediction }, Normalise::Row);
        assert_eq!(trend(Some(0), None), Some(Trend::Better), "fewer errors");
        assert_eq!((trend(Some(0), Some(0)), trend(Some(0), Some(2))), (Some(Trend::Better), None));
        assert_eq!(
            (c.cell(1, 0).unwrap().difference, c.cell(0, 3), c.cell(3, 0)),
            (None, None, None)
        );
    }

    #[test]
    fn the_largest_changes_come_first_and_are_corrected_for_their_number() {
        let (mut labels, mut before, mut after) = (vec![], vec![], vec![]);
        // (label, before, after) × count: 12 new as 1, 3 new as 2, 5 of label 1 no longer as 2
        for (row, count) in [((0, 0, 1), 12), ((0, 0, 2), 3), ((1, 2, 1), 5), ((2, 0, 0), 4)] {
            labels.extend(vec![row.0; count]);
            before.extend(vec![row.1; count]);
            after.extend(vec![row.2; count]);
        }
        let c = change(&labels, &before, &after, 3);
        let pairs = |n, trend| -> Vec<(u32, u32, usize, usize)> {
            let pairs = c.changed_pairs(n, trend);
            pairs
                .iter()
                .map(|p| (p.cell.label, p.cell.prediction, p.cell.before, p.cell.after))
                .collect()
        };
        assert_eq!(pairs(9, Trend::Worse), [(0, 1, 0, 12), (0, 2, 0, 3)]);
        assert_eq!(pairs(1, Trend::Worse), [(0, 1, 0, 12)]);
        assert_eq!(pairs(9, Trend::Better), [(1, 2, 5, 0)]);
        let first = c.changed_pairs(1, Trend::Worse)[0];
        assert!((first.p_holm - 3.0 * first.cell.p_value).abs() < 1e-12, "three pairs changed");
    }

    #[test]
    fn examples_without_both_predictions_are_left_out() {
        let c = change(&[0, 0, 7, 0], &[0, u32::MAX, 0, 1], &[0, 0, 0, 9], 2);
        assert_eq!((c.before().examples(), c.after().examples()), (1, 1));
        let runs = TwoRuns { labels: &[0], before: &[0], after: &[] };
        assert!(ConfusionChange::count(runs, 2).is_err());
        let runs = TwoRuns { labels: &[0], before: &[], after: &[0] };
        assert!(ConfusionChange::count(runs, 2).is_err());
    }

    fn data() -> impl Strategy<Value = (usize, Vec<(u32, u32, u32)>)> {
        (1_usize..6).prop_flat_map(|k| {
            let class = 0..k as u32 + 1;
            (Just(k), prop::collection::vec((class.clone(), class.clone(), class), 0..80))
        })
    }

    proptest! {
        #[test]
        fn there_is_the_opposite_of_back((k, rows) in data()) {
            let labels: Vec<u32> = rows.iter().map(|r| r.0).collect();
            let first: Vec<u32> = rows.iter().map(|r| r.1).collect();
            let second: Vec<u32> = rows.iter().map(|r| r.2).collect();
            let (there, back) = (change(&labels, &first, &second, k), change(&labels, &second, &first, k));
            prop_assert_eq!(there.before().labelled(), there.after().labelled());
            for label in 0..k as u32 {
                for prediction in 0..k as u32 {
                    for by in Normalise::ALL {
                        let value = there.value(Place::cell(label, prediction), by);
                        prop_assert_eq!(value, back.value(Place::cell(label, prediction), by).map(|x| -x));
                        prop_assert!(value.is_none_or(f64::is_finite));
                    }
                    let (a, b) = (there.cell(label, prediction).unwrap(), back.cell(label, prediction).unwrap());
                    prop_assert_eq!((a.before, a.after), (b.after, b.before));
                    prop_assert!((a.p_value - b.p_value).abs() < 1e-12 && a.p_value <= 1.0);
                    prop_assert_eq!(a.trend().is_some(), b.trend().is_some());
                    prop_assert!(a.trend().is_none() || a.trend() != b.trend());
                    if let Some(d) = a.difference {
                        prop_assert!(-1.0 <= d.low && d.low <= d.value + 1e-12 && d.value <= d.high + 1e-12 && d.high <= 1.0);
                    }
                }
            }
            let sum = |trend| {
                let pairs = there.changed_pairs(usize::MAX, trend);
                pairs.iter().map(|p| p.cell.after.abs_diff(p.cell.before)).sum::<usize>()
            };
            let (was, is) = (there.before().right(), there.after().right());
            prop_assert_eq!(sum(Trend::Better) + was, sum(Trend::Worse) + is);
        }
    }
}
