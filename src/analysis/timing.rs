//! Times of single examples, and of many: what is usual, what is slow, how sure that is.
//!
//! Invariant: the intervals say how much another measurement like this one would differ, on the same
//! machine and as busy.

use super::Estimate;
use super::spread::quantile;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Batches that a long measurement is cut into: with 10 to 30 the interval of the mean is good (Schmeiser
/// 1982, Oper. Res. 30:556).
const BATCHES: usize = 10;

/// Times in ms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// How many were timed.
    pub n: usize,
    /// Mean.
    pub mean: Estimate,
    /// Median.
    pub p50: Estimate,
    /// One of ten takes longer.
    pub p90: Estimate,
}

/// Summarises times in ms; what is not finite or below 0 is left out. `None` if nothing is left.
pub fn timing(ms: &[f64]) -> Option<Timing> {
    let mut sorted: Vec<f64> = ms.iter().copied().filter(|x| x.is_finite() && *x >= 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mean = mean_estimate(&sorted).or_else(|| sorted.first().map(|&x| exact(x)))?;
    Some(Timing {
        n: sorted.len(),
        mean,
        p50: quantile_estimate(&sorted, 0.5)?,
        p90: quantile_estimate(&sorted, 0.9)?,
    })
}

/// The mean of independent values with the interval of Student's t. `None` of fewer than two values, and
/// where a sum is not finite.
pub fn mean_estimate(values: &[f64]) -> Option<Estimate> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let t = StudentsT::new(0.0, 1.0, n - 1.0).ok()?.inverse_cdf(0.975);
    let half = t * (squares / (n - 1.0) / n).sqrt();
    let estimate = Estimate { value: mean, low: mean - half, high: mean + half };
    (values.len() > 1 && half.is_finite() && mean.is_finite()).then_some(estimate)
}

/// Mean ms between one completion and the next, from the times of completion in ms, ascending: batch means,
/// since what runs at the same time is not independent (Law & Kelton, *Simulation Modeling and Analysis*, 3rd
/// ed., sec. 9.5.3). The interval is never below 0. `None` of fewer than two times for each of ten batches.
pub fn between(done: &[f64]) -> Option<Estimate> {
    let steps = done.len().checked_sub(1)? / BATCHES;
    if steps < 2 {
        return None;
    }
    let batch = |i: usize| (done[(i + 1) * steps] - done[i * steps]) / steps as f64;
    let mean = mean_estimate(&(0..BATCHES).map(batch).collect::<Vec<_>>())?;
    (mean.value > 0.0).then_some(Estimate { low: mean.low.max(0.0), ..mean })
}

/// A quantile with the interval between two of the sorted values, whatever their distribution (Conover 1999,
/// *Practical Nonparametric Statistics*, 3rd ed., sec. 3.2).
fn quantile_estimate(sorted: &[f64], q: f64) -> Option<Estimate> {
    let value = quantile(sorted, q)?;
    let n = sorted.len() as f64;
    let half = Z * (n * q * (1.0 - q)).sqrt();
    let at = |rank: f64| sorted[(rank.max(1.0) as usize).min(sorted.len()) - 1];
    let (low, high) = (at((n * q - half).floor()), at((n * q + half).ceil() + 1.0));
    Some(Estimate { value, low: low.min(value), high: high.max(value) })
}

fn exact(value: f64) -> Estimate {
    Estimate { value, low: value, high: value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn the_mean_has_the_interval_of_a_t_test() {
        // 3 ± t · √(2.5 / 5), t = 2.776445 at 4 degrees of freedom
        let e = mean_estimate(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!(near(e.value, 3.0) && (e.low - 1.036_756_838_522_439).abs() < 1e-6, "{e:?}");
        assert_eq!(mean_estimate(&[1.0]), None);
        assert_eq!(mean_estimate(&[f64::MAX, f64::MAX]), None);
    }

    #[test]
    fn the_median_lies_between_two_of_the_values() {
        let ms: Vec<f64> = (1..=100).map(f64::from).collect();
        let t = timing(&ms).unwrap();
        // Conover, sec. 3.2: ranks 40.2 and 59.8, rounded outwards
        assert!(
            near(t.p50.low, 40.0) && near(t.p50.value, 50.5) && near(t.p50.high, 61.0),
            "{t:?}"
        );
        assert!(near(t.p90.value, 90.1) && t.p90.low >= 84.0 && t.p90.high <= 97.0, "{t:?}");
        assert_eq!(timing(&[f64::NAN, -1.0]), None);
    }

    #[test]
    fn an_even_flow_has_no_spread() {
        let done: Vec<f64> = (0..101).map(|i| f64::from(i) * 4.0).collect();
        let e = between(&done).unwrap();
        assert!(near(e.value, 4.0) && near(e.low, 4.0) && near(e.high, 4.0), "{e:?}");
        assert_eq!(between(&done[..20]), None);
    }

    proptest! {
        #[test]
        fn numbers_ascend_and_are_finite(ms in prop::collection::vec(0.0..1e6_f64, 1..200)) {
            let t = timing(&ms).unwrap();
            for e in [t.mean, t.p50, t.p90] {
                prop_assert!(e.low <= e.value && e.value <= e.high, "{e:?}");
            }
            prop_assert!(t.p50.value <= t.p90.value);
            let mut done = ms.clone();
            done.sort_unstable_by(f64::total_cmp);
            if let Some(e) = between(&done) {
                prop_assert!(0.0 <= e.low && e.low <= e.value && e.value <= e.high && e.high.is_finite());
            }
        }
    }
}
