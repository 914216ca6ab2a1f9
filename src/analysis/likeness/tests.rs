use super::*;
use proptest::prelude::*;

#[test]
fn the_nearest_come_first_and_those_without_direction_last() {
    let values = vec![1.0, 0.0, 0.0, 0.0, 2.0, 1.0, f32::NAN, 0.0, -1.0, 0.0, 3.0, 0.0, 0.0, 0.5];
    let space = Matrix::new(values, 7, 2).unwrap();
    let found = nearest(&space, 0, &[0, 1, 2, 3, 4, 5, 6, 99]);
    let rows: Vec<u32> = found.iter().map(|f| f.0).collect();
    assert_eq!(rows, [5, 2, 6, 4, 1, 3, 99]);
    assert!((found[1].1 - 0.8_f32.sqrt()).abs() < 1e-6);
    assert_eq!(found.iter().map(|f| f.1).skip(3).collect::<Vec<_>>(), [-1.0, 0.0, 0.0, 0.0]);
    // Nothing is near to zeros, or to what is not there.
    assert_eq!(nearest(&space, 1, &[5, 0]), [(5, 0.0), (0, 0.0)]);
    assert_eq!(nearest(&space, 99, &[5, 0]), [(5, 0.0), (0, 0.0)]);
}

proptest! {
    #[test]
    fn cosines_fall_and_no_row_is_lost(
        values in prop::collection::vec(prop_oneof![-2.0..2.0_f32, prop::num::f32::ANY], 60),
        row in 0_usize..22,
    ) {
        let space = Matrix::new(values, 20, 3).unwrap();
        let among: Vec<u32> = (0..20).collect();
        let found = nearest(&space, row, &among);
        prop_assert_eq!(found.len(), if row < 20 { 19 } else { 20 });
        prop_assert!(found.iter().all(|f| (-1.0..=1.0).contains(&f.1)));
        let with: Vec<f32> = found.iter().map(|f| f.1).filter(|c| *c != 0.0).collect();
        prop_assert!(with.is_sorted_by(|a, b| a >= b));
    }
}
