//! More orders in which examples can be reviewed: by loss, by doubt, by likeness, by confusion.
//!
//! Every function takes rows, ascending, and returns the same rows in another order. Equal ones keep
//! the order they came in; a row for which an order says nothing (no prediction, no label, not in the
//! table) comes last.

mod ranking;
mod spread;

pub use super::vectors::Distance;
pub use ranking::Ranking;
pub use spread::{by_distance, diverse};

use super::{Labelled, Probability, argmax};
use crate::dataset::Matrix;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Highest cross-entropy loss first, −ln p of the label.
pub fn by_loss<T: Probability>(rows: &[u32], data: Labelled<'_, T>) -> Vec<u32> {
    // The loss falls strictly with p: no logarithm needed.
    let of = |row: u32| data.get(row as usize).map(|(label, p)| p[label as usize].wide());
    sorted(rows, |row| lowest_first(of(row)))
}

/// Smallest margin first: the probability of the top class less that of the second (Settles 2009,
/// *Active Learning Literature Survey*, sec. 3.1). With one class the margin is its probability.
pub fn by_margin<T: Probability>(rows: &[u32], probs: &Matrix<T>) -> Vec<u32> {
    sorted(rows, |row| lowest_first(prediction(probs, row).map(margin)))
}

/// Highest entropy of the prediction first (Settles 2009, sec. 3.1).
pub fn by_entropy<T: Probability>(rows: &[u32], probs: &Matrix<T>) -> Vec<u32> {
    let entropy = |p: &[T]| entropy(p.iter().map(|p| p.wide()));
    sorted(rows, |row| highest_first(prediction(probs, row).map(entropy)))
}

/// Highest 1 − p of the top class first: least confidence (Settles 2009, sec. 3.1).
pub fn by_uncertainty<T: Probability>(rows: &[u32], probs: &Matrix<T>) -> Vec<u32> {
    let confidence = |p: &[T]| p[argmax(p) as usize].wide();
    sorted(rows, |row| lowest_first(prediction(probs, row).map(confidence)))
}

/// Lowest score first; `scores` by row, such as the quality of labels.
pub fn by_score(rows: &[u32], scores: &[f64]) -> Vec<u32> {
    sorted(rows, |row| lowest_first(scores.get(row as usize).copied()))
}

/// Where runs disagree most first: by the number of distinct predictions, then by the Jensen–Shannon
/// divergence of their probabilities (Lin 1991, IEEE Trans. Inf. Theory 37:145, with equal weights; it
/// is the mean divergence from the runs' mean, by which McCallum & Nigam 1998 let a committee query).
/// Runs without a prediction for a row have no say; rows with fewer than two come last. All runs are
/// N×K with the same K; others are ignored.
pub fn by_disagreement<T: Probability>(rows: &[u32], runs: &[&Matrix<T>]) -> Vec<u32> {
    let classes = runs.first().map_or(0, |run| run.cols());
    let of = |row: u32| {
        let runs = runs.iter().filter(|run| run.cols() == classes);
        let given: Vec<&[T]> = runs.filter_map(|run| prediction(run, row)).collect();
        (given.len() > 1).then(|| (distinct(&given), divergence(&given)))
    };
    sorted(rows, |row| {
        let found = of(row);
        (Reverse(found.map_or(0, |f| f.0)), highest_first(found.map(|f| f.1)))
    })
}

/// By cell of the confusion matrix, label → prediction: the cell with most rows first, equal ones by
/// label and prediction; within a cell the most confident first.
pub fn by_confusion<T: Probability>(rows: &[u32], data: Labelled<'_, T>) -> Vec<u32> {
    let cell = |&row: &u32| {
        let (label, probs) = data.get(row as usize)?;
        let top = argmax(probs);
        Some(((label, top), highest_first(Some(probs[top as usize].wide()))))
    };
    let cells: Vec<Option<((u32, u32), u64)>> = rows.par_iter().map(cell).collect();
    let mut sizes: HashMap<(u32, u32), usize> = HashMap::new();
    for &(cell, _) in cells.iter().flatten() {
        *sizes.entry(cell).or_default() += 1;
    }
    let size = |cell: &Option<((u32, u32), u64)>| cell.map_or(0, |(cell, _)| sizes[&cell]);
    let mut keyed: Vec<_> =
        cells.iter().zip(rows).map(|(cell, &row)| ((Reverse(size(cell)), *cell), row)).collect();
    keyed.par_sort_by_key(|keyed| keyed.0);
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// Sorts by a key that is computed once for each row.
fn sorted<K: Ord + Send + Copy>(rows: &[u32], key: impl Fn(u32) -> K + Sync) -> Vec<u32> {
    let mut keyed: Vec<(K, u32)> = rows.par_iter().map(|&row| (key(row), row)).collect();
    keyed.par_sort_by_key(|keyed| keyed.0);
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// A key that sorts values ascending, with nothing and NaN last.
fn lowest_first(value: Option<f64>) -> u64 {
    // + 0.0 makes −0.0 equal to 0.0
    match value.map(|v| (v + 0.0).to_bits()) {
        Some(bits) if !f64::from_bits(bits).is_nan() => {
            if bits >> 63 == 1 {
                !bits
            } else {
                bits | 1 << 63
            }
        }
        _ => u64::MAX,
    }
}

/// A key that sorts values descending, with nothing and NaN last.
fn highest_first(value: Option<f64>) -> u64 {
    lowest_first(value.map(|v| -v))
}

/// The probabilities of a row; `None` where there are none.
fn prediction<T: Probability>(probs: &Matrix<T>, row: u32) -> Option<&[T]> {
    let row = row as usize;
    (row < probs.rows()).then(|| probs.row(row)).filter(|p| !p[0].wide().is_nan())
}

/// The probability of the top class less that of the second, of one example; see [`by_margin`].
pub fn margin<T: Probability>(probs: &[T]) -> f64 {
    let (mut first, mut second) = (0.0_f64, 0.0_f64);
    for p in probs.iter().map(|p| p.wide()) {
        if p > first {
            (first, second) = (p, first);
        } else if p > second {
            second = p;
        }
    }
    first - second
}

/// Entropy of one example's probabilities, in nats.
pub fn entropy(probs: impl Iterator<Item = f64>) -> f64 {
    -probs.filter(|&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
}

/// How many different classes are predicted.
fn distinct<T: Probability>(runs: &[&[T]]) -> usize {
    let mut top: Vec<u32> = runs.iter().map(|p| argmax(p)).collect();
    top.sort_unstable();
    top.dedup();
    top.len()
}

/// Entropy of the mean less the mean of the entropies.
fn divergence<T: Probability>(runs: &[&[T]]) -> f64 {
    let count = runs.len() as f64;
    let mean = (0..runs[0].len()).map(|k| runs.iter().map(|p| p[k].wide()).sum::<f64>() / count);
    let each = runs.iter().map(|run| entropy(run.iter().map(|p| p.wide()))).sum::<f64>() / count;
    // Runs that say the same may come out a hair off 0, which would break their tie.
    Some(entropy(mean) - each).filter(|d| *d > 1e-12).unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
