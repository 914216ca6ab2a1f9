//! The worst slices: all combinations of values, without looking at most of them.
//!
//! `SliceLine` (Sagadeeva, Boehm 2021, SIGMOD, "`SliceLine`: Fast, Linear-Algebra-based Slice Finding for
//! ML Model Debugging"), with sets of bits in place of sparse matrices. The result is exact: what is
//! passed over can't be among the best.

use super::bits::{Stats, Table};
use super::lattice::Level;
use super::{Condition, Features};
use crate::analysis::AnalysisError;
use serde::Serialize;

/// Differences of scores below this are rounding.
const ROUNDING: f64 = 1e-10;

/// What to search for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchOptions {
    /// Weight of a slice's error against its size, above 0 and at most 1.
    pub alpha: f64,
    /// At most so many slices.
    pub top: usize,
    /// At most so many conditions a slice.
    pub conditions: usize,
    /// At least so many examples a slice; [`min_support`] if not given.
    pub min_support: Option<usize>,
}

impl Default for SearchOptions {
    /// The ten best slices of up to 3 conditions; 10 and α = 0.95 are those of the paper's experiments.
    fn default() -> Self {
        Self { alpha: 0.95, top: 10, conditions: 3, min_support: None }
    }
}

/// Least size of a slice among `rows` examples: 1 % of them, as in the paper's experiments, and 32, the
/// default of its authors' code (builtin `slicefinder` of Apache `SystemDS`).
pub fn min_support(rows: usize) -> usize {
    rows.div_ceil(100).max(32)
}

/// A slice and how bad it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// What its rows have in common; ascending, one condition a feature at most.
    pub conditions: Vec<Condition>,
    /// `α(ē_S/ē − 1) − (1 − α)(n/|S| − 1)`: 0 for all examples together.
    pub score: f64,
    /// Number of rows, |S|.
    pub size: usize,
    /// Sum of their losses.
    pub loss: f64,
    /// Their mean loss, `ē_S`.
    pub mean_loss: f64,
    /// The largest loss.
    pub max_loss: f64,
}

/// The slices with the highest scores above 0, best first. Equal scores are ordered by fewer conditions,
/// then by the first condition that differs; which of them are cut off at the end follows that order.
///
/// `losses` has one number a row: 1 for an error and 0 else, or any loss of at least 0. Rows with NaN are
/// left out. Without losses, or with the same loss everywhere, no slice is worse than the rest.
///
/// # Errors
/// Another number of losses than of rows; a loss that is negative or infinite; α outside of (0, 1].
pub fn search(
    features: &Features,
    losses: &[f64],
    options: &SearchOptions,
) -> Result<Vec<Slice>, AnalysisError> {
    search_while(features, losses, options, &|_| true).map(Option::unwrap_or_default)
}

/// [`search()`] as long as `goes_on`, which is told the part that is done, from 0 to 1; `None` once it
/// does not.
///
/// # Errors
/// As [`search()`].
pub fn search_while(
    features: &Features,
    losses: &[f64],
    options: &SearchOptions,
    goes_on: &dyn Fn(f64) -> bool,
) -> Result<Option<Vec<Slice>>, AnalysisError> {
    check(features, losses, options)?;
    let counted = || losses.iter().filter(|x| !x.is_nan());
    let rows = counted().count();
    let largest = counted().copied().fold(0.0, f64::max);
    if largest <= 0.0 || options.top == 0 || options.conditions == 0 {
        return Ok(Some(vec![]));
    }
    let score = Score {
        alpha: options.alpha,
        rows: rows as f64,
        mean: counted().map(|x| x / largest).sum::<f64>() / rows as f64,
        least: options.min_support.unwrap_or_else(|| min_support(rows)).max(1),
    };
    let table = Table::new(features, losses, largest, score.least);
    let mut best = Best { top: options.top, list: vec![] };
    let mut level = Level::first(&table, &score, &mut best);
    let levels = options.conditions.min(features.list().len());
    for done in 1..levels {
        if level.is_empty() {
            break;
        }
        let part = |of_level: f64| goes_on((done as f64 - 1.0 + of_level) / (levels - 1) as f64);
        let Some(next) = level.next(&table, &score, &mut best, &part) else { return Ok(None) };
        level = next;
    }
    Ok(Some(best.list.into_iter().map(|found| found.slice(&table, largest)).collect()))
}

fn check(
    features: &Features,
    losses: &[f64],
    options: &SearchOptions,
) -> Result<(), AnalysisError> {
    let (found, expected) = (losses.len(), features.rows());
    if found != expected {
        return Err(AnalysisError::Length { what: "losses", found, expected });
    }
    if let Some(row) = losses.iter().position(|&x| x < 0.0 || x.is_infinite()) {
        let what = format!("loss of row {row} is {}: at least 0 and finite expected", losses[row]);
        return Err(AnalysisError::Argument(what));
    }
    if !(options.alpha > 0.0 && options.alpha <= 1.0) {
        let what = format!("alpha is {}: above 0 and at most 1 expected", options.alpha);
        return Err(AnalysisError::Argument(what));
    }
    Ok(())
}

/// The score and its bound. Losses are in units of the largest one, which the score does not depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score {
    alpha: f64,
    rows: f64,
    mean: f64,
    /// Least size of a slice.
    pub least: usize,
}

impl Score {
    /// Score of a slice of `size` rows that lose `sum`: see [`Slice::score`].
    pub fn of(&self, size: f64, sum: f64) -> f64 {
        self.alpha * (sum / size / self.mean - 1.0) - (1.0 - self.alpha) * (self.rows / size - 1.0)
    }

    /// No slice within one of these `stats` scores higher: the score is monotone in the
    /// size on both sides of the size at which the largest losses are used up.
    pub fn bound(&self, stats: Stats) -> f64 {
        let (least, most) = (self.least as f64, stats.size as f64);
        let used_up = (stats.sum / stats.max).max(least).min(most);
        let at = |size: f64| self.of(size, (size * stats.max).min(stats.sum));
        at(least).max(at(used_up)).max(at(most))
    }
}

/// A slice as item numbers of the table.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub items: Vec<u32>,
    pub score: f64,
    pub stats: Stats,
}

impl Found {
    fn slice(self, table: &Table, largest: f64) -> Slice {
        let loss = self.stats.sum * largest;
        Slice {
            conditions: self.items.iter().map(|&item| table.items[item as usize]).collect(),
            score: self.score,
            size: self.stats.size,
            loss,
            mean_loss: self.stats.sum / self.stats.size as f64 * largest,
            max_loss: self.stats.max * largest,
        }
    }

    fn before(&self, other: &Self) -> bool {
        other
            .score
            .total_cmp(&self.score)
            .then_with(|| self.items.len().cmp(&other.items.len()))
            .then_with(|| self.items.cmp(&other.items))
            .is_lt()
    }
}

/// The best slices so far, best first.
#[derive(Debug)]
pub(super) struct Best {
    top: usize,
    list: Vec<Found>,
}

impl Best {
    /// What is bounded by less than this can be passed over.
    pub fn threshold(&self) -> f64 {
        let last = if self.list.len() < self.top { None } else { self.list.last() };
        last.map_or(0.0, |found| found.score) - ROUNDING
    }

    /// Takes a slice up if it is good enough.
    pub fn offer(&mut self, items: &[u32], stats: Stats, score: &Score) {
        let score = score.of(stats.size as f64, stats.sum);
        if score <= ROUNDING || score < self.threshold() {
            return;
        }
        let found = Found { items: items.to_vec(), score, stats };
        let place = self.list.partition_point(|other| other.before(&found));
        self.list.insert(place, found);
        self.list.truncate(self.top);
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
