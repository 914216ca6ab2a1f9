use super::super::points::{Frame, Points};
use super::super::tests::{matrix, noise, points};
use super::super::{Distance, among_within, nearest_within};
use super::*;
use crate::dataset::Matrix;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Groups of points, each about a place of its own.
fn groups(rows: usize, dims: usize, groups: usize) -> Matrix {
    let mut rng = Pcg64Mcg::seed_from_u64(7);
    let mut one = |width: f32| rng.random_range(-width..width);
    let centres: Vec<f32> = (0..groups * dims).map(|_| one(1.0)).collect();
    let near = |i: usize| centres[i / dims % groups * dims + i % dims] + one(0.15);
    matrix(&(0..rows * dims).map(near).collect::<Vec<f32>>(), dims)
}

fn found(
    asked: &Points<'_>,
    points: &Points<'_>,
    count: usize,
    own: bool,
) -> (Vec<Found>, Vec<Found>, Recall) {
    let frame = Frame::new(asked, points);
    let search = Search { asked, points, frame: &frame, count, own };
    let (found, recall) = approximate(&search, &mut |_| true).unwrap();
    let places: Vec<u32> = (0..asked.len() as u32).collect();
    let exact = search.some::<f32>(&places, &mut |_| true).unwrap();
    (found, settled(&search, &places, exact, &mut |_| true).unwrap(), recall)
}

fn share(found: &[Found], exact: &[Found]) -> f64 {
    let right = |(found, exact): (&Found, &Found)| {
        let last = exact.last().map_or(0.0, |last| last.0);
        found.iter().filter(|one| one.0 <= last).count()
    };
    let right: usize = found.iter().zip(exact).map(right).sum();
    right as f64 / exact.iter().map(Vec::len).sum::<usize>() as f64
}

#[test]
fn most_of_the_true_neighbours_are_found_and_the_recall_is_that_of_all() {
    let (train, dev) = (groups(1500, 8, 30), groups(500, 8, 30));
    for distance in [Distance::Cosine, Distance::Euclidean] {
        let (train, dev) = (points(&train, distance), points(&dev, distance));
        for (asked, own) in [(&train, true), (&dev, false)] {
            let (found, exact, recall) = found(asked, &train, 5, own);
            let share = share(&found, &exact);
            assert!(share >= 0.9, "{share}");
            assert!((recall.share - share).abs() < 0.05, "{} {share}", recall.share);
            assert_eq!(recall.measured, 200);
            assert!(!own || (0..).zip(&found).all(|(i, some)| some.iter().all(|one| one.1 != i)));
        }
    }
}

#[test]
fn not_all_points_are_looked_at_and_where_few_are_found_the_recall_says_so() {
    let noise = noise(1200, 48, 1);
    let noise = points(&noise, Distance::Euclidean);
    let (found, exact, recall) = found(&noise, &noise, 5, true);
    let share = share(&found, &exact);
    assert!(share < 0.8, "{share}");
    assert!((recall.share - share).abs() < 0.1, "{} {share}", recall.share);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (table, dev) = (groups(700, 6, 9), noise(300, 6, 2));
    let (table, dev) = (points(&table, Distance::Cosine), points(&dev, Distance::Cosine));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (found(&table, &table, 4, true), found(&dev, &table, 4, false)))
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn equal_points_are_no_large_cell_and_are_near_each_other() {
    let mut values = [0.5_f32, -0.25].repeat(800);
    let others = groups(200, 2, 5);
    (0..200).for_each(|row| values.extend(others.row(row)));
    let same = matrix(&values, 2);
    let same = points(&same, Distance::Euclidean);
    let (found, _, recall) = found(&same, &same, 6, true);
    assert!(found[..800].iter().all(|some| some.len() == 6 && some[5].0 <= 0.0));
    assert!(recall.share > 0.95, "{}", recall.share);
    let cells = Cells::new(&same, &Frame::new(&same, &same), &mut |_| true).unwrap();
    assert!((0..cells.len()).all(|cell| cells.range(cell).len() <= same.len().div_ceil(2)));
}

#[test]
fn it_stops_when_told_and_tells_how_far_it_is() {
    let table = groups(300, 3, 4);
    let table = points(&table, Distance::Euclidean);
    let frame = Frame::new(&table, &table);
    let search = Search { asked: &table, points: &table, frame: &frame, count: 3, own: true };
    let mut told = Vec::new();
    approximate(&search, &mut |share| {
        told.push(share);
        true
    });
    assert!(told.is_sorted() && told.iter().all(|share| (0.0..1.0).contains(share)));
    for stop in [0, told.len() / 2, told.len() - 1] {
        let mut left = stop;
        let stopped = approximate(&search, &mut |_| {
            left = left.wrapping_sub(1);
            left != usize::MAX
        });
        assert_eq!(stopped, None, "{stop}");
    }
}

#[test]
fn many_points_beyond_the_budget_are_approximate_and_few_never() {
    let table = groups(super::super::MANY, 2, 40);
    let table = points(&table, Distance::Euclidean);
    let all = (table.len() * table.len() * 2) as u64;
    let within = |budget| among_within(budget, &table, 1, &mut |_| true).unwrap().recall();
    assert_eq!(within(all), None);
    assert!(within(all - 1).is_some_and(|recall| recall.share > 0.9));
    let few: Vec<&[f32]> = vec![&[0.0, 1.0]; 9];
    let few = Points::from_slices(&few, 2, Distance::Euclidean);
    assert_eq!(nearest_within(0, &few, &table, 1, &mut |_| true).unwrap().recall(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_vectors_have_as_many_neighbours_as_there_are(
        values in prop::collection::vec(
            prop_oneof![
                (-3_i8..4).prop_map(f32::from), -1.0..1.0_f32, Just(f32::MAX), Just(1e-44_f32), Just(f32::NAN),
            ], 2..400),
        dims in 1_usize..5, count in 1_usize..99, cosine in any::<bool>(), own in any::<bool>(),
    ) {
        let table = matrix(&values, dims);
        let distance = if cosine { Distance::Cosine } else { Distance::Euclidean };
        let all = points(&table, distance);
        let count = count.min(all.len().saturating_sub(1));
        prop_assume!(count > 0);
        let (found, exact, recall) = found(&all, &all, count, own);
        prop_assert!((0.0..=1.0).contains(&recall.share));
        for (place, (found, exact)) in (0..).zip(found.iter().zip(&exact)) {
            prop_assert_eq!(found.len(), count);
            prop_assert!(found.is_sorted_by(|a, b| super::super::by_distance(a, b).is_lt()));
            prop_assert!(found.iter().zip(exact).all(|(a, b)| a.0 >= b.0 - 1e-12));
            prop_assert!(!own || found.iter().all(|one| one.1 != place));
        }
        // As many as there are leave no choice.
        prop_assert!(count + usize::from(own) < all.len() || share(&found, &exact) > 0.99);
    }
}
