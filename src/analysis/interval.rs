//! Intervals for proportions.

use serde::{Deserialize, Serialize};

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A share with its 95 % interval; all three lie in 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Proportion {
    /// The point estimate.
    pub share: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// The difference of two shares, first less second, −1 to 1: the square-and-add interval from
    /// Wilson's intervals of both (Newcombe 1998, Stat. Med. 17:873, method 10), as statsmodels 0.15
    /// `confint_proportions_2indep(compare="diff", method="newcomb")`. A share that is known exactly
    /// has an interval of no width. Both samples must be of different examples.
    pub fn newcombe(first: Proportion, second: Proportion) -> Self {
        let value = first.share - second.share;
        let down = (first.share - first.low).hypot(second.high - second.share);
        let up = (first.high - first.share).hypot(second.share - second.low);
        Self { value, low: (value - down).max(-1.0), high: (value + up).min(1.0) }
    }

    /// Whether 0 lies outside of the interval.
    pub fn stands_out(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

impl Proportion {
    /// A share that is known, not estimated.
    pub fn exact(share: f64) -> Self {
        Self { share, low: share, high: share }
    }

    /// `k` of `n` drawn at random, without replacement, from `population`: Wilson's interval at the
    /// effective sample size n(N − 1)/(N − n), which is the finite-population correction of the
    /// variance (Cochran, *Sampling Techniques*, 3rd ed., eq. 3.8). Exact when all were drawn.
    pub fn sampled(k: usize, n: usize, population: usize) -> Self {
        if n == 0 {
            return Self { share: 0.0, low: 0.0, high: 1.0 };
        }
        let share = k as f64 / n as f64;
        if n >= population {
            return Self::exact(share);
        }
        let effective = n as f64 * (population - 1) as f64 / (population - n) as f64;
        let (low, high) = wilson(share, effective);
        Self { share, low, high }
    }
}

/// Wilson's 95 % score interval for the share `p` of `n` trials (Wilson 1927, JASA 22:209).
/// `n` may be fractional; 0 trials give (0, 1).
pub fn wilson(p: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = Z * Z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // Rounding may leave the ends a hair past the estimate at p = 0 and p = 1.
    ((centre - half).clamp(0.0, p), (centre + half).clamp(p, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_published_values() {
        // statsmodels 0.15.0: proportion_confint(k, n, method="wilson")
        for (k, n, low, high) in [
            (41.0, 100.0, 0.318_673_130_211_365_1, 0.507_985_699_465_892_1),
            (0.0, 10.0, 0.0, 0.277_532_799_862_889_26),
            (10.0, 10.0, 0.722_467_200_137_110_6, 1.0),
            (1.0, 291.0, 0.000_606_871_370_649_212_9, 0.019_205_331_580_926_098),
        ] {
            let (l, h) = wilson(k / n, n);
            assert!((l - low).abs() < 1e-12 && (h - high).abs() < 1e-12, "{k}/{n}: {l} {h}");
        }
    }

    #[test]
    fn a_census_is_exact_and_an_empty_sample_says_nothing() {
        assert_eq!(Proportion::sampled(3, 10, 10), Proportion::exact(0.3));
        let none = Proportion::sampled(0, 0, 10);
        assert_eq!((none.low, none.high), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn holds_the_estimate_and_narrows_with_the_share_of_the_population_seen(
            n in 1_usize..500, extra in 1_usize..500, part in 0.0..=1.0_f64,
        ) {
            let k = (part * n as f64) as usize;
            let some = Proportion::sampled(k, n, n + extra);
            let few = Proportion::sampled(k, n, 1_000_000_000);
            prop_assert!(0.0 <= some.low && some.low <= some.share);
            prop_assert!(some.share <= some.high && some.high <= 1.0);
            prop_assert!(some.high - some.low <= few.high - few.low + 1e-9);
        }
    }
}
