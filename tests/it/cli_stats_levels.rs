//! `gaffe stats bottleneck`, `baselines` and `eyeball`, against figures counted here.

use super::predictions;
use crate::support::project::{CLASSES, Folder, gaffe_in};
use gaffe::dataset::{Order, Verdict};
use ndarray::{Array1, Array2};
use serde_json::Value;

/// Labels of a split of the sample by class index.
fn labels(folder: &Folder, split: &str) -> Vec<usize> {
    let mut reader = csv::Reader::from_path(folder.file(&format!("{split}.csv"))).unwrap();
    let at = reader.headers().unwrap().iter().position(|h| h == "label").unwrap();
    let class = |r: csv::StringRecord| CLASSES.iter().position(|c| *c == &r[at]).unwrap();
    reader.records().map(|record| class(record.unwrap())).collect()
}

/// Whether v1 is wrong on each example of a split.
fn wrong(folder: &Folder, split: &str) -> Vec<bool> {
    let predicted = predictions(&folder.file(&format!("runs/v1/{split}.npy")));
    labels(folder, split).iter().zip(predicted).map(|(label, p)| *label != p).collect()
}

fn share(wrong: &[bool]) -> f64 {
    wrong.iter().filter(|w| **w).count() as f64 / wrong.len() as f64
}

#[track_caller]
fn near(found: &Value, expected: f64) {
    assert!((found.as_f64().unwrap() - expected).abs() < 1e-9, "{found} is not {expected}");
}

/// Wilson's 95 % interval.
fn wilson(p: f64, n: f64) -> (f64, f64) {
    let z = 1.959_963_984_540_054_f64;
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (centre - half, centre + half)
}

fn gap<'a>(report: &'a Value, kind: &str) -> &'a Value {
    report["gaps"].as_array().unwrap().iter().find(|g| g["kind"] == kind).unwrap()
}

#[test]
fn the_bottleneck_of_the_sample_is_its_variance() {
    let folder = Folder::sample();
    let report = folder.gaffe(&["stats", "bottleneck", "--json"]).json();
    let [train, dev, test] = ["train", "dev", "test"].map(|split| share(&wrong(&folder, split)));
    near(&report["best"]["share"], 0.165);
    for (kind, size) in
        [("avoidable_bias", train - 0.165), ("variance", dev - train), ("dev_overfit", test - dev)]
    {
        near(&gap(&report, kind)["size"]["value"], size);
    }
    let ((l1, u1), (l2, u2)) = (wilson(dev, 2000.0), wilson(train, 2000.0));
    let size = &gap(&report, "variance")["size"];
    near(&size["low"], dev - train - (dev - l1).hypot(u2 - train));
    near(&size["high"], dev - train + (u1 - dev).hypot(train - l2));
    assert_eq!((&report["run"], &report["binding"]), (&"v1".into(), &"variance".into()));
    assert!(report["remedies"][0].as_str().unwrap().contains("training data"));

    let page = folder.gaffe(&["stats", "bottleneck"]);
    assert!(page.ok().contains("the binding gap is variance: 7.0 %"), "{page:#?}");
    assert!(page.out.contains("  1. add training data"));
    assert!(page.out.lines().all(|line| line.chars().count() <= 100), "{page:#?}");
    let csv = folder.gaffe(&["stats", "bottleneck", "--csv"]).csv();
    let sets: Vec<(&str, &str)> = csv.iter().map(|r| (&*r["set"], &*r["gap"])).collect();
    let expected = [
        ("people", ""),
        ("train", "avoidable bias"),
        ("dev", "variance"),
        ("test", "overfit to dev"),
    ];
    assert_eq!(sets, expected);
    assert_eq!((&*csv[2]["errors"], &*csv[1]["stands_out"]), ("318", "below 0"));
}

#[test]
fn errors_given_by_hand_need_no_project() {
    let nowhere = Folder::empty();
    let stats =
        |args: &[&str]| gaffe_in(nowhere.outer(), &[&["stats", "bottleneck"], args].concat());
    let counts = ["--train", "20/1000", "--train-dev", "25/1000", "--dev", "63/1000"];
    let report = stats(&[&counts[..], &["--human-error", "2/100", "--json"]].concat()).json();
    assert_eq!(report["binding"], "mismatch");
    near(&gap(&report, "mismatch")["size"]["value"], 0.038);
    assert_eq!((&report["best_assumed"], &report["run"]), (&false.into(), &Value::Null));
    let csv = stats(&[&counts[..], &["--csv"]].concat()).csv();
    let gaps: Vec<&str> = csv.iter().map(|row| &*row["gap"]).collect();
    assert_eq!(gaps, ["", "avoidable bias", "variance", "data mismatch"]);

    let small = ["--train", "2/100", "--dev", "4/100", "--human-error", "0.01"];
    let report = stats(&[&small[..], &["--json"]].concat()).json();
    assert_eq!(
        (&report["binding"], report["remedies"].as_array().unwrap().len()),
        (&Value::Null, 0)
    );
    let needed = gap(&report, "variance")["examples_needed"].as_u64().unwrap();
    let text = stats(&small);
    assert!(text.ok().contains("no gap stands out from noise"), "{text:#?}");
    let needed = format!("{},{:03} examples in each set", needed / 1000, needed % 1000);
    assert!(text.out.contains(&format!("variance of 2.0 %: about {needed}")), "{text:#?}");

    let alone = stats(&["--dev", "4/100"]);
    assert!(alone.ok().contains("--train K/N") && alone.out.contains("a gap needs two"));
    assert!(alone.out.contains("people is not known") && !alone.out.contains("gaffe.toml"));
}

#[test]
fn what_the_bottleneck_lacks_is_named_with_a_remedy() {
    let folder = Folder::small();
    let text = folder.gaffe(&["stats", "bottleneck"]);
    assert!(text.ok().contains("no train split: add its table under [splits]"), "{text:#?}");
    assert!(text.out.contains("human_error in gaffe.toml"));

    let folder = Folder::sample();
    let dev = std::fs::read(folder.file("runs/v1/dev.npy")).unwrap();
    folder.write(".gaffe/runs/v2/dev.npy", dev);
    let text = folder.gaffe(&["stats", "bottleneck", "--run", "v2"]);
    for split in ["train", "test"] {
        let command = format!("gaffe score --model MODEL.onnx --name v2 --split {split}");
        assert!(text.ok().contains(&command), "{text:#?}");
    }
    folder.change("gaffe.toml", "train = \"runs/v1/train.npy\"\n", "");
    let text = folder.gaffe(&["stats", "bottleneck"]);
    assert!(text.ok().contains("no train predictions of v1") && text.out.contains("[runs.v1]"));
    assert!(!text.out.contains("no test predictions"));
}

#[test]
fn labels_fixed_in_one_set_alone_are_told() {
    let folder = Folder::sample();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    let rows: Vec<u32> = reviewer.desk.list()[..20].to_vec();
    for row in rows {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::LabelWrong, at));
    }
    drop(reviewer);
    let report = folder.gaffe(&["stats", "bottleneck", "--json"]).json();
    let dev = report["sets"].as_array().unwrap().iter().find(|s| s["set"] == "dev").unwrap();
    assert_eq!(dev["errors"], 298);
    let text = folder.gaffe(&["stats", "bottleneck"]);
    assert!(text.ok().contains("labels corrected: train 0, dev 20, test 0"), "{text:#?}");
}

#[test]
fn wrong_levels_are_refused() {
    let folder = Folder::small();
    for args in [
        &["--dev", "5/3"][..],
        &["--dev", "0/0"],
        &["--train", "3"],
        &["--human-error", "5"],
        &["--dev", "1/10", "--run", "v1"],
    ] {
        let outcome = folder.gaffe(&[&["stats", "bottleneck"], args].concat());
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{args:?} {outcome:#?}");
    }
    let refused = folder.gaffe(&["stats", "bottleneck", "--run", "v9"]);
    assert!(refused.refused().contains("v9") && refused.err.contains("v1"));
    let nowhere = gaffe_in(folder.outer(), &["stats", "bottleneck"]);
    assert!(nowhere.refused().contains("no project"));
}

/// Twelve examples, half of each class; the run is wrong on the first alone.
fn twelve() -> Folder {
    let folder = Folder::empty();
    let rows: Vec<[f32; 2]> =
        (0..12).map(|i| if (1..6).contains(&i) { [0.9, 0.1] } else { [0.2, 0.8] }).collect();
    folder.npy("p.npy", &rows);
    let save = |name: &str, labels: Vec<i64>| {
        ndarray_npy::write_npy(folder.file(name), &Array1::from(labels)).unwrap();
    };
    save("y.npy", (0..12).map(|i| i64::from(i >= 6)).collect());
    save("t.npy", vec![0, 0, 0, 1]);
    folder
}

const FILES: [&str; 8] =
    ["stats", "baselines", "--probs", "p.npy", "--labels", "y.npy", "--train-labels", "t.npy"];

fn baseline<'a>(report: &'a Value, kind: &str) -> &'a Value {
    report["baselines"].as_array().unwrap().iter().find(|b| b["kind"] == kind).unwrap()
}

#[test]
fn baselines_of_files_are_those_worked_out_by_hand() {
    let folder = twelve();
    let report = folder.gaffe(&[&FILES[..], &["--human-error", "0.5", "--json"]].concat()).json();
    let majority = baseline(&report, "majority");
    near(&majority["error"]["share"], 0.5);
    near(&majority["difference"]["value"], 0.5 - 1.0 / 12.0);
    // one example against six: 2 · (1 + 7) / 2⁷
    near(&majority["p"], 0.125);
    assert_eq!(majority["standing"], "not_shown");
    // 1 − (¾ · ½ + ¼ · ½)
    near(&baseline(&report, "prior")["error"]["share"], 0.5);
    // 2 · (1 + 12) / 2¹²
    near(&baseline(&report, "human")["p"], 26.0 / 4096.0);
    assert_eq!(baseline(&report, "human")["standing"], "better");
    assert_eq!(report["train_labels"], 4);
    let own = folder.gaffe(&[&FILES[..6], &["--json"]].concat()).json();
    assert_eq!(own["train_labels"], Value::Null);
    let text = folder.gaffe(&FILES[..6]);
    assert!(text.ok().contains("there are no training labels"), "{text:#?}");
    assert!(text.out.contains("the error of people is not known"));
    let csv = folder.gaffe(&[&FILES[..], &["--csv"]].concat()).csv();
    assert_eq!((&*csv[0]["baseline"], &*csv[0]["standing"]), ("majority class", "not told apart"));
    near(&csv[0]["gap"].parse::<f64>().unwrap().into(), 0.5 - 1.0 / 12.0);
}

fn embeddings(folder: &Folder, name: &str, rows: usize, cols: usize, at: impl Fn(usize) -> f32) {
    let array = Array2::from_shape_fn((rows, cols), |(i, d)| if d == 0 { at(i) } else { 1.0 });
    ndarray_npy::write_npy(folder.file(name), &array).unwrap();
}

#[test]
fn the_nearest_neighbour_is_found_in_the_embeddings_given() {
    let folder = twelve();
    // training examples of class 0 at 1, 2 and 3, of class 1 at 100
    embeddings(&folder, "te.npy", 4, 2, |i| if i == 3 { 100.0 } else { i as f32 + 1.0 });
    // two of class 0 lie by class 1; by its angle so does what lies at 30
    embeddings(&folder, "e.npy", 12, 2, |i| match i {
        0 | 1 => 99.0,
        2 => 30.0,
        3..6 => 2.0,
        _ => 98.0,
    });
    let more = ["--train-embeddings", "te.npy", "--embeddings", "e.npy", "--json"];
    let args = [&FILES[..], &more].concat();
    let of = |args: &[&str]| {
        let report = folder.gaffe(args).json();
        baseline(&report, "nearest_neighbour")["error"]["share"].as_f64().unwrap()
    };
    assert!((of(&args) - 3.0 / 12.0).abs() < 1e-12);
    assert!((of(&[&args[..], &["--euclidean"]].concat()) - 2.0 / 12.0).abs() < 1e-12);
    let silent = folder.gaffe(&args);
    assert_eq!(silent.err, "", "no progress without a terminal");

    let refused = |words: &[&str]| {
        let outcome = folder.gaffe(&args);
        assert!(words.iter().all(|w| outcome.refused().contains(w)), "{words:?} {outcome:#?}");
    };
    embeddings(&folder, "e.npy", 12, 3, |_| 1.0);
    refused(&["e.npy", "3 dimensions", "same model"]);
    embeddings(&folder, "e.npy", 11, 2, |_| 1.0);
    refused(&["e.npy", "11 rows", "12 examples"]);
    embeddings(&folder, "te.npy", 5, 2, |_| 1.0);
    refused(&["te.npy", "5 rows", "4 examples"]);
    let without = folder.gaffe(&[&FILES[..6], &more].concat());
    assert!(without.refused().contains("--train-labels"), "{without:#?}");
    let half = folder.gaffe(&[&FILES[..], &["--embeddings", "e.npy"]].concat());
    assert_eq!(half.code, 2, "{half:#?}");
}

#[test]
fn class_shares_are_those_of_the_train_split() {
    let folder = Folder::sample();
    let report = folder.gaffe(&["stats", "baselines", "--json"]).json();
    let count = |split: &str| {
        let labels = labels(&folder, split);
        (0..10).map(|k| labels.iter().filter(|&&l| l == k).count() as f64).collect::<Vec<_>>()
    };
    let (train, dev) = (count("train"), count("dev"));
    let most = train.iter().copied().fold(0.0, f64::max);
    let class = train.iter().position(|n| (n - most).abs() < 0.5).unwrap();
    near(&baseline(&report, "majority")["error"]["share"], 1.0 - dev[class] / 2000.0);
    let agree: f64 = train.iter().zip(&dev).map(|(a, b)| a * b / 4e6).sum();
    near(&baseline(&report, "prior")["error"]["share"], 1.0 - agree);
    near(&baseline(&report, "human")["difference"]["value"], 0.165 - 318.0 / 2000.0);
    assert_eq!(baseline(&report, "human")["standing"], "not_shown");
    let text = folder.gaffe(&["stats", "baselines"]);
    assert!(text.ok().contains("those of 2,000 training labels"), "{text:#?}");
    assert!(text.out.lines().all(|line| line.chars().count() <= 100), "{text:#?}");
    let on_train = ["stats", "baselines", "--split", "train", "--train-embeddings"];
    let refused = folder.gaffe(&[&on_train[..], &["x.npy", "--embeddings", "x.npy"]].concat());
    assert!(refused.refused().contains("its own nearest neighbour"), "{refused:#?}");
}

#[test]
fn a_project_that_is_worse_than_guessing_is_warned_of() {
    let folder = Folder::empty();
    folder.write("dev.csv", "text,label\nmeows,cat\nbarks,dog\npurrs,cat\n");
    folder.npy("p.npy", &[[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]);
    let warned = folder.gaffe(&["init", "dev.csv", "p.npy", "--dry-run"]);
    assert_eq!(warned.code, 0, "{warned:#?}");
    assert!(warned.err.contains("66.7 % of the predictions are wrong"), "{warned:#?}");
    folder.npy("p.npy", &[[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]);
    let warned = folder.gaffe(&["init", "dev.csv", "p.npy", "--dry-run"]);
    assert!(warned.err.contains("66.7 % of the predictions are wrong"), "{warned:#?}");
}

#[test]
fn the_parts_of_dev_have_the_errors_of_their_ids() {
    let folder = Folder::sample();
    let args = ["stats", "eyeball", "--share", "0.4"];
    let csv = folder.gaffe(&[&args[..], &["--csv"]].concat()).csv();
    let is_eyeball: Vec<bool> = csv.iter().map(|row| row["part"] == "eyeball").collect();
    assert_eq!((csv.len(), &*csv[7]["id"]), (2000, "dev-00007"));
    let wrong = wrong(&folder, "dev");
    let of = |part: bool| -> Vec<bool> {
        wrong.iter().zip(&is_eyeball).filter(|(_, e)| **e == part).map(|(w, _)| *w).collect()
    };
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    for (name, part) in [("eyeball", of(true)), ("blackbox", of(false))] {
        let errors = part.iter().filter(|w| **w).count();
        let found = &report[name];
        assert_eq!((&found["examples"], &found["errors"]), (&part.len().into(), &errors.into()));
        assert_eq!(found["ids"].as_array().unwrap().len(), part.len());
    }
    near(&report["compared"]["gap"]["value"], share(&of(false)) - share(&of(true)));
    // 100 errors at 318 in 2,000
    assert_eq!(report["advice"]["eyeball"], 629);
    let text = folder.gaffe(&args);
    assert!(text.ok().contains("no sign that it was fitted") && text.out.contains("0.3145"));
    let all = folder.gaffe(&["stats", "eyeball", "--share", "1"]);
    assert!(all.ok().contains("a part is empty"), "{all:#?}");
    assert_eq!(folder.gaffe(&["stats", "eyeball", "--share", "1.5"]).code, 2);
}

#[test]
fn an_eyeball_part_that_was_fitted_is_warned_of() {
    let folder = Folder::sample();
    let csv = folder.gaffe(&["stats", "eyeball", "--csv"]).csv();
    let labels = labels(&folder, "dev");
    // every tenth of the eyeball part is wrong, every fifth of the other
    let mut seen = [0, 0];
    let mut probs = Array2::<f32>::zeros((2000, 10));
    for (row, label) in labels.iter().enumerate() {
        let part = usize::from(csv[row]["part"] == "blackbox");
        seen[part] += 1;
        let is_wrong = seen[part] % if part == 0 { 10 } else { 5 } == 0;
        probs[[row, if is_wrong { (label + 1) % 10 } else { *label }]] = 1.0;
    }
    ndarray_npy::write_npy(folder.file("runs/v1/dev.npy"), &probs).unwrap();
    let report = folder.gaffe(&["stats", "eyeball", "--json"]).json();
    assert_eq!(report["compared"]["overfit"], true);
    assert_eq!(report["eyeball"]["errors"], seen[0] / 10);
    let text = folder.gaffe(&["stats", "eyeball"]);
    assert!(text.ok().contains("warning: the eyeball part has become better"), "{text:#?}");
}

#[test]
fn dev_is_parted_before_anything_is_predicted() {
    let folder = Folder::pictures(20);
    assert_eq!(folder.gaffe(&["stats", "eyeball", "--csv"]).csv().len(), 20);
    let text = folder.gaffe(&["stats", "eyeball"]);
    assert!(text.ok().contains("gaffe score --model MODEL.onnx"), "{text:#?}");
    assert!(folder.gaffe(&["stats", "eyeball", "--json"]).json()["eyeball"]["ids"].is_array());
}
