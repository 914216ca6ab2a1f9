use super::*;
use crate::dataset::Matrix;
use proptest::prelude::*;

fn matrix(values: &[f64], classes: usize) -> Matrix<f64> {
    Matrix::new(values.to_vec(), values.len() / classes, classes).unwrap()
}

/// Probabilities with values that are none, and labels with some out of range.
fn odd() -> impl Strategy<Value = (Matrix<f64>, Vec<u32>)> {
    (1_usize..6, 0_usize..40).prop_flat_map(|(classes, rows)| {
        let value = prop_oneof![
            8 => 0.0..=1.0,
            2 => Just(0.0),
            1 => Just(1.0),
            1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, -1.0, 1e-7, 7.0]),
        ];
        let labels = prop::collection::vec(0..=classes as u32, rows);
        let values = prop::collection::vec(value, rows * classes);
        (values.prop_map(move |values| Matrix::new(values, rows, classes).unwrap()), labels)
    })
}

fn options() -> impl Strategy<Value = Options> {
    let filters = prop::sample::select(FilterBy::ALL.to_vec());
    (filters, 0.0..=1.0, 0..4_u32, any::<bool>()).prop_map(
        |(filter_by, frac_noise, min_examples_per_class, adjust_pred_probs)| Options {
            filter_by,
            frac_noise,
            min_examples_per_class,
            rank_by: Score::NormalizedMargin,
            adjust_pred_probs,
        },
    )
}

/// Distinct probabilities: no ties, so that the order of the rows can't matter.
fn distinct(rows: usize, classes: usize, seed: u64) -> (Matrix<f64>, Vec<u32>) {
    use rand::{RngExt, SeedableRng};
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    let labels: Vec<u32> = (0..rows).map(|_| random.random_range(0..classes as u32)).collect();
    let mut values = Vec::new();
    for &label in &labels {
        let mut row: Vec<f64> = (0..classes).map(|_| random.random_range(0.0..1.0)).collect();
        let top =
            if random.random_bool(0.8) { label } else { random.random_range(0..classes as u32) };
        row[top as usize] += 1.0;
        let sum: f64 = row.iter().sum();
        values.extend(row.iter().map(|p| p / sum));
    }
    (Matrix::new(values, rows, classes).unwrap(), labels)
}

fn rows(probs: &Matrix<f64>, labels: &[u32], options: &Options) -> Vec<u32> {
    let data = Labelled::new(probs, labels).unwrap();
    ConfidentLearning::new(data).find(options).unwrap().rows()
}

fn with(filter_by: FilterBy) -> Options {
    Options { filter_by, ..Options::default() }
}

#[test]
fn a_planted_wrong_label_is_found_by_every_filter() {
    let sure = [0.9, 0.05, 0.05];
    let mut values: Vec<f64> = Vec::new();
    let labels: Vec<u32> = (0..30).map(|row| if row == 4 { 2 } else { row % 3 }).collect();
    for row in 0..30 {
        let mut probs = sure;
        probs.rotate_right(row % 3);
        values.extend(probs);
    }
    for filter in FilterBy::ALL {
        let probs = matrix(&values, 3);
        let data = Labelled::new(&probs, &labels).unwrap();
        let found = ConfidentLearning::new(data).find(&with(filter)).unwrap();
        let expected = LabelIssue { row: 4, given: 2, suggested: 1, score: 0.05 };
        assert_eq!(found.issues, [expected], "{filter:?}");
        let flags: Vec<bool> = (0..30).map(|row| row == 4).collect();
        assert_eq!(found.flags(30), flags);
    }
}

#[test]
fn names_are_those_that_are_written() {
    for filter in FilterBy::ALL {
        assert_eq!(serde_json::to_value(filter).unwrap(), filter.name());
    }
    for score in [Score::SelfConfidence, Score::NormalizedMargin, Score::ConfidenceWeightedEntropy]
    {
        assert_eq!(serde_json::to_value(score).unwrap(), score.name());
    }
}

#[test]
fn arguments_that_are_not_defined_are_refused() {
    let probs = matrix(&[0.3, 0.7], 2);
    let found = ConfidentLearning::new(Labelled::new(&probs, &[0]).unwrap());
    for frac_noise in [-0.1, 1.1, f64::NAN] {
        assert!(found.find(&Options { frac_noise, ..Options::default() }).is_err());
    }
    assert!(found.scores(Score::ConfidenceWeightedEntropy, true).is_err());
    assert!(found.scores(Score::ConfidenceWeightedEntropy, false).is_ok());
}

#[test]
fn without_examples_nothing_is_claimed() {
    let probs = matrix(&[], 3);
    let found = ConfidentLearning::new(Labelled::new(&probs, &[]).unwrap());
    assert_eq!(found.thresholds(), [ABSENT; 3]);
    assert_eq!([found.confident_joint().trace(), found.calibrated_joint().total()], [3, 0]);
    assert_eq!((found.health(), found.num_label_issues()), (None, 0));
    assert!(found.class_quality().iter().all(|class| class.label_quality.is_none()));
    for filter in FilterBy::ALL {
        assert!(rows(&probs, &[], &with(filter)).is_empty());
    }
}

#[test]
fn a_single_class_has_no_issue() {
    for values in [vec![1.0; 5], vec![0.0; 5], vec![0.2, 0.4, 1.0, 0.0, 0.9]] {
        let probs = matrix(&values, 1);
        let found = ConfidentLearning::new(Labelled::new(&probs, &[0; 5]).unwrap());
        for filter in FilterBy::ALL {
            assert_eq!(found.find(&with(filter)).unwrap().issues, []);
        }
        assert_eq!(found.health(), Some(1.0));
    }
}

#[test]
fn all_right_has_no_issue_and_all_wrong_is_disagreement_throughout() {
    let values = [0.9, 0.1, 0.1, 0.9].repeat(10);
    let probs = matrix(&values, 2);
    let right = [0, 1].repeat(10);
    let wrong = [1, 0].repeat(10);
    for filter in FilterBy::ALL {
        assert!(rows(&probs, &right, &with(filter)).is_empty());
    }
    let all: Vec<u32> = (0..20).collect();
    assert_eq!(rows(&probs, &wrong, &with(FilterBy::PredictedNeqGiven)), all);
    assert_eq!(rows(&probs, &wrong, &with(FilterBy::ConfidentLearning)), all);
    let found = ConfidentLearning::new(Labelled::new(&probs, &wrong).unwrap());
    assert_eq!(found.health(), Some(0.0));
    // the joint's diagonal is at least 1: one of each class is believed
    assert_eq!(rows(&probs, &wrong, &Options::default()).len(), 18);
}

#[test]
fn equal_values_are_taken_in_the_order_of_the_rows() {
    // class 0: rows 0 to 11, the last four alike and wrong
    let mut values = [0.9, 0.1].repeat(8);
    values.extend([0.1, 0.9].repeat(4));
    values.extend([0.2, 0.8].repeat(12));
    let labels: Vec<u32> = (0..24).map(|row| u32::from(row >= 12)).collect();
    let half = Options { frac_noise: 0.5, ..Options::default() };
    assert_eq!(rows(&matrix(&values, 2), &labels, &Options::default()), [8, 9, 10, 11]);
    assert_eq!(rows(&matrix(&values, 2), &labels, &half), [8, 9]);
}

proptest! {
    #[test]
    fn odd_input_gives_numbers((probs, labels) in odd(), options in options()) {
        let data = Labelled::new(&probs, &labels).unwrap();
        let found = ConfidentLearning::new(data);
        prop_assert!(found.thresholds().iter().all(|t| (2e-6..=ABSENT).contains(t)));
        for class in 0..probs.cols() {
            let count = data.iter().filter(|(_, label, _)| *label as usize == class).count();
            let sum: u32 = found.calibrated_joint().row(class).iter().sum();
            prop_assert_eq!(sum as usize, count);
        }
        let issues = found.find(&options).unwrap();
        for issue in &issues.issues {
            prop_assert!((0.0..=1.0).contains(&issue.score), "{issue:?}");
            prop_assert!((issue.suggested as usize) < probs.cols());
            prop_assert!(data.get(issue.row as usize).is_some(), "flagged, but left out");
        }
        prop_assert!(issues.issues.is_sorted_by(|a, b| (a.score, a.row) < (b.score, b.row)));
        for (score, adjust) in [
            (Score::SelfConfidence, true),
            (Score::NormalizedMargin, true),
            (Score::NormalizedMargin, false),
            (Score::ConfidenceWeightedEntropy, false),
        ] {
            for (row, value) in found.scores(score, adjust).unwrap().into_iter().enumerate() {
                prop_assert_eq!(value.is_some(), data.get(row).is_some());
                prop_assert!(value.is_none_or(|v| (0.0..=1.0).contains(&v)), "{score:?} {value:?}");
            }
        }
        let shares = found.class_quality().into_iter().flat_map(|class| {
            [class.label_noise, class.inverse_label_noise, class.label_quality]
        });
        let all = shares.chain([found.health()]).chain(
            found.overlapping_classes().into_iter().map(|pair| Some(pair.share)),
        );
        prop_assert!(all.flatten().all(|share| (0.0..=1.0).contains(&share)));
    }

    #[test]
    fn permuted_rows_have_permuted_flags(
        seed in any::<u64>(), classes in 2_usize..5, shift in 1_usize..80, options in options(),
    ) {
        let (probs, labels) = distinct(80, classes, seed);
        let place = |row: usize| (row * 7 + shift) % 80;
        let mut values = vec![0.0; 80 * classes];
        let mut moved = vec![0; 80];
        for row in 0..80 {
            values[place(row) * classes..][..classes].copy_from_slice(probs.row(row));
            moved[place(row)] = labels[row];
        }
        let mut expected: Vec<u32> =
            rows(&probs, &labels, &options).iter().map(|&row| place(row as usize) as u32).collect();
        expected.sort_unstable();
        prop_assert_eq!(rows(&matrix(&values, classes), &moved, &options), expected);
    }

    #[test]
    fn rows_left_out_count_nowhere(seed in any::<u64>(), options in options()) {
        let (probs, labels) = distinct(60, 3, seed);
        let (mut values, mut more) = (Vec::new(), Vec::new());
        for (row, &label) in labels.iter().enumerate() {
            values.extend_from_slice(probs.row(row));
            values.extend([f64::NAN, 0.0, 1.0, 0.0, 0.0, 1.0]);
            more.extend([label, 1, u32::MAX]);
        }
        let expected: Vec<u32> = rows(&probs, &labels, &options).iter().map(|row| row * 3).collect();
        prop_assert_eq!(rows(&matrix(&values, 3), &more, &options), expected);
    }

    #[test]
    fn less_noise_flags_no_more(seed in any::<u64>(), frac_noise in 0.0..=1.0) {
        let (probs, labels) = distinct(120, 4, seed);
        for filter in [FilterBy::PruneByClass, FilterBy::PruneByNoiseRate, FilterBy::Both] {
            let all = rows(&probs, &labels, &with(filter));
            let some = rows(&probs, &labels, &Options { frac_noise, ..with(filter) });
            prop_assert!(some.iter().all(|row| all.contains(row)));
        }
    }
}
