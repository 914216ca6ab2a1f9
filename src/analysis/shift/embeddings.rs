//! Whether embeddings of two sets lie apart.

use super::super::parallel::pieces;
use super::super::vectors::squared_distance;
use crate::dataset::Matrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

/// How two sets of embeddings differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EmbeddingShift {
    /// Embeddings compared pair by pair, of the first and of the second set.
    pub compared: [usize; 2],
    /// Random divisions that the p-value comes from.
    pub permutations: usize,
}

/// The test with the shift.
pub(super) struct Apart {
    pub shift: EmbeddingShift,
    /// Energy distance of the compared embeddings.
    pub statistic: f64,
    pub p: f64,
    /// Distance of the means in units of the pooled spread.
    pub distance: Option<f64>,
}

/// Embeddings of one set: a matrix and those of its rows that have a finite embedding.
pub(super) struct Cloud<'a> {
    matrix: &'a Matrix,
    rows: Vec<u32>,
}

impl<'a> Cloud<'a> {
    pub(super) fn new(matrix: &'a Matrix, rows: impl Iterator<Item = usize>) -> Self {
        let finite =
            |&row: &usize| row < matrix.rows() && matrix.row(row).iter().all(|x| x.is_finite());
        Self { matrix, rows: rows.filter(finite).map(|row| row as u32).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Mean, and sum of squared distances from it.
    fn moments(&self) -> (Vec<f64>, f64) {
        let d = self.matrix.cols();
        // Deviations from the first row: a large offset would cancel badly.
        let origin = self.rows.first().map_or(&[][..], |&row| self.matrix.row(row as usize));
        let parts = pieces(self.len(), 4096, |range| {
            let (mut sums, mut squares) = (vec![0.0; d], vec![0.0; d]);
            for &row in &self.rows[range] {
                let values = self.matrix.row(row as usize).iter().zip(origin);
                for ((sum, square), (&x, &from)) in sums.iter_mut().zip(&mut squares).zip(values) {
                    let x = f64::from(x) - f64::from(from);
                    *sum += x;
                    *square += x * x;
                }
            }
            (sums, squares)
        });
        let n = self.len() as f64;
        let (mut mean, mut scatter) = (vec![0.0; d], 0.0);
        for (i, (mean, &from)) in mean.iter_mut().zip(origin).enumerate() {
            let sum: f64 = parts.iter().map(|p| p.0[i]).sum();
            let square: f64 = parts.iter().map(|p| p.1[i]).sum();
            *mean = f64::from(from) + sum / n;
            scatter += (square - sum * sum / n).max(0.0);
        }
        (mean, scatter)
    }

    /// At most `most` rows at random, without replacement.
    fn sample(&self, most: usize, rng: &mut Pcg64Mcg) -> Vec<&'a [f32]> {
        let mut rows = self.rows.clone();
        let taken = most.min(rows.len());
        shuffle_front(&mut rows, taken, rng);
        rows[..taken].iter().map(|&row| self.matrix.row(row as usize)).collect()
    }
}

/// The first `front` items become a random draw (Fisher–Yates, stopped early).
fn shuffle_front(items: &mut [u32], front: usize, rng: &mut Pcg64Mcg) {
    for i in 0..front.min(items.len()) {
        let other = rng.random_range(i..items.len());
        items.swap(i, other);
    }
}

/// Compares two clouds of the same dimension; `None` with fewer than two embeddings a side.
///
/// The test is the energy distance 2E|X−Y| − E|X−X′| − E|Y−Y′| (Székely & Rizzo 2004, `InterStat` 5;
/// 2013, J. Stat. Plan. Inference 143:1249) of at most `sample` embeddings a side, and its share of
/// random divisions that lie at least as far apart, the observed one included (Phipson & Smyth 2010,
/// Stat. Appl. Genet. Mol. Biol. 9:39). It sees any difference, not only of the means.
pub(super) fn compare(
    first: &Cloud,
    second: &Cloud,
    sample: usize,
    permutations: usize,
    seed: u64,
) -> Option<Apart> {
    if first.len() < 2 || second.len() < 2 || first.matrix.cols() != second.matrix.cols() {
        return None;
    }
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut points = first.sample(sample.max(2), &mut rng);
    let n1 = points.len();
    points.extend(second.sample(sample.max(2), &mut rng));
    let n = points.len();
    let distances = Distances::new(&points);
    let observed: Vec<u32> = (0..n as u32).collect();
    let statistic = distances.energy(&observed[..n1]);
    // Equal divisions must not differ by rounding.
    let least = statistic - 1e-12 * distances.total;
    let further = pieces(permutations, 16, |range| {
        let mut rng = Pcg64Mcg::seed_from_u64(seed.wrapping_add(1 + range.start as u64));
        let mut order = observed.clone();
        let one = |_| {
            shuffle_front(&mut order, n1, &mut rng);
            distances.energy(&order[..n1]) >= least
        };
        range.map(one).filter(|&far| far).count()
    });
    let further: usize = further.into_iter().sum();
    Some(Apart {
        shift: EmbeddingShift { compared: [n1, n - n1], permutations },
        statistic: statistic.max(0.0),
        p: (1 + further) as f64 / (1 + permutations) as f64,
        distance: mean_distance(first, second),
    })
}

/// Distance of the means over the pooled spread, the root of the summed variances of all dimensions.
fn mean_distance(first: &Cloud, second: &Cloud) -> Option<f64> {
    let ((a, scatter_a), (b, scatter_b)) = (first.moments(), second.moments());
    let apart = a.iter().zip(&b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
    let spread = ((scatter_a + scatter_b) / (first.len() + second.len() - 2) as f64).sqrt();
    match (apart > 0.0, spread > 0.0) {
        (false, _) => Some(0.0),
        (true, true) => Some(apart / spread).filter(|d| d.is_finite()),
        (true, false) => None,
    }
}

/// All Euclidean distances between points.
struct Distances {
    n: usize,
    /// n×n
    values: Vec<f64>,
    /// sum of each row
    sums: Vec<f64>,
    /// sum over pairs, each once
    total: f64,
}

impl Distances {
    fn new(points: &[&[f32]]) -> Self {
        let n = points.len();
        let values = pieces(n, 16, |range| {
            let row = |i: usize| points.iter().map(move |p| squared_distance(points[i], p).sqrt());
            range.flat_map(row).collect::<Vec<f64>>()
        })
        .concat();
        let sums: Vec<f64> = values.chunks_exact(n).map(|row| row.iter().sum()).collect();
        let total = sums.iter().sum::<f64>() / 2.0;
        Self { n, values, sums, total }
    }

    /// Energy distance between the points `members` and all others, with the means over all ordered
    /// pairs, so that it is never negative. Distances within and across follow from those within
    /// `members` and the row sums.
    fn energy(&self, members: &[u32]) -> f64 {
        let within: f64 = members
            .iter()
            .enumerate()
            .map(|(k, &i)| {
                let row = &self.values[i as usize * self.n..][..self.n];
                members[..k].iter().map(|&j| row[j as usize]).sum::<f64>()
            })
            .sum();
        let across = members.iter().map(|&i| self.sums[i as usize]).sum::<f64>() - 2.0 * within;
        let others = self.total - within - across;
        let (n1, n2) = (members.len() as f64, (self.n - members.len()) as f64);
        2.0 * (across / (n1 * n2) - within / (n1 * n1) - others / (n2 * n2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(n: usize, d: usize, seed: u64, offset: f32, scale: f32) -> Matrix {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut normal = || (0..12).map(|_| rng.random_range(0.0..1.0_f32)).sum::<f32>() - 6.0;
        let values: Vec<f32> = (0..n * d).map(|_| offset + scale * normal()).collect();
        Matrix::new(values, n, d).unwrap()
    }

    fn p_of(a: &Matrix, b: &Matrix, seed: u64) -> Apart {
        let (a, b) = (Cloud::new(a, 0..a.rows()), Cloud::new(b, 0..b.rows()));
        compare(&a, &b, 60, 99, seed).unwrap()
    }

    #[test]
    fn agrees_with_scipy_in_one_dimension() {
        // scipy 1.17.1: stats.energy_distance([0, 1, 3], [5, 6, 8, 2.5])**2
        let a = Matrix::new(vec![0.0_f32, 1.0, 3.0], 3, 1).unwrap();
        let b = Matrix::new(vec![5.0_f32, 6.0, 8.0, 2.5], 4, 1).unwrap();
        assert!(
            (p_of(&a, &b, 1).statistic - 4.729_166_666_666_666).abs() < 1e-12,
            "{}",
            p_of(&a, &b, 1).statistic
        );
    }

    #[test]
    fn sees_a_moved_mean_and_a_wider_spread_and_nothing_where_nothing_is() {
        let base = noise(80, 5, 1, 0.0, 1.0);
        let moved = p_of(&base, &noise(80, 5, 2, 1.0, 1.0), 3);
        assert!(moved.p <= 0.01 && (moved.distance.unwrap() - 1.0).abs() < 0.2);
        let wide = p_of(&base, &noise(80, 5, 2, 0.0, 2.5), 3);
        assert!(wide.p <= 0.01 && wide.distance.unwrap() < 0.4);
        let false_alarms =
            (0..40).filter(|&i| p_of(&base, &noise(80, 5, 10 + i, 0.0, 1.0), i).p < 0.05).count();
        assert!(false_alarms <= 6, "{false_alarms} of 40");
    }

    proptest! {
        #[test]
        fn odd_clouds_have_defined_answers(
            a in prop::collection::vec(prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(1.0), -3.0..3.0_f32], 2..24),
            b in prop::collection::vec(prop_oneof![Just(1.0_f32), Just(f32::MAX), -3.0..3.0_f32], 2..24),
        ) {
            let matrix = |v: &[f32]| Matrix::new(v[..v.len() / 2 * 2].to_vec(), v.len() / 2, 2).unwrap();
            let (a, b) = (matrix(&a), matrix(&b));
            let (a, b) = (Cloud::new(&a, 0..a.rows()), Cloud::new(&b, 0..b.rows()));
            if let Some(apart) = compare(&a, &b, 5, 19, 7) {
                prop_assert!(apart.p > 0.0 && apart.p <= 1.0);
                prop_assert!(apart.statistic.is_finite() && apart.statistic >= 0.0);
                prop_assert!(apart.distance.is_none_or(|d| d.is_finite() && d >= 0.0));
            }
        }
    }
}
