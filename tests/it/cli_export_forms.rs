//! `gaffe export labels` of what other tools write: whatever its form, the written file opens again with the labels
//! corrected.

use crate::support::project::{Folder, Outcome};
use gaffe::dataset::{Examples, Media, Split, Stamp};
use gaffe::media;
use gaffe::project::Project;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// A project made of a fixture, and the split that it is.
fn opened(name: &str, files: &[&str]) -> (Folder, Split) {
    let folder = Folder::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest").join(name);
    copy(&from, &folder.file("data"));
    let files: Vec<_> = files.iter().map(|file| format!("data/{file}")).collect();
    let args = files.iter().map(String::as_str);
    folder.gaffe(&["init"].into_iter().chain(args).collect::<Vec<_>>()).ok();
    let config = if folder.file("gaffe.toml").is_file() { "" } else { "data" };
    if config == "data" {
        copy(&folder.file("data"), folder.root());
        fs::remove_dir_all(folder.file("data")).unwrap();
    }
    let splits = Project::open(folder.root()).unwrap().config().splits.clone();
    let split =
        if splits.contains_key(&Split::Dev) { Split::Dev } else { *splits.keys().next().unwrap() };
    (folder, split)
}

/// Gives the first example of a split another class; its id and both labels.
fn relabel(folder: &Folder, split: Split) -> (String, String, String) {
    let project = Project::open(folder.root()).unwrap();
    let examples = project.examples(split).unwrap();
    let (id, old) = (examples.ids.get(0), examples.gold[0]);
    let new = (old + 1) % project.classes().len() as u32;
    let name = |class: u32| project.classes().name(class).to_owned();
    let mut writable = project.open_decisions(|_| false).unwrap();
    let stamp = Stamp { at: 1_700_000_000_000, who: "ada".into(), split, ..Stamp::default() };
    let event = writable.ledger.decide(&[id], stamp, |_, review, stamp| {
        review.set_relabel(&name(new), stamp);
    });
    writable.store.append(&event.unwrap()).unwrap();
    (id.to_owned(), name(old), name(new))
}

/// Labels by id.
fn labels(project: &Project, examples: &Examples) -> BTreeMap<String, String> {
    let name = |class: &u32| project.classes().name(*class).to_owned();
    examples.ids.iter().map(str::to_owned).zip(examples.gold.iter().map(name)).collect()
}

/// What is shown of each example, by id: pixels, or the text.
fn shown(project: &Project, examples: &Examples) -> BTreeMap<String, Vec<u8>> {
    let root = project.media_root(examples.split).unwrap();
    let content = |row: usize| match &examples.media {
        Media::Picture(files) => media::decode(&root.join(files.get(row)))
            .map_or(vec![], image::DynamicImage::into_bytes),
        Media::Text(texts) => texts.get(row).as_bytes().to_vec(),
        Media::Sound(_) => panic!("no sounds here"),
        Media::Row => vec![],
    };
    let row = |(row, id): (usize, &str)| (id.to_owned(), content(row));
    examples.ids.iter().enumerate().map(row).collect()
}

/// Relabels an example, exports to `to`, opens what was written in a folder of its own, and compares.
#[track_caller]
fn round_trip(name: &str, files: &[&str], to: &str) -> (Folder, Outcome) {
    let (folder, split) = opened(name, files);
    let (id, old, new) = relabel(&folder, split);
    fs::create_dir(folder.file("again")).unwrap();
    let written = format!("again/{split}{to}");
    let outcome = folder.gaffe(&["export", "labels", "--split", split.name(), "-o", &written]);
    outcome.ok();
    assert!(outcome.err.contains("1 label corrected"), "{}", outcome.err);
    let text = folder.read(&written);
    assert!(
        text.lines().any(|l| [&old, &new, "ada"].iter().all(|word| l.contains(*word))),
        "{text}"
    );
    folder.gaffe(&["init", &written]).ok();
    let before = Project::open(folder.root()).unwrap();
    let after = Project::open(&folder.file("again")).unwrap();
    let examples = [&before, &after].map(|project| project.examples(split).unwrap());
    let mut expected = labels(&before, &examples[0]);
    assert_eq!(expected.insert(id, new), Some(old));
    assert_eq!(labels(&after, &examples[1]), expected, "{name} {files:?}\n{text}");
    let media = shown(&before, &examples[0]);
    assert_eq!(shown(&after, &examples[1]), media);
    (folder, outcome)
}

#[test]
fn tables_of_dataframes() {
    round_trip("parquet", &["pandas.parquet"], ".csv");
    round_trip("parquet", &["polars.parquet"], ".jsonl");
    round_trip("arrow_ipc", &["polars.arrows"], ".csv");
    round_trip("arrow_ipc", &["pandas.feather"], ".tsv");
    for file in ["records.json", "records.json.gz", "split.json", "columns.json", "index.json"] {
        round_trip("pandas", &[file], ".csv");
    }
}

#[test]
fn pictures_inside_of_files_and_in_folders() {
    round_trip("parquet", &["hf.parquet"], ".csv");
    round_trip("arrow_ipc", &["pictures.feather"], ".jsonl");
    round_trip("hf_folder", &["dataset"], ".csv");
    round_trip("image_folder", &["classes"], ".csv");
    round_trip("image_folder", &["metadata"], ".jsonl");
    round_trip("idx", &["train-images-idx3-ubyte"], ".csv");
}

#[test]
fn what_annotation_tools_write() {
    round_trip("label_studio", &["export.json"], ".csv");
    round_trip("label_studio", &["min.json"], ".jsonl");
    round_trip("label_studio", &["export.csv"], ".csv");
    round_trip("prodigy", &["binary.jsonl"], ".jsonl");
    round_trip("prodigy", &["choice.jsonl"], ".csv");
    round_trip("doccano", &["all.jsonl"], ".jsonl");
    round_trip("doccano", &["fasttext.txt"], ".csv");
    round_trip("argilla", &["records.json"], ".csv");
    round_trip("argilla", &["flat.json"], ".jsonl");
    round_trip("labelme", &[""], ".csv");
    round_trip("fiftyone", &[""], ".csv");
}

#[test]
fn labels_that_doccano_joined_stay_no_class() {
    let folder = Folder::empty();
    folder.write("all.csv", "id,text,label\n1,a,x\n2,b,x#y\n3,c,y\n4,d,x\n");
    folder.gaffe(&["init", "all.csv"]).ok();
    relabel(&folder, Split::Dev);
    folder.gaffe(&["export", "labels", "-o", "fixed.csv"]).ok();
    assert!(folder.read("fixed.csv").contains("\n1,a,y,x,y,ada,"), "{}", folder.read("fixed.csv"));
    assert!(folder.read("fixed.csv").contains("\n2,b,x#y,,,,\n"));
    fs::remove_file(folder.file("gaffe.toml")).unwrap();
    let made = folder.gaffe(&["init", "fixed.csv"]);
    assert!(made.err.contains("examples: 3 of dev"), "{}", made.err);
    assert!(folder.read("gaffe.toml").contains("classes = [\"x\", \"y\"]"));
}

#[test]
fn what_trainers_write() {
    round_trip("mlflow", &["eval_results_table.json"], ".csv");
    round_trip("numpy", &["plain.npz"], ".csv");
}

#[test]
fn a_table_of_several_splits_is_written_with_the_corrections_of_all() {
    let (folder, _) = opened("hf_folder", &["splits"]);
    let relabelled = [Split::Train, Split::Dev].map(|split| relabel(&folder, split));
    let exported = folder.gaffe(&["export", "labels", "-o", "all.csv"]);
    assert!(exported.err.contains("2 labels corrected"), "{}", exported.err);
    assert!(exported.err.contains("the 7 examples, not the table as it came (a folder of datasets' save_to_disk); 1 row that is left out"), "{}", exported.err);
    let rows = crate::support::project::records(&folder.read("all.csv"));
    assert_eq!(rows.len(), 7);
    for (id, old, new) in relabelled {
        let row = rows.iter().find(|row| row["id"] == id).unwrap();
        assert_eq!([&row["label"], &row["old_label"]], [&new, &old]);
    }
    fs::remove_file(folder.file("gaffe.toml")).unwrap();
    let made = folder.gaffe(&["init", "all.csv"]);
    assert!(made.err.contains("examples: 3 of train, 4 of dev"), "{}", made.err);
}

#[test]
fn class_indices_stay_an_array() {
    let folder = Folder::empty();
    let labels = ndarray::Array1::from(vec![2_i64, -1, 0, 1]);
    ndarray_npy::write_npy(folder.file("labels.npy"), &labels).unwrap();
    folder.npy("probs.npy", &[[0.1, 0.2, 0.7], [0.4, 0.3, 0.3], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1]]);
    folder.write("classes.txt", "cat\ndog\neel\n");
    folder.gaffe(&["init", "labels.npy", "probs.npy", "classes.txt"]).ok();
    let (.., new) = relabel(&folder, Split::Dev);
    assert_eq!(new, "cat");
    folder.gaffe(&["export", "labels", "-o", "fixed.npy"]).ok();
    let fixed: ndarray::Array1<i64> = ndarray_npy::read_npy(folder.file("fixed.npy")).unwrap();
    assert_eq!(fixed.to_vec(), [0, -1, 0, 1], "rows that are no examples keep their place");
    let refused = folder.gaffe(&["export", "labels", "-o", "fixed.parquet"]);
    assert!(refused.refused().contains("labels are written as CSV"), "{}", refused.err);
    assert!(!folder.file("fixed.parquet").exists());
}

#[test]
fn files_of_a_folder_that_is_the_table_are_never_overwritten() {
    let (folder, _) = opened("image_folder", &["metadata"]);
    let config = folder.read("gaffe.toml");
    let table = config.lines().find_map(|line| line.strip_prefix("dev = \"")).unwrap();
    let file = format!("{}/metadata.csv", table.trim_end_matches('"'));
    let before = folder.listing();
    let refused = folder.gaffe(&["export", "labels", "-o", &file]);
    assert!(refused.refused().contains("never overwritten"), "{}", refused.err);
    assert_eq!(folder.listing(), before);
    // the folder of the project is the table: what was exported there may be exported again
    let root = folder.file(table.trim_end_matches('"'));
    fs::remove_file(folder.file("gaffe.toml")).unwrap();
    let inside = |args: &[&str]| crate::support::project::gaffe_in(&root, args);
    inside(&["init", "."]).ok();
    for _ in 0..2 {
        inside(&["export", "labels", "-o", "fixed.jsonl"]).ok();
    }
    assert_eq!(inside(&["export", "labels", "-o", "metadata.csv"]).code, 1);
}
