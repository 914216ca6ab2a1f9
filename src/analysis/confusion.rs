//! The confusion matrix and what follows from it: accuracy, kappa, precision, recall, F1, and the
//! pairs of classes that are confused most.
//!
//! Invariant: the sums of rows, columns and the diagonal always are those of the cells.

mod change;
mod order;
mod shares;

pub use change::{CellChange, ChangedPair, ConfusionChange, Trend};
pub use order::ClassOrder;
pub use shares::{DARKEST, Normalise, Place, Shades};

use super::parallel::pieces;
use super::{AnalysisError, Proportion};
use serde::Serialize;

/// A matrix of more classes than this would take over 1 GiB.
pub const MOST_CLASSES: usize = 1 << 14;

/// Fewest rows that are worth a thread with a matrix of its own.
const LEAST_ROWS: usize = 1 << 15;

/// Counts of examples by label (row) and prediction (column), K×K.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    classes: usize,
    counts: Vec<u32>,
    labelled: Vec<usize>,
    predicted: Vec<usize>,
    right: usize,
    examples: usize,
}

/// Precision, recall and F1 of one class. Where one of them is `None`, scikit-learn's
/// `zero_division=0` has 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClassScores {
    /// Examples with this label.
    pub support: usize,
    /// Examples with this prediction.
    pub predicted: usize,
    /// Examples with both.
    pub right: usize,
    /// The share of its predictions that are right, with Wilson's interval; `None` if it is never predicted.
    pub precision: Option<Proportion>,
    /// The share of its examples that are found, with Wilson's interval; `None` if it has none.
    pub recall: Option<Proportion>,
    /// The harmonic mean of both, 2·right / (support + predicted); `None` if both are `None`.
    pub f1: Option<f64>,
}

/// One way to average over classes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Average {
    /// Average precision, 0 for a class without predictions.
    pub precision: f64,
    /// Average recall, 0 for a class without examples.
    pub recall: f64,
    /// Average F1 (the mean of the F1 of the classes, not the F1 of the means).
    pub f1: f64,
}

/// Averages over the classes that occur as a label or a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Averages {
    /// Classes that occur.
    pub classes: usize,
    /// All classes alike.
    #[serde(rename = "macro")]
    pub macro_average: Average,
    /// Over the pooled counts: with one label for an example, all three are the accuracy.
    pub micro: Average,
    /// Classes by their support.
    pub weighted: Average,
}

/// A label that is taken for another class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ConfusedPair {
    /// The class that the examples have.
    pub label: u32,
    /// The class that was predicted.
    pub prediction: u32,
    /// Number of such examples.
    pub count: usize,
    /// Their share of all examples with that label, with Wilson's interval.
    pub share: Proportion,
}

impl Confusion {
    /// Counts pairs of label and prediction, N each. An example is left out when one of them is not
    /// below `classes` (no label, no prediction). Needs 4·K² bytes. At most `u32::MAX` examples.
    ///
    /// # Errors
    /// Another number of predictions than of labels.
    pub fn count(
        labels: &[u32],
        predictions: &[u32],
        classes: usize,
    ) -> Result<Self, AnalysisError> {
        let (found, expected) = (predictions.len(), labels.len());
        if found != expected {
            return Err(AnalysisError::Length { what: "predictions", found, expected });
        }
        if classes > MOST_CLASSES {
            let what =
                format!("{classes} classes, more than {MOST_CLASSES}: the matrix has K² cells");
            return Err(AnalysisError::Argument(what));
        }
        // Every part fills a matrix of its own, and adding them up has to pay.
        let least = (classes * classes / 2).max(LEAST_ROWS);
        let parts = (labels.len() / least).clamp(1, rayon::current_num_threads());
        let counts = pieces(labels.len(), labels.len().div_ceil(parts), |rows| {
            tabulate(&labels[rows.clone()], &predictions[rows], classes)
        })
        .into_iter()
        .reduce(added);
        Ok(Self::summed(counts.unwrap_or_else(|| vec![0; classes * classes]), classes))
    }

    fn summed(counts: Vec<u32>, classes: usize) -> Self {
        let mut labelled = Vec::with_capacity(classes);
        let mut predicted = vec![0; classes];
        let mut right = 0;
        for (k, row) in counts.chunks_exact(classes.max(1)).enumerate() {
            labelled.push(row.iter().map(|&n| n as usize).sum());
            for (sum, &n) in predicted.iter_mut().zip(row) {
                *sum += n as usize;
            }
            right += row[k] as usize;
        }
        let examples = labelled.iter().sum();
        Self { classes, counts, labelled, predicted, right, examples }
    }

    /// Follows one relabel of an example, in constant time. A label that is not below K stands for
    /// none. Nothing happens without a prediction, or if no such example was counted.
    pub fn moved(&mut self, prediction: u32, old_label: u32, new_label: u32) {
        let (p, old, new) = (prediction as usize, old_label as usize, new_label as usize);
        if p >= self.classes {
            return;
        }
        if old < self.classes {
            let cell = &mut self.counts[old * self.classes + p];
            if *cell == 0 {
                return;
            }
            *cell -= 1;
            self.labelled[old] -= 1;
            self.predicted[p] -= 1;
            self.right -= usize::from(old == p);
            self.examples -= 1;
        }
        if new < self.classes {
            self.counts[new * self.classes + p] += 1;
            self.labelled[new] += 1;
            self.predicted[p] += 1;
            self.right += usize::from(new == p);
            self.examples += 1;
        }
    }

    /// Number of classes, K.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of examples counted.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// Number of examples whose prediction is the label.
    pub fn right(&self) -> usize {
        self.right
    }

    /// Examples with that label, by prediction, K; empty for a class that there is not.
    pub fn row(&self, label: u32) -> &[u32] {
        let start = label as usize * self.classes;
        self.counts.get(start..start + self.classes).unwrap_or_default()
    }

    /// Examples of each label, K.
    pub fn labelled(&self) -> &[usize] {
        &self.labelled
    }

    /// Examples of each prediction, K.
    pub fn predicted(&self) -> &[usize] {
        &self.predicted
    }

    /// The share of right predictions, with Wilson's interval; `None` without examples.
    pub fn accuracy(&self) -> Option<Proportion> {
        proportion(self.right, self.examples)
    }

    /// The share of errors, with Wilson's interval; `None` without examples.
    pub fn error(&self) -> Option<Proportion> {
        proportion(self.examples - self.right, self.examples)
    }

    /// Agreement of labels and predictions beyond chance (Cohen 1960, Educ. Psychol. Meas. 20:37).
    /// `None` where chance alone agrees always: no examples, or one class only.
    pub fn kappa(&self) -> Option<f64> {
        kappa(self.right, &self.labelled, &self.predicted)
    }

    /// Scores of each class, K, as scikit-learn 1.9's `precision_recall_fscore_support` with all
    /// classes as `labels`.
    pub fn by_class(&self) -> Vec<ClassScores> {
        (0..self.classes)
            .map(|k| {
                let right = self.counts[k * self.classes + k] as usize;
                let (support, predicted) = (self.labelled[k], self.predicted[k]);
                let precision = proportion(right, predicted);
                let recall = proportion(right, support);
                ClassScores {
                    support,
                    predicted,
                    right,
                    precision,
                    recall,
                    f1: f1(right, support, predicted),
                }
            })
            .collect()
    }

    /// Averages as scikit-learn 1.9's `precision_recall_fscore_support` with `zero_division=0` and
    /// its default `labels`: over the classes that occur as a label or a prediction. `None` without
    /// examples.
    pub fn averages(&self) -> Option<Averages> {
        let all = self.examples as f64;
        let accuracy = self.accuracy()?.share;
        let occurring: Vec<ClassScores> =
            self.by_class().into_iter().filter(|c| c.f1.is_some()).collect();
        let classes = occurring.len();
        let mean = |weight: &dyn Fn(&ClassScores) -> f64| {
            let over = |score: &dyn Fn(&ClassScores) -> Option<f64>| {
                occurring.iter().map(|c| weight(c) * score(c).unwrap_or(0.0)).sum()
            };
            Average {
                precision: over(&|c| c.precision.map(|p| p.share)),
                recall: over(&|c| c.recall.map(|r| r.share)),
                f1: over(&|c| c.f1),
            }
        };
        Some(Averages {
            classes,
            macro_average: mean(&|_| 1.0 / classes as f64),
            micro: Average { precision: accuracy, recall: accuracy, f1: accuracy },
            weighted: mean(&|c| c.support as f64 / all),
        })
    }

    /// At most `n` pairs of label and other prediction, the most frequent first; ties by label, then
    /// prediction. Pairs that don't occur are left out.
    pub fn worst_pairs(&self, n: usize) -> Vec<ConfusedPair> {
        let mut cells: Vec<(u32, usize)> = self
            .counts
            .iter()
            .enumerate()
            .filter(|&(i, &count)| count > 0 && i / self.classes != i % self.classes)
            .map(|(i, &count)| (count, i))
            .collect();
        let worst_first = |a: &(u32, usize), b: &(u32, usize)| b.0.cmp(&a.0).then(a.1.cmp(&b.1));
        if n < cells.len() {
            cells.select_nth_unstable_by(n, worst_first);
            cells.truncate(n);
        }
        cells.sort_unstable_by(worst_first);
        let pair = |(count, i): (u32, usize)| {
            let (label, count) = (i / self.classes, count as usize);
            ConfusedPair {
                label: label as u32,
                prediction: (i % self.classes) as u32,
                count,
                share: Proportion::sampled(count, self.labelled[label], usize::MAX),
            }
        };
        cells.into_iter().map(pair).collect()
    }
}

fn tabulate(labels: &[u32], predictions: &[u32], classes: usize) -> Vec<u32> {
    let mut counts = vec![0; classes * classes];
    for (&label, &prediction) in labels.iter().zip(predictions) {
        let (label, prediction) = (label as usize, prediction as usize);
        if label < classes && prediction < classes {
            counts[label * classes + prediction] += 1;
        }
    }
    counts
}

fn added(mut all: Vec<u32>, part: Vec<u32>) -> Vec<u32> {
    for (sum, n) in all.iter_mut().zip(part) {
        *sum += n;
    }
    all
}

fn proportion(k: usize, n: usize) -> Option<Proportion> {
    (n > 0).then(|| Proportion::sampled(k, n, usize::MAX))
}

/// F1 of a class, `None` if it is neither label nor prediction.
pub(super) fn f1(right: usize, support: usize, predicted: usize) -> Option<f64> {
    let all = support + predicted;
    (all > 0).then(|| 2.0 * right as f64 / all as f64)
}

/// Cohen's kappa from the diagonal's sum and both margins. In integers: nothing cancels.
pub(super) fn kappa(right: usize, labelled: &[usize], predicted: &[usize]) -> Option<f64> {
    let n: i128 = labelled.iter().map(|&l| l as i128).sum();
    let chance: i128 = labelled.iter().zip(predicted).map(|(&l, &p)| l as i128 * p as i128).sum();
    let most = n * n - chance;
    (most > 0).then(|| (n * right as i128 - chance) as f64 / most as f64)
}

#[cfg(test)]
#[path = "confusion_tests.rs"]
mod tests;
