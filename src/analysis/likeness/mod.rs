//! "More like this" where there is no embedding: vectors of texts, of table rows and of small pictures, and the
//! nearest of them.
//!
//! Invariant: every vector is finite; one that says nothing is all zeros, and near to nothing.

mod picture;
mod rows;
mod text;

pub use picture::{PICTURE_DIMS, PICTURE_SIDE, picture_vector};
pub use rows::row_vectors;
pub use text::{TEXT_DIMS, text_vectors};

use super::vectors::{Distance, Vector};
use crate::dataset::Matrix;
use rayon::prelude::*;
use std::cmp::Reverse;

/// The rows `among` with their cosine to `row`, nearest first, without `row` itself; equally near ones in the
/// order given. A row that has no direction (zeros, NaN, not in the table) comes last with a cosine of 0, and if
/// `row` has none, all do. Takes |among| × D steps, on all cores.
pub fn nearest(vectors: &Matrix<f32>, row: usize, among: &[u32]) -> Vec<(u32, f32)> {
    let vector = |row: usize| {
        let values = (row < vectors.rows()).then(|| vectors.row(row))?;
        Vector::new(values, Distance::Cosine)
    };
    let target = vector(row);
    let likeness = |other: u32| Some(target?.cosine(vector(other as usize)?) as f32);
    let others = among.par_iter().with_min_len(1024).filter(|&&other| other as usize != row);
    let mut found: Vec<(u32, Option<f32>)> =
        others.map(|&other| (other, likeness(other))).collect();
    found.par_sort_by(|a, b| match (a.1, b.1) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => Reverse(a.is_some()).cmp(&Reverse(b.is_some())),
    });
    found.into_iter().map(|(other, cosine)| (other, cosine.unwrap_or(0.0))).collect()
}

#[cfg(test)]
mod tests;
