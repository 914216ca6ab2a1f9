//! What other tools write opens by its name alone: `gaffe init FILE… --dry-run` understands it, with a use of every row.

use crate::support::project::{Folder, Outcome};
use std::fs;
use std::path::{Path, PathBuf};

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// A folder with a fixture's files.
fn data(name: &str) -> Folder {
    let folder = Folder::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest").join(name);
    copy(&from, &folder.file("data"));
    folder
}

fn understood(folder: &Folder, files: &[&str]) -> Outcome {
    let files: Vec<String> = files.iter().map(|file| format!("data/{file}")).collect();
    let args = [&["init", "--dry-run"][..], &files.iter().map(String::as_str).collect::<Vec<_>>()]
        .concat();
    folder.gaffe(&args)
}

/// The project file of `files` has all of `words`.
#[track_caller]
fn opens(name: &str, files: &[&str], words: &[&str]) {
    let outcome = understood(&data(name), files);
    let said = format!("{}{}", outcome.ok(), outcome.err);
    for word in words {
        assert!(said.contains(word), "no {word:?} for {name} {files:?} in:\n{said}");
    }
}

#[test]
fn tables_of_dataframes() {
    let whole = ["label = \"label\"", "[runs.v1]"];
    for file in ["records.json", "records.json.gz", "split.json", "columns.json", "index.json"] {
        opens("pandas", &[file], &[]);
    }
    opens("parquet", &["pandas.parquet"], &whole);
    opens("parquet", &["polars.parquet"], &whole);
    opens("arrow_ipc", &["polars.arrow"], &whole);
    opens("arrow_ipc", &["polars.arrows"], &whole);
    opens("arrow_ipc", &["pandas.feather"], &whole);
}

#[test]
fn datasets_and_folders_of_pictures() {
    opens("parquet", &["hf.parquet"], &["file = "]);
    opens("hf_folder", &["dataset"], &["classes = [", "file = "]);
    opens("hf_folder", &["splits"], &["split = \"split\"", "train = ", "dev = "]);
    opens("image_folder", &["classes"], &["classes = [\"10\", \"2\", \"2-b\"]"]);
    opens("image_folder", &["splits"], &["classes = [\"cat\", \"dog\"]", "train = ", "dev = "]);
    opens("image_folder", &["metadata"], &["file = "]);
    opens("idx", &["train-images-idx3-ubyte"], &["train = ", "file = "]);
    opens("idx", &["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"], &["test = "]);
}

#[test]
fn what_annotation_tools_write() {
    opens("label_studio", &["export.json"], &["Label Studio", "label"]);
    opens("label_studio", &["min.json"], &["label"]);
    opens("label_studio", &["export.csv"], &["label"]);
    opens("prodigy", &["binary.jsonl"], &["Prodigy"]);
    opens("prodigy", &["choice.jsonl"], &["Prodigy"]);
    opens("doccano", &["all.jsonl"], &["text = \"text\""]);
    opens("doccano", &["all.csv"], &["text = \"text\""]);
    opens("doccano", &["fasttext.txt"], &["fastText"]);
    opens("argilla", &["records.json"], &["Argilla"]);
    opens("argilla", &["flat.json"], &["label"]);
    opens("labelme", &[""], &["labelme"]);
    opens("fiftyone", &[""], &["FiftyOne"]);
    opens("fiftyone", &["samples.csv"], &["file"]);
}

#[test]
fn what_trainers_write() {
    opens("cleanlab", &["label_issues.csv"], &["given_label", "predicted_label"]);
    opens("numpy", &["plain.npz"], &["[runs.v1]"]);
    opens("mlflow", &["eval_results_table.json"], &["label = \"target\""]);
}

/// A table of gold labels beside predictions that have none.
#[test]
fn predictions_find_their_labels_and_are_never_taken_for_them() {
    let refused = understood(&data("timm"), &["top1.csv"]);
    assert!(
        refused.refused().contains("give the table with the gold labels too"),
        "{}",
        refused.err
    );
    let refused = understood(&data("trainer"), &["predict_results_rte.txt"]);
    assert!(
        refused.refused().contains("give the table with the gold labels too"),
        "{}",
        refused.err
    );
    let folder = data("timm");
    let text = folder.read("data/top1.csv");
    let names: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let labels: Vec<_> = names.iter().map(|name| format!("images/{name},0")).collect();
    folder.write("data/dev.csv", format!("file,label\n{}\n", labels.join("\n")));
    let joined = understood(&folder, &["dev.csv", "top1.csv"]);
    assert!(joined.ok().contains("dev = \"top1.csv\""), "{joined:#?}");
    assert!(joined.err.contains("top1.csv is joined by file name"), "{joined:#?}");
    let folder = data("ultralytics");
    let names: Vec<PathBuf> = fs::read_dir(folder.file("data/predict/labels"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let labels: Vec<_> = names.iter().map(|path| format!("{}.jpg,dog", stem(path))).collect();
    folder.write("data/dev.csv", format!("file,label\n{}\n", labels.join("\n")));
    let joined = understood(&folder, &["dev.csv", "predict/labels"]);
    assert!(joined.ok().contains("predict/labels"), "{joined:#?}");
}

/// One clear message, nothing written, no panic: whatever form it says it is.
#[test]
fn what_is_broken_is_refused_by_name() {
    let broken: &[(&str, &[u8])] = &[
        ("a.parquet", b"PAR1\0\0\0\0nothing\xff\xff\xff\x7fPAR1"),
        ("a.arrow", b"ARROW1\0\0\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ("a.npz", b"PK\x03\x04 nothing"),
        ("a.npy", b"\x93NUMPY\x01\0\xff\xff"),
        ("a.json", b"{\"columns\": ["),
        ("a.jsonl", b"\xff\xfe{\0"),
        ("a.csv", b""),
        ("a-images-idx3-ubyte", b"\0\0\x08\x03\x7f\xff\xff\xff"),
        ("a.txt", b""),
    ];
    let folder = Folder::empty();
    for (name, bytes) in broken {
        folder.write(name, bytes);
        let refused = folder.gaffe(&["init", name]);
        assert!(refused.refused().contains(name), "{name}: {}", refused.err);
        assert!(!refused.err.contains("panicked"), "{name}: {}", refused.err);
        fs::remove_file(folder.file(name)).unwrap();
        fs::create_dir(folder.file(name)).unwrap();
        let refused = folder.gaffe(&["init", name]);
        assert!(refused.refused().contains(name), "{name} as a folder: {}", refused.err);
    }
    assert!(!folder.file("gaffe.toml").exists());
}
