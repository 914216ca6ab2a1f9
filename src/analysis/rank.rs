//! The orders in which errors are walked, and the classes of one example by probability.

use crate::dataset::{Examples, Order, Run, stable_hash};

/// Sorts `rows` (ascending on entry) into `order`. Ties keep the order of the data.
pub fn in_order(mut rows: Vec<u32>, order: Order, examples: &Examples, run: &Run) -> Vec<u32> {
    let confidence = |row: u32| run.confidence(row as usize);
    match order {
        Order::Data => {}
        // A hash of the id: the shuffle stays the same when the data is sorted otherwise or grows.
        Order::Random => {
            rows.sort_by_cached_key(|&row| stable_hash(examples.ids.get(row as usize).bytes()));
        }
        Order::Confident => rows.sort_by(|&a, &b| confidence(b).total_cmp(&confidence(a))),
        Order::Hesitant => rows.sort_by(|&a, &b| confidence(a).total_cmp(&confidence(b))),
    }
    rows
}

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
    use crate::dataset::{Matrix, Media, Split, TextColumn};
    use proptest::prelude::*;

    fn data(confidences: &[f32]) -> (Examples, Run) {
        let mut ids = TextColumn::default();
        for i in 0..confidences.len() {
            ids.push(&format!("dev-{i:05}")).unwrap();
        }
        let gold = vec![0; confidences.len()];
        let values: Vec<f32> = confidences.iter().flat_map(|&c| [c, 1.0 - c]).collect();
        let run = Run::new("r", Matrix::new(values, confidences.len(), 2).unwrap()).unwrap();
        (Examples { split: Split::Dev, ids, gold, media: Media::Row, metadata: vec![] }, run)
    }

    #[test]
    fn orders_by_confidence_both_ways() {
        let (examples, run) = data(&[0.6, 0.9, 0.7, 0.9]);
        assert_eq!(in_order(vec![0, 1, 2, 3], Order::Confident, &examples, &run), [1, 3, 2, 0]);
        assert_eq!(in_order(vec![0, 1, 2, 3], Order::Hesitant, &examples, &run), [0, 2, 1, 3]);
        assert_eq!(in_order(vec![0, 1, 2, 3], Order::Data, &examples, &run), [0, 1, 2, 3]);
    }

    #[test]
    fn the_random_order_of_a_subset_is_the_order_within_the_whole() {
        let (examples, run) = data(&[0.8; 200]);
        let all = in_order((0..200).collect(), Order::Random, &examples, &run);
        let some = in_order((50..150).collect(), Order::Random, &examples, &run);
        let kept: Vec<u32> = all.iter().copied().filter(|r| (50..150).contains(r)).collect();
        assert_eq!(some, kept);
        // a shuffle: near the number of ascents that chance gives, (n - 1) / 2
        let ascents = all.windows(2).filter(|w| w[0] < w[1]).count();
        assert!((75..125).contains(&ascents), "{ascents}");
    }

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
