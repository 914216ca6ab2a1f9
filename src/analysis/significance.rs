//! Tests of significance and their correction when many are made at once.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};
use statrs::function::gamma::ln_gamma;

/// P-values below this are taken for more than chance.
pub const LEVEL: f64 = 0.05;

/// Probability that a standard normal variable is at least `z` away from 0.
pub fn normal_two_sided(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}

/// Probability that χ² with `freedom` degrees is at least `x`; 1 without degrees of freedom.
pub fn chi_squared_upper(x: f64, freedom: usize) -> f64 {
    ChiSquared::new(freedom as f64).map_or(1.0, |d| d.sf(x.max(0.0)))
}

/// Exact two-sided p-value of `k` successes in `n` trials at probability ½: twice the smaller tail,
/// at most 1 (McNemar's exact test of `k` against `n − k` discordant pairs; Fay 2010, R Journal 2:53).
pub fn binomial_half(k: usize, n: usize) -> f64 {
    let tail = k.min(n - k.min(n));
    let ln_choose = |i: usize| {
        ln_gamma(n as f64 + 1.0) - ln_gamma(i as f64 + 1.0) - ln_gamma((n - i) as f64 + 1.0)
    };
    let ln_half = n as f64 * std::f64::consts::LN_2;
    let sum: f64 = (0..=tail).rev().map(|i| (ln_choose(i) - ln_half).exp()).sum();
    (2.0 * sum).min(1.0)
}

/// Two-sided p-value that `k1` of `n1` and `k2` of `n2` come from one probability: the pooled z test
/// (Agresti, *Categorical Data Analysis*, 3rd ed., sec. 3.2). 1 when nothing can be said.
pub fn two_proportions(k1: usize, n1: usize, k2: usize, n2: usize) -> f64 {
    let (k, n) = (k1 + k2, n1 + n2);
    if n1 == 0 || n2 == 0 || k == 0 || k == n {
        return 1.0;
    }
    let (n1, n2, pooled) = (n1 as f64, n2 as f64, k as f64 / n as f64);
    let z = (k1 as f64 / n1 - k2 as f64 / n2)
        / (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    normal_two_sided(z)
}

/// P-values corrected for their number so that the chance of one false finding stays below the level
/// (Holm 1979, Scand. J. Statist. 6:65). In the order of `p`.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut corrected = vec![0.0; p.len()];
    let mut least = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        least = least.max((p[i] * (p.len() - rank) as f64).min(1.0));
        corrected[i] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-10
    }

    #[test]
    fn agrees_with_scipy_and_statsmodels() {
        // scipy 1.17: 2*norm.sf(1.5), chi2.sf(7.3, 4), binomtest(3, 17, 0.5), binomtest(50, 100, 0.5)
        assert!(close(normal_two_sided(1.5), 0.133_614_402_537_716_5));
        assert!(close(chi_squared_upper(7.3, 4), 0.120_858_748_821_212_35));
        assert!(close(binomial_half(3, 17), 0.012_725_830_078_125));
        assert!(close(binomial_half(50, 100), 1.0));
        // statsmodels 0.15: proportions_ztest([30, 45], [100, 110]), multipletests(.., method="holm")
        assert!(close(two_proportions(30, 100, 45, 110), 0.099_399_532_161_655_74));
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (a, b) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!(close(*a, b));
        }
    }

    #[test]
    fn nothing_to_test_gives_one() {
        for p in [binomial_half(0, 0), two_proportions(0, 0, 1, 2), chi_squared_upper(1.0, 0)] {
            assert!(close(p, 1.0));
        }
        assert!(holm(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn p_values_stay_probabilities(k in 0_usize..2000, more in 0_usize..2000, z in -50.0..50.0_f64) {
            for p in [binomial_half(k, k + more), normal_two_sided(z), two_proportions(k, k + more, 1, 3)] {
                prop_assert!((0.0..=1.0).contains(&p), "{p}");
            }
        }
    }
}
