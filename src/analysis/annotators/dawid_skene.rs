//! Dawid and Skene's model: true classes and everybody's confusion matrix from votes alone.

use super::Votes;
use crate::analysis::{argmax, parallel::pieces};
use rayon::prelude::*;
use serde::Serialize;
use std::f64::consts::LN_2;

/// Smallest weight that an error rate or a prior is computed with.
const FLOOR: f64 = 1e-10;
/// Binary logarithm of the smallest probability beside the largest: what is below could not lift a sum
/// over all examples to [`FLOOR`].
const NEGLIGIBLE: f64 = -64.0;
/// Examples that one task works on.
const PIECE: usize = 4096;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most iterations.
    pub iterations: usize,
    /// Stops when the lower bound of the log-likelihood, per vote, grows by less.
    pub tolerance: f64,
}

impl Default for Limits {
    /// 100 iterations and 1e-5, as crowd-kit.
    fn default() -> Self {
        Self { iterations: 100, tolerance: 1e-5 }
    }
}

/// How one annotator votes, given the true class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    /// The classes that they voted for, ascending.
    pub used: Vec<u32>,
    /// One row of K for each class in `used`: the chance of this vote by true class.
    chances: Vec<f64>,
    classes: usize,
}

impl Confusion {
    /// The chance that this annotator votes `vote` when the true class is `truth`: 0 for votes they
    /// never gave. A true class that they seem never to have met has equal chances for all their votes.
    pub fn chance(&self, truth: u32, vote: u32) -> f64 {
        let Ok(row) = self.used.binary_search(&vote) else { return 0.0 };
        let truth = truth as usize;
        if truth < self.classes { self.chances[row * self.classes + truth] } else { 0.0 }
    }
}

/// The fitted model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DawidSkene {
    /// The most probable class of each example, the first of equal ones; `None` without votes.
    pub consensus: Vec<Option<u32>>,
    /// The share of each class, K.
    pub priors: Vec<f64>,
    /// By annotator; nothing in `used` for those who never voted.
    pub confusion: Vec<Confusion>,
    /// Iterations made.
    pub iterations: usize,
    /// Whether the tolerance was reached.
    pub converged: bool,
    /// N×K, row by row.
    posterior: Vec<f64>,
}

impl DawidSkene {
    /// The probability of each class of an example, K; the priors where nobody voted.
    pub fn posterior(&self, example: usize) -> &[f64] {
        let classes = self.priors.len();
        &self.posterior[example * classes..(example + 1) * classes]
    }
}

/// Fits by expectation–maximisation (Dawid & Skene 1979, Applied Statistics 28:20) from the shares of
/// votes, as crowd-kit's `DawidSkene`: same start, floors and stop. Classes without a vote get 0.
/// `None` without any vote. One iteration takes votes × K steps.
pub fn dawid_skene(votes: &Votes, limits: Limits) -> Option<DawidSkene> {
    if votes.all().is_empty() {
        return None;
    }
    let mut model = Model::start(votes);
    let (mut bound, mut iterations, mut converged) = (f64::NEG_INFINITY, 0, false);
    model.maximise();
    while iterations < limits.iterations && !converged {
        iterations += 1;
        model.expect();
        let next = (model.maximise() + model.entropy()) / votes.all().len() as f64;
        converged = next - bound < limits.tolerance;
        bound = next;
    }
    Some(model.finish(iterations, converged))
}

/// One annotator's votes and error rates.
struct Annotator {
    /// The distinct classes they voted for, ascending.
    used: Vec<u32>,
    /// Where the examples of each class in `used` end.
    ends: Vec<usize>,
    /// The examples, class by class.
    examples: Vec<u32>,
    /// Binary logarithm of the error rates: a row of K true classes for each class in `used`.
    log_chances: Vec<f64>,
}

struct Model<'a> {
    votes: &'a Votes,
    classes: usize,
    /// N×K; zeros where nobody voted.
    posterior: Vec<f64>,
    priors: Vec<f64>,
    annotators: Vec<Annotator>,
    /// For each vote: its class as a row of its annotator's error rates.
    row: Vec<u32>,
}

impl<'a> Model<'a> {
    /// The posterior is the share of votes.
    fn start(votes: &'a Votes) -> Self {
        let classes = votes.classes();
        let mut posterior = vec![0.0; votes.examples() * classes];
        for v in votes.all() {
            let count = votes.on(v.example as usize).len();
            posterior[v.example as usize * classes + v.class as usize] += 1.0 / count as f64;
        }
        let mut row = vec![0; votes.all().len()];
        let of = |mine: Vec<usize>| Annotator::new(votes, mine, &mut row);
        let annotators = votes.by_annotator().into_iter().map(of).collect();
        Self { votes, classes, posterior, priors: vec![0.0; classes], annotators, row }
    }

    /// Priors and error rates from the posterior. Returns the expected log-likelihood, in which
    /// crowd-kit counts the prior once for each vote.
    fn maximise(&mut self) -> f64 {
        let classes = self.classes;
        let sums = pieces(self.votes.examples(), PIECE, |rows| {
            let mut sum = vec![0.0; classes];
            for row in self.posterior[rows.start * classes..rows.end * classes].chunks(classes) {
                add(&mut sum, row);
            }
            sum
        });
        self.priors.fill(0.0);
        for sum in sums {
            add(&mut self.priors, &sum);
        }
        let labelled = self.votes.labelled() as f64;
        self.priors.iter_mut().for_each(|p| *p /= labelled);
        let ln_priors: Vec<f64> = self.priors.iter().map(|p| p.max(FLOOR).ln()).collect();
        let posterior = &self.posterior;
        let fit = |a: &mut Annotator| a.fit(posterior, &ln_priors);
        let parts: Vec<f64> = self.annotators.par_iter_mut().map(fit).collect();
        parts.iter().sum()
    }

    /// The posterior from priors and error rates; in logarithms, since products of many underflow.
    fn expect(&mut self) {
        let classes = self.classes;
        let present = |&p: &f64| if p > 0.0 { p.max(FLOOR).log2() } else { f64::NEG_INFINITY };
        let log_priors: Vec<f64> = self.priors.iter().map(present).collect();
        let (votes, annotators, rows) = (self.votes, &self.annotators, &self.row);
        self.posterior.par_chunks_mut(classes).with_min_len(PIECE / 4).enumerate().for_each(
            |(example, out)| {
                let span = votes.span(example);
                if span.is_empty() {
                    return;
                }
                out.copy_from_slice(&log_priors);
                for (vote, &row) in votes.all()[span.clone()].iter().zip(&rows[span]) {
                    let logs = &annotators[vote.annotator as usize].log_chances;
                    add(out, &logs[row as usize * classes..(row as usize + 1) * classes]);
                }
                normalise(out);
            },
        );
    }

    /// Entropy of the posterior in nats.
    fn entropy(&self) -> f64 {
        let parts = pieces(self.votes.examples(), PIECE, |rows| {
            let labelled = rows.filter(|&i| !self.votes.on(i).is_empty());
            labelled.map(|i| self.row_entropy(i)).sum::<f64>()
        });
        parts.iter().sum()
    }

    fn row_entropy(&self, example: usize) -> f64 {
        let row = &self.posterior[example * self.classes..(example + 1) * self.classes];
        let seen = row.iter().zip(&self.priors).filter(|(_, prior)| **prior > 0.0);
        let least = FLOOR * FLOOR.ln();
        -seen.map(|(p, _)| if *p > FLOOR { p * p.ln() } else { least }).sum::<f64>()
    }

    fn finish(mut self, iterations: usize, converged: bool) -> DawidSkene {
        let classes = self.classes;
        let mut consensus = vec![None; self.votes.examples()];
        for (example, row) in self.posterior.chunks_mut(classes).enumerate() {
            if self.votes.on(example).is_empty() {
                row.copy_from_slice(&self.priors);
            } else {
                consensus[example] = Some(argmax(row));
            }
        }
        let confusion = self.annotators.into_iter().map(|a| a.confusion(classes)).collect();
        let (priors, posterior) = (self.priors, self.posterior);
        DawidSkene { consensus, priors, confusion, iterations, converged, posterior }
    }
}

impl Annotator {
    /// Groups the votes `mine` by class and notes each one's group in `row`.
    fn new(votes: &Votes, mut mine: Vec<usize>, row: &mut [u32]) -> Self {
        let all = votes.all();
        mine.sort_by_key(|&i| all[i].class);
        let (mut used, mut ends) = (Vec::new(), Vec::new());
        for group in mine.chunk_by(|&i, &j| all[i].class == all[j].class) {
            for &i in group {
                row[i] = used.len() as u32;
            }
            used.push(all[group[0]].class);
            ends.push(ends.last().unwrap_or(&0) + group.len());
        }
        let examples = mine.iter().map(|&i| all[i].example).collect();
        let log_chances = vec![0.0; used.len() * votes.classes()];
        Self { used, ends, examples, log_chances }
    }

    /// Error rates from the posterior; returns Σ weight × ln(rate × prior).
    fn fit(&mut self, posterior: &[f64], ln_priors: &[f64]) -> f64 {
        let classes = ln_priors.len();
        let mut start = 0;
        let mut totals = vec![0.0; classes];
        for (row, &end) in self.log_chances.chunks_mut(classes).zip(&self.ends) {
            row.fill(0.0);
            for &example in &self.examples[start..end] {
                add(row, &posterior[example as usize * classes..(example as usize + 1) * classes]);
            }
            totals.iter_mut().zip(&*row).for_each(|(total, weight)| *total += weight.max(FLOOR));
            start = end;
        }
        let log_totals: Vec<f64> = totals.iter().map(|total| total.log2()).collect();
        let log_floor = FLOOR.log2();
        let mut expected = 0.0;
        for row in self.log_chances.chunks_mut(classes) {
            for ((weight, log_total), ln_prior) in row.iter_mut().zip(&log_totals).zip(ln_priors) {
                // most classes never meet most votes: no logarithms for them
                let seen = *weight > FLOOR;
                let log_chance = if seen { weight.log2() } else { log_floor } - log_total;
                expected += *weight * (log_chance * LN_2 + ln_prior);
                *weight = log_chance;
            }
        }
        expected
    }

    fn confusion(self, classes: usize) -> Confusion {
        let chances = self.log_chances.into_iter().map(f64::exp2).collect();
        Confusion { used: self.used, chances, classes }
    }
}

fn add(sum: &mut [f64], values: &[f64]) {
    sum.iter_mut().zip(values).for_each(|(s, v)| *s += v);
}

/// Binary logarithms of weights to probabilities that sum to 1.
fn normalise(logs: &mut [f64]) {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for x in &mut *logs {
        let log = *x - top;
        *x = if log > NEGLIGIBLE { log.exp2() } else { 0.0 };
        total += *x;
    }
    for p in logs {
        *p /= total;
    }
}

#[cfg(test)]
#[path = "dawid_skene_tests.rs"]
mod tests;
