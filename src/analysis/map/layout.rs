//! A layout in which neighbours stay neighbours.

use super::super::neighbours::{Recall, among};
use super::super::parallel::pieces;
use super::Point;
use super::affinities::Affinities;
use super::cloud::Cloud;
use super::repulsion::repulsion;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// How a layout is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayoutOptions {
    /// How many neighbours a vector has, about.
    pub perplexity: f64,
    /// Steps in all.
    pub steps: usize,
    /// Steps at the start in which neighbours attract each other more, so that groups find together.
    pub early: usize,
    /// How much more.
    pub exaggeration: f32,
    /// Width of a group of far points, as a share of its distance, up to which they are taken as one.
    pub angle: f32,
    /// Steps between two intermediate layouts.
    pub every: usize,
    /// Of the noise that parts equal vectors.
    pub seed: u64,
}

impl Default for LayoutOptions {
    /// Perplexity 30, 250 steps of exaggeration 12 and 500 more, as openTSNE (Poličar, Stražar & Zupan 2024, J. Stat.
    /// Softw. 109(3)); an intermediate layout every 10 steps.
    fn default() -> Self {
        let (perplexity, steps, early, exaggeration) = (30.0, 750, 250, 12.0);
        Self { perplexity, steps, early, exaggeration, angle: 0.5, every: 10, seed: 0 }
    }
}

/// Rows of a piece of work.
const PIECE: usize = 256;
/// Vectors from which on some are nearer than others.
const FEWEST: usize = 4;
/// Spread of the layout at the start along its wider axis, small beside the distance 1 at which forces turn
/// (Kobak & Berens 2019, Nat. Commun. 10:5416).
const START: f64 = 1e-4;

/// A layout that is being made: t-SNE of a cloud (van der Maaten & Hinton 2008, JMLR 9:2579; with nearest
/// neighbours and Barnes–Hut sums: van der Maaten 2014, JMLR 15:3221). What lies near in it is alike; distances
/// between groups say little.
#[derive(Debug)]
pub struct NeighbourLayout {
    options: LayoutOptions,
    /// None with too few vectors to have neighbours.
    affinities: Option<Affinities>,
    recall: Option<Recall>,
    points: Vec<Point>,
    descent: Descent,
    done: usize,
}

impl NeighbourLayout {
    /// Begins one at `start`, the principal axes. M × M products; meanwhile `go_on` is told the share done, and
    /// stops it by returning false: then there is no layout.
    pub fn new(
        cloud: &Cloud,
        start: &[Point],
        options: &LayoutOptions,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Option<Self> {
        let rows = cloud.len();
        let (mut affinities, mut recall) = (None, None);
        if rows >= FEWEST {
            let perplexity = options.perplexity.max(1.0).min((rows - 1) as f64 / 3.0);
            let near = among(&cloud.points(), (3.0 * perplexity) as usize + 1, go_on)?;
            affinities = Some(Affinities::new(&near, perplexity));
            recall = near.recall();
        }
        let points = spread_out(start, rows, options.seed);
        let descent = Descent::new(rows, options);
        Some(Self { options: *options, affinities, recall, points, descent, done: 0 })
    }

    /// Goes on to the end, about M log M a step. `partial` is told the steps done, how many there are, and the
    /// layout so far, every so many steps and at the end. It stops the work by returning false; called again, the
    /// work goes on where it was, to the same end. Whether it is done.
    pub fn run(&mut self, partial: &mut dyn FnMut(usize, usize, &[Point]) -> bool) -> bool {
        let steps = self.options.steps;
        while self.done < steps {
            if let Some(affinities) = &self.affinities {
                self.descent.step(&mut self.points, affinities, &self.options, self.done);
            }
            self.done += 1;
            let told = self.done.is_multiple_of(self.options.every.max(1)) || self.done == steps;
            if told && !partial(self.done, steps, &self.points) {
                return false;
            }
        }
        true
    }

    /// How many of the nearest neighbours it goes by are true, if they are approximate.
    pub fn recall(&self) -> Option<Recall> {
        self.recall
    }

    /// Steps done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The layout so far.
    pub fn points(&self) -> &[Point] {
        &self.points
    }
}

/// The start with a spread of [`START`] and a little noise; all noise where it says nothing.
fn spread_out(start: &[Point], rows: usize, seed: u64) -> Vec<Point> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let place = |i: usize| start.get(i).copied().unwrap_or_default().map(f64::from);
    let wide = |axis: usize| {
        let mean = (0..rows).map(|i| place(i)[axis] / rows as f64).sum::<f64>();
        (0..rows).map(|i| (place(i)[axis] - mean).powi(2) / rows as f64).sum::<f64>().sqrt()
    };
    let width = wide(0).max(wide(1));
    let scale = if width > 0.0 { START / width } else { 0.0 };
    let noise = START / 100.0;
    let mut near = |x: f64| (x * scale + rng.random_range(-noise..noise)) as f32;
    (0..rows).map(|i| place(i).map(&mut near)).collect()
}

/// Gradient descent with momentum and a gain for each coordinate (Jacobs 1988, Neural Netw. 1:295), as in
/// scikit-learn.
#[derive(Debug)]
struct Descent {
    rate: f32,
    moves: Vec<Point>,
    gains: Vec<Point>,
}

impl Descent {
    fn new(rows: usize, options: &LayoutOptions) -> Self {
        // Belkina et al. 2019, Nat. Commun. 10:5415; with the factor 4 in the gradient, as in scikit-learn.
        let rate = (rows as f32 / options.exaggeration.max(1.0) / 4.0).max(50.0);
        Self { rate, moves: vec![[0.0; 2]; rows], gains: vec![[1.0; 2]; rows] }
    }

    fn step(
        &mut self,
        points: &mut [Point],
        affinities: &Affinities,
        options: &LayoutOptions,
        step: usize,
    ) {
        let early = step < options.early;
        let (pull, momentum) = if early { (options.exaggeration, 0.5) } else { (1.0, 0.8) };
        let (pushes, sum) = repulsion(points, options.angle);
        let push = (1.0 / sum.max(f64::MIN_POSITIVE)) as f32;
        let pulls = attraction(points, affinities);
        for (i, point) in points.iter_mut().enumerate() {
            for axis in 0..2 {
                let slope = 4.0 * (pull * pulls[i][axis] - push * pushes[i][axis]);
                let (gain, moved) = (&mut self.gains[i][axis], &mut self.moves[i][axis]);
                let onward = *moved * slope < 0.0;
                *gain = if onward { *gain + 0.2 } else { (*gain * 0.8).max(0.01) };
                let to = momentum * *moved - self.rate * *gain * slope;
                // A step that leaves the range of numbers is not taken.
                *moved = if to.is_finite() { to.clamp(-1e6, 1e6) } else { 0.0 };
                point[axis] += *moved;
            }
        }
        centre(points);
    }
}

/// Σ pᵢⱼ (1 + d²)⁻¹ (own − other).
fn attraction(points: &[Point], affinities: &Affinities) -> Vec<Point> {
    let of = |i: usize| {
        let [x, y] = points[i];
        let mut pull = [0.0_f32; 2];
        for &(j, p) in affinities.row(i) {
            let other = points[j as usize];
            let (dx, dy) = (x - other[0], y - other[1]);
            let weight = p / (1.0 + dx * dx + dy * dy);
            pull[0] += weight * dx;
            pull[1] += weight * dy;
        }
        pull
    };
    pieces(points.len(), PIECE, |range| range.map(of).collect::<Vec<Point>>()).concat()
}

/// Moves the mean to the origin.
fn centre(points: &mut [Point]) {
    for axis in 0..2 {
        let mean =
            points.iter().map(|point| f64::from(point[axis])).sum::<f64>() / points.len() as f64;
        for point in &mut *points {
            point[axis] -= mean as f32;
        }
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
