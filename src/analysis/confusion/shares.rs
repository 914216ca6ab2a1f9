//! What a cell of the confusion matrix shows: its count or share, and how dark it is.
//!
//! Invariant: a share that has nothing below its line is `None`, never NaN; cells are read in
//! constant time, so that a screen may ask for those that it shows.

use super::{Confusion, proportion};
use crate::analysis::Proportion;
use serde::Serialize;

/// What the count of a cell is divided by: `normalize` of scikit-learn's `confusion_matrix`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// Nothing.
    #[default]
    Counts,
    /// The examples with its label; the diagonal is the recall (`"true"`).
    Row,
    /// The examples with its prediction; the diagonal is the precision (`"pred"`).
    Column,
    /// All examples (`"all"`).
    All,
}

impl Normalise {
    /// All, as the key cycles through them.
    pub const ALL: [Self; 4] = [Self::Counts, Self::Row, Self::Column, Self::All];

    /// How it is called on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Row => "% of the row",
            Self::Column => "% of the column",
            Self::All => "% of all",
        }
    }

    /// How it is called on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Row => "row",
            Self::Column => "column",
            Self::All => "all",
        }
    }

    /// The next one in [`Normalise::ALL`].
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Counts => Self::Row,
            Self::Row => Self::Column,
            Self::Column => Self::All,
            Self::All => Self::Counts,
        }
    }
}

/// A cell, or the errors beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The label; `None`: any other than the prediction.
    pub label: Option<u32>,
    /// The prediction; `None`: any other than the label. Without either it is all errors.
    pub prediction: Option<u32>,
}

impl Place {
    /// A cell.
    pub fn cell(label: u32, prediction: u32) -> Self {
        Self { label: Some(label), prediction: Some(prediction) }
    }

    /// Whether it is a cell of the diagonal.
    pub fn is_diagonal(self) -> bool {
        self.label.is_some() && self.label == self.prediction
    }
}

/// How dark the darkest cell is; 0 is a cell without examples.
pub const DARKEST: u8 = 4;

/// What makes a cell of one matrix the darkest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shades {
    /// Largest value off the diagonal; 0 if there is none.
    most: f64,
}

impl Shades {
    /// For the values of the cells off the diagonal: those on it would drown the others.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        Self { most: values.fold(0.0, f64::max) }
    }

    /// How dark a cell off the diagonal is by its value, 0 to [`DARKEST`]: the square root of its
    /// share of the largest, in equal steps rounded up, so that a few large cells don't hide the many
    /// small ones. Only 0 and `None` are 0.
    pub fn of_value(self, value: Option<f64>) -> u8 {
        let part = value.map_or(0.0, |value| value.abs() / self.most);
        if part.is_nan() || part <= 0.0 {
            return 0;
        }
        let step = (part.sqrt() * f64::from(DARKEST)).ceil();
        (step as u8).clamp(1, DARKEST)
    }
}

impl Confusion {
    /// Examples with that label and that prediction, 0 for classes that there are not.
    pub fn count_of(&self, label: u32, prediction: u32) -> usize {
        self.row(label).get(prediction as usize).map_or(0, |&n| n as usize)
    }

    /// Examples with that label and another prediction.
    pub fn errors_of(&self, label: u32) -> usize {
        let examples = self.labelled.get(label as usize).copied().unwrap_or_default();
        examples - self.count_of(label, label)
    }

    /// Examples in a place, 0 where a class is one that there is not.
    pub fn count_at(&self, at: Place) -> usize {
        match (at.label, at.prediction) {
            (Some(label), Some(prediction)) => self.count_of(label, prediction),
            (Some(label), None) => self.errors_of(label),
            (None, Some(prediction)) => {
                let predicted =
                    self.predicted.get(prediction as usize).copied().unwrap_or_default();
                predicted - self.count_of(prediction, prediction)
            }
            (None, None) => self.examples - self.right,
        }
    }

    /// The value of a place: its count or, from 0 to 1, its share. `None` where there is nothing to
    /// take a share of (scikit-learn has 0 there), and for classes that there are not.
    pub fn value(&self, at: Place, by: Normalise) -> Option<f64> {
        let of = match by {
            Normalise::Counts => 1,
            Normalise::Row => sum(&self.labelled, at.label, self.examples)?,
            Normalise::Column => sum(&self.predicted, at.prediction, self.examples)?,
            Normalise::All => self.examples,
        };
        let exists = |class: Option<u32>| class.is_none_or(|k| (k as usize) < self.classes);
        let is_share = of > 0 && exists(at.label) && exists(at.prediction);
        is_share.then(|| self.count_at(at) as f64 / of as f64)
    }

    /// The share of a place with Wilson's interval: of the examples with its label, else of those with
    /// its prediction, else of all. `None` where there are none.
    pub fn share(&self, at: Place) -> Option<Proportion> {
        let of = match at.label {
            Some(_) => sum(&self.labelled, at.label, 0)?,
            None => sum(&self.predicted, at.prediction, self.examples)?,
        };
        proportion(self.count_at(at), of)
    }

    /// The share of the examples with its prediction that are in a place, with Wilson's interval;
    /// `None` where there are none.
    pub fn share_of_prediction(&self, at: Place) -> Option<Proportion> {
        proportion(self.count_at(at), sum(&self.predicted, at.prediction, self.examples)?)
    }

    /// How dark each cell is by its value: O(K²).
    pub fn shades(&self, by: Normalise) -> Shades {
        let value = |(label, prediction)| self.value(Place::cell(label, prediction), by);
        Shades::of(self.off_diagonal().filter_map(value))
    }

    /// All pairs of label and other prediction, by label.
    pub(super) fn off_diagonal(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let k = self.classes as u32;
        let row = move |label| (0..k).map(move |prediction| (label, prediction));
        (0..k).flat_map(row).filter(|(label, prediction)| label != prediction)
    }
}

/// The sum of a class's row or column; `all` without a class.
fn sum(sums: &[usize], class: Option<u32>, all: usize) -> Option<usize> {
    class.map_or(Some(all), |class| sums.get(class as usize).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn confusion(labels: &[u32], predictions: &[u32], classes: usize) -> Confusion {
        Confusion::count(labels, predictions, classes).unwrap()
    }

    #[test]
    fn a_cell_is_a_share_of_its_row_its_column_and_all() {
        // label 0: 3 right, 1 as 1; label 1: 2 right, 2 as 0; no example and no prediction of 2
        let c = confusion(&[0, 0, 0, 0, 1, 1, 1, 1], &[0, 0, 0, 1, 1, 1, 0, 0], 3);
        let values = |l, p| Normalise::ALL.map(|by| c.value(Place::cell(l, p), by));
        assert_eq!(values(1, 0), [Some(2.0), Some(0.5), Some(0.4), Some(0.25)]);
        assert_eq!(values(2, 0), [Some(0.0), None, Some(0.0), Some(0.0)]);
        assert_eq!(values(0, 2), [Some(0.0), Some(0.0), None, Some(0.0)]);
        assert_eq!((values(3, 0), values(0, 3)), ([None; 4], [None; 4]));
        let at = Place::cell(1, 0);
        assert_eq!((c.count_at(at), c.share(at).unwrap().share), (2, 0.5));
        assert_eq!(c.share_of_prediction(at).unwrap(), Proportion::sampled(2, 5, usize::MAX));
    }

    #[test]
    fn beside_the_cells_stand_the_errors_of_a_label_of_a_prediction_and_all() {
        let c = confusion(&[0, 0, 0, 0, 1, 1, 1, 1], &[0, 0, 0, 1, 1, 1, 0, 0], 3);
        let values = |label, prediction| {
            let at = Place { label, prediction };
            (c.count_at(at), Normalise::ALL.map(|by| c.value(at, by).unwrap_or(-1.0)))
        };
        assert_eq!(values(Some(1), None), (2, [2.0, 0.5, 0.25, 0.25]));
        assert_eq!(values(None, Some(1)), (1, [1.0, 0.125, 1.0 / 3.0, 0.125]));
        assert_eq!(values(None, None), (3, [3.0, 0.375, 0.375, 0.375]));
        assert_eq!(values(Some(2), None), (0, [0.0, -1.0, 0.0, 0.0]));
        assert_eq!(values(Some(9), None), (0, [-1.0; 4]));
        assert_eq!((c.errors_of(1), c.errors_of(2), c.errors_of(9)), (2, 0, 0));
        let share = |label, prediction| c.share(Place { label, prediction });
        assert_eq!(share(None, Some(1)), Some(Proportion::sampled(1, 3, usize::MAX)));
        assert_eq!(share(None, None), c.error());
        assert_eq!(
            (share(Some(2), None), share(None, Some(2)), share(Some(9), None)),
            (None, None, None)
        );
    }

    #[test]
    fn the_diagonal_drowns_nothing() {
        let mut labels = vec![0; 1000];
        let mut predictions = vec![0; 1000];
        for (prediction, count) in [(1, 16), (2, 5), (3, 1)] {
            labels.extend(vec![0; count]);
            predictions.extend(vec![prediction; count]);
        }
        let c = confusion(&labels, &predictions, 5);
        let shades = c.shades(Normalise::Counts);
        let dark =
            |prediction| shades.of_value(c.value(Place::cell(0, prediction), Normalise::Counts));
        assert_eq!([dark(1), dark(2), dark(3), dark(4)], [DARKEST, 3, 1, 0]);
        assert_eq!(dark(0), DARKEST, "beyond the largest is the darkest");
        let none = confusion(&[0], &[0], 1).shades(Normalise::Row);
        assert_eq!(
            (none.of_value(Some(0.0)), none.of_value(Some(1.0)), none.of_value(None)),
            (0, DARKEST, 0)
        );
    }

    proptest! {
        #[test]
        fn shares_sum_to_one_or_there_is_none(
            rows in prop::collection::vec((0_u32..8, 0_u32..8), 0..80), classes in 1_usize..7,
        ) {
            let (labels, predictions): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
            let c = confusion(&labels, &predictions, classes);
            let k = classes as u32;
            let sums_to_one = |values: Vec<Option<f64>>| {
                let known: Vec<f64> = values.iter().copied().flatten().collect();
                known.is_empty() || (known.len() == values.len() && (known.iter().sum::<f64>() - 1.0).abs() < 1e-12)
            };
            let mut all = Vec::new();
            for i in 0..k {
                prop_assert!(sums_to_one((0..k).map(|j| c.value(Place::cell(i, j), Normalise::Row)).collect()));
                prop_assert!(sums_to_one((0..k).map(|j| c.value(Place::cell(j, i), Normalise::Column)).collect()));
                all.extend((0..k).map(|j| c.value(Place::cell(i, j), Normalise::All)));
            }
            prop_assert!(sums_to_one(all));
            for by in Normalise::ALL {
                let shades = c.shades(by);
                for (label, prediction) in c.off_diagonal() {
                    let value = c.value(Place::cell(label, prediction), by);
                    prop_assert!(value.is_none_or(f64::is_finite));
                    prop_assert_eq!(shades.of_value(value) > 0, c.count_of(label, prediction) > 0);
                }
                let most = c.off_diagonal().map(|(l, p)| shades.of_value(c.value(Place::cell(l, p), by))).max();
                let has_errors = c.right() < c.examples();
                prop_assert_eq!(most == Some(DARKEST), has_errors);
            }
        }
    }
}
