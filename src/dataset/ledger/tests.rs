use super::*;
use crate::dataset::{Order, Verdict};
use proptest::prelude::*;

pub fn stamp() -> Stamp {
    Stamp { at: 7, who: "ada".into(), ..Stamp::default() }
}

pub fn verdict(ledger: &mut Ledger, id: &str, verdict: Verdict) -> Option<Event> {
    ledger.decide(&[id], stamp(), |_, r, _| r.verdict = Some(verdict))
}

#[test]
fn a_decision_that_changes_nothing_is_no_event() {
    let mut ledger = Ledger::default();
    assert!(verdict(&mut ledger, "a", Verdict::Unsure).is_some());
    assert!(verdict(&mut ledger, "a", Verdict::Unsure).is_none());
    assert_eq!(ledger.next_seq(), 1);
}

#[test]
fn a_batch_is_one_undo_and_a_new_decision_ends_redo() {
    let mut ledger = Ledger::default();
    ledger.decide(&["a", "b"], stamp(), |_, r, _| r.toggle_tag(TagId(3))).unwrap();
    assert_eq!(ledger.reviews(Split::Dev).count(), 2);
    ledger.undo(stamp()).unwrap();
    assert_eq!(ledger.reviews(Split::Dev).count(), 0);
    ledger.redo(stamp()).unwrap();
    assert_eq!(ledger.reviews(Split::Dev).count(), 2);
    ledger.undo(stamp()).unwrap();
    verdict(&mut ledger, "c", Verdict::Neither);
    assert!(ledger.redo(stamp()).is_none());
}

#[test]
fn a_tag_made_on_the_spot_is_undone_with_its_first_use() {
    let mut ledger = Ledger::default();
    let reserved = |c| c == 'b';
    let event = ledger.create_tag(" blurry  edge ", &["a"], stamp(), reserved).unwrap();
    assert_eq!(ledger.tags()[0].name, "blurry edge");
    assert_eq!(ledger.tags()[0].key, Some('l'));
    assert_eq!(ledger.review(Split::Dev, "a").unwrap().tags, [TagId(0)]);
    assert_eq!(event.changes.len(), 1);
    let twin = ledger.create_tag("Blurry Edge", &[], stamp(), reserved);
    assert_eq!(twin.unwrap_err(), DecideError::TagExists("blurry edge".into()));
    ledger.undo(stamp()).unwrap();
    assert!(ledger.tags().is_empty() && ledger.review(Split::Dev, "a").is_none());
    let next = ledger.create_tag("other", &[], stamp(), reserved).unwrap();
    assert_eq!(next.tags[0].after.as_ref().unwrap().id, TagId(1), "an id is never given twice");
}

#[test]
fn set_up_gives_each_tag_its_letter_and_is_not_undone() {
    let mut ledger = Ledger::default();
    let names = ["blurry".to_owned(), "bent".to_owned()];
    ledger.set_up(&names, stamp(), |_| false).unwrap();
    let keys: Vec<_> = ledger.tags().iter().map(|t| t.key).collect();
    assert_eq!(keys, [Some('b'), Some('e')]);
    assert!(ledger.undo(stamp()).is_none());
}

#[test]
fn the_first_order_in_which_an_example_was_found_is_kept() {
    let mut ledger = Ledger::default();
    verdict(&mut ledger, "a", Verdict::Unsure);
    let later = Stamp { order: Order::Confident, ..stamp() };
    ledger.decide(&["a"], later, |_, r, _| r.verdict = Some(Verdict::Neither));
    assert_eq!(
        ledger.review(Split::Dev, "a").unwrap().found.as_ref().unwrap().order,
        Order::Random
    );
}

#[derive(Debug, Clone)]
enum Step {
    Verdict(u8, Verdict),
    Toggle(u8, u16),
    Make(u8),
    Note(u8, String),
    Undo,
    Redo,
}

fn step() -> impl Strategy<Value = Step> {
    let verdicts = prop_oneof![Just(Verdict::ModelWrong), Just(Verdict::Unsure)];
    prop_oneof![
        (0..4_u8, verdicts).prop_map(|(i, v)| Step::Verdict(i, v)),
        (0..4_u8, 0..3_u16).prop_map(|(i, t)| Step::Toggle(i, t)),
        (0..4_u8).prop_map(Step::Make),
        (0..4_u8, "[a-z]{0,3}").prop_map(|(i, n)| Step::Note(i, n)),
        Just(Step::Undo),
        Just(Step::Redo),
    ]
}

fn take(ledger: &mut Ledger, step: &Step) -> Option<Event> {
    match step {
        Step::Verdict(i, v) => verdict(ledger, &i.to_string(), *v),
        Step::Toggle(i, t) => {
            ledger.decide(&[&i.to_string()], stamp(), |_, r, _| r.toggle_tag(TagId(*t)))
        }
        Step::Make(i) => ledger.create_tag(&format!("t{i}"), &["1"], stamp(), |_| false).ok(),
        Step::Note(i, n) => {
            ledger.decide(&[&i.to_string()], stamp(), |_, r, _| r.note.clone_from(n))
        }
        Step::Undo => ledger.undo(stamp()),
        Step::Redo => ledger.redo(stamp()),
    }
}

fn state(ledger: &Ledger) -> (Vec<(String, Review)>, Vec<Tag>, u64) {
    let mut reviews: Vec<_> =
        ledger.reviews(Split::Dev).map(|(i, r)| (i.to_owned(), r.clone())).collect();
    reviews.sort_by(|a, b| a.0.cmp(&b.0));
    (reviews, ledger.tags().to_vec(), ledger.next_seq())
}

proptest! {
    #[test]
    fn replaying_the_events_gives_the_same_state(steps in prop::collection::vec(step(), 0..60)) {
        let mut ledger = Ledger::default();
        let events: Vec<Event> = steps.iter().filter_map(|s| take(&mut ledger, s)).collect();
        let mut replayed = Ledger::replay(events);
        prop_assert_eq!(state(&replayed), state(&ledger));
        // the undo stacks came back too
        while let Some(undone) = ledger.undo(stamp()) {
            prop_assert_eq!(replayed.undo(stamp()), Some(undone));
        }
        prop_assert!(replayed.undo(stamp()).is_none());
        prop_assert_eq!(ledger.reviews(Split::Dev).count(), 0);
    }

    #[test]
    fn an_event_survives_json(steps in prop::collection::vec(step(), 0..30)) {
        let mut ledger = Ledger::default();
        for event in steps.iter().filter_map(|s| take(&mut ledger, s)) {
            let text = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        }
    }
}

#[test]
fn the_same_id_in_two_splits_is_two_examples() {
    let mut ledger = Ledger::default();
    verdict(&mut ledger, "1", Verdict::Unsure);
    let on_test = Stamp { split: Split::Test, ..stamp() };
    ledger.decide(&["1"], on_test, |_, r, _| r.verdict = Some(Verdict::Neither)).unwrap();
    let verdict_of = |split| ledger.review(split, "1").and_then(|r| r.verdict);
    assert_eq!(verdict_of(Split::Dev), Some(Verdict::Unsure));
    assert_eq!(verdict_of(Split::Test), Some(Verdict::Neither));
    ledger.undo(stamp()).unwrap();
    assert!(ledger.review(Split::Test, "1").is_none(), "undo knows the split of what it undoes");
    assert!(ledger.review(Split::Dev, "1").is_some());
}

#[test]
fn a_verdict_on_one_prediction_says_what_it_can_of_another() {
    let mut review = Review::default();
    assert_eq!(review.verdict_on("cat"), None);
    review.set_verdict(Verdict::ModelWrong, "cat");
    assert_eq!(review.verdict_on("dog"), Some(Verdict::ModelWrong), "the label is right");
    review.set_verdict(Verdict::BothAcceptable, "cat");
    assert_eq!(review.verdict_on("cat"), Some(Verdict::BothAcceptable));
    assert_eq!(review.verdict_on("dog"), None);
    review.set_verdict(Verdict::LabelWrong, "cat");
    review.set_relabel("cat", &stamp());
    assert_eq!(review.verdict_on("dog"), Some(Verdict::ModelWrong), "the right label is cat");
    review.set_verdict(Verdict::Neither, "dog");
    assert_eq!(review.verdict_on("cat"), Some(Verdict::LabelWrong));
}
