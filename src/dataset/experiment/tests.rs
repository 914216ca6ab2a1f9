use super::*;
use proptest::prelude::*;

fn entry(id: &str, at: &str, fields: Fields) -> Line {
    let at = at.parse().unwrap();
    Line::Experiment(Box::new(Entry { id: id.into(), at, who: "ann".into(), fields }))
}

fn note(text: &str) -> Fields {
    Fields { note: Some(text.into()), ..Fields::default() }
}

#[test]
fn the_latest_line_wins_wherever_it_stands() {
    let first = entry("a", "2026-01-01T00:00:00Z", note("old"));
    let change = Fields { change: Some("more blur".into()), ..Fields::default() };
    let second = entry("a", "2026-01-02T00:00:00Z", Fields { spent: Some(2.0), ..change });
    let third = entry("a", "2026-01-03T00:00:00Z", note("new"));
    let journal = Journal::of([third, first, second]);
    let [only] = journal.experiments.as_slice() else { panic!("{journal:?}") };
    assert_eq!(only.fields.note.as_deref(), Some("new"));
    assert_eq!(only.fields.change.as_deref(), Some("more blur"));
    assert_eq!(only.fields.spent, Some(2.0));
    assert_eq!(only.started.to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(only.touched.to_string(), "2026-01-03T00:00:00Z");
}

#[test]
fn a_cost_can_be_taken_back() {
    let cost = |days, at: &str| {
        let at = at.parse().unwrap();
        Line::Cost(CostLine { cost: "tag:blurry".into(), days, at, who: String::new() })
    };
    let set = [cost(Some(1.0), "2026-01-01T00:00:00Z"), cost(Some(2.0), "2026-01-02T00:00:00Z")];
    assert_eq!(Journal::of(set.clone()).costs.get("tag:blurry"), Some(&2.0));
    let taken = Journal::of(set.into_iter().chain([cost(None, "2026-01-03T00:00:00Z")]));
    assert!(taken.costs.is_empty());
}

#[test]
fn an_experiment_is_found_by_a_part_of_its_id_that_only_it_has() {
    let ids = ["2026-01-01-aaa", "2026-01-01-bbb", "2026-01-02-ccc"];
    let journal = Journal::of(ids.map(|id| entry(id, "2026-01-01T00:00:00Z", note(""))));
    let found = |part| journal.find(part).map(|e| e.id.as_str());
    assert_eq!(found("bbb"), Ok(ids[1]));
    assert_eq!(found("2026-01-02"), Ok(ids[2]));
    assert_eq!((found("2026-01-01"), found("ddd"), found("")), (Err(2), Err(0), Err(0)));
}

#[test]
fn a_line_can_be_written_by_hand_and_have_fields_of_later_versions() {
    let text = r#"{"id":"x","at":"2026-01-31","reviewers":["bo"],"note":"by hand"}"#;
    let line = Line::parse(text).unwrap();
    assert_eq!(line.at().to_string(), "2026-01-31T00:00:00Z");
    let Line::Experiment(entry) = line else { panic!() };
    assert_eq!(entry.fields.note.as_deref(), Some("by hand"));
}

#[test]
fn what_makes_no_sense_is_refused_in_a_sentence() {
    for (text, said) in [
        ("{\"id\":", "at character 6"),
        ("[]", "invalid type"),
        (r#"{"id":"x"}"#, "missing field `at`"),
        (r#"{"at":"2026-01-31"}"#, "missing field `id`"),
        (r#"{"id":" ","at":"2026-01-31"}"#, "the id is empty"),
        (r#"{"id":"x","at":"last week"}"#, "is no time such as"),
        (r#"{"id":"x","at":"2026-01-31","time_box":-1}"#, "time_box is -1"),
        (r#"{"id":"x","at":"2026-01-31","spent":1e300}"#, "spent is 1"),
        (r#"{"id":"x","at":"2026-01-31","outcome":"great"}"#, "unknown variant"),
        (r#"{"id":"x","at":"2026-01-31","expected":{"gain":2.5}}"#, "which is no gain"),
        (r#"{"id":"x","at":"2026-01-31","expected":{"gain":0.1,"low":0.2}}"#, "which is no gain"),
        (r#"{"cost":"tag:x","at":"2026-01-31","days":0}"#, "days is 0"),
        (r#"{"cost":" ","at":"2026-01-31","days":1}"#, "the cost is of nothing"),
    ] {
        let error = Line::parse(text).unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
    let counts = r#""examples":9,"fixed":5,"broken":5,"still_wrong":0,"changed":10"#;
    let text = format!(r#"{{"id":"x","at":"2026-01-31","measured":{{{counts}}}}}"#);
    assert!(Line::parse(&text).unwrap_err().contains("don't fit together"));
}

fn texts() -> impl Strategy<Value = Option<String>> {
    prop::option::of(any::<String>())
}

fn days() -> impl Strategy<Value = Option<f64>> {
    prop::option::of((1..2000_u16).prop_map(|n| f64::from(n) / 100.0))
}

fn measured() -> impl Strategy<Value = Measured> {
    (0..99_usize, 0..99_usize, 0..99_usize, 0..99_usize).prop_map(
        |(fixed, broken, still_wrong, n)| {
            let examples = fixed + broken + still_wrong + n;
            Measured { examples, fixed, broken, still_wrong, changed: fixed + broken }
        },
    )
}

fn fields() -> impl Strategy<Value = Fields> {
    let gain = (0..100_u8, 0..100_u8).prop_map(|(gain, more)| ExpectedGain {
        gain: f64::from(gain) / 1000.0,
        low: None,
        high: Some(f64::from(gain + more) / 1000.0),
    });
    let words = (texts(), texts(), texts(), texts(), texts());
    let targets = prop::option::of(prop::collection::vec(any::<String>(), 0..3));
    let outcome = prop::option::of(prop::sample::select(Outcome::ALL.as_slice()));
    let rest = (days(), days(), prop::option::of(gain), prop::option::of(measured()));
    (words, targets, outcome, rest, any::<Option<bool>>()).prop_map(
        |((hypothesis, change, before, after, note), targets, outcome, rest, finished)| {
            let (time_box, spent, expected, measured) = rest;
            Fields {
                hypothesis,
                change,
                targets,
                expected,
                before,
                after,
                measured,
                outcome,
                time_box,
                spent,
                note,
                finished,
            }
        },
    )
}

fn line() -> impl Strategy<Value = Line> {
    let at = (0..5_i64).prop_map(|n| Timestamp::from_millisecond(1_700_000_000_000 + n).unwrap());
    let entry =
        ("[a-c]", at.clone(), any::<String>(), fields()).prop_map(|(id, at, who, fields)| {
            Line::Experiment(Box::new(Entry { id, at, who, fields }))
        });
    let cost = ("[a-c]", at, any::<String>(), days())
        .prop_map(|(cost, at, who, days)| Line::Cost(CostLine { cost, days, at, who }));
    prop_oneof![3 => entry, 1 => cost]
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back_and_is_one_line(line in line()) {
        let text = line.to_string();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(Line::parse(&text).unwrap(), line);
    }

    #[test]
    fn two_peoples_lines_merge_in_any_order_and_twice(
        mut lines in prop::collection::vec(line(), 0..12), seed in any::<u64>(),
    ) {
        use rand::{SeedableRng, seq::SliceRandom};
        let there = Journal::of(lines.clone());
        lines.extend(lines.clone());
        lines.shuffle(&mut rand_pcg::Pcg64Mcg::seed_from_u64(seed));
        prop_assert_eq!(Journal::of(lines), there);
    }

    #[test]
    fn any_text_is_a_line_or_an_error(text in any::<String>()) {
        let _ = Line::parse(&text);
    }
}
