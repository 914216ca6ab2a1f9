use super::*;
use crate::dataset::Matrix;
use proptest::prelude::*;

fn top(confidence: f32, right: bool) -> Top {
    Top { prediction: 0, confidence, right }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn a_bin_begins_at_its_edge_and_certainty_has_one_of_its_own() {
    let all = [0.0, 0.2, 0.199_999_99, 0.8, 0.999, 1.0].map(|c| top(c, true));
    let bins = Bins::equal_width(&all, 5);
    let counts: Vec<usize> = bins.bins().iter().map(|b| b.count).collect();
    assert_eq!(counts, [2, 1, 0, 0, 2, 1]);
    assert_eq!(Bins::equal_width(&all, 0).bins().len(), 2);
}

#[test]
fn edges_are_those_of_torch_to_the_last_bit() {
    // torch 2.15.0: linspace(0, 1, 16)[12] in float32, [10] in float64; two roundings miss both
    assert_eq!(edge_f32(12, 15).to_bits(), 0.8_f32.to_bits());
    assert_eq!(edge_f64(10, 15).to_bits(), 0.666_666_666_666_666_6_f64.to_bits());
}

#[test]
fn errors_are_weighted_by_count_and_the_largest() {
    // bin [0.8, 0.866…): three at 0.8125, one right; bin [0.466…, 0.533…): one at 0.5, right
    let all = [top(0.8125, true), top(0.8125, false), top(0.8125, false), top(0.5, true)];
    let error = Bins::equal_width(&all, BINS).error().unwrap();
    let far = 0.8125 - 1.0 / 3.0;
    assert!(close(error.ece, 0.75 * far + 0.25 * 0.5) && close(error.mce, 0.5));
    assert_eq!(Bins::equal_width(&[], BINS).error(), None);
}

#[test]
fn equal_mass_keeps_equal_confidences_together() {
    let all: Vec<Top> = (0..100).map(|i| top(i as f32 / 100.0, i % 2 == 0)).collect();
    let bins = Bins::equal_mass(&all, 8).bins();
    let counts: Vec<usize> = bins.iter().map(|b| b.count).collect();
    assert_eq!(counts, [12, 13, 12, 13, 12, 13, 12, 13]);
    assert!(close(bins[7].high, f64::from(0.99_f32)));
    let same = Bins::equal_mass(&vec![top(1.0, true); 50], 8).bins();
    assert_eq!((same.len(), same[0].count), (1, 50));
    assert_eq!(Bins::equal_mass(&[], 8).error(), None);
}

#[test]
fn binary_holds_class_one_against_its_label() {
    let probs = Matrix::new(vec![0.9, 0.1, 0.75, 0.25, 0.25, 0.75], 3, 2).unwrap();
    let data = Labelled::new(&probs, &[0, 1, 1]).unwrap();
    let error = Bins::binary(data, 15).unwrap().error().unwrap();
    assert!(close(error.ece, (0.1 + 0.75 + 0.25) / 3.0) && close(error.mce, 0.75));
    let three = Matrix::new(vec![0.2_f64, 0.3, 0.5], 1, 3).unwrap();
    assert!(Bins::binary(Labelled::new(&three, &[0]).unwrap(), 15).is_err());
}

#[test]
fn classes_lean_only_beyond_the_interval() {
    let mut all = vec![top(0.9, false); 50];
    all.extend(vec![top(0.9, true); 50]);
    all.extend([Top { prediction: 1, confidence: 0.6, right: true }; 40]);
    all.extend([Top { prediction: 2, confidence: 0.9, right: false }; 1]);
    let classes = class_confidence(&all, 4);
    let leans: Vec<Option<Lean>> = classes.iter().map(|c| c.map(|c| c.lean)).collect();
    assert_eq!(leans, [Some(Lean::Over), Some(Lean::Under), Some(Lean::Over), None]);
    assert!((classes[0].unwrap().gap - 0.4).abs() < 1e-6);
    let few = class_confidence(&[top(0.7, true), top(0.7, false)], 1);
    assert_eq!(few[0].unwrap().lean, Lean::Neither);
}

fn fitted(rows: &[([f64; 2], u32)]) -> Temperature {
    let values: Vec<f64> = rows.iter().flat_map(|r| r.0).collect();
    let probs = Matrix::new(values, rows.len(), 2).unwrap();
    let labels: Vec<u32> = rows.iter().map(|r| r.1).collect();
    temperature(Labelled::new(&probs, &labels).unwrap(), BINS).unwrap()
}

#[test]
fn a_temperature_known_in_closed_form() {
    // confidence 0.9 that is right three times in four: σ(ln 9 / T) = 3/4, so T = ln 9 / ln 3 = 2
    let p = [0.9, 0.1];
    let t = fitted(&[(p, 0), (p, 0), (p, 0), (p, 1)]);
    assert!((t.temperature - 2.0).abs() < 1e-9 && !t.at_bound, "{t:?}");
    let entropy = -(0.75 * 0.75_f64.ln() + 0.25 * 0.25_f64.ln());
    assert!(close(t.log_loss_after, entropy));
    assert!((t.ece_before - 0.15).abs() < 1e-7 && t.ece_after < 1e-7);
}

#[test]
fn the_bins_at_the_temperature_have_the_error_that_it_promises() {
    let probs: Vec<f64> =
        (0..200).flat_map(|i| [0.5 + f64::from(i) / 401.0, 0.5 - f64::from(i) / 401.0]).collect();
    let probs = Matrix::new(probs, 200, 2).unwrap();
    let labels: Vec<u32> = (0..200).map(|i| u32::from(i % 3 == 0)).collect();
    let data = Labelled::new(&probs, &labels).unwrap();
    let mut passes = vec![];
    let (t, tops) = tempered(data, BINS, &mut |pass| {
        passes.push(pass);
        true
    })
    .unwrap();
    assert_eq!(Some(t), temperature(data, BINS));
    let bins = Bins::equal_width(&tops, BINS);
    assert_eq!(bins.bins().iter().map(|b| b.right).sum::<usize>(), 133);
    assert!(close(bins.error().unwrap().ece, t.ece_after) && t.ece_after < t.ece_before);
    // told of each pass, and stopped before any of them
    assert!(passes.len() > 3 && passes.iter().copied().eq(0..passes.len()));
    for last in 0..passes.len() {
        assert_eq!(tempered(data, BINS, &mut |pass| pass < last), None);
    }
}

#[test]
fn without_a_minimum_the_temperature_is_at_its_bound_or_one() {
    let right = fitted(&[([0.9, 0.1], 0), ([0.2, 0.8], 1)]);
    assert!(right.at_bound && close(right.temperature, TEMPERATURES.0));
    let wrong = fitted(&[([0.9, 0.1], 1), ([1.0, 0.0], 1)]);
    assert!(wrong.at_bound && close(wrong.temperature, TEMPERATURES.1));
    let flat = fitted(&[([0.5, 0.5], 1), ([0.5, 0.5], 0)]);
    assert!(!flat.at_bound && close(flat.temperature, 1.0));
    let nothing = Matrix::new(vec![f64::NAN; 2], 1, 2).unwrap();
    assert_eq!(temperature(Labelled::new(&nothing, &[0]).unwrap(), BINS), None);
}

fn data() -> impl Strategy<Value = (usize, Vec<f64>, Vec<u32>)> {
    let value = prop_oneof![
        8 => (0_u32..5).prop_map(|i| f64::from(i) / 4.0),
        4 => 0.0..1.0_f64,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, -1.0, 3.0, 1e-300]),
    ];
    (1_usize..5, 0_usize..30).prop_flat_map(move |(k, n)| {
        let labels = prop::collection::vec(0..k as u32 + 2, n);
        (Just(k), prop::collection::vec(value.clone(), n * k), labels)
    })
}

proptest! {
    #[test]
    fn nothing_is_nan_and_the_fit_never_hurts((k, values, labels) in data()) {
        let probs = Matrix::new(values, labels.len(), k).unwrap();
        let data = Labelled::new(&probs, &labels).unwrap();
        let all = tops(data);
        for bins in [Bins::equal_width(&all, BINS), Bins::equal_mass(&all, BINS)] {
            prop_assert_eq!(bins.bins().iter().map(|b| b.count).sum::<usize>(), all.len());
            if let Some(e) = bins.error() {
                prop_assert!(0.0 <= e.ece && e.ece <= e.mce + 1e-12 && e.mce <= 1.0);
            }
            for b in bins.bins().iter().filter(|b| b.count > 0) {
                prop_assert!((b.right as f64 / b.count as f64 - b.accuracy.unwrap().share).abs() < 1e-12);
                let mean = b.confidence.unwrap();
                prop_assert!(b.low - 1e-6 <= mean && mean <= b.high + 1e-6);
            }
        }
        for c in class_confidence(&all, k).into_iter().flatten() {
            prop_assert!((-1.0..=1.0).contains(&c.gap));
        }
        if let Some(t) = temperature(data, BINS) {
            prop_assert!((0.05 - 1e-9..=20.0 + 1e-9).contains(&t.temperature));
            prop_assert!(t.log_loss_after <= t.log_loss_before + 1e-9, "{:?}", t);
            prop_assert!((0.0..=1.0).contains(&t.ece_after) && (0.0..=1.0).contains(&t.ece_before));
        } else {
            prop_assert!(all.is_empty());
        }
    }

    #[test]
    fn moves_lead_to_what_binning_anew_gives(rows in prop::collection::vec((0_u32..=20, any::<bool>(), any::<bool>()), 1..50)) {
        let confidence = |c: u32| c as f32 / 20.0;
        let before: Vec<Top> = rows.iter().map(|&(c, was, _)| top(confidence(c), was)).collect();
        let after: Vec<Top> = rows.iter().map(|&(c, _, is)| top(confidence(c), is)).collect();
        let mut bins = Bins::equal_width(&before, BINS);
        for &(c, was, is) in &rows {
            bins.moved(f64::from(confidence(c)), Some(was), Some(is));
        }
        let anew = Bins::equal_width(&after, BINS);
        prop_assert_eq!(&bins.right, &anew.right);
        prop_assert!((bins.error().unwrap().ece - anew.error().unwrap().ece).abs() < 1e-12);
        for &(c, _, is) in &rows {
            bins.moved(f64::from(confidence(c)), Some(is), None);
        }
        prop_assert_eq!(bins.error(), None);
    }
}
