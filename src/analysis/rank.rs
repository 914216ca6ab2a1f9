//! The classes of one example by probability.

/// The `count` most probable classes of a row, most probable first; ties by class index.
pub fn top_classes(probs: &[f32], count: usize) -> Vec<(u32, f32)> {
    let mut classes: Vec<(u32, f32)> =
        probs.iter().enumerate().map(|(k, &p)| (k as u32, p)).collect();
    let by_probability =
        |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0));
    if count < classes.len() && count > 0 {
        classes.select_nth_unstable_by(count - 1, by_probability);
    }
    classes.truncate(count);
    classes.sort_by(by_probability);
    classes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_top_classes_are_the_head_of_the_full_sort(
            probs in prop::collection::vec(0.0..1.0_f32, 1..40), count in 0_usize..50,
        ) {
            let mut full: Vec<(u32, f32)> = probs.iter().enumerate().map(|(k, &p)| (k as u32, p)).collect();
            full.sort_by(|a, b| b.1.total_cmp(&a.1));
            full.truncate(count);
            prop_assert_eq!(top_classes(&probs, count), full);
        }
    }
}
