//! Nearest neighbours in an embedding, by comparing all.

use super::super::AnalysisError;
use super::super::parallel::pieces;
use super::{NO_CLASS, same_length};
use crate::analysis::orders::Distance;
use crate::dataset::Matrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

/// How the nearest neighbours are searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeighbourOptions {
    /// What is near.
    pub nearness: Distance,
    /// Multiplications allowed. Beyond it, first the dev side is cut to a random draw of no fewer than
    /// 2,000 examples, then the training side.
    pub budget: u64,
    /// Of the random draws.
    pub seed: u64,
}

impl Default for NeighbourOptions {
    /// Cosine, 2·10¹⁰ multiplications (some seconds on a laptop), seed 0.
    fn default() -> Self {
        Self { nearness: Distance::Cosine, budget: 20_000_000_000, seed: 0 }
    }
}

/// Predictions of the nearest neighbour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Neighbours {
    /// The label of the nearest training example for each dev example; [`NO_CLASS`] if it was not drawn,
    /// is not finite, or there is nothing to be near to.
    pub predictions: Vec<u32>,
    /// Training examples searched.
    pub train_used: usize,
    /// Training examples with a label and a finite embedding.
    pub train: usize,
    /// Dev examples predicted.
    pub dev_used: usize,
    /// Dev examples with a finite embedding.
    pub dev: usize,
}

/// Fewest dev examples that are kept if there are more, to say something of the error.
const LEAST_DEV: usize = 2_000;
/// Rows of a block: two of them fit in the nearest caches for some hundred dimensions.
const BLOCK: usize = 64;

/// Finds for each dev embedding (M×D) the label of the nearest of the training embeddings (N×D), the
/// first of equally near ones, by comparing all (Cover & Hart 1967, IEEE Trans. Inf. Theory 13:21).
/// Products are summed in f32, as the embeddings are given. Give different examples on both sides: an
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
    let with_label = |&row: &u32| labels[row as usize] != NO_CLASS && finite(train, row);
    let mut known: Vec<u32> = (0..train.rows() as u32).filter(with_label).collect();
    let mut asked: Vec<u32> = (0..dev.rows() as u32).filter(|&row| finite(dev, row)).collect();
    let (all_train, all_dev) = (known.len(), asked.len());
    let (train_most, dev_most) = affordable(all_train, all_dev, train.cols(), options.budget);
    let mut rng = Pcg64Mcg::seed_from_u64(options.seed);
    draw(&mut known, train_most, &mut rng);
    draw(&mut asked, dev_most, &mut rng);
    let search = Search { train, known: &known, scales: scales(train, &known, options.nearness) };
    let nearest = pieces(asked.len(), BLOCK, |range| search.nearest(dev, &asked[range])).concat();
    let mut predictions = vec![NO_CLASS; dev.rows()];
    for (&row, nearest) in asked.iter().zip(nearest) {
        predictions[row as usize] = nearest.map_or(NO_CLASS, |near| labels[near as usize]);
    }
    let dev_used = if known.is_empty() { 0 } else { asked.len() };
    Ok(Neighbours {
        predictions,
        train_used: known.len(),
        train: all_train,
        dev_used,
        dev: all_dev,
    })
}

fn finite(matrix: &Matrix, row: u32) -> bool {
    matrix.row(row as usize).iter().all(|x| x.is_finite())
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

/// Keeps at most `most` rows at random, ascending.
fn draw(rows: &mut Vec<u32>, most: usize, rng: &mut Pcg64Mcg) {
    if rows.len() <= most {
        return;
    }
    for i in 0..most {
        let other = rng.random_range(i..rows.len());
        rows.swap(i, other);
    }
    rows.truncate(most);
    rows.sort_unstable();
}

/// One over the length of each training embedding for cosines, 0 for one of zeros.
fn scales(train: &Matrix, rows: &[u32], nearness: Distance) -> Option<Vec<f32>> {
    let scale = |&row: &u32| {
        let squares = train.row(row as usize).iter().map(|&x| f64::from(x).powi(2));
        let length = squares.sum::<f64>().sqrt();
        if length > 0.0 { (1.0 / length) as f32 } else { 0.0 }
    };
    (nearness == Distance::Cosine).then(|| rows.iter().map(scale).collect())
}

struct Search<'a> {
    train: &'a Matrix,
    known: &'a [u32],
    /// for cosines
    scales: Option<Vec<f32>>,
}

impl Search<'_> {
    /// The nearest training row of each dev row.
    fn nearest(&self, dev: &Matrix, rows: &[u32]) -> Vec<Option<u32>> {
        let mut best = vec![(f32::NEG_INFINITY, None); rows.len()];
        for start in (0..self.known.len()).step_by(BLOCK) {
            let block = &self.known[start..self.known.len().min(start + BLOCK)];
            for (&row, best) in rows.iter().zip(&mut best) {
                let asked = dev.row(row as usize);
                for (i, &candidate) in block.iter().enumerate() {
                    let near = self.nearness(start + i, candidate, asked);
                    if best.1.is_none() || near > best.0 {
                        *best = (near, Some(candidate));
                    }
                }
            }
        }
        best.into_iter().map(|(_, row)| row).collect()
    }

    /// Larger is nearer. The length of `asked` is the same for all and left out.
    fn nearness(&self, place: usize, candidate: u32, asked: &[f32]) -> f32 {
        let candidate = self.train.row(candidate as usize);
        match &self.scales {
            Some(scales) => lanes(candidate, asked, |a, b| a * b) * scales[place],
            None => -lanes(candidate, asked, |a, b| (a - b) * (a - b)),
        }
    }
}

/// Sum of `term` over both, in 16 partial sums that the compiler can keep in vector registers.
fn lanes(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    const WIDTH: usize = 16;
    let mut sums = [0.0_f32; WIDTH];
    let (a, b) = (a.chunks_exact(WIDTH), b.chunks_exact(WIDTH));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(&x, &y)| term(x, y)).sum();
    for (x, y) in a.zip(b) {
        for lane in 0..WIDTH {
            sums[lane] += term(x[lane], y[lane]);
        }
    }
    sums.iter().sum::<f32>() + rest
}
