use super::*;
use crate::dataset::{Review, Verdict};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

fn on(split: Split) -> Stamp {
    Stamp { at: 7, who: "ada".into(), split, ..Stamp::default() }
}

/// What no tag can have.
fn reserved(letter: char) -> bool {
    "qu".contains(letter)
}

/// `blurry` on dev a and b and on test a; `dark` on dev b and c.
fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.create_tag("blurry", &["a", "b"], on(Split::Dev), reserved).unwrap();
    ledger.create_tag("dark", &["b", "c"], on(Split::Dev), reserved).unwrap();
    toggle(&mut ledger, Split::Test, "a", BLURRY);
    ledger
}

const BLURRY: TagId = TagId(0);
const DARK: TagId = TagId(1);

fn toggle(ledger: &mut Ledger, split: Split, id: &str, tag: TagId) {
    ledger.decide(&[id], on(split), |_, review, _| review.toggle_tag(tag)).unwrap();
}

fn edit(ledger: &mut Ledger, tag: TagId, edit: &TagEdit) -> Result<Option<Event>, DecideError> {
    ledger.edit_tag(tag, edit, on(Split::Dev), reserved)
}

fn tags_of(ledger: &Ledger, split: Split, id: &str) -> Vec<TagId> {
    ledger.review(split, id).map_or_else(Vec::new, |review| review.tags.clone())
}

#[derive(Debug, PartialEq)]
struct State {
    reviews: Vec<(Split, String, Review)>,
    tags: Vec<Tag>,
    counts: Vec<(TagId, [usize; 3])>,
}

fn state(ledger: &Ledger) -> State {
    let mut reviews = Vec::new();
    for split in Split::ALL {
        reviews.extend(ledger.reviews(split).map(|(id, r)| (split, id.to_owned(), r.clone())));
    }
    reviews.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let count = |tag: &Tag| (tag.id, Split::ALL.map(|split| ledger.touched(tag.id, split).here));
    State {
        reviews,
        tags: ledger.tags().to_vec(),
        counts: ledger.tags().iter().map(count).collect(),
    }
}

#[test]
fn a_name_belongs_to_one_tag() {
    let mut ledger = ledger();
    let event = edit(&mut ledger, BLURRY, &TagEdit::Rename(" out of  focus ".into())).unwrap();
    assert_eq!(ledger.tag(BLURRY).unwrap().name, "out of focus");
    assert!(event.unwrap().changes.is_empty(), "the examples have the id, not the name");
    let twin = edit(&mut ledger, DARK, &TagEdit::Rename("Out Of Focus".into()));
    assert_eq!(twin.unwrap_err(), DecideError::TagExists("out of focus".into()));
    assert!(edit(&mut ledger, DARK, &TagEdit::Rename("Dark".into())).unwrap().is_some());
    assert!(edit(&mut ledger, DARK, &TagEdit::Rename("Dark ".into())).unwrap().is_none());
    assert_eq!(
        edit(&mut ledger, DARK, &TagEdit::Rename(" ".into())).unwrap_err(),
        DecideError::TagWithoutName
    );
}

#[test]
fn a_letter_belongs_to_one_tag_and_is_given_free() {
    let mut ledger = ledger();
    let letter = |ledger: &mut Ledger, tag, key| edit(ledger, tag, &TagEdit::Letter(key));
    let by = |letter, by: &str| DecideError::LetterTaken { letter, by: by.to_owned() };
    assert_eq!(letter(&mut ledger, DARK, Some('B')).unwrap_err(), by('b', "blurry"));
    assert_eq!(letter(&mut ledger, DARK, Some('q')).unwrap_err(), by('q', "a command"));
    assert_eq!(letter(&mut ledger, DARK, Some('ä')).unwrap_err(), DecideError::NoLetter('ä'));
    letter(&mut ledger, BLURRY, None).unwrap().unwrap();
    letter(&mut ledger, DARK, Some('B')).unwrap().unwrap();
    assert_eq!(ledger.tag(DARK).unwrap().key, Some('b'));
    assert_eq!(ledger.letter_for("blurry", reserved), Some('l'));
    assert_eq!(ledger.letter_for("dark", reserved), Some('d'), "given free");
}

#[test]
fn merging_and_deleting_reach_every_split_and_are_one_undo() {
    for (change, b) in [(TagEdit::Merge(DARK), vec![DARK]), (TagEdit::Delete, vec![DARK])] {
        let mut ledger = ledger();
        let before = state(&ledger);
        assert_eq!(ledger.touched(BLURRY, Split::Dev), Touched { here: 2, elsewhere: 1 });
        let event = edit(&mut ledger, BLURRY, &change).unwrap().unwrap();
        assert_eq!(event.changes.len(), 3);
        assert_eq!(event.changes[2].key(), "test/a");
        assert!(ledger.tag(BLURRY).is_none());
        assert_eq!(tags_of(&ledger, Split::Dev, "b"), b, "no tag twice");
        let alone = if matches!(change, TagEdit::Merge(_)) { vec![DARK] } else { vec![] };
        assert_eq!(tags_of(&ledger, Split::Dev, "a"), alone);
        assert_eq!(tags_of(&ledger, Split::Test, "a"), alone);
        assert_eq!(edit(&mut ledger, BLURRY, &change).unwrap_err(), DecideError::NoTag);
        ledger.undo(on(Split::Dev)).unwrap();
        assert_eq!(state(&ledger), before);
    }
}

#[test]
fn an_example_that_had_nothing_but_the_tag_is_as_if_never_decided() {
    let mut ledger = ledger();
    edit(&mut ledger, BLURRY, &TagEdit::Delete).unwrap();
    assert!(ledger.review(Split::Dev, "a").is_none());
    assert!(ledger.review(Split::Dev, "b").is_some());
}

#[test]
fn a_merge_into_nothing_or_into_itself_changes_nothing() {
    let mut ledger = ledger();
    let before = state(&ledger);
    assert!(edit(&mut ledger, BLURRY, &TagEdit::Merge(BLURRY)).unwrap().is_none());
    let gone = edit(&mut ledger, BLURRY, &TagEdit::Merge(TagId(9)));
    assert_eq!(gone.unwrap_err(), DecideError::NoTag);
    assert_eq!(state(&ledger), before);
}

#[test]
fn a_split_moves_those_that_were_named_and_have_it() {
    let mut ledger = ledger();
    let before = state(&ledger);
    let split = |ledger: &mut Ledger, name: &str| {
        ledger.split_tag(BLURRY, name, &["a", "c"], on(Split::Dev), reserved)
    };
    assert_eq!(split(&mut ledger, "dark").unwrap_err(), DecideError::TagExists("dark".into()));
    let event = split(&mut ledger, "motion").unwrap();
    assert_eq!((event.changes.len(), ledger.tags().len()), (1, 3));
    assert_eq!(tags_of(&ledger, Split::Dev, "a"), [TagId(2)]);
    assert_eq!(tags_of(&ledger, Split::Dev, "b"), [BLURRY, DARK]);
    assert_eq!(tags_of(&ledger, Split::Dev, "c"), [DARK]);
    assert_eq!(tags_of(&ledger, Split::Test, "a"), [BLURRY], "another example of that id");
    ledger.undo(on(Split::Dev)).unwrap();
    assert_eq!(state(&ledger), before);
    let gone = ledger.split_tag(TagId(9), "x", &["a"], on(Split::Dev), reserved);
    assert_eq!(gone.unwrap_err(), DecideError::NoTag);
}

#[test]
fn a_set_of_tags_brings_what_is_missing_with_descriptions_and_wished_letters() {
    let mut ledger = ledger();
    let new = |name: &str, key| NewTag { name: name.into(), description: "why ".into(), key };
    let set = [new("Blurry", None), new("noise", Some('b')), new("glare", Some('z'))];
    let event = ledger.add_tags(&set, on(Split::Dev), reserved).unwrap().unwrap();
    assert_eq!(event.tags.len(), 2);
    let made = |at: usize| {
        let tag = &ledger.tags()[at];
        (tag.name.as_str(), tag.key, tag.description.as_str())
    };
    assert_eq!(made(0), ("blurry", Some('b'), ""), "what is there stays as it is");
    assert_eq!(made(2), ("noise", Some('n'), "why"), "its wish is taken");
    assert_eq!(made(3), ("glare", Some('z'), "why"));
    assert!(ledger.add_tags(&set, on(Split::Dev), reserved).unwrap().is_none());
    ledger.undo(on(Split::Dev)).unwrap();
    assert_eq!(ledger.tags().len(), 2);
    let nameless = ledger.add_tags(&[NewTag::default()], on(Split::Dev), reserved);
    assert_eq!(nameless.unwrap_err(), DecideError::TagWithoutName);
}

#[derive(Debug, Clone)]
enum Step {
    Toggle(Split, u8, u16),
    Answer(Split, u8),
    Make(u8, u8),
    Add(Vec<u8>, Option<char>),
    Edit(u16, TagEdit),
    Divide(u16, u8, u8),
    Undo,
    Redo,
}

/// Few names, so that they meet.
fn name(n: u8) -> String {
    ["blurry", "Blurry ", "dark", "out of focus", "", "ä b", "zzz", "bd"][usize::from(n) % 8].into()
}

fn tag_edit() -> impl Strategy<Value = TagEdit> {
    let example = TagExample { split: Split::Dev, id: "1".into() };
    let letter = prop::sample::select(vec![None, Some('b'), Some('z'), Some('q'), Some('é')]);
    prop_oneof![
        (0..8_u8).prop_map(|n| TagEdit::Rename(name(n))),
        letter.prop_map(TagEdit::Letter),
        "[a-c ]{0,3}".prop_map(TagEdit::Describe),
        prop::option::of(Just(example)).prop_map(TagEdit::Example),
        (0..12_u16).prop_map(|t| TagEdit::Merge(TagId(t))),
        Just(TagEdit::Delete),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let split = || prop::sample::select(Split::ALL.to_vec());
    prop_oneof![
        3 => (split(), 0..4_u8, 0..12_u16).prop_map(|(s, i, t)| Step::Toggle(s, i, t)),
        1 => (split(), 0..4_u8).prop_map(|(s, i)| Step::Answer(s, i)),
        2 => (0..8_u8, 0..4_u8).prop_map(|(n, i)| Step::Make(n, i)),
        1 => (prop::collection::vec(0..8_u8, 0..4), prop::option::of(prop::char::range('a', 'z')))
            .prop_map(|(names, key)| Step::Add(names, key)),
        3 => (0..12_u16, tag_edit()).prop_map(|(t, edit)| Step::Edit(t, edit)),
        1 => (0..12_u16, 0..8_u8, 0..4_u8).prop_map(|(t, n, i)| Step::Divide(t, n, i)),
        2 => Just(Step::Undo),
        1 => Just(Step::Redo),
    ]
}

/// What the screens can do: only a tag that is there is toggled.
fn take(ledger: &mut Ledger, step: &Step) -> Option<Event> {
    let dev = on(Split::Dev);
    match step {
        Step::Toggle(split, i, t) => {
            let tag = ledger.tag(TagId(*t))?.id;
            ledger.decide(&[&i.to_string()], on(*split), |_, r, _| r.toggle_tag(tag))
        }
        Step::Answer(split, i) => ledger
            .decide(&[&i.to_string()], on(*split), |_, r, _| r.verdict = Some(Verdict::Unsure)),
        Step::Make(n, i) => ledger.create_tag(&name(*n), &[&i.to_string()], dev, reserved).ok(),
        Step::Add(names, key) => {
            let new = |&n: &u8| NewTag { name: name(n), description: String::new(), key: *key };
            let tags: Vec<NewTag> = names.iter().map(new).collect();
            ledger.add_tags(&tags, dev, reserved).ok().flatten()
        }
        Step::Edit(t, edit) => ledger.edit_tag(TagId(*t), edit, dev, reserved).ok().flatten(),
        Step::Divide(t, n, i) => {
            ledger.split_tag(TagId(*t), &name(*n), &[&i.to_string(), "0"], dev, reserved).ok()
        }
        Step::Undo => ledger.undo(dev),
        Step::Redo => ledger.redo(dev),
    }
}

fn assert_sound(ledger: &Ledger) {
    let tags = ledger.tags();
    let letters: Vec<char> = tags.iter().filter_map(|tag| tag.key).collect();
    assert_eq!(letters.iter().collect::<HashSet<_>>().len(), letters.len(), "{tags:?}");
    assert!(letters.iter().all(|&c| c.is_ascii_lowercase() && !reserved(c)), "{tags:?}");
    let names: HashSet<String> = tags.iter().map(|tag| tag.name.to_lowercase()).collect();
    assert_eq!(names.len(), tags.len(), "{tags:?}");
    let mut counts: HashMap<TagId, [usize; 3]> = HashMap::new();
    for split in Split::ALL {
        for (id, review) in ledger.reviews(split) {
            assert!(review.tags.is_sorted_by(|a, b| a < b), "{review:?}");
            for &tag in &review.tags {
                assert!(ledger.tag(tag).is_some(), "{split}/{id} has a tag that is gone");
                counts.entry(tag).or_default()[split as usize] += 1;
            }
        }
    }
    for tag in tags {
        let count = counts.get(&tag.id).copied().unwrap_or_default();
        assert_eq!(Split::ALL.map(|split| ledger.touched(tag.id, split).here), count);
        let elsewhere = count.iter().sum::<usize>() - count[Split::Dev as usize];
        assert_eq!(ledger.touched(tag.id, Split::Dev).elsewhere, elsewhere);
    }
}

proptest! {
    #[test]
    fn whatever_is_done_to_tags_each_step_is_one_event_and_one_undo(
        steps in prop::collection::vec(step(), 0..60)
    ) {
        let mut ledger = Ledger::default();
        let (mut events, mut given) = (Vec::new(), HashSet::new());
        for step in &steps {
            let (before, seq) = (state(&ledger), ledger.next_seq());
            let Some(event) = take(&mut ledger, step) else {
                prop_assert_eq!(state(&ledger), before, "no event, no change");
                continue;
            };
            prop_assert_eq!((event.seq, ledger.next_seq()), (seq, seq + 1));
            assert_sound(&ledger);
            let made = event.tags.iter().filter(|t| t.before.is_none());
            for tag in made.filter_map(|t| t.after.as_ref()) {
                let first = given.insert(tag.id);
                prop_assert!(first || event.action != Action::Decide, "{:?} given twice", tag.id);
            }
            if event.action == Action::Decide {
                let mut undone = ledger.clone();
                undone.undo(on(Split::Dev)).unwrap();
                prop_assert_eq!(state(&undone), before, "one undo takes it back");
                undone.redo(on(Split::Dev)).unwrap();
                prop_assert_eq!(state(&undone), state(&ledger), "and redo brings it back");
            }
            events.push(event);
        }
        let text: Vec<String> =
            events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let read = text.iter().map(|line| serde_json::from_str::<Event>(line).unwrap());
        let replayed = Ledger::replay(read);
        prop_assert_eq!(state(&replayed), state(&ledger));
        prop_assert_eq!(replayed.letter_for("b", reserved), ledger.letter_for("b", reserved));
        let next = |mut ledger: Ledger| {
            ledger.create_tag("new one", &[], on(Split::Dev), reserved).unwrap().tags.remove(0)
        };
        prop_assert_eq!(next(replayed), next(ledger), "the next id is the same");
    }
}
