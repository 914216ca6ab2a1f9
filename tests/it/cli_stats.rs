//! `gaffe stats`: the statistics on the command line, against figures made in another way.

use super::{gold, predictions};
use crate::support::project::{CLASSES, Folder, gaffe_in, sample_dir};
use gaffe::dataset::{Order, Verdict};
use serde_json::Value;
use std::path::Path;

const PROBS: &str = "tests/fixtures/stats/mnist_pred_probs.npy";
const LABELS: &str = "tests/fixtures/stats/mnist_labels.npy";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A statistic of the MNIST test set, whose figures are published.
fn mnist(name: &str, more: &[&str]) -> Value {
    let args = [&["stats", name, "--probs", PROBS, "--labels", LABELS, "--json"], more].concat();
    gaffe_in(here(), &args).json()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn near(value: &Value, expected: f64, within: f64) -> bool {
    (number(value) - expected).abs() <= within
}

#[test]
fn the_help_lists_every_statistic_with_its_meaning() {
    let help = gaffe_in(here(), &["stats", "--help"]);
    let names = [
        "metrics",
        "classes",
        "confusion",
        "calibration",
        "label-issues",
        "slices",
        "tally",
        "saturation",
        "corrected",
        "bottleneck",
        "baselines",
        "eyeball",
        "shift",
        "batches",
        "compare",
        "goal",
        "cost",
        "next",
        "agreement",
        "consensus",
        "map",
        "properties",
    ];
    for name in names {
        let line =
            help.ok().lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        let words =
            line.unwrap_or_else(|| panic!("{name} is not listed")).split_whitespace().count();
        assert!(words > 4, "{name}");
        assert!(gaffe_in(here(), &["stats", name, "--help"]).ok().contains("Example"), "{name}");
    }
    let listed = help.out.lines().skip_while(|line| *line != "Commands:").skip(1);
    // each on one line, and the help itself beside them
    assert_eq!(listed.take_while(|line| !line.is_empty()).count(), names.len() + 1);
}

#[test]
fn label_issues_of_mnist_are_those_of_cleanlab() {
    let golden = std::fs::read(here().join("tests/fixtures/stats/mnist_golden.json")).unwrap();
    let golden: Value = serde_json::from_slice(&golden).unwrap();
    for filter in ["prune_by_noise_rate", "both", "predicted_neq_given"] {
        let report = mnist("label-issues", &["--filter-by", filter]);
        let mut rows: Vec<u64> = report["issues"]
            .as_array()
            .unwrap()
            .iter()
            .map(|issue| issue["row"].as_u64().unwrap())
            .collect();
        rows.sort_unstable();
        let expected: Vec<u64> = golden["filters"][filter]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row.as_u64().unwrap())
            .collect();
        assert_eq!(rows, expected, "{filter}");
        assert!(near(&report["health"], number(&golden["health"]), 1e-12), "{filter}");
        assert_eq!(report["scores"].as_array().unwrap().len(), 10_000);
        assert_eq!(report["calibrated_joint"], golden["cj_cal"]);
        assert_eq!(report["confident_joint"], golden["cj_uncal"]);
    }
}

#[test]
fn metrics_and_calibration_of_mnist_are_the_published_ones() {
    let metrics = mnist("metrics", &[]);
    assert!(near(&metrics["accuracy"]["share"], 0.9913, 1e-12));
    assert!(near(&metrics["brier"], 0.014_481, 5e-7));
    let calibration = mnist("calibration", &[]);
    assert!(near(&calibration["equal_width"]["ece"], 0.002_976, 5e-7));
    let counted: u64 = calibration["bins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bin| bin["count"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 10_000);
}

#[test]
fn a_run_of_a_project_and_its_files_give_the_same() {
    let folder = Folder::sample();
    let labels: Vec<&str> = gold().into_iter().map(|(label, _)| CLASSES[label]).collect();
    folder.write("labels.txt", labels.join("\n"));
    let classes = folder.gaffe(&["stats", "classes", "--json"]).json();
    let names: Vec<&str> = classes["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class["class"].as_str().unwrap())
        .collect();
    folder.write("names.txt", names.join("\n"));
    let files = ["--probs", "runs/v1/dev.npy", "--labels", "labels.txt", "--classes", "names.txt"];
    for name in ["metrics", "classes", "confusion", "calibration"] {
        let project = folder.gaffe(&["stats", name, "--json"]).json();
        let by_hand = folder.gaffe(&[&["stats", name, "--json"], &files[..]].concat()).json();
        assert_eq!(project, by_hand, "{name}");
    }
}

#[test]
fn classes_and_confusion_agree_with_a_second_count() {
    let folder = Folder::sample();
    let predicted = predictions(&sample_dir().join("runs/v1/dev.npy"));
    let both = gold().into_iter().zip(predicted).map(|((g, _), p)| (CLASSES[g], CLASSES[p]));
    let shirts: Vec<&str> = both.filter(|(g, _)| *g == "Shirt").map(|(_, p)| p).collect();
    let right = shirts.iter().filter(|p| **p == "Shirt").count();
    let classes = folder.gaffe(&["stats", "classes", "--csv"]).csv();
    let shirt = classes.iter().find(|row| row["class"] == "Shirt").unwrap();
    assert_eq!(shirt["support"], shirts.len().to_string());
    let recall: f64 = shirt["recall"].parse().unwrap();
    assert!((recall - right as f64 / shirts.len() as f64).abs() < 1e-12);
    let pairs = folder.gaffe(&["stats", "confusion", "--csv"]).csv();
    let coats = shirts.iter().filter(|p| **p == "Coat").count().to_string();
    let same = |row: &&_| row_is(row, "Shirt", "Coat");
    assert_eq!(pairs.iter().find(same).unwrap()["count"], coats);
}

fn row_is(row: &std::collections::BTreeMap<String, String>, label: &str, prediction: &str) -> bool {
    row["label"] == label && row["prediction"] == prediction
}

#[test]
fn slices_of_the_sample_are_found_and_confirmed() {
    let folder = Folder::sample();
    let report = folder.gaffe(&["stats", "slices", "--json"]).json();
    let values = report["values"].as_array().unwrap();
    let blurry = values.iter().find(|v| v["name"] == "capture=blurry").unwrap();
    assert_eq!(
        (&blurry["figures"]["examples"], &blurry["figures"]["errors"]),
        (&500.into(), &143.into())
    );
    let best = &report["found"][0];
    assert_eq!(best["name"], "capture=blurry ∧ label=Shirt");
    assert_eq!(best["confirmed"], true);
    let table = ["stats", "slices", "--table", "t.csv", "--error", "wrong", "--min-support", "5"];
    folder.write("t.csv", table_of(&["0", "1"]));
    let own = folder.gaffe(&[&table[..], &["--json"]].concat()).json();
    assert_eq!(own["all"], serde_json::json!({"examples": 80, "errors": 40}));
    assert_eq!(own["found"][0]["name"], "place=b");
    folder.write("t.csv", table_of(&["0.25", "2.5"]));
    let losses = folder.gaffe(&[&table[..], &["--json"]].concat()).json();
    assert_eq!(losses["by_loss"][0]["mean_loss"], 2.5);
    folder.write("t.csv", table_of(&["0", "perhaps"]));
    let wrong = folder.gaffe(&table);
    assert!(wrong.err.contains("t.csv:3") && wrong.err.contains("perhaps"), "{wrong:#?}");
    let none = folder.gaffe(&["stats", "slices", "--table", "t.csv", "--error", "planet"]);
    assert!(none.err.contains("place, wrong"), "{none:#?}");
}

/// 80 rows: every second one from place b, which has the second error.
fn table_of(errors: &[&str; 2]) -> String {
    let row = |i: usize| format!("{},{}\n", ["a", "b"][i % 2], errors[i % 2]);
    std::iter::once("place,wrong\n".to_owned()).chain((0..80).map(row)).collect()
}

#[test]
fn the_corrected_accuracy_needs_both_samples() {
    let folder = Folder::sample();
    let missing = folder.gaffe(&["stats", "corrected"]);
    assert!(missing.ok().contains("review --correct"), "{missing:#?}");
    let mut reviewer = folder.reviewer("v1", Order::Random);
    let rows: Vec<u32> = reviewer.desk.list()[..40].to_vec();
    for &row in &rows {
        let verdict = if row % 4 == 0 { Verdict::LabelWrong } else { Verdict::ModelWrong };
        reviewer.decide(|desk, at| desk.set_verdict(row, verdict, at));
    }
    let wrong = rows.iter().filter(|&&row| row % 4 == 0).count();
    let half = folder.gaffe(&["stats", "corrected", "--json"]).json();
    assert_eq!(half["estimate"], Value::Null);
    assert_eq!(half["missing"], serde_json::json!(["correct_sample"]));
    drop(reviewer);
    let mut reviewer = folder.reviewer("v1", Order::Random).with_correct();
    let rows: Vec<u32> = reviewer.desk.list()[..60].to_vec();
    for &row in &rows {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::BothAcceptable, at));
    }
    let report = folder.gaffe(&["stats", "corrected", "--json"]).json();
    assert_eq!(
        (&report["correct"]["sampled"], &report["errors"]["sampled"]),
        (&60.into(), &40.into())
    );
    let right = 318.0 * wrong as f64 / 40.0;
    assert!(near(&report["estimate"]["share"], (1682.0 + right) / 2000.0, 1e-12), "{report:#}");
    let fixes = (1682.0 + wrong as f64) / 2000.0;
    assert!(near(&report["after_fixes"], fixes, 1e-12));
    assert!(number(&report["estimate"]["low"]) < number(&report["estimate"]["share"]));
}

#[test]
fn saturation_counts_new_tags() {
    let folder = Folder::sample();
    let empty = folder.gaffe(&["stats", "saturation"]);
    assert!(empty.ok().contains("too few"), "{empty:#?}");
    let mut reviewer = folder.reviewer("v1", Order::Random);
    let rows: Vec<u32> = reviewer.desk.list()[..25].to_vec();
    for (i, row) in rows.into_iter().enumerate() {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::ModelWrong, at));
        if i < 10 {
            reviewer.tag(row, "blurry");
        }
    }
    let report = folder.gaffe(&["stats", "saturation", "--json"]).json();
    assert_eq!((&report["reviewed"], &report["tags"]), (&25.into(), &1.into()));
    assert_eq!((&report["since_new"], &report["advice"]), (&24.into(), &"keep_going".into()));
    let blocks = folder.gaffe(&["stats", "saturation", "--csv"]).csv();
    let news: Vec<&str> = blocks.iter().map(|row| row["new_tags"].as_str()).collect();
    assert_eq!(news, ["1", "0"]);
}

#[test]
fn two_files_of_probabilities_are_compared() {
    let args = [
        "stats", "compare", "--probs", PROBS, "--probs", PROBS, "--labels", LABELS, "--by", "class",
    ];
    let report = gaffe_in(here(), &[&args[..], &["--json"]].concat()).json();
    assert_eq!((&report["examples"], &report["still_wrong"]), (&10_000.into(), &87.into()));
    assert_eq!((&report["p_value"], &report["churn"]["share"]), (&1.0.into(), &0.0.into()));
    let groups = report["groups"].as_array().unwrap();
    let errors: u64 = groups.iter().map(|g| g["errors_after"].as_u64().unwrap()).sum();
    assert_eq!((groups.len(), errors), (10, 87));
    let one = gaffe_in(here(), &["stats", "compare", "--probs", PROBS, "--labels", LABELS]);
    assert!(one.code == 1 && one.err.contains("give --probs twice"), "{one:#?}");
}

#[test]
fn wrong_files_are_named_with_a_remedy() {
    let folder = Folder::empty();
    folder.npy("p.npy", &[[0.5_f32, 0.5], [0.9, 0.1]]);
    folder.npy("logits.npy", &[[5.0_f32, -3.0], [0.9, 0.1]]);
    folder.write("short.txt", "0\n");
    folder.write("wrong.txt", "0\n7\n");
    folder.write("names.txt", "only\n");
    folder.write("good.txt", "0\n1\n");
    let refused = |args: &[&str]| {
        let said = folder.gaffe(&[&["stats", "metrics"], args].concat());
        assert_eq!(said.code, 1, "{said:#?}");
        said.err
    };
    assert!(
        refused(&["--probs", "p.npy", "--labels", "short.txt"])
            .contains("short.txt: 1 labels, but p.npy has 2 rows")
    );
    assert!(refused(&["--probs", "p.npy", "--labels", "wrong.txt"]).contains("wrong.txt:2"));
    assert!(refused(&["--probs", "logits.npy", "--labels", "good.txt"]).contains("not logits"));
    let names = ["--probs", "p.npy", "--labels", "good.txt", "--classes", "names.txt"];
    assert!(refused(&names).contains("names.txt: 1 names, but the probabilities have 2 columns"));
    assert!(refused(&["--probs", "none.npy", "--labels", "good.txt"]).contains("no such file"));
    // the smallest that there is: one example
    folder.npy("one.npy", &[[1.0_f32]]);
    for name in ["metrics", "classes", "confusion", "calibration", "label-issues", "slices"] {
        let said = folder.gaffe(&["stats", name, "--probs", "one.npy", "--labels", "short.txt"]);
        assert!(!said.ok().contains("NaN") && !said.out.contains("inf"), "{said:#?}");
    }
}

#[test]
fn every_order_lists_the_same_errors() {
    let folder = Folder::sample();
    let list = |args: &[&str]| {
        let report = folder.gaffe(&[&["errors", "--json"], args].concat()).json();
        let ids = report.as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let mut all = list(&["--order", "data"]);
    all.sort();
    let mut seen = std::collections::BTreeSet::new();
    for order in [
        "random",
        "confident",
        "hesitant",
        "loss",
        "margin",
        "entropy",
        "label-issue",
        "cell",
        "diverse",
    ] {
        let mut ids = list(&["--order", order]);
        assert!(seen.insert(ids.clone()), "{order} is the order of another");
        ids.sort();
        assert_eq!(ids, all, "{order}");
    }
    let near = list(&["--similar-to", &all[7]]);
    assert_eq!(near[0], all[7]);
    let alone = folder.gaffe(&["errors", "--order", "disagreement"]);
    assert!(alone.code == 1 && alone.err.contains("only run"), "{alone:#?}");
    let to_what = folder.gaffe(&["errors", "--order", "similar"]);
    assert!(to_what.code == 1 && to_what.err.contains("--similar-to"), "{to_what:#?}");
}

#[test]
fn only_the_eyeball_part_is_looked_at() {
    let folder = Folder::sample();
    let all = folder.gaffe(&["errors", "--json"]).json();
    folder.change("gaffe.toml", "[columns]", "eyeball = 0.3\n\n[columns]");
    let parts = folder.gaffe(&["stats", "eyeball", "--csv"]).csv();
    let is_eyeball = |id: &Value| {
        parts.iter().any(|row| row["id"] == id.as_str().unwrap() && row["part"] == "eyeball")
    };
    let expected: Vec<&Value> =
        all.as_array().unwrap().iter().filter(|e| is_eyeball(&e["id"])).collect();
    let shown = folder.gaffe(&["errors", "--json"]).json();
    assert_eq!(shown.as_array().unwrap().iter().collect::<Vec<_>>(), expected);
    assert!(expected.len() > 50 && expected.len() < 200, "{}", expected.len());
    let correct = folder.gaffe(&["errors", "--correct", "--json"]).json();
    assert!(correct.as_array().unwrap().iter().all(|e| is_eyeball(&e["id"])));
    let tally = folder.gaffe(&["tally", "--json"]).json();
    assert_eq!(tally["errors"], expected.len());
    let report = folder.gaffe(&["stats", "eyeball", "--json"]).json();
    assert_eq!(
        (&report["share"], &report["eyeball"]["errors"]),
        (&0.3.into(), &expected.len().into())
    );
    let hidden = all.as_array().unwrap().iter().find(|e| !is_eyeball(&e["id"])).unwrap();
    let refused = folder.gaffe(&["show", hidden["id"].as_str().unwrap()]);
    assert!(refused.code == 1 && refused.err.contains("blackbox"), "{refused:#?}");
    folder.change("gaffe.toml", "eyeball = 0.3", "eyeball = 3");
    assert!(folder.gaffe(&["errors"]).err.contains("eyeball is no share"));
}

#[test]
fn slices_of_a_tag_are_cut_from_the_reviewed_errors() {
    let folder = Folder::sample();
    let mut reviewer = folder.reviewer("v1", Order::Random);
    let captures: Vec<String> = gold().into_iter().map(|(_, capture)| capture).collect();
    let rows: Vec<u32> = reviewer.desk.list()[..120].to_vec();
    let mut blurry = 0;
    for &row in &rows {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::ModelWrong, at));
        if captures[row as usize] == "blurry" {
            reviewer.tag(row, "blurry");
            blurry += 1;
        }
    }
    let args = ["stats", "slices", "--of", "blurry", "--min-support", "20", "--json"];
    let report = folder.gaffe(&args).json();
    assert_eq!(report["all"], serde_json::json!({"examples": 120, "errors": blurry}));
    let value = |name: &str| {
        let values = report["values"].as_array().unwrap();
        values.iter().find(|v| v["name"] == name).unwrap()["figures"]["error"]["share"].clone()
    };
    assert_eq!((value("capture=blurry"), value("capture=sharp")), (1.0.into(), 0.0.into()));
    let text = folder.gaffe(&["stats", "slices", "--of", "blurry"]);
    assert!(text.ok().contains("with tag blurry"), "{text:#?}");
    let none = folder.gaffe(&["stats", "slices", "--of", "planet"]);
    assert!(none.code == 1 && none.err.contains("ambiguous"), "{none:#?}");
}

#[test]
fn label_issues_of_the_test_split_are_listed_on_request_only() {
    let folder = Folder::sample();
    let args = ["stats", "label-issues", "--split", "test"];
    let guarded = folder.gaffe(&args);
    assert!(guarded.ok().contains("--unlock-test") && !guarded.out.contains("test-0"));
    let json = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    let flagged = json["flags"].as_array().unwrap().iter().filter(|flag| **flag == true).count();
    assert!(json["issues"].as_array().unwrap().is_empty() && flagged > 20, "{flagged}");
    let open = folder.gaffe(&[&args[..], &["--unlock-test", "--json"]].concat()).json();
    assert_eq!(open["issues"].as_array().unwrap().len(), flagged);
}
