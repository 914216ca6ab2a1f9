//! The outline of a lasso on the cells of the screen.

use crate::analysis::map::Raster;
use std::collections::HashSet;

/// Where a place lies, in cells from the first one on: on the screen or beside it.
pub(super) fn spot_of(raster: &Raster, place: [f64; 2]) -> [f64; 2] {
    let first = raster.part(0, 0);
    let right = (place[0] - first.low[0]) / (first.high[0] - first.low[0]);
    let down = (first.high[1] - place[1]) / (first.high[1] - first.low[1]);
    // What is farther away than any screen is wide is on no line that can be seen whole.
    [right, down].map(|at| at.floor().clamp(-1e4, 1e4))
}

/// The cells on the lines from corner to corner and back to the first; of two corners those of a rectangle.
pub(super) fn outline(corners: &[[f64; 2]], size: [usize; 2]) -> HashSet<[usize; 2]> {
    let corners = match corners {
        [a, b] => &[*a, [b[0], a[1]], *b, [a[0], b[1]]],
        corners => corners,
    };
    let ends = corners.iter().zip(corners.iter().cycle().skip(1));
    let on_line = |(a, b): (&[f64; 2], &[f64; 2])| {
        let ([x, y], [right, down]) = (*a, [b[0] - a[0], b[1] - a[1]]);
        let steps = right.abs().max(down.abs()).max(1.0);
        (0..=steps as usize).map(move |step| {
            let part = step as f64 / steps;
            [x + part * right, y + part * down].map(f64::round)
        })
    };
    let inside = |spot: &[f64; 2]| {
        (0.0..size[0] as f64).contains(&spot[0]) && (0.0..size[1] as f64).contains(&spot[1])
    };
    ends.flat_map(on_line).filter(inside).map(|spot| spot.map(|at| at as usize)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_corners_are_a_rectangle_and_what_is_outside_is_not_drawn() {
        let drawn = outline(&[[0.0, 0.0], [2.0, 2.0]], [9, 9]);
        assert_eq!(drawn.len(), 8);
        assert!(!drawn.contains(&[1, 1]));
        assert_eq!(outline(&[[3.0, 3.0]], [9, 9]).len(), 1);
        assert!(outline(&[], [9, 9]).is_empty());
        let half = outline(&[[-2.0, 4.0], [2.0, 4.0], [2.0, 4.0]], [3, 9]);
        assert_eq!(half, HashSet::from([[0, 4], [1, 4], [2, 4]]));
    }
}
