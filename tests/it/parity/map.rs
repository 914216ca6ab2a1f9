//! Principal axes and trustworthiness against scikit-learn; the expected values are made by
//! `tests/fixtures/stats/map.py`.

use super::cases::Draw;
use gaffe::analysis::map::{Cloud, Point, principal_axes, trustworthiness};
use gaffe::dataset::Matrix;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Case {
    seed: u64,
    rows: usize,
    dims: usize,
    factors: usize,
    noise: u64,
    explained: [f64; 2],
    points: Vec<(usize, f64, f64)>,
    trustworthiness: Vec<(usize, f64)>,
}

/// A whole number around 0.
fn signed(draw: &mut Draw, levels: u64) -> f64 {
    draw.below(levels) as f64 - (levels / 2) as f64
}

fn cloud(case: &Case) -> Cloud {
    let mut draw = Draw::new(case.seed);
    let weight = |load: usize| (case.factors - load / case.dims) as f64;
    let loads: Vec<f64> =
        (0..case.factors * case.dims).map(|load| signed(&mut draw, 21) * weight(load)).collect();
    let mut values = Vec::new();
    for _ in 0..case.rows {
        let given: Vec<f64> = (0..case.factors).map(|_| signed(&mut draw, 19)).collect();
        for dim in 0..case.dims {
            let loads = loads[dim..].iter().step_by(case.dims);
            let sum: f64 = given.iter().zip(loads).map(|(given, load)| given * load).sum();
            values.push((1000.0 + sum + draw.below(case.noise) as f64) as f32);
        }
    }
    let rows: Vec<u32> = (0..case.rows as u32).collect();
    Cloud::new(&Matrix::new(values, case.rows, case.dims).unwrap(), &rows, case.rows, 0)
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string("tests/fixtures/stats/map.json").unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() >= 9);
    cases
}

#[test]
fn principal_axes_are_those_of_scikit_learn() {
    for case in cases() {
        let own = principal_axes(&cloud(&case));
        for (own, other) in own.explained.iter().zip(case.explained) {
            assert!((own.unwrap() - other).abs() < 1e-9, "{own:?} {other} {case:?}");
        }
        let wide = own.points.iter().flatten().fold(0.0_f32, |top, x| top.max(x.abs()));
        for &(row, x, y) in &case.points {
            let [own_x, own_y] = own.points[row].map(f64::from);
            let close = |a: f64, b: f64| (a - b).abs() < 1e-5 * f64::from(wide);
            assert!(close(own_x, x) && close(own_y, y), "row {row}: {own_x} {own_y} {case:?}");
        }
    }
}

#[test]
fn trustworthiness_is_that_of_scikit_learn() {
    for case in cases() {
        let cloud = cloud(&case);
        let points: Vec<Point> = principal_axes(&cloud).points;
        for &(k, other) in &case.trustworthiness {
            let own = trustworthiness(&cloud, &points, k, 1).unwrap();
            assert!((own - other).abs() < 1e-6, "{own} {other} {case:?}");
        }
        assert_eq!(trustworthiness(&cloud, &points, case.rows.div_ceil(2), 1), None);
        assert_eq!(trustworthiness(&cloud, &points[1..], 1, 1), None);
    }
}
