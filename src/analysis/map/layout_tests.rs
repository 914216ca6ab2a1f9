use super::super::{Principal, principal_axes, trustworthiness};
use super::*;
use crate::dataset::Matrix;
use proptest::prelude::*;

fn cloud(values: Vec<f32>, dims: usize) -> Cloud {
    let rows: Vec<u32> = (0..(values.len() / dims) as u32).collect();
    Cloud::new(&Matrix::new(values, rows.len(), dims).unwrap(), &rows, usize::MAX, 0)
}

/// Groups in twelve dimensions, more than a plane can hold apart by looking along two axes.
fn groups(rows: usize) -> Cloud {
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let mut value = |i: usize| {
        let (group, dim) = (i / 12 % 12, i % 12);
        rng.random_range(-1.0..1.0_f32) + if group == dim { 8.0 } else { 0.0 }
    };
    cloud((0..rows * 12).map(&mut value).collect(), 12)
}

fn short() -> LayoutOptions {
    LayoutOptions { perplexity: 8.0, steps: 300, early: 100, ..LayoutOptions::default() }
}

fn laid_out(cloud: &Cloud, options: &LayoutOptions) -> Vec<Point> {
    let Principal { points, .. } = principal_axes(cloud);
    let mut layout = NeighbourLayout::new(cloud, &points, options, &mut |_| true).unwrap();
    assert!(layout.run(&mut |_, _, _| true));
    layout.points().to_vec()
}

#[test]
fn neighbours_stay_neighbours_where_the_axes_lose_them() {
    let cloud = groups(240);
    let points = laid_out(&cloud, &short());
    let [axes, layout] = [&principal_axes(&cloud).points, &points]
        .map(|points| trustworthiness(&cloud, points, 5, 1).unwrap());
    assert!(axes < 0.9 && layout > 0.95, "{axes} {layout}");
    let same_group = |i: usize| {
        let far = |j: usize| (points[i][0] - points[j][0]).hypot(points[i][1] - points[j][1]);
        let others = (0..240).filter(|&j| j != i);
        others.min_by(|&a, &b| far(a).total_cmp(&far(b))).unwrap() % 12 == i % 12
    };
    assert!((0..240).filter(|&i| same_group(i)).count() >= 238);
}

#[test]
fn the_number_of_threads_does_not_matter_and_the_seed_only_for_the_noise() {
    let cloud = groups(90);
    let options = LayoutOptions { steps: 40, early: 20, ..short() };
    let threads = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
    let one = threads(1).install(|| laid_out(&cloud, &options));
    assert_eq!(one, threads(3).install(|| laid_out(&cloud, &options)));
    assert_ne!(one, laid_out(&cloud, &LayoutOptions { seed: 1, ..options }));
}

#[test]
fn partial_layouts_come_every_so_many_steps_and_stop_the_work_until_it_goes_on() {
    let cloud = groups(60);
    let start = principal_axes(&cloud).points;
    let options = LayoutOptions { steps: 25, early: 10, ..short() };
    assert!(NeighbourLayout::new(&cloud, &start, &options, &mut |_| false).is_none());
    let mut layout = NeighbourLayout::new(&cloud, &start, &options, &mut |_| true).unwrap();
    let mut told = Vec::new();
    let done = layout.run(&mut |step, steps, points| {
        assert!(steps == 25 && points.len() == 60);
        told.push(step);
        step != 20
    });
    assert!(!done);
    let partial = layout.points().to_vec();
    assert!(layout.run(&mut |step, _, _| {
        told.push(step);
        true
    }));
    assert_eq!(told, [10, 20, 25]);
    assert_ne!(partial, layout.points());
    assert_eq!(laid_out(&cloud, &options), layout.points());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_cloud_has_a_finite_layout(
        values in prop::collection::vec(
            prop_oneof![Just(f32::MAX), Just(f32::MIN), Just(0.0), -3.0..3.0_f32, -3.0..3.0_f32], 0..80),
        dims in 1_usize..4, alike in any::<bool>(), perplexity in prop_oneof![Just(f64::NAN), 0.0..60.0_f64],
    ) {
        let values = if alike { vec![values.first().copied().unwrap_or(1.0); values.len()] } else { values };
        let rows = values.len() / dims;
        let cloud = cloud(values[..rows * dims].to_vec(), dims);
        let options = LayoutOptions { perplexity, steps: 30, early: 15, ..LayoutOptions::default() };
        let points = laid_out(&cloud, &options);
        prop_assert_eq!(points.len(), rows);
        prop_assert!(points.iter().flatten().all(|x| x.is_finite()));
        // A start that is not one for each vector is no reason to panic.
        let without = NeighbourLayout::new(&cloud, &[], &options, &mut |_| true);
        prop_assert!(without.unwrap().run(&mut |_, _, _| true));
    }
}
