//! How well each label fits the probabilities: 0 bad, 1 good.

use super::{ConfidentLearning, clipped};
use crate::analysis::{AnalysisError, Probability, parallel::pieces};
use serde::{Deserialize, Serialize};

/// Lower bound of divisors.
const LOWEST: f64 = 1e-6;

/// Label quality scores, as cleanlab's `rank.get_label_quality_scores`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// The probability of the label.
    #[default]
    SelfConfidence,
    /// (p − the largest other probability + 1) / 2; the other is 0 with a single class.
    NormalizedMargin,
    /// Of e = (entropy / ln K) / max(p, 1e-6): ln(e + 1) / max(e, 1e-6). Close to 1 for a confident label, but 0
    /// where the entropy is exactly 0, as there.
    ConfidenceWeightedEntropy,
}

impl Score {
    /// All of them.
    pub const ALL: [Self; 3] =
        [Self::SelfConfidence, Self::NormalizedMargin, Self::ConfidenceWeightedEntropy];

    /// The name in cleanlab.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfConfidence => "self_confidence",
            Self::NormalizedMargin => "normalized_margin",
            Self::ConfidenceWeightedEntropy => "confidence_weighted_entropy",
        }
    }

    /// The score of one example.
    pub(super) fn of<T: Probability>(self, given: usize, probs: &[T]) -> f64 {
        let own = clipped(probs[given]);
        match self {
            Self::SelfConfidence => own,
            Self::NormalizedMargin => {
                let others = probs.iter().enumerate().filter(|&(class, _)| class != given);
                let other = others.map(|(_, &p)| clipped(p)).fold(0.0, f64::max);
                f64::midpoint(own - other, 1.0)
            }
            Self::ConfidenceWeightedEntropy => {
                let plogp = |p: f64| if p > 0.0 { p * p.ln() } else { 0.0 };
                let entropy = -probs.iter().map(|&p| plogp(clipped(p))).sum::<f64>();
                let weighted = entropy / (probs.len() as f64).ln().max(LOWEST) / own.max(LOWEST);
                (weighted + 1.0).ln() / weighted.max(LOWEST)
            }
        }
    }
}

/// A score, with the thresholds if they are to be subtracted.
pub(super) struct Scorer<'a> {
    score: Score,
    adjust: Option<Adjust<'a>>,
}

struct Adjust<'a> {
    thresholds: &'a [f64],
    largest: f64,
}

impl Scorer<'_> {
    pub fn score<T: Probability>(&self, given: usize, probs: &[T]) -> f64 {
        let Some(adjust) = &self.adjust else { return self.score.of(given, probs) };
        let adjusted = |(&p, t): (&T, &f64)| clipped(p) - t + adjust.largest;
        let (mut sum, mut own, mut other) = (0.0, 0.0, 0.0_f64);
        for (class, p) in probs.iter().zip(adjust.thresholds).map(adjusted).enumerate() {
            sum += p;
            if class == given { own = p } else { other = other.max(p) }
        }
        // only a row of zeros sums to 0
        let sum = if sum > 0.0 { sum } else { 1.0 };
        match self.score {
            Score::NormalizedMargin => f64::midpoint(own / sum - other / sum, 1.0),
            _ => own / sum,
        }
    }
}

impl<T: Probability> ConfidentLearning<'_, T> {
    /// The label quality of every row, as `rank.get_label_quality_scores`; `None` for a row that is left
    /// out. With `adjust_pred_probs` from (p − t + max t) / sum of the row, t being the thresholds.
    ///
    /// # Errors
    /// An adjusted [`Score::ConfidenceWeightedEntropy`], which is not defined.
    pub fn scores(
        &self,
        score: Score,
        adjust_pred_probs: bool,
    ) -> Result<Vec<Option<f64>>, AnalysisError> {
        let scorer = self.scorer(score, adjust_pred_probs)?;
        let of = |row| self.data.get(row).map(|(given, p)| scorer.score(given as usize, p));
        Ok(pieces(self.data.len(), 4096, |rows| rows.map(of).collect::<Vec<_>>()).concat())
    }

    pub(super) fn scorer(&self, score: Score, adjust: bool) -> Result<Scorer<'_>, AnalysisError> {
        if adjust && score == Score::ConfidenceWeightedEntropy {
            let message = "adjust_pred_probs is not defined for confidence_weighted_entropy";
            return Err(AnalysisError::Argument(message.to_owned()));
        }
        let thresholds = self.thresholds.as_slice();
        let largest = thresholds.iter().copied().fold(0.0, f64::max);
        Ok(Scorer { score, adjust: adjust.then_some(Adjust { thresholds, largest }) })
    }
}
