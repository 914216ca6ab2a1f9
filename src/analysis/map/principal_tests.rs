use super::*;
use crate::dataset::Matrix;
use proptest::prelude::*;

fn cloud(values: &[f32], dims: usize) -> Cloud {
    let rows: Vec<u32> = (0..(values.len() / dims) as u32).collect();
    let values = values[..rows.len() * dims].to_vec();
    Cloud::new(&Matrix::new(values, rows.len(), dims).unwrap(), &rows, usize::MAX, 0)
}

#[test]
fn a_stretched_cross_lies_along_its_arms() {
    let found =
        principal_axes(&cloud(&[3.0, 1.0, 5.0, 1.0, 4.0, 3.0, 4.0, -1.0, 1.0, 1.0, 7.0, 1.0], 2));
    assert_eq!(found.points.len(), 6);
    assert!((found.points[5][0] - 3.0).abs() < 1e-6 && found.points[5][1].abs() < 1e-6);
    assert!((found.points[2][1] - 2.0).abs() < 1e-6);
    assert!((found.explained[0].unwrap() - 20.0 / 28.0).abs() < 1e-12);
    assert!((found.explained[1].unwrap() - 8.0 / 28.0).abs() < 1e-12);
}

#[test]
fn directions_of_equal_variance_are_both_found() {
    let square = cloud(&[1.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, -1.0, 0.0], 3);
    let found = principal_axes(&square);
    assert!(found.explained.iter().all(|share| (share.unwrap() - 0.5).abs() < 1e-12));
    assert!(found.points.iter().all(|[x, y]| (x.hypot(*y) - 1.0).abs() < 1e-6));
}

#[test]
fn one_dimension_or_none_that_varies() {
    let line = principal_axes(&cloud(&[1.0, 2.0, 6.0], 1));
    assert_eq!(line.points, [[-2.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]);
    assert_eq!(line.explained, [Some(1.0), Some(0.0)]);
    let same = principal_axes(&cloud(&[2.5; 12], 3));
    assert_eq!((same.points, same.explained), (vec![[0.0; 2]; 4], [None, None]));
    assert!(principal_axes(&cloud(&[], 3)).points.is_empty());
}

proptest! {
    #[test]
    fn any_cloud_has_finite_points_whose_spread_is_what_is_explained(
        values in prop::collection::vec(
            prop_oneof![Just(f32::MAX), Just(f32::MIN), Just(1e-40), -3.0..3.0_f32, -3.0..3.0_f32], 0..90),
        dims in 1_usize..12,
    ) {
        let cloud = cloud(&values, dims);
        let found = principal_axes(&cloud);
        prop_assert_eq!(found.points.len(), cloud.len());
        prop_assert!(found.points.iter().flatten().all(|x| x.is_finite()));
        let [first, second] = found.explained.map(|share| share.unwrap_or(0.0));
        prop_assert!(first + second <= 1.0 + 1e-9 && second <= first + 1e-9);
        prop_assert!(dims > 2 || found.explained[0].is_none() || first + second > 1.0 - 1e-6);
        prop_assert!(dims == 1 || first >= 1.0 / dims as f64 - 1e-6 || found.explained[0].is_none());
    }
}
