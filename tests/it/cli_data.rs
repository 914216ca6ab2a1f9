//! Tables and probabilities in the forms that other programs write.

use crate::support::project::{Folder, PROBS, SMALL, TABLE};
use gaffe::dataset::{Order, Verdict};

#[track_caller]
fn reads_as_the_plain_table(folder: &Folder) {
    let plain = Folder::small();
    let list = |folder: &Folder| folder.gaffe(&["errors", "--order", "data", "--json"]).json();
    assert_eq!(list(folder), list(&plain));
    let place = |folder: &Folder| folder.gaffe(&["show", "f", "--json"]).json()["metadata"].clone();
    assert_eq!(place(folder), place(&plain));
}

#[test]
fn tables_of_other_programs_are_read() {
    let folder = Folder::small();
    for table in [
        format!("\u{feff}{TABLE}"),
        TABLE.replace('\n', "\r\n"),
        format!("\u{feff}{}", TABLE.replace('\n', "\r\n")),
        TABLE.trim_end().to_owned(),
        format!("{TABLE}\n\n"),
        TABLE.replace("cat", "\"cat\""),
        // all labels by number
        TABLE.replace("cat", "0").replace("dog", "1").replace("Ankle boot", "2"),
    ] {
        folder.write("dev.csv", &table);
        reads_as_the_plain_table(&folder);
    }
    folder.write("dev.tsv", TABLE.replace(',', "\t"));
    folder.change("gaffe.toml", "dev.csv", "dev.tsv");
    reads_as_the_plain_table(&folder);
    folder.write(
        "gaffe.toml",
        format!("\u{feff}{}", folder.read("gaffe.toml")).replace('\n', "\r\n"),
    );
    reads_as_the_plain_table(&folder);
}

#[test]
fn a_cell_keeps_its_line_ends() {
    let folder = Folder::small();
    folder.change("dev.csv", "purrs", "\"purrs,\nthen \"\"sleeps\"\"\"");
    let shown = folder.gaffe(&["show", "d", "--json"]).json();
    assert_eq!(shown["text"], "purrs,\nthen \"sleeps\"");
    assert_eq!(folder.gaffe(&["errors"]).ok().lines().count(), 4, "one line an error");
}

#[test]
fn metadata_is_shown_as_it_was_written() {
    let folder = Folder::small();
    folder.change("dev.csv", "purrs,dog,in", "purrs,dog,0420");
    folder.change("dev.csv", "meows,cat,in", "meows,cat,0.50");
    for (from, to) in [("out", "7"), ("in\n", "7\n")] {
        folder.change("dev.csv", from, to);
    }
    for (id, value) in [("a", "0.50"), ("d", "0420"), ("e", "7")] {
        assert_eq!(folder.gaffe(&["show", id, "--json"]).json()["metadata"]["place"], value);
    }
}

#[test]
fn a_row_of_nan_has_no_prediction_and_counts_nowhere() {
    let folder = Folder::small();
    let mut probs = PROBS;
    probs[0] = [f32::NAN; 3];
    probs[3] = [f32::NAN; 3];
    folder.npy("v1.npy", &probs);
    let runs = folder.gaffe(&["runs", "--json"]).json();
    assert_eq!((&runs[0]["examples"], &runs[0]["errors"]), (&4.into(), &2.into()));
    assert_eq!(folder.gaffe(&["tally", "--json"]).json()["examples"], 4);
    assert_eq!(folder.gaffe(&["compare", "v1", "v1", "--json"]).json()["examples"], 4);
    assert_eq!(folder.gaffe(&["errors", "--json"]).json().as_array().unwrap().len(), 2);
    let shown = folder.gaffe(&["show", "d", "--json"]).json();
    assert!(shown["prediction"].is_null());
    let text = folder.gaffe(&["show", "d"]);
    assert!(text.ok().contains("no probabilities") && !text.out.contains("NaN"), "{text:#?}");
}

#[test]
fn a_run_without_errors_and_one_without_predictions_are_no_trouble() {
    let folder = Folder::small();
    let gold = [0, 1, 2, 1, 0, 0];
    let right: [[f32; 3]; 6] =
        std::array::from_fn(|i| std::array::from_fn(|k| f32::from(u8::from(gold[i] == k))));
    for (probs, examples) in [(right, 6), ([[f32::NAN; 3]; 6], 0)] {
        folder.npy("v1.npy", &probs);
        let runs = folder.gaffe(&["runs", "--json"]).json();
        assert_eq!((&runs[0]["examples"], &runs[0]["errors"]), (&examples.into(), &0.into()));
        assert_eq!(folder.gaffe(&["tally", "--json"]).json()["errors"], 0);
        for args in [&["runs"][..], &["tally"], &["errors"], &["compare", "v1", "v1"]] {
            let text = folder.gaffe(args);
            assert!(!text.ok().contains("NaN") && !text.out.contains("inf"), "{text:#?}");
        }
    }
}

#[test]
fn decisions_stay_with_their_examples_when_the_table_changes() {
    let folder = Folder::small();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.tag(3, "odd");
    reviewer.tag(5, "odd");
    drop(reviewer);
    // f leaves, the others stand in another order, one is new
    let rows: Vec<&str> = TABLE.lines().collect();
    let table = [rows[0], "g,new,dog,in", rows[4], rows[5], rows[1], rows[2], rows[3]];
    folder.write("dev.csv", table.join("\n"));
    folder.npy("v1.npy", &[[0.0, 1.0, 0.0], PROBS[3], PROBS[4], PROBS[0], PROBS[1], PROBS[2]]);
    let tally = folder.gaffe(&["tally", "--json"]).json();
    assert_eq!((&tally["errors"], &tally["reviewed"]), (&2.into(), &1.into()));
    assert_eq!(tally["categories"][0]["count"], 1);
    let tagged = folder.gaffe(&["export", "tags"]).csv();
    assert_eq!(tagged.iter().map(|row| row["id"].as_str()).collect::<Vec<_>>(), ["d"]);
}

#[test]
fn data_files_become_a_project_that_understands_them() {
    let folder = Folder::empty();
    folder.write("data/dev.tsv", TABLE.replace(',', "\t"));
    folder.write("data/classes.txt", "\u{feff}cat\r\ndog\r\nAnkle boot\r\n");
    folder.npy("probs of v1.npy", &PROBS);
    let args = ["init", "data/dev.tsv", "probs of v1.npy", "data/classes.txt"];
    let before = folder.listing();
    let shown = folder.gaffe(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(folder.listing(), before);
    folder.gaffe(&args).ok();
    assert_eq!(folder.read("data/gaffe.toml"), shown.out);
    let errors = folder.gaffe(&["errors", "-p", "data", "--order", "data", "--json"]).json();
    let plain = Folder::small().gaffe(&["errors", "--order", "data", "--json"]).json();
    assert_eq!(errors, plain);
}

#[test]
fn the_split_is_told_from_a_word_of_the_name_not_from_letters() {
    for (name, split) in [
        ("train.csv", "train"),
        ("test_set.csv", "test"),
        ("my-test.csv", "test"),
        ("latest.csv", "dev"),
        ("contest.csv", "dev"),
        ("constraints.csv", "dev"),
        ("valid.csv", "dev"),
    ] {
        let folder = Folder::empty();
        folder.write(name, TABLE);
        let shown = folder.gaffe(&["init", name, "--dry-run"]);
        assert!(shown.ok().contains(&format!("\n{split} = \"{name}\"")), "{shown:#?}");
    }
}

#[test]
fn nothing_given_is_left_out_in_silence() {
    let folder = Folder::empty();
    folder.write("dev.csv", TABLE);
    folder.write("model.onnx", "");
    let made = folder.gaffe(&["init", "dev.csv", "model.onnx", "--dry-run"]);
    let told = format!("{}{}", made.out, made.err);
    assert!(told.contains("model.onnx"), "{made:#?}");
    // an empty label is no class
    folder.change("dev.csv", "purrs,dog", "purrs,");
    let made = folder.gaffe(&["init", "dev.csv", "--dry-run"]);
    assert!(!made.out.contains("\"\""), "{made:#?}");
}

#[test]
fn a_guessed_order_of_the_classes_is_told() {
    let folder = Folder::empty();
    folder.write("dev.csv", TABLE);
    folder.npy("v1.npy", &PROBS);
    let made = folder.gaffe(&["init", "dev.csv", "v1.npy"]);
    made.ok();
    // byte order, which is not that of these columns: without a word the errors are nonsense
    let told = made.err.contains("Ankle boot") && made.err.contains(".txt");
    assert!(told, "{made:#?}");
}

#[test]
fn a_long_name_of_a_column_is_apart_from_its_value() {
    let folder = Folder::small();
    folder.change("dev.csv", "place", "place of recording");
    assert!(folder.gaffe(&["show", "a"]).ok().contains("place of recording "));
}

#[test]
fn groups_of_numbers_stand_in_order_of_value() {
    let folder = Folder::small();
    let table = TABLE.replace(",in\n", ",10\n").replace(",out\n", ",9\n");
    folder.write("dev.csv", table);
    let report = folder.gaffe(&["compare", "v1", "v1", "--by", "place", "--json"]).json();
    let values: Vec<&str> =
        report["groups"].as_array().unwrap().iter().map(|g| g["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["9", "10"]);
}

#[test]
fn the_same_project_without_ids_keeps_its_decisions() {
    let folder = Folder::small();
    folder.write("gaffe.toml", SMALL.replace("id = \"id\"\n", ""));
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.tag(3, "odd");
    let id = reviewer.desk.id(3).to_owned();
    drop(reviewer);
    let shown = folder.gaffe(&["show", &id]);
    assert!(shown.ok().contains("purrs") && shown.out.contains("odd"), "{shown:#?}");
}

#[test]
fn the_same_id_in_another_split_is_another_example() {
    let folder = Folder::small();
    folder.write("train.csv", TABLE);
    folder.change("gaffe.toml", "dev = \"dev.csv\"", "dev = \"dev.csv\"\ntrain = \"train.csv\"");
    folder.change("gaffe.toml", "dev = \"v1.npy\"", "dev = \"v1.npy\"\ntrain = \"v1.npy\"");
    let errors = || {
        let runs = folder.gaffe(&["runs", "--json"]).json();
        let of = |i: usize| (runs[i]["split"].clone(), runs[i]["errors"].clone());
        [of(0), of(1)]
    };
    assert_eq!(errors(), [("train".into(), 3.into()), ("dev".into(), 3.into())]);
    let mut reviewer = folder.reviewer("v1", Order::Data);
    let row = reviewer.desk.list()[0];
    reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::LabelWrong, at));
    assert_eq!(errors(), [("train".into(), 3.into()), ("dev".into(), 2.into())]);
    let tally = folder.gaffe(&["tally", "--split", "train", "--json"]).json();
    assert_eq!(tally["reviewed"], 0);
}

#[test]
fn what_was_reviewed_for_one_run_is_no_sample_of_another() {
    let folder = Folder::small();
    folder.change("gaffe.toml", "[runs.v1]", "[runs.v0]\ndev = \"v0.npy\"\n[runs.v1]");
    // the errors of v1, and one more
    let mut probs = PROBS;
    probs[0] = [0.0, 0.0, 1.0];
    folder.npy("v0.npy", &probs);
    let mut reviewer = folder.reviewer("v1", Order::Random);
    let shared: Vec<u32> = reviewer.desk.list().to_vec();
    for row in shared {
        reviewer.decide(|desk, at| desk.set_verdict(row, Verdict::Unsure, at));
    }
    drop(reviewer);
    let basis =
        |run: &str| folder.gaffe(&["tally", "--run", run, "--json"]).json()["basis"].clone();
    assert_eq!(basis("v1"), "all_errors");
    let v0 = folder.gaffe(&["tally", "--run", "v0", "--json"]).json();
    assert_eq!((&v0["reviewed"], &v0["errors"]), (&3.into(), &4.into()));
    assert_eq!(v0["basis"], "reviewed_only");
}

#[test]
fn decisions_on_examples_that_are_gone_are_told() {
    let folder = Folder::small();
    let mut reviewer = folder.reviewer("v1", Order::Data);
    reviewer.tag(3, "odd");
    drop(reviewer);
    folder.change("dev.csv", "\nd,purrs", "\nx,purrs");
    let tally = folder.gaffe(&["tally"]);
    tally.ok();
    assert!(tally.err.contains("1 decisions are on examples that dev does not have"), "{tally:#?}");
}
