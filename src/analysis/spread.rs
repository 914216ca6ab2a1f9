//! The spread of numbers: smallest, quartiles, largest.

use serde::Serialize;

/// Five numbers that say where the others lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many numbers there are.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// A quarter lies below.
    pub lower: f64,
    /// Half lies below.
    pub median: f64,
    /// Three quarters lie below.
    pub upper: f64,
    /// The largest.
    pub max: f64,
}

/// The spread of the finite numbers among `values`; `None` if there is none. Quartiles are those of
/// `numpy.quantile`: linear between two values.
pub fn spread(values: &[f64]) -> Option<Spread> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |q| quantile(&sorted, q);
    Some(Spread {
        count: sorted.len(),
        min: at(0.0)?,
        lower: at(0.25)?,
        median: at(0.5)?,
        upper: at(0.75)?,
        max: at(1.0)?,
    })
}

/// The quantile of sorted values, linear between two (Hyndman & Fan 1996, The American Statistician
/// 50:361, type 7). `None` of nothing.
pub(super) fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let at = sorted.len().checked_sub(1)? as f64 * q;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    // Weighted where the difference overflows; else exact at both ends.
    let step = above - below;
    Some(if step.is_finite() {
        below + step * at.fract()
    } else {
        below * (1.0 - at.fract()) + above * at.fract()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quartiles_are_those_of_numpy() {
        // numpy.quantile([1, 2, 4, 8, 16, 32], [0, 0.25, 0.5, 0.75, 1])
        let values = [8.0, f64::NAN, 1.0, 32.0, 2.0, 16.0, f64::INFINITY, 4.0];
        let expected =
            Spread { count: 6, min: 1.0, lower: 2.5, median: 6.0, upper: 14.0, max: 32.0 };
        assert_eq!(spread(&values), Some(expected));
        assert_eq!(spread(&[f64::NAN]), None);
    }

    proptest! {
        #[test]
        fn the_five_numbers_ascend_within_the_values(values in prop::collection::vec(-1e9..1e9_f64, 1..60)) {
            let s = spread(&values).unwrap();
            prop_assert!(s.min <= s.lower && s.lower <= s.median && s.median <= s.upper && s.upper <= s.max);
            prop_assert!(values.contains(&s.min) && values.contains(&s.max));
        }
    }
}
