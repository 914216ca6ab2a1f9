//! Points in cells: each point in that whose centre is nearest to it.
//!
//! Invariant: the same points give the same cells, whatever the number of threads; every point is in one, none is
//! empty, and none is much larger than the others.

use super::exact::{PIECES, multiply};
use super::points::{Frame, Points, Tile};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use std::ops::Range;

/// Most cells.
const MOST: usize = 4096;
/// Points of a cell that its centre is found from.
const SAMPLE: usize = 32;
/// Rounds of k-means: later ones hardly change which cells a search must look in.
const ROUNDS: usize = 5;
/// A cell has at most so many times the mean number of points: equal points have one centre, however many they are.
const FULL: usize = 4;
/// Points of a piece of work.
const PIECE: usize = if cfg!(test) { 32 } else { 512 };
/// Of the sample.
const SEED: u64 = 0;

/// Cells of points, about as many as a cell has points. Those that follow each other are mostly near each other.
pub(super) struct Cells {
    /// C×D: of each cell; those that share one have it each.
    centres: Tile<f32>,
    order: Vec<u32>,
    starts: Vec<usize>,
}

impl Cells {
    /// Cells by k-means (Lloyd 1982, IEEE Trans. Inf. Theory 28:129) on a sample, as of an inverted file (Jégou,
    /// Douze & Schmid 2011, IEEE Trans. PAMI 33:117). Takes about N × C × D products; `go_on` stops it by false.
    pub fn new(
        points: &Points<'_>,
        frame: &Frame,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Option<Self> {
        let wanted = (points.len() as f64).sqrt().ceil().clamp(1.0, MOST as f64) as usize;
        let sample = spread(points.len(), wanted * SAMPLE, SEED);
        let first = sample.iter().step_by(sample.len().div_ceil(wanted).max(1));
        let first: Vec<usize> = first.map(|&place| place as usize).collect();
        let mut centres = Tile::new(points, first.into_iter(), frame);
        for round in 0..ROUNDS {
            let near = nearest(&centres, points, &sample, frame, &mut |done| {
                go_on(0.5 * (round as f64 + done) / ROUNDS as f64)
            })?;
            centres = means(points, &sample, &grouped(&near, centres.len()), frame);
        }
        let centres = toured(&centres);
        let all: Vec<u32> = (0..points.len() as u32).collect();
        let near =
            nearest(&centres, points, &all, frame, &mut |done| go_on(f64::midpoint(1.0, done)))?;
        Some(Self::cut(&centres, grouped(&near, centres.len())))
    }

    /// Those with too many points become several with the same centre.
    fn cut(centres: &Tile<f32>, (order, starts): Grouped) -> Self {
        let full = (FULL * order.len().div_ceil(centres.len().max(1))).max(1);
        let (mut cut, mut of) = (vec![0], Vec::new());
        for (centre, ends) in starts.windows(2).enumerate() {
            for start in (ends[0]..ends[1]).step_by(full) {
                cut.push(ends[1].min(start + full));
                of.push(centre);
            }
        }
        Self { centres: centres.some(&of), order, starts: cut }
    }

    /// C.
    pub fn len(&self) -> usize {
        self.centres.len()
    }

    /// Where a cell's points stand in the order.
    pub fn range(&self, cell: usize) -> Range<usize> {
        self.starts[cell]..self.starts[cell + 1]
    }

    /// Places of the points, cell by cell.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The cell of each point.
    pub fn of_points(&self) -> Vec<u32> {
        let mut of = vec![0; self.order.len()];
        for cell in 0..self.len() {
            self.order[self.range(cell)].iter().for_each(|&place| of[place as usize] = cell as u32);
        }
        of
    }

    /// The number of points in the cell of a point, on average.
    pub fn points_beside(&self) -> f64 {
        let squares = (0..self.len()).map(|cell| (self.range(cell).len() as f64).powi(2));
        squares.sum::<f64>() / self.order.len().max(1) as f64
    }

    /// How far the centres are from each point of a block, B×C: ½‖c‖² − ac.
    pub fn far(&self, block: &Tile<f32>) -> Array2<f32> {
        far(&self.centres, block)
    }

    /// Places of those asked about, in the order of the cells whose centres are nearest.
    pub fn in_order(
        &self,
        asked: &Points<'_>,
        frame: &Frame,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Option<Vec<u32>> {
        let all: Vec<u32> = (0..asked.len() as u32).collect();
        Some(grouped(&nearest(&self.centres, asked, &all, frame, go_on)?, self.len()).0)
    }
}

/// `count` of so many places, ascending: one at random of each of as many stretches.
pub(super) fn spread(places: usize, count: usize, seed: u64) -> Vec<u32> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let count = count.min(places);
    let mut one = |i: usize| rng.random_range(i * places / count..(i + 1) * places / count) as u32;
    (0..count).map(&mut one).collect()
}

/// The centres from each to the nearest of the others that are left: points in this order look in the same cells.
fn toured(centres: &Tile<f32>) -> Tile<f32> {
    let mut left: Vec<usize> = (1..centres.len()).collect();
    let mut tour = vec![0];
    while !left.is_empty() {
        let last = tour.last().map_or_else(Vec::new, |&last| vec![last]);
        let far = far(centres, &centres.some(&last));
        let nearest =
            left.iter().enumerate().min_by(|a, b| far[[0, *a.1]].total_cmp(&far[[0, *b.1]]));
        let next = nearest.map_or(0, |nearest| nearest.0);
        tour.push(left.swap_remove(next));
    }
    centres.some(&tour)
}

fn far(centres: &Tile<f32>, block: &Tile<f32>) -> Array2<f32> {
    let mut far = Array2::zeros((block.len(), centres.len()));
    multiply(block, centres, &mut far);
    for mut row in far.outer_iter_mut() {
        row.iter_mut().zip(&centres.halves).for_each(|(x, &half)| *x = half - *x);
    }
    far
}

/// The nearest centre to each of the places, the first of equally near ones.
fn nearest(
    centres: &Tile<f32>,
    points: &Points<'_>,
    places: &[u32],
    frame: &Frame,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Vec<u32>> {
    let of = |places: &[u32]| {
        let block = Tile::new(points, places.iter().map(|&place| place as usize), frame);
        let least = |row: ndarray::ArrayView1<'_, f32>| {
            let closer = |a: (u32, f32), b: (u32, f32)| if b.1 < a.1 { b } else { a };
            (0..).zip(row.iter().copied()).reduce(closer).map_or(0, |least| least.0)
        };
        far(centres, &block).outer_iter().map(least).collect::<Vec<u32>>()
    };
    let mut found = Vec::with_capacity(places.len());
    for some in places.chunks(PIECE * PIECES * rayon::current_num_threads()) {
        if !go_on(found.len() as f64 / places.len() as f64) {
            return None;
        }
        found.extend(some.par_chunks(PIECE).map(of).collect::<Vec<_>>().concat());
    }
    Some(found)
}

/// Indices by group, ascending within each, and where each group starts.
type Grouped = (Vec<u32>, Vec<usize>);

fn grouped(of: &[u32], groups: usize) -> Grouped {
    let mut starts = vec![0; groups + 1];
    for &group in of {
        starts[group as usize + 1] += 1;
    }
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    let (mut next, mut order) = (starts.clone(), vec![0; of.len()]);
    for (i, &group) in (0..).zip(of) {
        order[next[group as usize]] = i;
        next[group as usize] += 1;
    }
    (order, starts)
}

/// The mean of each group of the sample that has any.
fn means(
    points: &Points<'_>,
    sample: &[u32],
    (order, starts): &Grouped,
    frame: &Frame,
) -> Tile<f32> {
    let mean = |ends: &[usize]| {
        let mut sums = vec![0.0; points.dims()];
        for &i in &order[ends[0]..ends[1]] {
            let values = points.framed(sample[i as usize] as usize, frame);
            sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
        }
        let count = (ends[1] - ends[0]) as f64;
        (count > 0.0).then(|| sums.into_iter().map(|sum| sum / count).collect::<Vec<f64>>())
    };
    let means: Vec<Vec<f64>> = starts.par_windows(2).filter_map(mean).collect();
    Tile::made(means.into_iter().map(Vec::into_iter), points.dims())
}
