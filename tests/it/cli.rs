//! The command line, run as a person or a script runs it: what it prints, where, and its exit codes.

#[path = "cli_check.rs"]
mod check;
#[path = "cli_data.rs"]
mod data;
#[path = "cli_export.rs"]
mod export;
#[path = "cli_export_forms.rs"]
mod export_forms;
#[path = "cli_filter.rs"]
mod filter;
#[path = "cli_forms.rs"]
mod forms;
#[path = "cli_goal.rs"]
mod goal;
#[path = "cli_log.rs"]
mod log;
#[path = "cli_model.rs"]
mod model;
#[path = "cli_places.rs"]
mod places;
#[path = "cli_refused.rs"]
mod refused;
#[path = "cli_replay.rs"]
mod replay;
#[path = "cli_score_ort.rs"]
mod score_ort;
#[path = "cli_score_pictures.rs"]
mod score_pictures;
#[path = "cli_score_sounds.rs"]
mod score_sounds;
#[path = "cli_score_texts.rs"]
mod score_texts;
#[path = "cli_settings.rs"]
mod settings;
#[path = "cli_stats.rs"]
mod stats;
#[path = "cli_stats_levels.rs"]
mod stats_levels;
#[path = "cli_stats_properties.rs"]
mod stats_properties;
#[path = "cli_stats_sets.rs"]
mod stats_sets;
#[path = "cli_stats_votes.rs"]
mod stats_votes;
#[path = "cli_tables.rs"]
mod tables;
#[path = "cli_tags.rs"]
mod tags;

use crate::support::project::{CLASSES, Folder, gaffe_in, sample_dir};
use gaffe::dataset::{Order, Verdict};
use ndarray::Array2;
use serde_json::Value;
use std::path::Path;

const COMMANDS: [&[&str]; 21] = [
    &["review"],
    &["keys"],
    &["replay"],
    &["init"],
    &["errors"],
    &["tally"],
    &["score"],
    &["runs"],
    &["compare"],
    &["goal"],
    &["cost"],
    &["export", "labels"],
    &["export", "tags"],
    &["show"],
    &["stats"],
    &["tags"],
    &["next"],
    &["log"],
    &["log", "start"],
    &["log", "finish"],
    &["log", "amend"],
];

/// What a run predicts, counted here and not by the program: class index by row.
fn predictions(npy: &Path) -> Vec<usize> {
    let probs: Array2<f32> = ndarray_npy::read_npy(npy).unwrap();
    let top = |row: ndarray::ArrayView1<f32>| {
        (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
    };
    probs.rows().into_iter().map(top).collect()
}

/// Gold label and `capture` of each dev example of the sample, from its table.
fn gold() -> Vec<(usize, String)> {
    let mut reader = csv::Reader::from_path(sample_dir().join("dev.csv")).unwrap();
    let row = |record: csv::StringRecord| {
        (CLASSES.iter().position(|c| *c == &record[2]).unwrap(), record[3].to_owned())
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn ids(errors: &Value) -> Vec<&str> {
    errors.as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect()
}

#[test]
fn scoring_from_outside_finds_the_project_beside_the_model() {
    let folder = Folder::sample();
    let scored = gaffe_in(folder.outer(), &["score", "--model", "project/models/v2.onnx"]);
    assert!(scored.ok().contains("v2 on dev"), "{scored:#?}");
    assert!(scored.err.contains("gaffe compare v1 v2"), "{scored:#?}");
    let expected = predictions(&folder.file(".gaffe/runs/v2/dev.npy"));
    let wrong = gold().iter().zip(&expected).filter(|((label, _), p)| label != *p).count();
    let runs = folder.gaffe(&["runs", "--json"]).json();
    let row = runs.as_array().unwrap().iter().find(|r| r["run"] == "v2").unwrap();
    assert_eq!((&row["split"], &row["errors"]), (&"dev".into(), &wrong.into()));
    // v1 came with probabilities for all three splits
    assert_eq!(runs.as_array().unwrap().iter().filter(|r| r["run"] == "v1").count(), 3);
    assert!(folder.gaffe(&["runs"]).ok().contains("16.5 %"), "human error is said");
}

#[test]
fn a_comparison_counts_what_a_second_look_at_the_arrays_counts() {
    let folder = Folder::sample();
    folder.gaffe(&["score", "--model", "models/v2.onnx"]).ok();
    let before = predictions(&sample_dir().join("runs/v1/dev.npy"));
    let after = predictions(&folder.file(".gaffe/runs/v2/dev.npy"));
    let count = |of: &str, was: bool, is: bool| {
        let rows = gold().into_iter().zip(before.iter().zip(&after));
        let same = |((label, capture), (b, a)): &((usize, String), (&usize, &usize))| {
            (of.is_empty() || of == capture) && (*b != label) == was && (*a != label) == is
        };
        rows.filter(same).count()
    };
    let check = |found: &Value, of: &str| {
        let number = |key: &str| found[key].as_u64().unwrap() as usize;
        assert_eq!(number("fixed"), count(of, true, false));
        assert_eq!(number("broken"), count(of, false, true));
        assert_eq!(number("still_wrong"), count(of, true, true));
        assert_eq!(number("errors_before"), count(of, true, true) + count(of, true, false));
        assert_eq!(
            number("errors_before") + number("broken"),
            number("errors_after") + number("fixed")
        );
    };
    let report = folder.gaffe(&["compare", "v1", "v2", "--by", "capture", "--json"]).json();
    check(&report, "");
    let groups = report["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    for group in groups {
        check(group, group["value"].as_str().unwrap());
    }
    let text = folder.gaffe(&["compare", "v1", "v2", "--by", "capture"]);
    let total = format!(
        "fixes {} errors of v1 and makes {} new ones,\nmore than chance",
        count("", true, false),
        count("", false, true)
    );
    assert!(text.ok().contains(&total) && text.out.contains("blurry"), "{text:#?}");
    let back = folder.gaffe(&["compare", "v2", "v1", "--json"]).json();
    assert_eq!((&back["fixed"], &back["broken"]), (&report["broken"], &report["fixed"]));
}

#[test]
fn errors_are_listed_in_each_order_and_form() {
    let folder = Folder::sample();
    let list = |order: &str| folder.gaffe(&["errors", "--order", order, "--json"]).json();
    let data = list("data");
    let wrong = predictions(&sample_dir().join("runs/v1/dev.npy"));
    let expected: Vec<String> = gold()
        .iter()
        .zip(wrong)
        .enumerate()
        .filter(|(_, ((label, _), prediction))| label != prediction)
        .map(|(row, _)| format!("dev-{row:05}"))
        .collect();
    assert_eq!(ids(&data), expected);
    let confidences = |list: &Value| -> Vec<f64> {
        list.as_array().unwrap().iter().map(|e| e["confidence"].as_f64().unwrap()).collect()
    };
    assert!(confidences(&list("confident")).is_sorted_by(|a, b| a >= b));
    assert!(confidences(&list("hesitant")).is_sorted());
    let random = list("random");
    assert_eq!(random, list("random"), "the shuffle is fixed");
    assert_ne!(ids(&random), expected);
    let mut sorted = ids(&random);
    sorted.sort_unstable();
    assert_eq!(sorted, expected);

    let csv = folder.gaffe(&["errors", "--csv", "--limit", "7"]).csv();
    let first: Vec<&str> = csv.iter().map(|row| row["id"].as_str()).collect();
    assert_eq!(first, ids(&random)[..7]);
    assert!(csv.iter().all(|row| row["gold"] != row["prediction"]));
    let table = folder.gaffe(&["errors", "--limit", "7"]);
    let shown: Vec<&str> =
        table.ok().lines().skip(1).map(|l| l.split(' ').next().unwrap()).collect();
    assert_eq!(shown, first);
}

#[test]
fn the_tally_counts_shares_and_ceilings() {
    let folder = Folder::sample();
    assert!(folder.gaffe(&["tally"]).ok().contains("0 of 318 errors reviewed"));
    let mut reviewer = folder.reviewer("v1", Order::Random);
    let rows: Vec<u32> = reviewer.desk.list()[..10].to_vec();
    for &row in &rows[..4] {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::ModelWrong, at));
        reviewer.tag(row, "blurry");
    }
    reviewer.tag(rows[0], "ambiguous");
    for &row in &rows[4..6] {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::LabelWrong, at));
    }
    for &row in &rows[6..] {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::ModelWrong, at));
    }
    let tally = folder.gaffe(&["tally", "--json"]).json();
    let lines: Vec<(&str, u64)> = tally["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["category"].as_str().unwrap(), c["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [("blurry", 4), ("label wrong", 2), ("ambiguous", 1)]);
    assert_eq!((&tally["reviewed"], &tally["unexplained"]), (&10.into(), &4.into()));
    assert_eq!(tally["basis"], "random_sample");
    assert_eq!((&tally["errors"], &tally["errors_after_fixes"]), (&318.into(), &316.into()));
    let number = |value: &Value| value.as_f64().unwrap();
    for category in tally["categories"].as_array().unwrap() {
        let (share, ceiling) = (number(&category["share"]), number(&category["ceiling"]));
        assert!((share - number(&category["count"]) / 10.0).abs() < 1e-12);
        // two of the 318 were label errors: they have left the count
        let now = if category["category"] == "label wrong" { 318.0 } else { 316.0 };
        assert!((ceiling - (now - 318.0 * share) / 2000.0).abs() < 1e-12);
        assert!(number(&category["share_low"]) < share && share < number(&category["share_high"]));
    }
    check_together(&folder);
    let text = folder.gaffe(&["tally"]);
    let line = text.ok().lines().find(|line| line.starts_with("blurry")).unwrap();
    assert!(line.contains("40.0 %") && line.contains("9.4 %"), "{line}");
    assert!(text.out.contains("random order"), "{text:#?}");
}

/// Of six tagged or judged errors, four are blurry, one of them ambiguous too.
fn check_together(folder: &Folder) {
    let csv = folder.gaffe(&["tally", "--csv"]).csv();
    let cells = csv.iter().map(|row| (row["category"].as_str(), row["count"].as_str()));
    assert!(cells.eq([("blurry", "4"), ("label wrong", "2"), ("ambiguous", "1")]));
    let together = ["tally", "--json", "--solve", "blurry", "--solve", "Ambiguous"];
    let together = folder.gaffe(&together).json()["together"].clone();
    assert_eq!((&together["count"], &together["exclusive"]), (&4.into(), &4.into()));
    let wrong = folder.gaffe(&["tally", "--solve", "planet"]);
    assert!(wrong.err.contains("blurry") && wrong.code == 1, "{wrong:#?}");
}

#[test]
fn the_tally_says_what_its_shares_stand_for() {
    let basis = |order: Order, all: bool| {
        let folder = Folder::small();
        let mut reviewer = folder.reviewer("v1", order);
        let rows: Vec<u32> = reviewer.desk.list().to_vec();
        assert_eq!(rows.len(), 3);
        for &row in rows.iter().take(if all { 3 } else { 2 }) {
            reviewer.tag(row, "odd");
        }
        // `reviewer` still has the project open: reading needs no lock
        let tally = folder.gaffe(&["tally", "--json"]).json();
        let row = &tally["categories"][0];
        let bounds = ["share_low", "share_high"].map(|key| row[key].as_f64());
        let ceiling = row["ceiling"].as_f64().unwrap();
        (tally["basis"].as_str().unwrap().to_owned(), bounds, ceiling)
    };
    let (name, bounds, ceiling) = basis(Order::Random, false);
    assert_eq!(name, "random_sample");
    let [low, high] = bounds.map(Option::unwrap);
    assert!(low < 1.0 && high >= 1.0 - 1e-12 && ceiling.abs() < 1e-12);
    let (name, bounds, ceiling) = basis(Order::Confident, false);
    assert_eq!((name.as_str(), bounds), ("reviewed_only", [None, None]), "no interval, no claim");
    assert!((ceiling - 1.0 / 6.0).abs() < 1e-12, "one error was not looked at");
    let (name, [low, _], ceiling) = basis(Order::Confident, true);
    assert_eq!((name.as_str(), low, ceiling), ("all_errors", Some(1.0), 0.0));
}

#[test]
fn errors_that_were_skipped_are_told() {
    let folder = Folder::small();
    let mut reviewer = folder.reviewer("v1", Order::Random);
    let rows: Vec<u32> = reviewer.desk.list().to_vec();
    reviewer.tag(rows[1], "odd");
    drop(reviewer);
    assert_eq!(folder.gaffe(&["tally", "--json"]).json()["skipped"], 1);
    let text = folder.gaffe(&["tally"]);
    assert!(text.ok().contains("1 were passed by on the way"), "{text:#?}");
}

#[test]
fn show_prints_one_example_and_what_was_decided() {
    let folder = Folder::small();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    let row = reviewer.desk.list()[1];
    assert_eq!(reviewer.desk.id(row), "e");
    reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::LabelWrong, at));
    reviewer.tag(row, "odd");
    reviewer.decide(|desk, at| desk.set_note(row, "seen twice", at));
    let shown = folder.gaffe(&["show", "e", "--json"]).json();
    for (key, value) in [("id", "e"), ("text", "fetches"), ("gold", "cat"), ("label", "dog")] {
        assert_eq!(shown[key], value);
    }
    assert_eq!((&shown["prediction"], &shown["metadata"]["place"]), (&"dog".into(), &"out".into()));
    assert_eq!(shown["classes"][0][0], "dog");
    let text = folder.gaffe(&["show", "e"]);
    for part in ["fetches", "dog 0.60", "label wrong", "odd", "seen twice"] {
        assert!(text.ok().contains(part), "{part}: {text:#?}");
    }
    let unknown = folder.gaffe(&["show", "zebra"]);
    assert!(unknown.refused().contains("zebra") && unknown.err.contains("gaffe errors"));
}

#[test]
fn examples_of_test_are_shown_on_request_only() {
    let folder = Folder::sample();
    for args in [&["errors"][..], &["show", "test-00000"]] {
        let args = [args, &["--split", "test"]].concat();
        let refused = folder.gaffe(&args);
        assert!(refused.refused().contains("--unlock-test"), "{refused:#?}");
        folder.gaffe(&[&args[..], &["--unlock-test"]].concat()).ok();
    }
    let metrics = folder.gaffe(&["tally", "--split", "test"]);
    assert!(metrics.ok().contains("0 of 297 errors") && !metrics.out.contains("test-0"));
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let help = gaffe_in(Path::new("/"), &["--help"]);
    for command in COMMANDS {
        assert!(help.ok().contains(&format!("\n  {} ", command[0])), "{command:?}");
        let own = gaffe_in(Path::new("/"), &[command, &["--help"]].concat());
        let example = own.ok().rsplit_once("Example").expect("examples").1;
        assert!(example.contains(&format!("gaffe {}", command.join(" "))), "{own:#?}");
    }
    assert!(gaffe_in(Path::new("/"), &["completions", "--help"]).ok().contains("Example"));
    for shell in ["bash", "zsh", "fish"] {
        let script = gaffe_in(Path::new("/"), &["completions", shell]);
        assert!(script.ok().contains("unlock-test") && script.err.is_empty(), "{shell}");
    }
}

#[test]
fn wrong_usage_is_told_from_failure() {
    let folder = Folder::small();
    for args in [
        &["errors", "--limit", "-1"][..],
        &["errors", "--limit", "many"],
        &["errors", "--json", "--csv"],
        &["errors", "--split", "valid"],
        &["errors", "--order", "worst"],
        &["show"],
        &["compare", "v1"],
        &["score"],
        &["export"],
        &["init"],
        &["--nonsense"],
    ] {
        let outcome = folder.gaffe(args);
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{args:?} {outcome:#?}");
        assert!(!outcome.err.is_empty());
    }
    for args in
        [&["errors", "--run", "v9"][..], &["compare", "v1", "v9"], &["tally", "--run", "v9"]]
    {
        let refused = folder.gaffe(args);
        assert!(refused.refused().contains("\"v9\"") && refused.err.contains("v1"), "{refused:#?}");
    }
    let column = folder.gaffe(&["compare", "v1", "v1", "--by", "planet"]);
    assert!(column.refused().contains("planet") && column.err.contains("place"));
}

#[test]
fn reading_commands_print_json_alone_and_write_nothing() {
    let folder = Folder::small();
    let before = folder.listing();
    for args in [
        &["errors"][..],
        &["tally"],
        &["runs"],
        &["compare", "v1", "v1"],
        &["export", "labels"],
        &["export", "tags"],
        &["show", "d"],
        &["tags"],
    ] {
        folder.gaffe(args).ok();
        folder.gaffe(&[args, &["--json"]].concat()).json();
    }
    folder.gaffe(&["init", "dev.csv", "--dry-run"]).ok();
    assert_eq!(folder.listing(), before);
}

#[test]
fn csv_without_records_still_has_its_columns() {
    let folder = Folder::small();
    let right = [
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.0, 1.0, 0.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ];
    folder.npy("v1.npy", &right);
    let header = |args: &[&str]| folder.gaffe(args).ok().lines().next().unwrap_or("").to_owned();
    assert!(header(&["errors", "--csv"]).starts_with("id,gold,"));
    assert!(header(&["tally", "--csv"]).starts_with("category,"));
    assert!(header(&["export", "tags"]).starts_with("id,tags,"));
}
