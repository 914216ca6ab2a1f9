//! Scores of probabilities against labels: accuracy, top-k accuracy, log loss, Brier score.
//!
//! Invariant: the sums don't depend on the number of threads, and a relabel changes them as if they
//! were made anew.

use super::parallel::pieces;
use super::{Labelled, Probability, Proportion};
use serde::Serialize;

/// Values that one piece of parallel work reads.
const PIECE: usize = 1 << 17;

/// Sums over examples that the scores follow from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreSums {
    examples: usize,
    right: usize,
    cutoffs: Vec<usize>,
    within: Vec<usize>,
    loss: f64,
    squared: f64,
}

/// Scores of a run. `None` without examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Examples with a label and a prediction.
    pub examples: usize,
    /// Share of examples whose prediction, the first largest probability, is the label; with
    /// Wilson's interval.
    pub accuracy: Option<Proportion>,
    /// For each k asked for.
    pub top_k: Vec<TopK>,
    /// Mean of −ln p of the label, in nats. As scikit-learn 1.9's `log_loss`: probabilities are
    /// clipped to ε..1 − ε, ε that of the type they are kept in (2⁻²³ for f32, 2⁻⁵² for f64), and
    /// rows are not normalised.
    pub log_loss: Option<f64>,
    /// Mean over examples of Σ (p − 1 for the label, else p)² over the classes, 0 to 2 (Brier 1950,
    /// Mon. Weather Rev. 78:1). scikit-learn 1.9's `brier_score_loss` with `scale_by_half=False`; its
    /// default halves it for two classes.
    pub brier: Option<f64>,
}

/// The share of examples whose label is among the k most probable classes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TopK {
    /// How many classes count.
    pub k: usize,
    /// The share, with Wilson's interval. Of equal probabilities the class with the higher index
    /// comes first, with two classes the lower, as in scikit-learn 1.9's `top_k_accuracy_score`:
    /// where probabilities tie, top 1 may not be the accuracy.
    pub accuracy: Option<Proportion>,
}

/// What one example adds.
struct Row {
    right: bool,
    rank: usize,
    loss: f64,
    squared: f64,
}

impl ScoreSums {
    /// Sums over all examples, in one pass; `cutoffs` are the k of the top-k accuracies.
    pub fn of<T: Probability>(data: Labelled<T>, cutoffs: &[usize]) -> Self {
        let none = || Self {
            examples: 0,
            right: 0,
            cutoffs: cutoffs.to_vec(),
            within: vec![0; cutoffs.len()],
            loss: 0.0,
            squared: 0.0,
        };
        pieces(data.len(), PIECE / data.classes().max(1), |rows| {
            let mut sums = none();
            for (label, probs) in rows.filter_map(|row| data.get(row)) {
                sums.add(&Row::new(probs, label));
            }
            sums
        })
        .into_iter()
        .fold(none(), Self::merged)
    }

    /// Follows one relabel of the example with these K probabilities, in O(K). A label that is not
    /// below K stands for none; nothing happens without a prediction.
    pub fn moved<T: Probability>(&mut self, probs: &[T], old_label: u32, new_label: u32) {
        if probs.first().is_none_or(|p| p.wide().is_nan()) {
            return;
        }
        if (old_label as usize) < probs.len() && self.examples > 0 {
            self.take(&Row::new(probs, old_label));
        }
        if (new_label as usize) < probs.len() {
            self.add(&Row::new(probs, new_label));
        }
    }

    /// The scores of these sums.
    pub fn scores(&self) -> Scores {
        let n = self.examples;
        let proportion = |k: usize| (n > 0).then(|| Proportion::sampled(k, n, usize::MAX));
        // Taking rows out of a sum may leave it a rounding below 0.
        let mean = |sum: f64| (n > 0).then(|| sum.max(0.0) / n as f64);
        let top_k = self.cutoffs.iter().zip(&self.within);
        Scores {
            examples: n,
            accuracy: proportion(self.right),
            top_k: top_k.map(|(&k, &hits)| TopK { k, accuracy: proportion(hits) }).collect(),
            log_loss: mean(self.loss),
            brier: mean(self.squared),
        }
    }

    fn add(&mut self, row: &Row) {
        self.examples += 1;
        self.right += usize::from(row.right);
        for (hits, &k) in self.within.iter_mut().zip(&self.cutoffs) {
            *hits += usize::from(row.rank < k);
        }
        self.loss += row.loss;
        self.squared += row.squared;
    }

    fn take(&mut self, row: &Row) {
        self.examples -= 1;
        self.right = self.right.saturating_sub(usize::from(row.right));
        for (hits, &k) in self.within.iter_mut().zip(&self.cutoffs) {
            *hits = hits.saturating_sub(usize::from(row.rank < k));
        }
        self.loss -= row.loss;
        self.squared -= row.squared;
    }

    fn merged(mut self, other: Self) -> Self {
        self.examples += other.examples;
        self.right += other.right;
        for (hits, more) in self.within.iter_mut().zip(other.within) {
            *hits += more;
        }
        self.loss += other.loss;
        self.squared += other.squared;
        self
    }
}

impl Row {
    /// `label` must be below K.
    fn new<T: Probability>(probs: &[T], label: u32) -> Self {
        let (first, last) = ahead(probs, label as usize);
        let own = sane(probs[label as usize]);
        Self {
            right: first == 0,
            rank: if probs.len() == 2 { first } else { last },
            loss: clipped_loss(probs[label as usize]),
            squared: squares(probs) - own * own + (1.0 - own) * (1.0 - own),
        }
    }
}

/// The log loss of one example, −ln of its label's probability clipped as in [`Scores::log_loss`];
/// `None` if it has no label or no prediction.
pub fn loss<T: Probability>(probs: &[T], label: u32) -> Option<f64> {
    let known = !probs.first()?.wide().is_nan();
    probs.get(label as usize).filter(|_| known).map(|&p| clipped_loss(p))
}

/// The log loss of each example, N; see [`loss`].
pub fn losses<T: Probability>(data: Labelled<T>) -> Vec<Option<f64>> {
    let one = |row| data.get(row).and_then(|(label, probs)| loss(probs, label));
    pieces(data.len(), PIECE / data.classes().max(1), |rows| rows.map(one).collect::<Vec<_>>())
        .concat()
}

/// How many classes come before `label` if it goes first, and if it goes last, among its equals that
/// stand behind it (and the other way round among those that stand before it).
fn ahead<T: Probability>(probs: &[T], label: usize) -> (usize, usize) {
    let own = probs[label];
    if own.wide().is_nan() {
        return (probs.len() - 1, probs.len() - 1);
    }
    let (before, after) = (&probs[..label], &probs[label + 1..]);
    let more = |side: &[T]| side.iter().filter(|p| **p > own).count();
    let least = |side: &[T]| side.iter().filter(|p| **p >= own).count();
    (least(before) + more(after), more(before) + least(after))
}

fn clipped_loss<T: Probability>(p: T) -> f64 {
    let epsilon =
        if size_of::<T>() == size_of::<f32>() { f64::from(f32::EPSILON) } else { f64::EPSILON };
    -sane(p).clamp(epsilon, 1.0 - epsilon).ln()
}

/// A value within 0 to 1; 0 for NaN.
pub(super) fn sane<T: Probability>(p: T) -> f64 {
    let p = p.wide();
    if p > 0.0 { p.min(1.0) } else { 0.0 }
}

/// Sum of squares, in eight lanes that the compiler can keep in vector registers.
fn squares<T: Probability>(probs: &[T]) -> f64 {
    let (chunks, rest) = probs.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for chunk in chunks {
        for (sum, &p) in lanes.iter_mut().zip(chunk) {
            *sum += sane(p) * sane(p);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&p| sane(p) * sane(p)).sum::<f64>()
}

#[cfg(test)]
#[path = "scores_tests.rs"]
mod tests;
