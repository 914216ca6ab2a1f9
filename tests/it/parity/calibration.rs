//! Calibration error against torchmetrics 1.9.0 and temperature against `scipy` 1.17.1, as
//! `tests/fixtures/stats/calibration.py` wrote them.

use super::cases;
use gaffe::analysis::calibration::{BINS, Bins, temperature, tops};
use gaffe::analysis::{Labelled, Probability, ScoreSums};
use gaffe::dataset::Matrix;
use ndarray::{Array1, Array2};
use serde::Deserialize;

const FOLDER: &str = "tests/fixtures/stats";

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
    mnist: Expected,
}

#[derive(Deserialize)]
struct Case {
    seed: u64,
    rows: usize,
    classes: usize,
    levels: u64,
    boost: u64,
    float32: bool,
    bins: usize,
    skew: bool,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    /// ECE and MCE as torchmetrics adds them up, in float32
    float: [f64; 2],
    /// the same with float64 sums
    double: [f64; 2],
    binary: Option<[f64; 2]>,
    /// T, log loss at 1 and at T; none without a minimum between 0.05 and 20
    temperature: Option<[f64; 3]>,
}

fn fixture() -> Fixture {
    let text = std::fs::read_to_string(format!("{FOLDER}/calibration.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn close(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    assert!((ours - theirs).abs() <= tolerance, "{what}: {ours}, expected {theirs}");
}

fn both_close(ours: [f64; 2], theirs: [f64; 2], tolerance: f64, what: &str) {
    for (ours, theirs) in ours.into_iter().zip(theirs) {
        close(ours, theirs, tolerance, what);
    }
}

fn errors(bins: &Bins) -> [f64; 2] {
    let error = bins.error().unwrap();
    [error.ece, error.mce]
}

fn check<T: Probability>(data: Labelled<T>, bins: usize, expected: &Expected, name: &str) {
    let ours = errors(&Bins::equal_width(&tops(data), bins));
    both_close(ours, expected.double, 1e-12, &format!("{name}: ECE or MCE"));
    both_close(ours, expected.float, 1e-5, &format!("{name}: ECE or MCE in float32"));
    if let Some(theirs) = expected.binary {
        let ours = errors(&Bins::binary(data, bins).unwrap());
        // torchmetrics adds float32 up in float32
        let tolerance = if size_of::<T>() == 4 { 1e-5 } else { 1e-12 };
        both_close(ours, theirs, tolerance, &format!("{name}: binary"));
    }
    let t = temperature(data, bins).unwrap();
    assert_eq!(t.at_bound, expected.temperature.is_none(), "{name}: {t:?}");
    if let Some([value, before, after]) = expected.temperature {
        close(t.temperature / value, 1.0, 1e-8, &format!("{name}: temperature"));
        close(t.log_loss_before, before, 1e-12, &format!("{name}: log loss"));
        close(t.log_loss_after, after, 1e-12, &format!("{name}: log loss at T"));
    }
}

#[test]
fn random_cases() {
    let all = fixture().cases;
    assert_eq!(all.len(), 40);
    for case in &all {
        let mut draw = cases::Draw::new(case.seed);
        let labels = cases::labels(&mut draw, case.rows, case.classes, case.skew);
        let probs = cases::probabilities(&mut draw, &labels, case.classes, case.levels, case.boost);
        let name = format!("seed {}", case.seed);
        if case.float32 {
            let values: Vec<f32> = probs.values().iter().map(|&p| p as f32).collect();
            let probs = Matrix::new(values, case.rows, case.classes).unwrap();
            check(Labelled::new(&probs, &labels).unwrap(), case.bins, &case.expected, &name);
        } else {
            check(Labelled::new(&probs, &labels).unwrap(), case.bins, &case.expected, &name);
        }
    }
}

#[test]
fn mnist() {
    let probs: Array2<f64> =
        ndarray_npy::read_npy(format!("{FOLDER}/mnist_pred_probs.npy")).unwrap();
    let labels: Array1<u16> = ndarray_npy::read_npy(format!("{FOLDER}/mnist_labels.npy")).unwrap();
    let labels: Vec<u32> = labels.iter().map(|&l| u32::from(l)).collect();
    let (rows, cols) = probs.dim();
    let probs = Matrix::new(probs.into_raw_vec_and_offset().0, rows, cols).unwrap();
    let data = Labelled::new(&probs, &labels).unwrap();
    check(data, BINS, &fixture().mnist, "MNIST");
    // published with the data: accuracy .9913, ECE .002976, Brier .014481
    let scores = ScoreSums::of(data, &[]).scores();
    close(scores.accuracy.unwrap().share, 0.9913, 1e-12, "accuracy");
    close(scores.brier.unwrap(), 0.014_481, 5e-7, "Brier score");
    close(Bins::equal_width(&tops(data), BINS).error().unwrap().ece, 0.002_976, 5e-7, "ECE");
}
