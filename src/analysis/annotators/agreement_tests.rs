use super::*;
use crate::analysis::annotators::NO_VOTE;
use proptest::prelude::*;

const NO: u32 = NO_VOTE;

fn votes(table: &[u32], annotators: usize, classes: usize) -> Votes {
    Votes::from_table(table, annotators, classes).unwrap()
}

/// The table of Krippendorff (2011), section C: twelve units, four observers, values from 1.
fn published() -> Votes {
    let observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    let cells = (0..12).flat_map(|unit| observers.map(|o: [u32; 12]| o[unit].wrapping_sub(1)));
    votes(&cells.collect::<Vec<u32>>(), 4, 5)
}

#[test]
fn alpha_is_the_published_one() {
    let found = agreement(&published(), 1);
    let alpha = found.alpha.unwrap();
    assert!((alpha.value - 0.743).abs() < 5e-4, "{alpha:?}");
    assert!(alpha.low < alpha.value && alpha.value < alpha.high);
    assert_eq!((found.items, found.few), (11, true));
    assert_eq!(found, agreement(&published(), 1));
}

#[test]
fn kappa_is_none_where_both_know_one_class_only() {
    let found = agreement(&votes(&[1, 1, 1, 1, 1, 1], 2, 3), 1);
    assert_eq!((found.alpha, found.pairs[0].kappa), (None, None));
    assert!((found.percent.unwrap().share - 1.0).abs() < 1e-15);
}

#[test]
fn full_agreement_on_a_handful_is_not_certain() {
    let cells: Vec<u32> = (0..10).flat_map(|i| [i % 2, i % 2]).collect();
    let found = agreement(&votes(&cells, 2, 2), 1);
    for c in [found.alpha.unwrap(), found.ac1.unwrap(), found.pairs[0].kappa.unwrap()] {
        assert!((c.value - 1.0).abs() < 1e-15 && (c.high - 1.0).abs() < 1e-15);
        assert!((0.3..0.6).contains(&c.low), "{c:?}");
    }
}

#[test]
fn ac1_stays_high_where_one_class_has_nearly_all_votes() {
    let cells: Vec<u32> = (0..200).flat_map(|i| [u32::from(i == 0), u32::from(i == 1)]).collect();
    let found = agreement(&votes(&cells, 2, 2), 1);
    assert!(found.alpha.unwrap().value < 0.0 && found.ac1.unwrap().low > 0.95);
}

#[test]
fn pairs_without_a_shared_example_are_not_listed() {
    let found = agreement(&votes(&[0, 0, NO, NO, 1, 0, 1, NO, NO], 3, 2), 1);
    let pairs: Vec<(u32, u32, usize, usize)> =
        found.pairs.iter().map(|p| (p.first, p.second, p.shared, p.agreed)).collect();
    assert_eq!(pairs, [(0, 1, 1, 1), (1, 2, 1, 0)]);
    let none = agreement(&votes(&[0, NO, NO, 1], 2, 2), 1);
    assert_eq!((none.items, none.percent, none.alpha, none.ac1), (0, None, None, None));
}

#[test]
fn the_bootstrap_has_the_width_of_the_sampling_distribution() {
    // 400 items, two votes that agree on 3 of 4: kappa's large-sample interval is about as wide
    let cells: Vec<u32> =
        (0..400).flat_map(|i| [i / 4 % 2, (i / 4 + u32::from(i % 4 == 0)) % 2]).collect();
    let found = agreement(&votes(&cells, 2, 2), 7);
    let (alpha, kappa) = (found.alpha.unwrap(), found.pairs[0].kappa.unwrap());
    let (boot, large) = (alpha.high - alpha.low, kappa.high - kappa.low);
    assert!((boot / large - 1.0).abs() < 0.1, "{boot} {large}");
}

proptest! {
    #[test]
    fn every_interval_holds_its_value(
        cells in prop::collection::vec(prop_oneof![0_u32..3, Just(NO)], 0..60), annotators in 1_usize..6,
    ) {
        let cells = &cells[..cells.len() / annotators * annotators];
        let found = agreement(&votes(cells, annotators, 3), 3);
        let holds = |c: Coefficient| c.low <= c.value && c.value <= c.high && c.low >= -1.0 && c.high <= 1.0;
        prop_assert!(found.alpha.is_none_or(holds), "{:?}", found.alpha);
        prop_assert!(found.ac1.is_none_or(holds), "{:?}", found.ac1);
        prop_assert!(found.percent.is_none_or(|p| 0.0 <= p.low && p.low <= p.share && p.share <= p.high));
        for pair in &found.pairs {
            prop_assert!(pair.kappa.is_none_or(holds) && pair.agreed <= pair.shared && pair.shared > 0);
        }
    }

    #[test]
    fn renaming_classes_and_annotators_changes_nothing(
        cells in prop::collection::vec(0_u32..3, 4..40),
    ) {
        let cells = &cells[..cells.len() / 2 * 2];
        let other: Vec<u32> = cells.chunks(2).flat_map(|c| [2 - c[1], 2 - c[0]]).collect();
        let (a, b) = (agreement(&votes(cells, 2, 3), 3), agreement(&votes(&other, 2, 3), 3));
        let value = |c: Option<Coefficient>| c.map_or(-9.0, |c| c.value);
        prop_assert!((value(a.alpha) - value(b.alpha)).abs() < 1e-12);
        prop_assert!((value(a.pairs[0].kappa) - value(b.pairs[0].kappa)).abs() < 1e-12);
    }
}
