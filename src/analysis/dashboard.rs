//! All figures of a run that a relabel changes, kept together and up to date.
//!
//! Invariant: after any relabels the figures are those that counting anew would give.

use super::calibration::{BINS, Bin, Bins, CalibrationError, tops};
use super::slices::{ByValue, Features, ValueErrors};
use super::{
    AnalysisError, Averages, ClassScores, ConfusedPair, Confusion, Labelled, Probability,
    ScoreSums, Scores, argmax,
};
use serde::Serialize;

/// Counts and sums behind the figures of one run on one split.
#[derive(Debug, Clone)]
pub struct Dashboard {
    confusion: Confusion,
    scores: ScoreSums,
    bins: Bins,
    slices: ByValue,
}

/// What a dashboard shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Accuracy, top-3 and top-5 accuracy, log loss, Brier score.
    pub scores: Scores,
    /// Cohen's kappa.
    pub kappa: Option<f64>,
    /// Precision, recall and F1 of each class, K.
    pub classes: Vec<ClassScores>,
    /// Their averages.
    pub averages: Option<Averages>,
    /// The pairs that are confused most.
    pub pairs: Vec<ConfusedPair>,
    /// The reliability curve.
    pub reliability: Vec<Bin>,
    /// ECE and MCE.
    pub calibration: Option<CalibrationError>,
    /// The errors of each value of each feature.
    pub slices: Vec<ValueErrors>,
}

/// Pairs that are shown.
const PAIRS: usize = 10;

impl Dashboard {
    /// Counts everything in two passes over the probabilities.
    ///
    /// # Errors
    /// Features of another number of rows.
    pub fn new<T: Probability>(
        data: Labelled<'_, T>,
        features: &Features,
    ) -> Result<Self, AnalysisError> {
        let mut predictions = vec![u32::MAX; data.len()];
        let mut errors = vec![None; data.len()];
        for (row, label, probs) in data.iter() {
            predictions[row] = argmax(probs);
            errors[row] = Some(predictions[row] != label);
        }
        Ok(Self {
            confusion: Confusion::count(data.labels(), &predictions, data.classes())?,
            scores: ScoreSums::of(data, &[3, 5]),
            bins: Bins::equal_width(&tops(data), BINS),
            slices: ByValue::new(features, &errors)?,
        })
    }

    /// Follows one relabel of `row`, whose K probabilities are `probs`: O(K + features), whatever the
    /// number of examples. Both labels must be below K; nothing happens without a prediction.
    pub fn relabelled<T: Probability>(
        &mut self,
        features: &Features,
        row: usize,
        probs: &[T],
        (old, new): (u32, u32),
    ) {
        let known = |label: u32| (label as usize) < probs.len();
        if !known(old) || !known(new) || probs[0].wide().is_nan() {
            return;
        }
        let prediction = argmax(probs);
        // Bins hold confidences in f32, as runs do.
        let confidence = f64::from(probs[prediction as usize].wide() as f32);
        let (was, is) = (prediction == old, prediction == new);
        self.confusion.moved(prediction, old, new);
        self.scores.moved(probs, old, new);
        self.bins.moved(confidence, Some(was), Some(is));
        self.slices.moved(features, row, !was, !is);
    }

    /// The figures: O(K² + values), whatever the number of examples.
    pub fn figures(&self, features: &Features) -> Figures {
        Figures {
            scores: self.scores.scores(),
            kappa: self.confusion.kappa(),
            classes: self.confusion.by_class(),
            averages: self.confusion.averages(),
            pairs: self.confusion.worst_pairs(PAIRS),
            reliability: self.bins.bins(),
            calibration: self.bins.error(),
            slices: self.slices.lines(features),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::slices::Feature;
    use super::*;
    use crate::dataset::Matrix;
    use proptest::prelude::*;

    fn close(a: Option<f64>, b: Option<f64>) -> bool {
        a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() < 1e-9)
    }

    proptest! {
        #[test]
        fn relabels_lead_to_what_counting_anew_gives(
            rows in prop::collection::vec((prop::array::uniform3(1_u8..50), 0..3_u32, 0..2_u32), 1..40),
            relabels in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u32), 0..30),
        ) {
            let share = |weights: &[u8; 3]| {
                let sum: u32 = weights.iter().map(|&w| u32::from(w)).sum();
                weights.map(|w| f32::from(w) / sum as f32)
            };
            let values: Vec<f32> = rows.iter().flat_map(|r| share(&r.0)).collect();
            let probs = Matrix::new(values, rows.len(), 3).unwrap();
            let mut labels: Vec<u32> = rows.iter().map(|r| r.1).collect();
            let mut features = Features::new(rows.len());
            let values: Vec<u32> = rows.iter().map(|r| r.2).collect();
            features.push(Feature::of_classes("capture", &["sharp", "blurry"], &values, 1)).unwrap();
            let fresh = |labels: &[u32]| Dashboard::new(Labelled::new(&probs, labels).unwrap(), &features).unwrap();
            let mut dashboard = fresh(&labels);
            for (row, new) in relabels {
                let row = row.index(labels.len());
                dashboard.relabelled(&features, row, probs.row(row), (labels[row], new));
                labels[row] = new;
            }
            let (followed, anew) = (dashboard.figures(&features), fresh(&labels).figures(&features));
            prop_assert!(close(followed.scores.log_loss, anew.scores.log_loss));
            prop_assert!(close(followed.scores.brier, anew.scores.brier));
            prop_assert!(close(followed.calibration.map(|c| c.ece), anew.calibration.map(|c| c.ece)));
            prop_assert_eq!(&followed.scores.top_k, &anew.scores.top_k);
            prop_assert_eq!((&followed.classes, followed.kappa), (&anew.classes, anew.kappa));
            prop_assert_eq!((&followed.pairs, &followed.slices), (&anew.pairs, &anew.slices));
        }
    }
}
