//! `gaffe stats shift` and `batches`, against figures counted here.

use super::predictions;
use crate::support::project::{Folder, gaffe_in, sample_dir};
use ndarray::{Array1, Array2};
use serde_json::Value;

/// A column of a table of the sample.
fn column(split: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(sample_dir().join(format!("{split}.csv"))).unwrap();
    let at = reader.headers().unwrap().iter().position(|h| h == name).unwrap();
    reader.records().map(|record| record.unwrap()[at].to_owned()).collect()
}

fn numbers(split: &str, name: &str) -> Vec<f64> {
    column(split, name).iter().map(|cell| cell.parse().unwrap()).collect()
}

/// The largest difference of both distribution functions, at every value.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let below =
        |of: &[f64], x: f64| of.iter().filter(|y| **y <= x).count() as f64 / of.len() as f64;
    a.iter().chain(b).map(|&x| (below(a, x) - below(b, x)).abs()).fold(0.0, f64::max)
}

fn variation(a: &[String], b: &[String]) -> f64 {
    let share =
        |of: &[String], v: &str| of.iter().filter(|x| *x == v).count() as f64 / of.len() as f64;
    let mut values: Vec<&String> = a.iter().chain(b).collect();
    values.sort();
    values.dedup();
    values.iter().map(|v| (share(a, v) - share(b, v)).abs()).sum::<f64>() / 2.0
}

#[track_caller]
fn near(found: &Value, expected: f64) {
    assert!((found.as_f64().unwrap() - expected).abs() < 1e-9, "{found} is not {expected}");
}

fn feature<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["features"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap()
}

fn names(report: &Value) -> Vec<&str> {
    report["features"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect()
}

#[test]
fn the_shift_from_train_to_dev_is_measured_feature_by_feature() {
    let folder = Folder::sample();
    let report = folder.gaffe(&["stats", "shift", "--json"]).json();
    for name in ["label", "capture"] {
        let expected = variation(&column("train", name), &column("dev", name));
        near(&feature(&report, name)["effect"], expected);
    }
    for name in ["brightness", "contrast"] {
        let expected = distance(&numbers("train", name), &numbers("dev", name));
        near(&feature(&report, name)["effect"], expected);
    }
    let confidence = |split: &str| -> Vec<f64> {
        let file = sample_dir().join(format!("runs/v1/{split}.npy"));
        let probs: Array2<f32> = ndarray_npy::read_npy(file).unwrap();
        probs.rows().into_iter().map(|r| f64::from(r.fold(0.0_f32, |a, b| a.max(*b)))).collect()
    };
    near(
        &feature(&report, "confidence")["effect"],
        distance(&confidence("train"), &confidence("dev")),
    );
    let predicted = |split: &str| -> Vec<String> {
        let file = sample_dir().join(format!("runs/v1/{split}.npy"));
        predictions(&file).iter().map(usize::to_string).collect()
    };
    let expected = variation(&predicted("train"), &predicted("dev"));
    near(&feature(&report, "prediction")["effect"], expected);
    let capture = feature(&report, "capture");
    assert_eq!(capture["detail"]["unseen"][0]["value"], "blurry");
    let blurry = column("dev", "capture").iter().filter(|c| *c == "blurry").count();
    assert_eq!(capture["detail"]["unseen_examples"], blurry);
}

#[test]
fn p_values_are_corrected_for_their_number_and_the_strongest_comes_first() {
    let folder = Folder::sample();
    let report = folder.gaffe(&["stats", "shift", "--json"]).json();
    assert_eq!(names(&report)[..2], ["capture", "contrast"]);
    let mut p: Vec<(f64, f64)> = report["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["p"].as_f64().unwrap(), f["corrected"].as_f64().unwrap()))
        .collect();
    p.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut least = 0.0_f64;
    for (rank, (raw, corrected)) in p.iter().enumerate() {
        least = least.max((raw * (p.len() - rank) as f64).min(1.0));
        assert!((corrected - least).abs() < 1e-12);
    }
    let csv = folder.gaffe(&["stats", "shift", "--csv"]).csv();
    let rows: Vec<&str> = csv.iter().map(|row| &*row["feature"]).collect();
    assert_eq!(rows, names(&report));
    let moved = |f: &&Value| f["moved"] == "moved";
    let moved: Vec<&str> = report["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(moved)
        .map(|f| f["name"].as_str().unwrap())
        .collect();
    let text = folder.gaffe(&["stats", "shift"]);
    assert!(text.ok().contains(&format!("strongest first: {}\n", moved.join(", "))), "{text:#?}");
    assert!(text.out.contains("examples that it was fitted on"), "confidence moves from train");
    assert!(text.out.lines().all(|line| line.chars().count() <= 100), "{text:#?}");
    let later = folder.gaffe(&["stats", "shift", "--from", "dev", "--to", "test"]);
    assert!(later.ok().starts_with("fashion · dev → test") && !later.out.contains("test-0"));
    assert!(!later.out.contains("fitted on"));
}

#[test]
fn two_batches_of_a_split_are_compared_by_their_rows() {
    let folder = Folder::sample();
    let args = ["stats", "shift", "--column", "capture", "--first", "sharp", "--second", "blurry"];
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    let part = |of: &str| -> Vec<f64> {
        let rows = column("dev", "capture").into_iter().zip(numbers("dev", "contrast"));
        rows.filter(|(capture, _)| capture == of).map(|(_, x)| x).collect()
    };
    let (sharp, blurry) = (part("sharp"), part("blurry"));
    let contrast = feature(&report, "contrast");
    near(&contrast["effect"], distance(&sharp, &blurry));
    assert_eq!(contrast["examples"][0], sharp.len());
    assert!(!names(&report).contains(&"capture"), "it is what the batches were made by");
    let refused = |args: &[&str], words: &[&str]| {
        let outcome = folder.gaffe(&[&["stats", "shift"], args].concat());
        assert!(words.iter().all(|w| outcome.refused().contains(w)), "{words:?} {outcome:#?}");
    };
    let of = |column, first, second| ["--column", column, "--first", first, "--second", second];
    refused(&of("planet", "a", "b"), &["dev.csv", "planet", "capture, brightness"]);
    refused(&of("capture", "sharp", "dark"), &["dev.csv", "\"dark\"", "blurry, sharp"]);
    refused(&of("capture", "sharp", "sharp"), &["sharp", "two values"]);
    refused(&["--from", "dev"], &["both dev", "--column"]);
    refused(&["--run", "v9"], &["v9", "v1"]);
}

#[test]
fn what_only_one_set_has_is_said_to_be_not_compared() {
    let folder = Folder::sample();
    folder.change("dev.csv", "brightness,contrast", "brightness,sharpness");
    folder.change("gaffe.toml", "train = \"runs/v1/train.npy\"\n", "");
    let report = folder.gaffe(&["stats", "shift", "--json"]).json();
    let mut found = names(&report);
    found.sort_unstable();
    assert_eq!(found, ["brightness", "capture", "label"]);
    let text = folder.gaffe(&["stats", "shift"]);
    for line in [
        "not compared: columns that only train has: contrast",
        "not compared: columns that only dev has: sharpness",
        "not compared: predictions and confidence: no run has both train and dev",
    ] {
        assert!(text.ok().contains(line), "{line}: {text:#?}");
    }
    let small = Folder::small();
    let refused = small.gaffe(&["stats", "shift"]);
    assert!(refused.refused().contains("no train split") && refused.err.contains("[splits]"));
}

/// Probabilities of two classes: in the first set 50 of each, in the second `ones` of the last.
fn two_files(ones: usize) -> Folder {
    let folder = Folder::empty();
    let rows = |ones: usize| -> Vec<[f32; 2]> {
        (0..100).map(|i| if i < ones { [0.3, 0.7] } else { [0.9, 0.1] }).collect()
    };
    folder.npy("a.npy", &rows(50));
    folder.npy("b.npy", &rows(ones));
    folder
}

const FILES: [&str; 6] = ["stats", "shift", "--from-probs", "a.npy", "--to-probs", "b.npy"];

#[test]
fn files_are_compared_without_a_project() {
    let folder = two_files(80);
    let report = folder.gaffe(&[&FILES[..], &["--json"]].concat()).json();
    near(&feature(&report, "prediction")["effect"], 0.3);
    near(&feature(&report, "confidence")["effect"], 0.3);
    assert_eq!(feature(&report, "prediction")["moved"], "moved");
    let text = folder.gaffe(&FILES);
    assert!(text.ok().contains("give --from-labels and --to-labels"), "{text:#?}");
    let save = |name: &str, n: usize| {
        let labels: Array1<i64> = (0..n).map(|i| i64::from(i % 2 == 0)).collect();
        ndarray_npy::write_npy(folder.file(name), &labels).unwrap();
    };
    save("y.npy", 100);
    let labels = ["--from-labels", "y.npy", "--to-labels", "y.npy"];
    let report = folder.gaffe(&[&FILES[..], &labels, &["--json"]].concat()).json();
    near(&feature(&report, "label")["effect"], 0.0);
    save("y.npy", 99);
    let refused = folder.gaffe(&[&FILES[..], &labels].concat());
    assert!(refused.refused().contains("y.npy: 99 labels"), "{refused:#?}");
    folder.npy("b.npy", &[[0.2_f32, 0.2, 0.6]]);
    let refused = folder.gaffe(&FILES);
    assert!(refused.refused().contains("b.npy: 3 columns, but a.npy has 2"), "{refused:#?}");
    for usage in [&["--split", "dev"][..], &["--from-labels", "y.npy"], &["--column", "c"]] {
        assert_eq!(folder.gaffe(&[&FILES[..], usage].concat()).code, 2, "{usage:?}");
    }
    let nowhere = gaffe_in(folder.outer(), &["stats", "shift"]);
    assert!(nowhere.refused().contains("no project"));
}

#[test]
fn embeddings_are_compared_when_they_are_given() {
    let folder = two_files(50);
    let save = |name: &str, rows: usize, cols: usize, by: f32| {
        let at = |(i, d): (usize, usize)| ((i * 7 + d * 3) % 11) as f32 + by;
        ndarray_npy::write_npy(folder.file(name), &Array2::from_shape_fn((rows, cols), at))
            .unwrap();
    };
    let args = [&FILES[..], &["--from-embeddings", "ea.npy", "--to-embeddings", "eb.npy"]].concat();
    save("ea.npy", 100, 3, 0.0);
    save("eb.npy", 100, 3, 4.0);
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    let moved = feature(&report, "embedding");
    assert_eq!((&moved["moved"], &names(&report)[0]), (&"moved".into(), &"embedding"));
    save("eb.npy", 100, 3, 0.0);
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(feature(&report, "embedding")["moved"], "not_shown");
    save("eb.npy", 100, 4, 0.0);
    let text = folder.gaffe(&args);
    assert!(text.ok().contains("embeddings of other dimensions"), "{text:#?}");
    save("eb.npy", 90, 3, 0.0);
    let refused = folder.gaffe(&args);
    assert!(refused.refused().contains("eb.npy: 90 rows, but there are 100"), "{refused:#?}");
}

/// Whether v1 is wrong on each dev example.
fn wrong() -> Vec<bool> {
    let classes = crate::support::project::CLASSES;
    let predicted = predictions(&sample_dir().join("runs/v1/dev.npy"));
    column("dev", "label").iter().zip(predicted).map(|(l, p)| classes[p] != l).collect()
}

/// Errors and examples of those rows.
fn count(rows: impl Iterator<Item = usize>) -> (f64, f64) {
    let wrong = wrong();
    rows.fold((0.0, 0.0), |(k, n), row| (k + f64::from(u8::from(wrong[row])), n + 1.0))
}

#[test]
fn the_chart_of_two_batches_is_that_worked_out_by_hand() {
    let folder = Folder::sample();
    let capture = column("dev", "capture");
    let args = ["stats", "batches", "--column", "capture"];
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    let centre = 318.0 / 2000.0;
    near(&report["centre"], centre);
    let (mut average, mut variance) = (centre, 0.0);
    for (at, name) in ["blurry", "sharp"].into_iter().enumerate() {
        let (k, n) = count((0..2000).filter(|&row| capture[row] == name));
        average = 0.2 * k / n + 0.8 * average;
        variance = 0.04 * centre * (1.0 - centre) / n + 0.64 * variance;
        let batch = &report["batches"][at];
        assert_eq!((&batch["name"], batch["errors"].as_u64()), (&name.into(), Some(k as u64)));
        near(&batch["rate"]["share"], k / n);
        near(&batch["raw"]["average"], average);
        near(&batch["raw"]["low"], centre - 3.0 * f64::sqrt(variance));
        near(&batch["raw"]["high"], centre + 3.0 * f64::sqrt(variance));
        assert_eq!(batch["adjusted"], Value::Null);
    }
    let text = folder.gaffe(&args);
    assert!(text.ok().contains("leaves its limits at: blurry, sharp"), "{text:#?}");
    let wide = folder.gaffe(&[&args[..], &["--limit", "9", "--lambda", "1"]].concat());
    assert!(wide.ok().contains("never leaves its limits"), "{wide:#?}");
    let csv = folder.gaffe(&[&args[..], &["--lambda", "1", "--csv"]].concat()).csv();
    assert!(
        csv.iter().all(|row| row["average"] == row["error"] && !row.contains_key("mix_effect"))
    );
    let first = folder.gaffe(&[&args[..], &["--reference", "1", "--json"]].concat()).json();
    let (k, n) = count((0..2000).filter(|&row| capture[row] == "blurry"));
    near(&first["centre"], k / n);
}

#[test]
fn the_adjusted_error_is_the_one_with_the_usual_mix() {
    let folder = Folder::sample();
    let args = ["stats", "batches", "--column", "brightness", "--batches", "8", "--mix", "label"];
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    let (labels, brightness) = (column("dev", "label"), numbers("dev", "brightness"));
    let batches = report["batches"].as_array().unwrap();
    let edges: Vec<f64> =
        batches.iter().map(|b| b["name"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(edges.len(), 8);
    let of = |row: usize| edges.iter().rposition(|edge| *edge <= brightness[row]).unwrap();
    let rate = |class: &&str| {
        let (k, n) = count((0..2000).filter(|&row| labels[row] == *class));
        k / n
    };
    let rates = crate::support::project::CLASSES.map(|class| (class, rate(&class)));
    let usual = |row: usize| rates.iter().find(|(class, _)| *class == labels[row]).unwrap().1;
    for (at, batch) in batches.iter().enumerate() {
        let rows: Vec<usize> = (0..2000).filter(|&row| of(row) == at).collect();
        let (k, n) = count(rows.iter().copied());
        assert_eq!(batch["examples"], rows.len());
        let expected: f64 = rows.iter().map(|&row| usual(row)).sum();
        near(&batch["adjusted"]["error"], 318.0 / 2000.0 + (k - expected) / n);
    }
    let csv = folder.gaffe(&[&args[..], &["--csv"]].concat()).csv();
    let adjusted: f64 = csv[3]["adjusted_error"].parse().unwrap();
    near(&batches[3]["adjusted"]["error"], adjusted);
    let text = folder.gaffe(&args);
    assert!(text.ok().contains("without what the mix of label explains\n"), "{text:#?}");
    assert!(text.out.lines().all(|line| line.chars().count() <= 100), "{text:#?}");
    let column = ["stats", "batches", "--column", "capture", "--mix", "contrast", "--json"];
    assert!(folder.gaffe(&column).json()["batches"][0]["adjusted"]["error"].is_number());
}

#[test]
fn examples_without_a_prediction_are_in_no_batch() {
    let folder = Folder::small();
    let args = ["stats", "batches", "--column", "place"];
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    assert_eq!((&report["left_out"], &report["batches"][0]["examples"]), (&0.into(), &3.into()));
    let mut probs = crate::support::project::PROBS;
    probs[0] = [f32::NAN; 3];
    folder.npy("v1.npy", &probs);
    let report = folder.gaffe(&[&args[..], &["--json"]].concat()).json();
    assert_eq!((&report["left_out"], &report["batches"][0]["examples"]), (&1.into(), &2.into()));
    assert!(folder.gaffe(&args).ok().contains("left out: 1 examples"));
}

#[test]
fn wrong_batches_are_refused() {
    let folder = Folder::small();
    let refused = |args: &[&str], words: &[&str]| {
        let outcome = folder.gaffe(&[&["stats", "batches"], args].concat());
        assert!(words.iter().all(|w| outcome.refused().contains(w)), "{words:?} {outcome:#?}");
    };
    refused(&["--column", "planet"], &["dev.csv", "\"planet\"", "there is: place"]);
    refused(&["--column", "place", "--mix", "planet"], &["\"planet\"", "place, label"]);
    refused(&["--column", "place", "--mix", "place"], &["says nothing of the mix", "rare"]);
    refused(&["--column", "place", "--lambda", "0"], &["0 < λ ≤ 1"]);
    for usage in [
        &[][..],
        &["--column", "place", "--batches", "0"],
        &["--column", "place", "--reference", "0"],
    ] {
        assert_eq!(folder.gaffe(&[&["stats", "batches"], usage].concat()).code, 2, "{usage:?}");
    }
    folder.change("dev.csv", "in\n", "out\n");
    let text = folder.gaffe(&["stats", "batches", "--column", "place"]);
    assert!(text.ok().contains("fewer than two batches"), "{text:#?}");
}
