use super::*;
use crate::analysis::{Confusion, Labelled, Proportion, ScoreSums};
use crate::dataset::Matrix;
use proptest::prelude::*;

fn bound(text: &str) -> Bound {
    text.parse().unwrap()
}

fn reading(value: f64, low: f64, high: f64) -> Reading {
    Reading { value, low: Some(low), high: Some(high), n: Some(100) }
}

#[test]
fn names_and_bounds_are_read() {
    assert_eq!("macro-F1".parse(), Ok(Metric::MacroF1));
    assert_eq!("top-3".parse(), Ok(Metric::TopK(3)));
    assert_eq!(bound(">=0.9"), Bound { relation: Relation::AtLeast, value: 0.9 });
    assert_eq!(bound(" ≤ 5 ").to_string(), "<= 5");
    for wrong in ["", "0.9", "= 0.9", ">= ", ">= x", ">= inf", ">= NaN", ">= 1e999", ">>= 1"] {
        assert!(wrong.parse::<Bound>().is_err(), "{wrong}");
    }
    for wrong in ["", "acc", "top_", "top_0", "top_+5", "top_99999", "latency"] {
        assert!(wrong.parse::<Metric>().is_err(), "{wrong}");
    }
}

#[test]
fn a_bound_is_on_the_good_side_and_within_reach() {
    let refused = |metric: Metric, text: &str| metric.accept(bound(text)).unwrap_err().to_string();
    assert!(refused(Metric::Accuracy, "<= 0.9").contains("write \">= 0.9\""));
    assert!(refused(Metric::Latency, "> 5").contains("better lower"));
    assert!(refused(Metric::Accuracy, ">= 90").contains("90 is no value of accuracy"));
    assert!(refused(Metric::Memory, "<= -1").contains("-1 is no value"));
    assert!(bound(">= 0.1").of_slice().is_err());
    for (metric, text) in [
        (Metric::Accuracy, ">= 1"),
        (Metric::Kappa, "> -0.5"),
        (Metric::Brier, "<= 1.5"),
        (Metric::Throughput, ">= 1000"),
    ] {
        assert_eq!(metric.accept(bound(text)), Ok(()));
    }
}

#[test]
fn the_interval_says_how_sure_it_is() {
    let held = |text: &str, reading| {
        let check = check(Subject::Metric(Metric::Accuracy), bound(text), reading);
        (check.state, check.holds)
    };
    assert_eq!(held(">= 0.8", Some(reading(0.9, 0.85, 0.95))), (State::Met, Some(true)));
    assert_eq!(held(">= 0.8", Some(reading(0.9, 0.8, 0.95))), (State::Met, Some(true)));
    assert_eq!(held("> 0.8", Some(reading(0.9, 0.8, 0.95))), (State::Open, Some(true)));
    assert_eq!(held(">= 0.9", Some(reading(0.89, 0.8, 0.95))), (State::Open, Some(false)));
    assert_eq!(held(">= 0.96", Some(reading(0.9, 0.8, 0.95))), (State::Missed, Some(false)));
    assert_eq!(held(">= 0.96", None), (State::Unknown, None));
    assert_eq!(held(">= 0.9", Reading::exact(0.9)), (State::Met, Some(true)));
}

#[test]
fn margins_are_signed_and_compare_across_metrics() {
    let held = |metric: Metric, text: &str, value: f64| {
        let check = check(Subject::Metric(metric), bound(text), Reading::exact(value));
        (check.margin.unwrap(), check.of_room)
    };
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let (margin, room) = held(Metric::Accuracy, ">= 0.9", 0.85);
    assert!(near(margin, -0.05) && near(room.unwrap(), -0.5));
    let (margin, room) = held(Metric::Latency, "<= 5", 1.0);
    assert!(near(margin, 4.0) && near(room.unwrap(), 0.8));
    let (margin, room) = held(Metric::Throughput, ">= 100", 200.0);
    assert!(near(margin, 100.0) && near(room.unwrap(), 0.5));
    assert_eq!(held(Metric::Accuracy, ">= 1", 0.9).1, None);
}

#[test]
fn the_best_run_is_the_best_of_those_that_meet_all() {
    let goal = Goal {
        optimise: Metric::Accuracy,
        thresholds: BTreeMap::from([(Metric::Latency, bound("<= 5"))]),
        slices: BTreeMap::from([("capture=blurry".to_owned(), bound("<= 0.3"))]),
    };
    // accuracy, latency, error of the slice
    let values = [
        ("slow", [Some(0.95), Some(9.0), Some(0.1)]),
        ("plain", [Some(0.85), Some(1.0), Some(0.2)]),
        ("good", [Some(0.90), Some(2.0), Some(0.2)]),
        ("same", [Some(0.90), Some(2.0), Some(0.3)]),
        ("untimed", [Some(0.99), None, Some(0.1)]),
    ];
    let value = |run: &str, subject: &Subject| {
        let values = values.iter().find(|(name, _)| *name == run)?.1;
        let at = match subject {
            Subject::Metric(Metric::Accuracy) => 0,
            Subject::Metric(_) => 1,
            Subject::Slice(_) => 2,
        };
        Reading::exact(values[at]?)
    };
    let held = standings(&goal, values.iter().map(|(name, _)| *name), &value);
    let meets: Vec<bool> = held.runs.iter().map(|run| run.meets).collect();
    assert_eq!((meets, held.best), (vec![false, true, true, true, false], Some(2)));
    assert_eq!(held.runs[4].checks[0].state, State::Unknown);
    assert_eq!(standings(&goal, ["slow"], &value).best, None);
}

#[test]
fn readings_are_those_of_the_other_statistics() {
    let probs = Matrix::new(vec![0.8, 0.2, 0.4, 0.6, 0.3, 0.7, 0.9, 0.1], 4, 2).unwrap();
    let (labels, predictions) = ([0, 1, 0, u32::MAX], [0, 1, 1, 0]);
    let data = Labelled::<f64>::new(&probs, &labels).unwrap();
    let all = [
        "accuracy",
        "error",
        "top_2",
        "macro_f1",
        "weighted_f1",
        "kappa",
        "log_loss",
        "brier",
        "ece",
        "latency_ms",
    ];
    let thresholds = all.iter().map(|name| (name.parse().unwrap(), bound("< 1")));
    let goal = Goal { thresholds: thresholds.collect(), ..Goal::default() };
    let found = readings(&goal, data, &predictions).unwrap();
    assert_eq!(found.len(), all.len() - 1, "the latency is none of them: {found:?}");
    let scores = ScoreSums::of(data, &[2]).scores();
    let confusion = Confusion::count(&labels, &predictions, 2).unwrap();
    let value = |metric: Metric| found[&metric].value;
    let same = |a: f64, b: Option<f64>| (a - b.unwrap()).abs() < 1e-12;
    assert!(same(value(Metric::Accuracy), scores.accuracy.map(|a| a.share)));
    assert!(same(value(Metric::Error), confusion.error().map(|e| e.share)));
    assert!(same(value(Metric::LogLoss), scores.log_loss));
    assert!(same(value(Metric::Brier), scores.brier));
    assert!(same(value(Metric::Kappa), confusion.kappa()));
    assert!(same(value(Metric::MacroF1), confusion.averages().map(|a| a.macro_average.f1)));
    assert_eq!(found[&Metric::Accuracy].n, Some(3));
}

#[test]
fn a_slice_counts_what_has_label_and_prediction() {
    let (labels, predictions) = ([0, 1, 2, u32::MAX, 0], [0, 0, 2, 1, u32::MAX]);
    let some = slice_error(&labels, &predictions, &[1, 2, 3, 4, 99]).unwrap();
    assert_eq!((some.value.to_bits(), some.n), (0.5_f64.to_bits(), Some(2)));
    assert_eq!(some.low, Some(Proportion::sampled(1, 2, usize::MAX).low));
    assert_eq!(slice_error(&labels, &predictions, &[3]), None);
}

fn metrics() -> impl Strategy<Value = Metric> {
    let named = prop::sample::select(NAMES.map(|(_, metric)| metric).to_vec());
    prop_oneof![named, (1..=u16::MAX).prop_map(Metric::TopK)]
}

fn bounds() -> impl Strategy<Value = Bound> {
    let relation = prop::sample::select(SIGNS.map(|(_, relation)| relation).to_vec());
    (relation, prop_oneof![-2.0..2.0_f64, prop::num::f64::NORMAL])
        .prop_map(|(relation, value)| Bound { relation, value })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(metric in metrics(), bound in bounds()) {
        prop_assert_eq!(metric.to_string().parse(), Ok(metric));
        prop_assert_eq!(bound.to_string().parse(), Ok(bound));
    }

    #[test]
    fn any_text_is_a_bound_or_refused(text in ".{0,12}") {
        if let Ok(bound) = text.parse::<Bound>() {
            prop_assert!(bound.value.is_finite());
        }
        let _ = text.parse::<Metric>();
    }

    #[test]
    fn state_margin_and_decision_agree(
        metric in metrics(), bound in bounds(), ends in prop::array::uniform3(-2.0..2.0_f64),
    ) {
        let mut ends = ends;
        ends.sort_unstable_by(f64::total_cmp);
        let [low, value, high] = ends;
        let held = check(Subject::Metric(metric), bound, Some(reading(value, low, high)));
        match held.state {
            State::Met => prop_assert_eq!(held.holds, Some(true)),
            State::Missed => prop_assert_eq!(held.holds, Some(false)),
            State::Open => prop_assert!(bound.holds(low) != bound.holds(high)),
            State::Unknown => prop_assert!(false),
        }
        if let Some(margin) = held.margin {
            prop_assert!(margin.is_finite());
            prop_assert!(margin <= 0.0 || held.holds == Some(true));
            prop_assert!(margin >= 0.0 || held.holds == Some(false));
        }
        prop_assert!(held.of_room.is_none_or(|share| share.is_finite() && share <= 1.0));
    }
}
