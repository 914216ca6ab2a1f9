//! `gaffe goal` and `gaffe cost`: exit codes, refusals, and a model that is really measured.

use crate::support::project::{Folder, Outcome};
use serde_json::Value;

/// What it said besides its exit code.
#[track_caller]
fn exits(outcome: &Outcome, code: i32) -> &str {
    assert_eq!(outcome.code, code, "{outcome:#?}");
    &outcome.err
}

/// The sample with another goal each time.
struct Goals(Folder, String);

impl Goals {
    fn new() -> Self {
        let folder = Folder::sample();
        let text = folder.read("gaffe.toml");
        Self(folder, text)
    }

    /// The folder with this goal in place of the sample's.
    fn with(&self, goal: &str) -> &Folder {
        let Self(folder, text) = self;
        let (start, end) = (text.find("[goal]").unwrap(), text.find("# what predictions").unwrap());
        folder.write("gaffe.toml", format!("{}{goal}\n{}", &text[..start], &text[end..]));
        folder
    }
}

#[test]
fn the_exit_code_says_whether_the_goal_is_met() {
    let goals = Goals::new();
    // accuracy 84.1 % (82.4–85.6)
    for (goal, args, code) in [
        ("[goal]\naccuracy = \">= 0.8\"", &["goal"][..], 0),
        ("[goal]\naccuracy = \">= 0.8\"", &["goal", "--strict"], 0),
        ("[goal]\naccuracy = \">= 0.84\"", &["goal"], 0),
        ("[goal]\naccuracy = \">= 0.84\"", &["goal", "--strict"], 1),
        ("[goal]\naccuracy = \">= 0.85\"", &["goal"], 1),
        ("[goal]\naccuracy = \"> 0.9\"", &["stats", "goal"], 1),
        ("[goal.slices]\n\"capture=blurry\" = \"<= 0.3\"", &["goal", "--run", "v1"], 0),
        ("[goal.slices]\n\"capture=blurry\" = \"<= 0.2\"", &["goal", "--run", "v1"], 1),
        ("[goal.slices]\n\"gold:Shirt brightness>99\" = \"<= 0.2\"", &["goal"], 1),
        ("[goal]\nlatency_ms = \"<= 5\"", &["goal"], 1),
        ("[goal]\nmodel_size_mb = \"<= 0.5\"", &["goal"], 0),
        ("[goal]\n", &["goal"], 0),
        ("", &["goal"], 2),
        ("[goal]\naccuracy = \">= 0.8\"", &["goal", "--run", "v9"], 2),
        ("[goal]\naccuracy = \">= 0.8\"", &["goal", "--nonsense"], 2),
        ("[goal]\naccuracy = \">= 80\"", &["goal"], 2),
    ] {
        let outcome = goals.with(goal).gaffe(args);
        let said = exits(&outcome, code);
        match code {
            0 => assert_eq!(said, "", "{goal}"),
            1 => assert!(said.contains("the goal is not met: v1: "), "{goal}: {said}"),
            _ => assert!(outcome.out.is_empty() && !said.is_empty(), "{goal}: {outcome:#?}"),
        }
    }
}

#[test]
fn json_and_csv_hold_every_threshold() {
    let goals = Goals::new();
    let folder = goals.with(
        "[goal]\noptimise = \"macro-f1\"\ntop-3 = \">= 0.99\"\n[goal.slices]\n\"capture=blurry\" = \"<= 0.15\"",
    );
    let outcome = folder.gaffe(&["goal", "--json"]);
    exits(&outcome, 1);
    let report: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((&report["optimise"], &report["best"]), (&"macro_f1".into(), &Value::Null));
    let run = &report["runs"][0];
    assert_eq!((&run["run"], &run["meets"]), (&"v1".into(), &false.into()));
    let errors = folder.gaffe(&["errors", "--filter", "capture=blurry", "--json"]).json();
    let share = errors.as_array().unwrap().len() as f64 / 500.0;
    let slice = &run["checks"][1];
    assert_eq!(
        (&slice["subject"]["slice"], &slice["state"]),
        (&"capture=blurry".into(), &"missed".into())
    );
    assert!((slice["reading"]["value"].as_f64().unwrap() - share).abs() < 1e-12);
    assert!((slice["margin"].as_f64().unwrap() - (0.15 - share)).abs() < 1e-12);
    let metrics = folder.gaffe(&["stats", "metrics", "--json"]).json();
    let macro_f1 = &metrics["averages"]["macro"]["f1"];
    assert_eq!(&run["optimised"]["value"], macro_f1);
    assert_eq!(run["optimised"]["low"], metrics["intervals"]["macro_f1"]["low"]);
    let csv = crate::support::project::records(&folder.gaffe(&["goal", "--csv"]).out);
    let names: Vec<&str> = csv.iter().map(|row| row["threshold"].as_str()).collect();
    assert_eq!(names, ["top_3", "capture=blurry"]);
    assert_eq!(csv[1]["state"], "missed");
}

#[test]
fn what_is_wrong_in_the_goal_is_named_with_its_place() {
    let goals = Goals::new();
    for (goal, words) in [
        (
            "[goal]\nacuracy = \">= 0.9\"",
            &["gaffe.toml:26: unknown key `acuracy`", "latency_ms"][..],
        ),
        ("[goal]\nlatency_ms = \">= 5\"", &["gaffe.toml:26: ", "write \"<= 5\""]),
        ("[goal]\nerror = 0.1", &["gaffe.toml:26: ", "text in quotes"]),
        ("[goal.slices]\n\"captur=blurry\" = \"<= 0.1\"", &["[goal.slices]", "captur", "capture"]),
        ("[goal.slices]\n\"gold:(\" = \"<= 0.1\"", &["[goal.slices]", "gold:("]),
    ] {
        let outcome = goals.with(goal).gaffe(&["goal"]);
        let said = exits(&outcome, 2);
        for word in words {
            assert!(said.contains(word), "no {word:?} in {said}");
        }
        assert!(said.lines().count() > 1, "no remedy: {said}");
    }
}

#[test]
fn a_model_is_measured_once_and_used_again() {
    let folder = Folder::sample();
    let said = folder.gaffe(&["goal"]);
    assert!(exits(&said, 1).contains("v1: misses 1 of 4, 1 unknown"), "{said:#?}");
    assert!(said.out.contains("gaffe goal --measure"), "{said:#?}");
    let measured = folder.gaffe(&["goal", "--measure"]);
    assert!(exits(&measured, 1).contains("v1: misses 1 of 4"), "{measured:#?}");
    let kept = folder.read(".gaffe/runs/v1/measured.json");
    let report = folder.gaffe(&["cost", "--json"]).json();
    let numbers = &report["models"][0]["measured"];
    assert_eq!(numbers, &serde_json::from_str::<Value>(&kept).unwrap());
    let ms = |of: &str, at: &str| numbers[of][at]["value"].as_f64().unwrap();
    assert!(ms("latency", "p50") > 0.0 && ms("latency", "p50") <= ms("latency", "p90"));
    assert!(ms("latency", "mean") + 1e-9 >= ms("infer", "mean"));
    assert_eq!(numbers["bytes"], 424_989);
    if cfg!(target_os = "linux") {
        let peak = numbers["memory"]["peak"].as_u64().unwrap();
        assert!((1 << 20..1 << 30).contains(&peak), "{peak}");
    }
    // 0.1 an hour for as many as are done in it
    let cost = &report["costs"][0];
    let per_ms = numbers["throughput"]["ms"]["value"].as_f64().unwrap();
    let expected = 0.1 * per_ms / 3600.0;
    assert!(
        (cost["per_1000"]["value"].as_f64().unwrap() - expected).abs() < 1e-12 * expected.max(1.0)
    );
    // nothing is measured anew
    folder.gaffe(&["cost", "--measure"]).ok();
    assert_eq!(folder.read(".gaffe/runs/v1/measured.json"), kept);
    // a run whose model is not known says so
    folder.change("gaffe.toml", "model = \"models/v1.onnx\"\n", "");
    let bare = folder.gaffe(&["cost", "--measure"]);
    assert!(
        bare.ok().contains("no model is known: name it as `model` under [runs.v1]"),
        "{bare:#?}"
    );
}

#[test]
fn prices_on_the_command_line_go_before_those_of_the_project() {
    let folder = Folder::sample();
    let report = folder
        .gaffe(&[
            "cost",
            "--json",
            "--api-per-1000",
            "3",
            "--currency",
            "EUR",
            "--peak-factor",
            "4",
        ])
        .json();
    assert_eq!((&report["api_per_1000"], &report["machine_per_hour"]), (&3.0.into(), &0.1.into()));
    assert_eq!((&report["currency"], &report["peak_factor"]), (&"EUR".into(), &4.0.into()));
    assert!(report["costs"].as_array().unwrap().is_empty());
    for wrong in [
        &["--api-per-1000=-1"][..],
        &["--machine-per-hour", "NaN"],
        &["--volume", "many"],
        &["--utilisation", "70"],
        &["--peak-factor", "0.5"],
    ] {
        let outcome = folder.gaffe(&[&["cost"], wrong].concat());
        assert!(exits(&outcome, 2).contains("such as"), "{outcome:#?}");
    }
}

#[test]
fn what_is_no_model_cant_be_measured() {
    let folder = Folder::small();
    let said = folder.gaffe(&["cost", "--measure"]);
    assert!(said.ok().contains("v1: no model is known"), "{said:#?}");
    folder.change("gaffe.toml", "[runs.v1]\n", "[runs.v1]\nmodel = \"m.onnx\"\n");
    let said = folder.gaffe(&["cost", "--measure"]);
    assert!(said.ok().contains("v1: its model is gone"), "{said:#?}");
    folder.write("m.onnx", "no model");
    let said = folder.gaffe(&["cost", "--measure"]);
    assert!(said.ok().contains("m.onnx: is no ONNX model"), "{said:#?}");
    let sample = Folder::sample();
    sample.write("models/v1.onnx", "no model");
    let said = sample.gaffe(&["cost", "--measure"]);
    assert!(said.ok().contains("v1.onnx: is no ONNX model"), "{said:#?}");
}
