//! The list of tags: (state, keys) → (tags, decisions, what is said).

use super::super::tests::{app, id, press, said};
use super::*;
use crate::dataset::Split;
use crate::tui::app::Pick;

/// The tags with their letters: `blurry/b dark/d`.
fn tags(app: &App) -> String {
    let shown = |tag: &Tag| format!("{}/{}", tag.name, tag.key.unwrap_or('·'));
    app.desk.ledger().tags().iter().map(shown).collect::<Vec<_>>().join(" ")
}

fn question(app: &App) -> (String, String) {
    let Mode::Confirm(confirm) = app.mode() else { panic!("not asked: {:?}", app.status()) };
    (confirm.question.clone(), confirm.detail.clone())
}

/// `blurry` on b; `dark` on b and c; the example that is shown is c.
fn tagged() -> App {
    let mut app = app();
    press(&mut app, "b+dark\n→d");
    assert_eq!((tags(&app).as_str(), id(&app)), ("blurry/b dark/d", "c"));
    app
}

#[test]
fn each_change_is_one_event_and_one_undo_that_works_there_too() {
    for (keys, wanted) in [
        ("rX\n", "blurryX/b dark/d"),
        ("lz", "blurry/z dark/d"),
        ("l\n", "blurry/· dark/d"),
        ("m\n\n", "dark/d"),
        ("x\n", "dark/d"),
        ("↓x\n", "blurry/b"),
    ] {
        let mut app = tagged();
        let seq = app.desk.ledger().next_seq();
        let before = (tags(&app), said(&app, "b"));
        let effects = press(&mut app, &format!("T{keys}"));
        assert_eq!(tags(&app), wanted, "{keys:?}: {:?}", app.status());
        assert_eq!(app.desk.ledger().next_seq(), seq + 1, "{keys:?}");
        assert_eq!(effects.iter().filter(|e| matches!(e, Effect::Save { .. })).count(), 1);
        assert!(matches!(app.mode(), Mode::Tags), "the list stays open");
        press(&mut app, "u");
        assert_eq!((tags(&app), said(&app, "b")), before, "{keys:?}");
        assert!(app.status().text.starts_with("undone  tag "), "{:?}", app.status());
        assert_eq!(id(&app), "c", "the example stays");
        press(&mut app, "U");
        assert_eq!(tags(&app), wanted, "{keys:?}");
    }
}

#[test]
fn a_decision_on_an_example_is_not_undone_from_the_list() {
    let mut app = tagged();
    press(&mut app, "Tu");
    assert!(app.status().text.contains("close the list first"), "{:?}", app.status());
    assert_eq!(said(&app, "c"), "dark");
    press(&mut app, "U");
    assert_eq!(app.status().text, "nothing to redo");
}

#[test]
fn the_chosen_tag_is_put_on_the_example_that_was_seen() {
    let mut app = tagged();
    press(&mut app, "T\n");
    assert_eq!((said(&app, "c").as_str(), id(&app)), ("blurry, dark", "c"));
    assert!(matches!(app.mode(), Mode::Base), "the list is closed");
    press(&mut app, "T↓↓↓\n");
    assert_eq!(said(&app, "c"), "blurry", "the last one stays chosen");
    // what was not painted when the list was opened is not decided on
    app.painted.clear();
    app.update(super::super::Message::Command(Command::Tags), app.now);
    press(&mut app, "\n");
    assert!(app.status().text.contains("no example was on the screen"), "{:?}", app.status());
    assert_eq!(said(&app, "c"), "blurry");
}

#[test]
fn an_example_shows_a_tag_until_it_is_named_again() {
    let mut app = tagged();
    let shown_by = |app: &App| app.desk.ledger().tags()[0].example.clone().map(|e| (e.split, e.id));
    press(&mut app, "Te");
    assert_eq!(shown_by(&app), Some((Split::Dev, "c".to_owned())));
    assert_eq!(app.status().text, "tag blurry is shown by c");
    press(&mut app, "e");
    assert_eq!(shown_by(&app), None);
    press(&mut app, "dwhen edges smear\n");
    assert_eq!(app.desk.ledger().tags()[0].description, "when edges smear");
}

#[test]
fn a_letter_is_refused_by_both_names_and_another_can_be_pressed_at_once() {
    let mut app = tagged();
    press(&mut app, "Tld");
    let text = app.status().text.clone();
    assert!(text.contains("'d' is taken by dark") && text.contains("for blurry"), "{text}");
    press(&mut app, "q");
    assert!(app.status().text.contains("'q' is taken by a command"), "{:?}", app.status());
    press(&mut app, "é");
    assert!(app.status().text.contains("a to z can"), "{:?}", app.status());
    press(&mut app, "Z\u{1b}\u{1b}");
    assert_eq!(tags(&app), "blurry/z dark/d");
    press(&mut app, "z");
    assert_eq!(said(&app, "c"), "blurry, dark", "the new letter works");
    press(&mut app, "b");
    assert!(app.status().text.starts_with("no tag on b"), "the old one does not");
}

#[test]
fn a_name_that_is_taken_stays_in_the_field_and_one_that_is_near_is_asked_about() {
    let mut app = tagged();
    press(&mut app, "T↓r");
    let Mode::Prompt(prompt) = app.mode() else { panic!("no field") };
    assert_eq!(prompt.input.value(), "dark", "the old name is there to be changed");
    let rename = |app: &mut App, name: &str| {
        app.mode = Mode::Prompt(Prompt {
            kind: PromptKind::Tag(TagId(1), TagField::Name),
            row: 0,
            input: Input::new(name.to_owned()),
        });
        press(app, "\n");
    };
    rename(&mut app, " Blurry");
    assert_eq!(app.status().text, "there is a tag \"blurry\" already");
    assert!(matches!(app.mode(), Mode::Prompt(_)), "nothing that was typed is lost");
    rename(&mut app, "blur-ry");
    assert_eq!(question(&app).0, "blur-ry beside blurry?");
    press(&mut app, "\u{1b}");
    assert_eq!(tags(&app), "blurry/b dark/d");
    rename(&mut app, "blur-ry");
    press(&mut app, "\n");
    assert_eq!(tags(&app), "blurry/b blur-ry/d");
}

#[test]
fn merging_and_deleting_say_how_many_they_touch() {
    let mut app = tagged();
    press(&mut app, "T↓m");
    let Mode::Picker(picker) = app.mode() else { panic!("no choice") };
    assert_eq!(picker.picks, [Pick::Tag(TagId(0))], "itself is left out");
    press(&mut app, "\n");
    assert_eq!(question(&app).0, "merge dark into blurry: 2 examples here, 0 elsewhere");
    press(&mut app, "\u{1b}x");
    assert_eq!(question(&app).0, "delete dark: 2 examples here, 0 elsewhere");
    press(&mut app, "\u{1b}m\n\n");
    assert_eq!(app.status().text, "tag dark merged into blurry: 2 examples");
    assert_eq!((said(&app, "b").as_str(), said(&app, "c").as_str()), ("blurry", "blurry"));
    assert_eq!(app.tally().rows[0].count, 2);
    press(&mut app, "m");
    assert!(app.status().text.contains("no other tag"), "{:?}", app.status());
}

#[test]
fn a_split_moves_the_marked_examples_that_have_the_tag() {
    let mut app = tagged();
    press(&mut app, "T↓s");
    let text = &app.status().text;
    assert!(text.contains("/ tag:dark, then M or *"), "{text}");
    press(&mut app, "\u{1b}M→MT↓sdusk\n");
    assert_eq!(app.status().text, "c: dusk", "d has no tag and gets none");
    assert_eq!(tags(&app), "blurry/b dark/d dusk/s");
    assert_eq!(said(&app, "b"), "blurry, dark", "it was not marked");
    assert!(app.marks().is_empty());
    let page = app.tag_page().unwrap();
    assert_eq!(page.list.at, 2, "the new one is chosen");
}

#[test]
fn a_preset_adds_what_is_missing() {
    let mut app = tagged();
    press(&mut app, "Tp");
    let Mode::Picker(picker) = app.mode() else { panic!("no choice") };
    assert_eq!(picker.picks.len(), app.presets().len());
    press(&mut app, "pict\n");
    let (question, detail) = question(&app);
    assert!(question.starts_with("pictures: ") && question.ends_with(" new tags"), "{question}");
    assert!(detail.starts_with("new: occluded, ") && detail.ends_with("there already: blurry"));
    press(&mut app, "\n");
    let ledger = app.desk.ledger();
    assert!(ledger.tags().len() > 10);
    assert!(ledger.tags().iter().skip(2).all(|tag| !tag.description.is_empty()));
    press(&mut app, "ppict\n");
    assert!(app.status().text.ends_with("of pictures are there already"), "{:?}", app.status());
    press(&mut app, "u");
    assert_eq!(tags(&app), "blurry/b dark/d");
    assert!(app.status().text.ends_with("tags taken back"), "{:?}", app.status());
}

#[test]
fn without_tags_only_a_preset_can_be_added() {
    let mut app = app();
    press(&mut app, "Tx\n");
    assert_eq!(app.desk.ledger().tags().len(), 0);
    for keys in ["r", "l", "d", "e", "m", "s", "x", "\n", "↓"] {
        press(&mut app, keys);
        assert!(matches!(app.mode(), Mode::Tags), "{keys:?}");
    }
    press(&mut app, "pcau\n\n");
    assert_eq!(app.desk.ledger().tags().len(), 7);
}

#[test]
fn a_new_name_that_is_nearly_there_makes_no_twin_by_mistake() {
    let mut app = tagged();
    press(&mut app, "+Blur-ry");
    let Mode::Picker(picker) = app.mode() else { panic!("no choice") };
    assert_eq!(picker.picks, [Pick::SameAs(TagId(0)), Pick::NewTag]);
    press(&mut app, "\n");
    assert_eq!(said(&app, "c"), "blurry, dark");
    press(&mut app, "+Blur-ry\n");
    assert_eq!(said(&app, "c"), "blurry, dark", "it is meant to be on, not to be taken off");
    assert!(app.status().text.starts_with("that tag is on already"), "{:?}", app.status());
    press(&mut app, "+Blur-ry↓\n");
    assert_eq!(tags(&app), "blurry/b dark/d Blur-ry/l");
}

#[test]
fn an_undo_in_the_review_never_goes_to_an_example_of_another_split() {
    let mut app = tagged();
    // dev b and test b are two examples
    let stamp = crate::dataset::Stamp { split: Split::Test, ..Default::default() };
    let mut ledger = app.desk.ledger().clone();
    ledger.decide(&["b"], stamp, |_, review, _| review.flagged = true).unwrap();
    app.desk.restore(ledger);
    press(&mut app, "u");
    assert!(app.status().text.starts_with("undone (not in this list)"), "{:?}", app.status());
    assert_eq!(id(&app), "c");
}

#[test]
fn a_list_can_be_left_when_nothing_more_can_be_saved() {
    let mut app = tagged();
    press(&mut app, "T");
    app.saving.frozen = true;
    press(&mut app, "x");
    assert!(matches!(app.mode(), Mode::Tags));
    press(&mut app, "\u{1b}");
    assert_eq!(press(&mut app, "q"), [Effect::Quit]);
}
