//! `gaffe replay`: sessions written by hand, done on six texts, and sessions at random.

use crate::support::project::{Folder, Outcome, command};
use gaffe::dataset::{Order, Split};
use gaffe::project::Project;
use gaffe::store::Welcome;
use gaffe::tui::Places;
use gaffe::tui::app::App;
use gaffe::tui::command::{Command, TABLE};
use gaffe::tui::keymap::Keymap;
use gaffe::tui::replay::Driver;
use gaffe::tui::session::{Entry, Header, Input, on_screen};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;
use tui_input::InputRequest;

const HEADER: &str =
    r#"{"gaffe":"0.1.0","project":"pets","run":"v1","split":"dev","order":"data","size":[80,24]}"#;

/// Writes a session of these lines below the header, and replays it.
fn replay(folder: &Folder, lines: &[&str], args: &[&str]) -> Outcome {
    folder.write("../session.jsonl", [&[HEADER], lines].concat().join("\n"));
    folder.gaffe(&[&["replay", "../session.jsonl"], args].concat())
}

#[test]
fn a_session_decides_as_a_person_would() {
    let folder = Folder::small();
    let lines = [
        r#"{"command":"tag","argument":"b","at":"d"}"#,
        r#"{"command":"model-wrong","at":"d"}"#,
        r#"{"command":"unsure","at":"e"}"#,
        r#"{"command":"undo","at":"f"}"#,
        r#"{"command":"class","argument":"2","at":"e"}"#,
        r#"{"command":"note","at":"f"}"#,
        r#"{"type":"see the lacesx"}"#,
        r#"{"edit":"delete-prev-char"}"#,
        r#"{"command":"accept"}"#,
        r#"{"command":"pick-class","at":"f"}"#,
        r#"{"type":"bo"}"#,
        r#"{"command":"accept"}"#,
        r#"{"command":"quit"}"#,
    ];
    let report = replay(&folder, &lines, &["--json"]).json();
    // a key a line, but for the texts of 14 and of 2 letters
    let keys = lines.len() - 2 + 14 + 2;
    assert_eq!(
        (&report["keys"], &report["events"], &report["decisions"], &report["stopped"]),
        (&json!(keys), &json!(7), &json!(3), &json!(null))
    );
    let verdicts = json!({ "model wrong": 1, "neither": 1, "label wrong": 1 });
    assert_eq!((&report["verdicts"], &report["tags"]), (&verdicts, &json!(1)));
    assert_eq!(report["ms_until_durable"]["count"], 7);
    let shown = |id: &str| folder.gaffe(&["show", id, "--json"]).json();
    assert_eq!(shown("d")["decided"], "model wrong, blurry");
    assert_eq!(shown("e")["decided"], "neither → Ankle boot");
    assert_eq!(shown("f")["decided"], "label wrong → Ankle boot, note");
    assert_eq!(shown("f")["note"], "see the laces");
}

#[test]
fn the_key_that_asked_for_a_page_confirms_it() {
    let folder = Folder::small();
    let ask = r#"{"command":"model-wrong"}"#;
    let report = replay(&folder, &[r#"{"command":"grid"}"#, ask, ask], &["--json"]).json();
    assert_eq!((&report["stopped"], &report["decisions"]), (&json!(null), &json!(3)));
}

#[test]
fn a_dry_run_changes_nothing() {
    let folder = Folder::small();
    let first = r#"{"command":"model-wrong"}"#;
    for decided in [0, 1] {
        folder.write("../session.jsonl", "");
        let mut before = folder.listing();
        let dry = replay(&folder, &[first, first, r#"{"command":"undo"}"#], &["--dry-run"]);
        assert!(dry.ok().contains("dry run: 3 events on a copy; nothing was changed"), "{dry:#?}");
        let mut after = folder.listing();
        for listing in [&mut before, &mut after] {
            listing.retain(|path, _| !path.ends_with("session.jsonl"));
        }
        assert_eq!((before, dry.err.as_str()), (after, ""));
        let reviewed = folder.gaffe(&["tally", "--json"]).json();
        assert_eq!(reviewed["reviewed"], decided);
        if decided == 0 {
            let done = replay(&folder, &[first], &[]);
            assert!(done.ok().contains("1 events written down; `u` in the review"), "{done:#?}");
        }
    }
}

#[test]
fn a_line_that_is_wrong_is_told_by_its_number_before_anything_is_done() {
    let folder = Folder::small();
    let lines = [r#"{"command":"model-wrong"}"#, r#"{"command":"fly"}"#];
    let refused = replay(&folder, &lines, &[]);
    let told = "gaffe: ../session.jsonl: line 3: no command is called \"fly\"";
    assert!(refused.refused().starts_with(told), "{refused:#?}");
    assert!(!folder.file(".gaffe").exists(), "nothing was opened");
    folder.write("../session.jsonl", "no session");
    let refused = folder.gaffe(&["replay", "../session.jsonl"]);
    assert!(refused.refused().contains("line 1: no header of a recorded session"));
    let refused = folder.gaffe(&["replay", "../none.jsonl"]);
    assert!(refused.refused().starts_with("gaffe: ../none.jsonl: "), "{refused:#?}");
}

#[test]
fn a_line_that_cannot_be_carried_out_ends_it() {
    let decide = r#"{"command":"model-wrong","at":"d"}"#;
    let stopped = [
        (r#"{"command":"unsure","at":"f"}"#, "recorded on f, but e is on the screen"),
        (r#"{"command":"accept"}"#, "no accept in [review]"),
        (r#"{"type":"x"}"#, "there is no field to type into in [review]"),
    ];
    for (line, why) in stopped {
        let folder = Folder::small();
        let outcome = replay(&folder, &[decide, line, decide], &[]);
        let told = format!("gaffe: ../session.jsonl: line 3: {why}\n  what stands before");
        assert!(outcome.code == 1 && outcome.err.starts_with(&told), "{outcome:#?}");
        assert!(outcome.out.starts_with("pets: 1 keys, decisions on 1 examples"), "{outcome:#?}");
        assert_eq!(folder.gaffe(&["tally", "--json"]).json()["reviewed"], 1);
    }
    let folder = Folder::small();
    let outcome = replay(&folder, &[r#"{"command":"quit"}"#, decide], &[]);
    assert!(outcome.err.contains("line 3: the review was left before"), "{outcome:#?}");
}

#[test]
fn the_last_screen_is_shown_at_any_size() {
    let folder = Folder::small();
    let lines = [r#"{"size":[100,30]}"#, r#"{"command":"model-wrong"}"#];
    let last = replay(&folder, &lines, &["--dry-run", "--screen"]);
    assert!(last.ok().contains("2 of 3 errors  1 reviewed"), "{last:#?}");
    assert!(last.out.contains("saved  d: model wrong"), "{last:#?}");
    assert_eq!(last.out.split_once("\n\n pets").unwrap().1.lines().count(), 30);
    let small = replay(&folder, &[], &["--dry-run", "--screen", "--size", "40x10"]);
    assert!(small.ok().contains("gaffe needs 60×16"), "{small:#?}");
    let wrong = replay(&folder, &[], &["--size", "huge"]);
    assert_eq!(wrong.code, 2, "{wrong:#?}");
}

#[test]
fn keys_that_were_dropped_are_left_out_and_another_project_is_told() {
    let folder = Folder::small();
    folder.change("gaffe.toml", "pets", "animals");
    let lines = [r#"{"command":"model-wrong"}"#, r#"{"command":"model-wrong","dropped":true}"#];
    let outcome = replay(&folder, &lines, &["--dry-run"]);
    assert!(outcome.ok().contains("1 keys had been dropped"), "{outcome:#?}");
    assert!(outcome.out.starts_with("animals: 1 keys"), "{outcome:#?}");
    assert_eq!(outcome.err, "recorded on project \"pets\"; this one is \"animals\"\n");
}

#[test]
fn the_test_split_stays_guarded() {
    let folder = Folder::sample();
    folder.write("../session.jsonl", HEADER.replace("dev", "test").replace("data", "random"));
    let refused = folder.gaffe(&["replay", "../session.jsonl"]);
    assert!(refused.refused().contains("--unlock-test"), "{refused:#?}");
    assert!(!folder.file(".gaffe").exists());
}

/// A review of six texts that is driven, and what is done in it, as it would be recorded.
struct Recorded {
    driver: Driver,
    lines: Vec<String>,
}

impl Recorded {
    fn start(folder: &Folder) -> Self {
        let project = Project::open(folder.root()).unwrap();
        let keymap = Arc::new(Keymap::standard().unwrap());
        let writable = project.open_decisions(|letter| keymap.is_reserved(letter)).unwrap();
        let desk = project.desk(Split::Dev, "v1", Order::Random, writable.ledger).unwrap();
        let app = App::new(desk, keymap, None, (80, 24));
        let lines = vec![Header::of(&app, (80, 24)).to_json()];
        let media_root = project.media_root(Split::Dev).unwrap();
        let welcome = Welcome::from_env(|_| None);
        let data_dir = project.data_dir();
        let places = Places { project: Arc::new(project), data_dir, media_root, welcome };
        let driver = Driver::start(app, writable.store, places, (80, 24), 0).unwrap();
        Self { driver, lines }
    }

    fn press(&mut self, input: Input) {
        let ms = self.lines.len() as u64 * 100;
        self.driver.settle(ms).unwrap();
        let entry = Entry { ms, at: on_screen(self.driver.app()), dropped: false, input };
        if self.driver.press(&entry.input, ms).is_ok() {
            self.lines.extend(entry.to_json());
        }
    }
}

fn input() -> impl Strategy<Value = Input> {
    let command = (0..TABLE.len(), 0_u8..4, "[a-p]").prop_map(|(row, number, letter)| {
        let command = TABLE[row].command;
        let numbered = command.with_argument(&number.to_string());
        numbered.or(command.with_argument(&letter)).unwrap_or(command)
    });
    // Leaving would end it at once.
    let command = command.prop_filter("quit", |command| *command != Command::Quit);
    let accept = Just(Command::Accept);
    prop_oneof![
        4 => command.prop_map(Input::Command),
        1 => accept.prop_map(Input::Command),
        2 => "[a-z 1-3]".prop_map(|text: String| {
            Input::Edit(InputRequest::InsertChar(text.chars().next().unwrap()))
        }),
        1 => Just(Input::Paste("pasted".to_owned())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_done_is_done_again(inputs in prop::collection::vec(input(), 0..80)) {
        let folder = Folder::small();
        let mut recorded = Recorded::start(&folder);
        for input in inputs {
            recorded.press(input);
        }
        recorded.driver.settle(0).unwrap();
        let screen = recorded.driver.text();
        recorded.driver.finish(0);

        let fresh = Folder::small();
        fresh.write("../session.jsonl", recorded.lines.join("\n"));
        let args = ["replay", "../session.jsonl", "--json", "--screen"];
        let again = Outcome::of(command(fresh.root(), &args).env("GAFFE_USER", gaffe::project::whoami()));
        let report = again.json();
        prop_assert_eq!(folder.events(), fresh.events());
        prop_assert_eq!(report["screen"].as_str().unwrap(), screen);
    }
}
