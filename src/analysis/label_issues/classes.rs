//! Rows by their given class, and how confident the model is in each class.

use super::{clipped, pairwise::pairwise_sum};
use crate::analysis::{Labelled, Probability, parallel::pieces};
use std::ops::Range;

/// The threshold of a class that no example is labelled with: no probability reaches it.
pub const ABSENT: f64 = 2.0;
/// Smallest threshold; must be above [`TOLERANCE`](super::TOLERANCE).
const FLOOR: f64 = 2e-6;

/// Rows grouped by given class; ascending within a class. 4 bytes a row.
#[derive(Debug, Clone)]
pub(super) struct ByClass {
    /// where each class begins in `rows`, K + 1
    starts: Vec<usize>,
    rows: Vec<u32>,
}

impl ByClass {
    /// Groups (row, class), which are gone through twice; rows ascend.
    fn new<I: Iterator<Item = (u32, u32)>>(classes: usize, rows: impl Fn() -> I) -> Self {
        let mut starts = vec![0; classes + 1];
        for (_, class) in rows() {
            starts[class as usize + 1] += 1;
        }
        for class in 0..classes {
            starts[class + 1] += starts[class];
        }
        let mut ends = starts.clone();
        let mut grouped = vec![0; starts[classes]];
        for (row, class) in rows() {
            grouped[ends[class as usize]] = row;
            ends[class as usize] += 1;
        }
        Self { starts, rows: grouped }
    }

    /// The rows that take part.
    pub fn all<T: Probability>(data: Labelled<'_, T>) -> Self {
        Self::new(data.classes(), || data.iter().map(|(row, label, _)| (row as u32, label)))
    }

    /// Some of the rows that take part, which ascend.
    pub fn some<T: Probability>(data: Labelled<'_, T>, rows: &[u32]) -> Self {
        Self::new(data.classes(), || rows.iter().map(|&row| (row, data.labels()[row as usize])))
    }

    pub fn classes(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    fn range(&self, class: usize) -> Range<usize> {
        self.starts[class]..self.starts[class + 1]
    }

    pub fn rows(&self, class: usize) -> &[u32] {
        &self.rows[self.range(class)]
    }

    pub fn contains(&self, class: usize, row: u32) -> bool {
        self.rows(class).binary_search(&row).is_ok()
    }
}

/// Mean probability of a class over the rows labelled with it, K values, at least 2e-6: as
/// `count.get_confident_thresholds`.
pub(super) fn thresholds<T: Probability>(data: Labelled<'_, T>, by_class: &ByClass) -> Vec<f64> {
    let own = own_probabilities(data, by_class);
    let mean = |class: usize| {
        let own = &own[by_class.range(class)];
        let sum = pairwise_sum(own.len(), &mut own.iter().map(|&p| clipped(p)));
        if own.is_empty() { ABSENT } else { (sum / own.len() as f64).max(FLOOR) }
    };
    pieces(by_class.classes(), 1, |classes| classes.map(mean).collect::<Vec<_>>()).concat()
}

/// The probability of the label of each row, in the order of `by_class`. Gathered row by row:
/// class by class, each would be a cache miss.
fn own_probabilities<T: Probability>(data: Labelled<'_, T>, by_class: &ByClass) -> Vec<T> {
    let Some(&any) = data.probs().values().first() else { return Vec::new() };
    let mut own = vec![any; by_class.len()];
    let mut ends = by_class.starts.clone();
    for (_, class, probs) in data.iter() {
        own[ends[class as usize]] = probs[class as usize];
        ends[class as usize] += 1;
    }
    own
}
