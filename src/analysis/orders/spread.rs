//! Orders from where examples lie in a space of embeddings: near one of them, or spread over all.

use super::{lowest_first, sorted};
use crate::dataset::Matrix;
use rayon::prelude::*;
use serde::Serialize;

/// What "near" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// 1 − cosine of the angle; an embedding of zeros is near nothing.
    Cosine,
    /// Length of the straight line.
    Euclidean,
}

/// Nearest to the row `to` first, and `to` itself before all others. `embeddings` is N×D. Takes
/// N × D steps. The order stays as it is when `to` has no distance to anything.
pub fn by_distance(
    rows: &[u32],
    embeddings: &Matrix<f32>,
    to: u32,
    distance: Distance,
) -> Vec<u32> {
    let space = Space { embeddings, distance };
    let Some(target) = space.point(to) else { return rows.to_vec() };
    sorted(rows, |row| {
        let away = space.point(row).map(|point| space.squared(point, target));
        (row != to, lowest_first(away))
    })
}

/// First `count` rows that cover all of them: the one nearest the mean, then always the one farthest
/// from those before it. The largest distance of any row from its nearest chosen one is at most twice
/// what the best choice of `count` rows allows (greedy k-centre; Gonzalez 1985, Theor. Comput. Sci.
/// 38:293). The other rows follow, the least covered first. `embeddings` is N×D, and rows with a NaN
/// come last. Takes `count` × rows × D steps.
pub fn diverse(
    rows: &[u32],
    embeddings: &Matrix<f32>,
    count: usize,
    distance: Distance,
) -> Vec<u32> {
    let space = Space { embeddings, distance };
    let points: Vec<(u32, Point<'_>)> =
        rows.par_iter().filter_map(|&row| Some((row, space.point(row)?))).collect();
    let mut order = Vec::with_capacity(rows.len());
    let mut away = vec![f64::INFINITY; points.len()];
    let mut next = space.central(&points);
    while let Some(chosen) = next.filter(|_| order.len() < count) {
        order.push(points[chosen].0);
        next = space.cover(&points, &mut away, chosen);
    }
    let mut rest: Vec<(u64, u32)> = away
        .iter()
        .zip(&points)
        .filter(|(away, _)| **away >= 0.0)
        .map(|(away, point)| (lowest_first(Some(-away)), point.0))
        .collect();
    rest.par_sort_by_key(|keyed| keyed.0);
    order.extend(rest.into_iter().map(|(_, row)| row));
    order.extend(rows.iter().filter(|&&row| space.point(row).is_none()));
    order
}

#[derive(Clone, Copy)]
struct Point<'a> {
    values: &'a [f32],
    /// 1/length for the cosine, else 1.
    scale: f64,
}

struct Space<'a> {
    embeddings: &'a Matrix<f32>,
    distance: Distance,
}

impl<'a> Space<'a> {
    /// `None` outside of the table and for what has no distance to anything.
    fn point(&self, row: u32) -> Option<Point<'a>> {
        let row = row as usize;
        let values = (row < self.embeddings.rows()).then(|| self.embeddings.row(row))?;
        let length = sum(values, values, |a, b| a * b).sqrt();
        let scale = match self.distance {
            Distance::Cosine => 1.0 / length,
            Distance::Euclidean => 1.0,
        };
        (length.is_finite() && scale.is_finite()).then_some(Point { values, scale })
    }

    /// The square of the straight distance; for the cosine between points on the unit sphere, where
    /// it is 2 − 2 cos: the same order, and a metric.
    fn squared(&self, a: Point<'_>, b: Point<'_>) -> f64 {
        match self.distance {
            Distance::Cosine => {
                let cosine = sum(a.values, b.values, |a, b| a * b) * a.scale * b.scale;
                (2.0 - 2.0 * cosine).max(0.0)
            }
            Distance::Euclidean => sum(a.values, b.values, |a, b| (a - b) * (a - b)),
        }
    }

    /// The index of the point nearest the mean.
    fn central(&self, points: &[(u32, Point<'_>)]) -> Option<usize> {
        let mut mean = vec![0.0; self.embeddings.cols()];
        for (_, point) in points {
            mean.iter_mut().zip(point.values).for_each(|(m, &v)| *m += f64::from(v) * point.scale);
        }
        for m in &mut mean {
            *m /= points.len() as f64;
        }
        let away = |(i, (_, point)): (usize, &(u32, Point<'_>))| {
            let apart = |(&v, m): (&f32, &f64)| (f64::from(v) * point.scale - m).powi(2);
            (point.values.iter().zip(&mean).map(apart).sum::<f64>(), i)
        };
        // the first of equally near ones, in whatever order threads come back
        let nearer = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        points.par_iter().enumerate().map(away).min_by(nearer).map(|a| a.1)
    }

    /// Updates how far each point is from the nearest chosen one (−1 for those chosen) and returns the
    /// one farthest away, the first of equal ones.
    fn cover(&self, points: &[(u32, Point<'_>)], away: &mut [f64], chosen: usize) -> Option<usize> {
        let centre = points[chosen].1;
        away[chosen] = -1.0;
        let farthest = |a: (f64, usize), b: (f64, usize)| {
            if b.0 > a.0 || (b.0 >= a.0 && b.1 < a.1) { b } else { a }
        };
        let update = |(i, (away, (_, point))): (usize, (&mut f64, &(u32, Point<'_>)))| {
            if *away > 0.0 {
                *away = away.min(self.squared(*point, centre));
            }
            (*away, i)
        };
        let points = away.par_iter_mut().zip(points).with_min_len(1024).enumerate();
        let (away, index) = points.map(update).reduce(|| (-1.0, usize::MAX), farthest);
        (away >= 0.0).then_some(index)
    }
}

/// Σ f(a, b) in f64, in eight lanes so that it runs at the speed of vector instructions.
fn sum(a: &[f32], b: &[f32], f: impl Fn(f64, f64) -> f64) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let rest: f64 = rest.map(|(&a, &b)| f(f64::from(a), f64::from(b))).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for i in 0..LANES {
            lanes[i] += f(f64::from(a[i]), f64::from(b[i]));
        }
    }
    lanes.iter().sum::<f64>() + rest
}
