//! The best few of many, in memory for twice the few.

use std::cmp::Ordering;

/// Keeps the rows with the `keep` largest values; of equal values the rows offered first. Rows must be
/// offered in ascending order.
pub(super) struct Best {
    keep: usize,
    /// values that are not above it need not be kept
    cut: f64,
    found: Vec<(f64, u32)>,
}

impl Best {
    pub fn new(keep: usize) -> Self {
        let cut = if keep == 0 { f64::INFINITY } else { f64::NEG_INFINITY };
        Self { keep, cut, found: Vec::new() }
    }

    pub fn offer(&mut self, value: f64, row: u32) {
        if value > self.cut {
            self.found.push((value, row));
            if self.found.len() >= self.keep.saturating_mul(2).max(16) {
                self.shrink();
            }
        }
    }

    /// How many are to be kept.
    pub fn keep(&self) -> usize {
        self.keep
    }

    /// Whether as many as are to be kept are above `value`.
    pub fn is_full_above(&self, value: f64) -> bool {
        self.found.iter().filter(|found| found.0 > value).count() >= self.keep
    }

    /// The rows kept, in no order.
    pub fn rows(mut self) -> impl Iterator<Item = u32> {
        self.shrink();
        self.found.into_iter().map(|(_, row)| row)
    }

    fn shrink(&mut self) {
        if self.found.len() <= self.keep || self.keep == 0 {
            return;
        }
        let order = |a: &(f64, u32), b: &(f64, u32)| match b.0.total_cmp(&a.0) {
            Ordering::Equal => a.1.cmp(&b.1),
            other => other,
        };
        let (_, last, _) = self.found.select_nth_unstable_by(self.keep - 1, order);
        self.cut = last.0;
        self.found.truncate(self.keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keeps_what_a_stable_sort_puts_first(
            values in prop::collection::vec(0..9_u8, 0..300), keep in 0..60_usize,
        ) {
            let mut best = Best::new(keep);
            for (row, &value) in values.iter().enumerate() {
                best.offer(f64::from(value), row as u32);
            }
            let mut found: Vec<u32> = best.rows().collect();
            found.sort_unstable();
            let mut sorted: Vec<u32> = (0..values.len() as u32).collect();
            sorted.sort_by_key(|&row| std::cmp::Reverse(values[row as usize]));
            sorted.truncate(keep);
            sorted.sort_unstable();
            prop_assert_eq!(found, sorted);
        }
    }
}
