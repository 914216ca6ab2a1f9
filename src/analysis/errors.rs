//! Which examples are errors, and how large a share they are.

use super::Proportion;
use crate::dataset::Run;
use serde::Serialize;
use std::collections::HashMap;

/// Corrected labels by row; rows that are not in it keep their gold label.
pub type Relabels = HashMap<u32, u32>;

/// The rows to review: the prediction is not the gold label, or not the effective label. An error
/// whose label was fixed stays in the list, so that the tally can count it. Ascending.
pub fn review_list(gold: &[u32], relabels: &Relabels, run: &Run) -> Vec<u32> {
    (0..gold.len() as u32)
        .filter(|&row| {
            let effective = relabels.get(&row).copied();
            run.prediction(row as usize)
                .is_some_and(|p| p != gold[row as usize] || effective.is_some_and(|e| p != e))
        })
        .collect()
}

/// The rows whose prediction is the gold label. One whose label was fixed stays in the list, so that
/// the corrected accuracy can count it. Ascending.
pub fn correct_list(gold: &[u32], run: &Run) -> Vec<u32> {
    (0_u32..)
        .zip(gold)
        .zip(run.predictions())
        .filter(|((_, g), p)| g == p)
        .map(|((r, _), _)| r)
        .collect()
}

/// The label that counts for each row: the correction, else the gold label.
pub fn effective_labels(gold: &[u32], relabels: &Relabels) -> Vec<u32> {
    let mut labels = gold.to_vec();
    for (&row, &class) in relabels {
        if let Some(label) = labels.get_mut(row as usize) {
            *label = class;
        }
    }
    labels
}

/// Errors among the examples that have a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ErrorRate {
    /// Examples with a prediction.
    pub examples: usize,
    /// Those whose prediction is not the effective label.
    pub errors: usize,
    /// The share of errors, with the interval for examples of the same kind.
    pub rate: Proportion,
}

/// Counts the errors of `run` under the effective labels.
pub fn error_rate(gold: &[u32], relabels: &Relabels, run: &Run) -> ErrorRate {
    let (mut examples, mut errors) = (0, 0);
    for (row, &label) in gold.iter().enumerate() {
        let Some(prediction) = run.prediction(row) else { continue };
        // Most projects have few relabels: the look-up is skipped where there are none.
        let label = if relabels.is_empty() {
            label
        } else {
            relabels.get(&(row as u32)).copied().unwrap_or(label)
        };
        examples += 1;
        errors += usize::from(prediction != label);
    }
    ErrorRate { examples, errors, rate: Proportion::sampled(errors, examples, usize::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Matrix;

    fn run(predictions: &[Option<u32>]) -> Run {
        let row = |p: &Option<u32>| match p {
            Some(0) => [1.0, 0.0, 0.0],
            Some(1) => [0.0, 1.0, 0.0],
            Some(_) => [0.0, 0.0, 1.0],
            None => [f32::NAN; 3],
        };
        let values: Vec<f32> = predictions.iter().flat_map(row).collect();
        Run::new("r", Matrix::new(values, predictions.len(), 3).unwrap()).unwrap()
    }

    #[test]
    fn a_fixed_error_stays_listed_and_a_broken_one_joins() {
        let run = run(&[Some(0), Some(1), Some(2), None]);
        let gold = [0, 0, 2, 1];
        assert_eq!(review_list(&gold, &Relabels::new(), &run), [1]);
        let relabels = Relabels::from([(1, 1), (2, 0)]);
        assert_eq!(review_list(&gold, &relabels, &run), [1, 2]);
        assert_eq!(correct_list(&gold, &run), [0, 2]);
    }

    #[test]
    fn the_rate_uses_effective_labels_and_only_examples_with_a_prediction() {
        let run = run(&[Some(0), Some(1), Some(2), None]);
        let before = error_rate(&[0, 0, 2, 1], &Relabels::new(), &run);
        assert_eq!((before.examples, before.errors), (3, 1));
        let after = error_rate(&[0, 0, 2, 1], &Relabels::from([(1, 1)]), &run);
        assert_eq!(after.errors, 0);
    }

    #[test]
    fn no_examples_give_a_defined_rate() {
        let empty = error_rate(&[0], &Relabels::new(), &run(&[None]));
        assert_eq!((empty.examples, empty.errors), (0, 0));
        assert!(empty.rate.share.abs() < f64::EPSILON);
    }
}
