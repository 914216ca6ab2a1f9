//! One level of the search after the other: slices of L conditions from those of L − 1.

use super::bits::{Stats, Table, common_size};
use super::search::{Best, Score};
use crate::analysis::parallel::pieces;

/// Slices worked on before the threshold is looked at again.
const ROUND: usize = 256;
/// Slices a thread takes at once.
const PIECE: usize = 8;

/// The slices of one number of conditions that may have good ones within them, in ascending order.
#[derive(Debug)]
pub(super) struct Level {
    width: usize,
    /// `width` items a slice.
    items: Vec<u32>,
    stats: Vec<Stats>,
}

impl Level {
    fn new(width: usize) -> Self {
        Self { width, items: vec![], stats: vec![] }
    }

    /// All single values.
    pub fn first(table: &Table, score: &Score, best: &mut Best) -> Self {
        let mut level = Self::new(1);
        for (item, &stats) in (0..).zip(&table.stats) {
            best.offer(&[item], stats, score);
            level.push(&[item], stats);
        }
        level.prune(score, best.threshold());
        level
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stats.is_empty()
    }

    fn push(&mut self, items: &[u32], stats: Stats) {
        self.items.extend_from_slice(items);
        self.stats.push(stats);
    }

    fn at(&self, slice: usize) -> &[u32] {
        &self.items[slice * self.width..(slice + 1) * self.width]
    }

    /// Drops what holds no good slice.
    fn prune(&mut self, score: &Score, threshold: f64) {
        let mut kept = Self::new(self.width);
        for (slice, &stats) in self.stats.iter().enumerate() {
            if score.bound(stats) >= threshold {
                kept.push(self.at(slice), stats);
            }
        }
        *self = kept;
    }

    /// The slices with one condition more, offered to the best; `None` once it does not go on.
    pub fn next(
        &self,
        table: &Table,
        score: &Score,
        best: &mut Best,
        goes_on: &dyn Fn(f64) -> bool,
    ) -> Option<Self> {
        let mut next = Self::new(self.width + 1);
        for start in (0..self.stats.len()).step_by(ROUND) {
            if !goes_on(start as f64 / self.stats.len() as f64) {
                return None;
            }
            let threshold = best.threshold();
            let round = ROUND.min(self.stats.len() - start);
            let parts = pieces(round, PIECE, |range| {
                let mut part = Self::new(self.width + 1);
                let mut common = Vec::new();
                for first in range {
                    self.join(start + first, table, score, threshold, &mut common, &mut part);
                }
                part
            });
            for part in parts {
                for (slice, &stats) in part.stats.iter().enumerate() {
                    best.offer(part.at(slice), stats, score);
                }
                next.items.extend(part.items);
                next.stats.extend(part.stats);
            }
        }
        next.prune(score, best.threshold());
        Some(next)
    }

    /// Joins a slice with the later ones that differ from it in the last condition only. A slice is
    /// measured if all of its parents are in the level and their bound allows for it.
    fn join(
        &self,
        first: usize,
        table: &Table,
        score: &Score,
        threshold: f64,
        common: &mut Vec<u64>,
        into: &mut Self,
    ) {
        let mut items = self.at(first).to_vec();
        let [prefix @ .., last] = self.at(first) else { return };
        let feature = table.items[*last as usize].feature;
        common.clear();
        for second in first + 1..self.stats.len() {
            let [other @ .., added] = self.at(second) else { return };
            if other != prefix {
                break;
            }
            if table.items[*added as usize].feature == feature {
                continue;
            }
            items.push(*added);
            let parents = self.stats[first].least(self.stats[second]);
            if let Some(bound) =
                self.parents(&items, parents).filter(|b| score.bound(*b) >= threshold)
            {
                if common.is_empty() {
                    table.common(self.at(first), common);
                }
                if let Some(stats) = measure(table, common, *added, bound, score, threshold) {
                    into.push(&items, stats);
                }
            }
            items.pop();
        }
    }

    /// What bounds the slice: the least of its parents, beginning with the two that were joined; `None` if
    /// a parent was passed over.
    fn parents(&self, items: &[u32], mut least: Stats) -> Option<Stats> {
        for left_out in 0..items.len() - 2 {
            let parent =
                items.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, &item)| item);
            least = least.least(self.stats[self.find(&parent)?]);
        }
        Some(least)
    }

    fn find(&self, items: &(impl Iterator<Item = u32> + Clone)) -> Option<usize> {
        let (mut low, mut high) = (0, self.stats.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.at(middle).iter().copied().cmp(items.clone()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// Looks at the losses first: they are few, and often settle it.
fn measure(
    table: &Table,
    common: &[u64],
    added: u32,
    bound: Stats,
    score: &Score,
    threshold: f64,
) -> Option<Stats> {
    let set = table.set(added);
    let (sum, max) = table.common_losses(common, set);
    if sum <= 0.0 || score.bound(Stats { size: bound.size, sum, max }) < threshold {
        return None;
    }
    let size = common_size(common, set);
    (size >= score.least).then_some(Stats { size, sum, max })
}
