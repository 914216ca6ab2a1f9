//! Scoring in the background: (state, keys, what is said) → (state, effects).

use super::super::tests::{app, id, press};
use super::*;
use crate::tui::app::Message;

fn choice() -> ModelChoice {
    let file = |path: &str, runs: &[&str]| ModelFile {
        path: path.to_owned(),
        runs: runs.iter().map(|&run| run.to_owned()).collect(),
        bytes: 1_500_000,
    };
    let files = vec![file("models/v2.onnx", &[]), file("models/v1.onnx", &["v1"])];
    ModelChoice { files, taken: ["v1".to_owned()].into() }
}

/// Asks for a scoring by the palette; the models are found at once.
fn ask(app: &mut App) -> Vec<Effect> {
    let mut effects = press(app, ":score\n");
    let look = |effect: &Effect| match effect {
        Effect::LookForModels(generation, Split::Dev) => Some(*generation),
        _ => None,
    };
    if let Some(generation) = effects.iter().find_map(look) {
        effects.extend(app.update(Message::Models { generation, choice: choice() }, app.now));
    }
    effects
}

fn order(effects: &[Effect]) -> ScoreOrder {
    let order = |effect: &Effect| match effect {
        Effect::Score(order) => Some(order.as_ref().clone()),
        _ => None,
    };
    effects.iter().find_map(order).expect("it is ordered")
}

/// Begins to score v2.
fn begin(app: &mut App) -> ScoreOrder {
    ask(app);
    order(&press(app, "\n\n"))
}

fn hear(app: &mut App, order: &ScoreOrder, scored: Scored, later: u64) {
    let message = Message::Scored { generation: order.generation, scored };
    assert!(app.update(message, app.now + later).is_empty(), "it moves nothing");
}

fn at(done: usize, resumed: usize) -> Scored {
    Scored::At(Scoring { done, of: 1000, resumed, failed: 0 })
}

const DONE: ScoreOutcome = ScoreOutcome { failed: 0, error: 0.1215, against: Some(0.159) };

#[test]
fn a_model_is_chosen_its_run_is_named_and_the_scoring_begins() {
    let mut app = app();
    ask(&mut app);
    let Mode::Picker(picker) = app.mode() else { panic!("{:?}", app.mode()) };
    assert_eq!(picker.picks, [Pick::Model(0), Pick::Model(1)]);
    press(&mut app, "v1\n");
    let Mode::Prompt(prompt) = app.mode() else { panic!("{:?}", app.mode()) };
    assert_eq!((prompt.kind, prompt.input.value()), (PromptKind::RunName, "v1-2"));
    let order = order(&press(&mut app, "b\n"));
    assert_eq!((order.model.as_str(), order.run.as_str()), ("models/v1.onnx", "v1-2b"));
    assert_eq!((order.split, order.against.as_str()), (Split::Dev, "v1"));
    assert!(app.mode().is_base() && !app.is_waiting());
}

#[test]
fn any_file_can_be_typed_and_a_name_that_is_taken_is_refused_in_the_field() {
    let mut app = app();
    ask(&mut app);
    press(&mut app, "x/v1.onnx");
    let Mode::Picker(picker) = app.mode() else { panic!("{:?}", app.mode()) };
    assert_eq!(picker.picks, [Pick::ModelFile]);
    press(&mut app, "\n");
    for _ in 0..2 {
        app.update(Message::Edit(tui_input::InputRequest::DeletePrevChar), app.now);
    }
    assert!(press(&mut app, "\n").is_empty() && matches!(app.mode(), Mode::Prompt(_)));
    assert!(app.status().text.contains("there is a run v1 already"), "{:?}", app.status());
    assert_eq!(order(&press(&mut app, "a\n")).model, "x/v1.onnx");
}

#[test]
fn models_that_nobody_waits_for_any_more_change_nothing_and_keys_wait_for_them() {
    let mut app = app();
    press(&mut app, ":score\n");
    assert!(app.is_waiting() && app.is_looking());
    press(&mut app, "v2.onnx\n");
    assert!(matches!(app.mode(), Mode::Picker(picker) if picker.input.value() == "v2.onnx"));
    app.update(Message::Models { generation: 0, choice: choice() }, 9);
    assert!(app.is_looking());
    press(&mut app, "\u{1b}");
    app.update(Message::Models { generation: app.generation, choice: choice() }, 9);
    assert!(!app.is_waiting() && app.mode().is_base());
}

#[test]
fn it_is_said_how_far_it_is_while_one_goes_on() {
    let mut app = app();
    let order = begin(&mut app);
    assert_eq!(app.scoring().unwrap(), "v2 · starting");
    hear(&mut app, &order, at(200, 200), 0);
    assert_eq!(app.scoring().unwrap(), "v2 20 % · starting");
    hear(&mut app, &order, at(300, 200), 2000);
    assert_eq!(app.scoring().unwrap(), "v2 30 % · 50/s · <1 min left");
    hear(&mut app, &order, at(301, 200), 98_000);
    assert_eq!(app.scoring().unwrap(), "v2 30 % · 1/s · 12 min left");
    press(&mut app, "\n");
    assert_eq!(id(&app), "c");
    assert!(app.status().text.starts_with("b: model wrong"), "{:?}", app.status());
    let other = ScoreOrder { generation: order.generation + 1, ..order };
    hear(&mut app, &other, Scored::Done(DONE), 0);
    assert!(app.scoring().unwrap().contains("30 %"), "another one's");
}

#[test]
fn the_new_run_is_told_against_the_reviewed_one_and_compared_with_it() {
    let mut app = app();
    let order = begin(&mut app);
    assert!(matches!(press(&mut app, "K")[..], [Effect::Consider(_), ..]));
    assert!(!press(&mut app, "K").iter().any(|effect| matches!(effect, Effect::Consider(_))));
    hear(&mut app, &order, Scored::Done(DONE), 0);
    let text = "v2 scored: error 12.2 % (v1 15.9 %); F compares";
    assert_eq!(app.status().text, text);
    assert!(matches!(press(&mut app, "K")[..], [Effect::Consider(_), ..]), "answers are older");
    press(&mut app, "\u{1b}→");
    assert_eq!(app.scoring().unwrap(), "v2 scored · F", "until it is looked at");
    press(&mut app, "F");
    assert_eq!(app.scoring(), None);
    let crate::insight::Ask::Compare(ask) = &app.board().unwrap().ask else { panic!() };
    assert_eq!(ask.runs, Some(("v1".to_owned(), "v2".to_owned())));
    assert_eq!(done("v2", "v1", &ScoreOutcome { failed: 3, against: None, ..DONE }), {
        "v2 scored: error 12.2 %, 3 without a prediction"
    });
}

#[test]
fn asked_for_again_it_is_stopped_after_a_question_and_can_be_begun_again() {
    let mut app = app();
    let order = begin(&mut app);
    hear(&mut app, &order, at(340, 0), 0);
    ask(&mut app);
    let Mode::Confirm(confirm) = app.mode() else { panic!("{:?}", app.mode()) };
    assert_eq!(confirm.question, "scoring v2 34 %: stop it?");
    press(&mut app, "\u{1b}");
    assert!(!order.cancelled.load(Ordering::Relaxed));
    ask(&mut app);
    press(&mut app, "\n");
    assert!(order.cancelled.load(Ordering::Relaxed));
    assert_eq!(app.scoring().unwrap(), "v2 34 % · stopping");
    ask(&mut app);
    assert!(app.mode().is_base(), "{:?}", app.mode());
    hear(&mut app, &order, Scored::Stopped, 0);
    assert_eq!(app.status().text, "v2 was stopped at 34 %; what is done is kept");
    assert_eq!((app.scoring(), app.stopped_scoring()), (None, Some(("v2", "models/v2.onnx"))));
    assert_eq!(begin(&mut app).run, "v2");
    assert_eq!(app.stopped_scoring(), None);
}

#[test]
fn why_nothing_came_of_it_can_be_read_whole() {
    let mut app = app();
    let order = begin(&mut app);
    let why = "the model agrees on 3 of 32 examples only\n  likeliest reason: BGR";
    hear(&mut app, &order, Scored::Failed(why.to_owned()), 0);
    let text = "v2: the model agrees on 3 of 32 examples only";
    assert_eq!(
        (app.status().text.as_str(), app.status().tone),
        (text, crate::tui::app::Tone::Trouble)
    );
    assert_eq!(app.scoring().unwrap(), "v2 not scored · :score");
    ask(&mut app);
    let Mode::Confirm(confirm) = app.mode() else { panic!("{:?}", app.mode()) };
    assert_eq!(confirm.detail, why.replace("\n  ", "; "));
    let effects = press(&mut app, "\n");
    assert!(matches!(effects[..], [Effect::LookForModels(..)]) && app.scoring().is_none());
}
