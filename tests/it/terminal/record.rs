//! A review is recorded, and done again.

use super::*;
use crate::support::project::{Outcome, command};

fn record(folder: &Folder) -> Pty {
    Pty::spawn(USUAL, &["review", "--record", "../session.jsonl"], folder.root(), &[])
}

/// Replays what was recorded in `folder` on another copy of the sample.
fn replay(folder: &Folder, fresh: &Folder) -> Outcome {
    fresh.write("../session.jsonl", folder.read("../session.jsonl"));
    let args = ["replay", "../session.jsonl", "--json"];
    Outcome::of(command(fresh.root(), &args).env("GAFFE_USER", "tester"))
}

#[test]
fn what_was_recorded_makes_the_same_decisions_again() {
    let folder = Folder::sample();
    let mut pty = record(&folder);
    let first = shown(&mut pty, 1);
    pty.send("b");
    told(&mut pty, &format!("saved  {}: blurry", id(&first)));
    decide(&mut pty, 1, ENTER);
    let third = decide(&mut pty, 2, " ");
    decide(&mut pty, 3, &digit(third_class(&third)));
    pty.send("+");
    pty.wait_for("the choice of a tag", |screen| screen.has("type its name"));
    pty.send("torn hem\r");
    told(&mut pty, ": torn hem");
    pty.send(";");
    pty.wait_for("the note", |screen| screen.has(" note "));
    pty.paste("see the ");
    pty.send("strapx\x7f\r");
    told(&mut pty, "note");
    pty.send("\t");
    pty.wait_for("the choice of a class", |screen| screen.has("label · type"));
    pty.send("\r");
    shown(&mut pty, 5);
    pty.send("u");
    shown(&mut pty, 4);
    told(&mut pty, "saved  undone");
    pty.send("U");
    told(&mut pty, "saved  redone");
    pty.resize((100, 40));
    pty.wait_for("the larger screen", |screen| is_at(screen, 4) && screen.lines().len() == 40);
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);

    let fresh = Folder::sample();
    let report = replay(&folder, &fresh).json();
    assert_eq!((&report["decisions"], &report["stopped"]), (&4.into(), &Value::Null));
    let (recorded, replayed) = (folder.events(), fresh.events());
    assert_eq!(recorded.len(), 10, "the tags, 7 decisions, an undo, a redo");
    assert_eq!(recorded, replayed);
    // a second time it does not begin where nothing was decided, but it still can be done
    assert_eq!(replay(&folder, &fresh).json()["stopped"], Value::Null);
}

#[test]
fn a_recording_survives_a_kill_and_overwrites_nothing() {
    let folder = Folder::sample();
    let mut pty = record(&folder);
    decide(&mut pty, 1, ENTER);
    decide(&mut pty, 2, " ");
    pty.kill9();
    let lines = folder.read("../session.jsonl");
    let commands: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(commands[0]["size"], serde_json::json!([80, 24]));
    let named = |line: &Value| line["command"].as_str().map(str::to_owned);
    let named: Vec<String> = commands[1..].iter().filter_map(named).collect();
    assert_eq!(named, ["model-wrong", "label-wrong"]);
    let fresh = Folder::sample();
    assert_eq!(replay(&folder, &fresh).json()["decisions"], 2);
    assert_eq!(folder.events(), fresh.events());

    let mut pty = record(&folder);
    let exit = pty.wait_exit();
    assert!(exit.code == 1 && pty.screen().has("a recording needs a new file"), "{}", pty.screen());
    assert_eq!(folder.read("../session.jsonl"), lines);
}

#[test]
fn held_keys_are_recorded_as_dropped() {
    let folder = Folder::sample();
    let mut pty = record(&folder);
    shown(&mut pty, 1);
    pty.send("\r\r\r\r");
    told(&mut pty, "3 keys dropped");
    pty.send("q");
    pty.wait_exit();
    let fresh = Folder::sample();
    let report = replay(&folder, &fresh).json();
    assert_eq!((&report["decisions"], &report["dropped"]), (&1.into(), &3.into()));
    assert_eq!(folder.events(), fresh.events());
}

#[test]
fn the_key_that_closes_the_card_of_the_first_start_is_not_recorded() {
    let (folder, state) = (Folder::sample(), tempfile::tempdir().unwrap());
    let args = ["review", "--record", "../session.jsonl"];
    let envs = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let mut pty = Pty::spawn(USUAL, &args, folder.root(), &envs);
    pty.wait_for("the card", |screen| screen.has("any key begins"));
    pty.send("x");
    pty.wait_for("the review", is_review);
    decide(&mut pty, 1, ENTER);
    pty.send("q");
    pty.wait_exit();
    let report = replay(&folder, &Folder::sample()).json();
    assert_eq!((&report["decisions"], &report["stopped"]), (&1.into(), &Value::Null));
}
