//! Shares of cells against scikit-learn 1.9.1, as `tests/fixtures/stats/confusion.py` wrote them.

use super::cases;
use gaffe::analysis::{Confusion, Normalise, Place, argmax};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    seed: u64,
    rows: usize,
    classes: usize,
    labelled: usize,
    skew: bool,
    boost: u64,
    row: Vec<Vec<f64>>,
    column: Vec<Vec<f64>>,
    all: Vec<Vec<f64>>,
}

#[test]
fn shares_are_those_of_scikit_learn() {
    let text = std::fs::read_to_string("tests/fixtures/stats/confusion.json").unwrap();
    let all: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert_eq!(all.len(), 10);
    for case in &all {
        let mut draw = cases::Draw::new(case.seed);
        let labels = cases::labels(&mut draw, case.rows, case.labelled, case.skew);
        let probs = cases::probabilities(&mut draw, &labels, case.classes, 5, case.boost);
        let predictions: Vec<u32> = (0..case.rows).map(|row| argmax(probs.row(row))).collect();
        let confusion = Confusion::count(&labels, &predictions, case.classes).unwrap();
        let matrices = [
            (Normalise::Row, &case.row),
            (Normalise::Column, &case.column),
            (Normalise::All, &case.all),
        ];
        for (by, theirs) in matrices {
            for (label, theirs) in (0..).zip(theirs) {
                for (prediction, theirs) in (0..).zip(theirs) {
                    // scikit-learn has 0 where there is nothing to take a share of
                    let ours = confusion.value(Place::cell(label, prediction), by).unwrap_or(0.0);
                    let at = format!("seed {} {by:?} {label} {prediction}", case.seed);
                    assert!((ours - theirs).abs() < 1e-12, "{at}: {ours}, expected {theirs}");
                }
            }
        }
    }
}
