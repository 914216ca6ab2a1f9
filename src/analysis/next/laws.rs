//! What holds of every plan.

use super::tests::{errors, nothing};
use super::*;
use crate::analysis::Basis;
use crate::analysis::bottleneck::{BestError, ErrorLevels, bottleneck};
use crate::dataset::experiment::{ExpectedGain as Hoped, Measured};
use proptest::prelude::*;

fn proportion() -> impl Strategy<Value = Proportion> {
    (0.0..=1.0_f64, 0.0..=1.0_f64, 0.0..=1.0_f64).prop_map(|(a, b, c)| {
        let mut sorted = [a, b, c];
        sorted.sort_by(f64::total_cmp);
        Proportion { low: sorted[0], share: sorted[1], high: sorted[2] }
    })
}

fn counts() -> impl Strategy<Value = Errors> {
    (0_usize..300, 0_usize..300).prop_map(|(k, more)| errors(k, k + more))
}

fn tally() -> impl Strategy<Value = TallyEvidence> {
    let names = ["a", "b", "c"].map(|name| ErrorKind::Tag(name.into()));
    let names = names.into_iter().chain([ErrorKind::LabelWrong, ErrorKind::BothAcceptable]);
    let kinds = prop::sample::subsequence(names.collect::<Vec<_>>(), 0..=5);
    let basis = prop::sample::select(vec![
        Basis::AllErrors,
        Basis::RandomSample,
        Basis::PartlyRandom,
        Basis::ReviewedOnly,
    ]);
    let numbers = prop::collection::vec((0_usize..99, proportion(), proportion()), 5);
    (kinds, basis, numbers, 0_usize..300, 0_usize..300).prop_map(
        |(kinds, basis, numbers, errors, reviewed)| {
            let kind = |(kind, (count, share, ceiling))| KindEvidence {
                kind,
                filter: "is:error".into(),
                count,
                share,
                ceiling,
            };
            let kinds = kinds.into_iter().zip(numbers).map(kind).collect();
            TallyEvidence { errors, reviewed, drawn: reviewed / 2, basis, kinds }
        },
    )
}

/// Slices, a rare class, and how many examples changed between two runs.
fn parts() -> impl Strategy<Value = (Vec<SliceEvidence>, TrainData, ComparedRuns)> {
    let slices = prop::collection::vec((counts(), counts(), counts()), 0..4);
    let runs = (0_usize..200, 0_usize..200, 0_usize..200, 0_usize..200);
    (slices, (counts(), counts()), runs).prop_map(|(slices, (class, rest), runs)| {
        let slices = slices.into_iter().enumerate().map(|(at, (slice, a, b))| SliceEvidence {
            name: format!("c=v{at}"),
            filter: Some(format!("c:v{at}")),
            slice,
            honest: [a, b],
        });
        let (name, filter) = ("r".to_owned(), "label:r".to_owned());
        let rare = vec![RareClass { name, filter, train: 3, class, rest }];
        let (fixed, broken, still_wrong, right) = runs;
        let (examples, changed) = (fixed + broken + still_wrong + right, fixed + broken);
        let counts = Measured { examples, fixed, broken, still_wrong, changed };
        let runs = ComparedRuns { before: "v0".into(), comparison: comparison(counts) };
        (slices.collect(), TrainData { examples: 99, classes: 3, rare }, runs)
    })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let flags = (0_usize..500, 0_usize..50, 0_usize..60);
    let level = || prop::option::of(counts());
    let levels = (level(), level(), level(), 0.0..=1.0_f64, any::<bool>());
    let goal = prop::option::of(-0.5..1.5_f64);
    (counts(), prop::option::of(tally()), parts(), flags, levels, goal).prop_map(
        |(dev, tally, (slices, train_data, runs), (open, reviewed, wrong), levels, goal)| {
            let (train, train_dev, test, best, moved) = levels;
            let best = Some(BestError::Known(best));
            let levels = ErrorLevels { best, train, train_dev, dev: Some(dev), test };
            Evidence {
                dev,
                tally,
                slices: Some(slices),
                label_issues: Some(LabelIssueEvidence { open, reviewed, wrong }),
                bottleneck: bottleneck(&levels).ok(),
                shift: moved.then(|| vec!["place".to_owned()]),
                compare: Some(runs),
                train: Some(train_data),
                goal: Some(GoalEvidence { most_error: goal, unmet: vec![] }),
                ..nothing()
            }
        },
    )
}

fn journal() -> impl Strategy<Value = Journal> {
    let keys = ["tag:a", "tag:b", "labels", "variance:data", "slice:c:v1", "gone"];
    let costs = prop::collection::vec((prop::sample::select(keys.to_vec()), 0.0..9.0_f64), 0..5);
    costs.prop_map(|costs| Journal {
        costs: costs.into_iter().map(|(key, days)| (key.to_owned(), days)).collect(),
        ..Journal::default()
    })
}

proptest! {
    #[test]
    fn gains_are_finite_and_within_the_error_and_sorted(
        evidence in evidence(), journal in journal(),
    ) {
        let plan = plan(&evidence, &journal);
        let error = error(&evidence);
        for found in &plan.interventions {
            let expected = found.expected.as_ref().map(|e| e.gain);
            for gain in [Some(found.at_most), expected].into_iter().flatten() {
                let Estimate { value, low, high } = gain;
                prop_assert!(0.0 <= low && low <= value && value <= high, "{:?}", found);
                prop_assert!(high <= error + 1e-12, "{:?}", found);
            }
            prop_assert!(expected.is_none_or(|gain| gain.high <= found.at_most.value));
            prop_assert!(found.per_day.is_none_or(f64::is_finite));
            prop_assert!(!found.evidence.is_empty() && !found.first.is_empty());
        }
        for pair in plan.interventions.windows(2) {
            let [a, b] = pair else { unreachable!() };
            prop_assert!(a.days.is_some() || b.days.is_none());
            let (x, y) = match (a.per_day, b.per_day) {
                (Some(a), Some(b)) => (a, b),
                (None, None) => (a.at_most.value, b.at_most.value),
                _ => continue,
            };
            // As it is shown: to a tenth of a point, or a hundredth a day.
            prop_assert!(x >= y - 0.001, "{:?}", pair);
        }
    }

    #[test]
    fn the_order_of_the_evidence_does_not_matter(evidence in evidence(), journal in journal()) {
        let there = plan(&evidence, &journal);
        let mut turned = evidence;
        turned.slices.iter_mut().for_each(|slices| slices.reverse());
        turned.tally.iter_mut().for_each(|tally| tally.kinds.reverse());
        let back = plan(&turned, &journal);
        prop_assert_eq!(there.interventions, back.interventions);
    }

    #[test]
    fn effects_are_finite(fixed in 0_usize..99, broken in 0_usize..99, more in 0_usize..99, hoped in 0.0..=1.0_f64) {
        let counts = Measured {
            examples: fixed + broken + more,
            fixed,
            broken,
            still_wrong: more / 2,
            changed: fixed + broken,
        };
        let found = effect(counts, Some(Hoped { gain: hoped, low: None, high: None }));
        let Estimate { value, low, high } = found.difference;
        prop_assert!(-1.0 <= low && low <= value && value <= high && high <= 1.0);
        prop_assert!((0.0..=1.0).contains(&found.p_value));
    }
}
