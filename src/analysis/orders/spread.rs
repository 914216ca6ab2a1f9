//! Orders from where examples lie in a space of embeddings: near one of them, or spread over all.

use super::lowest_first;
use crate::analysis::neighbours::{self, Points};
use crate::analysis::vectors::{Distance, Vector};
use crate::dataset::Matrix;
use rayon::prelude::*;

/// Nearest to the row `to` first, and `to` itself before all others. `embeddings` is N×D. Takes
/// N × D steps. The order stays as it is when `to` has no distance to anything.
pub fn by_distance(
    rows: &[u32],
    embeddings: &Matrix<f32>,
    to: u32,
    distance: Distance,
) -> Vec<u32> {
    let target = Points::of(embeddings, &[to], distance);
    let points = Points::of(embeddings, rows, distance);
    if target.is_empty() {
        return rows.to_vec();
    }
    let near = neighbours::nearest(&target, &points, points.len(), &mut |_| true);
    let near = near.iter().flat_map(|near| near.of(0)).map(|near| near.id);
    let rest = points.without_place(rows);
    let own = rows.iter().copied().filter(|&row| row == to);
    own.chain(near.filter(|&row| row != to)).chain(rest).collect()
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
    let points: Vec<(u32, Vector<'_>)> =
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

struct Space<'a> {
    embeddings: &'a Matrix<f32>,
    distance: Distance,
}

impl<'a> Space<'a> {
    /// `None` outside of the table and for what has no distance to anything.
    fn point(&self, row: u32) -> Option<Vector<'a>> {
        let row = row as usize;
        let values = (row < self.embeddings.rows()).then(|| self.embeddings.row(row))?;
        Vector::new(values, self.distance)
    }

    /// The square of the straight distance; for the cosine between points on the unit sphere, where
    /// it is 2 − 2 cos: the same order, and a metric.
    fn squared(&self, a: Vector<'_>, b: Vector<'_>) -> f64 {
        match self.distance {
            Distance::Cosine => 2.0 - 2.0 * a.cosine(b),
            Distance::Euclidean => a.apart(b),
        }
    }

    /// The index of the point nearest the mean.
    fn central(&self, points: &[(u32, Vector<'_>)]) -> Option<usize> {
        let mut mean = vec![0.0; self.embeddings.cols()];
        for (_, point) in points {
            mean.iter_mut().zip(point.values).for_each(|(m, &v)| *m += f64::from(v) * point.scale);
        }
        for m in &mut mean {
            *m /= points.len() as f64;
        }
        let away = |(i, (_, point)): (usize, &(u32, Vector<'_>))| {
            let apart = |(&v, m): (&f32, &f64)| (f64::from(v) * point.scale - m).powi(2);
            (point.values.iter().zip(&mean).map(apart).sum::<f64>(), i)
        };
        // the first of equally near ones, in whatever order threads come back
        let nearer = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        points.par_iter().enumerate().map(away).min_by(nearer).map(|a| a.1)
    }

    /// Updates how far each point is from the nearest chosen one (−1 for those chosen) and returns the
    /// one farthest away, the first of equal ones.
    fn cover(
        &self,
        points: &[(u32, Vector<'_>)],
        away: &mut [f64],
        chosen: usize,
    ) -> Option<usize> {
        let centre = points[chosen].1;
        away[chosen] = -1.0;
        let farthest = |a: (f64, usize), b: (f64, usize)| {
            if b.0 > a.0 || (b.0 >= a.0 && b.1 < a.1) { b } else { a }
        };
        let update = |(i, (away, (_, point))): (usize, (&mut f64, &(u32, Vector<'_>)))| {
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
