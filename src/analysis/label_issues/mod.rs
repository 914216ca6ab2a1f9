//! Labels that are probably wrong, found by confident learning (Northcutt, Jiang and Chuang 2021, "Confident
//! Learning: Estimating Uncertainty in Dataset Labels", JAIR 70): the results of cleanlab 2.9.
//!
//! The probabilities should be out of sample: a model that has learnt a wrong label by heart
//! agrees with it.
//!
//! Where this differs from cleanlab:
//! - Equal values are taken in the order of the rows; `NumPy`'s default sort leaves that open.
//! - All arithmetic is in f64. With float32 input cleanlab averages, subtracts and compares in
//!   float32, so that a probability within about 1e-7 of a threshold, or two margins that differ by
//!   less, can fall on the other side there.
//! - Examples without a label or a prediction are left out. Values outside of 0 to 1 are clipped and
//!   NaN within a row counts as 0; cleanlab refuses both.
//! - One class, or no example, is no error.

mod best;
mod classes;
mod filter;
mod health;
mod joint;
mod pairwise;
mod precision;
mod scores;

pub use classes::ABSENT;
pub use health::{ClassOverlap, ClassQuality};
pub use joint::Joint;
pub use precision::{FEWEST, Flag, Last, Precision, Segment, precision};
pub use scores::Score;

use crate::analysis::scores::sane as clipped;
use crate::analysis::{AnalysisError, Labelled, Probability, argmax};
use classes::ByClass;
use serde::{Deserialize, Serialize};

/// What counts as equal: added to the given class, taken from thresholds.
const TOLERANCE: f64 = 1e-6;

/// How label issues are chosen: `filter_by` of cleanlab's `filter.find_label_issues`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterBy {
    /// Per given class: those with the lowest probability of it, as many as the confident joint says.
    PruneByClass,
    /// Per pair of given class k and other class j: those with the largest p(j) − p(k), as many as the
    /// confident joint says.
    #[default]
    PruneByNoiseRate,
    /// Chosen by both of the above.
    Both,
    /// Those off the diagonal of the confident joint.
    ConfidentLearning,
    /// The prediction is not the label.
    PredictedNeqGiven,
    /// The lowest self-confidence, as many as [`ConfidentLearning::num_label_issues`].
    LowSelfConfidence,
    /// The lowest normalised margin, as many as [`ConfidentLearning::num_label_issues`].
    LowNormalizedMargin,
}

impl FilterBy {
    /// Every way, in cleanlab's order.
    pub const ALL: [Self; 7] = [
        Self::PruneByClass,
        Self::PruneByNoiseRate,
        Self::Both,
        Self::ConfidentLearning,
        Self::PredictedNeqGiven,
        Self::LowSelfConfidence,
        Self::LowNormalizedMargin,
    ];

    /// The name in cleanlab.
    pub fn name(self) -> &'static str {
        match self {
            Self::PruneByClass => "prune_by_class",
            Self::PruneByNoiseRate => "prune_by_noise_rate",
            Self::Both => "both",
            Self::ConfidentLearning => "confident_learning",
            Self::PredictedNeqGiven => "predicted_neq_given",
            Self::LowSelfConfidence => "low_self_confidence",
            Self::LowNormalizedMargin => "low_normalized_margin",
        }
    }
}

/// Arguments of [`ConfidentLearning::find`]; the defaults are cleanlab's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// how issues are chosen
    pub filter_by: FilterBy,
    /// the share of the estimated issues to return, 0 to 1 (the `Prune…` filters and `Both` only)
    pub frac_noise: f64,
    /// nothing is pruned from classes that are not larger (the same filters)
    pub min_examples_per_class: u32,
    /// what issues are ranked by
    pub rank_by: Score,
    /// rank by probabilities less the thresholds
    pub adjust_pred_probs: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            filter_by: FilterBy::default(),
            frac_noise: 1.0,
            min_examples_per_class: 1,
            rank_by: Score::default(),
            adjust_pred_probs: false,
        }
    }
}

/// An example whose label is probably wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LabelIssue {
    /// the row
    pub row: u32,
    /// the label that the row has
    pub given: u32,
    /// the label to put: the most probable class. With the `Low…` filters it can be the given one.
    pub suggested: u32,
    /// label quality by [`Options::rank_by`], 0 to 1
    pub score: f64,
}

/// The examples that a filter chose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelIssues {
    /// the arguments
    pub options: Options,
    /// number of examples that took part
    pub examples: usize,
    /// most severe (lowest score) first, then by row
    pub issues: Vec<LabelIssue>,
}

impl LabelIssues {
    /// The chosen rows, ascending.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.issues.iter().map(|issue| issue.row).collect();
        rows.sort_unstable();
        rows
    }

    /// Whether each of `len` rows was chosen.
    pub fn flags(&self, len: usize) -> Vec<bool> {
        let mut flags = vec![false; len];
        for issue in &self.issues {
            if let Some(flag) = flags.get_mut(issue.row as usize) {
                *flag = true;
            }
        }
        flags
    }
}

/// Thresholds and confident joint of labelled probabilities; the rest follows from them. Besides
/// the data it keeps 4 bytes a row, 4 more if label and prediction differ, and 8 K² bytes.
#[derive(Debug, Clone)]
pub struct ConfidentLearning<'a, T = f32> {
    data: Labelled<'a, T>,
    by_class: ByClass,
    disputed: ByClass,
    thresholds: Vec<f64>,
    joint: Joint,
    calibrated: Joint,
    off_diagonal: Vec<u32>,
}

impl<'a, T: Probability> ConfidentLearning<'a, T> {
    /// One pass over the probabilities, on all cores.
    pub fn new(data: Labelled<'a, T>) -> Self {
        let by_class = ByClass::all(data);
        let thresholds = classes::thresholds(data, &by_class);
        let joint::Found { joint, off_diagonal, disputed } = joint::found(data, &thresholds);
        let disputed = ByClass::some(data, &disputed);
        let calibrated = joint::calibrated(&joint, &by_class);
        Self { data, by_class, disputed, thresholds, joint, calibrated, off_diagonal }
    }

    /// The mean probability of each class over the examples labelled with it, at least 2e-6;
    /// [`ABSENT`] where there is none. As `count.get_confident_thresholds`.
    pub fn thresholds(&self) -> &[f64] {
        &self.thresholds
    }

    /// As `count.compute_confident_joint(calibrate=False)`; the diagonal is at least 1.
    pub fn confident_joint(&self) -> &Joint {
        &self.joint
    }

    /// As `count.compute_confident_joint`: each row sums to the number of examples of its class.
    pub fn calibrated_joint(&self) -> &Joint {
        &self.calibrated
    }

    /// Number of examples that take part.
    pub fn examples(&self) -> usize {
        self.by_class.len()
    }

    /// The number of wrong labels, as `count.num_label_issues(estimation_method="off_diagonal")`.
    pub fn num_label_issues(&self) -> usize {
        self.off_diagonal.iter().filter(|&&row| self.is_disputed(row)).count()
    }

    /// The number of wrong labels, as
    /// `count.num_label_issues(estimation_method="off_diagonal_calibrated")`.
    pub fn num_label_issues_calibrated(&self) -> usize {
        // calibrating once more, as there, changes nothing
        (self.calibrated.total() - self.calibrated.trace()) as usize
    }

    /// The examples whose label is probably wrong, as `filter.find_label_issues`.
    ///
    /// # Errors
    /// `frac_noise` outside of 0 to 1; an adjusted entropy, which is not defined.
    pub fn find(&self, options: &Options) -> Result<LabelIssues, AnalysisError> {
        if !(0.0..=1.0).contains(&options.frac_noise) {
            let message = format!("frac_noise must be from 0 to 1, not {}", options.frac_noise);
            return Err(AnalysisError::Argument(message));
        }
        let scorer = self.scorer(options.rank_by, options.adjust_pred_probs)?;
        let issue = |row: u32| {
            let (given, probs) = self.data.get(row as usize)?;
            let score = scorer.score(given as usize, probs);
            Some(LabelIssue { row, given, suggested: argmax(probs), score })
        };
        let mut issues: Vec<LabelIssue> =
            self.chosen(options).into_iter().filter_map(issue).collect();
        // stable: rows ascend among equal scores
        issues.sort_by(|a, b| a.score.total_cmp(&b.score));
        Ok(LabelIssues { options: *options, examples: self.examples(), issues })
    }

    /// Whether the label of a row that takes part is not its prediction.
    fn is_disputed(&self, row: u32) -> bool {
        self.disputed.contains(self.data.labels()[row as usize] as usize, row)
    }
}

#[cfg(test)]
#[path = "label_issues_tests.rs"]
mod tests;
