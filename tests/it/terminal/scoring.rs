//! Scoring with another model while the review goes on.

use super::figures::large::Sample;
use super::*;
use std::fmt::Write as _;

const SCORE: &str = ":score\r";

/// Asks for a scoring with v2, up to the name of the run.
fn choose(pty: &mut Pty) {
    pty.send(SCORE);
    pty.wait_for("the models", |screen| screen.has("models/v2.onnx"));
    pty.send("v2");
    pty.wait_for("one model", |screen| !screen.has("models/v1.onnx"));
    pty.send(ENTER);
    pty.wait_for("the name of the run", |screen| screen.has("score it as the run v2"));
}

/// Waits until so many per cent are told of at least.
fn at_least(pty: &mut Pty, percent: usize) -> Screen {
    pty.wait_for(&format!("{percent} % or more"), |screen| {
        let status = status(screen);
        let told =
            status.split(" % ·").next().and_then(|text| text.rsplit(' ').next()?.parse().ok());
        told.is_some_and(|told: usize| told >= percent)
    })
}

/// The sample over and over, with its models: long enough to be stopped on the way.
fn long() -> Folder {
    let (folder, sample) = (Folder::empty(), Folder::sample());
    Sample::read().unwrap().repeat(folder.root(), 10_000).unwrap();
    let (mut config, own) = (folder.read("gaffe.toml"), sample.read("gaffe.toml"));
    write!(config, "{}", &own[own.find("[preprocess]").unwrap()..]).unwrap();
    folder.write("gaffe.toml", config);
    for model in ["models/v1.onnx", "models/v2.onnx"] {
        folder.write(model, fs::read(sample.file(model)).unwrap());
    }
    folder
}

fn runs(folder: &Folder) -> Vec<String> {
    let runs = json(folder, &["runs"]);
    let dev = runs.as_array().unwrap().iter().filter(|run| run["split"] == "dev");
    dev.map(|run| run["run"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_run_is_made_while_decisions_go_on() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = id(&shown(&mut pty, 1));
    choose(&mut pty);
    pty.send(ENTER);
    // The key does not wait for the scoring: that has just begun.
    pty.wait_for("the scoring begins", |screen| status(screen).contains("v2 ·"));
    pty.send(ENTER);
    shown(&mut pty, 2);
    let screen = pty.wait_for("the end", |screen| status(screen).contains("v2 scored"));
    assert!(status(&screen).contains('F'), "{screen}");
    assert_eq!(runs(&folder), ["v1", "v2"]);
    pty.send("F");
    let screen = pty.wait_for("the comparison", |screen| screen.has("103") && screen.has("v2"));
    assert!(!status(&screen).contains("scored"), "it was looked at: {screen}");
    pty.send("qq");
    assert_eq!(pty.wait_exit().code, 0);
    let decided = folder.events();
    assert_eq!(decided.last().unwrap()["changes"][0]["id"], first.as_str());
    // The same bytes as the command gives.
    folder.gaffe(&["score", "--model", "models/v2.onnx", "--name", "again"]).ok();
    let bytes = |run: &str| fs::read(folder.file(&format!(".gaffe/runs/{run}/dev.npy"))).unwrap();
    assert!(bytes("v2") == bytes("again"));
}

#[test]
fn a_stopped_scoring_is_gone_on_with() {
    let folder = long();
    let mut pty = Pty::spawn(USUAL, &[], folder.root(), &[]);
    pty.wait_for("the review", is_review);
    choose(&mut pty);
    pty.send(ENTER);
    at_least(&mut pty, 2);
    pty.send(SCORE);
    pty.wait_for("the question", |screen| screen.has("stop it?"));
    pty.send(ENTER);
    told(&mut pty, "v2 was stopped at");
    let part = folder.file(".gaffe/runs/v2/dev.part.npy");
    assert!(part.is_file(), "{:?}", folder.listing().keys());
    assert_eq!(runs(&folder), ["v1"]);
    choose(&mut pty);
    pty.send(ENTER);
    // It begins where it was.
    at_least(&mut pty, 2);
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
    let last = pty.screen();
    assert!(last.has("v2 is scored in part. Go on: gaffe score --model"), "{last}");
    let go_on = folder.gaffe(&["score", "--model", "models/v2.onnx", "--name", "v2"]);
    go_on.ok();
    assert_eq!(runs(&folder), ["v1", "v2"]);
    assert!(!part.exists());
}

#[test]
fn a_recorded_scoring_is_replayed_without_making_a_run() {
    let folder = Folder::sample();
    let args = ["review", "--record", "../session.jsonl"];
    let mut pty = Pty::spawn(USUAL, &args, folder.root(), &[]);
    shown(&mut pty, 1);
    choose(&mut pty);
    pty.send(ENTER);
    pty.wait_for("the end", |screen| status(screen).contains("v2 scored"));
    // Again it is asked for a model, as nothing goes on any more.
    pty.send(SCORE);
    pty.wait_for("the models", |screen| screen.has("v2  0.4 MB"));
    pty.send(ESC);
    pty.wait_for("the review", is_review);
    decide(&mut pty, 1, ENTER);
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
    let fresh = Folder::sample();
    fresh.write("../session.jsonl", folder.read("../session.jsonl"));
    let report = fresh.gaffe(&["replay", "../session.jsonl", "--json"]).json();
    assert_eq!((&report["decisions"], &report["stopped"]), (&1.into(), &Value::Null));
    assert_eq!(runs(&fresh), ["v1"]);
}

#[test]
fn what_is_no_model_is_told() {
    let folder = Folder::sample();
    folder.write("models/text.onnx", "no model");
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    for (typed, run) in [("text.onnx", "text"), ("none/such.onnx", "such")] {
        pty.send(SCORE);
        pty.wait_for("the models", |screen| screen.has("models/v2.onnx"));
        pty.send(typed);
        pty.wait_for("what was typed", |screen| screen.has(typed) && !screen.has("models/v2.onnx"));
        pty.send(ENTER);
        pty.wait_for("the name of the run", |screen| screen.has("score it as the run"));
        pty.send(ENTER);
        told(&mut pty, &format!("{run} not scored"));
        pty.send(SCORE);
        pty.wait_for("why", |screen| screen.has("was not scored") && screen.has(".onnx"));
        pty.send(ESC);
        pty.wait_for("the review", is_review);
    }
    assert!(!folder.file(".gaffe/runs").exists(), "nothing half-written");
}
