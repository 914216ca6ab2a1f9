use super::neighbours::affordable;
use super::*;
use crate::analysis::orders::Distance;
use crate::dataset::Matrix;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn predicted<'a>(labels: &'a [u32], predictions: &'a [u32]) -> Predicted<'a> {
    Predicted::new(labels, predictions).unwrap()
}

fn matrix(rows: &[&[f32]]) -> Matrix {
    Matrix::new(rows.concat(), rows.len(), rows[0].len()).unwrap()
}

#[test]
fn a_model_that_always_says_the_majority_is_not_better_than_it() {
    let labels: Vec<u32> = (0..200).map(|i| u32::from(i % 4 == 0)).collect();
    let rows = label_baselines(predicted(&labels, &[0; 200]), None, 2).unwrap();
    assert_eq!((rows[0].kind, rows[0].standing), (BaselineKind::Majority, Standing::NotShown));
    assert!((rows[0].p - 1.0).abs() < 1e-12 && (rows[0].error.share - 0.25).abs() < 1e-12);
    // 1 − 0.75² − 0.25²
    assert!((rows[1].error.share - 0.375).abs() < 1e-12);
    assert_eq!(rows[1].standing, Standing::Better);
    let rows = label_baselines(predicted(&labels, &labels), None, 2).unwrap();
    assert!(rows.iter().all(|r| r.standing == Standing::Better));
    let wrong: Vec<u32> = labels.iter().map(|k| 1 - k).collect();
    let rows = label_baselines(predicted(&labels, &wrong), None, 2).unwrap();
    assert!(rows.iter().all(|r| r.standing == Standing::Worse));
}

#[test]
fn the_shares_of_train_decide_if_there_are_any() {
    let (labels, train) = ([0, 0, 0, 1], [1, 1, 0, 1, NO_CLASS]);
    let rows = label_baselines(predicted(&labels, &labels), Some(&train), 2).unwrap();
    assert!((rows[0].error.share - 0.75).abs() < 1e-12);
    // 1 − (¼ · ¾ + ¾ · ¼)
    assert!((rows[1].error.share - 0.625).abs() < 1e-12);
}

#[test]
fn the_paired_test_sees_what_separate_errors_do_not() {
    // 100 and 112 errors in 1,000, of which 100 are the same
    let labels = vec![0; 1000];
    let model: Vec<u32> = (0..1000).map(|i| u32::from(i < 100)).collect();
    let other: Vec<u32> = (0..1000).map(|i| u32::from(i < 112)).collect();
    let model = predicted(&labels, &model);
    let row = against_predictions(BaselineKind::NearestNeighbour, model, &other).unwrap().unwrap();
    // 0 of 12 discordant pairs: 2 / 2¹²
    assert!((row.p - 2.0 / 4096.0).abs() < 1e-12);
    assert_eq!(row.standing, Standing::Better);
    // Newcombe's method 10 for pairs, written out in another language
    let [value, low, high] = [0.012, 0.004_727_303_905_007, 0.019_979_019_753_221];
    let Estimate { value: v, low: l, high: h } = row.difference;
    assert!((v - value).abs() < 1e-12 && (l - low).abs() < 1e-9 && (h - high).abs() < 1e-9);
    assert!(two_proportions(100, 1000, 112, 1000) > 0.3);
}

#[test]
fn people_are_compared_by_what_is_known_of_them() {
    let model = Errors { errors: 50, examples: 1000 };
    let human = |best| against_human(model, best).unwrap().unwrap();
    let row = human(BestError::Known(0.03));
    // scipy 1.17.1: 2 * binom.sf(49, 1000, 0.03)
    assert!((row.p - 0.000_841_533_090_496_384).abs() < 1e-12, "{}", row.p);
    assert_eq!(row.standing, Standing::Worse);
    let counted = |errors, examples| BestError::Counted(Errors { errors, examples });
    assert_eq!(human(counted(3, 100)).standing, Standing::NotShown);
    assert_eq!(human(counted(120, 1000)).standing, Standing::Better);
    assert!(against_human(model, counted(0, 0)).unwrap().is_none());
    assert!(against_human(model, counted(2, 1)).is_err());
    assert!(against_human(model, BestError::Known(f64::NAN)).is_err());
}

#[test]
fn the_nearest_neighbour_depends_on_what_is_near() {
    let train = matrix(&[&[1.0, 0.0], &[0.0, 10.0], &[f32::NAN, 0.0], &[0.0, 0.0]]);
    let dev = matrix(&[&[0.1, 0.9], &[5.0, 1.0], &[f32::NAN, 1.0], &[-0.1, -0.2]]);
    let find = |nearness| {
        let options = NeighbourOptions { nearness, ..NeighbourOptions::default() };
        nearest_neighbours(&train, &[0, 1, 2, 3], &dev, &options).unwrap()
    };
    let cosine = find(Distance::Cosine);
    // zeros have no direction
    assert_eq!(cosine.predictions, [1, 0, NO_CLASS, 0]);
    assert_eq!((cosine.train, cosine.dev, cosine.dev_used), (2, 3, 3));
    let euclidean = find(Distance::Euclidean);
    assert_eq!(euclidean.predictions, [3, 0, NO_CLASS, 3]);
    assert_eq!((euclidean.train, euclidean.dev_used), (3, 3));
}

#[test]
fn all_pairs_are_searched() {
    let mut rng = Pcg64Mcg::seed_from_u64(2);
    let mut draw = |n: usize| {
        let values: Vec<f32> = (0..n * 19).map(|_| rng.random_range(-1.0..1.0)).collect();
        Matrix::new(values, n, 19).unwrap()
    };
    let (train, dev) = (draw(300), draw(150));
    let labels: Vec<u32> = (0..300).collect();
    for nearness in [Distance::Cosine, Distance::Euclidean] {
        let options = NeighbourOptions { nearness, ..NeighbourOptions::default() };
        let found = nearest_neighbours(&train, &labels, &dev, &options).unwrap();
        for (row, &nearest) in found.predictions.iter().enumerate() {
            let distance = |i: u32| {
                let (a, b) = (train.row(i as usize), dev.row(row));
                let sum = |f: &dyn Fn(f64, f64) -> f64| {
                    a.iter().zip(b).map(|(&x, &y)| f(x.into(), y.into())).sum::<f64>()
                };
                match nearness {
                    Distance::Cosine => -sum(&|x, y| x * y) / sum(&|x, _| x * x).sqrt(),
                    Distance::Euclidean => sum(&|x, y| (x - y).powi(2)),
                }
            };
            let least = labels.iter().map(|&i| distance(i)).fold(f64::INFINITY, f64::min);
            assert!(distance(nearest) <= least + 1e-5);
        }
    }
}

#[test]
fn a_small_budget_draws_from_dev_first_and_says_so() {
    assert_eq!(affordable(1000, 1000, 10, 10_000_000), (1000, 1000));
    assert_eq!(affordable(1_000_000, 1_000_000, 500, 20_000_000_000), (20_000, 2_000));
    assert_eq!(affordable(5_000, 1_000_000, 500, 20_000_000_000), (5_000, 8_000));
    assert_eq!(affordable(9, 9, 9, 0), (1, 1));
    let train = matrix(&[&[0.0], &[1.0], &[2.0], &[3.0]]);
    let options = NeighbourOptions { budget: 1, ..NeighbourOptions::default() };
    let found = nearest_neighbours(&train, &[0; 4], &train, &options).unwrap();
    // zeros have no direction
    assert_eq!((found.train, found.dev), (3, 3));
    assert!(found.train_used * found.dev_used <= 8);
    assert_eq!(found.predictions.iter().filter(|&&k| k == 0).count(), found.dev_used);
}

#[test]
fn beyond_the_budget_the_search_is_approximate_and_says_so() {
    let n = 600;
    let places: Vec<f32> = (0..n).map(|i| (i * 37 % n) as f32).collect();
    let (train, dev) =
        (Matrix::new(places.clone(), n, 1).unwrap(), Matrix::new(places, n, 1).unwrap());
    let labels: Vec<u32> = (0..n as u32).collect();
    let find = |budget| {
        let nearness = Distance::Euclidean;
        let options = NeighbourOptions { nearness, budget, seed: 0 };
        nearest_neighbours(&train, &labels, &dev, &options).unwrap()
    };
    assert_eq!(find(360_000).recall, None);
    let found = find(359_999);
    assert_eq!((found.train_used, found.dev_used), (n, n));
    let right = found.predictions.iter().zip(&labels).filter(|(a, b)| a == b).count();
    assert!(right * 10 >= n * 9 && found.recall.is_some_and(|recall| recall.share >= 0.9));
}

#[test]
fn refuses_columns_that_do_not_fit() {
    assert!(Predicted::new(&[1], &[]).is_err());
    let (a, b) = (matrix(&[&[1.0, 2.0]]), matrix(&[&[1.0]]));
    let options = NeighbourOptions::default();
    assert!(nearest_neighbours(&a, &[], &a, &options).is_err());
    assert!(nearest_neighbours(&a, &[1], &b, &options).is_err());
    assert!(against_predictions(BaselineKind::Human, predicted(&[1], &[1]), &[]).is_err());
}

proptest! {
    #[test]
    fn odd_columns_have_defined_answers(
        rows in prop::collection::vec((prop_oneof![0_u32..3, Just(NO_CLASS)], prop_oneof![0_u32..5, Just(NO_CLASS)]), 0..50),
        classes in 0_usize..4,
        rate in 0.0..=1.0_f64,
    ) {
        let (labels, predictions): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
        let model = predicted(&labels, &predictions);
        let mut all = label_baselines(model, Some(&predictions), classes).unwrap();
        all.extend(against_human(model.errors(), BestError::Known(rate)).unwrap());
        all.extend(against_human(model.errors(), BestError::Counted(Errors { errors: 1, examples: 3 })).unwrap());
        for row in all {
            prop_assert!((0.0..=1.0).contains(&row.p), "{row:?}");
            prop_assert!(row.examples > 0 && (0.0..=1.0).contains(&row.error.share));
            let better = row.model.share < row.error.share;
            prop_assert!(row.standing == Standing::NotShown || better == (row.standing == Standing::Better));
        }
    }

    #[test]
    fn odd_embeddings_have_defined_answers(
        values in prop::collection::vec(prop_oneof![Just(f32::NAN), Just(f32::MAX), Just(0.0_f32), -1.0..1.0_f32], 2..40),
        budget in 0_u64..100,
        euclidean in any::<bool>(),
    ) {
        let n = values.len() / 2;
        let train = Matrix::new(values[..n * 2].to_vec(), n, 2).unwrap();
        let labels: Vec<u32> = (0..n as u32).map(|i| if i % 3 == 2 { NO_CLASS } else { i }).collect();
        let nearness = if euclidean { Distance::Euclidean } else { Distance::Cosine };
        let options = NeighbourOptions { nearness, budget, seed: 1 };
        let found = nearest_neighbours(&train, &labels, &train, &options).unwrap();
        prop_assert_eq!(found.predictions.iter().filter(|&&k| k != NO_CLASS).count(), found.dev_used);
        prop_assert!(found.train_used <= found.train && found.dev_used <= found.dev);
    }
}

#[test]
fn worse_than_guessing_is_more_errors_than_equal_guesses_make() {
    let of = |errors| worse_than_guessing(Errors { errors, examples: 100 }, 4);
    assert_eq!((of(75), of(76)), (false, true));
    assert!(
        uniform_error(1).abs() < 1e-12
            && !worse_than_guessing(Errors { errors: 0, examples: 0 }, 2)
    );
}
