use super::*;
use proptest::prelude::*;

fn matrix(values: &[f64], cols: usize) -> Matrix<f64> {
    Matrix::new(values.to_vec(), values.len() / cols, cols).unwrap()
}

fn points(values: &[f32], cols: usize) -> Matrix<f32> {
    Matrix::new(values.to_vec(), values.len() / cols, cols).unwrap()
}

const NAN: f64 = f64::NAN;

#[test]
fn doubt_is_measured_in_four_ways() {
    let probs = matrix(
        &[0.5, 0.5, 0.0, 0.4, 0.3, 0.3, NAN, NAN, NAN, 1.0, 0.0, 0.0, 0.6, 0.2, 0.2, 0.6, 0.4, 0.0],
        3,
    );
    let rows = [0, 1, 2, 3, 4, 5];
    assert_eq!(by_margin(&rows, &probs), [0, 1, 5, 4, 3, 2]);
    assert_eq!(by_entropy(&rows, &probs), [1, 4, 0, 5, 3, 2]);
    assert_eq!(by_uncertainty(&rows, &probs), [1, 0, 4, 5, 3, 2]);
    let data = Labelled::new(&probs, &[0, 1, 0, 1, 1, 3]).unwrap();
    assert_eq!(by_loss(&rows, data), [3, 4, 1, 0, 2, 5]);
    assert_eq!(by_margin(&[1, 9, 0], &probs), [0, 1, 9]);
}

#[test]
fn scores_sort_ascending_with_unknown_ones_last_and_ties_in_place() {
    let scores = [0.5, -0.0, NAN, 0.0, -1.0, f64::INFINITY, -NAN];
    assert_eq!(by_score(&[0, 1, 2, 3, 4, 5, 6, 7], &scores), [4, 1, 3, 0, 5, 2, 6, 7]);
}

#[test]
fn different_predictions_come_before_different_confidence() {
    let a = matrix(&[0.9, 0.1, 0.55, 0.45, 0.9, 0.1, 0.7, 0.3, 0.2, 0.8], 2);
    let b = matrix(&[0.6, 0.4, 0.45, 0.55, 0.9, 0.1, NAN, NAN, 0.9, 0.1], 2);
    // 4 and 1: another prediction; 0: another confidence; 2: the same; 3: one run only
    assert_eq!(by_disagreement(&[0, 1, 2, 3, 4], &[&a, &b]), [4, 1, 0, 2, 3]);
    assert_eq!(by_disagreement(&[0, 1], &[&a]), [0, 1]);
    assert_eq!(by_disagreement::<f32>(&[0, 1], &[]), [0, 1]);
}

#[test]
fn the_divergence_is_that_of_scipy() {
    // scipy 1.17.1: jensenshannon([.1, .2, .7], [.3, .3, .4])**2
    let (p, q) = ([0.1, 0.2, 0.7], [0.3, 0.3, 0.4]);
    assert!((divergence(&[&p[..], &q[..]]) - 0.051_912_259_238_103_43).abs() < 1e-12);
    assert!((divergence(&[&[1.0, 0.0][..], &[0.0, 1.0][..]]) - 2.0_f64.ln()).abs() < 1e-12);
}

#[test]
fn the_largest_cell_of_confusion_comes_first() {
    let probs = matrix(
        &[0.9, 0.1, 0.6, 0.4, 0.2, 0.8, 0.3, 0.7, 0.1, 0.9, NAN, NAN, 0.55, 0.45, 0.8, 0.2],
        2,
    );
    let data = Labelled::new(&probs, &[1, 1, 0, 0, 0, 0, 7, 0]).unwrap();
    // 0 → 1: rows 2, 3, 4; 1 → 0: rows 0, 1; 0 → 0: row 7
    assert_eq!(by_confusion(&[0, 1, 2, 3, 4, 5, 6, 7], data), [4, 2, 3, 0, 1, 7, 5, 6]);
    // as large as each other: by label
    assert_eq!(by_confusion(&[0, 1, 2, 3], data), [2, 3, 0, 1]);
}

#[test]
fn near_is_by_angle_or_by_length() {
    let space = points(&[1.0, 0.0, 10.0, 1.0, 0.0, 1.0, 0.0, 0.0, f32::NAN, 0.0, 1.0, 0.0], 2);
    let rows = [0, 1, 2, 3, 4, 5];
    assert_eq!(by_distance(&rows, &space, 5, Distance::Cosine), [5, 0, 1, 2, 3, 4]);
    assert_eq!(by_distance(&rows, &space, 5, Distance::Euclidean), [5, 0, 3, 2, 1, 4]);
    assert_eq!(by_distance(&rows, &space, 4, Distance::Euclidean), rows);
    assert_eq!(by_distance(&[0, 2], &space, 9, Distance::Euclidean), [0, 2]);
}

#[test]
fn spreads_over_clusters_from_the_middle_outwards() {
    let space = points(&[0.0, 0.1, 5.0, 5.1, 10.0, f32::NAN, 10.1, 5.0], 1);
    let rows = [0, 1, 2, 3, 4, 5, 6, 7];
    let order = diverse(&rows, &space, 3, Distance::Euclidean);
    assert_eq!(order[..3], [2, 6, 0]);
    // those least covered next; the copy of a chosen one and the one without a place last
    assert_eq!((order[6], order[7]), (7, 5));
    assert_eq!(diverse(&[], &space, 3, Distance::Cosine), Vec::<u32>::new());
    assert_eq!(diverse(&[5, 4], &space, 9, Distance::Cosine), [4, 5]);
}

/// The smallest k-centre radius, by trying every choice.
fn best_radius(space: &Matrix<f32>, rows: &[u32], count: usize) -> f64 {
    let masks = (0_u32..1 << rows.len()).filter(|m| m.count_ones() as usize == count);
    let radius = |mask: u32| {
        let chosen = |i: &usize| mask >> i & 1 == 1;
        let centres: Vec<u32> = (0..rows.len()).filter(chosen).map(|i| rows[i]).collect();
        radius(space, rows, &centres)
    };
    masks.map(radius).fold(f64::INFINITY, f64::min)
}

fn radius(space: &Matrix<f32>, rows: &[u32], centres: &[u32]) -> f64 {
    let apart = |a: u32, b: u32| {
        let pairs = space.row(a as usize).iter().zip(space.row(b as usize));
        pairs.map(|(&a, &b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
    };
    let nearest = |&row: &u32| centres.iter().map(|&c| apart(row, c)).fold(f64::INFINITY, f64::min);
    rows.iter().map(nearest).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn greedy_centres_cover_within_twice_the_best(
        values in prop::collection::vec(-8_i8..8, 2..22), count in 1_usize..5,
    ) {
        let values: Vec<f32> = values[..values.len() / 2 * 2].iter().map(|&v| f32::from(v)).collect();
        let space = points(&values, 2);
        let rows: Vec<u32> = (0..space.rows() as u32).collect();
        let count = count.min(rows.len());
        let order = diverse(&rows, &space, count, Distance::Euclidean);
        let (found, best) = (radius(&space, &rows, &order[..count]), best_radius(&space, &rows, count));
        prop_assert!(found <= 2.0 * best + 1e-9, "{found} {best}");
    }

    #[test]
    fn every_order_is_a_permutation_sorted_by_its_key(
        cells in prop::collection::vec(prop_oneof![4 => 0.0..1.0_f64, 1 => Just(NAN), 1 => Just(0.5)], 6..90),
        labels in prop::collection::vec(0_u32..4, 30), skip in 1_usize..4,
    ) {
        let n = cells.len() / 3;
        let probs = matrix(&cells[..n * 3], 3);
        let floats: Vec<f32> = cells[..n * 3].iter().map(|&v| v as f32).collect();
        let space = points(&floats, 3);
        let data = Labelled::new(&probs, &labels[..n]).unwrap();
        let rows: Vec<u32> = (0..n as u32 + 2).step_by(skip).collect();
        let loss = by_loss(&rows, data);
        let orders = [
            loss.clone(),
            by_margin(&rows, &probs),
            by_entropy(&rows, &probs),
            by_uncertainty(&rows, &probs),
            by_score(&rows, &cells[..n]),
            by_disagreement(&rows, &[&probs, &probs, &probs]),
            by_confusion(&rows, data),
            by_distance(&rows, &space, 0, Distance::Cosine),
            by_distance(&rows, &space, 1, Distance::Euclidean),
            diverse(&rows, &space, 3, Distance::Euclidean),
            diverse(&rows, &space, 200, Distance::Cosine),
        ];
        for mut order in orders {
            order.sort_unstable();
            prop_assert_eq!(&order, &rows);
        }
        // nothing known counts as infinitely high; ties ascend
        let key = |row: u32| data.get(row as usize).map(|(label, p)| p[label as usize]);
        let key = |row: u32| key(row).filter(|p| !p.is_nan()).unwrap_or(f64::INFINITY);
        for pair in loss.windows(2) {
            let (a, b) = (key(pair[0]), key(pair[1]));
            prop_assert!(a < b || (a <= b && pair[0] < pair[1]));
        }
    }
}
