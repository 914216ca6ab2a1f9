//! The nearest in the cells that are nearest.
//!
//! Invariant: how many of the true neighbours it finds is measured on a sample that had no say in how it looks for
//! them, and the same points have the same answer, whatever the number of threads.
//!
//! A graph (HNSW) would be another one each time that several threads build it, and takes longer to build than
//! comparing all blocks up to some hundred thousand points.

use super::best::Best;
use super::cells::{Cells, spread};
use super::exact::{SPARE, Search, multiply, row};
use super::points::Tile;
use super::{Found, nearest_first, settled};
use ndarray::Array2;
use rayon::prelude::*;
use serde::Serialize;

/// Points that are asked exactly, half of them to find in how many cells to look, half to tell the recall.
const SAMPLE: usize = 400;
/// Of the sample.
const SEED: u64 = 1;
/// Share of the true neighbours that it looks for.
const TARGET: f64 = 0.95;
/// An approximate search looks at no more than one in so many points, however few of the true neighbours these are.
pub const ONE_IN: usize = 8;
/// Points that are asked about at once: so many that bringing cells into products takes little beside the products.
const GROUP: usize = if cfg!(test) { 32 } else { 2048 };
/// Groups a thread between two questions whether to go on: at a million points they take seconds.
const GROUPS: usize = 2;

/// How many of the true neighbours an approximate search finds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recall {
    /// Their share, 0 to 1. One that is as near as the last true one counts as true.
    pub share: f64,
    /// Measured on so many of those asked about, drawn at random.
    pub measured: usize,
}

/// A search for the nearest of each one asked about in the `look` nearest of some cells, or as many as have enough
/// points.
struct Approximate<'a> {
    exact: &'a Search<'a>,
    cells: Cells,
    look: usize,
}

/// The neighbours of each asked about, and how many of the true ones these are. Beside what the exact search
/// needs this takes 16 bytes a point, some 20 MiB a thread, and about √N × N × D products for the cells.
pub(super) fn approximate(
    exact: &Search<'_>,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<(Vec<Found>, Recall)> {
    let Search { asked, points, frame, own, .. } = *exact;
    let cells = Cells::new(points, frame, &mut |done| go_on(0.2 * done))?;
    let sample = spread(asked.len(), SAMPLE, SEED);
    let truth = exact.some::<f32>(&sample, &mut |done| go_on(0.2 + 0.1 * done))?;
    let truth = settled(exact, &sample, truth, &mut |_| go_on(0.3))?;
    let (look, told) = if sample.len() > 1 { (0, 1) } else { (0, 0) };
    let half = |from| sample.iter().copied().zip(&truth).skip(from).step_by(2);
    let look = look_in(exact, &cells, &half(look).collect::<Vec<_>>());
    let others = if own { None } else { Some(cells.in_order(asked, frame, &mut |_| go_on(0.3))?) };
    let search = Approximate { exact, cells, look };
    let found = search.all(others.as_deref(), &mut |done| go_on(0.3 + 0.7 * done))?;
    let (mut right, mut all, mut measured) = (0, 0, 0);
    for (place, truth) in half(told) {
        let last = truth.last().map_or(0.0, |last| last.0);
        right += found[place as usize].iter().filter(|found| found.0 <= last).count();
        all += truth.len();
        measured += 1;
    }
    Some((found, Recall { share: right as f64 / all.max(1) as f64, measured }))
}

/// In how many cells most of the true neighbours are.
fn look_in(exact: &Search<'_>, cells: &Cells, sample: &[(u32, &Found)]) -> usize {
    let places = sample.iter().map(|one| one.0 as usize);
    let far = cells.far(&Tile::new(exact.asked, places, exact.frame));
    let of = cells.of_points();
    let mut ranks = Vec::new();
    for (far, (_, truth)) in far.outer_iter().zip(sample) {
        for &(_, place) in *truth {
            let cell = of[place as usize] as usize;
            let first = |other: &usize| (far[*other], *other) < (far[cell], cell);
            ranks.push((0..cells.len()).filter(first).count());
        }
    }
    ranks.sort_unstable();
    let enough = ((TARGET * ranks.len() as f64).ceil() as usize).saturating_sub(1);
    let enough = ranks.get(enough).map_or(1, |rank| rank + 1);
    let most = exact.points.len() as f64 / ONE_IN as f64 / cells.points_beside().max(1.0);
    enough.clamp(1, (most as usize).max(1))
}

impl Approximate<'_> {
    /// All asked about: others, in the order of the cells, or the points themselves.
    fn all(
        &self,
        others: Option<&[u32]>,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Option<Vec<Found>> {
        let asked = others.unwrap_or(self.cells.order());
        let work: Vec<(usize, &[u32])> = asked.chunks(GROUP).enumerate().collect();
        let mut found = vec![Vec::new(); self.exact.asked.len()];
        let batch = GROUPS * rayon::current_num_threads();
        for (done, some) in work.chunks(batch).enumerate() {
            if !go_on((done * batch) as f64 / work.len() as f64) {
                return None;
            }
            let one = |&(i, places): &(usize, &[u32])| self.group(i * GROUP, places);
            let parts: Vec<Vec<Found>> = some.par_iter().map(one).collect();
            for ((_, places), part) in some.iter().zip(parts) {
                places.iter().zip(part).for_each(|(&place, one)| found[place as usize] = one);
            }
        }
        Some(found)
    }

    /// The neighbours of those at some places, the first of whom stands here among those asked about.
    fn group(&self, first: usize, places: &[u32]) -> Vec<Found> {
        let Search { asked, points, frame, count, own } = *self.exact;
        let block = Tile::<f32>::new(asked, places.iter().map(|&place| place as usize), frame);
        let mut best = Best::new(places.len(), count + SPARE);
        for (cell, askers) in self.looked_in(&block) {
            let range = self.cells.range(cell);
            let there = self.cells.order()[range.clone()].iter().map(|&place| place as usize);
            let there = Tile::new(points, there, frame);
            let mut products = Array2::zeros((askers.len(), there.len()));
            multiply(&block.some(&askers), &there, &mut products);
            for (i, &asker) in askers.iter().enumerate() {
                let own = if own { first + asker } else { usize::MAX };
                let products = row(&products, i, there.len());
                best.row(asker, range.start, &there.halves, products, own);
            }
        }
        let order = self.cells.order();
        let settle = |((found, _), &place): ((Vec<u32>, f64), &u32)| {
            let found = found.into_iter().map(|at| order[at as usize]);
            nearest_first(asked, place as usize, points, found, count)
        };
        best.finish().into_iter().zip(places).map(settle).collect()
    }

    /// Cells that points of a block look in, those first that most do, each with who they are.
    fn looked_in(&self, block: &Tile<f32>) -> Vec<(usize, Vec<usize>)> {
        let far = self.cells.far(block);
        let mut askers: Vec<(usize, Vec<usize>)> =
            (0..self.cells.len()).map(|cell| (cell, Vec::new())).collect();
        for asker in 0..block.len() {
            for cell in self.nearest_cells(row(&far, asker, self.cells.len())) {
                askers[cell as usize].1.push(asker);
            }
        }
        askers.retain(|cell| !cell.1.is_empty());
        askers.sort_by_key(|cell| std::cmp::Reverse(cell.1.len()));
        askers
    }

    /// The nearest cells, in no order; more than `look` where these have too few points.
    fn nearest_cells(&self, far: &[f32]) -> Vec<u32> {
        let mut cells: Vec<u32> = (0..far.len() as u32).collect();
        let order = |a: &u32, b: &u32| far[*a as usize].total_cmp(&far[*b as usize]).then(a.cmp(b));
        let mut look = self.look.min(cells.len());
        if look < cells.len() {
            cells.select_nth_unstable_by(look, order);
        }
        let size = |cell: u32| self.cells.range(cell as usize).len();
        let enough = self.exact.count + usize::from(self.exact.own);
        let mut held: usize = cells[..look].iter().map(|&cell| size(cell)).sum();
        if held < enough {
            cells[look..].sort_unstable_by(order);
        }
        while held < enough && look < cells.len() {
            held += size(cells[look]);
            look += 1;
        }
        cells.truncate(look);
        cells
    }
}

#[cfg(test)]
#[path = "approximate_tests.rs"]
mod tests;
