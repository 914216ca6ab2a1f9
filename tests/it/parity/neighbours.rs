//! Nearest neighbours against scikit-learn; the expected values are made by `tests/fixtures/stats/neighbours.py`.

use super::cases::Draw;
use gaffe::analysis::neighbours::{Distance, Neighbours, Points, among, nearest};
use gaffe::dataset::Matrix;
use serde::Deserialize;

/// Rows and distances of a few nearest.
type List = (Vec<u32>, Vec<f64>);

#[derive(Debug, Deserialize)]
struct Case {
    seed: u64,
    rows: usize,
    asked: usize,
    dims: usize,
    levels: u64,
    offset: f32,
    cosine: Vec<List>,
    cosine_among: Vec<List>,
    euclidean: Vec<List>,
    euclidean_among: Vec<List>,
}

fn vectors(draw: &mut Draw, case: &Case, rows: usize) -> Matrix {
    let mut values = Vec::with_capacity(rows * case.dims);
    for _ in 0..rows {
        let start = values.len();
        let around = (case.levels / 2) as f32;
        values
            .extend((0..case.dims).map(|_| case.offset + draw.below(case.levels) as f32 - around));
        if values[start..].iter().all(|x| *x == 0.0) {
            values[start] = 1.0;
        }
    }
    Matrix::new(values, rows, case.dims).unwrap()
}

fn points(table: &Matrix, distance: Distance) -> Points<'_> {
    let rows: Vec<u32> = (0..table.rows() as u32).collect();
    Points::of(table, &rows, distance)
}

fn agrees(own: &Neighbours, lists: &[List], case: &Case) {
    assert!(!lists.is_empty());
    for (i, (rows, distances)) in lists.iter().enumerate() {
        let own = &own.of(i)[..rows.len()];
        // Those that differ by a rounding may be in another order.
        let mut order: Vec<(u64, u32)> =
            own.iter().map(|near| ((near.distance * 1e9).round() as u64, near.id)).collect();
        order.sort_unstable();
        assert_eq!(order.iter().map(|near| near.1).collect::<Vec<u32>>(), *rows, "{i} {case:?}");
        for (near, other) in own.iter().zip(distances) {
            let close = (near.distance - other).abs() < 1e-9;
            assert!(close, "{i}: {} {other} {case:?}", near.distance);
        }
    }
}

#[test]
fn they_are_those_of_scikit_learn() {
    let text = std::fs::read_to_string("tests/fixtures/stats/neighbours.json").unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() >= 7);
    for case in &cases {
        let mut draw = Draw::new(case.seed);
        let train = vectors(&mut draw, case, case.rows);
        let asked = vectors(&mut draw, case, case.asked);
        for (distance, lists, own_lists) in [
            (Distance::Cosine, &case.cosine, &case.cosine_among),
            (Distance::Euclidean, &case.euclidean, &case.euclidean_among),
        ] {
            let (train, asked) = (points(&train, distance), points(&asked, distance));
            let most = lists.iter().chain(own_lists).map(|list| list.0.len()).max().unwrap_or(0);
            agrees(&nearest(&asked, &train, most, &mut |_| true).unwrap(), lists, case);
            agrees(&among(&train, most, &mut |_| true).unwrap(), own_lists, case);
        }
    }
}
