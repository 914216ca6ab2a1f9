use super::*;
use crossterm::event::KeyCode;
use gaffe::tui::app::{Mode, PromptKind};
use std::fs;

const LOG: &str = "gaffe-log.jsonl";

fn log_of(folder: &Folder) -> String {
    fs::read_to_string(folder.root().join(LOG)).unwrap_or_default()
}

/// An experiment that was measured: v1 got worse than it was.
fn tried(folder: &Folder) {
    let measured = r#"{"examples":2000,"fixed":20,"broken":70,"still_wrong":240,"changed":120}"#;
    let line = format!(
        r#"{{"id":"2026-01-31-5f2a90","at":"2026-01-31T09:00:00Z","who":"ann","hypothesis":"dev is blurred, train is not","targets":["tag:blurry"],"before":"v0","after":"v1","measured":{measured},"time_box":2.0,"spent":1.5,"finished":true}}"#
    );
    folder.write(LOG, line + "\n");
}

#[test]
fn it_looks_like_this() {
    let folder = reviewed(40);
    tried(&folder);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "N");
        insta::assert_snapshot!(format!("next_{}x{}", size.0, size.1), in_two_themes(&mut stage));
        press(&mut stage, "w");
        insta::assert_snapshot!(format!("next_tried_{}x{}", size.0, size.1), stage.draw());
    }
    let small = Folder::small();
    let mut empty = stage(&small, (80, 24));
    press(&mut empty, "N");
    insta::assert_snapshot!("next_empty", empty.draw());
    press(&mut empty, "w");
    insta::assert_snapshot!("next_nothing_tried", empty.draw());
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = reviewed(40);
    tried(&folder);
    same_as_command(&folder, "N", &["next"]);
    same_as_command(&folder, "N", &["stats", "next"]);
    same_as_command(&folder, "/capture=blurry\nN", &["next", "--filter", "capture=blurry"]);
}

#[test]
fn a_cost_is_typed_kept_and_ranks_and_the_cursor_stays_with_what_it_is_of() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "N");
    let keys = |stage: &Stage| -> Vec<String> {
        let list = values(stage)["interventions"].as_array().unwrap().clone();
        list.iter().map(|i| i["key"].as_str().unwrap().to_owned()).collect()
    };
    let before = keys(&stage);
    stage.key(KeyCode::Down);
    press(&mut stage, "d");
    let asks =
        |stage: &Stage| matches!(stage.app().mode(), Mode::Prompt(p) if p.kind == PromptKind::Days);
    assert!(asks(&stage), "{}", stage.draw());
    press(&mut stage, "x\n");
    assert!(stage.draw().contains("give days"), "{}", stage.draw());
    stage.key(KeyCode::Backspace);
    press(&mut stage, "0.5\n");
    let after = keys(&stage);
    assert_eq!(after[0], before[1], "ranked by gain a day");
    assert_eq!(values(&stage)["interventions"][0]["days"], 0.5);
    assert_eq!(stage.app().board().unwrap().list.at, 0, "the cursor went with it");
    assert!(log_of(&folder).contains(&format!("\"cost\":\"{}\",\"days\":0.5", before[1])));
    same_as_command(&folder, "N", &["next"]);
    press(&mut stage, "d");
    for _ in 0..3 {
        stage.key(KeyCode::Backspace);
    }
    press(&mut stage, "none\n");
    assert_eq!(keys(&stage), before);
}

#[test]
fn an_experiment_is_started_from_an_intervention() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "Ns\n");
    assert!(stage.draw().contains("say in a sentence"), "{}", stage.draw());
    press(&mut stage, "v1 saw no blur\n2\n");
    assert!(stage.draw().contains("started"), "{}", stage.draw());
    let journal = gaffe_in(folder.root(), &["log", "--json"]).json();
    let found = &journal["experiments"][0];
    assert_eq!(found["hypothesis"], "v1 saw no blur");
    assert_eq!(found["targets"][0], values(&stage)["interventions"][0]["key"]);
    assert_eq!((&found["time_box"], &found["before"]), (&2.0.into(), &"v1".into()));
    assert_eq!(values(&stage)["interventions"][0]["tried"][0]["id"], found["id"]);
    press(&mut stage, "w");
    assert!(stage.draw().contains("v1 saw no blur"), "{}", stage.draw());
}

#[test]
fn other_screens_have_no_use_for_its_keys() {
    let mut stage = stage(&Folder::sample(), (80, 24));
    for key in ["d", "s", "w"] {
        press(&mut stage, &format!("K{key}"));
        assert!(stage.draw().contains("no meaning on this screen"), "{key}: {}", stage.draw());
    }
}

#[test]
fn a_journal_that_cannot_be_read_is_said() {
    let folder = Folder::small();
    folder.write(LOG, "<<<<<<< HEAD\n");
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "N");
    assert!(
        stage.draw().contains("gaffe-log.jsonl:1: a mark of a merge conflict"),
        "{}",
        stage.draw()
    );
}

#[test]
fn what_others_wrote_into_the_journal_is_harmless() {
    let folder = Folder::small();
    let evil = r"a\u001b[31mred\nsecond line\u0007";
    let line = format!(r#"{{"id":"x","at":"2026-01-31","who":"{evil}","hypothesis":"{evil}"}}"#);
    folder.write(LOG, line);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "Nw");
    let drawn = stage.draw();
    assert!(drawn.contains("a␛[31mred second line␇"), "{drawn}");
    assert!(!drawn.contains('\u{1b}'), "{drawn}");
    let printed = gaffe_in(folder.root(), &["log", "show", "x"]);
    assert!(!printed.ok().contains('\u{1b}'), "{printed:?}");
}
