//! The blind slice, re-tests, haste.

use super::super::tests::{app, id, press, said};
use super::super::{Message, Pick, PickKind};
use super::*;
use crate::analysis::pace::Timed;
use crate::dataset::{Action, ClassNames, Examples, Ledger, Matrix, Media, Run, Split, TextColumn};
use crate::project::Desk;
use crate::tui::keymap::Keymap;
use crate::tui::screens::{hints::footer, tag_bar};
use ratatui::layout::Rect;
use std::sync::Arc;

fn blind_app() -> App {
    let mut app = app();
    app.set_guards(Guards { blind: 1.0, ..Guards::default() });
    app.watch.known.clear();
    app
}

#[test]
fn blind_one_says_what_one_sees_and_is_told_the_prediction_afterwards() {
    for (keys, decided, told) in [
        ("\n", "model wrong", "b: model wrong · predicted cat"),
        ("1", "label wrong → cat", "b: label wrong → cat · predicted cat"),
        ("3", "neither → fox", "b: neither → fox · predicted cat"),
        ("\tfox\n", "neither → fox", "b: neither → fox · predicted cat"),
        ("-", "neither", "b: neither · predicted cat"),
        (",", "unsure", "b: unsure · predicted cat"),
        ("b", "blurry", "b: blurry"),
        ("S", "skipped", "b: skipped"),
        (" ", "", HIDDEN),
        ("=", "", HIDDEN),
        ("}", "", "the prediction is hidden, and so is the cell"),
        ("C", "", "the prediction is hidden, and so is the cell"),
    ] {
        let mut app = blind_app();
        press(&mut app, keys);
        assert_eq!(
            (said(&app, "b").as_str(), app.status().text.as_str()),
            (decided, told),
            "{keys:?}"
        );
        if let Some(review) = app.desk.review(1) {
            assert!(review.found.as_ref().unwrap().blind, "{keys:?}");
            assert_eq!(app.hides_prediction(1), review.verdict.is_none(), "{keys:?}");
        }
    }
}

#[test]
fn what_was_seen_once_is_not_blind_any_more() {
    let mut app = blind_app();
    assert!(app.hides_prediction(1) && app.hides_prediction(3));
    press(&mut app, "-u");
    assert_eq!(id(&app), "b");
    assert!(!app.hides_prediction(1), "it was told after the decision");
    press(&mut app, "-");
    let event = app.desk.ledger().done().last().unwrap();
    assert!(!event.stamp.blind && !event.changes[0].after.found.as_ref().unwrap().blind);
    // c was on the screen, hidden; switched off, it is seen.
    app.set_guards(Guards::default());
    app.update(Message::Painted, 5000);
    app.set_guards(Guards { blind: 1.0, ..Guards::default() });
    assert!(!app.hides_prediction(2) && app.hides_prediction(3));
    app.desk.show_only(Some(vec![3]));
    assert!(!app.hides_prediction(3), "a search tells what is predicted");
}

#[test]
fn blind_the_classes_to_choose_from_are_in_their_own_order() {
    let mut app = blind_app();
    app.open_picker(PickKind::Class, vec![3]);
    let Mode::Picker(picker) = app.mode() else { panic!("no picker") };
    assert_eq!(picker.picks, [0, 1, 2].map(Pick::Class));
    app.watch.known.insert(3);
    app.open_picker(PickKind::Class, vec![3]);
    let Mode::Picker(picker) = app.mode() else { panic!("no picker") };
    assert_eq!(picker.picks, [2, 0, 1].map(Pick::Class), "most probable first");
}

#[test]
fn a_repeated_decision_that_needs_the_prediction_is_refused_blind() {
    let mut app = blind_app();
    app.watch.known.insert(1);
    press(&mut app, " .");
    assert_eq!((said(&app, "c").as_str(), app.status().text.as_str()), ("", HIDDEN));
}

#[test]
fn blind_verdicts_are_told_from_seen_ones() {
    let mut app = blind_app();
    app.watch.known.insert(2);
    press(&mut app, "\n 3");
    let found = app.desk.blind_against_seen().unwrap();
    assert_eq!((found.blind.judged, found.seen.judged), (2, 1));
    assert!((found.blind.label_right.share - 0.5).abs() < 1e-12, "b; d is a fox");
    assert!((found.seen.prediction_right.share - 1.0).abs() < 1e-12);
    press(&mut app, "uuu");
    assert_eq!(app.desk.blind_against_seen(), None);
}

/// Thirty errors of three classes, e00 to e29.
fn long_app(guards: Guards) -> App {
    let mut ids = TextColumn::default();
    for i in 0..30 {
        ids.push(&format!("e{i:02}")).unwrap();
    }
    let (gold, media) = (vec![1; 30], Media::Row);
    let examples = Examples {
        split: Split::Dev,
        ids,
        gold,
        media,
        metadata: vec![],
        origin: crate::dataset::Origin::default(),
    };
    let probs = Matrix::new([0.7, 0.2, 0.1].repeat(30), 30, 3).unwrap();
    let run = Run::new("v1", probs).unwrap();
    let classes = ClassNames::new(["cat", "dog", "fox"].map(str::to_owned).to_vec()).unwrap();
    let mut ledger = Ledger::default();
    ledger.set_up(&["blurry".to_owned()], Stamp::default(), |_| false).unwrap();
    let desk = Desk::new("pets", classes, examples, run, Order::Data, ledger, "ada".into());
    let mut app = App::new(desk, Arc::new(Keymap::standard().unwrap()), None, (80, 24));
    app.set_guards(guards);
    app.start();
    app.update(Message::Painted, 1);
    app
}

fn retesting() -> App {
    long_app(Guards { retest: 1.0, ..Guards::default() })
}

/// Decides eleven examples: then the first can be asked again.
fn eleven(app: &mut App) {
    press(app, "b");
    press(app, &"- ".repeat(6)[..11]);
}

#[test]
fn after_ten_others_an_example_is_asked_again_as_if_it_were_new() {
    let mut app = retesting();
    eleven(&mut app);
    assert_eq!((id(&app), app.retested(), app.position()), ("e00", Some(0), 11));
    assert!(app.shown_review(0).is_none() && app.desk.review(0).is_some());
    let (reviewed, times) = (app.desk.reviewed(), app.session.times.len());
    let effects = press(&mut app, "3");
    let Effect::Save { event, .. } = &effects[0] else { panic!("not saved") };
    let retest = event.retest.as_ref().unwrap();
    assert_eq!((event.action, retest.id.as_str()), (Action::Retest, "e00"));
    assert_eq!((retest.first, retest.again), (Verdict::Neither, Verdict::Neither));
    assert_eq!(app.status().text, "e00: neither → fox", "as after any decision");
    assert_eq!(
        (id(&app), app.position(), said(&app, "e00").as_str()),
        ("e11", 11, "neither, blurry")
    );
    assert_eq!((app.desk.reviewed(), app.session.times.len()), (reviewed, times + 1));
    assert_eq!(app.desk.ledger().retests().len(), 1);
}

#[test]
fn a_re_test_takes_nothing_but_an_answer_and_can_be_left() {
    for (keys, at) in [
        ("b", "e00"),
        (";", "e00"),
        ("!", "e00"),
        (".", "e00"),
        ("M", "e00"),
        ("C", "e00"),
        ("}", "e00"),
        ("→", "e11"),
        ("]", "e11"),
        ("S", "e11"),
        ("←", "e10"),
        ("#3\n", "e02"),
        ("#3\n`", "e11"),
        ("?\u{1b}", "e00"),
        ("P\u{1b}", "e00"),
        ("O", "e11"),
        ("u", "e10"),
    ] {
        let mut app = retesting();
        eleven(&mut app);
        press(&mut app, keys);
        assert_eq!(id(&app), at, "keys {keys:?}");
        assert_eq!(said(&app, "e00"), "neither, blurry", "keys {keys:?}");
        assert!(app.desk.ledger().retests().is_empty() && app.marks().is_empty(), "keys {keys:?}");
        assert_eq!(app.retested().is_some(), at == "e00", "keys {keys:?}");
    }
}

#[test]
fn neither_tags_nor_hints_tell_a_re_test_from_a_new_example() {
    let mut app = retesting();
    eleven(&mut app);
    assert_eq!(
        footer(&app, 160)[0].command,
        Command::ModelWrong,
        "not what is done after a verdict"
    );
    let tags = tag_bar::places(&app, Rect::new(0, 0, 80, 2));
    assert!(tags.iter().all(|place| !matches!(place.what, tag_bar::What::Tag(_, true))));
}

#[test]
fn what_a_page_of_the_grid_showed_is_not_blind() {
    let mut app = blind_app();
    press(&mut app, "G");
    assert!(!app.hides_prediction(1), "the tiles say what is predicted");
    press(&mut app, "\u{1b}-");
    assert!(!app.desk.ledger().done().last().unwrap().stamp.blind);
}

#[test]
fn a_choice_for_a_re_test_that_is_over_is_closed() {
    let mut app = retesting();
    eleven(&mut app);
    press(&mut app, "\t");
    assert!(matches!(app.mode(), Mode::Picker(_)));
    app.jump_to(20);
    assert!(matches!(app.mode(), Mode::Base) && app.retested().is_none());
}

#[test]
fn nothing_is_asked_again_before_ten_others_or_twice() {
    let mut app = retesting();
    press(&mut app, &"- ".repeat(5));
    assert_eq!(app.retested(), None);
    press(&mut app, "-");
    assert_eq!(app.retested(), Some(0), "the only one so far");
    press(&mut app, " ");
    for _ in 0..15 {
        press(&mut app, "-");
        if app.retested().is_some() {
            press(&mut app, " ");
        }
    }
    let mut tested: Vec<&str> =
        app.desk.ledger().retests().iter().map(|test| test.id.as_str()).collect();
    let count = tested.len();
    tested.sort_unstable();
    tested.dedup();
    assert!(count > 5 && tested.len() == count, "{tested:?}");
    press(&mut app, "P");
    let Mode::Progress(progress) = app.mode() else { panic!("no progress") };
    assert_eq!(progress.agreement.unwrap().n, count);
}

#[test]
fn a_re_test_is_as_blind_as_the_first_look() {
    let mut app = long_app(Guards { retest: 1.0, blind: 1.0, hasty: false });
    press(&mut app, &"-,".repeat(6)[..11]);
    assert_eq!(app.retested(), Some(0));
    assert!(app.hides_prediction(0));
    press(&mut app, " ");
    assert_eq!((app.status().text.as_str(), app.retested()), (HIDDEN, Some(0)));
    press(&mut app, "\n");
    assert_eq!(app.desk.ledger().retests()[0].again, Verdict::ModelWrong);
    assert!(!app.hides_prediction(0) && app.hides_prediction(11));
}

#[test]
fn haste_is_warned_of_once_in_a_while() {
    let mut app = long_app(Guards { hasty: true, ..Guards::default() });
    press(&mut app, &"- ".repeat(10));
    assert!(!app.status().text.contains("0.3 s"), "twenty have nineteen gaps");
    press(&mut app, "-");
    assert_eq!(app.status().text, "e20: neither · 20 of the last 20 in under 0.3 s");
    press(&mut app, " -");
    assert_eq!(app.status().text, "e22: neither", "not again and again");
    app.session.times.extend((0..60).map(|i| Timed { at: app.now + i, examples: 1 }));
    press(&mut app, " ");
    assert!(app.status().text.contains("of the last 20"), "{:?}", app.status());
    let mut app = long_app(Guards::default());
    press(&mut app, &"- ".repeat(12));
    assert!(!app.status().text.contains("0.3 s"), "off unless asked for");
}

#[test]
fn guards_are_switched_in_their_list() {
    let mut app = app();
    press(&mut app, ":guards\n");
    assert!(matches!(app.mode(), Mode::Guards(_)), "{:?}", app.mode());
    press(&mut app, "\n↓\n↓\n");
    let on = Guards { blind: Guards::BLIND, retest: Guards::RETEST, hasty: true };
    assert_eq!(app.guards(), on);
    press(&mut app, "↓\n");
    assert_eq!(app.guards(), Guards { hasty: false, ..on });
    press(&mut app, "\u{1b}");
    assert!(matches!(app.mode(), Mode::Base));
    app.set_guards(Guards { blind: f64::NAN, retest: 7.0, hasty: false });
    assert_eq!(app.guards(), Guards { blind: 0.0, retest: 1.0, hasty: false });
}
