//! Slices as `SliceLine`'s Python implementation finds them, Fisher's exact test as scipy has it.

use super::cases::{Draw, labels};
use gaffe::analysis::slices::{
    Counts, Feature, FeatureValue, Features, SearchOptions, Slice, fisher_exact, search,
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_slice(&std::fs::read("tests/fixtures/stats/slices.json").unwrap()).unwrap()
}

fn int(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn features(columns: &[Vec<u32>]) -> Features {
    let mut all = Features::new(columns[0].len());
    for column in columns {
        let most = column.iter().max().unwrap();
        let values = (0..=*most).map(|v| FeatureValue::exactly(v.to_string())).collect();
        // A constant column can't narrow a slice down, and none of the cases has one.
        all.push(Feature::new("x", values, column, 1)).unwrap();
    }
    assert!(all.skipped().is_empty());
    all
}

fn drawn(case: &Value) -> (Features, Vec<f64>) {
    let rows = int(&case["rows"]);
    let mut draw = Draw::new(case["seed"].as_u64().unwrap());
    let values = case["values"].as_array().unwrap().iter().map(int).enumerate();
    let columns: Vec<Vec<u32>> =
        values.map(|(f, v)| labels(&mut draw, rows, v, f % 2 == 1)).collect();
    let errors = (0..rows).map(|row| {
        let bad = if columns[0][row] == 0 && columns[1][row] == 1 { 6 } else { 1 };
        let error = draw.below(8) < bad;
        let size = 1 + draw.below(100);
        let size = if case["real"].as_bool().unwrap() { size as f64 / 8.0 } else { 1.0 };
        if error { size } else { 0.0 }
    });
    let errors = errors.collect();
    (features(&columns), errors)
}

fn given(case: &Value) -> (Features, Vec<f64>) {
    let digits = |c: &Value| c.as_str().unwrap().bytes().map(|b| u32::from(b - b'0')).collect();
    let columns: Vec<Vec<u32>> = case["columns"].as_array().unwrap().iter().map(digits).collect();
    let errors = case["errors"].as_array().unwrap().iter().map(|e| e.as_f64().unwrap()).collect();
    (features(&columns), errors)
}

/// `x0=2 x3=1`
fn ours(features: &Features, slice: &Slice) -> String {
    let one = |c: &gaffe::analysis::slices::Condition| {
        format!("x{}={}", c.feature, features.list()[c.feature].values()[c.value].label)
    };
    slice.conditions.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn theirs(slice: &Value) -> String {
    let one = |c: &Value| format!("x{}={}", c[0], c[1]);
    slice[0].as_array().unwrap().iter().map(one).collect::<Vec<_>>().join(" ")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

/// The same slices with the same figures. Where several share the last score, the reference returns more
/// than k or other ones of them.
fn agrees(case: &Value, features: &Features, errors: &[f64]) {
    let options = SearchOptions {
        alpha: case["alpha"].as_f64().unwrap(),
        top: int(&case["k"]),
        conditions: int(&case["level"]),
        min_support: Some(int(&case["least"])),
    };
    let found = search(features, errors, &options).unwrap();
    let reference = case["slices"].as_array().unwrap();
    let name = if case["seed"].is_null() { &case["name"] } else { &case["seed"] };
    let last = found.last().map_or(0.0, |s| s.score);
    for slice in reference {
        let score = slice[1].as_f64().unwrap();
        let same = found.iter().find(|s| ours(features, s) == theirs(slice));
        assert!(same.is_some() || close(score, last), "{name}: {slice} is missing");
        if let Some(same) = same {
            assert!(close(same.score, score), "{name}: {slice}, {same:?}");
            assert!(same.size == int(&slice[2]) && close(same.loss, slice[3].as_f64().unwrap()));
        }
    }
    let unknown = |s: &&Slice| !reference.iter().any(|r| theirs(r) == ours(features, s));
    let more = found.iter().filter(unknown).filter(|s| {
        let tied = reference.last().is_some_and(|r| close(s.score, r[1].as_f64().unwrap()));
        !(tied && reference.len() >= options.top)
    });
    assert_eq!(more.count(), int(&case["missed"]), "{name}");
    let expected = reference.len() + int(&case["missed"]);
    assert_eq!(found.len(), expected.min(options.top), "{name}");
}

#[test]
fn random_slices_are_those_of_the_reference() {
    for case in fixture()["drawn"].as_array().unwrap() {
        let (features, errors) = drawn(case);
        agrees(case, &features, &errors);
    }
}

#[test]
fn slices_of_real_data_and_of_the_references_own_tests_are_those_of_the_reference() {
    for case in fixture()["given"].as_array().unwrap() {
        let (features, errors) = given(case);
        agrees(case, &features, &errors);
    }
}

#[test]
fn fishers_exact_test_is_scipys() {
    for table in fixture()["fisher"].as_array().unwrap() {
        let counts = |i: usize| Counts { errors: int(&table[i]), examples: int(&table[i + 1]) };
        let (p, expected) = (fisher_exact(counts(0), counts(2)), table[4].as_f64().unwrap());
        assert!((p - expected).abs() <= 1e-9 * expected.max(1e-6), "{table}: {p}");
    }
}
