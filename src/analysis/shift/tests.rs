use super::*;
use proptest::prelude::*;

fn text(values: &[&str]) -> TextColumn {
    let mut column = TextColumn::default();
    for value in values {
        column.push(value).unwrap();
    }
    column
}

fn column(values: &[&str]) -> Column {
    Column::new("c".into(), text(values))
}

#[test]
fn a_moved_column_is_told_from_a_resting_one() {
    let still: Vec<f64> = (0..400).map(|i| f64::from(i % 97)).collect();
    let higher: Vec<f64> = still.iter().map(|x| x + 30.0).collect();
    let names = ClassNames::new(vec!["cat".into(), "dog".into(), "hen".into()]).unwrap();
    let first: Vec<u32> = (0..400).map(|i| i % 2).collect();
    let second: Vec<u32> = (0..400).map(|i| if i % 8 == 0 { 2 } else { i % 2 }).collect();
    let features = [
        Feature { name: "still", pair: Pair::Numbers([Side::all(&still[..]), Side::all(&still)]) },
        Feature {
            name: "higher",
            pair: Pair::Numbers([Side::all(&still[..]), Side::all(&higher)]),
        },
        Feature {
            name: "label",
            pair: Pair::Classes([Side::all(&first[..]), Side::all(&second)], &names),
        },
    ];
    let rows = shifts(&features, &ShiftOptions::default());
    let moved: Vec<Moved> = rows.iter().map(|r| r.moved).collect();
    assert_eq!(moved, [Moved::NotShown, Moved::Moved, Moved::Moved]);
    assert_eq!(rows[0].effect, Some(0.0));
    let ShiftDetail::Numbers(detail) = &rows[1].detail else { panic!() };
    assert_eq!((detail.first.unwrap()[1], detail.second.unwrap()[1]), (46.5, 76.5));
    assert!(detail.outside > 100);
    let ShiftDetail::Categories(detail) = &rows[2].detail else { panic!() };
    assert_eq!((&*detail.unseen[0].value, detail.unseen_examples), ("hen", 50));
    assert!((rows[2].effect.unwrap() - 0.125).abs() < 1e-12);
}

#[test]
fn the_effect_shows_that_a_certain_move_is_tiny() {
    let first: Vec<f64> = (0..200_000).map(f64::from).collect();
    let second: Vec<f64> = (0..200_000).map(|i| f64::from(i) + 1600.0).collect();
    let pair = Pair::Numbers([Side::all(&first[..]), Side::all(&second)]);
    let row = &shifts(&[Feature { name: "x", pair }], &ShiftOptions::default())[0];
    assert_eq!(row.moved, Moved::Moved);
    assert!((row.effect.unwrap() - 0.008).abs() < 1e-9 && row.by_chance.unwrap() < 0.003);
}

#[test]
fn columns_are_numbers_only_if_both_are() {
    let numbers = column(&["1", "2", ""]);
    let words = column(&["1", "two", ""]);
    assert!(matches!(Feature::columns(&numbers, &words).pair, Pair::Categories(_)));
    let feature = Feature::columns(&numbers, &numbers);
    assert!(matches!(feature.pair, Pair::Numbers(_)));
    let row = &shifts(&[feature], &ShiftOptions::default())[0];
    assert_eq!((row.examples, row.missing), ([2, 2], [1, 1]));
}

#[test]
fn two_batches_of_one_column_are_compared_by_their_rows() {
    let values: Vec<String> = (0..200).map(|i| if i < 100 { "a" } else { "b" }.into()).collect();
    let column = column(&values.iter().map(|s| &**s).collect::<Vec<_>>());
    let (early, late): (Vec<u32>, Vec<u32>) =
        ((0..100).collect(), (100..200).chain([999]).collect());
    let feature = Feature::sides(Side::of(&column, &early), Side::of(&column, &late));
    let row = &shifts(&[feature], &ShiftOptions::default())[0];
    assert_eq!((row.examples, row.moved, row.effect), ([100, 100], Moved::Moved, Some(1.0)));
}

#[test]
fn embeddings_can_be_found_moved_among_many_other_features() {
    let cloud = |offset: f32| {
        let values: Vec<f32> =
            (0..80_u16).map(|i| f32::from(i * 37 % 80) / 40.0 + offset).collect();
        Matrix::new(values, 40, 2).unwrap()
    };
    let (first, second) = (cloud(0.0), cloud(3.0));
    let still: Vec<f64> = (0..50).map(f64::from).collect();
    let pair = Pair::Numbers([Side::all(&still[..]), Side::all(&still)]);
    let mut features = vec![Feature { name: "x", pair }; 19];
    let sides = [Side::all(&first), Side::all(&second)];
    features.push(Feature { name: "embedding", pair: Pair::Embeddings(sides) });
    let rows = shifts(&features, &ShiftOptions::default());
    assert_eq!(rows.iter().filter(|r| r.moved == Moved::Moved).count(), 1);
    assert_eq!(rows[19].moved, Moved::Moved);
    assert_eq!(rows, shifts(&features, &ShiftOptions::default()));
}

#[test]
fn without_a_move_false_ones_stay_rare() {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(5);
    let mut wrong = 0;
    for _ in 0..60 {
        let columns: Vec<[Vec<f64>; 2]> = (0..8)
            .map(|_| [(); 2].map(|()| (0..80).map(|_| rng.random_range(0.0..1.0)).collect()))
            .collect();
        let feature = |c: &'static str, [a, b]: &'_ [Vec<f64>; 2]| (c, a.clone(), b.clone());
        let owned: Vec<_> = columns.iter().map(|c| feature("x", c)).collect();
        let features: Vec<Feature> = owned
            .iter()
            .map(|(name, a, b)| Feature {
                name,
                pair: Pair::Numbers([Side::all(&a[..]), Side::all(b)]),
            })
            .collect();
        let rows = shifts(&features, &ShiftOptions::default());
        wrong += usize::from(rows.iter().any(|r| r.moved == Moved::Moved));
    }
    assert!(wrong <= 8, "{wrong} of 60");
}

#[test]
fn the_strongest_move_is_read_first() {
    let row = |name: &str, moved, effect: Option<f64>, chance| Shift {
        name: name.into(),
        effect,
        by_chance: chance,
        moved,
        ..untested([40, 10], [0, 0], ShiftDetail::NotComparable)
    };
    let mut rows = [
        row("ids", Moved::NotTested, None, None),
        row("large sample", Moved::Moved, Some(0.1), Some(0.01)),
        row("small sample", Moved::NotShown, Some(0.4), Some(0.3)),
        row("far", Moved::Moved, Some(0.3), Some(0.2)),
        row("near", Moved::Moved, Some(0.21), Some(0.2)),
    ];
    by_strength(&mut rows);
    let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
    assert_eq!(names, ["far", "large sample", "near", "small sample", "ids"]);
    let value = ValueCount { value: "a".into(), first: 10, second: 5 };
    let [first, second] = rows[0].shares(&value);
    assert!((first - 0.25).abs() < 1e-12 && (second - 0.5).abs() < 1e-12);
}

fn finite(row: &Shift) -> bool {
    let p = |x: Option<f64>| x.is_none_or(|p| (0.0..=1.0).contains(&p));
    let number = |x: Option<f64>| x.is_none_or(f64::is_finite);
    let quartiles = match &row.detail {
        ShiftDetail::Numbers(n) => {
            [n.first, n.second].iter().flatten().flatten().all(|x| x.is_finite())
        }
        _ => true,
    };
    p(row.p)
        && p(row.corrected)
        && quartiles
        && number(row.effect)
        && number(row.by_chance)
        && number(row.statistic)
}

proptest! {
    #[test]
    fn odd_columns_have_defined_answers(
        a in prop::collection::vec(prop_oneof![Just(f64::NAN), Just(f64::MAX), Just(f64::MIN), Just(0.0), -2.0..2.0_f64], 0..12),
        b in prop::collection::vec(prop_oneof![Just(f64::INFINITY), Just(-0.0), Just(f64::MAX), -2.0..2.0_f64], 0..12),
        labels in prop::collection::vec(prop_oneof![0_u32..3, Just(u32::MAX)], 0..40),
    ) {
        let names = ClassNames::new(vec!["a".into(), "b".into()]).unwrap();
        let words: Vec<String> = a.iter().map(f64::to_string).collect();
        let words = text(&words.iter().map(|s| &**s).collect::<Vec<_>>());
        let half = labels.len() / 2;
        let features = [
            Feature { name: "n", pair: Pair::Numbers([Side::all(&a[..]), Side::all(&b)]) },
            Feature { name: "k", pair: Pair::Classes([Side::all(&labels[..half]), Side::all(&labels[half..])], &names) },
            Feature { name: "w", pair: Pair::Categories([Side::all(&words), Side::all(&words)]) },
        ];
        for row in shifts(&features, &ShiftOptions::default()) {
            prop_assert!(finite(&row), "{row:?}");
            prop_assert_eq!(row.p.is_none(), row.moved == Moved::NotTested);
        }
    }
}

#[test]
fn numbers_that_go_missing_are_a_move_of_their_own() {
    let full: Vec<f64> = (0..400).map(|i| f64::from(i % 97)).collect();
    let gaps = |every: usize| -> Vec<f64> {
        full.iter().enumerate().map(|(i, &x)| if i % every == 0 { f64::NAN } else { x }).collect()
    };
    let (few, many) = (gaps(100), gaps(2));
    let of = |first: &[f64], second: &[f64]| {
        let pair = Pair::Numbers([Side::all(first), Side::all(second)]);
        let rows = shifts(&[Feature { name: "x", pair }], &ShiftOptions::default());
        rows.iter().map(|row| (row.name.clone(), row.moved)).collect::<Vec<_>>()
    };
    assert_eq!(of(&full, &full), [("x".to_owned(), Moved::NotShown)]);
    let moved = [("x".to_owned(), Moved::NotShown), ("x: missing".to_owned(), Moved::Moved)];
    assert_eq!(of(&few, &many), moved);
}
