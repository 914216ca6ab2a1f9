//! The nearest neighbours of every vector, by comparing all.

use super::super::parallel::pieces;
use super::super::vectors::squared_distance;
use super::cloud::Cloud;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, s};

/// Vectors whose products with all others are made together.
const ASKED: usize = 128;
/// Others of a block: with as many asked, both and their products fit into a core's cache.
const BLOCK: usize = 256;
/// Pieces of work between two questions whether to go on.
const PIECES: usize = 8;

/// The K nearest of each vector of a cloud, M×K.
pub(super) struct Nearest {
    /// K
    pub count: usize,
    /// nearest first, the lower number first of equally near ones
    pub others: Vec<u32>,
    /// their squared distances, on a scale on which no number of the cloud is larger than 1
    pub squared: Vec<f64>,
}

/// Finds the `count` nearest of each, without itself; `go_on` is told the share done, and stops it by false.
///
/// Candidates come from matrix products in f32, ‖a‖² + ‖b‖² − 2ab around the mean; their distances and their
/// order are then computed directly.
pub(super) fn nearest(
    cloud: &Cloud,
    count: usize,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Nearest> {
    let search = Search::new(cloud, count.min(cloud.len().saturating_sub(1)));
    let mut found = Vec::with_capacity(cloud.len() * search.count);
    for start in (0..cloud.len()).step_by(ASKED * PIECES) {
        if !go_on(start as f64 / cloud.len() as f64) {
            return None;
        }
        let asked = (cloud.len() - start).min(ASKED * PIECES);
        let parts = pieces(asked, ASKED, |range| search.of(start + range.start, range.len()));
        found.extend(parts.into_iter().flatten());
    }
    let (squared, others) = found.into_iter().unzip();
    Some(Nearest { count: search.count, others, squared })
}

struct Search {
    count: usize,
    /// M×D around the mean, scaled to at most 1
    values: Array2<f32>,
    /// ½‖x‖²
    halves: Vec<f32>,
}

impl Search {
    fn new(cloud: &Cloud, count: usize) -> Self {
        let mean = cloud.mean();
        let centred = |i: usize| cloud.vector(i).iter().zip(&mean).map(|(&x, m)| f64::from(x) - m);
        let largest = (0..cloud.len()).flat_map(centred).fold(0.0_f64, |top, x| top.max(x.abs()));
        let scale = if largest > 0.0 { largest } else { 1.0 };
        let mut values = Array2::zeros((cloud.len(), cloud.dims()));
        for (i, mut row) in values.outer_iter_mut().enumerate() {
            for (to, x) in row.iter_mut().zip(centred(i)) {
                *to = (x / scale) as f32;
            }
        }
        let halves = values.outer_iter().map(|row| row.dot(&row) / 2.0).collect();
        Self { count, values, halves }
    }

    /// The nearest of `rows` vectors from `start` on.
    fn of(&self, start: usize, rows: usize) -> Vec<(f64, u32)> {
        let mut best: Vec<Best> = (0..rows).map(|_| Best::new(self.count)).collect();
        let asked = self.values.slice(s![start..start + rows, ..]);
        let all = self.halves.len();
        let mut products = Array2::zeros((rows, BLOCK));
        for first in (0..all).step_by(BLOCK) {
            let others = BLOCK.min(all - first);
            let block = self.values.slice(s![first..first + others, ..]);
            let mut products = products.slice_mut(s![.., ..others]);
            general_mat_mul(1.0, &asked, &block.t(), 0.0, &mut products);
            let halves = &self.halves[first..first + others];
            for ((i, products), best) in products.outer_iter().enumerate().zip(&mut best) {
                for (j, (product, half)) in products.iter().zip(halves).enumerate() {
                    let distance = half - product;
                    if distance < best.limit && first + j != start + i {
                        best.take(distance, (first + j) as u32);
                    }
                }
            }
        }
        let exact = |(i, best): (usize, Best)| {
            let distance = |(_, j): (f32, u32)| (self.squared(start + i, j as usize), j);
            let mut near: Vec<(f64, u32)> = best.nearest().into_iter().map(distance).collect();
            near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near
        };
        best.into_iter().enumerate().flat_map(exact).collect()
    }

    fn squared(&self, i: usize, j: usize) -> f64 {
        let [a, b] = [i, j].map(|row| self.values.row(row).to_slice().unwrap_or_default());
        squared_distance(a, b)
    }
}

/// The so many smallest of a stream, equal ones by number.
struct Best {
    count: usize,
    /// what is nearer is taken
    limit: f32,
    taken: Vec<(f32, u32)>,
}

impl Best {
    fn new(count: usize) -> Self {
        let limit = if count == 0 { f32::NEG_INFINITY } else { f32::INFINITY };
        Self { count, limit, taken: Vec::with_capacity(2 * count) }
    }

    fn take(&mut self, distance: f32, other: u32) {
        self.taken.push((distance, other));
        if self.taken.len() == 2 * self.count {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.taken.len() >= self.count && self.count > 0 {
            let order = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            self.limit = self.taken.select_nth_unstable_by(self.count - 1, order).1.0;
            self.taken.truncate(self.count);
        }
    }

    fn nearest(mut self) -> Vec<(f32, u32)> {
        self.cut();
        self.taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Matrix;
    use proptest::prelude::*;

    fn by_hand(cloud: &Cloud, i: usize, count: usize) -> Vec<f64> {
        let others = (0..cloud.len()).filter(|&j| j != i);
        let mut far: Vec<f64> =
            others.map(|j| squared_distance(cloud.vector(i), cloud.vector(j))).collect();
        far.sort_unstable_by(f64::total_cmp);
        far.truncate(count);
        far
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn they_are_the_nearest(
            values in prop::collection::vec((-3_i8..4).prop_map(f32::from), 0..700),
            dims in 1_usize..5, count in 0_usize..9,
        ) {
            let rows = values.len() / dims;
            let matrix = Matrix::new(values[..rows * dims].to_vec(), rows, dims).unwrap();
            let cloud = Cloud::new(&matrix, &(0..rows as u32).collect::<Vec<_>>(), 1000, 0);
            let found = nearest(&cloud, count, &mut |_| true).unwrap();
            prop_assert_eq!(found.count, count.min(rows.saturating_sub(1)));
            prop_assert_eq!(found.others.len(), rows * found.count);
            for i in (0..rows).filter(|_| found.count > 0) {
                let others = &found.others[i * found.count..][..found.count];
                prop_assert!(!others.contains(&(i as u32)));
                let far = |&j: &u32| squared_distance(cloud.vector(i), cloud.vector(j as usize));
                let far: Vec<f64> = others.iter().map(far).collect();
                prop_assert_eq!(far, by_hand(&cloud, i, found.count));
            }
        }
    }

    #[test]
    fn it_stops_when_told_and_bears_the_largest_numbers() {
        let matrix = Matrix::new(vec![f32::MAX, 0.0, f32::MIN, 1e-44], 4, 1).unwrap();
        let cloud = Cloud::new(&matrix, &[0, 1, 2, 3], 9, 0);
        assert!(nearest(&cloud, 2, &mut |_| false).is_none());
        let found = nearest(&cloud, 2, &mut |_| true).unwrap();
        assert!(found.squared.iter().all(|x| x.is_finite()));
        assert_eq!(found.others[2..4], [3, 0]);
    }
}
