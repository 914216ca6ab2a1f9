use super::*;
use crate::analysis::slices::Feature;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const ROWS: usize = 800;

/// Four features of three random values, and errors drawn at the rate that `rate` gives a row.
fn draw(
    seed: u64,
    rate: impl Fn(&Features, usize) -> f64,
) -> (Features, Vec<Option<bool>>, Vec<bool>) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut features = Features::new(ROWS);
    for name in ["v", "w", "x", "y"] {
        let column: Vec<u32> = (0..ROWS).map(|_| rng.random_range(0..3)).collect();
        features.push(Feature::of_classes(name, &["a", "b", "c"], &column, 1)).unwrap();
    }
    let errors = (0..ROWS).map(|row| Some(rng.random::<f64>() < rate(&features, row))).collect();
    let half = (0..ROWS).map(|_| rng.random()).collect();
    (features, errors, half)
}

#[test]
fn noise_is_rarely_confirmed() {
    let options = SearchOptions { conditions: 2, ..SearchOptions::default() };
    let (mut found, mut confirmed) = (0, 0);
    for seed in 0..200 {
        let (features, errors, half) = draw(seed, |_, _| 0.2);
        let slices = confirm(&features, &errors, &half, &options).unwrap();
        found += slices.len();
        confirmed += usize::from(slices.iter().any(|slice| slice.confirmed));
    }
    // 5 % would be 10 of 200.
    assert!(found > 1000 && confirmed <= 10, "{confirmed} of {found}");
}

#[test]
fn what_was_planted_is_found_and_confirmed() {
    let bad = [Condition { feature: 1, value: 0 }, Condition { feature: 3, value: 2 }];
    for seed in 0..20 {
        let (features, errors, half) =
            draw(seed, |features, row| if features.holds(&bad, row) { 0.7 } else { 0.1 });
        let options = SearchOptions { conditions: 2, ..SearchOptions::default() };
        let slices = confirm(&features, &errors, &half, &options).unwrap();
        let worst = &slices[0];
        assert!(worst.conditions == bad && worst.confirmed, "{seed}: {worst:?}");
        assert_eq!(worst.name, "w=a ∧ y=c");
        assert_eq!(worst.found.errors + worst.other.errors, worst.whole.errors);
        assert_eq!(worst.whole.examples, features.rows_of(&bad).len());
        assert!(worst.p_holm >= worst.p && worst.whole.ceiling < 0.13);
    }
}

#[test]
fn narrower_versions_of_a_better_slice_are_told() {
    let bad = [Condition { feature: 1, value: 0 }];
    let (features, errors, half) =
        draw(3, |features, row| if features.holds(&bad, row) { 0.7 } else { 0.1 });
    let slices = confirm(&features, &errors, &half, &SearchOptions::default()).unwrap();
    let wide = slices.iter().position(|slice| slice.conditions == bad).unwrap();
    let narrower = |slice: &Checked| slice.conditions.contains(&bad[0]);
    for slice in slices[wide + 1..].iter().filter(|slice| narrower(slice)) {
        assert!(slice.narrows.is_some_and(|better| better <= wide), "{slice:?}");
    }
    assert!(slices[wide].narrows.is_none() && slices[wide + 1..].iter().any(narrower));
}

#[test]
fn halves_depend_on_id_and_seed_only() {
    let column = |ids: &[String]| {
        let mut text = TextColumn::default();
        for id in ids {
            text.push(id).unwrap();
        }
        text
    };
    let ids: Vec<String> = (0..2000).map(|i| format!("dev-{i:05}")).collect();
    let all = halves(&column(&ids), 1);
    let share = all.iter().filter(|h| **h).count();
    assert!((900..1100).contains(&share), "{share}");
    assert_eq!(halves(&column(&ids[500..]), 1), all[500..]);
    let other = halves(&column(&ids), 2);
    let same = all.iter().zip(&other).filter(|(a, b)| a == b).count();
    assert!((900..1100).contains(&same), "{same}");
}

#[test]
fn odd_halves_are_defined() {
    let (features, errors, _) = draw(3, |_, row| if row % 2 == 0 { 0.3 } else { 0.0 });
    let options = SearchOptions::default();
    assert!(confirm(&features, &errors, &[true], &options).is_err());
    assert!(confirm(&features, &errors[1..], &[true; ROWS], &options).is_err());
    assert_eq!(confirm(&features, &errors, &[false; ROWS], &options).unwrap(), []);
    let all = confirm(&features, &errors, &[true; ROWS], &options).unwrap();
    assert!(all.iter().all(|s| !s.confirmed && s.p_holm >= 1.0 && s.other.lift.is_none()));
    let none = confirm(&features, &[None; ROWS], &[true; ROWS], &options).unwrap();
    assert_eq!(none, []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_number_is_nan(
        rows in prop::collection::vec((0..4_u32, 0..3_u32, any::<Option<bool>>(), any::<bool>()), 0..80),
        alpha in 0.1..=1.0_f64,
    ) {
        let mut features = Features::new(rows.len());
        for column in [rows.iter().map(|r| r.0).collect::<Vec<_>>(), rows.iter().map(|r| r.1).collect()] {
            features.push(Feature::of_classes("x", &["a", "b", "c", "d"], &column, 1)).unwrap();
        }
        let errors: Vec<Option<bool>> = rows.iter().map(|r| r.2).collect();
        let half: Vec<bool> = rows.iter().map(|r| r.3).collect();
        let options = SearchOptions { alpha, min_support: Some(2), ..SearchOptions::default() };
        for slice in confirm(&features, &errors, &half, &options).unwrap() {
            prop_assert!(slice.score > 0.0 && slice.score.is_finite());
            prop_assert!(slice.p <= slice.p_holm && slice.p_holm <= 1.0);
            for figures in [slice.found, slice.other, slice.whole] {
                prop_assert!(figures.lift.is_none_or(f64::is_finite));
                prop_assert!((0.0..=1.0).contains(&figures.ceiling));
            }
            prop_assert!(!slice.confirmed || slice.other.lift > Some(1.0));
        }
    }
}
