//! `gaffe score`: real models on real pictures, and those that can't be used.

use crate::support::project::{Folder, sample_dir};
use ndarray::Array2;
use std::fs;
use std::path::Path;

#[track_caller]
fn refuses(folder: &Folder, args: &[&str], words: &[&str]) {
    let before = folder.listing();
    let outcome = folder.gaffe(args);
    for word in words {
        assert!(outcome.refused().contains(word), "no {word:?} in: {}", outcome.err);
    }
    assert!(outcome.err.lines().count() > 1, "it does not say what to do: {}", outcome.err);
    assert_eq!(folder.listing(), before);
}

#[test]
fn a_model_scored_here_gives_what_its_training_gave() {
    let folder = Folder::sample();
    let args = ["score", "--model", "models/v1.onnx", "--name", "v1-again", "--json"];
    let report = folder.gaffe(&args).json();
    assert_eq!((&report["run"], &report["unreadable"]), (&"v1-again".into(), &0.into()));
    let read = |path: &Path| -> Array2<f32> { ndarray_npy::read_npy(path).unwrap() };
    let first = read(&sample_dir().join("runs/v1/dev.npy"));
    let again = read(&folder.file(".gaffe/runs/v1-again/dev.npy"));
    assert_eq!(again.dim(), (2000, 10));
    let off = first.iter().zip(&again).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-4, "{off}");
    let ids = |run: &str| {
        let errors = folder.gaffe(&["errors", "--run", run, "--order", "data", "--json"]).json();
        errors.as_array().unwrap().iter().map(|e| e["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("v1"), ids("v1-again"));
    let same = folder.gaffe(&["compare", "v1", "v1-again", "--json"]).json();
    assert_eq!((&same["fixed"], &same["broken"]), (&0.into(), &0.into()));
    // the same name again takes the place of the old run
    folder.gaffe(&args).json();
    let runs = folder.gaffe(&["runs", "--json"]).json();
    let kept = runs.as_array().unwrap().iter().filter(|run| run["run"] == "v1-again");
    assert_eq!(kept.count(), 1);
}

#[test]
fn a_picture_that_cant_be_read_is_named_and_can_be_left_out() {
    let folder = Folder::pictures(8);
    fs::remove_file(folder.file("images/dev-00002.png")).unwrap();
    let whole = fs::read(folder.file("images/dev-00005.png")).unwrap();
    folder.write("images/dev-00005.png", &whole[..whole.len() / 2]);
    folder.write("images/dev-00006.png", "");
    let score = ["score", "--model", "models/v2.onnx"];
    let names = ["3 of 8", "dev-00002.png", "no such file", "dev-00005.png", "dev-00006.png"];
    refuses(&folder, &score, &[&names[..], &["--skip-unreadable"]].concat());
    let kept = folder.gaffe(&[&score[..], &["--skip-unreadable", "--json"]].concat());
    let report = kept.json();
    assert_eq!((&report["unreadable"], &report["examples"]), (&3.into(), &5.into()));
    for name in names {
        assert!(kept.err.contains(name), "{name}: {}", kept.err);
    }
    let probs: Array2<f32> = ndarray_npy::read_npy(folder.file(".gaffe/runs/v2/dev.npy")).unwrap();
    let empty: Vec<usize> =
        (0..8).filter(|&row| probs.row(row).iter().all(|p| p.is_nan())).collect();
    assert_eq!(empty, [2, 5, 6]);
    let runs = folder.gaffe(&["runs", "--json"]).json();
    assert_eq!(runs[0]["examples"], 5);
    assert!(folder.gaffe(&["show", "dev-00005", "--json"]).json()["prediction"].is_null());
}

#[test]
fn pictures_none_of_which_can_be_read_make_no_run() {
    let folder = Folder::pictures(7);
    fs::remove_dir_all(folder.file("images")).unwrap();
    let score = ["score", "--model", "models/v2.onnx", "--skip-unreadable"];
    refuses(&folder, &score, &["7 of 7", "images", "2 more"]);
}

#[test]
fn a_model_that_doesnt_fit_is_refused() {
    let folder = Folder::pictures(4);
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models");
    for entry in fs::read_dir(&models).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.file("models").join(path.file_name().unwrap())).unwrap();
    }
    folder.write("models/text.onnx", "no model");
    folder.write("models/empty.onnx", "");
    let whole = fs::read(folder.file("models/v2.onnx")).unwrap();
    folder.write("models/cut.onnx", &whole[..whole.len() / 2]);
    fs::create_dir(folder.file("models/folder.onnx")).unwrap();
    for model in [
        "gone",
        "text",
        "empty",
        "cut",
        "folder",
        "two_inputs",
        "custom_operator",
        "flat",
        "not_finite",
        "nhwc_softmax",
    ] {
        let path = format!("models/{model}.onnx");
        refuses(&folder, &["score", "--model", &path], &[&path]);
    }
    folder.change("gaffe.toml", "\"Bag\", ", "");
    refuses(&folder, &["score", "--model", "models/v2.onnx"], &["10 classes", "9 (", "gaffe.toml"]);
}

#[test]
fn preprocessing_that_contradicts_the_model_is_refused() {
    for (from, to, words) in [
        ("size = [28, 28]", "size = [32, 32]", &["28", "32"][..]),
        ("channels = 1", "channels = 3", &["channels"]),
        ("mean = [0.2864]", "mean = [72.9]", &["mean", "255"]),
        ("std = [0.3533]", "std = [0.0]", &["std"]),
        ("mean = [0.2864]", "mean = [0.1, 0.2, 0.3]", &["mean", "3"]),
    ] {
        let folder = Folder::pictures(4);
        folder.change("gaffe.toml", from, to);
        let outcome = folder.gaffe(&["score", "--model", "models/v2.onnx"]);
        for word in [words, &["gaffe.toml"]].concat() {
            assert!(outcome.refused().contains(word), "no {word:?} in: {}", outcome.err);
        }
        assert!(!folder.file(".gaffe").exists());
    }
}

#[test]
fn what_is_no_picture_is_not_scored() {
    let folder = Folder::small();
    fs::copy(sample_dir().join("models/v2.onnx"), folder.file("v2.onnx")).unwrap();
    refuses(&folder, &["score", "--model", "v2.onnx"], &["pictures", ".npy"]);
    // the sample's train and test tables come without pictures
    let sample = Folder::sample();
    refuses(&sample, &["score", "--model", "models/v2.onnx", "--split", "train"], &["train"]);
}

#[test]
fn a_run_that_was_scored_for_another_table_is_void() {
    let folder = Folder::pictures(4);
    folder.gaffe(&["score", "--model", "models/v2.onnx"]).ok();
    folder.gaffe(&["errors", "--run", "v2"]).ok();
    let table = folder.read("dev.csv");
    let mut rows: Vec<&str> = table.lines().collect();
    rows[1..].reverse();
    folder.write("dev.csv", rows.join("\n"));
    refuses(&folder, &["errors", "--run", "v2"], &["v2", "another order", "gaffe score"]);
    folder.gaffe(&["score", "--model", "models/v2.onnx"]).ok();
    folder.gaffe(&["errors", "--run", "v2"]).ok();
}
