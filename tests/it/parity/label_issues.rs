//! Confident learning against cleanlab 2.9.0: MNIST's test set, and 200 random cases.

use super::cases::{self, Draw};
use gaffe::analysis::Labelled;
use gaffe::analysis::label_issues::{ConfidentLearning, FilterBy, Joint, Options, Score};
use gaffe::dataset::Matrix;
use serde::Deserialize;
use std::collections::HashMap;
use std::fs;

const FOLDER: &str = "tests/fixtures/stats";
const SCORES: [(Score, bool); 5] = [
    (Score::SelfConfidence, false),
    (Score::SelfConfidence, true),
    (Score::NormalizedMargin, false),
    (Score::NormalizedMargin, true),
    (Score::ConfidenceWeightedEntropy, false),
];

#[derive(Deserialize)]
struct Mnist {
    thresholds: Vec<f64>,
    cj_uncal: Vec<Vec<u32>>,
    cj_cal: Vec<Vec<u32>>,
    filters: HashMap<String, Vec<u32>>,
    adj_mean_self_confidence: f64,
    adj_mean_normalized_margin: f64,
    #[serde(rename = "noise_rate_frac0.5")]
    half_the_noise: usize,
    health: f64,
    worst_class: HashMap<String, f64>,
    top_overlap: HashMap<String, f64>,
}

#[derive(Deserialize)]
struct Case {
    /// seed, N, K, classes present, step, skew, levels, boost, `frac_noise`, `min_examples_per_class`
    args: [f64; 10],
    thresholds: [f64; 2],
    joint: String,
    calibrated: String,
    issues: [usize; 2],
    flags: String,
    scores: [[f64; 2]; 5],
    quality: [f64; 9],
    overlaps: String,
    health: f64,
    /// flags at default arguments with `NumPy`'s default sort, if they differ
    loose: Option<String>,
    float32: Option<String>,
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-12 * expected.abs().max(1.0)
}

#[track_caller]
fn assert_close<const N: usize>(found: [f64; N], expected: [f64; N], what: &str) {
    for (found, expected) in found.into_iter().zip(expected) {
        assert!(close(found, expected), "{what}: {found} is not {expected}");
    }
}

fn with(filter_by: FilterBy) -> Options {
    Options { filter_by, ..Options::default() }
}

fn mnist() -> (Matrix<f64>, Vec<u32>, Mnist) {
    let probs: ndarray::Array2<f64> =
        ndarray_npy::read_npy(format!("{FOLDER}/mnist_pred_probs.npy")).unwrap();
    let labels: ndarray::Array1<u16> =
        ndarray_npy::read_npy(format!("{FOLDER}/mnist_labels.npy")).unwrap();
    let golden = fs::read(format!("{FOLDER}/mnist_golden.json")).unwrap();
    let values: Vec<f64> = probs.iter().map(|p| p.clamp(0.0, 1.0)).collect();
    let probs = Matrix::new(values, probs.nrows(), probs.ncols()).unwrap();
    (probs, labels.mapv(u32::from).to_vec(), serde_json::from_slice(&golden).unwrap())
}

#[test]
fn mnist_thresholds_joint_and_flags_are_those_of_cleanlab() {
    let (probs, labels, golden) = mnist();
    let found = ConfidentLearning::new(Labelled::new(&probs, &labels).unwrap());
    for (found, expected) in found.thresholds().iter().zip(&golden.thresholds) {
        assert_close([*found], [*expected], "threshold");
    }
    let rows = |joint: &Joint| (0..10).map(|class| joint.row(class).to_vec()).collect::<Vec<_>>();
    assert_eq!(rows(found.confident_joint()), golden.cj_uncal);
    assert_eq!(rows(found.calibrated_joint()), golden.cj_cal);
    assert_eq!(golden.filters.len(), FilterBy::ALL.len());
    for filter in FilterBy::ALL {
        let issues = found.find(&with(filter)).unwrap();
        assert_eq!(issues.rows(), golden.filters[filter.name()], "{}", filter.name());
    }
    let half = Options { frac_noise: 0.5, ..Options::default() };
    assert_eq!(found.find(&half).unwrap().issues.len(), golden.half_the_noise);
}

#[test]
fn mnist_scores_and_health_are_those_of_cleanlab() {
    let (probs, labels, golden) = mnist();
    let found = ConfidentLearning::new(Labelled::new(&probs, &labels).unwrap());
    let mean = |score| {
        let scores = found.scores(score, true).unwrap();
        scores.iter().flatten().sum::<f64>() / scores.len() as f64
    };
    let expected = [golden.adj_mean_self_confidence, golden.adj_mean_normalized_margin];
    assert_close([mean(Score::SelfConfidence), mean(Score::NormalizedMargin)], expected, "mean");
    assert_close([found.health().unwrap()], [golden.health], "health");

    let worst = &found.class_quality()[0];
    let [noise, inverse] = [worst.label_noise.unwrap(), worst.inverse_label_noise.unwrap()];
    let [class, issues, inverse_issues] =
        [worst.class, worst.label_issues, worst.inverse_label_issues].map(f64::from);
    let quality = worst.label_quality.unwrap();
    let names = ["Class Index", "Label Issues", "Inverse Label Issues", "Label Noise"];
    let expected = names.map(|name| golden.worst_class[name]);
    assert_close([class, issues, inverse_issues, noise], expected, "worst class");
    let expected = ["Inverse Label Noise", "Label Quality Score"].map(|n| golden.worst_class[n]);
    assert_close([inverse, quality], expected, "worst class");

    let top = &found.overlapping_classes()[0];
    let names = ["Class Index A", "Class Index B", "Num Overlapping Examples", "Joint Probability"];
    let [a, b, examples] = [top.a, top.b, top.examples].map(f64::from);
    assert_close([a, b, examples, top.share], names.map(|n| golden.top_overlap[n]), "overlap");
}

fn random_cases() -> Vec<Case> {
    let cases = fs::read(format!("{FOLDER}/label_issues.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&cases).unwrap();
    assert_eq!(cases.len(), 200);
    cases
}

impl Case {
    fn draw(&self) -> (Matrix<f64>, Vec<u32>) {
        let [seed, rows, classes, present, step, skew, levels, boost] =
            std::array::from_fn(|i| self.args[i] as u64);
        let mut draw = Draw::new(seed);
        let mut labels = cases::labels(&mut draw, rows as usize, present as usize, skew > 0);
        for label in &mut labels {
            *label *= step as u32;
        }
        let probs = cases::probabilities(&mut draw, &labels, classes as usize, levels, boost);
        (probs, labels)
    }

    fn options(&self, filter_by: FilterBy) -> Options {
        let [.., frac_noise, min_examples] = self.args;
        Options { frac_noise, min_examples_per_class: min_examples as u32, ..with(filter_by) }
    }
}

fn digest(numbers: impl IntoIterator<Item = u32>) -> String {
    let next = |state: u64, number| Draw::new(state ^ u64::from(number)).next();
    format!("{:016x}", numbers.into_iter().fold(0, next))
}

fn digest_joint(joint: &Joint) -> String {
    let cells = (0..joint.classes()).flat_map(|class| joint.row(class));
    let some = cells.zip(0_u32..).filter(|(count, _)| **count > 0);
    digest(some.flat_map(|(count, cell)| [cell, *count]))
}

/// The sum, and the sum with weights 1 to 7.
fn weighted(values: impl IntoIterator<Item = f64>) -> [f64; 2] {
    let add = |[sum, weighted]: [f64; 2], (i, value): (usize, f64)| {
        [sum + value, weighted + value * (1 + i % 7) as f64]
    };
    values.into_iter().enumerate().fold([0.0; 2], add)
}

/// The masks of a case: bit i of a row is set if filter i chose it.
fn masks(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn chosen(masks: &[u8], filter: usize) -> Vec<u32> {
    (0..masks.len() as u32).filter(|&row| masks[row as usize] >> filter & 1 == 1).collect()
}

#[test]
fn joints_and_numbers_of_random_cases_are_those_of_cleanlab() {
    for case in random_cases() {
        let (probs, labels) = case.draw();
        let found = ConfidentLearning::new(Labelled::new(&probs, &labels).unwrap());
        let name = format!("case {:?}", case.args);
        let thresholds = weighted(found.thresholds().iter().copied());
        assert_close(thresholds, case.thresholds, &name);
        assert_eq!(digest_joint(found.confident_joint()), case.joint, "{name}");
        assert_eq!(digest_joint(found.calibrated_joint()), case.calibrated, "{name}");
        let issues = [found.num_label_issues(), found.num_label_issues_calibrated()];
        assert_eq!(issues, case.issues, "{name}");
        assert_close([found.health().unwrap()], [case.health], &name);
        for ((score, adjust), expected) in SCORES.into_iter().zip(case.scores) {
            let scores = found.scores(score, adjust).unwrap();
            assert_close(weighted(scores.into_iter().flatten()), expected, &name);
        }
        assert_close(quality(&found), case.quality, &name);
        let pairs = found.overlapping_classes();
        let pairs = digest(pairs.iter().flat_map(|pair| [pair.examples, pair.a, pair.b]));
        assert_eq!(pairs, case.overlaps, "{name}");
    }
}

fn quality(found: &ConfidentLearning<'_, f64>) -> [f64; 9] {
    let mut classes = found.class_quality();
    // without examples, cleanlab gives no noise and full quality
    let lowest = classes[0].label_quality.unwrap_or(1.0);
    classes.sort_by_key(|quality| quality.class);
    let columns: [[f64; 2]; 4] = [
        weighted(classes.iter().map(|c| c.label_noise.unwrap_or(0.0))),
        weighted(classes.iter().map(|c| c.inverse_label_noise.unwrap_or(0.0))),
        weighted(classes.iter().map(|c| f64::from(c.label_issues))),
        weighted(classes.iter().map(|c| f64::from(c.inverse_label_issues))),
    ];
    std::array::from_fn(|i| columns.as_flattened().get(i).copied().unwrap_or(lowest))
}

#[test]
fn flags_of_random_cases_are_those_of_cleanlab() {
    let mut flagged = 0;
    for case in random_cases() {
        let (probs, labels) = case.draw();
        let found = ConfidentLearning::new(Labelled::new(&probs, &labels).unwrap());
        let expected = masks(&case.flags);
        assert_eq!(expected.len(), labels.len());
        for (bit, filter) in FilterBy::ALL.into_iter().enumerate() {
            let issues = found.find(&case.options(filter)).unwrap();
            assert_eq!(issues.rows(), chosen(&expected, bit), "{filter:?} of {:?}", case.args);
            flagged += usize::from(!issues.issues.is_empty());
        }
    }
    assert!(flagged > 1000, "{flagged}");
}

#[test]
fn float32_flags_are_those_of_cleanlab() {
    let mut compared = 0;
    for case in random_cases() {
        let Some(expected) = &case.float32 else { continue };
        let (probs, labels) = case.draw();
        let narrow: Vec<f32> = probs.values().iter().map(|&p| p as f32).collect();
        let probs = Matrix::new(narrow, probs.rows(), probs.cols()).unwrap();
        let found = ConfidentLearning::new(Labelled::new(&probs, &labels).unwrap());
        for (bit, filter) in FilterBy::ALL.into_iter().enumerate() {
            let issues = found.find(&case.options(filter)).unwrap();
            let expected = chosen(&masks(expected), bit);
            assert_eq!(issues.rows(), expected, "{filter:?} of {:?}", case.args);
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

/// With `NumPy`'s default sort cleanlab chooses otherwise among equal values. Every row in which it
/// differs must have exactly the value at which the filter cuts.
#[test]
fn flags_differ_from_the_default_sort_among_equal_values_only() {
    let mut ties = 0;
    for case in random_cases() {
        let Some(loose) = &case.loose else { continue };
        let (probs, labels) = case.draw();
        let found = ConfidentLearning::new(Labelled::new(&probs, &labels).unwrap());
        for (bit, filter) in FilterBy::ALL.into_iter().enumerate() {
            let flags = found.find(&with(filter)).unwrap().flags(labels.len());
            let loose = masks(loose).into_iter().map(|mask| mask >> bit & 1 == 1);
            for (row, (ours, theirs)) in flags.into_iter().zip(loose).enumerate() {
                if ours != theirs {
                    let at_cut = at_the_cut(&found, &probs, &labels, filter, row);
                    assert!(at_cut, "row {row}, {filter:?} of {:?}", case.args);
                    ties += 1;
                }
            }
        }
    }
    assert!(ties > 30, "{ties}");
}

/// Whether a row's value is the last that the filter takes.
fn at_the_cut(
    found: &ConfidentLearning<'_, f64>,
    probs: &Matrix<f64>,
    labels: &[u32],
    filter: FilterBy,
    row: usize,
) -> bool {
    let given = labels[row] as usize;
    let counts = found.calibrated_joint().row(given);
    let same = || (0..labels.len()).filter(|&other| labels[other] as usize == given);
    let p = |row: usize, class: usize| probs.row(row)[class];
    let by_class = || {
        let lowest = same().count() - counts[given].max(1) as usize;
        is_cut(same().map(|other| p(other, given)), lowest, p(row, given))
    };
    let by_noise_rate = || {
        // what the diagonal lacks is taken from the other classes
        let others = counts.iter().filter(|&&count| count > 0).count().max(2) - 1;
        let less = f64::from(1_u32.saturating_sub(counts[given])) / others as f64;
        (0..counts.len()).filter(|&class| class != given && counts[class] > 0).any(|class| {
            let margin = |row| p(row, given) - p(row, class);
            let count = (f64::from(counts[class]) - less) as usize;
            is_cut(same().map(margin), count, margin(row))
        })
    };
    let lowest = |score| {
        let scores = found.scores(score, false).unwrap();
        is_cut(scores.iter().flatten().copied(), found.num_label_issues(), scores[row].unwrap())
    };
    match filter {
        FilterBy::PruneByClass => by_class(),
        FilterBy::PruneByNoiseRate => by_noise_rate(),
        FilterBy::Both => by_class() || by_noise_rate(),
        FilterBy::ConfidentLearning | FilterBy::PredictedNeqGiven => false,
        FilterBy::LowSelfConfidence => lowest(Score::SelfConfidence),
        FilterBy::LowNormalizedMargin => lowest(Score::NormalizedMargin),
    }
}

/// Whether `value` is the largest of the `count` smallest values, exactly, and not the only one.
#[expect(clippy::float_cmp, reason = "a tie is exact")]
fn is_cut(values: impl Iterator<Item = f64>, count: usize, value: f64) -> bool {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    count > 0 && values[count - 1] == value && values.get(count) == Some(&value)
}
