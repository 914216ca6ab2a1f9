//! Scores against scikit-learn 1.9.1, as `tests/fixtures/stats/metrics.py` wrote them.

use super::cases;
use gaffe::analysis::{Confusion, Labelled, Probability, ScoreSums, argmax};
use gaffe::dataset::Matrix;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    seed: u64,
    rows: usize,
    classes: usize,
    labelled: usize,
    skew: bool,
    levels: u64,
    boost: u64,
    float32: bool,
    certain: bool,
    confusion: Vec<(u32, u32, u32)>,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    support: Vec<f64>,
    averages: Vec<[f64; 3]>,
    accuracy: f64,
    kappa: Option<f64>,
    top: [f64; 3],
    log_loss: f64,
    brier: f64,
}

fn close(ours: f64, theirs: f64, case: &Case, what: &str) {
    within(1e-12, ours, theirs, case, what);
}

fn within(tolerance: f64, ours: f64, theirs: f64, case: &Case, what: &str) {
    let distance = (ours - theirs).abs();
    assert!(distance <= tolerance, "seed {}: {what} {ours}, expected {theirs}", case.seed);
}

fn check<T: Probability>(case: &Case, labels: &[u32], probs: &Matrix<T>) {
    let predictions: Vec<u32> = (0..case.rows).map(|row| argmax(probs.row(row))).collect();
    let confusion = Confusion::count(labels, &predictions, case.classes).unwrap();
    check_confusion(case, &confusion);
    let scores = ScoreSums::of(Labelled::new(probs, labels).unwrap(), &[1, 3, 5]).scores();
    close(scores.accuracy.unwrap().share, case.accuracy, case, "accuracy");
    for (ours, theirs) in scores.top_k.iter().zip(case.top) {
        close(ours.accuracy.unwrap().share, theirs, case, "top k");
    }
    // scikit-learn's own arithmetic is that of its input: float32 has about seven digits
    let tolerance = if case.float32 { 1e-5 } else { 1e-12 };
    within(tolerance, scores.log_loss.unwrap(), case.log_loss, case, "log loss");
    within(tolerance, scores.brier.unwrap(), case.brier, case, "Brier score");
}

fn check_confusion(case: &Case, confusion: &Confusion) {
    let mut cells = Vec::new();
    for label in 0..case.classes as u32 {
        let row = (0..).zip(confusion.row(label));
        cells.extend(row.filter(|&(_, &n)| n > 0).map(|(prediction, &n)| (label, prediction, n)));
    }
    assert_eq!(cells, case.confusion, "seed {}", case.seed);
    for (k, class) in confusion.by_class().iter().enumerate() {
        close(class.precision.map_or(0.0, |p| p.share), case.precision[k], case, "precision");
        close(class.recall.map_or(0.0, |p| p.share), case.recall[k], case, "recall");
        close(class.f1.unwrap_or(0.0), case.f1[k], case, "F1");
        close(class.support as f64, case.support[k], case, "support");
    }
    let averages = confusion.averages().unwrap();
    let ours = [averages.macro_average, averages.micro, averages.weighted];
    for (ours, theirs) in ours.iter().zip(&case.averages) {
        close(ours.precision, theirs[0], case, "average precision");
        close(ours.recall, theirs[1], case, "average recall");
        close(ours.f1, theirs[2], case, "average F1");
    }
    assert_eq!(confusion.kappa().is_some(), case.kappa.is_some(), "seed {}", case.seed);
    close(confusion.kappa().unwrap_or(0.0), case.kappa.unwrap_or(0.0), case, "kappa");
    close(confusion.accuracy().unwrap().share, case.accuracy, case, "accuracy");
}

/// Every third row is certain of class 0.
fn made_certain(probs: &Matrix<f64>) -> Matrix<f64> {
    let mut values = probs.values().to_vec();
    for row in values.chunks_exact_mut(probs.cols()).step_by(3) {
        row.fill(0.0);
        row[0] = 1.0;
    }
    Matrix::new(values, probs.rows(), probs.cols()).unwrap()
}

#[test]
fn scores_are_those_of_scikit_learn() {
    let text = std::fs::read_to_string("tests/fixtures/stats/metrics.json").unwrap();
    let all: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert_eq!(all.len(), 38);
    for case in &all {
        let mut draw = cases::Draw::new(case.seed);
        let labels = cases::labels(&mut draw, case.rows, case.labelled, case.skew);
        let mut probs =
            cases::probabilities(&mut draw, &labels, case.classes, case.levels, case.boost);
        if case.certain {
            probs = made_certain(&probs);
        }
        if case.float32 {
            let values: Vec<f32> = probs.values().iter().map(|&p| p as f32).collect();
            check(case, &labels, &Matrix::new(values, case.rows, case.classes).unwrap());
        } else {
            check(case, &labels, &probs);
        }
    }
}
