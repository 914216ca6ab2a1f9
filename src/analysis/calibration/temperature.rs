//! The temperature that makes probabilities fit the labels best.

use super::{Bins, PIECE, Top, top, tops};
use crate::analysis::parallel::pieces;
use crate::analysis::scores::sane;
use crate::analysis::{Labelled, Probability};
use serde::Serialize;

/// The least and the largest temperature that are looked at.
pub const TEMPERATURES: (f64, f64) = (0.05, 20.0);

/// The temperature that makes probabilities fit the labels best, and what it would change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Temperature {
    /// Divides the logits: above 1 the run is over-confident, below 1 under-confident.
    pub temperature: f64,
    /// The optimum lies at or beyond the end of [`TEMPERATURES`] (as when all or no predictions are right).
    pub at_bound: bool,
    /// Mean log loss at temperature 1, in nats. Other than in `Scores` a label's probability isn't
    /// clipped to the type's ε but to the least normal f32, 1.2e-38, and rows are normalised.
    pub log_loss_before: f64,
    /// Mean log loss at that temperature; never more than before, but for rounding.
    pub log_loss_after: f64,
    /// Expected calibration error as given, over bins of equal width.
    pub ece_before: f64,
    /// Expected calibration error at that temperature.
    pub ece_after: f64,
}

/// Fits p → softmax(ln p / T) (Guo et al. 2017, ICML, sec. 4.2): the T that minimises the log loss,
/// by Newton's method in 1/T, in which the loss is convex. A first search takes a part of large data,
/// so that few passes over all of it remain. Where every T is as good, as with equal probabilities,
/// it is 1. `None` without examples. ECE over `bins` bins.
pub fn temperature<T: Probability>(data: Labelled<T>, bins: usize) -> Option<Temperature> {
    tempered(data, bins, &mut |_| true).map(|(temperature, _)| temperature)
}

/// The same, with the predictions of all examples in their order and the confidence that they have at
/// that temperature. `goes_on` is told before each pass over all probabilities how many there were;
/// `None` also where it says no.
pub fn tempered<T: Probability>(
    data: Labelled<T>,
    bins: usize,
    goes_on: &mut dyn FnMut(usize) -> bool,
) -> Option<(Temperature, Vec<Top>)> {
    let ece_before = Bins::equal_width(&tops(data), bins).error()?.ece;
    let every = (data.len() * data.classes()).div_ceil(SUBSAMPLE).max(1);
    let start = match every {
        1 => 1.0,
        _ => minimum(|b| Some(Slope::at(data, b, every)), 1.0)?.0,
    };
    let mut passes = 0;
    let mut pass = || {
        passes += 1;
        goes_on(passes - 1).then_some(())
    };
    let (inverse, at_bound) = minimum(|b| pass().map(|()| Slope::at(data, b, 1)), start)?;
    pass()?;
    let log_loss_before = Slope::at(data, 1.0, 1).loss;
    pass()?;
    let (log_loss_after, tops) = at_inverse(data, inverse);
    let found = Temperature {
        temperature: 1.0 / inverse,
        at_bound,
        log_loss_before,
        log_loss_after,
        ece_before,
        ece_after: Bins::equal_width(&tops, bins).error()?.ece,
    };
    Some((found, tops))
}

/// Mean log loss at an inverse temperature, and the predictions with the confidence they have there.
fn at_inverse<T: Probability>(data: Labelled<T>, b: f64) -> (f64, Vec<Top>) {
    let parts = pieces(data.len(), PIECE / data.classes().max(1), |rows| {
        let (mut loss, mut tops) = (0.0, Vec::with_capacity(rows.len()));
        for (label, probs) in rows.filter_map(|row| data.get(row)) {
            let row = Row::at(label, probs, b);
            loss += row.loss;
            tops.push(top(label, probs, Some(row.confidence)));
        }
        (loss, tops)
    });
    let (losses, tops): (Vec<f64>, Vec<Vec<Top>>) = parts.into_iter().unzip();
    let tops = tops.concat();
    (losses.iter().sum::<f64>() / tops.len().max(1) as f64, tops)
}

/// Values that the first search reads.
const SUBSAMPLE: usize = 1 << 20;
/// Probabilities below are raised to it: their logarithm has no meaning in f32.
const FLOOR: f64 = f32::MIN_POSITIVE as f64;
/// Terms of a softmax smaller than e^−45 of the largest don't change its sum in f64.
const NEGLIGIBLE: f64 = -45.0;

/// Steps of a search: each reads all probabilities once.
const MOST_STEPS: usize = 50;

/// Log loss of one row at an inverse temperature b, its two derivatives in b, and the confidence.
struct Row {
    loss: f64,
    first: f64,
    second: f64,
    confidence: f64,
}

impl Row {
    fn at<T: Probability>(label: u32, probs: &[T], b: f64) -> Self {
        let floored = |p: T| sane(p).max(FLOOR);
        let most = probs.iter().fold(FLOOR, |most, &p| most.max(sane(p)));
        let (cut, top) = (most * (NEGLIGIBLE / b).exp(), most.ln());
        // Sums of w, w·d and w·d² with d = ln p − ln max p and w = e^(b·d).
        let (mut s0, mut s1, mut s2) = (0.0, 0.0, 0.0);
        for p in probs.iter().map(|&p| floored(p)).filter(|&p| p >= cut) {
            let d = p.ln() - top;
            let w = (b * d).exp();
            s0 += w;
            s1 += w * d;
            s2 += w * d * d;
        }
        let own = floored(probs[label as usize]).ln() - top;
        let mean = s1 / s0;
        Self {
            loss: s0.ln() - b * own,
            first: mean - own,
            second: (s2 / s0 - mean * mean).max(0.0),
            confidence: 1.0 / s0,
        }
    }
}

/// Mean log loss over examples at an inverse temperature, and its derivatives.
#[derive(Debug, Clone, Copy, Default)]
struct Slope {
    examples: usize,
    loss: f64,
    first: f64,
    second: f64,
}

impl Slope {
    /// Over every n-th row.
    fn at<T: Probability>(data: Labelled<T>, b: f64, every: usize) -> Self {
        let rows = data.len().div_ceil(every);
        let sums = pieces(rows, PIECE / data.classes().max(1), |range| {
            let mut sum = Self::default();
            for (label, probs) in range.filter_map(|i| data.get(i * every)) {
                let row = Row::at(label, probs, b);
                sum.add(1, row.loss, row.first, row.second);
            }
            sum
        });
        let mut all = Self::default();
        for s in &sums {
            all.add(s.examples, s.loss, s.first, s.second);
        }
        let n = all.examples.max(1) as f64;
        let (loss, first, second) = (all.loss / n, all.first / n, all.second / n);
        Self { examples: all.examples, loss, first, second }
    }

    fn add(&mut self, examples: usize, loss: f64, first: f64, second: f64) {
        self.examples += examples;
        self.loss += loss;
        self.first += first;
        self.second += second;
    }
}

/// Where the convex loss is least, and whether that is at the end of the range: Newton's method,
/// bisection where it leaves the bracket or doesn't halve its steps. `None` where `slope` is.
fn minimum(mut slope: impl FnMut(f64) -> Option<Slope>, start: f64) -> Option<(f64, bool)> {
    let (least, most) = (1.0 / TEMPERATURES.1, 1.0 / TEMPERATURES.0);
    let mut here = slope(start)?;
    let falls = here.first < 0.0;
    let bound = if falls { most } else { least };
    // The loss falls towards the bound: either up to it, or there is a minimum in between.
    if here.first == 0.0 || here.examples == 0 {
        return Some((start, false));
    }
    if (start - bound).abs() < f64::EPSILON || (slope(bound)?.first < 0.0) == falls {
        return Some((bound, true));
    }
    let (mut low, mut high) = if falls { (start, bound) } else { (bound, start) };
    let (mut b, mut last_step) = (start, f64::INFINITY);
    for _ in 0..MOST_STEPS {
        if here.first == 0.0 {
            break;
        }
        if here.first < 0.0 {
            low = b;
        } else {
            high = b;
        }
        let newton = b - here.first / here.second;
        let usable = (low..=high).contains(&newton) && (newton - b).abs() <= 0.5 * last_step;
        let next = if usable { newton } else { (low * high).sqrt() };
        last_step = (next - b).abs();
        b = next;
        // The error after a step of Newton's is about the square of the step.
        if last_step <= if usable { 1e-6 } else { 1e-10 } * b {
            break;
        }
        here = slope(b)?;
    }
    Some((b, false))
}

#[cfg(test)]
mod tests {
    use super::super::BINS;
    use super::*;
    use crate::dataset::Matrix;

    #[test]
    fn large_data_are_searched_in_part_first_to_the_same_end() {
        let rows: u64 = 150_000;
        let wave = |i: u64| 0.5 + (i * 7919 % 499) as f64 / 1000.0;
        let values: Vec<f64> = (0..rows).flat_map(|i| [wave(i), 1.0 - wave(i), 0.0, 0.0]).collect();
        let probs = Matrix::new([values.clone(), values].concat(), 2 * rows as usize, 4).unwrap();
        let labels: Vec<u32> = (0..2 * rows).map(|i| u32::from(i % 3 == 0)).collect();
        let data = Labelled::new(&probs, &labels).unwrap();
        assert!(data.len() * 4 > SUBSAMPLE);
        let (b, at_bound) = minimum(|b| Some(Slope::at(data, b, 1)), 1.0).unwrap();
        let t = temperature(data, BINS).unwrap();
        assert!(!at_bound && (t.temperature * b - 1.0).abs() < 1e-9);
    }
}
