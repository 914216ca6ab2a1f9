use super::*;
use crate::analysis::argmax;
use crate::dataset::Matrix;
use proptest::prelude::*;

const CUTOFFS: [usize; 3] = [1, 2, 5];

fn sums(probs: &Matrix<f64>, labels: &[u32]) -> ScoreSums {
    ScoreSums::of(Labelled::new(probs, labels).unwrap(), &CUTOFFS)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn three_rows_worked_out_by_hand() {
    let probs = Matrix::new(vec![0.7, 0.2, 0.1, 0.25, 0.5, 0.25, 1.0, 0.0, 0.0], 3, 3).unwrap();
    let scores = sums(&probs, &[0, 2, 1]).scores();
    assert!(close(scores.accuracy.unwrap().share, 1.0 / 3.0));
    // of the tied classes 0 and 2 the higher index comes first; so does 2 before 1 in the last row
    let top: Vec<f64> = scores.top_k.iter().map(|t| t.accuracy.unwrap().share * 3.0).collect();
    assert!(top.iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| close(*a, b)), "{top:?}");
    let loss = -(0.7_f64.ln() + 0.25_f64.ln() + f64::EPSILON.ln()) / 3.0;
    assert!(close(scores.log_loss.unwrap(), loss));
    let brier = (0.09 + 0.04 + 0.01) + (0.0625 + 0.25 + 0.5625) + 2.0;
    assert!(close(scores.brier.unwrap(), brier / 3.0));
}

#[test]
fn the_clip_is_that_of_the_type() {
    assert!(close(loss(&[0.0_f32, 1.0], 0).unwrap(), 23.0 * 2.0_f64.ln()));
    assert!(close(loss(&[0.0_f64, 1.0], 0).unwrap(), 52.0 * 2.0_f64.ln()));
    assert!(loss(&[0.0_f32, 1.0], 1).unwrap() > 0.0);
    assert_eq!(
        (loss(&[f32::NAN, 1.0], 1), loss(&[1.0_f32], 1), loss::<f32>(&[], 0)),
        (None, None, None)
    );
}

#[test]
fn nothing_to_score_is_none() {
    let probs = Matrix::new(vec![f64::NAN; 4], 2, 2).unwrap();
    let scores = sums(&probs, &[0, 1]).scores();
    assert_eq!(
        (scores.examples, scores.accuracy, scores.log_loss, scores.brier),
        (0, None, None, None)
    );
    assert_eq!(losses(Labelled::new(&probs, &[0, 1]).unwrap()), [None, None]);
}

#[test]
fn threads_do_not_change_a_digit() {
    let values: Vec<f64> = (0..400_000_u64).map(|i| (i * 7919 % 1000) as f64 / 1000.0).collect();
    let probs = Matrix::new(values, 100_000, 4).unwrap();
    let labels: Vec<u32> = (0..100_000).map(|i| i % 5).collect();
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| sums(&probs, &labels))
    };
    let one = of(1);
    assert_eq!(one, of(2));
    assert_eq!(one.examples, 80_000);
}

/// Rows of anything: ties, NaN, values that are no probability; labels that there are not.
fn data() -> impl Strategy<Value = (usize, Vec<f64>, Vec<u32>)> {
    let value = prop_oneof![
        8 => (0_u32..5).prop_map(|i| f64::from(i) / 4.0),
        2 => 0.0..1.0_f64,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, -1.0, 3.0, 1e-300]),
    ];
    (1_usize..12, 0_usize..20).prop_flat_map(move |(k, n)| {
        let labels = prop::collection::vec(0..k as u32 + 2, n);
        (Just(k), prop::collection::vec(value.clone(), n * k), labels)
    })
}

proptest! {
    #[test]
    fn scores_are_finite_and_accuracy_is_that_of_the_predictions((k, values, labels) in data()) {
        let probs = Matrix::new(values, labels.len(), k).unwrap();
        let data = Labelled::new(&probs, &labels).unwrap();
        let scores = sums(&probs, &labels).scores();
        let right = data.iter().filter(|&(_, label, p)| argmax(p) == label).count();
        let examples = data.iter().count();
        prop_assert_eq!(scores.accuracy, (examples > 0).then(|| Proportion::sampled(right, examples, usize::MAX)));
        for t in scores.top_k.iter().filter(|t| t.k >= k) {
            prop_assert!(t.accuracy.is_none_or(|a| close(a.share, 1.0)));
        }
        prop_assert!(scores.log_loss.is_none_or(|l| (0.0..=36.1).contains(&l)));
        prop_assert!(scores.brier.is_none_or(|b| (0.0..=k as f64 + 1.0).contains(&b)));
        let rows = losses(data);
        let mean = rows.iter().flatten().sum::<f64>() / examples.max(1) as f64;
        prop_assert!((mean - scores.log_loss.unwrap_or(0.0)).abs() < 1e-9);
    }

    #[test]
    fn moves_lead_to_what_scoring_anew_gives((k, values, labels) in data(), to in prop::collection::vec(0_u32..14, 20)) {
        let probs = Matrix::new(values, labels.len(), k).unwrap();
        let mut moved = sums(&probs, &labels);
        for (row, &label) in labels.iter().enumerate() {
            moved.moved(probs.row(row), label, to[row]);
        }
        let anew = sums(&probs, &to[..labels.len()]);
        prop_assert_eq!((moved.examples, moved.right, &moved.within), (anew.examples, anew.right, &anew.within));
        prop_assert!((moved.loss - anew.loss).abs() < 1e-9 && (moved.squared - anew.squared).abs() < 1e-9);
    }
}
