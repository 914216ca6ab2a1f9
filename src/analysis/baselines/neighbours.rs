//! The nearest neighbour in an embedding as a classifier.

use super::super::AnalysisError;
use super::{NO_CLASS, same_length};
use crate::analysis::neighbours::{self, Distance, ONE_IN, Points, Recall, nearest_within};
use crate::dataset::Matrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

/// How the nearest neighbours are searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeighbourOptions {
    /// What is near.
    pub nearness: Distance,
    /// Multiplications allowed for comparing all. Beyond it the search is approximate; beyond as many times it as
    /// such a search saves at least, first the dev side is cut to a random draw of no fewer than 2,000 examples,
    /// then the training side.
    pub budget: u64,
    /// Of the random draws.
    pub seed: u64,
}

impl Default for NeighbourOptions {
    /// Cosine, 2·10¹¹ multiplications (some seconds on a laptop), seed 0.
    fn default() -> Self {
        Self { nearness: Distance::Cosine, budget: 200_000_000_000, seed: 0 }
    }
}

/// Predictions of the nearest neighbour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbours {
    /// The label of the nearest training example for each dev example; [`NO_CLASS`] if it was not drawn,
    /// has no embedding, or there is nothing to be near to.
    pub predictions: Vec<u32>,
    /// Training examples searched.
    pub train_used: usize,
    /// Training examples with a label and an embedding that is finite and, for cosines, not zeros.
    pub train: usize,
    /// Dev examples predicted.
    pub dev_used: usize,
    /// Dev examples with such an embedding.
    pub dev: usize,
    /// How many of the nearest are found, if not all were compared.
    pub recall: Option<Recall>,
}

/// Fewest dev examples that are kept if there are more, to say something of the error.
const LEAST_DEV: usize = 2_000;

/// Finds for each dev embedding (M×D) the label of the nearest of the training embeddings (N×D), the
/// first of equally near ones, within the budget by comparing all (Cover & Hart 1967, IEEE Trans. Inf. Theory 13:21).
/// Give different examples on both sides: an
/// example is its own nearest neighbour.
///
/// # Errors
/// Another number of labels than of training rows, or other dimensions on both sides.
pub fn nearest_neighbours(
    train: &Matrix,
    labels: &[u32],
    dev: &Matrix,
    options: &NeighbourOptions,
) -> Result<Neighbours, AnalysisError> {
    same_length("labels", labels.len(), train.rows())?;
    same_length("dimensions of the dev embeddings", dev.cols(), train.cols())?;
    let nearness = options.nearness;
    let with_label = |&row: &u32| labels[row as usize] != NO_CLASS;
    let known: Vec<u32> = (0..train.rows() as u32).filter(with_label).collect();
    let mut known = Points::of(train, &known, nearness);
    let asked: Vec<u32> = (0..dev.rows() as u32).collect();
    let mut asked = Points::of(dev, &asked, nearness);
    let (all_train, all_dev) = (known.len(), asked.len());
    let most = options.budget.saturating_mul(ONE_IN as u64);
    let (train_most, dev_most) = affordable(all_train, all_dev, train.cols(), most);
    let mut rng = Pcg64Mcg::seed_from_u64(options.seed);
    known = drawn(known, train, train_most, &mut rng);
    asked = drawn(asked, dev, dev_most, &mut rng);
    let nearest = nearest_within(options.budget, &asked, &known, 1, &mut |_| true);
    let recall = nearest.as_ref().and_then(neighbours::Neighbours::recall);
    let mut predictions = vec![NO_CLASS; dev.rows()];
    let nearest = nearest.as_ref().map_or(&[][..], |nearest| nearest.all());
    for (&row, near) in asked.ids().iter().zip(nearest) {
        predictions[row as usize] = labels[near.id as usize];
    }
    let dev_used = if known.is_empty() { 0 } else { asked.len() };
    Ok(Neighbours {
        predictions,
        train_used: known.len(),
        train: all_train,
        dev_used,
        dev: all_dev,
        recall,
    })
}

/// How many rows of each side the budget allows; at least one.
pub(super) fn affordable(
    train: usize,
    dev: usize,
    dimensions: usize,
    budget: u64,
) -> (usize, usize) {
    let pairs = (budget / dimensions.max(1) as u64).max(1) as usize;
    if train.saturating_mul(dev) <= pairs {
        return (train, dev);
    }
    let dev = dev.min((pairs / train.max(1)).max(LEAST_DEV)).min(pairs);
    (train.min((pairs / dev.max(1)).max(1)), dev)
}

/// At most `most` of the points at random, ascending.
fn drawn<'a>(points: Points<'a>, table: &'a Matrix, most: usize, rng: &mut Pcg64Mcg) -> Points<'a> {
    if points.len() <= most {
        return points;
    }
    let mut rows = points.ids().to_vec();
    for i in 0..most {
        let other = rng.random_range(i..rows.len());
        rows.swap(i, other);
    }
    rows.truncate(most);
    rows.sort_unstable();
    Points::of(table, &rows, points.measure())
}
