//! The k nearest neighbours of vectors, by the cosine or along the straight line.
//!
//! Invariant: they are those that comparing all in f64 gives, the lower place first of equally near ones, or they
//! say how many of those they are; whatever the number of threads.
//!
//! Candidates come from matrix products in f32, and their distances are then computed directly. Besides the
//! vectors, which may be mapped from a file, memory is 32 bytes a point and 16 (k + 16) for each one asked about, and
//! 3 MiB a thread at D = 512: blocks are brought into products one after the other. Where comparing all would take
//! too long, only points in the nearest cells are compared.

mod approximate;
mod best;
mod cells;
mod exact;
mod points;

pub use super::vectors::Distance;
pub use approximate::{ONE_IN, Recall};
pub use points::Points;

use super::parallel::pieces;
use approximate::approximate;
use best::Real;
use exact::{Candidates, Search};
use points::Frame;
use rayon::prelude::*;

/// Up to so many are asked about by computing all distances directly.
const FEW: usize = 4;
/// Fewest who are worth making cells for.
const MANY: usize = if cfg!(test) { 256 } else { 4096 };
/// Points of a piece of work.
const PIECE: usize = 4096;

/// Most products, |asked| × N × D, by which all are compared: those of 200,000 points with each other at D = 512,
/// some minutes on two cores.
pub const BUDGET: u64 = 200_000 * 200_000 * 512;

/// A point that is near to another.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Neighbour {
    /// Its id.
    pub id: u32,
    /// 1 − cosine, 0 to 2, or the length of the straight line.
    pub distance: f64,
}

/// The neighbours of each point asked about, nearest first, equally near ones by place.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    count: usize,
    found: Vec<Neighbour>,
    recall: Option<Recall>,
}

impl Neighbours {
    fn new(count: usize, points: &Points<'_>, found: Vec<Found>, recall: Option<Recall>) -> Self {
        let found = found.into_iter().flatten().map(|found| neighbour(points, found)).collect();
        Self { count, found, recall }
    }

    /// How many each has: as many as asked for, or as there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many of the true ones these are, where not all points were compared; `None`: they are exact.
    pub fn recall(&self) -> Option<Recall> {
        self.recall
    }

    /// Those of the point at this place among those asked about.
    pub fn of(&self, place: usize) -> &[Neighbour] {
        self.found.get(place * self.count..(place + 1) * self.count).unwrap_or_default()
    }

    /// Those of all, one point after the other.
    pub fn all(&self) -> &[Neighbour] {
        &self.found
    }
}

/// The `count` nearest of `points` to each of `asked`. `go_on` is told the share done, and stops it by false: then
/// there is nothing. Both sides have the same dimensions and distance, or there are no neighbours. Takes
/// |asked| × N × D products on all cores, and is approximate where these are more than [`BUDGET`].
pub fn nearest(
    asked: &Points<'_>,
    points: &Points<'_>,
    count: usize,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Neighbours> {
    nearest_within(BUDGET, asked, points, count, go_on)
}

/// As [`nearest`], with another budget. Few are compared with all whatever that takes: it is no more than cells take.
pub fn nearest_within(
    budget: u64,
    asked: &Points<'_>,
    points: &Points<'_>,
    count: usize,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Neighbours> {
    let alike = asked.dims() == points.dims() && asked.measure() == points.measure();
    let count = if alike { count.min(points.len()) } else { 0 };
    if count == 0 || asked.is_empty() {
        return go_on(0.0).then(|| Neighbours::new(count, points, Vec::new(), None));
    }
    if asked.len() <= FEW {
        return directly(asked, points, count, go_on);
    }
    let frame = Frame::new(asked, points);
    let search = Search { asked, points, frame: &frame, count, own: false };
    if is_beyond(budget, asked, points) {
        return approximately(&search, go_on);
    }
    let places: Vec<u32> = (0..asked.len() as u32).collect();
    let candidates = search.some::<f32>(&places, go_on)?;
    let found = settled(&search, &places, candidates, go_on)?;
    Some(Neighbours::new(count, points, found, None))
}

/// The `count` nearest of each point among the others. Takes N²/2 × D products on all cores; else as [`nearest`].
pub fn among(
    points: &Points<'_>,
    count: usize,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Neighbours> {
    among_within(BUDGET, points, count, go_on)
}

/// As [`among`], with another budget.
pub fn among_within(
    budget: u64,
    points: &Points<'_>,
    count: usize,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Neighbours> {
    let count = count.min(points.len().saturating_sub(1));
    if count == 0 {
        return go_on(0.0).then(|| Neighbours::new(count, points, Vec::new(), None));
    }
    let frame = Frame::new(points, points);
    let search = Search { asked: points, points, frame: &frame, count, own: true };
    if is_beyond(budget, points, points) {
        return approximately(&search, go_on);
    }
    let places: Vec<u32> = (0..points.len() as u32).collect();
    let candidates = search.all::<f32>(go_on)?;
    let found = settled(&search, &places, candidates, go_on)?;
    Some(Neighbours::new(count, points, found, None))
}

fn is_beyond(budget: u64, asked: &Points<'_>, points: &Points<'_>) -> bool {
    let sizes = [points.len(), points.dims()].map(|size| size as u64);
    let products = sizes.iter().fold(asked.len() as u64, |all, &size| all.saturating_mul(size));
    asked.len() >= MANY && products > budget
}

fn approximately(search: &Search<'_>, go_on: &mut dyn FnMut(f64) -> bool) -> Option<Neighbours> {
    let (found, recall) = approximate(search, go_on)?;
    Some(Neighbours::new(search.count, search.points, found, Some(recall)))
}

/// All distances of each, computed directly.
fn directly(
    asked: &Points<'_>,
    points: &Points<'_>,
    count: usize,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Neighbours> {
    let mut found = Vec::with_capacity(asked.len());
    for place in 0..asked.len() {
        if !go_on(place as f64 / asked.len() as f64) {
            return None;
        }
        found.push(of_all(asked, place, points, count));
    }
    Some(Neighbours::new(count, points, found, None))
}

/// The nearest among the candidates of the points asked at some places, by distances computed directly. Where it is
/// open whether products in f32 missed one, those in f64 are asked, and where these leave it open, all points.
fn settled(
    search: &Search<'_>,
    places: &[u32],
    candidates: Vec<Candidates>,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Vec<Found>> {
    let Search { asked, points, frame, count, own } = *search;
    let halves = (0..points.len()).into_par_iter().map(|place| points.half_length(place, frame));
    let longest = halves.reduce(|| 0.0, f64::max);
    let (mut found, open) = sorted::<f32>(search, places, candidates, longest);
    let left = |open: &[usize]| open.iter().map(|&i| places[i]).collect::<Vec<u32>>();
    let exact = search.some::<f64>(&left(&open), go_on)?;
    let (exact, still) = sorted::<f64>(search, &left(&open), exact, longest);
    for (&i, exact) in open.iter().zip(exact) {
        found[i] = exact;
    }
    for (done, i) in still.iter().map(|&i| open[i]).enumerate() {
        if !go_on(done as f64 / still.len() as f64) {
            return None;
        }
        let all = of_all(asked, places[i] as usize, points, count + usize::from(own));
        let others = all.into_iter().filter(|other| !own || other.1 != places[i]);
        found[i] = others.take(count).collect();
    }
    Some(found)
}

/// Distances and places of neighbours, nearest first.
type Found = Vec<(f64, u32)>;

/// The nearest candidates of the points asked at some places, and the indices of places for which that is not sure.
fn sorted<T: Real>(
    search: &Search<'_>,
    places: &[u32],
    candidates: Vec<Candidates>,
    longest: f64,
) -> (Vec<Found>, Vec<usize>) {
    let one = |(i, (&place, (among, far))): (usize, (&u32, Candidates))| {
        let asked = place as usize;
        let among = among.into_iter();
        let found = nearest_first(search.asked, asked, search.points, among, search.count);
        let last = found.last().map_or(0.0, |last| last.0);
        let sure = search.is_sure::<T>(asked, last, far, longest);
        (found, (!sure).then_some(i))
    };
    let (found, open): (Vec<Found>, Vec<Option<usize>>) =
        places.par_iter().zip(candidates).enumerate().map(one).unzip();
    (found, open.into_iter().flatten().collect())
}

/// The `count` nearest of all points.
fn of_all(asked: &Points<'_>, place: usize, points: &Points<'_>, count: usize) -> Found {
    let some = pieces(points.len(), PIECE, |range| {
        nearest_first(asked, place, points, range.map(|other| other as u32), count)
    });
    let mut all = some.concat();
    all.par_sort_unstable_by(by_distance);
    all.truncate(count);
    all
}

/// The `count` nearest of some places.
fn nearest_first(
    asked: &Points<'_>,
    place: usize,
    points: &Points<'_>,
    among: impl Iterator<Item = u32>,
    count: usize,
) -> Found {
    let distance = |other: u32| (asked.distance(place, points, other as usize), other);
    let mut all: Found = among.map(distance).collect();
    if count < all.len() {
        all.select_nth_unstable_by(count, by_distance);
        all.truncate(count);
    }
    all.sort_unstable_by(by_distance);
    all
}

fn by_distance(a: &(f64, u32), b: &(f64, u32)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

fn neighbour(points: &Points<'_>, (distance, place): (f64, u32)) -> Neighbour {
    Neighbour { id: points.ids()[place as usize], distance }
}

#[cfg(test)]
mod tests;
