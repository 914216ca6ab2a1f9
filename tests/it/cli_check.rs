//! `gaffe check` on a project where everything is wrong, and decisions on files that have moved.

use crate::support::project::{Folder, sample_dir};
use gaffe::dataset::{Ledger, Order, Review, Split, Verdict};
use gaffe::project::Project;
use serde_json::Value;
use std::fs;
use std::path::Path;

const CONFIG: &str = "name = \"pets\"\nclasses = [\"cat\", \"dog\"]\n[columns]\nid = \"id\"\nfile = \"file\"\n\
    label = \"label\"\n[splits]\ntrain = \"train.csv\"\ndev = \"dev.csv\"\n[runs.v1]\ndev = \"v1.npy\"\n\
    [runs.short]\ndev = \"short.npy\"\n";

/// The content of a picture of the sample.
fn picture(at: usize) -> Vec<u8> {
    let table = fs::read_to_string(sample_dir().join("dev.csv")).unwrap();
    let file = table.lines().nth(at + 1).unwrap().split(',').nth(1).unwrap().to_owned();
    fs::read(sample_dir().join(file)).unwrap()
}

fn messy() -> Folder {
    let folder = Folder::empty();
    folder.write("gaffe.toml", CONFIG);
    folder.write("train.csv", "id,file,label\nt1,a.png,cat\nt2,b.png,dog\nt3,a again.png,dog\n");
    folder.write(
        "dev.csv",
        "id,file,label\nd1,c.png,cat\nd2,a too.png,cat\nd3,gone.png,cat\nd4,broken.png,dog\nd5,d.png,bird\n\
         d1,d.png,dog\nd6,d.png,\nd7,d.png,dog\nd8,d.png,dog\n",
    );
    for (name, at) in [("a", 0), ("a again", 0), ("a too", 0), ("b", 1), ("c", 2), ("d", 3)] {
        folder.write(&format!("{name}.png"), picture(at));
    }
    folder.write("broken.png", &picture(4)[..60]);
    let mut probs = [[0.9, 0.1]; 9];
    probs[7] = [f32::NAN; 2];
    folder.npy("v1.npy", &probs);
    folder.npy("short.npy", &probs[..4]);
    folder
}

/// Kind, split and count of each finding.
fn findings(report: &Value) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let finding = |f: &Value| (text(&f["kind"]), text(&f["split"]), f["count"].as_u64().unwrap());
    report["findings"].as_array().unwrap().iter().map(finding).collect()
}

fn expect(report: &Value, expected: &[(&str, &str, u64)]) {
    let expected: Vec<_> =
        expected.iter().map(|(kind, split, n)| ((*kind).into(), (*split).into(), *n)).collect();
    assert_eq!(findings(report), expected, "{report:#}");
}

#[test]
fn everything_that_is_wrong_is_counted_and_named() {
    let folder = messy();
    let report = folder.gaffe(&["check", "--json"]).json();
    expect(
        &report,
        &[
            ("unknown_class", "dev", 1),
            ("duplicate_id", "dev", 1),
            ("missing_file", "dev", 1),
            ("unreadable_file", "dev", 1),
            ("leakage", "dev", 1),
            ("two_labels", "", 1),
            ("unusable_run", "dev", 1),
            ("no_label", "dev", 1),
            ("duplicate", "train", 1),
            ("duplicate", "dev", 1),
            ("no_prediction", "dev", 1),
        ],
    );
    let dev = &report["splits"][1];
    assert_eq!((&dev["examples"], &dev["left_out"]), (&6.into(), &3.into()));
    assert_eq!(dev["per_class"], serde_json::json!([3, 3]));
    let run = &report["runs"][0];
    assert_eq!((&run["predicted"], &run["without"]), (&5.into(), &1.into()));
    assert!((run["accuracy"]["share"].as_f64().unwrap() - 0.6).abs() < 1e-12);
    let case = |at: usize| &report["findings"][at]["first"][0];
    assert_eq!(case(0)["place"], "dev.csv:6");
    assert_eq!(case(2)["example"]["id"], "d3");
    assert_eq!((&case(4)["example"]["id"], &case(4)["other"]["id"]), (&"t1".into(), &"d2".into()));
    assert_eq!(case(5)["other"]["label"], "dog");
}

#[test]
fn people_are_shown_the_first_cases_and_strict_fails() {
    let folder = messy();
    let shown = folder.gaffe(&["check"]);
    for text in [
        "pets   11 findings, 7 of them serious",
        "! left out: 1 row of dev.csv with a label that is no class",
        "    dev.csv:6: label \"bird\" is not in the list of classes",
        "! leakage: 1 example of dev is in train too, with the same content",
        "    train t1 (cat) = dev d2 (cat)",
        "    train t1 (cat) = train t3 (dog)",
        "    dev d3: gone.png: no such file",
        "· v1 has no prediction for 1 example of dev",
    ] {
        assert!(shown.ok().contains(text), "{text}: {}", shown.out);
    }
    let strict = folder.gaffe(&["check", "--strict"]);
    assert_eq!((strict.code, strict.out == shown.out), (1, true), "{strict:#?}");
    assert_eq!(strict.err, "gaffe: 7 findings are serious\n");
}

#[test]
fn without_files_they_are_looked_for_and_a_split_alone_is_compared_with_none() {
    let folder = messy();
    let report = folder.gaffe(&["check", "--no-files", "--split", "dev", "--json"]).json();
    expect(
        &report,
        &[
            ("unknown_class", "dev", 1),
            ("duplicate_id", "dev", 1),
            ("missing_file", "dev", 1),
            ("unusable_run", "dev", 1),
            ("no_label", "dev", 1),
            ("no_prediction", "dev", 1),
        ],
    );
    assert_eq!(
        (&report["decoded"], report["splits"].as_array().unwrap().len()),
        (&false.into(), 1)
    );
}

#[test]
fn a_clean_project_has_nothing() {
    let folder = Folder::small();
    let shown = folder.gaffe(&["check", "--strict"]);
    assert!(shown.ok().starts_with("pets   nothing wrong was found\n"), "{}", shown.out);
    expect(&folder.gaffe(&["check", "--json"]).json(), &[]);
    assert!(!folder.file(".gaffe").exists(), "it only reads");
}

/// A folder with files of the fixtures of `name`, opened as a project.
fn opened(name: &str, files: &[&str], args: &[&str]) -> Folder {
    let folder = Folder::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest").join(name);
    for file in files {
        folder.write(file, fs::read(from.join(file)).unwrap());
    }
    let outcome = folder.gaffe(&[&["init", files[0]], args].concat());
    assert!(!outcome.err.contains("are not there"), "{}", outcome.err);
    outcome.ok();
    folder
}

const IDX: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
const PACKED: [&str; 2] = ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];

#[test]
fn pictures_inside_of_files_are_looked_at_like_files() {
    for (folder, examples) in [
        (opened("arrow_ipc", &["pictures.feather"], &[]), 4),
        (opened("parquet", &["hf.parquet"], &[]), 5),
        (opened("parquet", &["two_pictures.parquet"], &[]), 4),
        (opened("idx", &IDX, &[]), 4),
        (opened("idx", &PACKED, &[]), 4),
    ] {
        let report = folder.gaffe(&["check", "--json"]).json();
        assert_eq!(report["splits"][0]["examples"], examples, "{report:#}");
        assert_eq!(report["splits"][0]["shows"], "picture");
        let wrong = findings(&report).into_iter().filter(|(kind, ..)| kind.ends_with("_file"));
        assert_eq!(wrong.collect::<Vec<_>>(), [], "{report:#}");
        let split = report["splits"][0]["split"].as_str().unwrap();
        let measured = folder.gaffe(&["stats", "properties", "--csv", "--split", split]);
        assert!(measured.csv().iter().all(|row| !row["width"].is_empty()), "{}", measured.out);
    }
}

#[test]
fn the_same_picture_inside_of_two_files_is_leakage() {
    let folder = Folder::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest/hf_folder/splits");
    for name in ["train/data-00000-of-00001.arrow", "validation/data-00000-of-00001.arrow"] {
        folder.write(name, fs::read(from.join(name)).unwrap());
        let list = Path::new(name).with_file_name("state.json");
        folder.write(list.to_str().unwrap(), fs::read(from.join(list.clone())).unwrap());
    }
    folder.write("dataset_dict.json", fs::read(from.join("dataset_dict.json")).unwrap());
    folder.gaffe(&["init", "."]).ok();
    let report = folder.gaffe(&["check", "--json"]).json();
    expect(&report, &[("leakage", "dev", 3), ("no_label", "dev", 1)]);
}

#[test]
fn pictures_that_are_not_inside_of_their_files_are_named() {
    let folder = opened("parquet", &["two_pictures.parquet"], &["--file", "right"]);
    let report = folder.gaffe(&["check", "--json"]).json();
    expect(&report, &[("unreadable_file", "dev", 1)]);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest");
    let folder = Folder::empty();
    for file in ["arrow_ipc/pictures.feather", "parquet/hf.parquet", "idx/train-images-idx3-ubyte"]
    {
        let name = Path::new(file).file_name().unwrap().to_str().unwrap();
        folder.write(name, fs::read(fixtures.join(file)).unwrap());
    }
    // the same twice, then what is no picture, is not in the file, or in a file that is not there
    folder.write(
        "dev.csv",
        "id,file,label\n\
         1,hf.parquet#row=0,a\n2,\"hf.parquet#image,row=0\",b\n3,train-images-idx3-ubyte#idx=0,a\n\
         4,pictures.feather#bytes=0+20,a\n5,hf.parquet#row=99,a\n6,train-images-idx3-ubyte#idx=99,a\n\
         7,pictures.feather#bytes=9999+20,a\n\
         8,gone.feather#bytes=0+20,a\n9,gone.parquet#row=0,a\n10,gone-idx3-ubyte#idx=0,a\n",
    );
    let made = folder.gaffe(&["init", "dev.csv"]);
    assert!(made.err.contains("warning: 4 of 10 files of dev are not there"), "{made:#?}");
    let report = folder.gaffe(&["check", "--json"]).json();
    expect(
        &report,
        &[
            ("missing_file", "dev", 3),
            ("unreadable_file", "dev", 4),
            ("two_labels", "", 1),
            ("duplicate", "dev", 1),
        ],
    );
    let reason = |at: usize| report["findings"][1]["first"][at]["reason"].as_str().unwrap();
    for (at, why) in ["not a readable picture", "no such row", "no picture 99 among 4", "not in it"]
        .iter()
        .enumerate()
    {
        assert!(reason(at).contains(why), "{report:#}");
    }
    let looked = folder.gaffe(&["check", "--no-files", "--json"]).json();
    expect(&looked, &[("missing_file", "dev", 3), ("unreadable_file", "dev", 1)]);
}

#[test]
fn texts_and_rows_are_compared_by_what_they_say() {
    let folder = Folder::small();
    folder.change("dev.csv", "b,barks,dog", "b,meows,dog");
    folder.change("dev.csv", "e,fetches,cat", "e,\" \",cat");
    expect(
        &folder.gaffe(&["check", "--json"]).json(),
        &[("two_labels", "", 1), ("empty_text", "dev", 1), ("duplicate", "dev", 1)],
    );
    folder.change("gaffe.toml", "text = \"text\"\n", "");
    folder.change("dev.csv", "b,meows,dog,out", "b,meows,dog,in");
    let report = folder.gaffe(&["check", "--json"]).json();
    expect(&report, &[("two_labels", "", 1), ("duplicate", "dev", 1)]);
}

#[test]
fn rows_of_a_table_of_several_splits_that_belong_to_none_are_counted_once() {
    let folder = Folder::small();
    folder.change("gaffe.toml", "dev = \"dev.csv\"", "train = \"dev.csv\"\ndev = \"dev.csv\"");
    folder.change("gaffe.toml", "[columns]\n", "[columns]\nsplit = \"place\"\n");
    folder.change("gaffe.toml", "[runs.v1]\ndev = \"v1.npy\"\n", "");
    folder.write(
        "dev.csv",
        "id,text,label,place\na,x,cat,train\nb,y,dog,val\nc,z,dog,holdout\nd,w,dog,\n",
    );
    let report = folder.gaffe(&["check", "--json"]).json();
    expect(&report, &[("no_split", "train", 2)]);
    let case = &report["findings"][0]["first"][0];
    assert_eq!(case["place"], "dev.csv:4");
    assert_eq!(case["reason"], "split \"holdout\" is none of train, dev and test");
}

#[test]
fn rows_of_a_split_without_pictures_are_not_compared() {
    let shown = Folder::sample().gaffe(&["check", "--split", "train", "--strict"]);
    assert!(shown.ok().starts_with("fashion   nothing wrong was found\n"), "{}", shown.out);
}

/// Labels and a run whose columns are in the other order.
fn reversed() -> Folder {
    let folder = Folder::empty();
    let rows = (0..40)
        .map(|row| format!("e{row},text {row},{}\n", if row % 2 == 0 { "ham" } else { "spam" }));
    folder.write("dev.csv", format!("id,text,label\n{}", rows.collect::<String>()));
    let probs: Vec<[f32; 2]> =
        (0..40).map(|row| if row % 2 == 0 { [0.1, 0.9] } else { [0.8, 0.2] }).collect();
    folder.npy("p.npy", &probs);
    folder
}

#[test]
fn classes_in_another_order_are_found_when_the_project_is_made_and_later() {
    let folder = reversed();
    let made = folder.gaffe(&["init", "dev.csv", "p.npy"]);
    let warning = "the columns of v1 seem to be in another order than the classes: the other way round 100.0 % of \
                   the predictions on dev are right, as listed 0.0 %\n  set `classes` in gaffe.toml if that is so: \
                   [\"spam\", \"ham\"]";
    assert!(made.ok().contains("wrote") && made.err.contains(warning), "{made:#?}");
    assert!(made.err.contains("examples: 40 of dev\n"), "{made:#?}");
    let report = folder.gaffe(&["check", "--json"]).json();
    expect(&report, &[("class_order", "dev", 40)]);
    assert_eq!(report["runs"][0]["other_list"]["listing"], "reversed");
    folder.change("gaffe.toml", "\"ham\"", "\"x\"");
    folder.change("gaffe.toml", "\"spam\"", "\"ham\"");
    folder.change("gaffe.toml", "\"x\"", "\"spam\"");
    expect(&folder.gaffe(&["check", "--json"]).json(), &[]);
}

#[test]
fn files_that_are_not_there_are_said_when_the_project_is_made() {
    let folder = Folder::empty();
    folder.write("dev.csv", "id,file,label\na,x.png,cat\nb,y.png,dog\n");
    folder.write("y.png", picture(0));
    let made = folder.gaffe(&["init", "dev.csv"]);
    let warning = "warning: 1 of 2 files of dev are not there, such as x.png\n";
    assert!(made.ok().contains("wrote") && made.err.contains(warning), "{made:#?}");
}

/// A project whose files are the ids; six rows, the predictions are all "cat".
fn of_files(folder: &Folder, prefix: &str, names: &[&str]) {
    let rows: Vec<String> = names.iter().map(|name| format!("{prefix}{name},dog")).collect();
    folder.write("dev.csv", format!("file,label\n{}\n", rows.join("\n")));
    for name in names {
        fs::create_dir_all(folder.file(&format!("{prefix}{name}")).parent().unwrap()).unwrap();
        folder.write(&format!("{prefix}{name}"), picture(0));
    }
    let config = CONFIG.replace("id = \"id\"\n", "").replace("train = \"train.csv\"\n", "");
    folder.write("gaffe.toml", config.replace("[runs.short]\ndev = \"short.npy\"\n", ""));
    folder.npy("v1.npy", &vec![[0.9, 0.1]; names.len()]);
}

fn reviews(ledger: &Ledger) -> Vec<(String, Review)> {
    let mut all: Vec<_> =
        ledger.reviews(Split::Dev).map(|(id, r)| (id.to_owned(), r.clone())).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn verdict(ledger: &Ledger, id: &str) -> Option<Verdict> {
    ledger.review(Split::Dev, id).and_then(|review| review.verdict)
}

/// Opens for writing as the review does: the decisions, and what is said of those that moved.
fn open(folder: &Folder) -> (Ledger, Vec<String>) {
    let project = Project::open(folder.root()).unwrap();
    project.examples(Split::Dev).unwrap();
    let writable = project.open_decisions(|_| false).unwrap();
    assert!(writable.repairs.is_empty(), "{:?}", writable.repairs);
    (writable.ledger, writable.moved)
}

#[test]
fn decisions_on_rows_are_kept_when_columns_and_rows_are_added_and_sorted() {
    let folder = Folder::empty();
    let row =
        |n: u32| format!("{},{},{},0.9,0.1", n % 3, n * 7 % 23, ["cat", "dog"][n as usize % 2]);
    let rows: Vec<String> = (0..12).map(row).collect();
    folder.write("dev.csv", format!("height,width,label,prob_cat,prob_dog\n{}\n", rows.join("\n")));
    folder.gaffe(&["init", "dev.csv"]).ok();
    assert!(folder.read("gaffe.toml").contains("id_of = [\"height\", \"width\"]"));
    let mut reviewer = folder.reviewer("v1", Order::Data);
    let decided = [1, 3, 7];
    for row in decided {
        reviewer
            .decide(|desk, at| desk.set_note(row, &format!("note on {}", rows[row as usize]), at));
    }
    drop(reviewer);
    // a column in front and one behind, the other way round, and more rows
    let changed = (0..20).rev().map(|n| format!("s{n},{},{n}", row(n)));
    let changed = changed.collect::<Vec<_>>().join("\n");
    let header = "source,height,width,label,prob_cat,prob_dog,loss";
    folder.write("dev.csv", format!("{header}\n{changed}\n"));
    expect(&folder.gaffe(&["check", "--json"]).json(), &[]);
    let project = Project::open(folder.root()).unwrap();
    let examples = project.examples(Split::Dev).unwrap();
    let (ledger, _) = project.decisions().unwrap();
    let kept = ledger.reviews(Split::Dev).map(|(id, review)| {
        let row = examples.row_of(id).unwrap();
        let cell = |name: &str| {
            let column = examples.metadata.iter().find(|column| column.name == name);
            column.unwrap().cells.get(row)
        };
        let said = format!("note on {},{},", cell("height"), cell("width"));
        assert!(review.note.starts_with(&said), "{} is on {said}", review.note);
    });
    assert_eq!(kept.count(), decided.len());
}

const BEFORE: [&str; 4] = ["x/1.png", "y/1.png", "2.png", "lost.png"];

/// Three decisions; then the files were moved, sorted otherwise and extended, and one is gone.
fn moved() -> Folder {
    let folder = Folder::empty();
    of_files(&folder, "", &BEFORE);
    let mut reviewer = folder.reviewer("v1", Order::Random);
    for (row, verdict) in [(0, Verdict::Unsure), (1, Verdict::Neither), (3, Verdict::ModelWrong)] {
        reviewer.decide(|desk, at| desk.set_verdict(row, verdict, at));
    }
    of_files(&folder, "data/new/", &["2.png", "3.png", "y/1.png", "x/1.png", "z/1.png"]);
    folder
}

#[test]
fn commands_see_decisions_on_the_files_that_there_are_now() {
    let folder = moved();
    let before = folder.events();
    let report = folder.gaffe(&["check", "--no-files", "--json"]).json();
    expect(&report, &[("moved", "dev", 2), ("unmatched", "dev", 1)]);
    assert_eq!(report["findings"][1]["first"][0]["example"]["id"], "lost.png");
    let listed = folder.gaffe(&["errors", "--json"]);
    assert!(
        listed.err.contains("1 decisions are on examples that dev does not have"),
        "{listed:#?}"
    );
    let listed = listed.json();
    let decided = |row: &&Value| row["verdict"].is_string();
    assert_eq!(listed.as_array().unwrap().iter().filter(decided).count(), 2, "{listed:#}");
    assert_eq!(folder.events(), before, "they only read");
}

#[test]
fn a_review_writes_down_once_that_decisions_followed_and_can_undo_them() {
    let folder = moved();
    let before = folder.events().len();
    let (mut ledger, said) = open(&folder);
    let sentence =
        "files of dev have moved and 2 decisions follow: x/1.png is data/new/x/1.png now";
    assert_eq!(said, [sentence]);
    assert_eq!(verdict(&ledger, "data/new/x/1.png"), Some(Verdict::Unsure));
    assert_eq!(verdict(&ledger, "data/new/y/1.png"), Some(Verdict::Neither));
    assert_eq!(verdict(&ledger, "lost.png"), Some(Verdict::ModelWrong));
    assert_eq!(folder.events().len(), before + 1);
    let (again, said) = open(&folder);
    assert!(said.is_empty() && folder.events().len() == before + 1);
    assert_eq!(reviews(&again), reviews(&ledger));
    let stamp = again.done()[0].stamp.clone();
    while ledger.undo(stamp.clone()).is_some() {}
    assert_eq!(reviews(&ledger), []);
    // and back, with the file that was gone
    of_files(&folder, "", &BEFORE);
    let (back, _) = open(&folder);
    assert_eq!(verdict(&back, "x/1.png"), Some(Verdict::Unsure));
    assert_eq!(back.reviews(Split::Dev).count(), 3);
    expect(&folder.gaffe(&["check", "--no-files", "--json"]).json(), &[]);
}
