//! Rows as bits: which rows have a value, and what they lose together.

use super::{Condition, Features};

const WORD: usize = 64;

/// What is known of the rows of a slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stats {
    /// How many.
    pub size: usize,
    /// Sum of their losses.
    pub sum: f64,
    /// The largest loss.
    pub max: f64,
}

impl Stats {
    /// The smaller of each: bounds what two slices have in common.
    pub fn least(self, other: Self) -> Self {
        Self {
            size: self.size.min(other.size),
            sum: self.sum.min(other.sum),
            max: self.max.min(other.max),
        }
    }
}

/// A set of rows for each value that is frequent enough and has losses. Rows are ordered anew: those
/// with a loss come first and fill whole words, so that losses are found in the first words alone.
#[derive(Debug)]
pub(super) struct Table {
    /// The values, ordered; their place is their item number.
    pub items: Vec<Condition>,
    /// What each item holds.
    pub stats: Vec<Stats>,
    /// Losses of the first rows, divided by the largest; empty if all are the same.
    losses: Vec<f64>,
    /// Words with rows that have a loss.
    lossy: usize,
    sets: Vec<Vec<u64>>,
}

/// Losses of the rows that count, and where each row went.
struct Layout {
    places: Vec<u32>,
    losses: Vec<f64>,
    lossy: usize,
    words: usize,
}

const NOWHERE: u32 = u32::MAX;

fn layout(losses: &[f64], largest: f64) -> Layout {
    let with = losses.iter().filter(|&&x| x > 0.0).count();
    let lossy = with.div_ceil(WORD);
    let (mut first, mut second) = (0, (lossy * WORD) as u32);
    let mut place = |x: f64| {
        let next = if x > 0.0 { &mut first } else { &mut second };
        *next += 1;
        *next - 1
    };
    let places: Vec<u32> =
        losses.iter().map(|&x| if x.is_nan() { NOWHERE } else { place(x) }).collect();
    let words = (second as usize).div_ceil(WORD);
    let same = losses.iter().all(|x| x.is_nan() || *x == 0.0 || x.to_bits() == largest.to_bits());
    let mut in_order = vec![0.0; if same { 0 } else { lossy * WORD }];
    if !same {
        for (&x, &place) in losses.iter().zip(&places).filter(|(x, _)| **x > 0.0) {
            in_order[place as usize] = x / largest;
        }
    }
    Layout { places, losses: in_order, lossy, words }
}

impl Table {
    /// Lays out the rows whose loss is not NaN. `largest` is the largest loss, above 0.
    pub fn new(features: &Features, losses: &[f64], largest: f64, min_support: usize) -> Self {
        let Layout { places, losses, lossy, words } = layout(losses, largest);
        let mut table = Self { items: vec![], stats: vec![], losses, lossy, sets: vec![] };
        for (index, feature) in features.list().iter().enumerate() {
            let mut sizes = vec![0; feature.values().len()];
            let present = || {
                let rows = places.iter().enumerate().filter(|(_, place)| **place != NOWHERE);
                rows.filter_map(|(row, &place)| Some((feature.value_of(row)?, place as usize)))
            };
            present().for_each(|(value, _)| sizes[value] += 1);
            let mut sets: Vec<Vec<u64>> = sizes
                .iter()
                .map(|&size| vec![0; if size >= min_support { words } else { 0 }])
                .collect();
            for (value, place) in present() {
                if let Some(word) = sets[value].get_mut(place / WORD) {
                    *word |= 1 << (place % WORD);
                }
            }
            for (value, set) in sets.into_iter().enumerate().filter(|(_, set)| !set.is_empty()) {
                let (sum, max) = table.losses_of(set[..lossy].iter().copied());
                if sum > 0.0 {
                    table.items.push(Condition { feature: index, value });
                    table.stats.push(Stats { size: sizes[value], sum, max });
                    table.sets.push(set);
                }
            }
        }
        table
    }

    /// The rows of an item.
    pub fn set(&self, item: u32) -> &[u64] {
        &self.sets[item as usize]
    }

    /// The rows that all items have in common, written into `into`.
    pub fn common(&self, items: &[u32], into: &mut Vec<u64>) {
        into.clear();
        let Some((first, rest)) = items.split_first() else { return };
        into.extend_from_slice(self.set(*first));
        for &item in rest {
            into.iter_mut().zip(self.set(item)).for_each(|(a, b)| *a &= b);
        }
    }

    /// Sum and largest of the losses of the rows in both sets.
    pub fn common_losses(&self, a: &[u64], b: &[u64]) -> (f64, f64) {
        let both = a[..self.lossy].iter().zip(&b[..self.lossy]).map(|(a, b)| a & b);
        self.losses_of(both)
    }

    fn losses_of(&self, words: impl Iterator<Item = u64>) -> (f64, f64) {
        if self.losses.is_empty() {
            let count: u64 = words.map(|w| u64::from(w.count_ones())).sum();
            return (count as f64, if count > 0 { 1.0 } else { 0.0 });
        }
        let (mut sum, mut max) = (0.0, 0.0_f64);
        for (mut word, losses) in words.zip(self.losses.chunks(WORD)) {
            while word != 0 {
                let loss = losses[word.trailing_zeros() as usize];
                sum += loss;
                max = max.max(loss);
                word &= word - 1;
            }
        }
        (sum, max)
    }
}

/// Number of rows in both sets.
pub(super) fn common_size(a: &[u64], b: &[u64]) -> usize {
    a.iter().zip(b).map(|(a, b)| u64::from((a & b).count_ones())).sum::<u64>() as usize
}

#[cfg(test)]
mod tests {
    use super::super::Feature;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sets_are_counted_as_row_by_row(
            rows in prop::collection::vec((0..3_u32, 0..3_u32, 0..6_u8), 1..400), real: bool,
        ) {
            let loss = |&(.., l): &(u32, u32, u8)| match l {
                0 => f64::NAN,
                l if l > 3 => if real { f64::from(l) } else { 5.0 },
                _ => 0.0,
            };
            let losses: Vec<f64> = rows.iter().map(loss).collect();
            prop_assume!(losses.iter().any(|l| *l > 0.0));
            let largest = losses.iter().copied().fold(0.0, f64::max);
            let mut features = Features::new(rows.len());
            let classes = ["a", "b", "c"];
            for column in [rows.iter().map(|r| r.0).collect::<Vec<_>>(), rows.iter().map(|r| r.1).collect()] {
                features.push(Feature::of_classes("x", &classes, &column, 1)).unwrap();
            }
            let table = Table::new(&features, &losses, largest, 1);
            for (i, &a) in table.items.iter().enumerate() {
                for (j, &b) in table.items.iter().enumerate() {
                    let holds = |row: &usize| features.holds(&[a, b], *row) && !losses[*row].is_nan();
                    let both: Vec<usize> = (0..rows.len()).filter(holds).collect();
                    let (x, y) = (table.set(i as u32), table.set(j as u32));
                    prop_assert_eq!(common_size(x, y), both.len());
                    let (sum, max) = table.common_losses(x, y);
                    let expected: f64 = both.iter().map(|&row| losses[row]).sum();
                    prop_assert!((sum * largest - expected).abs() < 1e-9);
                    let highest = both.iter().map(|&row| losses[row]).fold(0.0, f64::max);
                    prop_assert!((max * largest - highest).abs() < 1e-9);
                    let mut common = Vec::new();
                    table.common(&[i as u32, j as u32], &mut common);
                    prop_assert_eq!(common_size(&common, &common), both.len());
                }
            }
        }
    }
}
