//! How far a layout can be trusted.

use super::super::parallel::pieces;
use super::super::vectors::squared_distance;
use super::Point;
use super::cloud::Cloud;

/// Vectors of a piece of work.
const PIECE: usize = 16;

/// Trustworthiness, 0 to 1: whether those who are neighbours in the layout are so in the cloud (Venna & Kaski 2001,
/// ICANN): 1 − 2/(MK(2M − 3K − 1)) Σ max(0, rank − K), over the K nearest of each point in the layout, with
/// their rank by distance in the cloud. What scikit-learn's `manifold.trustworthiness` computes. It is averaged
/// over every `every`-th point. `None` unless 0 < K < M/2, and with another number of points than vectors.
pub fn trustworthiness(cloud: &Cloud, points: &[Point], k: usize, every: usize) -> Option<f64> {
    let m = cloud.len();
    if points.len() != m || k == 0 || 2 * k >= m {
        return None;
    }
    let every = every.max(1);
    let asked = m.div_ceil(every);
    let too_far = pieces(asked, PIECE, |range| {
        range.map(|i| intrusion(cloud, points, k, i * every)).sum::<usize>()
    });
    let too_far: usize = too_far.into_iter().sum();
    let worst = asked as f64 * k as f64 * (2 * m - 3 * k - 1) as f64 / 2.0;
    Some(1.0 - too_far as f64 / worst)
}

/// By how many ranks the K nearest of point `i` lie too far away in the cloud, together.
fn intrusion(cloud: &Cloud, points: &[Point], k: usize, i: usize) -> usize {
    let others = || (0..points.len()).filter(|&j| j != i);
    let at = |j: usize| points[j].map(f64::from);
    let [x, y] = at(i);
    let near = |j: usize| (at(j)[0] - x).powi(2) + (at(j)[1] - y).powi(2);
    let mut in_layout: Vec<(f64, usize)> = others().map(|j| (near(j), j)).collect();
    let by_distance = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    in_layout.select_nth_unstable_by(k - 1, by_distance);
    let far = |j: usize| squared_distance(cloud.vector(i), cloud.vector(j));
    let mut in_cloud: Vec<f64> = others().map(far).collect();
    in_cloud.sort_unstable_by(f64::total_cmp);
    let rank = |j: usize| 1 + in_cloud.partition_point(|&other| other < far(j));
    in_layout[..k].iter().map(|&(_, j)| rank(j).saturating_sub(k)).sum()
}
