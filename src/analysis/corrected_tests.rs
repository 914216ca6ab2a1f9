use super::*;
use proptest::prelude::*;

/// P(X = k) of the hypergeometric distribution, by the definition; for few hits.
fn mass(k: usize, n: usize, hits: usize, population: usize) -> f64 {
    if k > n.min(hits) || hits - k > population - n {
        return 0.0;
    }
    let choose =
        |n: usize, k: usize| (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product::<f64>();
    choose(n, k) * choose(population - n, hits - k) / choose(population, hits)
}

#[test]
fn exact_limits_hold_every_truth_often_enough() {
    for (n, population) in [(1, 7), (5, 30), (20, 60), (59, 60)] {
        for hits in 0..=population {
            let held: f64 = (0..=n)
                .filter(|&k| {
                    let (low, high) = exact_limits(k, n, population);
                    (low..=high).contains(&hits)
                })
                .map(|k| mass(k, n, hits, population))
                .sum();
            assert!(held >= 0.95 - 1e-9, "{n} of {population}, {hits}: {held}");
        }
    }
}

type Limits = fn(usize, usize, usize) -> Proportion;

/// What a sample of a stratum may turn out to say, for every number of hits in it, with its chance.
fn outcomes(n: usize, hits: usize, examples: usize, limits: Limits) -> Vec<(f64, Proportion)> {
    let outcome = |k| (mass(k, n, hits, examples), limits(k, n, examples));
    (0..=n.min(hits)).map(outcome).filter(|&(chance, _)| chance > 1e-6).collect()
}

/// Coverage summed over all samples: `right` of `errors` and `wrong` of `correct`, of which `judged`.
fn exact_coverage(
    (errors, correct): (usize, usize),
    (right, wrong): (usize, usize),
    judged: (usize, usize),
    limits: Limits,
) -> f64 {
    let n = (errors + correct) as f64;
    let truth = (correct - wrong + right) as f64 / n;
    let of_correct = outcomes(judged.1, wrong, correct, limits);
    let (e, c) = (errors as f64 / n, correct as f64 / n);
    let mut held = 0.0;
    for (chance, right) in outcomes(judged.0, right, errors, limits) {
        for &(other, wrong) in &of_correct {
            let p = mover(c, [(e, right), (-c, wrong)]);
            let holds = p.low <= truth + 1e-9 && truth <= p.high + 1e-9;
            held += if holds { chance * other } else { 0.0 };
        }
    }
    held
}

#[test]
fn exact_limits_cover_where_wilson_fails() {
    let strata = (280, 1720);
    let lowest = |limits: Limits| {
        let mut lowest = 1.0_f64;
        for judged in [(100, 100), (200, 200), (280, 100)] {
            for right in [0, 1, 3, 10, 28, 84] {
                for wrong in [0, 1, 2, 3, 4, 6, 8, 12, 20, 40] {
                    let covered = exact_coverage(strata, (right, wrong), judged, limits);
                    lowest = lowest.min(covered);
                }
            }
        }
        lowest
    };
    let exact = lowest(|k, n, examples| stratum(examples, n, k, 0).unwrap());
    let wilson = lowest(Proportion::sampled);
    assert!(exact > 0.95 && wilson < 0.84, "{exact} {wilson}");
}

#[test]
fn exact_limits_agree_with_scipy() {
    // scipy 1.17: the numbers of hits that hypergeom.sf(k - 1) and hypergeom.cdf(k) leave above 2.5 %
    for (k, n, population, low, high) in [
        (0, 100, 4400, 0, 157),
        (3, 100, 4400, 29, 372),
        (40, 200, 600, 94, 150),
        (10, 10, 50, 37, 50),
        (1, 1, 2, 1, 2),
        (7, 400, 1_000_000, 7066, 35_719),
        (399, 400, 1_000_000, 986_153, 999_936),
        (3, 10, 10, 3, 3),
        (0, 0, 9, 0, 9),
    ] {
        assert_eq!(exact_limits(k, n, population), (low, high), "{k} of {n} of {population}");
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn an_example_worked_by_hand() {
    let errors =
        ErrorStratum { examples: 600, sampled: 200, right: 40, label_wrong: 50, fixed: 60 };
    let correct = CorrectStratum { examples: 4400, sampled: 100, wrong: 3, fixed: 3 };
    let found = corrected(&errors, &correct).unwrap();
    assert!(near(found.gold.unwrap(), 0.88));
    assert!(near(found.after_fixes.unwrap(), 4457.0 / 5000.0));
    // 0.88 × 0.97 + 0.12 × 0.2; limits 94 to 150 of 600 errors and 29 to 372 of 4400 correct ones.
    let estimate = found.estimate.unwrap();
    assert!(near(estimate.share, 0.8776));
    let below = (26.0_f64.powi(2) + 240.0_f64.powi(2)).sqrt() / 5000.0;
    let above = (30.0_f64.powi(2) + 103.0_f64.powi(2)).sqrt() / 5000.0;
    assert!(near(estimate.low, 0.8776 - below) && near(estimate.high, 0.8776 + above));
    assert!(near(found.noise_in_errors.unwrap().share, 0.25));
    assert!(near(found.noise_in_correct.unwrap().share, 0.03));
    assert!(near(found.noise.unwrap().share, 0.12 * 0.25 + 0.88 * 0.03));
    assert!(found.missing.is_empty());
}

#[test]
fn a_stratum_without_a_sample_gives_no_estimate() {
    let judged_e = ErrorStratum { examples: 60, sampled: 20, right: 4, label_wrong: 5, fixed: 0 };
    let judged_c = CorrectStratum { examples: 440, sampled: 50, wrong: 1, fixed: 0 };
    let (none_e, none_c) = (
        ErrorStratum { sampled: 0, right: 0, label_wrong: 0, ..judged_e },
        CorrectStratum { sampled: 0, wrong: 0, ..judged_c },
    );
    for (e, c, missing) in [
        (none_e, judged_c, vec![Missing::ErrorSample]),
        (judged_e, none_c, vec![Missing::CorrectSample]),
        (none_e, none_c, vec![Missing::ErrorSample, Missing::CorrectSample]),
        (ErrorStratum::default(), CorrectStratum::default(), vec![Missing::Examples]),
    ] {
        let found = corrected(&e, &c).unwrap();
        assert_eq!((found.estimate, found.noise, found.missing), (None, None, missing));
        assert_eq!(found.gold.is_none(), e.examples + c.examples == 0);
    }
}

#[test]
fn a_census_is_exact_and_an_empty_stratum_needs_no_sample() {
    let all = CorrectStratum { examples: 10, sampled: 10, wrong: 1, fixed: 0 };
    let found = corrected(&ErrorStratum::default(), &all).unwrap();
    assert_eq!(found.estimate, Some(Proportion::exact(0.9)));
    assert_eq!(found.noise_in_errors, None);
    assert!(found.missing.is_empty());
}

#[test]
fn the_estimate_stays_within_limits_that_are_whole_numbers() {
    // 1 of 84 would be 1.01 of 85, but 2 of 85 are rejected at 2.5 %.
    let estimate = stratum(85, 84, 1, 0).unwrap();
    assert_eq!(estimate, Proportion::exact(1.0 / 85.0));
}

#[test]
fn fixes_are_known_to_be_at_least_that_many() {
    let errors = ErrorStratum { examples: 100, sampled: 10, fixed: 30, ..ErrorStratum::default() };
    let correct = CorrectStratum { examples: 900, sampled: 900, wrong: 0, fixed: 0 };
    let estimate = corrected(&errors, &correct).unwrap().estimate.unwrap();
    assert!(near(estimate.low, 0.93) && near(estimate.share, 0.93));
    // More fixes than the ten found wrong leave room for: the sample is believed.
    let estimate =
        corrected(&ErrorStratum { fixed: 99, ..errors }, &correct).unwrap().estimate.unwrap();
    assert!(near(estimate.high, 0.99));
}

#[test]
fn a_part_larger_than_its_whole_is_an_error() {
    let errors = ErrorStratum { examples: 5, sampled: 6, ..ErrorStratum::default() };
    let message = corrected(&errors, &CorrectStratum::default()).unwrap_err().to_string();
    assert_eq!(message, "6 judged errors of 5 errors");
    assert_eq!(correct_sample_for(&errors, &CorrectStratum::default(), 0.1), None);
}

#[test]
fn the_planned_sample_reaches_its_width_and_little_more() {
    let errors =
        ErrorStratum { examples: 600, sampled: 600, right: 100, ..ErrorStratum::default() };
    for (sampled, wrong) in [(0, 0), (50, 0), (100, 3), (300, 30)] {
        let correct = CorrectStratum { examples: 4400, sampled, wrong, fixed: 0 };
        let expected = (wrong + 1) as f64 / (sampled + 20) as f64;
        for half_width in [0.005, 0.01, 0.02, 0.05] {
            let n = correct_sample_for(&errors, &correct, half_width).unwrap();
            let half = |n: usize| {
                let wrong = (expected * n as f64).round() as usize;
                let (low, high) = exact_limits(wrong, n, 4400);
                (high - low) as f64 / 10_000.0
            };
            assert!(half(n) <= half_width + 1e-12, "{n}: {}", half(n));
            assert!(half(n * 8 / 10) > half_width, "{n} is more than needed");
        }
    }
    let few = ErrorStratum { sampled: 30, right: 5, ..errors };
    let correct = CorrectStratum { examples: 4400, ..CorrectStratum::default() };
    assert_eq!(correct_sample_for(&few, &correct, 0.005), None);
    assert_eq!(correct_sample_for(&errors, &correct, 0.0), Some(4400));
    assert_eq!(correct_sample_for(&errors, &CorrectStratum::default(), 0.1), None);
}

prop_compose! {
    fn strata()(
        e in 0_usize..300, c in 0_usize..3000, parts in prop::array::uniform7(0.0..=1.0_f64),
    ) -> (ErrorStratum, CorrectStratum) {
        let of = |part: f64, whole: usize| (part * whole as f64).round() as usize;
        let (n, m) = (of(parts[0], e), of(parts[1], c));
        (
            ErrorStratum {
                examples: e,
                sampled: n,
                right: of(parts[2], n),
                label_wrong: of(parts[3], n),
                fixed: of(parts[4], e),
            },
            CorrectStratum { examples: c, sampled: m, wrong: of(parts[5], m), fixed: of(parts[6], c) },
        )
    }
}

proptest! {
    #[test]
    fn everything_lies_between_0_and_1_and_in_its_interval((errors, correct) in strata()) {
        let found = corrected(&errors, &correct).unwrap();
        for p in [found.estimate, found.noise_in_errors, found.noise_in_correct, found.noise].into_iter().flatten() {
            prop_assert!(0.0 <= p.low && p.low <= p.share && p.share <= p.high && p.high <= 1.0, "{:?}", p);
        }
        for share in [found.gold, found.after_fixes].into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&share));
        }
        prop_assert_eq!(found.estimate.is_some(), found.missing.is_empty());
    }

    #[test]
    fn turning_hits_into_misses_mirrors_the_limits(n in 0_usize..60, part in 0.0..=1.0_f64, more in 0_usize..200) {
        let (k, population) = ((part * n as f64) as usize, n + more);
        let (low, high) = exact_limits(k, n, population);
        prop_assert!(k <= low && low <= high && high <= population);
        prop_assert_eq!(exact_limits(n - k, n, population), (population - high, population - low));
    }
}
