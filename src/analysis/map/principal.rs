//! Principal components: the plane in which vectors lie furthest apart.

use super::super::parallel::pieces;
use super::Point;
use super::cloud::Cloud;
use super::krylov::leading_axes;
use serde::Serialize;

/// Rows of a piece of work.
const PIECE: usize = 512;

/// A cloud seen along its two principal axes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Principal {
    /// Where each vector of the cloud lies, in the units of the vectors; the mean lies at the origin.
    pub points: Vec<Point>,
    /// The share of the whole variance along each axis, 0 to 1; `None` where nothing varies.
    pub explained: [Option<f64>; 2],
}

/// Projects each vector of the cloud onto the first two principal axes (Hotelling 1933, J. Educ. Psychol.
/// 24:417). The sign of an axis is that of scikit-learn 1.5 and later: its largest loading is positive.
pub fn principal_axes(cloud: &Cloud) -> Principal {
    let mean = cloud.mean();
    let mut axes = leading_axes(cloud, &mean);
    for (_, axis) in &mut axes {
        let largest =
            axis.iter().fold(0.0_f64, |top, &x| if x.abs() > top.abs() { x } else { top });
        if largest < 0.0 {
            *axis = axis.iter().map(|x| -x).collect();
        }
    }
    let parts = pieces(cloud.len(), PIECE, |range| {
        let mut squares = 0.0;
        let mut points = Vec::with_capacity(range.len());
        for i in range {
            let mut point = [0.0; 2];
            for (d, (&x, mean)) in cloud.vector(i).iter().zip(&mean).enumerate() {
                let x = f64::from(x) - mean;
                squares += x * x;
                for (place, (_, axis)) in point.iter_mut().zip(&axes) {
                    *place += x * axis[d];
                }
            }
            // The diagonal of the largest numbers is longer than the largest number.
            points.push(point.map(|x| x.clamp(f32::MIN.into(), f32::MAX.into()) as f32));
        }
        (squares, points)
    });
    let total: f64 = parts.iter().map(|part| part.0).sum();
    let share = |axis: usize| {
        let along = axes.get(axis).map_or(0.0, |axis| axis.0);
        (total > 0.0).then(|| (along / total).clamp(0.0, 1.0))
    };
    let explained = [share(0), share(1)];
    Principal { points: parts.into_iter().flat_map(|part| part.1).collect(), explained }
}

#[cfg(test)]
#[path = "principal_tests.rs"]
mod tests;
