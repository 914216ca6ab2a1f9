//! The two directions in which a cloud is widest.

use super::super::parallel::pieces;
use super::cloud::Cloud;
use super::jacobi::eigen;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Vectors that are multiplied in one pass over the data: directions of equal variance, up to so many, are found.
const BLOCK: usize = 4;
/// Passes allowed. Where variance falls off, a dozen are enough; a cloud without any direction needs all, and
/// there the axes say nothing.
const PASSES: usize = 40;
/// Of the largest eigenvalue: what is left of (A − λ)v when a direction counts as found.
const TOLERANCE: f64 = 1e-7;
/// Rows of a piece of work.
const PIECE: usize = 512;

/// One value of each vector of a block.
type Lanes = [f64; BLOCK];

/// A direction of length 1 and the scatter along it, the sum of squared deviations.
pub(super) type Axis = (f64, Vec<f64>);

/// The two leading eigenvectors of the scatter matrix A = Σ(x − mean)(x − mean)ᵀ, which is never made: block
/// Krylov iteration with full orthogonalisation (Musco & Musco 2015, NeurIPS, algorithm 2), until both
/// residuals are small. Fewer where the cloud has fewer directions.
pub(super) fn leading_axes(cloud: &Cloud, mean: &[f64]) -> Vec<Axis> {
    let mut space = Space { dims: cloud.dims(), basis: Vec::new(), images: Vec::new() };
    let mut rng = Pcg64Mcg::seed_from_u64(0);
    let random = |_| (0..cloud.dims()).map(|_| rng.random_range(-1.0..1.0)).collect();
    let mut block: Vec<Vec<f64>> = (0..BLOCK.min(cloud.dims())).map(random).collect();
    let mut look = 3;
    for pass in 1..=PASSES {
        let fresh = space.extend(block);
        if fresh == 0 {
            break;
        }
        block = scatter_times(cloud, mean, &space.basis[space.basis.len() - fresh..]);
        space.images.extend(block.iter().cloned());
        if pass == look {
            // A look costs more the larger the space is.
            look += 1 + look / 3;
            let (axes, found) = space.leading();
            if found {
                return axes;
            }
        }
    }
    space.leading().0
}

/// Orthonormal directions and their images under A.
struct Space {
    dims: usize,
    basis: Vec<Vec<f64>>,
    images: Vec<Vec<f64>>,
}

impl Space {
    /// Takes in what is new of `block`; returns how many directions that were.
    fn extend(&mut self, block: Vec<Vec<f64>>) -> usize {
        let before = self.basis.len();
        for mut vector in block {
            let length = dot(&vector, &vector).sqrt();
            // Twice, as rounding leaves something the first time (Giraud et al. 2005, Numer. Math. 101:87).
            for _ in 0..2 {
                for known in &self.basis {
                    let share = dot(known, &vector);
                    add(&mut vector, -share, known);
                }
            }
            let rest = dot(&vector, &vector).sqrt();
            if rest > 1e-10 * length && self.basis.len() < self.dims {
                vector = vector.into_iter().map(|x| x / rest).collect();
                self.basis.push(vector);
            }
        }
        self.basis.len() - before
    }

    /// The best two directions within the space (Rayleigh–Ritz), and whether they are those of A.
    fn leading(&self) -> (Vec<Axis>, bool) {
        let n = self.basis.len();
        let mut inner = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let product = dot(&self.basis[i], &self.images[j]);
                inner[i * n + j] = product;
                inner[j * n + i] = product;
            }
        }
        let pairs: Vec<(f64, Vec<f64>)> = eigen(inner, n).into_iter().take(2).collect();
        let largest = pairs.first().map_or(0.0, |pair| pair.0);
        let mut found = true;
        let mut axes = Vec::new();
        for (value, weights) in pairs {
            let direction = self.combined(&self.basis, &weights);
            let mut residual = self.combined(&self.images, &weights);
            add(&mut residual, -value, &direction);
            found &= dot(&residual, &residual).sqrt() <= TOLERANCE * largest;
            axes.push((value.max(0.0), direction));
        }
        (axes, found)
    }

    fn combined(&self, vectors: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.dims];
        for (vector, &weight) in vectors.iter().zip(weights) {
            add(&mut sum, weight, vector);
        }
        sum
    }
}

/// A·v for each of at most [`BLOCK`] vectors, in one pass over the data.
fn scatter_times(cloud: &Cloud, mean: &[f64], vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dims = cloud.dims();
    let mut lanes = vec![[0.0; BLOCK]; dims];
    for (k, vector) in vectors.iter().enumerate() {
        for (lanes, &x) in lanes.iter_mut().zip(vector) {
            lanes[k] = x;
        }
    }
    let sums = pieces(cloud.len(), PIECE, |range| {
        let mut sums = vec![[0.0; BLOCK]; dims];
        let mut centred = vec![0.0; dims];
        for i in range {
            for ((to, &x), mean) in centred.iter_mut().zip(cloud.vector(i)).zip(mean) {
                *to = f64::from(x) - mean;
            }
            let shares = products(&centred, &lanes);
            for (sums, &x) in sums.iter_mut().zip(&centred) {
                for k in 0..BLOCK {
                    sums[k] += x * shares[k];
                }
            }
        }
        sums
    });
    let mut images = vec![vec![0.0; dims]; vectors.len()];
    for sums in sums {
        for (d, lanes) in sums.iter().enumerate() {
            for (image, lane) in images.iter_mut().zip(lanes) {
                image[d] += lane;
            }
        }
    }
    images
}

/// x·v for each vector of a block, in four partial sums that do not wait for each other.
fn products(x: &[f64], lanes: &[Lanes]) -> Lanes {
    let mut parts = [[0.0; BLOCK]; 4];
    for (i, (&x, lanes)) in x.iter().zip(lanes).enumerate() {
        for k in 0..BLOCK {
            parts[i % 4][k] += x * lanes[k];
        }
    }
    std::array::from_fn(|k| parts.iter().map(|part| part[k]).sum())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// to += factor·from
fn add(to: &mut [f64], factor: f64, from: &[f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}
