//! Whether confidence can be believed: reliability bins, calibration error, classes that are over- or
//! under-confident, and the temperature that corrects it.
//!
//! Invariant: confidences are rounded to f32 before they are binned, as torchmetrics does, so that a
//! run gives the same bins whatever type it came in.

mod temperature;

pub use temperature::{TEMPERATURES, Temperature, temperature, tempered};

use crate::analysis::parallel::pieces;
use crate::analysis::scores::sane;
use crate::analysis::{AnalysisError, Labelled, Probability, Proportion, argmax};
use serde::Serialize;

/// The usual number of bins (Guo et al. 2017; the default of torchmetrics 1.9).
pub const BINS: usize = 15;

/// Values that one piece of parallel work reads.
const PIECE: usize = 1 << 16;

/// The prediction of one example that has a label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Top {
    /// The predicted class.
    pub prediction: u32,
    /// Its probability, 0 to 1.
    pub confidence: f32,
    /// Whether it is the label.
    pub right: bool,
}

/// Predictions of all examples that have one and a label, in their order.
pub fn tops<T: Probability>(data: Labelled<T>) -> Vec<Top> {
    pieces(data.len(), PIECE / data.classes().max(1), |rows| {
        let known = rows.filter_map(|row| data.get(row));
        known.map(|(label, probs)| top(label, probs, None)).collect::<Vec<_>>()
    })
    .concat()
}

fn top<T: Probability>(label: u32, probs: &[T], tempered: Option<f64>) -> Top {
    let prediction = argmax(probs);
    let confidence = tempered.unwrap_or_else(|| sane(probs[prediction as usize])) as f32;
    Top { prediction, confidence, right: prediction == label }
}

/// Examples by confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bins {
    /// Where each bin begins, ascending; it ends where the next begins.
    lows: Vec<f64>,
    end: f64,
    counts: Vec<usize>,
    right: Vec<usize>,
    confidence: Vec<f64>,
}

/// One bar of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Least confidence in it.
    pub low: f64,
    /// Upper end, not in it but for the last bin.
    pub high: f64,
    /// Number of examples.
    pub count: usize,
    /// How many of them are right; the others are the histogram of the wrong ones.
    pub right: usize,
    /// Their mean confidence.
    pub confidence: Option<f64>,
    /// The share of them that is right, with Wilson's interval.
    pub accuracy: Option<Proportion>,
}

/// Distance between confidence and accuracy, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationError {
    /// Expected calibration error: mean over the bins of |accuracy − mean confidence|, by their counts
    /// (Naeini et al. 2015, AAAI; Guo et al. 2017, ICML).
    pub ece: f64,
    /// Maximum calibration error: the largest such distance of a bin, however few examples it has.
    pub mce: f64,
}

impl Bins {
    /// Bins `[i/n, (i+1)/n)` of the top label's confidence and one more for a confidence of 1, as
    /// torchmetrics 1.9's `MulticlassCalibrationError` (also with two classes). 0 bins count as 1.
    pub fn equal_width(tops: &[Top], bins: usize) -> Self {
        let lows = (0..=bins.max(1)).map(|i| f64::from(edge_f32(i, bins.max(1)))).collect();
        Self::filled(lows, 1.0, tops.iter().map(|t| (f64::from(t.confidence), t.right)))
    }

    /// Bins with as equal numbers of examples as equal confidences allow: these stay together, so
    /// there may be fewer bins than asked for (adaptive bins; Nixon et al. 2019, CVPR Workshops).
    pub fn equal_mass(tops: &[Top], bins: usize) -> Self {
        let mut sorted: Vec<f32> = tops.iter().map(|t| t.confidence).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let bins = bins.clamp(1, sorted.len().max(1));
        let low = |i: usize| sorted.get(i * sorted.len() / bins).map_or(0.0, |&c| f64::from(c));
        let mut lows: Vec<f64> = (0..bins).map(low).collect();
        lows.dedup();
        let end = sorted.last().map_or(1.0, |&c| f64::from(c));
        Self::filled(lows, end, tops.iter().map(|t| (f64::from(t.confidence), t.right)))
    }

    /// Bins of the probability of class 1, held against how often it is the label, as torchmetrics
    /// 1.9's `BinaryCalibrationError` with `n_bins` bins. Not rounded to f32.
    ///
    /// # Errors
    /// Another number of classes than two.
    pub fn binary<T: Probability>(data: Labelled<T>, bins: usize) -> Result<Self, AnalysisError> {
        if data.classes() != 2 {
            let (found, expected) = (data.classes(), 2);
            return Err(AnalysisError::Length { what: "classes", found, expected });
        }
        let narrow = size_of::<T>() == size_of::<f32>();
        let bins = bins.max(1);
        let edge = |i| if narrow { f64::from(edge_f32(i, bins)) } else { edge_f64(i, bins) };
        let all = data.iter().map(|(_, label, probs)| (sane(probs[1]), label == 1));
        Ok(Self::filled((0..=bins).map(edge).collect(), 1.0, all))
    }

    fn filled(lows: Vec<f64>, end: f64, all: impl Iterator<Item = (f64, bool)>) -> Self {
        let bins = lows.len();
        let mut filled = Self {
            lows,
            end,
            counts: vec![0; bins],
            right: vec![0; bins],
            confidence: vec![0.0; bins],
        };
        for (confidence, right) in all {
            filled.moved(confidence, None, Some(right));
        }
        filled
    }

    /// Follows one relabel: an example of that confidence was right or wrong (`None`: without a
    /// label) and now is. The bins' ends stay; the cost depends on their number only. Nothing
    /// happens if there was no such example.
    pub fn moved(&mut self, confidence: f64, was_right: Option<bool>, is_right: Option<bool>) {
        let bin = self.lows.partition_point(|&low| low <= confidence).saturating_sub(1);
        if let Some(was) = was_right {
            if self.counts[bin] == 0 || (was && self.right[bin] == 0) {
                return;
            }
            self.counts[bin] -= 1;
            self.right[bin] -= usize::from(was);
            self.confidence[bin] -= confidence;
        }
        if let Some(is) = is_right {
            self.counts[bin] += 1;
            self.right[bin] += usize::from(is);
            self.confidence[bin] += confidence;
        }
    }

    /// The bins, ascending; those without examples too.
    pub fn bins(&self) -> Vec<Bin> {
        let highs = self.lows.iter().skip(1).chain([&self.end]);
        let bin = |(i, (&low, &high))| {
            let count = self.counts[i];
            Bin {
                low,
                high,
                count,
                right: self.right[i],
                confidence: (count > 0).then(|| self.mean_confidence(i)),
                accuracy: (count > 0)
                    .then(|| Proportion::sampled(self.right[i], count, usize::MAX)),
            }
        };
        self.lows.iter().zip(highs).enumerate().map(bin).collect()
    }

    /// Expected and maximum calibration error over these bins; `None` without examples.
    pub fn error(&self) -> Option<CalibrationError> {
        let all: usize = self.counts.iter().sum();
        let (mut ece, mut mce) = (0.0, 0.0_f64);
        for (i, &count) in self.counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let distance = (self.right[i] as f64 / count as f64 - self.mean_confidence(i)).abs();
            ece += distance * count as f64 / all as f64;
            mce = mce.max(distance);
        }
        (all > 0).then_some(CalibrationError { ece, mce })
    }

    /// Adding and taking away may leave the sum a rounding outside of what is possible.
    fn mean_confidence(&self, bin: usize) -> f64 {
        (self.confidence[bin] / self.counts[bin] as f64).clamp(0.0, 1.0)
    }
}

/// The i-th of n + 1 edges from 0 to 1, to the last bit as `torch.linspace` has it: from the nearer
/// end, with one rounding.
fn edge_f32(i: usize, n: usize) -> f32 {
    let step = 1.0 / n as f32;
    if i < n.div_ceil(2) { step * i as f32 } else { (-step).mul_add((n - i) as f32, 1.0) }
}

/// As [`edge_f32`], in f64.
fn edge_f64(i: usize, n: usize) -> f64 {
    let step = 1.0 / n as f64;
    if i < n.div_ceil(2) { step * i as f64 } else { (-step).mul_add((n - i) as f64, 1.0) }
}

/// Which way the confidence in a class errs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lean {
    /// Mean confidence lies above the interval of the accuracy.
    Over,
    /// Mean confidence lies below it.
    Under,
    /// Mean confidence lies within it.
    Neither,
}

/// Confidence and accuracy where one class is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClassConfidence {
    /// Examples with this prediction.
    pub predicted: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right, with Wilson's 95 % interval.
    pub accuracy: Proportion,
    /// Confidence − accuracy: above 0 is over-confident.
    pub gap: f64,
    /// Whether the gap is more than chance. Each class is judged alone: of many well calibrated
    /// classes about one in twenty leans as well.
    pub lean: Lean,
}

/// Confidence and accuracy of each predicted class, K; `None` for a class that is never predicted.
pub fn class_confidence(tops: &[Top], classes: usize) -> Vec<Option<ClassConfidence>> {
    let mut sums = vec![(0_usize, 0_usize, 0.0_f64); classes];
    for top in tops {
        if let Some((predicted, right, confidence)) = sums.get_mut(top.prediction as usize) {
            *predicted += 1;
            *right += usize::from(top.right);
            *confidence += f64::from(top.confidence);
        }
    }
    let class = |(predicted, right, confidence): (usize, usize, f64)| {
        let accuracy = Proportion::sampled(right, predicted, usize::MAX);
        let confidence = confidence / predicted as f64;
        let lean = if confidence > accuracy.high {
            Lean::Over
        } else if confidence < accuracy.low {
            Lean::Under
        } else {
            Lean::Neither
        };
        ClassConfidence { predicted, confidence, accuracy, gap: confidence - accuracy.share, lean }
    };
    sums.into_iter().map(|s| (s.0 > 0).then(|| class(s))).collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
