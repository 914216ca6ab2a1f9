//! Comparing all with all, by products of blocks.

use super::best::{Best, Real};
use super::points::{Frame, Points, Tile};
use ndarray::Array2;
use ndarray::linalg::general_mat_mul;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// Points of a block: a multiple of what the kernels of products take at once. Tests have many blocks, too.
const BLOCK: usize = if cfg!(test) { 32 } else { 512 };
/// Fewest points asked about in a block.
const SMALLEST: usize = if cfg!(test) { 8 } else { 32 };
/// Blocks that a piece of work compares with one block.
const RUN: usize = 8;
/// Pieces of work a thread between two questions whether to go on.
pub(super) const PIECES: usize = 4;
/// Candidates beyond those asked for: within them rounding may have changed the order.
pub(super) const SPARE: usize = if cfg!(test) { 4 } else { 16 };

/// What was found of one point: places of candidates, and how far all others are at least.
pub(super) type Candidates = (Vec<u32>, f64);

/// A comparison of all asked with all points. Half the squared distance less half the squared length of the
/// one asked, ½‖b‖² − ab, is how far a candidate is.
pub(super) struct Search<'a> {
    pub asked: &'a Points<'a>,
    pub points: &'a Points<'a>,
    pub frame: &'a Frame,
    pub count: usize,
    /// The points are those asked: none is a candidate of its own.
    pub own: bool,
}

impl Search<'_> {
    /// The candidates of the points asked at these places.
    pub fn some<T: Real>(
        &self,
        places: &[u32],
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Option<Vec<Candidates>> {
        let threads = rayon::current_num_threads();
        let size = places.len().div_ceil(PIECES * threads).clamp(SMALLEST, BLOCK);
        let mut found = Vec::with_capacity(places.len());
        for batch in places.chunks(size * threads) {
            if !go_on(found.len() as f64 / places.len() as f64) {
                return None;
            }
            let parts: Vec<_> =
                batch.par_chunks(size).map(|places| self.block::<T>(places)).collect();
            found.extend(parts.into_iter().flatten());
        }
        Some(found)
    }

    fn block<T: Real>(&self, places: &[u32]) -> Vec<Candidates> {
        let asked =
            Tile::<T>::new(self.asked, places.iter().map(|&place| place as usize), self.frame);
        let mut best = Best::new(places.len(), self.count + SPARE);
        let mut products = Array2::zeros((places.len(), BLOCK));
        for start in (0..self.points.len()).step_by(BLOCK) {
            let end = self.points.len().min(start + BLOCK);
            let block = Tile::new(self.points, start..end, self.frame);
            multiply(&asked, &block, &mut products);
            for (i, &place) in places.iter().enumerate() {
                let own = if self.own { place as usize } else { usize::MAX };
                best.row(i, start, &block.halves, row(&products, i, block.len()), own);
            }
        }
        best.finish()
    }

    /// The candidates of every point among the others. Each pair of blocks is multiplied once, for both.
    pub fn all<T: Real>(&self, go_on: &mut dyn FnMut(f64) -> bool) -> Option<Vec<Candidates>> {
        let n = self.points.len();
        let blocks = n.div_ceil(BLOCK);
        let size = |block: usize| BLOCK.min(n - block * BLOCK);
        let best = |block| Mutex::new(Best::<T>::new(size(block), self.count + SPARE));
        let best: Vec<_> = (0..blocks).map(best).collect();
        let runs = |i: usize| (i..blocks).step_by(RUN).map(move |j| (i, j..blocks.min(j + RUN)));
        let work: Vec<_> = (0..blocks).flat_map(runs).collect();
        let batch = PIECES * rayon::current_num_threads();
        for (done, some) in work.chunks(batch).enumerate() {
            if !go_on((done * batch) as f64 / work.len() as f64) {
                return None;
            }
            some.par_iter().for_each(|(i, others)| {
                let tile = |block: usize| {
                    let first = block * BLOCK;
                    (first, Tile::<T>::new(self.points, first..first + size(block), self.frame))
                };
                let own = tile(*i);
                let mut products = Array2::zeros((own.1.len(), BLOCK));
                for j in others.clone() {
                    pair(&own, &tile(j), &mut products, [&best[*i], &best[j]]);
                }
            });
        }
        let finish = |best: Mutex<Best<T>>| {
            best.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
        };
        Some(best.into_iter().flat_map(finish).collect())
    }

    /// Whether no other point can be as near as the last one found, which is at this distance, when all that are
    /// not candidates are at least so `far` in `T`. By how much rounding moves that is bounded as for a dot product
    /// (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1), with the roundings of what
    /// goes into it; `longest` is ½‖b‖² of the longest of the points. The same rows are equally far in `T`, and were
    /// taken by place.
    pub fn is_sure<T: Real>(&self, place: usize, last: f64, far: f64, longest: f64) -> bool {
        let half = self.asked.half_length(place, self.frame);
        let terms = (self.points.dims() + 8) as f64;
        let rounding = terms * T::ROUNDING * (2.0 * (half * longest).sqrt() + longest);
        let same = last <= self.asked.distance(place, self.asked, place);
        same || self.asked.half_square(last, self.frame) - half < far - rounding
    }
}

/// Compares two blocks, which begin at these places, both ways.
fn pair<T: Real>(
    (first, own): &(usize, Tile<T>),
    (start, other): &(usize, Tile<T>),
    products: &mut Array2<T>,
    best: [&Mutex<Best<T>>; 2],
) {
    multiply(own, other, products);
    let [mine, theirs] = best;
    let mut nearest = mine.lock().unwrap_or_else(PoisonError::into_inner);
    for i in 0..own.len() {
        nearest.row(i, *start, &other.halves, row(products, i, other.len()), first + i);
    }
    drop(nearest);
    if first != start {
        let mut nearest = theirs.lock().unwrap_or_else(PoisonError::into_inner);
        for (i, &half) in own.halves.iter().enumerate() {
            nearest.column(first + i, half, row(products, i, other.len()));
        }
    }
}

pub(super) fn multiply<T: Real>(a: &Tile<T>, b: &Tile<T>, products: &mut Array2<T>) {
    let mut products = products.slice_mut(ndarray::s![..a.len(), ..b.len()]);
    general_mat_mul(T::one(), &a.values, &b.values.t(), T::zero(), &mut products);
}

pub(super) fn row<T>(products: &Array2<T>, i: usize, len: usize) -> &[T] {
    let row = products.row(i).to_slice().unwrap_or_default();
    &row[..len.min(row.len())]
}
