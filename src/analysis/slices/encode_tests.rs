use super::*;
use crate::analysis::slices::{Condition, Reason};
use proptest::prelude::*;

fn column<'a>(name: &str, cells: impl IntoIterator<Item = &'a str>) -> Column {
    let mut text = TextColumn::default();
    for cell in cells {
        text.push(cell).unwrap();
    }
    Column::new(name.to_owned(), text)
}

fn labels(feature: &Feature) -> Vec<&str> {
    feature.values().iter().map(|v| v.label.as_str()).collect()
}

const ALL: Encoding = Encoding { least: 1, bins: 4, integers: 10 };

fn numbers(values: &[f64]) -> Feature {
    of_numbers("x", values, ALL).unwrap()
}

#[test]
fn strings_stand_for_themselves_and_the_empty_cell_comes_last() {
    let capture = column("capture", ["sharp", "", "blurry", "sharp"]);
    let all = Features::of_columns(&[capture], 4, ALL).unwrap();
    assert_eq!(labels(&all.list()[0]), ["blurry", "sharp", "(empty)"]);
    assert_eq!(all.rows_of(&[Condition { feature: 0, value: 1 }]), [0, 3]);
    assert_eq!(all.name_of(&[Condition { feature: 0, value: 2 }]), "capture=(empty)");
}

#[test]
fn columns_that_say_nothing_are_named() {
    let cells: Vec<String> = (0..100).map(|i| format!("id{i}")).collect();
    let columns = [
        column("id", cells.iter().map(String::as_str)),
        column("camera", ["x"; 100]),
        column("side", (0..100).map(|i| if i % 2 == 0 { "left" } else { "right" })),
    ];
    let all = Features::of_columns(&columns, 100, Encoding::of_rows(100)).unwrap();
    let why: Vec<_> = all.skipped().iter().map(|s| (s.name.as_str(), s.reason)).collect();
    assert_eq!(why, [("id", Reason::Unique), ("camera", Reason::Constant)]);
    assert_eq!(all.list().len(), 1);
    assert!(Features::of_columns(&columns, 99, ALL).is_err());
}

#[test]
fn few_integers_stay_values_in_numeric_order() {
    let years = [10.0, 2.0, 10.0, -0.0, 0.0, 7.0, 3.0, f64::NAN];
    assert_eq!(labels(&numbers(&years)), ["0", "2", "3", "7", "10", "(empty)"]);
    assert_eq!(labels(&numbers(&[0.5, 1.25, 0.5])), ["0.5", "1.25"]);
}

#[test]
fn numbers_are_cut_at_short_quantiles() {
    let brightness: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0 + 0.000_123).collect();
    let feature = numbers(&brightness);
    assert_eq!(labels(&feature), ["< 0.25", "≥ 0.25 < 0.5", "≥ 0.5 < 0.75", "≥ 0.75"]);
    let mut all = Features::new(1000);
    all.push(Ok(feature)).unwrap();
    assert_eq!(all.name_of(&[Condition { feature: 0, value: 1 }]), "x ≥ 0.25 < 0.5");
    assert_eq!(all.rows_of(&[Condition { feature: 0, value: 1 }]).len(), 250);
}

#[test]
fn numbers_far_from_0_keep_the_digits_that_matter() {
    let close: Vec<f64> = (0..100).map(|i| 1000.0 + f64::from(i) / 100.0).collect();
    assert_eq!(
        labels(&numbers(&close)),
        ["< 1000.2", "≥ 1000.2 < 1000.5", "≥ 1000.5 < 1000.8", "≥ 1000.8"]
    );
}

#[test]
fn a_frequent_number_has_a_bin_of_its_own() {
    let mut values = vec![0.0; 80];
    values.extend((1..=20).map(|i| f64::from(i) * 1.5));
    assert_eq!(labels(&numbers(&values)), ["< 1.5", "≥ 1.5 < 10", "≥ 10 < 21", "≥ 21"]);
}

proptest! {
    #[test]
    fn every_number_is_in_the_bin_that_names_it(
        values in prop::collection::vec(
            prop_oneof![-1e3..1e3_f64, Just(f64::NAN), Just(f64::INFINITY), Just(0.0), -1e300..1e300_f64],
            0..200,
        ),
    ) {
        let Ok(feature) = of_numbers("x", &values, ALL) else { return Ok(()) };
        for (row, x) in values.iter().enumerate() {
            let label = feature.value_of(row).map(|v| feature.values()[v].label.as_str());
            let label = label.unwrap();
            let end = |sign: &str| {
                let rest = label.split_once(sign)?.1.trim();
                rest.split(' ').next()?.parse::<f64>().ok()
            };
            prop_assert_eq!(x.is_nan(), label == "(empty)");
            prop_assert!(end("≥").is_none_or(|from| from <= *x), "{} {}", x, label);
            prop_assert!(end("<").is_none_or(|to| *x < to), "{} {}", x, label);
        }
    }
}
