//! `gaffe log` and `gaffe next`: the journal of experiments, and what is ranked by it.

use crate::support::project::{Folder, gaffe_in};
use serde_json::Value;
use std::fs;

const LOG: &str = "gaffe-log.jsonl";

/// The small project with a second run that gets one more right: d and e stay wrong, f is fixed.
fn two_runs() -> Folder {
    let folder = Folder::small();
    let mut config = fs::read_to_string(folder.root().join("gaffe.toml")).unwrap();
    config.push_str("[runs.v2]\ndev = \"v2.npy\"\n");
    folder.write("gaffe.toml", config);
    let mut probs = crate::support::project::PROBS;
    probs[5] = [0.7, 0.15, 0.15];
    folder.npy("v2.npy", &probs);
    folder
}

fn log(folder: &Folder, args: &[&str]) -> crate::support::project::Outcome {
    gaffe_in(folder.root(), &[&["log"], args].concat())
}

fn list(folder: &Folder) -> Vec<Value> {
    log(folder, &["--json"]).json()["experiments"].as_array().unwrap().clone()
}

#[test]
fn an_experiment_is_started_finished_and_measured_from_its_runs() {
    let folder = two_runs();
    let told = ["--about", "blurry", "--hypothesis", "no blur in train", "--expect", "6:4-8"];
    let started = log(&folder, &[["start"].as_slice(), &told, &["--time-box", "2"]].concat());
    let id = started.ok().trim().to_owned();
    assert!(id.len() == 17 && id.starts_with("20"), "{id}");
    let running = list(&folder);
    assert_eq!((&running[0]["result"], &running[0]["before"]), (&"runs".into(), &"v1".into()));
    let done = log(&folder, &["finish", "--run", "v2", "--spent", "1.5", "--json"]).json();
    let measured = &done["measured"];
    assert_eq!((&measured["examples"], &measured["fixed"]), (&6.into(), &1.into()));
    assert_eq!((&measured["broken"], &measured["still_wrong"]), (&0.into(), &2.into()));
    let compared = gaffe_in(folder.root(), &["compare", "v1", "v2", "--json"]).json();
    assert_eq!(done["effect"]["difference"], compared["difference"]);
    assert_eq!(done["effect"]["p_value"], compared["p_value"]);
    assert_eq!(done["result"], "undecided", "six examples show nothing");
    assert_eq!(done["expected"], serde_json::json!({"gain": 0.06, "low": 0.04, "high": 0.08}));
    let overruled = log(&folder, &["amend", &id[11..], "--outcome", "worked", "--json"]).json();
    assert_eq!(
        (&overruled["result"], &overruled["effect"]["proposed"]),
        (&"worked".into(), &"undecided".into())
    );
    assert_eq!(overruled["targets"][0], "tag:blurry");
    let shown = log(&folder, &["show", &id]);
    for part in [
        "worked, as a person says",
        "v1 → v2",
        "no blur in train",
        "1.5/2",
        "expected   error 6.0 points lower (4.0–8.0)",
    ] {
        assert!(shown.ok().contains(part), "{part}: {}", shown.ok());
    }
    assert!(log(&folder, &[]).ok().contains("1 experiment"));
    let row = &log(&folder, &["--csv"]).csv()[0];
    assert_eq!((row["targets"].as_str(), row["outcome"].as_str()), ("tag:blurry", "worked"));
    assert_eq!(fs::read_to_string(folder.root().join(LOG)).unwrap().lines().count(), 3);
}

#[test]
fn a_measured_effect_cannot_be_typed_and_follows_the_runs() {
    let folder = two_runs();
    log(&folder, &["start", "--change", "x"]).ok();
    let id = list(&folder)[0]["id"].as_str().unwrap().to_owned();
    log(&folder, &["finish", "--run", "v2"]).ok();
    let same = log(&folder, &["amend", &id, "--run", "v1"]);
    assert!(same.refused().contains("are both \"v1\""), "{same:?}");
    assert_eq!(list(&folder)[0]["measured"]["fixed"], 1, "nothing was changed");
    let turned = log(&folder, &["amend", &id, "--before", "v2", "--run", "v1", "--json"]).json();
    assert_eq!(
        (&turned["measured"]["fixed"], &turned["measured"]["broken"]),
        (&0.into(), &1.into())
    );
}

#[test]
fn an_experiment_that_is_given_up_is_finished_without_a_run() {
    let folder = two_runs();
    log(&folder, &["start", "--change", "x"]).ok();
    let ended = log(&folder, &["finish", "--note", "no data to be had"]);
    assert!(
        ended.ok().contains("not measured") && ended.err.contains("without a run"),
        "{ended:?}"
    );
    assert!(log(&folder, &["finish"]).refused().contains("no experiment runs"));
}

#[test]
fn what_cannot_be_done_says_what_can() {
    let folder = two_runs();
    for (args, said) in [
        (vec!["start"], "say what is tried"),
        (vec!["start", "--change", "x", "--run", "v2"], "has no run yet"),
        (vec!["start", "--change", "x", "--before", "v9"], "there is: v1, v2"),
        (vec!["start", "--change", "x", "--time-box=-1"], "time_box is -1"),
        (vec!["show", "abc"], "no experiment has the id \"abc\""),
        (vec!["amend", "abc", "--note", "x"], "no experiment has the id"),
    ] {
        let failed = log(&folder, &args);
        assert!(failed.refused().contains(said), "{args:?}: {failed:?}");
    }
    assert!(!folder.root().join(LOG).exists(), "nothing was written");
    for change in ["x", "y"] {
        log(&folder, &["start", "--change", change]).ok();
    }
    assert!(log(&folder, &["finish", "--run", "v2"]).refused().contains("2 experiments run"));
    let ids = list(&folder);
    let day = &ids[0]["id"].as_str().unwrap()[..10];
    assert!(log(&folder, &["show", day]).refused().contains("2 experiments have"));
    assert!(
        log(&folder, &["amend", ids[0]["id"].as_str().unwrap()])
            .refused()
            .contains("nothing to change")
    );
    assert_eq!(log(&folder, &["start", "--change", "x", "--expect", "a"]).code, 2);
}

#[test]
fn bad_lines_are_told_by_line_and_the_others_used() {
    let folder = two_runs();
    let good = r#"{"id":"2026-01-31-abc123","at":"2026-01-31","who":"bo","note":"good"}"#;
    folder.write(LOG, format!("{good}\n<<<<<<< HEAD\nnot json\n{{\"id\":\"x\"}}\n"));
    let listed = log(&folder, &["--json"]);
    assert_eq!(listed.json()["experiments"][0]["note"], "good");
    for (line, said) in [(2, "merge conflict"), (3, "expected"), (4, "missing field `at`")] {
        let at = format!("gaffe-log.jsonl:{line}: ");
        assert!(listed.err.contains(&at) && listed.err.contains(said), "{}", listed.err);
    }
    log(&folder, &["amend", "abc123", "--note", "better"]).ok();
    let text = fs::read_to_string(folder.root().join(LOG)).unwrap();
    assert!(text.contains("<<<<<<< HEAD\nnot json\n"), "{text}");
    let next = gaffe_in(folder.root(), &["next"]);
    assert!(next.ok().contains("gaffe-log.jsonl:2: a mark of a merge conflict"), "{next:?}");
}

#[test]
fn the_ranks_know_costs_and_what_was_tried() {
    let folder = Folder::sample();
    let next = |args: &[&str]| gaffe_in(folder.root(), &[&["next"], args].concat());
    let first = next(&["--json"]).json();
    assert_eq!(first["interventions"][0]["key"], "slice:capture=blurry");
    let costs = ["--cost", "slice:capture=blurry=10", "--cost", "variance:regularise=0.5"];
    let ranked = next(&[costs.as_slice(), &["--json"]].concat()).json();
    assert_eq!(
        (&ranked["interventions"][0]["key"], &ranked["with_cost"]),
        (&"variance:regularise".into(), &2.into())
    );
    let again = next(&["--json"]).json();
    assert_eq!(again, ranked, "costs are kept");
    let unknown = next(&["--cost", "tag:gone=1"]);
    assert!(unknown.err.contains("no intervention has the key \"tag:gone\" now"), "{unknown:?}");
    assert!(next(&["--cost", "labels=0"]).refused().contains("days is 0"));
    gaffe_in(folder.root(), &["log", "start", "--about", "slice:capture=blurry"]).ok();
    let tried = &next(&["--json"]).json()["interventions"][1];
    assert_eq!(
        (&tried["key"], &tried["tried"][0]["finished"]),
        (&"slice:capture=blurry".into(), &false.into())
    );
    let rows = next(&["--csv"]).csv();
    assert_eq!(rows[1]["tried"], "runs");
    assert!(next(&[]).ok().contains("1 experiment runs"));
}

#[test]
fn a_goal_that_is_missed_is_a_caution_and_speaks_for_its_slice() {
    let folder = Folder::sample();
    folder.change("gaffe.toml", "[goal]\n", "[goal]\naccuracy = \">= 0.9\"\n");
    let plan = gaffe_in(folder.root(), &["next", "--json"]).json();
    let cautions: Vec<&str> =
        plan["cautions"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    let missed = "the goal is not met: error in capture=blurry <= 0.2, and it is 28.6 %";
    assert!(cautions.contains(&missed), "{cautions:?}");
    assert!(
        cautions.iter().any(|c| c.starts_with("the goal needs 5.9 points less")),
        "{cautions:?}"
    );
    let first = &plan["interventions"][0];
    assert_eq!(
        (&first["key"], &first["reaches_goal"]),
        (&"slice:capture=blurry".into(), &true.into())
    );
    assert_eq!(first["evidence"][1]["screen"], "goal");
}

#[test]
fn the_next_step_is_chosen_on_dev_with_a_project() {
    let folder = Folder::empty();
    assert!(gaffe_in(folder.root(), &["next"]).refused().contains("no project in"));
    let small = two_runs();
    let second = gaffe_in(small.root(), &["next", "--run", "v2", "--json"]).json();
    assert_eq!(second["run"], "v2");
    assert!(
        gaffe_in(small.root(), &["next", "--run", "v9"]).refused().contains("there is: v1, v2")
    );
}
