//! Whether the errors of a slice are more, or fewer, than those of the rest.

use super::Counts;
use crate::analysis::significance::two_proportions;

/// Two-sided p-value that a slice and the rest of the examples err alike: the pooled z test, or Fisher's
/// exact test if any expected count is below 5 (Cochran 1954, Biometrics 10:417). 1 when nothing can be
/// said.
pub fn versus_rest(slice: Counts, rest: Counts) -> f64 {
    let Counts { examples: n, errors: k } =
        Counts { examples: slice.examples + rest.examples, errors: slice.errors + rest.errors };
    let groups = slice.examples.min(rest.examples) as f64;
    let outcomes = k.min(n.saturating_sub(k)) as f64;
    if groups * outcomes < 5.0 * n as f64 {
        fisher_exact(slice, rest)
    } else {
        two_proportions(slice.errors, slice.examples, rest.errors, rest.examples)
    }
}

/// Fisher's exact test of two groups, two-sided: the probability, given both margins, of tables no more
/// likely than this one (Agresti, *Categorical Data Analysis*, 3rd ed., sec. 3.5). Tables within a
/// relative 1e-7 count as equally likely, as in scipy's `fisher_exact`. O(smallest margin).
pub fn fisher_exact(a: Counts, b: Counts) -> f64 {
    let (n, k) = (a.examples + b.examples, a.errors + b.errors);
    if a.errors > a.examples || b.errors > b.examples || a.examples == 0 || b.examples == 0 {
        return 1.0;
    }
    let (low, high) = (k.saturating_sub(b.examples), k.min(a.examples));
    let mode = ((k as f64 + 1.0) * (a.examples as f64 + 1.0) / (n as f64 + 2.0)) as usize;
    let mode = mode.clamp(low, high);
    // Likelihoods relative to the mode's: their ratios are exact to rounding, which differences of
    // logarithms of factorials are not.
    let up = |x: usize| {
        let (wins, fails) = (x as f64 + 1.0, (b.examples + x + 1 - k) as f64);
        (a.examples - x) as f64 * (k - x) as f64 / (wins * fails)
    };
    let mut weights = vec![0.0; high - low + 1];
    weights[mode - low] = 1.0;
    for x in mode..high {
        weights[x + 1 - low] = weights[x - low] * up(x);
    }
    for x in (low..mode).rev() {
        weights[x - low] = weights[x + 1 - low] / up(x);
    }
    let limit = weights[a.errors - low] * (1.0 + 1e-7);
    // Smallest first, so that none is lost.
    weights.sort_unstable_by(f64::total_cmp);
    let extreme: f64 = weights.iter().take_while(|&&w| w <= limit).sum();
    (extreme / weights.iter().sum::<f64>()).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(errors: usize, examples: usize) -> Counts {
        Counts { examples, errors }
    }

    #[test]
    fn few_examples_are_tested_exactly_and_many_by_the_normal_distribution() {
        let few = (counts(3, 4), counts(10, 200));
        assert_eq!(versus_rest(few.0, few.1).to_bits(), fisher_exact(few.0, few.1).to_bits());
        let p = versus_rest(counts(30, 100), counts(45, 110));
        assert_eq!(p.to_bits(), two_proportions(30, 100, 45, 110).to_bits());
    }

    #[test]
    fn nothing_to_compare_gives_one() {
        for (a, b) in [
            (counts(0, 0), counts(3, 9)),
            (counts(3, 9), counts(0, 0)),
            (counts(0, 4), counts(0, 9)),
            (counts(4, 4), counts(9, 9)),
            (counts(5, 4), counts(0, 9)),
        ] {
            assert!((fisher_exact(a, b) - 1.0).abs() < 1e-12);
            assert!((versus_rest(a, b) - 1.0).abs() < 1e-12);
        }
    }

    proptest! {
        #[test]
        fn both_groups_are_alike(
            a in 0_usize..60, more in 0_usize..60, b in 0_usize..900, rest in 0_usize..900,
        ) {
            let (a, b) = (counts(a, a + more), counts(b, b + rest));
            let p = fisher_exact(a, b);
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - fisher_exact(b, a)).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&versus_rest(a, b)));
        }
    }
}
