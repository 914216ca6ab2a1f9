//! The confident joint: how many examples labelled i are confidently of class j.

use super::pairwise::pairwise_sum;
use super::{TOLERANCE, classes::ByClass, clipped};
use crate::analysis::{Labelled, Probability, parallel::pieces};
use serde::Serialize;
use std::ops::Range;

/// Counts of (given class, guessed class), K×K: 4 bytes a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Joint {
    classes: usize,
    counts: Vec<u32>,
}

impl Joint {
    /// Number of classes, K.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Examples labelled `given` that are confidently of class `guess`.
    pub fn get(&self, given: usize, guess: usize) -> u32 {
        self.counts[given * self.classes + guess]
    }

    /// The counts of one given class, K.
    pub fn row(&self, given: usize) -> &[u32] {
        &self.counts[given * self.classes..][..self.classes]
    }

    /// Sum of all counts.
    pub fn total(&self) -> u64 {
        self.counts.iter().copied().map(u64::from).sum()
    }

    /// Sum of the counts on the diagonal: examples whose label is believed.
    pub fn trace(&self) -> u64 {
        (0..self.classes).map(|class| u64::from(self.get(class, class))).sum()
    }

    /// The estimated joint probability of label and true class, as `count.estimate_joint` when the
    /// counts are calibrated; 0 without examples.
    pub fn share(&self, given: usize, guess: usize) -> f64 {
        f64::from(self.get(given, guess)) / (self.total() as f64).max(1.0)
    }

    fn count(&mut self, given: usize, guess: usize, more: u32) {
        self.counts[given * self.classes + guess] += more;
    }
}

/// What a pass over the probabilities finds; rows ascend.
pub(super) struct Found {
    /// not calibrated
    pub joint: Joint,
    /// rows confidently of another class than their label
    pub off_diagonal: Vec<u32>,
    /// rows whose label is not the prediction, see [`disputed`]
    pub disputed: Vec<u32>,
}

/// The same of some rows.
struct Part {
    /// by class: rows confidently of the class they are labelled with
    agreed: Vec<u32>,
    /// row and guess of the others that are confidently of a class
    others: Vec<(u32, u32)>,
    disputed: Vec<u32>,
}

/// As `count.compute_confident_joint(calibrate=False, return_indices_of_off_diagonals=True)`: an
/// example is confident in each class that reaches the class's threshold; among several, the
/// largest of all probabilities decides. The diagonal is at least 1.
pub(super) fn found<T: Probability>(data: Labelled<'_, T>, thresholds: &[f64]) -> Found {
    let classes = data.classes();
    let cuts: Vec<f64> = thresholds.iter().map(|t| t - TOLERANCE).collect();
    // at least 1024 rows: each part holds K counts
    let parts = pieces(data.len(), ((1 << 18) / classes).max(1024), |rows| part(data, &cuts, rows));
    let joint = Joint { classes, counts: vec![0; classes * classes] };
    let mut found = Found { joint, off_diagonal: Vec::new(), disputed: Vec::new() };
    for part in parts {
        for (class, count) in part.agreed.into_iter().enumerate() {
            found.joint.count(class, class, count);
        }
        for (row, guess) in part.others {
            found.joint.count(data.labels()[row as usize] as usize, guess as usize, 1);
            found.off_diagonal.push(row);
        }
        found.disputed.extend(part.disputed);
    }
    for class in 0..classes {
        let missing = 1_u32.saturating_sub(found.joint.get(class, class));
        found.joint.count(class, class, missing);
    }
    found
}

fn part<T: Probability>(data: Labelled<'_, T>, cuts: &[f64], rows: Range<usize>) -> Part {
    let mut part =
        Part { agreed: vec![0; data.classes()], others: Vec::new(), disputed: Vec::new() };
    for row in rows {
        let Some((given, probs)) = data.get(row) else { continue };
        let top = largest(probs);
        match guess(probs, top, cuts) {
            Some(guess) if guess == given => part.agreed[given as usize] += 1,
            Some(guess) => part.others.push((row as u32, guess)),
            None => {}
        }
        if disputed(probs, top, given as usize) {
            part.disputed.push(row as u32);
        }
    }
    part
}

/// The class that an example is confidently of; `top` is its largest probability.
fn guess<T: Probability>(probs: &[T], top: f64, cuts: &[f64]) -> Option<u32> {
    let confident = |(p, cut): (&T, &f64)| p.wide() >= *cut;
    let count: u32 = probs.iter().zip(cuts).map(|pair| u32::from(confident(pair))).sum();
    let class = match count {
        0 => None,
        1 => probs.iter().zip(cuts).position(confident),
        _ => probs.iter().position(|p| p.wide() >= top),
    };
    class.map(|class| class as u32)
}

/// Whether the given class is not the largest, even if it were 1e-6 larger: the opposite of
/// `count._reduce_issues`. Of equal classes the first is the largest.
fn disputed<T: Probability>(probs: &[T], top: f64, given: usize) -> bool {
    let own = clipped(probs[given]) + TOLERANCE;
    top >= own
        && (probs[..given].iter().any(|&p| clipped(p) >= own)
            || probs[given..].iter().any(|&p| clipped(p) > own))
}

/// The largest of some probabilities, in eight lanes.
fn largest<T: Probability>(probs: &[T]) -> f64 {
    let mut lanes = [probs[0]; 8];
    let chunks = probs.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, p) in lanes.iter_mut().zip(chunk) {
            *lane = if *p > *lane { *p } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(f64::NEG_INFINITY, |top, p| top.max(p.wide()))
}

/// Rows scaled to the number of examples of each given class, then all of it to N, and rounded so
/// that each row keeps its total: as `count.calibrate_confident_joint`. Operations are in the same
/// order as there: which cell is rounded up can hang on the last digit.
pub(super) fn calibrated(joint: &Joint, by_class: &ByClass) -> Joint {
    let classes = joint.classes;
    let sum = |class| joint.row(class).iter().copied().map(f64::from).sum::<f64>();
    let sums: Vec<f64> = (0..classes).map(sum).collect();
    let scaled = |given: usize, guess: usize| match joint.get(given, guess) {
        0 => 0.0,
        count => f64::from(count) / sums[given] * by_class.rows(given).len() as f64,
    };
    let scaled = &scaled;
    let mut all =
        (0..classes).flat_map(|guess| (0..classes).map(move |given| scaled(given, guess)));
    let total = pairwise_sum(classes * classes, &mut all).max(f64::MIN_POSITIVE);
    let examples = by_class.len() as f64;
    let rows = pieces(classes, 64, |given| {
        let row = |class: usize| {
            let exact = |guess| scaled(class, guess) / total * examples;
            rounded((0..classes).map(exact), by_class.rows(class).len())
        };
        given.flat_map(row).collect::<Vec<u32>>()
    });
    Joint { classes, counts: rows.concat() }
}

/// Whole numbers that sum to `total`: rounded half to even, then those with the largest remainders
/// are raised, or those with the smallest lowered; of equal remainders the last is raised and the
/// first lowered. As `util.round_preserving_row_totals`.
fn rounded(values: impl Iterator<Item = f64>, total: usize) -> Vec<u32> {
    let mut counts = vec![0; values.size_hint().0];
    let mut remainders: Vec<(f64, usize)> = Vec::new();
    let mut sum = 0;
    // zeros stay: there are always enough remainders of the right sign
    for (class, value) in values.enumerate().filter(|&(_, value)| value > 0.0) {
        let whole = value.round_ties_even();
        remainders.push((value - whole, class));
        counts[class] = whole as u32;
        sum += whole as usize;
    }
    if sum != total {
        remainders.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    for &(_, class) in remainders.iter().rev().take(total.saturating_sub(sum)) {
        counts[class] += 1;
    }
    for &(_, class) in remainders.iter().take(sum.saturating_sub(total)) {
        counts[class] -= 1;
    }
    counts
}
