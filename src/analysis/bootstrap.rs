//! Intervals by resampling for the scores that have no simple one: F1 and kappa.
//!
//! Invariant: the same seed gives the same numbers, whatever the number of threads.

use super::Estimate;
use super::confusion::{Confusion, f1, kappa};
use super::parallel::pieces;
use super::spread::quantile;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Binomial, Distribution};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

/// How many replicates are enough for the ends of a 95 % interval (Efron & Tibshirani 1993, sec. 13.3).
pub const REPLICATES: usize = 1000;

/// From this count on one binomial number is cheaper than drawing a cell's examples one by one.
const HEAVY: u32 = 24;

/// Replicates in one piece of parallel work.
const PIECE: usize = 16;

/// Bootstrapped scores; `None` where the value is undefined or all replicates are alike. A percentile interval need not hold
/// the value: averages over small classes are biased, and resampling repeats the bias.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bootstrap {
    /// How many times the examples were drawn.
    pub replicates: usize,
    /// Mean F1 of the classes that occur.
    pub macro_f1: Option<Estimate>,
    /// Mean F1 by support.
    pub weighted_f1: Option<Estimate>,
    /// Cohen's kappa.
    pub kappa: Option<Estimate>,
    /// F1 of each class, K.
    pub f1: Vec<Option<Estimate>>,
}

/// Percentile bootstrap (Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, sec. 13.3) over
/// examples: each replicate draws as many as there are, with replacement. A replicate in which a
/// score is undefined (the class was not drawn) doesn't count for that score.
pub fn bootstrap(confusion: &Confusion, replicates: usize, seed: u64) -> Bootstrap {
    let urn = Urn::new(confusion);
    let mut seeds = Pcg64Mcg::seed_from_u64(seed);
    let seeds: Vec<u64> = (0..replicates).map(|_| seeds.next_u64()).collect();
    let drawn: Vec<Margins> = pieces(replicates, PIECE, |range| {
        range.map(|r| urn.draw(&mut Pcg64Mcg::seed_from_u64(seeds[r]))).collect::<Vec<_>>()
    })
    .concat();
    let given = Margins {
        right: confusion.by_class().iter().map(|c| c.right).collect(),
        labelled: confusion.labelled().to_vec(),
        predicted: confusion.predicted().to_vec(),
    };
    let estimate = |score: &(dyn Fn(&Margins) -> Option<f64> + Sync)| {
        score(&given).and_then(|value| percentiles(value, drawn.iter().filter_map(score).collect()))
    };
    let classes = confusion.classes();
    Bootstrap {
        replicates,
        macro_f1: estimate(&Margins::macro_f1),
        weighted_f1: estimate(&Margins::weighted_f1),
        kappa: estimate(&Margins::kappa),
        f1: pieces(classes, PIECE, |range| {
            range.map(|k| estimate(&|m: &Margins| m.f1(k))).collect::<Vec<_>>()
        })
        .concat(),
    }
}

/// The 2.5 % and 97.5 % points. Replicates that are all alike say nothing of the spread (all examples
/// right, for one).
fn percentiles(value: f64, mut replicates: Vec<f64>) -> Option<Estimate> {
    replicates.sort_unstable_by(f64::total_cmp);
    let (low, high) = (quantile(&replicates, 0.025)?, quantile(&replicates, 0.975)?);
    (low < high).then_some(Estimate { value, low, high })
}

/// What F1 and kappa need to know of a confusion matrix.
#[derive(Debug, Clone)]
struct Margins {
    right: Vec<usize>,
    labelled: Vec<usize>,
    predicted: Vec<usize>,
}

impl Margins {
    fn f1(&self, k: usize) -> Option<f64> {
        f1(self.right[k], self.labelled[k], self.predicted[k])
    }

    fn macro_f1(&self) -> Option<f64> {
        let (mut sum, mut occurring) = (0.0, 0);
        for score in (0..self.right.len()).filter_map(|k| self.f1(k)) {
            sum += score;
            occurring += 1;
        }
        (occurring > 0).then(|| sum / f64::from(occurring))
    }

    fn weighted_f1(&self) -> Option<f64> {
        let all: usize = self.labelled.iter().sum();
        let weighted = |k: usize| Some(self.f1(k)? * self.labelled[k] as f64);
        let sum: f64 = (0..self.right.len()).filter_map(weighted).sum();
        (all > 0).then(|| sum / all as f64)
    }

    fn kappa(&self) -> Option<f64> {
        kappa(self.right.iter().sum(), &self.labelled, &self.predicted)
    }

    fn add(&mut self, cell: Cell, count: usize) {
        self.labelled[cell.label as usize] += count;
        self.predicted[cell.prediction as usize] += count;
        if cell.label == cell.prediction {
            self.right[cell.label as usize] += count;
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    label: u32,
    prediction: u32,
}

/// The examples to draw from. A replicate is multinomial over the cells; it is drawn exactly, as a
/// chain of conditional binomials over the cells with many examples, and what is left for the rest
/// example by example. So the cost follows the number of cells and of examples in small cells.
struct Urn {
    classes: usize,
    heavy: Vec<(Cell, u32)>,
    /// An entry for each example.
    light: Vec<Cell>,
}

impl Urn {
    fn new(confusion: &Confusion) -> Self {
        let classes = confusion.classes();
        let (mut heavy, mut light) = (Vec::new(), Vec::new());
        for label in 0..classes as u32 {
            for (prediction, &count) in (0_u32..).zip(confusion.row(label)) {
                let cell = Cell { label, prediction };
                if count >= HEAVY {
                    heavy.push((cell, count));
                } else {
                    light.extend((0..count).map(|_| cell));
                }
            }
        }
        Self { classes, heavy, light }
    }

    fn draw(&self, random: &mut Pcg64Mcg) -> Margins {
        let none = || vec![0; self.classes];
        let mut margins = Margins { right: none(), labelled: none(), predicted: none() };
        let heavy: usize = self.heavy.iter().map(|&(_, count)| count as usize).sum();
        let mut population = heavy + self.light.len();
        let mut left = population;
        for &(cell, count) in &self.heavy {
            let share = f64::from(count) / population as f64;
            let drawn = Binomial::new(left as u64, share).map_or(0, |b| b.sample(random) as usize);
            margins.add(cell, drawn);
            left -= drawn;
            population -= count as usize;
        }
        // Without light cells the last share was 1, and nothing is left.
        if !self.light.is_empty() {
            for _ in 0..left {
                margins.add(self.light[random.random_range(0..self.light.len())], 1);
            }
        }
        margins
    }
}

#[cfg(test)]
#[path = "bootstrap_tests.rs"]
mod tests;
