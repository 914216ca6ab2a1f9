use super::*;
use proptest::prelude::*;

fn confusion(labels: &[u32], predictions: &[u32], classes: usize) -> Confusion {
    Confusion::count(labels, predictions, classes).unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn a_table_worked_out_by_hand() {
    // label 0: 3 right, 1 as 1; label 1: 2 right, 2 as 0; label 2: as 1; no prediction of 2
    let c = confusion(&[0, 0, 0, 0, 1, 1, 1, 1, 2], &[0, 0, 0, 1, 1, 1, 0, 0, 1], 3);
    assert_eq!((c.row(0), c.row(1), c.row(2)), (&[3, 1, 0][..], &[2, 2, 0][..], &[0, 1, 0][..]));
    assert_eq!((c.examples(), c.right(), c.predicted()), (9, 5, &[5, 4, 0][..]));
    let classes = c.by_class();
    assert!(close(classes[0].precision.unwrap().share, 0.6));
    assert!(close(classes[1].f1.unwrap(), 0.5));
    assert_eq!((classes[2].precision, classes[2].f1), (None, Some(0.0)));
    // po = 5/9, pe = (4·5 + 4·4)/81
    assert!(close(c.kappa().unwrap(), (5.0 * 9.0 - 36.0) / (81.0 - 36.0)));
    let averages = c.averages().unwrap();
    assert!(close(averages.macro_average.recall, (0.75 + 0.5) / 3.0));
    assert!(close(averages.weighted.precision, (4.0 * 0.6 + 4.0 * 0.5) / 9.0));
    assert!(close(averages.micro.f1, 5.0 / 9.0));
}

#[test]
fn pairs_come_by_count_then_by_index() {
    let c = confusion(&[0, 1, 1, 2, 2, 0], &[1, 0, 0, 0, 0, 2], 3);
    let pairs = |n| -> Vec<(u32, u32, usize)> {
        c.worst_pairs(n).iter().map(|p| (p.label, p.prediction, p.count)).collect()
    };
    assert_eq!(pairs(9), [(1, 0, 2), (2, 0, 2), (0, 1, 1), (0, 2, 1)]);
    assert_eq!(pairs(3), [(1, 0, 2), (2, 0, 2), (0, 1, 1)]);
    assert_eq!(pairs(0), []);
    assert!(close(c.worst_pairs(1)[0].share.share, 1.0));
}

#[test]
fn odd_inputs_have_defined_answers() {
    for (c, examples) in [
        (confusion(&[], &[], 3), 0),
        (confusion(&[], &[], 0), 0),
        (confusion(&[u32::MAX, 0], &[0, u32::MAX], 2), 0),
        (confusion(&[0], &[0], 1), 1),
    ] {
        assert_eq!((c.examples(), c.kappa()), (examples, None));
        assert_eq!(c.averages().is_some(), examples > 0);
        assert_eq!((c.worst_pairs(4), c.row(u32::MAX)), (vec![], &[][..]));
    }
    assert!(Confusion::count(&[0], &[], 2).is_err());
    let absent = confusion(&[0, 1], &[0, 1], 3).by_class()[2];
    assert_eq!((absent.precision, absent.recall, absent.f1), (None, None, None));
}

#[test]
fn large_data_are_counted_in_parts_alike() {
    let labels: Vec<u32> = (0..200_000).map(|i| i % 7).collect();
    let predictions: Vec<u32> = (0..200_000).map(|i| i / 3 % 8).collect();
    let whole = confusion(&labels, &predictions, 7);
    let naive = Confusion::summed(tabulate(&labels, &predictions, 7), 7);
    assert_eq!(whole, naive);
    assert_eq!(whole.examples(), predictions.iter().filter(|&&p| p < 7).count());
}

#[test]
fn a_move_of_an_example_that_was_not_counted_changes_nothing() {
    let before = confusion(&[0, 1], &[0, 1], 2);
    let mut c = before.clone();
    c.moved(1, 0, 1);
    c.moved(u32::MAX, 0, 1);
    assert_eq!(c, before);
}

fn data() -> impl Strategy<Value = (usize, Vec<(u32, u32)>)> {
    (1_usize..6).prop_flat_map(|k| {
        let class = 0..k as u32 + 2;
        (Just(k), prop::collection::vec((class.clone(), class), 0..80))
    })
}

proptest! {
    #[test]
    fn scores_stay_in_range_and_fit_together((k, rows) in data()) {
        let (labels, predictions): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
        let c = confusion(&labels, &predictions, k);
        prop_assert!(c.kappa().is_none_or(|x| (-1.0..=1.0).contains(&x)));
        let classes = c.by_class();
        prop_assert_eq!(classes.iter().map(|s| s.right).sum::<usize>(), c.right());
        for s in &classes {
            prop_assert_eq!(s.precision.is_none(), s.predicted == 0);
            prop_assert_eq!(s.recall.is_none(), s.support == 0);
            prop_assert!(s.f1.is_none_or(|f| (0.0..=1.0).contains(&f)));
        }
        if let Some(a) = c.averages() {
            // recall weighted by support is the accuracy
            prop_assert!(close(a.weighted.recall, a.micro.recall));
            for v in [a.macro_average, a.weighted] {
                prop_assert!([v.precision, v.recall, v.f1].iter().all(|x| (0.0..=1.0 + 1e-12).contains(x)));
            }
            prop_assert!(close(c.accuracy().unwrap().share + c.error().unwrap().share, 1.0));
        }
        let pairs = c.worst_pairs(usize::MAX);
        prop_assert_eq!(pairs.iter().map(|p| p.count).sum::<usize>(), c.examples() - c.right());
    }

    #[test]
    fn moves_lead_to_what_counting_anew_gives((k, rows) in data(), to in prop::collection::vec(0_u32..8, 80)) {
        let (mut labels, predictions): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
        let mut c = confusion(&labels, &predictions, k);
        for i in 0..labels.len() {
            c.moved(predictions[i], labels[i], to[i]);
            labels[i] = to[i];
        }
        prop_assert_eq!(c, confusion(&labels, &predictions, k));
    }
}
