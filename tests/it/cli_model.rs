//! `gaffe score`: real models on real pictures, and those that can't be used.

use crate::support::project::{Folder, command, sample_dir};
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
    assert_eq!((&report["run"], &report["failed"]), (&"v1-again".into(), &0.into()));
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
fn a_picture_that_cant_be_read_is_named_and_the_others_are_scored() {
    let folder = Folder::pictures(8);
    fs::remove_file(folder.file("images/dev-00002.png")).unwrap();
    let whole = fs::read(folder.file("images/dev-00005.png")).unwrap();
    folder.write("images/dev-00005.png", &whole[..whole.len() / 2]);
    folder.write("images/dev-00006.png", "");
    let score = ["score", "--model", "models/v2.onnx"];
    let names = ["3 of 8", "dev-00002.png", "no such file", "dev-00005.png", "dev-00006.png"];
    let kept = folder.gaffe(&[&score[..], &["--json"]].concat());
    let report = kept.json();
    assert_eq!((&report["failed"], &report["examples"]), (&3.into(), &5.into()));
    for name in names {
        assert!(kept.err.contains(name), "{name}: {}", kept.err);
    }
    let probs: Array2<f32> = ndarray_npy::read_npy(folder.file(".gaffe/runs/v2/dev.npy")).unwrap();
    let empty: Vec<usize> =
        (0..8).filter(|&row| probs.row(row).iter().all(|p| p.is_nan())).collect();
    assert_eq!(empty, [2, 5, 6]);
    let about: serde_json::Value =
        serde_json::from_str(&folder.read(".gaffe/runs/v2/dev.json")).unwrap();
    assert_eq!(about["failures"][1]["row"], 5);
    let runs = folder.gaffe(&["runs", "--json"]).json();
    assert_eq!(runs[0]["examples"], 5);
    assert!(folder.gaffe(&["show", "dev-00005", "--json"]).json()["prediction"].is_null());
}

#[test]
fn pictures_none_of_which_can_be_read_make_no_run() {
    let folder = Folder::pictures(7);
    fs::remove_dir_all(folder.file("images")).unwrap();
    let score = ["score", "--model", "models/v2.onnx"];
    refuses(&folder, &score, &["none of 7", "images", "nothing was kept"]);
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
fn what_a_model_does_not_take_is_not_scored() {
    let folder = Folder::small();
    fs::copy(sample_dir().join("models/v2.onnx"), folder.file("v2.onnx")).unwrap();
    refuses(&folder, &["score", "--model", "v2.onnx"], &["token ids", "tokenizer.json"]);
    // the sample's train and test tables come without pictures
    let sample = Folder::sample();
    refuses(
        &sample,
        &["score", "--model", "models/v2.onnx", "--split", "train"],
        &["table rows", "[columns]"],
    );
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

#[test]
fn a_run_stays_that_of_pictures_in_another_folder_but_not_of_other_pictures() {
    let folder = Folder::pictures(4);
    let table = folder.read("dev.csv");
    // the file is the id
    folder.change("gaffe.toml", "id = \"id\"\n", "");
    folder.write("dev.csv", table.replacen("id,", "nr,", 1));
    folder.gaffe(&["score", "--model", "models/v2.onnx", "--embedding"]).ok();
    let scored = folder.gaffe(&["errors", "--run", "v2", "--json"]).json();
    let files: Vec<&str> = table.lines().skip(1).map(|l| l.split(',').nth(1).unwrap()).collect();
    for file in &files {
        folder.write(&format!("moved/{file}"), fs::read(folder.file(file)).unwrap());
        fs::remove_file(folder.file(file)).unwrap();
    }
    let folder_of = files[0].rsplit_once('/').unwrap().0;
    folder.change("dev.csv", &format!(",{folder_of}/"), &format!(",moved/{folder_of}/"));
    let now = folder.gaffe(&["errors", "--run", "v2", "--json"]).json();
    let predictions = |errors: &serde_json::Value| {
        let of =
            |error: &serde_json::Value| (error["prediction"].clone(), error["confidence"].clone());
        errors.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(predictions(&now), predictions(&scored));
    // two pictures change places
    let [a, b] = [0, 1].map(|at| folder.file(&format!("moved/{}", files[at])));
    let (first, second) = (fs::read(&a).unwrap(), fs::read(&b).unwrap());
    fs::write(a, second).unwrap();
    fs::write(b, first).unwrap();
    refuses(&folder, &["errors", "--run", "v2"], &["v2", "other examples", "gaffe score"]);
}

#[test]
fn a_scoring_that_was_killed_goes_on_and_gives_the_same_bytes() {
    let folder = Folder::sample();
    let args = ["score", "--model", "models/v2.onnx", "--threads", "1"];
    folder.gaffe(&[&args[..], &["--name", "whole"]].concat()).ok();
    let mut child = command(folder.root(), &[&args[..], &["--name", "torn"]].concat())
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let journal = folder.file(".gaffe/runs/torn/dev.part.jsonl");
    let lines = || fs::read_to_string(&journal).map_or(0, |text| text.lines().count());
    while lines() < 3 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    if journal.exists() {
        let runs = folder.gaffe(&["runs", "--json"]).json();
        assert!(runs.as_array().unwrap().iter().all(|run| run["run"] != "torn"), "{runs}");
    }
    let resumed = folder.gaffe(&["score", "--model", "models/v2.onnx", "--name", "torn"]);
    resumed.ok();
    let bytes = |run: &str| fs::read(folder.file(&format!(".gaffe/runs/{run}/dev.npy"))).unwrap();
    assert_eq!(bytes("torn"), bytes("whole"), "whatever the number of threads");
    assert!(!journal.exists());
}

#[test]
fn a_model_that_differs_from_its_imported_predictions_is_refused_with_the_reason() {
    let folder = Folder::sample();
    folder.change("gaffe.toml", "mean = [0.2864]", "mean = [0.0]");
    folder.change("gaffe.toml", "std = [0.3533]", "std = [1.0]");
    let again = ["score", "--model", "models/v1.onnx", "--name", "again"];
    refuses(&folder, &again, &["imported predictions of v1", "of 32", "--accept-mismatch"]);
    let accepted = folder.gaffe(&[&again[..], &["--accept-mismatch"]].concat());
    accepted.ok();
    assert!(accepted.err.contains("note: "), "{}", accepted.err);
    // v2 was not imported: there is nothing to hold it against
    folder.gaffe(&["score", "--model", "models/v2.onnx"]).ok();
}

#[test]
fn embeddings_are_kept_and_used() {
    let folder = Folder::sample();
    let made = folder.gaffe(&["embed", "models/v1.onnx", "--half", "--json"]).json();
    assert_eq!((&made["examples"], &made["width"]), (&2000.into(), &64.into()), "{made}");
    let map = folder.gaffe(&["stats", "map", "--layout", "pca", "--json"]).json();
    assert_eq!(map["dimensions"], 64, "{map}");
    let scored = ["score", "--model", "models/v2.onnx", "--embedding", "--json"];
    folder.gaffe(&scored).json();
    let own: Array2<f32> =
        ndarray_npy::read_npy(folder.file(".gaffe/runs/v2/dev.embedding.npy")).unwrap();
    assert_eq!(own.dim(), (2000, 64));
}

#[test]
fn a_model_is_described_with_and_without_a_project() {
    let folder = Folder::sample();
    let about = folder.gaffe(&["model", "models/v1.onnx", "--json"]).json();
    assert_eq!(about["inputs"][0]["shape"][2], 28);
    assert_eq!(about["preprocess"][0]["from"], "gaffe.toml");
    assert!(about["ms"]["p50"]["value"].as_f64().unwrap() > 0.0);
    let printed = folder.gaffe(&["model", "models/v1.onnx"]);
    let text = printed.ok();
    for word in ["image", "logits", "multiply-adds", "tract", "an example here"] {
        assert!(text.contains(word), "no {word:?} in: {text}");
    }
    let alone = Folder::empty();
    fs::copy(sample_dir().join("models/v1.onnx"), alone.file("m.onnx")).unwrap();
    let about = alone.gaffe(&["model", "m.onnx", "--json"]).json();
    assert_eq!(about["output"], "logits: softmax applied");
}
