//! The vectors that are laid out.

use super::super::neighbours::{Distance, Points};
use super::super::parallel::pieces;
use crate::dataset::Matrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Rows of a piece of work.
const PIECE: usize = 512;

/// Finite vectors of some rows, M×D, copied together.
#[derive(Debug, Clone)]
pub struct Cloud {
    rows: Vec<u32>,
    values: Vec<f32>,
    dims: usize,
    usable: usize,
    left_out: usize,
}

impl Cloud {
    /// The vectors of `rows`, in their order, without those that are not finite or not in the table; if there
    /// are more than `most`, a random draw of them without replacement.
    pub fn new(vectors: &Matrix, rows: &[u32], most: usize, seed: u64) -> Self {
        let finite = |row: u32| {
            (row as usize) < vectors.rows()
                && vectors.row(row as usize).iter().all(|x| x.is_finite())
        };
        let known = pieces(rows.len(), PIECE, |range| {
            rows[range].iter().copied().filter(|&row| finite(row)).collect::<Vec<u32>>()
        });
        let mut places: Vec<u32> = known.concat();
        let usable = places.len();
        draw(&mut places, most, seed);
        let mut values = Vec::with_capacity(places.len() * vectors.cols());
        for &row in &places {
            values.extend_from_slice(vectors.row(row as usize));
        }
        let left_out = rows.len() - usable;
        Self { rows: places, values, dims: vectors.cols(), usable, left_out }
    }

    /// M.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no vector.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// D.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The rows of the table that the vectors are of.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Rows asked for that have a finite vector: more than M if a draw was made.
    pub fn usable(&self) -> usize {
        self.usable
    }

    /// Rows asked for that have none.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The D values of one vector.
    pub(super) fn vector(&self, i: usize) -> &[f32] {
        &self.values[i * self.dims..(i + 1) * self.dims]
    }

    /// The vectors as points on straight lines.
    pub(super) fn points(&self) -> Points<'_> {
        let vectors: Vec<&[f32]> = (0..self.len()).map(|i| self.vector(i)).collect();
        Points::from_slices(&vectors, self.dims, Distance::Euclidean)
    }

    /// The mean of each dimension.
    pub(super) fn mean(&self) -> Vec<f64> {
        let sums = pieces(self.len(), PIECE, |range| {
            let mut sums = vec![0.0; self.dims];
            for i in range {
                for (sum, &x) in sums.iter_mut().zip(self.vector(i)) {
                    *sum += f64::from(x);
                }
            }
            sums
        });
        let mut mean = vec![0.0; self.dims];
        for sums in sums {
            for (mean, sum) in mean.iter_mut().zip(sums) {
                *mean += sum / self.len() as f64;
            }
        }
        mean
    }
}

/// Keeps at most `most` at random, without replacement, in the order they were in (Fisher–Yates, stopped early).
pub fn draw(rows: &mut Vec<u32>, most: usize, seed: u64) {
    if rows.len() <= most {
        return;
    }
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut places: Vec<u32> = (0..rows.len() as u32).collect();
    for i in 0..most {
        let other = rng.random_range(i..places.len());
        places.swap(i, other);
    }
    places.truncate(most);
    places.sort_unstable();
    *rows = places.into_iter().map(|place| rows[place as usize]).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_keeps_the_order_and_what_is_not_finite_is_counted() {
        let values: Vec<f32> = (0..40).map(|i| if i == 6 { f32::NAN } else { i as f32 }).collect();
        let vectors = Matrix::new(values, 20, 2).unwrap();
        let rows: Vec<u32> = (0..22).rev().collect();
        let all = Cloud::new(&vectors, &rows, 100, 0);
        assert_eq!((all.len(), all.usable(), all.left_out()), (19, 19, 3));
        assert_eq!(all.vector(0), [38.0, 39.0]);
        let some = Cloud::new(&vectors, &rows, 7, 1);
        assert_eq!((some.len(), some.usable(), some.left_out()), (7, 19, 3));
        assert!(some.rows().is_sorted_by(|a, b| a > b) && !some.rows().contains(&3));
        assert_ne!(some.rows(), Cloud::new(&vectors, &rows, 7, 2).rows());
        assert!(Cloud::new(&vectors, &[], 7, 2).is_empty());
    }
}
