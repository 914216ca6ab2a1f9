//! Asking the model: (state, keys, answers) → (what is asked, what is heard).

use super::super::tests::{app, app_of, press};
use super::*;
use crate::dataset::TextColumn;
use crate::tui::app::Asking;

/// The questions among effects.
fn asked(effects: &[Effect]) -> Vec<&Asking> {
    let asking = |effect: &'_ Effect| matches!(effect, Effect::Ask(_));
    let effects = effects.iter().filter(|effect| asking(effect));
    effects
        .filter_map(|e| if let Effect::Ask(asking) = e { Some(&**asking) } else { None })
        .collect()
}

fn pictures() -> App {
    app_of(Media::Picture(column()))
}

fn column() -> TextColumn {
    let mut texts = TextColumn::default();
    for text in ["one", "two", "three", "four"] {
        texts.push(text).unwrap();
    }
    texts
}

#[expect(clippy::unnecessary_wraps, reason = "an answer may be an error")]
fn says(probs: [f32; 3]) -> Result<Box<(String, Fresh)>, String> {
    let probs = probs.to_vec();
    let fresh = Fresh { own: probs.clone(), changed: probs, cells: None, evidence: None };
    Ok(Box::new(("m.onnx".to_owned(), fresh)))
}

fn heard(app: &App) -> &Heard {
    &app.what_if().unwrap().heard
}

#[test]
fn an_answer_to_an_older_question_changes_nothing() {
    let mut app = pictures();
    let first = press(&mut app, "I");
    let second = press(&mut app, "f");
    let (first, second) = (asked(&first)[0], asked(&second)[0]);
    assert!(first.is_cancelled() && !second.is_cancelled() && app.is_waiting());
    app.update(first.answer(says([0.9, 0.1, 0.0]), true), 9);
    assert_eq!(heard(&app), &Heard::Nothing);
    app.update(second.answer(says([0.2, 0.8, 0.0]), false), 9);
    assert!(matches!(heard(&app), Heard::Fresh(fresh) if fresh.1.own[1] > 0.7) && app.is_waiting());
    app.update(second.answer(Err("no".to_owned()), true), 9);
    assert_eq!(heard(&app), &Heard::Trouble("no".to_owned()));
    assert!(!app.what_if().unwrap().is_waiting());
    app.update(second.answer(says([0.2, 0.8, 0.0]), true), 9);
    assert_eq!(heard(&app), &Heard::Trouble("no".to_owned()), "it was whole");
}

#[test]
fn each_key_asks_for_its_change_and_nothing_is_decided() {
    let mut app = pictures();
    let seq = app.desk.ledger().next_seq();
    let none = PictureChange::default();
    for (keys, wanted) in [
        ("I", none),
        ("f", PictureChange { flip: true, ..none }),
        ("f", none),
        ("rrr", PictureChange { turns: 3, ..none }),
        ("rg", PictureChange { grey: true, ..none }),
        ("gb", PictureChange { blur: true, ..none }),
        ("b++-", PictureChange { steps: 1, ..none }),
        ("-c", PictureChange { crop: true, ..none }),
        ("u", none),
    ] {
        let effects = press(&mut app, keys);
        let last = asked(&effects).into_iter().next_back().unwrap();
        assert_eq!(last.trial.variant, Variant::Picture(wanted), "{keys}");
        assert_eq!((last.trial.row, last.run.as_str(), last.trial.occlude), (1, "v1", false));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Save { .. })), "{keys}");
    }
    assert!(asked(&press(&mut app, "e"))[0].trial.occlude);
    press(&mut app, "\n =1-,x");
    assert!(app.status().text.contains("own keys"), "{:?}", app.status());
    assert_eq!(app.desk.ledger().next_seq(), seq);
}

#[test]
fn the_example_beside_is_asked_in_the_same_way_and_the_one_before_no_more() {
    let mut app = pictures();
    let before = press(&mut app, "Ief");
    let effects = press(&mut app, "→");
    let now = asked(&effects);
    assert!(asked(&before).iter().all(|asking| asking.is_cancelled()));
    assert_eq!((now[0].trial.row, now[0].trial.occlude), (2, true));
    assert_eq!(now[0].trial.variant, Variant::Picture(PictureChange::default()));
    let closed = press(&mut app, "\u{1b}");
    assert!(now[0].is_cancelled() && app.what_if().is_none() && closed.is_empty());
    assert!(matches!(app.mode(), Mode::Base));
    // At the end of the list the question stays as it is.
    press(&mut app, "→→→If");
    assert!(app.is_varied());
    assert!(asked(&press(&mut app, "→")).is_empty() && app.is_varied());
}

#[test]
fn a_text_is_asked_letter_by_letter_and_esc_takes_it_back() {
    let mut app = app_of(Media::Text(column()));
    press(&mut app, "I\n");
    assert!(matches!(app.mode(), Mode::Prompt(prompt) if prompt.input.value() == "two"));
    let texts = |effects: &[Effect]| -> Vec<Variant> {
        asked(effects).into_iter().map(|asking| asking.trial.variant.clone()).collect()
    };
    let text = |text: &str| Variant::Text(text.to_owned());
    assert_eq!(texts(&press(&mut app, "!q")), [text("two!"), text("two!q")]);
    assert_eq!(texts(&press(&mut app, "\u{1b}")), [text("two")]);
    assert!(matches!(app.mode(), Mode::WhatIf) && !app.is_varied());
    press(&mut app, "\n?\n");
    assert!(matches!(app.mode(), Mode::WhatIf) && app.is_varied());
    assert_eq!(texts(&press(&mut app, "u")), [text("two")]);
    press(&mut app, "f");
    assert!(app.status().text.contains("for pictures"), "{:?}", app.status());
}

#[test]
fn a_hidden_prediction_stays_hidden() {
    let guards = crate::tui::app::Guards { blind: 1.0, retest: 0.0, hasty: false };
    let mut app = app();
    app.set_guards(guards);
    assert!(asked(&press(&mut app, "→I")).is_empty() && app.what_if().is_none());
    assert!(app.status().text.contains("hidden"), "{:?}", app.status());
}
