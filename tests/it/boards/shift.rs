use super::*;
use crossterm::event::KeyCode;
use gaffe::insight::Enter;
use std::fmt::Write;

/// The sample with a column of days, which get worse from the 13th on, and without a train split if so.
fn with_days(folder: &Folder, train: bool) {
    let table = folder.read("dev.csv");
    let mut lines = table.lines();
    let mut text = lines.next().unwrap().to_owned() + ",day\n";
    for (at, line) in lines.enumerate() {
        let late = line.contains(",blurry,") && at % 3 > 0;
        let day = if late { 13 + at % 4 } else { 1 + at % 12 };
        writeln!(text, "{line},2024-01-{day:02}").unwrap();
    }
    folder.write("dev.csv", text);
    if !train {
        folder.change("gaffe.toml", "train = \"train.csv\"\n", "");
        folder.change("gaffe.toml", "train = \"runs/v1/train.npy\"\n", "");
    }
}

#[test]
fn it_looks_like_this() {
    let folder = reviewed(10);
    with_days(&folder, true);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "D");
        let name = format!("shift_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, in_two_themes(&mut stage));
        press(&mut stage, "b");
        let name = format!("shift_batches_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, in_two_themes(&mut stage));
        press(&mut stage, "n");
        insta::assert_snapshot!(format!("shift_mix_{}x{}", size.0, size.1), stage.draw());
    }
    let mut empty = stage(&Folder::small(), (80, 24));
    press(&mut empty, "D");
    insta::assert_snapshot!("shift_empty", empty.draw());
}

#[test]
fn its_numbers_are_those_of_the_commands() {
    let folder = reviewed(10);
    let shift = |more: &[&'static str]| [&["stats", "shift"], more].concat();
    let batches = |more: &[&'static str]| [&["stats", "batches"], more].concat();
    same_as_command(&folder, "D", &shift(&[]));
    same_as_command(&folder, "Dv", &shift(&["--to", "test"]));
    same_as_command(&folder, "Dvv", &shift(&["--from", "dev", "--to", "test"]));
    same_as_command(&folder, "Dvvv", &shift(&[]));
    same_as_command(&folder, "/capture=blurry\nD", &shift(&["--filter", "capture=blurry"]));
    same_as_command(&folder, "Db", &batches(&["--column", "capture"]));
    same_as_command(&folder, "Dbn", &batches(&["--column", "capture", "--mix", "label"]));
    same_as_command(&folder, "Dbb", &batches(&["--column", "brightness"]));
    same_as_command(&folder, "Dbbbb", &shift(&[]));
    same_as_command(
        &folder,
        "/label:Shirt\nDb",
        &batches(&["--column", "capture", "--filter", "label:Shirt"]),
    );
    same_as_command(&folder, "Dbv", &shift(&["--column", "capture"]));
    let both = ["--column", "capture", "--first", "blurry", "--second", "sharp"];
    same_as_command(&folder, "Dbv", &shift(&both));
    with_days(&folder, false);
    same_as_command(&folder, "D", &shift(&["--column", "day"]));
    let next = ["--column", "day", "--first", "2024-01-01", "--second", "2024-01-02"];
    same_as_command(&folder, "Dv", &shift(&next));
    same_as_command(&folder, "Db", &batches(&["--column", "day"]));
}

/// Puts the cursor on the first row that begins so, and enters it.
fn enter(stage: &mut Stage, sheet: usize, cells: [&str; 2]) -> Option<Enter> {
    let page = stage.app().shown().unwrap().page.clone();
    let before: usize = page.sheets[..sheet].iter().map(|(_, sheet)| sheet.rows().len()).sum();
    let starts = |row: &gaffe::insight::Row| {
        row.cells.iter().zip(cells).all(|(cell, text)| text.is_empty() || cell.shown() == text)
    };
    let at = page.sheets[sheet].1.rows().iter().position(starts).unwrap();
    stage.key(KeyCode::Home);
    for _ in 0..before + at {
        stage.key(KeyCode::Down);
    }
    let enter = stage.app().board().unwrap().enter();
    stage.key(KeyCode::Enter);
    enter
}

#[test]
fn what_is_new_and_what_moved_lead_to_its_examples() {
    let folder = reviewed(0);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "D");
    let new = enter(&mut stage, 2, ["capture", "blurry"]);
    assert_eq!(new, Some(Enter::All("capture=blurry".to_owned())));
    assert!(stage.draw().contains("of 500 found"), "right ones too: {}", stage.draw());
    stage.key(KeyCode::Esc);
    let moved = enter(&mut stage, 1, ["capture", "sharp"]);
    assert_eq!(moved, Some(Enter::All("capture=sharp".to_owned())));
    assert!(stage.draw().contains("of 1500 found"), "{}", stage.draw());
    stage.key(KeyCode::Esc);
    let report = values(&stage);
    let contrast = report["features"].as_array().unwrap().iter().find(|f| f["name"] == "contrast");
    let outside = contrast.unwrap()["detail"]["outside"].as_u64().unwrap();
    assert!(outside > 0);
    enter(&mut stage, 2, ["contrast", "outside of the range"]);
    assert!(stage.draw().contains(&format!("of {outside} found")), "{}", stage.draw());
}

#[test]
fn a_batch_leads_to_just_its_errors() {
    let folder = reviewed(0);
    let table = folder.read("dev.csv").replacen(",capture,", ",Day,", 1);
    // Values that differ in capitals only can't be told apart by a filter.
    folder.write("dev.csv", table.replacen(",sharp,", ",Blurry,", 400));
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "Db");
    let report = values(&stage);
    let batches = report["batches"].as_array().unwrap();
    assert_eq!(batches.len(), 3);
    for batch in batches {
        let name = batch["name"].as_str().unwrap();
        enter(&mut stage, 0, [name, ""]);
        let found = format!("of {} found", batch["errors"]);
        assert!(stage.draw().contains(&found), "{name} {found}: {}", stage.draw());
        stage.key(KeyCode::Esc);
    }
    press(&mut stage, "b");
    for batch in values(&stage)["batches"].as_array().unwrap() {
        let name = batch["name"].as_str().unwrap();
        let entered = enter(&mut stage, 0, [name, ""]);
        let found = format!("of {} found", batch["errors"]);
        assert!(stage.draw().contains(&found), "{name} {entered:?} {found}: {}", stage.draw());
        stage.key(KeyCode::Esc);
    }
}

#[test]
fn a_class_that_was_never_trained_is_named() {
    let folder = reviewed(0);
    let table = folder.read("train.csv");
    let without: Vec<&str> = table.lines().filter(|line| !line.contains(",Bag,")).collect();
    folder.write("train.csv", without.join("\n") + "\n");
    folder.change("gaffe.toml", "train = \"runs/v1/train.npy\"\n", "");
    let printed = folder.gaffe(&["stats", "shift", "--json"]).json();
    assert_eq!(
        printed["new_classes"],
        serde_json::json!([{"value": "Bag", "first": 0, "second": 207}])
    );
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "D");
    enter(&mut stage, 2, ["label", "Bag"]);
    assert!(stage.draw().contains("of 207 found"), "{}", stage.draw());
}

#[test]
fn a_set_that_can_not_be_read_is_told_and_left_by_a_key() {
    let folder = reviewed(0);
    std::fs::remove_file(folder.file("test.csv")).unwrap();
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "Dv");
    assert!(stage.draw().contains("test.csv"), "{}", stage.draw());
    press(&mut stage, "v");
    assert_eq!(values(&stage)["first"], "train");
}

#[test]
fn the_train_split_is_read_once() {
    let folder = reviewed(0);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "D");
    let first = values(&stage);
    std::fs::remove_file(folder.file("train.csv")).unwrap();
    press(&mut stage, "bbbb");
    assert_eq!(values(&stage), first);
}
