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

use super::neighbours::{self, Distance, Points};
use crate::dataset::Matrix;

/// The rows `among` with their cosine to `row`, nearest first, without `row` itself; equally near ones in the
/// order given. A row that has no direction (zeros, NaN, not in the table) comes last with a cosine of 0, and if
/// `row` has none, all do. Takes |among| × D steps, on all cores.
pub fn nearest(vectors: &Matrix<f32>, row: usize, among: &[u32]) -> Vec<(u32, f32)> {
    let others: Vec<u32> = among.iter().copied().filter(|&other| other as usize != row).collect();
    let target = Points::of(vectors, &[row as u32], Distance::Cosine);
    let points = Points::of(vectors, &others, Distance::Cosine);
    if target.is_empty() {
        return others.into_iter().map(|other| (other, 0.0)).collect();
    }
    let near = neighbours::nearest(&target, &points, points.len(), &mut |_| true);
    let near = near.iter().flat_map(|near| near.of(0));
    let near = near.map(|near| (near.id, (1.0 - near.distance) as f32));
    near.chain(points.without_place(&others).into_iter().map(|other| (other, 0.0))).collect()
}

#[cfg(test)]
mod tests;
