//! The two-sample Kolmogorov–Smirnov test.

use super::kolmogorov;

/// Above this size of either sample the asymptotic distribution is used, as scipy does.
const EXACT_BELOW: usize = 10_000;

/// The largest distance between the distribution functions of two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KolmogorovSmirnov {
    /// D, 0 to 1.
    pub statistic: f64,
    /// Two-sided p-value.
    pub p: f64,
}

/// Compares two samples, sorted ascending and finite; `None` if either is empty. As scipy 1.17
/// `stats.ks_2samp(method="auto")`: ties count as they do there, and the p-value is exact up to
/// 10,000 values a side (Hodges 1958, Ark. Mat. 3:469), else that of the one-sample statistic (Simard & L'Ecuyer 2011).
pub fn kolmogorov_smirnov(first: &[f64], second: &[f64]) -> Option<KolmogorovSmirnov> {
    let (n1, n2) = (first.len(), second.len());
    if n1 == 0 || n2 == 0 {
        return None;
    }
    let furthest = furthest(first, second);
    let (f1, f2) = (n1 as f64, n2 as f64);
    let statistic = furthest as f64 / (f1 * f2);
    let effective = f1 * f2 / (f1 + f2);
    // Far in the tail both agree to more digits than anyone needs, and the exact way is slow there.
    let far = 2.0 * (-2.0 * effective * statistic * statistic).exp() < 1e-14;
    let p = if furthest == 0 {
        1.0
    } else if n1.max(n2) <= EXACT_BELOW && !far {
        exact(n1, n2, furthest)
    } else {
        // At least 1, since `round` of a half goes to the even side in scipy.
        kolmogorov::upper((effective.round_ties_even() as usize).max(1), statistic)
    };
    Some(KolmogorovSmirnov { statistic, p })
}

/// Largest |i·n₂ − j·n₁|, i and j being how many values of each sample are at most x.
fn furthest(first: &[f64], second: &[f64]) -> u64 {
    let (n1, n2) = (first.len() as u64, second.len() as u64);
    let (mut i, mut j, mut most) = (0, 0, 0);
    while i < first.len() && j < second.len() {
        let x = first[i].min(second[j]);
        while first.get(i).is_some_and(|&v| v <= x) {
            i += 1;
        }
        while second.get(j).is_some_and(|&v| v <= x) {
            j += 1;
        }
        most = most.max((i as u64 * n2).abs_diff(j as u64 * n1));
    }
    most
}

/// The share of lattice paths from (0, 0) to (m, n) that meet |x/m − y/n| ≥ `furthest`/(mn), column
/// by column: entry y of column x is the share among paths to (x, y).
fn exact(n1: usize, n2: usize, furthest: u64) -> f64 {
    let (m, n) = (n1.max(n2) as u64, n1.min(n2) as u64);
    let h = furthest;
    // Rows of column x that lie inside both lines: |x·n − y·m| < h.
    let window = |x: u64| {
        let low = (x * n).checked_sub(h).map_or(0, |below| below / m + 1);
        (low, ((x * n + h).div_ceil(m)).min(n + 1))
    };
    let mut shares = vec![1.0; n as usize + 1];
    let (mut low, mut high) = window(0);
    shares[..high as usize].fill(0.0);
    for x in 1..=m {
        let (next_low, next_high) = window(x);
        if next_high <= next_low {
            return 1.0;
        }
        shares[low as usize..(next_low.min(high)) as usize].fill(1.0);
        (low, high) = (next_low, next_high);
        let mut below = if low == 0 { 0.0 } else { 1.0 };
        for y in low..high {
            let share = &mut shares[y as usize];
            below = (*share * x as f64 + below * y as f64) / (x + y) as f64;
            *share = below;
        }
    }
    shares[n as usize].clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By listing every way to mix both samples.
    fn listed(n1: usize, n2: usize, furthest: u64) -> f64 {
        let (mut all, mut met) = (0_u32, 0_u32);
        for mask in 0_u32..1 << (n1 + n2) {
            if mask.count_ones() as usize != n1 {
                continue;
            }
            let (mut i, mut j, mut most) = (0, 0, 0);
            for bit in 0..n1 + n2 {
                if mask >> bit & 1 == 1 {
                    i += 1;
                } else {
                    j += 1;
                }
                most = most.max((i * n2 as u64).abs_diff(j * n1 as u64));
            }
            all += 1;
            met += u32::from(most >= furthest);
        }
        f64::from(met) / f64::from(all)
    }

    #[test]
    fn the_exact_p_value_is_that_of_all_orders() {
        for (n1, n2) in [(1, 1), (1, 4), (3, 3), (4, 6), (5, 7), (6, 6), (8, 3)] {
            for furthest in 1..=(n1 * n2) as u64 {
                let (own, all) = (exact(n1, n2, furthest), listed(n1, n2, furthest));
                assert!((own - all).abs() < 1e-12, "{n1} {n2} {furthest}: {own} {all}");
            }
        }
    }

    #[test]
    fn the_exact_and_the_asymptotic_way_meet() {
        let first: Vec<f64> = (0..9000).map(f64::from).collect();
        let second: Vec<f64> = (0..9000).map(|i| f64::from(i) + 150.0).collect();
        let exact = kolmogorov_smirnov(&first, &second).unwrap();
        assert!((exact.p - kolmogorov::upper(4500, exact.statistic)).abs() < 5e-3);
        assert!(kolmogorov_smirnov(&first, &[]).is_none());
    }

    proptest! {
        #[test]
        fn sides_can_be_swapped_and_equal_samples_do_not_differ(
            mut a in prop::collection::vec(0_i32..20, 1..60),
            mut b in prop::collection::vec(0_i32..20, 1..60),
        ) {
            a.sort_unstable();
            b.sort_unstable();
            let wide = |v: &[i32]| v.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
            let (a, b) = (wide(&a), wide(&b));
            let there = kolmogorov_smirnov(&a, &b).unwrap();
            prop_assert_eq!(there, kolmogorov_smirnov(&b, &a).unwrap());
            prop_assert!((0.0..=1.0).contains(&there.p) && (0.0..=1.0).contains(&there.statistic));
            let same = kolmogorov_smirnov(&a, &a).unwrap();
            prop_assert!(same.statistic < 1e-15 && same.p > 1.0 - 1e-15);
        }
    }
}
