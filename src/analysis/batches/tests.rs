use super::*;
use crate::dataset::TextColumn;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// 30 batches of 400 examples in two slices; the error and the share of slice 1 by batch.
fn simulate(
    seed: u64,
    error: impl Fn(usize, u32) -> f64,
    share: impl Fn(usize) -> f64,
) -> (Vec<u32>, Vec<bool>, Vec<u32>) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut draw = |p| rng.random_range(0.0..1.0) < p;
    let (mut batch, mut wrong, mut slice) = (Vec::new(), Vec::new(), Vec::new());
    for b in 0..30 {
        for _ in 0..400 {
            let s = u32::from(draw(share(b)));
            batch.push(b as u32);
            wrong.push(draw(error(b, s)));
            slice.push(s);
        }
    }
    (batch, wrong, slice)
}

/// How many of 20 simulations raise a raw and an adjusted alarm.
fn alarms(
    options: &ChartOptions,
    error: impl Fn(usize, u32) -> f64,
    share: impl Fn(usize) -> f64,
) -> (usize, usize) {
    let mut counts = (0, 0);
    for seed in 0..20 {
        let (batch, wrong, slice) = simulate(seed, &error, &share);
        let slices = Some((2, &slice[..]));
        let input = BatchInput { batches: 30, batch: &batch, wrong: &wrong, slices };
        let chart = batch_chart(&input, options).unwrap();
        let off = |point: ChartPoint| point.signal != Signal::Within;
        counts.0 += usize::from(chart.batches.iter().any(|b| off(b.raw)));
        counts.1 += usize::from(chart.batches.iter().any(|b| off(b.adjusted.unwrap())));
    }
    counts
}

const BY_SLICE: [f64; 2] = [0.05, 0.3];

#[test]
fn a_change_of_the_mix_alone_alarms_only_the_raw_chart() {
    for reference in [None, Some(10)] {
        let options = ChartOptions { reference, ..ChartOptions::default() };
        let mix = |b| if b < 15 { 0.2 } else { 0.5 };
        let (raw, adjusted) = alarms(&options, |_, s| BY_SLICE[s as usize], mix);
        assert!(raw == 20 && adjusted <= 3, "{reference:?}: {raw} raw, {adjusted} adjusted of 20");
    }
}

#[test]
fn a_change_of_the_model_alarms_both_charts() {
    for reference in [None, Some(10)] {
        let options = ChartOptions { reference, ..ChartOptions::default() };
        let error = |b: usize, s| BY_SLICE[s as usize] + if b < 15 { 0.0 } else { 0.08 };
        let (raw, adjusted) = alarms(&options, error, |_| 0.3);
        assert_eq!((raw, adjusted), (20, 20), "{reference:?}");
        // a better mix hides it from the raw chart only
        let mix = |b| if b < 15 { 0.5 } else { 0.18 };
        let (raw, adjusted) = alarms(&options, error, mix);
        assert!(raw <= 6 && adjusted == 20, "{reference:?}: {raw} raw, {adjusted} adjusted of 20");
    }
}

#[test]
fn nothing_moving_seldom_alarms() {
    let mut all = 0;
    for reference in [None, Some(10)] {
        let options = ChartOptions { reference, ..ChartOptions::default() };
        let (raw, adjusted) = alarms(&options, |_, s| BY_SLICE[s as usize], |_| 0.3);
        all += raw + adjusted;
    }
    assert!(all <= 8, "{all} of 80");
}

#[test]
fn the_average_and_its_limits_are_those_of_the_formula() {
    // errors 1/10, 3/20, 0/0, 8/10 at λ 0.2, L 3: centre 12/40, reckoned by hand
    let sizes = [(1, 10), (3, 20), (0, 0), (8, 10)];
    let (mut batch, mut wrong) = (Vec::new(), Vec::new());
    for (b, &(k, n)) in sizes.iter().enumerate() {
        batch.extend(std::iter::repeat_n(b as u32, n));
        wrong.extend((0..n).map(|i| i < k));
    }
    let input = BatchInput { batches: 4, batch: &batch, wrong: &wrong, slices: None };
    let chart = batch_chart(&input, &ChartOptions::default()).unwrap();
    let averages = [0.26, 0.238, 0.238, 0.3504];
    let variances = [0.00084, 0.000_957_6, 0.000_957_6, 0.001_452_864];
    for ((b, average), variance) in chart.batches.iter().zip(averages).zip(variances) {
        let half = 3.0 * f64::sqrt(variance);
        assert!((b.raw.average - average).abs() < 1e-12, "{b:?}");
        assert!((b.raw.high - 0.3 - half).abs() < 1e-12 && (b.raw.low - 0.3 + half).abs() < 1e-12);
    }
    assert!(chart.batches[2].raw.error.is_none() && chart.batches[2].adjusted.is_none());
}

#[test]
fn the_adjusted_error_is_the_residual_of_the_slices() {
    let (batch, wrong, slice) = simulate(1, |_, s| BY_SLICE[s as usize], |b| b as f64 / 30.0);
    let slices = Some((2, &slice[..]));
    let input = BatchInput { batches: 30, batch: &batch, wrong: &wrong, slices };
    let chart = batch_chart(&input, &ChartOptions::default()).unwrap();
    let mean = |keep: &dyn Fn(usize) -> bool, value: &dyn Fn(usize) -> f64| {
        let rows: Vec<usize> = (0..wrong.len()).filter(|&i| keep(i)).collect();
        rows.iter().map(|&i| value(i)).sum::<f64>() / rows.len() as f64
    };
    let flag = |i: usize| f64::from(u8::from(wrong[i]));
    let rates = [0, 1].map(|s| mean(&|i| slice[i] == s, &flag));
    for (b, point) in chart.batches.iter().enumerate() {
        let residual = mean(&|i| batch[i] == b as u32, &|i| flag(i) - rates[slice[i] as usize]);
        let adjusted = point.adjusted.unwrap().error.unwrap();
        assert!((adjusted - chart.centre - residual).abs() < 1e-12);
    }
}

#[test]
fn rate_and_mix_effects_sum_to_the_change() {
    // Kitagawa's formula by hand: rates 0.1, 0.4 → 0.2, 0.4; shares 0.8, 0.2 → 0.5, 0.5
    let d = decompose(&[(80, 800), (80, 200)], &[(100, 500), (200, 500)]).unwrap();
    assert!((d.change - 0.14).abs() < 1e-12);
    assert!((d.rate_effect - 0.065).abs() < 1e-12 && (d.mix_effect - 0.075).abs() < 1e-12);
    // a slice that only one set has is all mix
    let d = decompose(&[(10, 100)], &[(10, 100), (50, 100)]).unwrap();
    assert!(d.rate_effect.abs() < 1e-12 && (d.mix_effect - d.change).abs() < 1e-12);
    assert!(decompose(&[(0, 0)], &[(1, 2)]).is_none());
}

#[test]
fn a_column_becomes_batches_in_its_order() {
    let column = |cells: &[&str]| {
        let mut text = TextColumn::default();
        for cell in cells {
            text.push(cell).unwrap();
        }
        Column::new("when".into(), text)
    };
    let days = column(&["2024-02-01", "2024-01-01", "", "2024-01-01", "2024-03-01"]);
    let made = batches_of(&days, 10);
    assert_eq!(made.names, ["2024-01-01", "2024-02-01", "2024-03-01"]);
    assert_eq!(made.batch, [1, 0, NO_BATCH, 0, 2]);
    let numbers = column(&["10", "9", "1", "2", "3", "8", "8.0", "8"]);
    let made = batches_of(&numbers, 2);
    assert_eq!(
        (made.names, made.batch),
        (vec!["1".into(), "8".into()], vec![1, 1, 0, 0, 0, 1, 1, 1])
    );
}

#[test]
fn refuses_columns_and_settings_that_do_not_fit() {
    let input = BatchInput { batches: 1, batch: &[0], wrong: &[], slices: None };
    assert!(batch_chart(&input, &ChartOptions::default()).is_err());
    let input = BatchInput { wrong: &[true], ..input };
    let slices = Some((1, &[0, 0][..]));
    assert!(batch_chart(&BatchInput { slices, ..input }, &ChartOptions::default()).is_err());
    for lambda in [0.0, 1.1, f64::NAN] {
        let options = ChartOptions { lambda, ..ChartOptions::default() };
        assert!(batch_chart(&input, &options).is_err());
    }
    let many = BatchInput { slices: Some((usize::MAX, &[0])), ..input };
    assert!(batch_chart(&many, &ChartOptions::default()).is_err());
}

#[test]
fn examples_without_a_prediction_leave_their_batch() {
    let mut made = Batching { names: vec!["a".into(), "b".into()], batch: vec![0, 0, 1, NO_BATCH] };
    let wrong = made.errors(&[1, 1, u32::MAX, 0], &[1, 0, 1, 1]).unwrap();
    assert_eq!(
        (wrong, &made.batch[..]),
        (vec![false, true, true, true], &[0, 0, NO_BATCH, NO_BATCH][..])
    );
    assert!(made.errors(&[0], &[0; 4]).is_err());
}

proptest! {
    #[test]
    fn odd_batches_have_defined_answers(
        rows in prop::collection::vec((prop_oneof![0_u32..6, Just(NO_BATCH)], any::<bool>(), 0_u32..4), 0..60),
        batches in 0_usize..6,
        reference in prop::option::of(0_usize..8),
        lambda in 0.01..=1.0_f64,
    ) {
        let batch: Vec<u32> = rows.iter().map(|r| r.0).collect();
        let wrong: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let slice: Vec<u32> = rows.iter().map(|r| r.2).collect();
        let input = BatchInput { batches, batch: &batch, wrong: &wrong, slices: Some((3, &slice)) };
        let chart = batch_chart(&input, &ChartOptions { lambda, width: 3.0, reference }).unwrap();
        prop_assert!(chart.centre.is_finite());
        for b in &chart.batches {
            for p in [b.raw, b.adjusted.unwrap()] {
                prop_assert!([p.average, p.low, p.high, p.error.unwrap_or(0.0)].iter().all(|x| x.is_finite()));
                prop_assert!(0.0 <= p.low && p.high <= 1.0);
            }
            prop_assert_eq!(b.mix_effect.is_none(), b.examples == 0);
        }
        // with every example in one slice there is no mix to take out
        let one = vec![0; rows.len()];
        let input = BatchInput { slices: Some((1, &one)), ..input };
        for b in batch_chart(&input, &ChartOptions::default()).unwrap().batches {
            prop_assert!(b.mix_effect.is_none_or(|m| m.abs() < 1e-9));
        }
        let (first, second) = (count_slices(0..20, &wrong, 3, &slice), count_slices(20..80, &wrong, 3, &slice));
        if let Some(d) = decompose(&first, &second) {
            prop_assert!((d.rate_effect + d.mix_effect - d.change).abs() < 1e-12);
        }
    }

    #[test]
    fn every_cell_gets_a_batch(cells in prop::collection::vec("[0-9a-c]{0,2}", 0..60), most in 0_usize..9) {
        let mut text = TextColumn::default();
        for cell in &cells {
            text.push(cell).unwrap();
        }
        let made = batches_of(&Column::new("c".into(), text), most);
        prop_assert!(made.names.len() <= most.max(1));
        for (cell, &batch) in cells.iter().zip(&made.batch) {
            prop_assert_eq!(cell.is_empty(), batch == NO_BATCH);
            prop_assert!(batch == NO_BATCH || (batch as usize) < made.names.len());
        }
    }
}
