use super::*;
use crate::analysis::slices::Feature;
use proptest::prelude::*;

fn features(columns: &[Vec<u32>], rows: usize) -> Features {
    let mut all = Features::new(rows);
    for column in columns {
        let classes = ["a", "b", "c", "d", "e"];
        all.push(Feature::of_classes("x", &classes, &column[..rows], 1)).unwrap();
    }
    all
}

/// Every slice there is, scored by the definition.
fn brute_force(features: &Features, losses: &[f64], options: &SearchOptions) -> Vec<Slice> {
    let counted: Vec<f64> = losses.iter().copied().filter(|x| !x.is_nan()).collect();
    let n = counted.len() as f64;
    let mean = counted.iter().sum::<f64>() / n;
    let mut found = Vec::new();
    let mut open: Vec<Vec<Condition>> = vec![vec![]];
    while let Some(conditions) = open.pop() {
        let start = conditions.last().map_or(0, |c| c.feature + 1);
        for feature in start..features.list().len() {
            for value in 0..features.list()[feature].values().len() {
                let mut longer = conditions.clone();
                longer.push(Condition { feature, value });
                let rows = features.rows_of(&longer);
                let inside: Vec<f64> =
                    rows.iter().map(|&r| losses[r as usize]).filter(|x| !x.is_nan()).collect();
                let (size, loss) = (inside.len() as f64, inside.iter().sum::<f64>());
                if longer.len() < options.conditions {
                    open.push(longer.clone());
                }
                let least = options.min_support.unwrap_or(min_support(counted.len()));
                if inside.len() < least.max(1) || loss <= 0.0 {
                    continue;
                }
                let a = options.alpha;
                let score = a * (loss / size / mean - 1.0) - (1.0 - a) * (n / size - 1.0);
                let max_loss = inside.iter().copied().fold(0.0, f64::max);
                let (size, mean_loss) = (inside.len(), loss / size);
                found.push(Slice { conditions: longer, score, size, loss, mean_loss, max_loss });
            }
        }
    }
    found.retain(|slice| slice.score > 1e-9);
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

fn options(alpha: f64, top: usize, conditions: usize, least: usize) -> SearchOptions {
    SearchOptions { alpha, top, conditions, min_support: Some(least) }
}

#[test]
fn finds_the_planted_combination() {
    let columns = [
        (0..2000).map(|i| i % 4).collect::<Vec<u32>>(),
        (0..2000).map(|i| i / 4 % 5).collect(),
        (0..2000).map(|i| i / 20 % 3).collect(),
    ];
    let features = features(&columns, 2000);
    let bad = [Condition { feature: 0, value: 1 }, Condition { feature: 1, value: 3 }];
    let losses: Vec<f64> = (0..2000)
        .map(|i| f64::from(u8::from(features.holds(&bad, i) && i % 3 > 0 || i % 17 == 0)))
        .collect();
    let options = SearchOptions { conditions: 2, ..SearchOptions::default() };
    let slices = search(&features, &losses, &options).unwrap();
    assert_eq!(slices[0].conditions, bad);
    assert_eq!((slices[0].size, slices[0].loss), (100, 69.0));
    assert!(slices.windows(2).all(|w| w[0].score >= w[1].score) && slices.len() <= 10);
}

#[test]
fn of_equal_slices_the_shorter_and_earlier_ones_come_first() {
    let twin: Vec<u32> = (0..100).map(|i| u32::from(i < 20)).collect();
    let features = features(&[twin.clone(), twin.clone(), twin], 100);
    let losses: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i < 10))).collect();
    let found = |top| {
        let slices = search(&features, &losses, &options(0.95, top, 3, 5)).unwrap();
        slices.iter().map(|s| features.name_of(&s.conditions)).collect::<Vec<_>>()
    };
    assert_eq!(found(2), ["x=b", "x=b"]);
    assert_eq!(found(9)[3..], ["x=b ∧ x=b", "x=b ∧ x=b", "x=b ∧ x=b", "x=b ∧ x=b ∧ x=b"]);
}

#[test]
fn without_a_difference_nothing_is_found() {
    let x: Vec<u32> = (0..100).map(|i| i % 2).collect();
    let none = |losses: &[f64], options: &SearchOptions| {
        let features = features(std::slice::from_ref(&x), losses.len());
        assert_eq!(search(&features, losses, options).unwrap(), []);
    };
    let few = options(0.95, 10, 3, 1);
    none(&[], &few);
    none(&[0.0; 100], &few);
    none(&[0.7; 100], &few);
    none(&[f64::NAN; 100], &few);
    let half: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
    none(&half, &options(0.95, 0, 3, 1));
    none(&half, &options(0.95, 10, 0, 1));
    none(&half, &options(0.95, 10, 3, 51));
    assert_eq!(search(&Features::new(100), &half, &few).unwrap(), []);
    let one = features(&[x], 100);
    assert_eq!(search(&one, &half, &few).unwrap().len(), 1);
}

#[test]
fn odd_arguments_are_refused() {
    let features = features(&[(0..4).map(|i| i % 2).collect()], 4);
    let fails = |losses: &[f64], alpha| {
        search(&features, losses, &options(alpha, 1, 1, 1)).unwrap_err().to_string()
    };
    assert_eq!(fails(&[0.0], 0.5), "losses: 1 given, 4 expected");
    assert!(fails(&[0.0, -1.0, 0.0, 0.0], 0.5).starts_with("loss of row 1 is -1"));
    assert!(fails(&[0.0, 1.0, 0.0, f64::INFINITY], 0.5).starts_with("loss of row 3"));
    for alpha in [0.0, 1.5, f64::NAN] {
        assert!(fails(&[0.0; 4], alpha).starts_with("alpha is"));
    }
}

#[test]
fn the_largest_and_the_smallest_losses_do_not_overflow() {
    let features = features(&[(0..8).map(|i| i % 2).collect()], 8);
    for size in [f64::MAX / 9.0, f64::MIN_POSITIVE, 5e-324] {
        let losses: Vec<f64> = (0..8).map(|i| if i % 2 == 0 { size } else { 0.0 }).collect();
        let slices = search(&features, &losses, &options(0.95, 1, 1, 1)).unwrap();
        assert!(
            (slices[0].score - 0.9).abs() < 1e-12
                && (slices[0].mean_loss / size - 1.0).abs() < 1e-9
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn nothing_better_is_passed_over(
        columns in prop::collection::vec(prop::collection::vec(0..5_u32, 120), 0..5),
        values in 2..5_u32,
        drawn in prop::collection::vec(0..12_u8, 0..120),
        real: bool,
        alpha in prop_oneof![Just(1.0), 0.3..1.0_f64],
        (top, conditions, least) in (1..12_usize, 1..5_usize, 0..9_usize),
    ) {
        let columns: Vec<Vec<u32>> =
            columns.iter().map(|c| c.iter().map(|v| v % values).collect()).collect();
        let features = features(&columns, drawn.len());
        let loss = |&d: &u8| match d {
            0 => f64::NAN,
            1..8 => 0.0,
            d => if real { f64::from(d).sqrt() } else { 1.0 },
        };
        let losses: Vec<f64> = drawn.iter().map(loss).collect();
        let options = options(alpha, top, conditions, least);
        let found = search(&features, &losses, &options).unwrap();
        let all = brute_force(&features, &losses, &options);
        prop_assert_eq!(found.len(), all.len().min(top));
        for (slice, expected) in found.iter().zip(&all) {
            prop_assert!((slice.score - expected.score).abs() < 1e-9);
            let same = all.iter().find(|s| s.conditions == slice.conditions);
            prop_assert!(same.is_some_and(|s| s.size == slice.size && (s.loss - slice.loss).abs() < 1e-9
                && (s.max_loss - slice.max_loss).abs() < 1e-9));
        }
        prop_assert_eq!(found, search(&features, &losses, &options).unwrap());
    }
}
