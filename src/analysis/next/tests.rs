use super::*;
use crate::analysis::bottleneck::{BestError, ErrorLevels, bottleneck};
use crate::analysis::calibration::Temperature;
use crate::analysis::{Basis, Comparison};
use crate::dataset::experiment::{
    CostLine, Entry, ExpectedGain as Hoped, Fields, Line, Measured, Outcome,
};

pub(super) fn errors(errors: usize, examples: usize) -> Errors {
    Errors { errors, examples }
}

pub(super) fn nothing() -> Evidence {
    Evidence {
        run: "v1".into(),
        dev: errors(0, 0),
        is_part: false,
        tally: None,
        slices: None,
        label_issues: None,
        calibration: None,
        bottleneck: None,
        shift: None,
        compare: None,
        train: None,
        goal: None,
        pending: vec![],
    }
}

fn kind(kind: ErrorKind, count: usize, ceiling: f64) -> KindEvidence {
    let share = Proportion::sampled(count, 100, 318);
    let filter = format!("{kind:?}");
    let ceiling = Proportion { share: ceiling, low: ceiling - 0.01, high: ceiling + 0.01 };
    KindEvidence { kind, filter, count, share, ceiling }
}

fn tag(name: &str, count: usize, ceiling: f64) -> KindEvidence {
    kind(ErrorKind::Tag(name.into()), count, ceiling)
}

/// 318 errors in 2,000 examples: 15.9 %.
fn fashion() -> Evidence {
    let kinds = vec![
        tag("sleeve", 10, 0.143),
        tag("blurry", 50, 0.0795),
        kind(ErrorKind::LabelWrong, 10, 0.143),
        kind(ErrorKind::BothAcceptable, 10, 0.143),
    ];
    let basis = Basis::RandomSample;
    Evidence {
        dev: errors(318, 2000),
        tally: Some(TallyEvidence { errors: 318, reviewed: 100, drawn: 100, basis, kinds }),
        ..nothing()
    }
}

fn keys(plan: &Plan) -> Vec<&str> {
    plan.interventions.iter().map(|i| i.key.as_str()).collect()
}

fn of<'a>(plan: &'a Plan, key: &str) -> &'a Intervention {
    plan.interventions.iter().find(|i| i.key == key).unwrap()
}

fn about(missing: &[Missing], part: &str) -> bool {
    missing.iter().any(|m| m.text.contains(part))
}

#[test]
fn the_largest_ceiling_comes_first_and_equal_ones_by_preference() {
    let plan = plan(&fashion(), &Journal::default());
    assert_eq!(keys(&plan), ["tag:blurry", "acceptable", "labels", "tag:sleeve"]);
    let blurry = of(&plan, "tag:blurry");
    assert!((blurry.at_most.value - 0.0795).abs() < 1e-12, "{blurry:?}");
    assert!((blurry.at_most.low - 0.0695).abs() < 1e-12);
    assert!((blurry.at_most.high - 0.0895).abs() < 1e-12);
    assert_eq!(blurry.expected, None);
    assert_eq!(blurry.evidence[0].text, "50 of 100 reviewed errors, 50.0 % (42.0–58.0) of all");
    assert!(about(&plan.missing, "predictions for train"));
    assert!(!about(&plan.missing, "review"), "{:?}", plan.missing);
}

#[test]
fn with_costs_the_gain_a_day_decides_and_the_others_come_behind() {
    let cost = |key: &str, days| {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        Line::Cost(CostLine { cost: key.into(), days: Some(days), at, who: String::new() })
    };
    let journal = Journal::of([cost("tag:Blurry", 10.0), cost("tag:sleeve", 0.5)]);
    let plan = plan(&fashion(), &journal);
    assert_eq!(keys(&plan), ["tag:sleeve", "tag:blurry", "acceptable", "labels"]);
    assert_eq!(plan.with_cost, 2);
    let per_day = of(&plan, "tag:sleeve").per_day.unwrap();
    assert!((per_day - 0.032).abs() < 1e-12, "{per_day}");
    assert_eq!(of(&plan, "labels").per_day, None);
}

#[test]
fn nothing_is_proposed_without_numbers_and_what_lacks_is_said() {
    let none = plan(&nothing(), &Journal::default());
    assert!(none.interventions.is_empty() && about(&none.missing, "predictions for dev"));
    let right = plan(&Evidence { dev: errors(0, 50), ..nothing() }, &Journal::default());
    assert!(right.interventions.is_empty() && about(&right.missing, "none left"));
    let bare = Evidence { dev: errors(30, 50), ..nothing() };
    let unseen = plan(&bare, &Journal::default());
    assert!(unseen.interventions.is_empty());
    for part in ["review 20 errors in random order", "train", "a second run", "metadata"] {
        assert!(about(&unseen.missing, part), "{part}: {:?}", unseen.missing);
    }
    let waits = plan(&Evidence { pending: vec![Screen::Slices], ..bare }, &Journal::default());
    assert!(!about(&waits.missing, "metadata") && waits.pending == [Screen::Slices]);
}

#[test]
fn picked_errors_bound_nothing_above_those_not_looked_at() {
    let mut evidence = fashion();
    let tally = evidence.tally.as_mut().unwrap();
    tally.basis = Basis::ReviewedOnly;
    tally.drawn = 0;
    tally.kinds =
        vec![KindEvidence { ceiling: Proportion::exact(268.0 / 2000.0), ..tag("blurry", 50, 0.0) }];
    let plan = plan(&evidence, &Journal::default());
    let at_most = of(&plan, "tag:blurry").at_most;
    assert!((at_most.value - 0.025).abs() < 1e-12 && (at_most.low - 0.025).abs() < 1e-12);
    // 50 seen, 218 not reviewed
    assert!((at_most.high - 0.134).abs() < 1e-12, "{at_most:?}");
    assert!(about(&plan.missing, "review 20 more errors in random order"));
}

#[test]
fn flags_count_by_the_share_of_them_that_were_right() {
    let flags = |open, reviewed, wrong| {
        let label_issues = Some(LabelIssueEvidence { open, reviewed, wrong });
        let evidence = Evidence { dev: errors(318, 2000), label_issues, ..nothing() };
        plan(&evidence, &Journal::default())
    };
    let unknown = flags(40, 4, 4);
    assert!(unknown.interventions.is_empty());
    assert!(about(&unknown.missing, "look at 16 more flagged"));
    let half = flags(40, 20, 10);
    let at_most = of(&half, "labels").at_most;
    assert!((at_most.value - 0.01).abs() < 1e-12 && at_most.low > 0.005 && at_most.high < 0.015);
    assert!(!about(&half.missing, "flagged"));
    assert!(flags(0, 20, 10).interventions.is_empty());
    assert!(flags(40, 20, 0).interventions.is_empty());
}

#[test]
fn a_slice_can_be_expected_to_come_down_to_the_rest() {
    let slice = SliceEvidence {
        name: "capture=blurry".into(),
        filter: Some("capture:blurry".into()),
        slice: errors(143, 500),
        honest: [errors(70, 250), errors(88, 750)],
    };
    let evidence = Evidence { dev: errors(318, 2000), slices: Some(vec![slice]), ..nothing() };
    let plan = plan(&evidence, &Journal::default());
    let found = of(&plan, "slice:capture:blurry");
    assert!((found.at_most.value - 0.0715).abs() < 1e-12);
    let expected = found.expected.as_ref().unwrap().gain;
    // (28 % − 11.7 %) of a quarter
    assert!((expected.value - (0.28 - 88.0 / 750.0) / 4.0).abs() < 1e-12, "{expected:?}");
    assert!(expected.low > 0.0 && expected.high < found.at_most.value);
    assert_eq!(found.command.as_deref(), Some("review --run v1 --filter capture:blurry"));
}

fn levels(train: Errors, dev: Errors, train_dev: Option<Errors>) -> Evidence {
    let best = Some(BestError::Known(0.01));
    let levels = ErrorLevels { best, train: Some(train), train_dev, dev: Some(dev), test: None };
    Evidence { dev, bottleneck: Some(bottleneck(&levels).unwrap()), ..nothing() }
}

#[test]
fn each_gap_brings_its_remedies_in_the_order_of_preference() {
    let variance = levels(errors(10, 1000), errors(160, 1000), None);
    let found = plan(&variance, &Journal::default());
    assert_eq!(keys(&found), ["variance:data", "variance:regularise"]);
    assert!(about(&found.missing, "errors on train-dev"));
    let train = Some(TrainData { examples: 1000, classes: 10, rare: vec![] });
    let few = Evidence { train, ..variance.clone() };
    let few = plan(&few, &Journal::default());
    assert_eq!(keys(&few), ["variance:data", "variance:regularise", "variance:fine-tune"]);
    let moved = Evidence { shift: Some(vec!["capture".into()]), ..variance };
    let moved = plan(&moved, &Journal::default());
    let expected = ["mismatch:data", "variance:data", "variance:regularise", "mismatch:fine-tune"];
    assert_eq!(keys(&moved), expected);
    assert_eq!(moved.interventions[0].evidence[1].screen, Screen::Shift);

    let bias = plan(&levels(errors(300, 1000), errors(310, 1000), None), &Journal::default());
    assert_eq!(keys(&bias), ["bias:regularise", "bias:model", "bias:scale"]);
    let gap = bias.interventions[0].at_most.value;
    assert!((gap - 0.29).abs() < 1e-12, "{gap}");
    let mismatch = levels(errors(10, 1000), errors(160, 1000), Some(errors(15, 1000)));
    let mismatch = plan(&mismatch, &Journal::default());
    assert_eq!(keys(&mismatch), ["mismatch:data", "mismatch:fine-tune"]);
    assert!(about(&mismatch.missing, "examples in each set: variance"), "{:?}", mismatch.missing);
}

#[test]
fn a_fitted_dev_set_and_a_missed_goal_are_cautions() {
    let levels = ErrorLevels {
        dev: Some(errors(100, 1000)),
        test: Some(errors(200, 1000)),
        ..ErrorLevels::default()
    };
    let unmet = Unmet { text: "latency 12 ms, wanted 5".into(), filter: None };
    let goal = GoalEvidence { most_error: Some(0.12), unmet: vec![unmet] };
    let evidence =
        Evidence { bottleneck: Some(bottleneck(&levels).unwrap()), goal: Some(goal), ..fashion() };
    let plan = plan(&evidence, &Journal::default());
    assert!(plan.cautions[0].contains("get fresh dev examples"), "{:?}", plan.cautions);
    assert_eq!(plan.cautions[1], "the goal is not met: latency 12 ms, wanted 5");
    assert_eq!(
        plan.cautions[2],
        "the goal needs 3.9 points less: 1 of these 4 can bring that alone"
    );
    assert_eq!(of(&plan, "tag:blurry").reaches_goal, Some(true));
    assert_eq!(of(&plan, "labels").reaches_goal, Some(false));
}

#[test]
fn a_temperature_takes_away_no_error_and_regressions_what_was_broken() {
    let fitted = Temperature {
        temperature: 1.8,
        at_bound: false,
        log_loss_before: 0.6,
        log_loss_after: 0.5,
        ece_before: 0.08,
        ece_after: 0.02,
    };
    let comparison = Comparison {
        examples: 2000,
        errors_before: 260,
        errors_after: 318,
        fixed: 30,
        broken: 88,
        still_wrong: 230,
        changed: 150,
    };
    let compare = Some(ComparedRuns { before: "v0".into(), comparison });
    let evidence =
        Evidence { dev: errors(318, 2000), calibration: Some(fitted), compare, ..nothing() };
    let found = plan(&evidence, &Journal::default());
    assert_eq!(keys(&found), ["regressions", "temperature"]);
    assert!((found.interventions[0].at_most.value - 0.044).abs() < 1e-12);
    assert!(found.interventions[1].at_most.high <= 0.0);
    assert!(found.cautions[0].starts_with("v1 errs 2.9 points"), "{:?}", found.cautions);
    let flat = Temperature { log_loss_after: 0.599, ..fitted };
    let flat = Evidence { calibration: Some(flat), ..evidence };
    assert_eq!(keys(&plan(&flat, &Journal::default())), ["regressions"]);
}

#[test]
fn a_rare_class_is_proposed_only_if_it_errs_more() {
    let class = |class: Errors| RareClass {
        name: "Bag".into(),
        filter: "label:Bag".into(),
        train: 9,
        class,
        rest: errors(200, 1900),
    };
    let of = |part: Errors| {
        let train = TrainData { examples: 5000, classes: 10, rare: vec![class(part)] };
        let evidence = Evidence { dev: errors(250, 2000), train: Some(train), ..nothing() };
        plan(&evidence, &Journal::default())
    };
    assert_eq!(keys(&of(errors(50, 100))), ["class:Bag"]);
    assert!(of(errors(10, 100)).interventions.is_empty());
}

#[test]
fn what_was_tried_stands_beside_it_with_what_came_of_it() {
    let counts =
        Measured { examples: 2000, fixed: 103, broken: 30, still_wrong: 215, changed: 140 };
    let fields = Fields {
        targets: Some(vec!["TAG:Blurry".into()]),
        measured: Some(counts),
        finished: Some(true),
        ..Fields::default()
    };
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let line = |fields| {
        Line::Experiment(Box::new(Entry { id: "x".into(), at, who: "ann".into(), fields }))
    };
    let found = plan(&fashion(), &Journal::of([line(fields.clone())]));
    let [tried] = of(&found, "tag:blurry").tried.as_slice() else { panic!() };
    assert_eq!((tried.outcome, tried.finished), (Some(Outcome::Worked), true));
    let change = tried.effect.unwrap().difference;
    assert!((change.value + 0.0365).abs() < 1e-12 && change.low > -0.05 && change.high < -0.02);
    assert!(of(&found, "labels").tried.is_empty());
    let overruled = Fields { outcome: Some(Outcome::Undecided), ..fields };
    let found = plan(&fashion(), &Journal::of([line(overruled)]));
    assert_eq!(of(&found, "tag:blurry").tried[0].outcome, Some(Outcome::Undecided));
}

#[test]
fn an_outcome_is_proposed_from_the_effect_and_its_interval() {
    let of = |fixed, broken, examples, expected: Option<f64>| {
        let counts = Measured { examples, fixed, broken, still_wrong: 0, changed: fixed + broken };
        let hoped = expected.map(|gain| Hoped { gain, low: None, high: None });
        effect(counts, hoped).proposed
    };
    assert_eq!(of(103, 30, 2000, None), Outcome::Worked);
    assert_eq!(of(30, 103, 2000, None), Outcome::MadeItWorse);
    // ±0.2 points
    assert_eq!(of(10, 10, 5000, None), Outcome::DidNothing);
    // ±3 points
    assert_eq!(of(10, 10, 300, None), Outcome::Undecided);
    assert_eq!(of(10, 10, 300, Some(0.10)), Outcome::DidNothing);
    assert_eq!(of(0, 0, 0, None), Outcome::Undecided);
    let counts = Measured { examples: 9, fixed: 2, broken: 1, still_wrong: 3, changed: 4 };
    assert_eq!(measured(&comparison(counts)), counts);
}
