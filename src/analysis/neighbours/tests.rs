use super::*;
use crate::dataset::Matrix;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub(super) fn matrix(values: &[f32], dims: usize) -> Matrix {
    let rows = values.len() / dims;
    Matrix::new(values[..rows * dims].to_vec(), rows, dims).unwrap()
}

pub(super) fn points(matrix: &Matrix, distance: Distance) -> Points<'_> {
    let rows: Vec<u32> = (0..matrix.rows() as u32).collect();
    Points::of(matrix, &rows, distance)
}

pub(super) fn noise(rows: usize, dims: usize, seed: u64) -> Matrix {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let values: Vec<f32> = (0..rows * dims).map(|_| rng.random_range(-1.0..1.0)).collect();
    matrix(&values, dims)
}

/// All distances from one, sorted.
fn by_hand(asked: &Points, place: usize, points: &Points, own: bool) -> Vec<(f64, u32)> {
    let others = (0..points.len()).filter(|&other| !own || other != place);
    let distance = |other: usize| (asked.distance(place, points, other), other as u32);
    let mut all: Vec<(f64, u32)> = others.map(distance).collect();
    all.sort_by(by_distance);
    all
}

fn is_exact(found: &Neighbours, asked: &Points, points: &Points, own: bool) {
    for place in 0..asked.len() {
        let expected = by_hand(asked, place, points, own);
        let expected = expected[..found.count()].iter().map(|&far| neighbour(points, far));
        assert_eq!(found.of(place), expected.collect::<Vec<_>>(), "{place}");
    }
}

#[test]
fn more_than_a_block_is_compared_both_ways() {
    let (train, dev) = (noise(150, 24, 1), noise(90, 24, 2));
    for distance in [Distance::Cosine, Distance::Euclidean] {
        let (train, dev) = (points(&train, distance), points(&dev, distance));
        is_exact(&among(&train, 7, &mut |_| true).unwrap(), &train, &train, true);
        is_exact(&nearest(&dev, &train, 7, &mut |_| true).unwrap(), &dev, &train, false);
        is_exact(&nearest(&train, &train, 1, &mut |_| true).unwrap(), &train, &train, false);
    }
}

#[test]
fn what_f32_cannot_tell_apart_is_told_apart() {
    // A tight heap far from an outlier: products in f32 see one point there.
    let mut rng = Pcg64Mcg::seed_from_u64(3);
    let mut values: Vec<f32> =
        (0..90 * 3).map(|_| 5.0 + 1e-5 * rng.random_range(-1.0..1.0_f32)).collect();
    values[..3].fill(-9e5);
    let heap = matrix(&values, 3);
    for distance in [Distance::Cosine, Distance::Euclidean] {
        let heap = points(&heap, distance);
        is_exact(&among(&heap, 3, &mut |_| true).unwrap(), &heap, &heap, true);
        is_exact(&nearest(&heap, &heap, 3, &mut |_| true).unwrap(), &heap, &heap, false);
    }
}

#[test]
fn the_same_rows_come_by_place() {
    let same = matrix(&[[0.3_f32, -0.7, 0.2]; 90].concat(), 3);
    let same = points(&same, Distance::Euclidean);
    let found = among(&same, 2, &mut |_| true).unwrap();
    let ids = |place| found.of(place).iter().map(|n| n.id).collect::<Vec<_>>();
    assert_eq!([ids(0), ids(1), ids(89)], [[1, 2], [0, 2], [0, 1]]);
}

#[test]
fn what_has_no_place_is_left_out_and_ids_are_kept() {
    let values = vec![1.0, 0.0, f32::NAN, 0.0, 0.0, 0.0, 2.0, 1.0, 3.0, 0.0];
    let table = matrix(&values, 2);
    let cosine = Points::of(&table, &[4, 3, 2, 1, 0, 9], Distance::Cosine);
    assert_eq!(cosine.ids(), [4, 3, 0]);
    let found = among(&cosine, 9, &mut |_| true).unwrap();
    assert_eq!((found.count(), found.of(0)[0].id, found.of(2)[0].id), (2, 0, 4));
    assert!(found.of(3).is_empty());
    assert_eq!(points(&table, Distance::Euclidean).len(), 4);
    let slices = [&[1.0_f32, 2.0][..], &[1.0], &[3.0, 4.0]];
    assert_eq!(Points::from_slices(&slices, 2, Distance::Euclidean).ids(), [0, 2]);
}

#[test]
fn nothing_asked_or_other_dimensions_is_no_neighbour_and_it_stops_when_told() {
    let (a, b) = (noise(40, 3, 1), noise(40, 2, 1));
    let (a, b) = (points(&a, Distance::Cosine), points(&b, Distance::Cosine));
    assert_eq!(nearest(&a, &b, 3, &mut |_| true).unwrap().count(), 0);
    assert_eq!(among(&a, 0, &mut |_| true).unwrap().all(), []);
    for stopped in [among(&a, 2, &mut |_| false), nearest(&a, &a, 2, &mut |_| false)] {
        assert_eq!(stopped, None);
    }
    let mut told = Vec::new();
    nearest(&a, &a, 2, &mut |share| {
        told.push(share);
        true
    });
    assert!(!told.is_empty() && told.iter().all(|share| (0.0..1.0).contains(share)));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let table = noise(200, 16, 5);
    let table = points(&table, Distance::Cosine);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            (among(&table, 5, &mut |_| true), nearest(&table, &table, 5, &mut |_| true))
        })
    };
    assert_eq!(with(1), with(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_vectors_have_exact_neighbours(
        values in prop::collection::vec(
            prop_oneof![
                (-3_i8..4).prop_map(f32::from), -1.0..1.0_f32, Just(f32::MAX), Just(1e-44_f32), Just(f32::NAN),
            ], 0..400),
        dims in 1_usize..5, count in 0_usize..9, cosine in any::<bool>(), few in any::<bool>(),
    ) {
        let table = matrix(&values, dims);
        let distance = if cosine { Distance::Cosine } else { Distance::Euclidean };
        let rows: Vec<u32> = (0..table.rows() as u32).step_by(if few { 31 } else { 1 }).collect();
        let (all, asked) = (points(&table, distance), Points::of(&table, &rows, distance));
        let found = nearest(&asked, &all, count, &mut |_| true).unwrap();
        prop_assert_eq!(found.count(), count.min(all.len()));
        let far = |found: &[Neighbour]| found.iter().map(|n| n.distance).collect::<Vec<_>>();
        for place in (0..asked.len()).filter(|_| found.count() > 0) {
            let expected = by_hand(&asked, place, &all, false);
            let expected: Vec<f64> = expected[..found.count()].iter().map(|far| far.0).collect();
            // The cosines of rows in the same direction differ by a rounding.
            let same = |(a, b): (f64, &f64)| (a - b).abs() <= if cosine { 1e-14 } else { 0.0 };
            prop_assert!(far(found.of(place)).into_iter().zip(&expected).all(same));
        }
        let others = among(&all, count, &mut |_| true).unwrap();
        prop_assert_eq!(others.all().len(), all.len() * others.count());
        prop_assert!(others.all().iter().all(|n| n.distance.is_finite() && n.distance >= 0.0));
    }
}
