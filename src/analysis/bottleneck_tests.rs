use super::*;
use proptest::prelude::*;

fn errors(errors: usize, examples: usize) -> Errors {
    Errors { errors, examples }
}

fn known(best: f64, train: usize, train_dev: Option<usize>, dev: usize) -> ErrorLevels {
    ErrorLevels {
        best: Some(BestError::Known(best)),
        train: Some(errors(train, 10_000)),
        train_dev: train_dev.map(|k| errors(k, 10_000)),
        dev: Some(errors(dev, 10_000)),
        test: None,
    }
}

#[test]
fn agrees_with_published_intervals() {
    // Newcombe 1998, table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/20
    for (k1, n1, k2, n2, low, high) in [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (10, 10, 0, 20, 0.6791, 1.0),
    ] {
        let d = Estimate::newcombe(errors(k1, n1).rate(), errors(k2, n2).rate());
        assert!((d.low - low).abs() < 5e-5 && (d.high - high).abs() < 5e-5, "{d:?}");
    }
}

#[test]
fn the_examples_of_the_book_get_its_diagnoses() {
    // Ng, ch. 20 and 41: train, train-dev, dev in percent with an optimal error of 0
    for (levels, binding) in [
        (known(0.0, 100, None, 1100), GapKind::Variance),
        (known(0.0, 1500, None, 1600), GapKind::AvoidableBias),
        (known(0.14, 1500, None, 3000), GapKind::Variance),
        (known(0.0, 100, Some(500), 500), GapKind::Variance),
        (known(0.0, 1000, Some(1100), 1200), GapKind::AvoidableBias),
        (known(0.0, 100, Some(150), 1000), GapKind::Mismatch),
    ] {
        assert_eq!(bottleneck(&levels).unwrap().binding, Some(binding), "{levels:?}");
    }
}

#[test]
fn a_gap_within_noise_binds_nothing_and_says_what_would_show_it() {
    let levels = ErrorLevels {
        best: Some(BestError::Known(0.1)),
        train: Some(errors(10, 100)),
        dev: Some(errors(12, 100)),
        ..ErrorLevels::default()
    };
    let result = bottleneck(&levels).unwrap();
    assert_eq!(result.binding, None);
    assert_eq!(result.gaps[0].examples_needed, None);
    // (1.96 + 0.84)² (0.1 · 0.9 + 0.12 · 0.88) / 0.02² = 3838
    let needed = result.gaps[1].examples_needed.unwrap();
    assert!((3750..3950).contains(&needed), "{needed}");
}

#[test]
fn the_number_of_examples_gives_the_promised_chance() {
    use rand::{RngExt, SeedableRng};
    let levels = ErrorLevels {
        train: Some(errors(10, 100)),
        dev: Some(errors(20, 100)),
        ..Default::default()
    };
    let needed = bottleneck(&levels).unwrap().gaps[1].examples_needed.unwrap();
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(4);
    let mut draw = |p| {
        let wrong = (0..needed).filter(|_| rng.random_range(0.0..1.0) < p).count();
        Errors { errors: wrong, examples: needed }.rate()
    };
    let seen = (0..500).filter(|_| Estimate::newcombe(draw(0.2), draw(0.1)).low > 0.0).count();
    assert!((370..430).contains(&seen), "{seen} of 500");
}

#[test]
fn unknown_levels_leave_their_gaps_out() {
    let none =
        bottleneck(&ErrorLevels { train: Some(errors(0, 0)), ..Default::default() }).unwrap();
    assert!(none.gaps.is_empty() && none.best_assumed && none.binding.is_none());
    let levels = ErrorLevels {
        best: Some(BestError::Counted(errors(5, 100))),
        dev: Some(errors(30, 1000)),
        test: Some(errors(90, 1000)),
        ..Default::default()
    };
    let result = bottleneck(&levels).unwrap();
    assert_eq!(result.gaps.iter().map(|g| g.kind).collect::<Vec<_>>(), [GapKind::DevOverfit]);
    assert_eq!((result.binding, result.best_assumed), (Some(GapKind::DevOverfit), false));
}

#[test]
fn refuses_what_no_count_can_be() {
    for levels in [
        ErrorLevels { dev: Some(errors(2, 1)), ..Default::default() },
        ErrorLevels { best: Some(BestError::Known(f64::NAN)), ..Default::default() },
        ErrorLevels { best: Some(BestError::Known(1.5)), ..Default::default() },
    ] {
        assert!(bottleneck(&levels).is_err(), "{levels:?}");
    }
}

fn set() -> impl Strategy<Value = Option<Errors>> {
    prop::option::of(
        (0_usize..300, 0_usize..300).prop_map(|(k, more)| Errors { errors: k, examples: k + more }),
    )
}

proptest! {
    #[test]
    fn odd_levels_have_defined_answers(
        best in 0.0..=1.0_f64, sets in [set(), set(), set(), set()],
    ) {
        let [train, train_dev, dev, test] = sets;
        let best = Some(BestError::Known(best));
        let levels = ErrorLevels { best, train, train_dev, dev, test };
        let result = bottleneck(&levels).unwrap();
        for gap in &result.gaps {
            let Estimate { value, low, high } = gap.size;
            prop_assert!(-1.0 <= low && low <= value && value <= high && high <= 1.0, "{gap:?}");
            prop_assert!(!gap.kind.remedies().is_empty());
            prop_assert_eq!(gap.examples_needed.is_some(), value > 0.0);
        }
        let largest = result.gaps.iter().filter(|g| g.size.low > 0.0).map(|g| g.size.value);
        let bound = result.gaps.iter().find(|g| Some(g.kind) == result.binding);
        prop_assert_eq!(bound.map(|g| g.size.value), largest.reduce(f64::max));
    }
}
