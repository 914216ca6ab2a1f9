//! Errors by value: one line a value of each feature, kept up to date relabel by relabel.

use super::{Condition, Counts, Features, Figures, versus_rest};
use crate::analysis::AnalysisError;
use crate::analysis::significance::holm;
use serde::Serialize;

/// Counts of errors by value of each feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByValue {
    all: Counts,
    values: Vec<Vec<Counts>>,
}

/// The errors of one value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueErrors {
    /// Which feature and value.
    pub condition: Condition,
    /// `capture=blurry`.
    pub name: String,
    /// Its errors, against those of all examples.
    pub figures: Figures,
    /// Two-sided p-value against the rest of the examples: [`versus_rest`].
    pub p: f64,
    /// The same, corrected by Holm for all values of all features.
    pub p_holm: f64,
}

impl ByValue {
    /// Counts: O(N × features). `errors` says of each row whether it is an error; `None` is a row without
    /// a prediction, which is left out.
    ///
    /// # Errors
    /// Another number of rows than the features have.
    pub fn new(features: &Features, errors: &[Option<bool>]) -> Result<Self, AnalysisError> {
        let (found, expected) = (errors.len(), features.rows());
        if found != expected {
            return Err(AnalysisError::Length { what: "errors", found, expected });
        }
        let mut all = Counts::default();
        for &error in errors.iter().flatten() {
            all.add(error);
        }
        let count = |feature: &super::Feature| {
            let mut counts = vec![Counts::default(); feature.values().len()];
            for (row, error) in errors.iter().enumerate() {
                if let (Some(value), Some(error)) = (feature.value_of(row), *error) {
                    counts[value].add(error);
                }
            }
            counts
        };
        Ok(Self { all, values: features.list().iter().map(count).collect() })
    }

    /// Counts anew after a relabel of a row that has a prediction: O(features).
    pub fn moved(&mut self, features: &Features, row: usize, was_error: bool, is_error: bool) {
        if was_error == is_error || row >= features.rows() {
            return;
        }
        let change = |counts: &mut Counts| {
            let less = counts.errors.saturating_sub(1);
            counts.errors = if is_error { counts.errors + 1 } else { less };
        };
        change(&mut self.all);
        for (feature, counts) in features.list().iter().zip(&mut self.values) {
            if let Some(counts) = feature.value_of(row).and_then(|value| counts.get_mut(value)) {
                change(counts);
            }
        }
    }

    /// All examples.
    pub fn all(&self) -> Counts {
        self.all
    }

    /// The examples with a value; none for an unknown one.
    pub fn counts(&self, condition: Condition) -> Counts {
        let values = self.values.get(condition.feature);
        values.and_then(|v| v.get(condition.value)).copied().unwrap_or_default()
    }

    /// One line a value, in the order of the features and of their values.
    pub fn lines(&self, features: &Features) -> Vec<ValueErrors> {
        let each = self.values.iter().enumerate();
        let conditions = each.flat_map(|(feature, values)| {
            (0..values.len()).map(move |value| Condition { feature, value })
        });
        let mut lines: Vec<ValueErrors> = conditions
            .map(|condition| {
                let counts = self.counts(condition);
                let p = versus_rest(counts, self.all.without(counts));
                let figures = Figures::new(counts, self.all);
                let name = features.name_of(&[condition]);
                ValueErrors { condition, name, figures, p, p_holm: 1.0 }
            })
            .collect();
        let corrected = holm(&lines.iter().map(|line| line.p).collect::<Vec<_>>());
        for (line, p) in lines.iter_mut().zip(corrected) {
            line.p_holm = p;
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::Feature;
    use super::*;
    use proptest::prelude::*;

    fn features(columns: &[Vec<u32>], rows: usize) -> Features {
        let mut all = Features::new(rows);
        for column in columns {
            let classes = ["a", "b", "c", "d"];
            all.push(Feature::of_classes("x", &classes, &column[..rows], 1)).unwrap();
        }
        all
    }

    #[test]
    fn a_value_is_held_against_all_examples() {
        let x: Vec<u32> = (0..200).map(|i| u32::from(i < 50)).collect();
        let errors: Vec<Option<bool>> = (0..200).map(|i| Some(!(20..190).contains(&i))).collect();
        let features = features(&[x], 200);
        let lines = ByValue::new(&features, &errors).unwrap().lines(&features);
        let worst = &lines[1];
        assert_eq!((worst.name.as_str(), worst.figures.examples), ("x=b", 50));
        assert_eq!((worst.figures.errors, worst.figures.ceiling), (20, 0.05));
        assert!((worst.figures.lift.unwrap() - 0.4 / 0.15).abs() < 1e-12);
        assert!(worst.p < 1e-6 && (worst.p_holm - 2.0 * worst.p).abs() < 1e-15);
        assert!((lines[0].p - worst.p).abs() < 1e-15);
    }

    #[test]
    fn rows_without_a_prediction_are_left_out() {
        let features = features(&[vec![0, 0, 1, 1]], 4);
        let all = ByValue::new(&features, &[Some(true), None, None, Some(false)]).unwrap();
        assert_eq!(all.all(), Counts { examples: 2, errors: 1 });
        assert_eq!(all.counts(Condition { feature: 0, value: 0 }).examples, 1);
        assert_eq!(all.counts(Condition { feature: 5, value: 0 }), Counts::default());
        assert!(ByValue::new(&features, &[None]).is_err());
    }

    proptest! {
        #[test]
        fn moving_rows_is_counting_anew(
            columns in prop::collection::vec(prop::collection::vec(0..5_u32, 40), 0..4),
            before in prop::collection::vec(prop::option::of(any::<bool>()), 0..40),
            after in prop::collection::vec(any::<bool>(), 40),
        ) {
            let features = features(&columns, before.len());
            let mut counts = ByValue::new(&features, &before).unwrap();
            let mut errors = before.clone();
            for (row, error) in errors.iter_mut().enumerate() {
                if let Some(was) = *error {
                    counts.moved(&features, row, was, after[row]);
                    *error = Some(after[row]);
                }
            }
            prop_assert_eq!(&counts, &ByValue::new(&features, &errors).unwrap());
            for line in counts.lines(&features) {
                let f = line.figures;
                prop_assert!((0.0..=1.0).contains(&line.p) && line.p <= line.p_holm);
                prop_assert!(f.lift.is_none_or(f64::is_finite) && (0.0..=1.0).contains(&f.ceiling));
                prop_assert!(f.error.low <= f.error.share && f.error.share <= f.error.high);
            }
        }
    }
}
