//! State tables: (state, messages) → (state, effects).

use super::*;
use crate::dataset::{ClassNames, Examples, Ledger, Matrix, Media, Order, Run, Split, TextColumn};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::InputRequest;

/// Four examples of three classes; the model is wrong on the last three.
pub(super) fn app() -> App {
    app_of(Media::Row)
}

pub(super) fn app_of(media: Media) -> App {
    let mut ids = TextColumn::default();
    for id in ["a", "b", "c", "d"] {
        ids.push(id).unwrap();
    }
    let gold = vec![0, 1, 2, 1];
    let examples = Examples {
        split: Split::Dev,
        ids,
        gold,
        media,
        metadata: vec![],
        origin: crate::dataset::Origin::default(),
    };
    let probs = vec![0.8, 0.1, 0.1, 0.7, 0.2, 0.1, 0.6, 0.3, 0.1, 0.5, 0.1, 0.4];
    let run = Run::new("v1", Matrix::new(probs, 4, 3).unwrap()).unwrap();
    let names = ["cat", "dog", "fox"].map(str::to_owned).to_vec();
    let mut ledger = Ledger::default();
    ledger.set_up(&["blurry".to_owned()], crate::dataset::Stamp::default(), |_| false).unwrap();
    let classes = ClassNames::new(names).unwrap();
    let desk = Desk::new("pets", classes, examples, run, Order::Data, ledger, "ada".into());
    let keymap = Arc::new(Keymap::standard().unwrap());
    let mut app = App::new(desk, keymap, None, (80, 24));
    app.start();
    app.update(Message::Painted, 1);
    app
}

fn key(app: &App, c: char) -> Message {
    let code = match c {
        '\n' => KeyCode::Enter,
        '\u{1b}' => KeyCode::Esc,
        '→' => KeyCode::Right,
        '←' => KeyCode::Left,
        '↓' => KeyCode::Down,
        '\t' => KeyCode::Tab,
        c => KeyCode::Char(c),
    };
    match app.command_of(KeyEvent::new(code, KeyModifiers::NONE)) {
        Some(command) => Message::Command(command),
        None => Message::Edit(InputRequest::InsertChar(c)),
    }
}

/// Presses keys, each after the screen was painted and with the store answering at once.
pub(super) fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut all = Vec::new();
    for c in keys.chars() {
        let message = key(app, c);
        // A person's pace.
        let later = app.now + 200;
        let effects = app.update(message, later);
        for effect in &effects {
            answer(app, effect, later);
        }
        app.update(Message::Painted, later);
        all.extend(effects);
    }
    all
}

/// What the worker threads would say.
fn answer(app: &mut App, effect: &Effect, now: u64) {
    let message = match effect {
        Effect::Save { epoch, .. } => Message::Saved { epoch: *epoch },
        Effect::Work(work) => Message::Worked { generation: work.generation, outcome: work.run() },
        Effect::Learn(learning) => Message::Learnt(learning.run(&|_| unreachable!())),
        _ => return,
    };
    for effect in app.update(message, now) {
        answer(app, &effect, now);
    }
}

pub(super) fn id(app: &App) -> &str {
    app.desk.id(app.row().unwrap())
}

pub(super) fn said(app: &App, id: &str) -> String {
    let review = app.desk.ledger().review(Split::Dev, id);
    review.map_or_else(String::new, |review| say::review(review, app.desk.ledger()))
}

#[test]
fn each_key_decides_and_goes_on_or_stays() {
    for (keys, decided, at) in [
        ("\n", "model wrong", "c"),
        (" ", "label wrong → cat", "c"),
        ("=", "both acceptable", "c"),
        ("-", "neither", "c"),
        (",", "unsure", "c"),
        ("1", "label wrong → cat", "c"),
        ("2", "model wrong", "c"),
        ("3", "neither → fox", "c"),
        ("4", "", "b"),
        ("b", "blurry", "b"),
        ("bb", "", "b"),
        ("x", "", "b"),
        ("<", "very easy", "b"),
        ("<>", "very hard", "b"),
        ("<<", "", "b"),
        ("b\n", "model wrong, blurry", "c"),
        ("3←-", "neither → fox", "c"),
        (" ←\n", "model wrong", "c"),
        ("→", "", "c"),
    ] {
        let mut app = app();
        press(&mut app, keys);
        assert_eq!((said(&app, "b").as_str(), id(&app)), (decided, at), "keys {keys:?}");
    }
}

#[test]
fn undo_goes_back_to_the_example_and_redo_does_it_again() {
    let mut app = app();
    press(&mut app, "b\n→");
    assert_eq!(id(&app), "d");
    press(&mut app, "u");
    assert_eq!((id(&app), said(&app, "b").as_str()), ("b", "blurry"));
    press(&mut app, "u");
    assert_eq!(said(&app, "b"), "");
    press(&mut app, "UU");
    assert_eq!(said(&app, "b"), "model wrong, blurry");
    press(&mut app, "U");
    assert_eq!(app.status().text, "nothing to redo");
}

#[test]
fn a_tag_is_made_on_the_spot_and_a_known_name_means_that_tag() {
    let mut app = app();
    press(&mut app, "+dark\n");
    assert_eq!((said(&app, "b").as_str(), id(&app)), ("dark", "b"));
    press(&mut app, "d");
    assert_eq!(said(&app, "b"), "", "its letter is d");
    press(&mut app, "+ Blurry\n");
    assert_eq!(said(&app, "b"), "blurry");
    assert_eq!(app.desk.ledger().tags().len(), 2);
    press(&mut app, "+blu\n");
    assert_eq!(said(&app, "b"), "", "a part of its name is enough to take it off again");
}

#[test]
fn typing_is_no_command_and_escape_keeps_the_text() {
    let mut app = app();
    press(&mut app, ";quq b");
    assert!(matches!(app.mode(), Mode::Prompt(_)));
    press(&mut app, "\u{1b}");
    assert!(matches!(app.mode(), Mode::Base) && app.desk.review(1).is_none());
    press(&mut app, ";!\n");
    assert_eq!(app.desk.review(1).unwrap().note, "quq b!");
    press(&mut app, ";");
    let Mode::Prompt(prompt) = app.mode() else { panic!("no field") };
    assert_eq!(prompt.input.value(), "quq b!", "the note is there to be edited");
}

#[test]
fn a_class_is_chosen_by_a_part_of_its_name() {
    let mut app = app();
    press(&mut app, "\tox\n");
    assert_eq!((said(&app, "b").as_str(), id(&app)), ("neither → fox", "c"));
    press(&mut app, "\tzz\n");
    assert_eq!(app.status().text, "nothing of that name");
    assert!(matches!(app.mode(), Mode::Picker(_)), "what is typed next must not act as keys");
    press(&mut app, "\u{1b}\t");
    let Mode::Picker(picker) = app.mode() else { panic!("no picker") };
    let order = "the label and the prediction have keys of their own: last";
    assert_eq!(picker.picks, [1, 2, 0].map(Pick::Class), "{order}");
    press(&mut app, "\n");
    assert_eq!(said(&app, "c"), "neither → dog");
}

#[test]
fn a_key_that_came_before_its_example_was_painted_decides_nothing() {
    let mut app = app();
    app.update(Message::Command(Command::ModelWrong), 1);
    assert_eq!(id(&app), "c");
    let effects = app.update(Message::Command(Command::Unsure), 200);
    assert!(effects.is_empty());
    assert_eq!((id(&app), said(&app, "c").as_str()), ("c", ""));
    let text = &app.status().text;
    assert!(text.starts_with("1 key dropped: this example was not on the screen"), "{text}");
    app.update(Message::Painted, 201);
    app.update(Message::Command(Command::Unsure), 400);
    assert_eq!(said(&app, "c"), "unsure");
}

#[test]
fn a_held_key_decides_once_and_is_let_go_by_a_pause() {
    let mut app = app();
    for now in [100, 600, 633, 666, 699] {
        app.update(Message::Command(Command::ModelWrong), now);
        app.update(Message::Painted, now);
    }
    assert_eq!(id(&app), "d", "the first press, and the first repeat after the keyboard's delay");
    assert_eq!(app.status().text, "3 keys dropped: a held key decides once");
    app.update(Message::Command(Command::ModelWrong), 900);
    assert_eq!(said(&app, "d"), "model wrong");
}

#[test]
fn a_paste_is_no_key() {
    let mut app = app();
    app.update(Message::Paste("b\n\n".into()), 1);
    assert_eq!((id(&app), said(&app, "b").as_str()), ("b", ""));
    press(&mut app, ";");
    app.update(Message::Paste("two\nlines\u{1b}[2J".into()), 1);
    press(&mut app, "\n");
    assert_eq!(app.desk.review(1).unwrap().note, "two lines [2J");
}

#[test]
fn it_says_saved_only_after_the_store_has_said_so() {
    let mut app = app();
    let effects = app.update(Message::Command(Command::ModelWrong), 1);
    assert!(matches!(effects[0], Effect::Save { epoch: 0, .. }));
    assert_eq!(app.status().tone, Tone::Saving);
    assert!(app.update(Message::Command(Command::Quit), 1).is_empty(), "it waits for the store");
    let effects = app.update(Message::Saved { epoch: 0 }, 1);
    assert_eq!((app.status().tone, effects), (Tone::Saved, vec![Effect::Quit]));
}

#[test]
fn what_could_not_be_saved_is_taken_back_and_late_answers_are_void() {
    let mut app = app();
    let before = app.desk.ledger().clone();
    app.update(Message::Command(Command::ModelWrong), 1);
    app.update(Message::Painted, 1);
    app.update(Message::Command(Command::ModelWrong), 1);
    let failed = |epoch| Message::SaveFailed {
        epoch,
        reason: "disk full".into(),
        ledger: Some(Box::new(before.clone())),
    };
    app.update(failed(0), 1);
    assert_eq!((said(&app, "b").as_str(), said(&app, "c").as_str()), ("", ""));
    assert_eq!(app.status().tone, Tone::Trouble);
    assert_eq!(app.tally().reviewed, 0);
    app.update(Message::Painted, 1);
    let effects = app.update(Message::Command(Command::Unsure), 1);
    let Effect::Save { epoch, event } = &effects[0] else { panic!("not sent") };
    assert_eq!((*epoch, event.seq), (1, before.next_seq()));
    app.update(failed(0), 1);
    assert_eq!(app.status().tone, Tone::Saving, "the answer to what is void changes nothing");
    app.update(Message::Saved { epoch: 1 }, 1);
    assert_eq!(app.status().tone, Tone::Saved);
}

#[test]
fn when_the_truth_is_not_known_nothing_more_is_decided() {
    let mut app = app();
    app.update(Message::Command(Command::ModelWrong), 1);
    let reason = "gone".to_owned();
    app.update(Message::SaveFailed { epoch: 0, reason, ledger: None }, 1);
    app.update(Message::Painted, 1);
    assert!(app.update(Message::Command(Command::ModelWrong), 1).is_empty());
    assert!(app.update(Message::Command(Command::Undo), 1).is_empty());
    assert_eq!(app.update(Message::Command(Command::Quit), 1), [Effect::Quit]);
}

#[test]
fn moving_stays_in_the_list_and_is_remembered() {
    let mut app = app();
    press(&mut app, "←");
    assert_eq!(id(&app), "b");
    let effects = press(&mut app, "→→→→");
    assert_eq!(id(&app), "d");
    assert!(matches!(effects.last(), Some(Effect::Remember(cursor)) if cursor.id == "d"));
    press(&mut app, "\n");
    assert_eq!((id(&app), said(&app, "d").as_str()), ("d", "model wrong"));
    press(&mut app, "]");
    assert_eq!(id(&app), "b", "the next one that is open, from the start again");
    press(&mut app, "\n\n]");
    assert!(app.status().text.starts_with("all errors are reviewed"));
}

#[test]
fn another_order_keeps_the_example() {
    let mut app = app();
    press(&mut app, "→O");
    assert_eq!((app.desk.order(), id(&app)), (Order::Random, "c"));
    press(&mut app, "\n");
    assert_eq!(app.desk.review(2).unwrap().found.as_ref().unwrap().order, Order::Random);
}

#[test]
fn below_the_smallest_size_nothing_is_decided() {
    let mut app = app();
    app.painted.clear();
    app.update(Message::Resized(40, 10), 1);
    app.update(Message::Painted, 1);
    app.update(Message::Command(Command::ModelWrong), 1);
    assert_eq!(said(&app, "b"), "");
}

#[test]
fn a_correct_prediction_is_confirmed_or_gets_its_right_class() {
    let mut app = app();
    app.desk = app.desk.with_correct();
    app.position = 0;
    app.update(Message::Painted, 1);
    assert_eq!((id(&app), app.desk.list().len()), ("a", 1));
    // the label can't be wrong alone
    assert!(press(&mut app, " ").is_empty(), "{:?}", app.status());
    assert!(app.status().text.contains("agrees"), "{:?}", app.status());
    press(&mut app, "\n");
    assert_eq!((said(&app, "a").as_str(), app.desk.reviewed()), ("both acceptable", 1));
    press(&mut app, "3");
    assert_eq!(said(&app, "a"), "neither → fox");
    let (_, correct) = app.desk.strata();
    assert_eq!((correct.examples, correct.sampled, correct.fixed), (1, 0, 1));
    // no draw from the errors: the tally is about those alone
    let population = app.tally().population;
    assert_eq!((population.errors, population.errors_after_fixes), (3, 4));
    press(&mut app, "uu");
    assert_eq!((said(&app, "a").as_str(), app.desk.reviewed()), ("", 0));
}

#[test]
fn the_figures_follow_each_decision() {
    let mut app = app();
    let right = |app: &mut App| app.desk.figures().unwrap().scores.accuracy.unwrap().share;
    assert!((right(&mut app) - 0.25).abs() < 1e-12);
    press(&mut app, " ");
    assert!((right(&mut app) - 0.5).abs() < 1e-12);
    press(&mut app, "u");
    assert!((right(&mut app) - 0.25).abs() < 1e-12);
}

#[test]
fn the_last_whole_decision_is_repeated_here_or_on_the_next_ones() {
    let mut app = app();
    press(&mut app, "b3.");
    assert_eq!(
        (said(&app, "c").as_str(), id(&app)),
        ("model wrong, blurry", "d"),
        "fox is its label"
    );
    press(&mut app, "uu");
    assert_eq!((said(&app, "c").as_str(), said(&app, "b").as_str()), ("", "blurry"));
    press(&mut app, "U→R2\n");
    let Mode::Confirm(confirm) = app.mode() else { panic!("not asked: {:?}", app.status()) };
    assert_eq!(confirm.question, "→ fox, blurry: on 2 examples");
    press(&mut app, "\n");
    assert_eq!(said(&app, "d"), "neither → fox, blurry");
    press(&mut app, "u");
    assert_eq!((said(&app, "c").as_str(), said(&app, "d").as_str()), ("", ""), "one undo");
}

#[test]
fn marked_examples_are_decided_on_at_once_after_a_preview() {
    let mut app = app();
    press(&mut app, "\n*A");
    assert!(matches!(app.mode(), Mode::Choose));
    press(&mut app, "-");
    let Mode::Confirm(confirm) = app.mode() else { panic!("not asked") };
    assert_eq!(confirm.question, "neither: on 3 examples");
    assert_eq!(confirm.detail, "1 were decided otherwise before");
    press(&mut app, "\u{1b}");
    assert_eq!(said(&app, "c"), "", "Esc leaves it");
    press(&mut app, "A-\n");
    assert!(["b", "c", "d"].iter().all(|id| said(&app, id) == "neither"));
    assert!(app.marks().is_empty());
    assert_eq!(app.desk.review(2).unwrap().found.as_ref().unwrap().order, Order::Picked);
    press(&mut app, "u");
    assert_eq!((said(&app, "b").as_str(), said(&app, "c").as_str()), ("model wrong", ""));
    press(&mut app, "*Ab\nA");
    assert_eq!(app.status().text, "nothing is marked: M marks this one");
    press(&mut app, "*Ab\n");
    assert_eq!(said(&app, "d"), "", "a tag that all have is taken off");
}

#[test]
fn skip_unsure_and_flag_are_three_things() {
    let mut app = app();
    press(&mut app, "S,!");
    assert_eq!((said(&app, "b").as_str(), said(&app, "c").as_str()), ("skipped", "unsure"));
    assert_eq!((said(&app, "d").as_str(), app.desk.reviewed()), ("flagged", 1));
    press(&mut app, "←←\n");
    assert_eq!(said(&app, "b"), "model wrong", "a verdict ends the putting off");
}

#[test]
fn several_labels_can_be_right() {
    let mut app = app();
    press(&mut app, "&fo\t");
    assert_eq!(app.desk.review(1).unwrap().also, ["fox"]);
    press(&mut app, "\u{1b}&cat\n");
    assert_eq!(said(&app, "b"), "both acceptable, also cat, also fox", "cat is the prediction");
}

#[test]
fn any_command_is_found_by_its_name() {
    let mut app = app();
    press(&mut app, ":mode");
    let Mode::Picker(picker) = app.mode() else { panic!("no palette") };
    assert_eq!(picker.picks[0], Pick::Command(Command::ModelWrong));
    press(&mut app, "\n");
    assert_eq!(said(&app, "b"), "model wrong");
}

#[test]
fn what_is_chosen_by_name_for_marked_examples_is_confirmed_and_picked_by_hand() {
    let mut app = app();
    press(&mut app, "M→A\tfox\n");
    assert!(matches!(app.mode(), Mode::Confirm(_)), "b is marked, but c is on the screen");
    press(&mut app, "\n");
    assert_eq!((said(&app, "b").as_str(), id(&app)), ("neither → fox", "c"));
    press(&mut app, "→M←A+new kind\n");
    let found = app.desk.review(3).unwrap().found.as_ref().unwrap();
    assert_eq!((said(&app, "d").as_str(), found.order), ("new kind", Order::Picked));
}

#[test]
fn a_range_begins_at_a_mark_that_is_still_there() {
    let mut app = app();
    press(&mut app, "MA-\n→→V");
    assert_eq!(app.marks().iter().copied().collect::<Vec<_>>(), [3]);
}

#[test]
fn keys_behind_the_one_that_leaves_decide_nothing() {
    let mut app = app();
    assert_eq!(app.update(Message::Command(Command::Quit), 9), [Effect::Quit]);
    assert!(app.update(Message::Command(Command::Unsure), 999).is_empty());
    assert_eq!(app.desk().reviewed(), 0);
}

#[test]
fn a_wrong_answer_leaves_its_field_open() {
    let mut app = app();
    press(&mut app, "\nR0\n");
    assert!(matches!(app.mode(), Mode::Prompt(_)), "{:?}", app.status());
    assert_eq!(app.status().text, "\"0\" is no number of examples");
    press(&mut app, "\u{1b}#nowhere\n");
    assert!(matches!(app.mode(), Mode::Prompt(_)), "{:?}", app.status());
    press(&mut app, "\u{1b}+\n");
    assert!(matches!(app.mode(), Mode::Picker(_)), "nothing was asked for");
    assert_eq!(said(&app, "c"), "");
}

#[test]
fn a_colon_and_a_key_is_what_the_key_does() {
    let mut app = app();
    let effects = press(&mut app, ":q\n");
    assert!(effects.contains(&Effect::Quit), "{:?}", app.status());
}
