use super::*;
use crate::support::project::sample_dir;
use crossterm::event::KeyCode;
use gaffe::find::{Data, Filter, Names};
use gaffe::insight::Enter;
use gaffe::store::{keep_filters, load_filters};
use ndarray::Array2;
use std::collections::{BTreeMap, BTreeSet};

/// A run `v2` that gets every third example right.
fn with_second_run(folder: &Folder) {
    let file = "runs/v1/dev.npy";
    let mut probs: Array2<f32> = ndarray_npy::read_npy(sample_dir().join(file)).unwrap();
    let project = Project::open(folder.root()).unwrap();
    let gold = project.examples(Split::Dev).unwrap().gold;
    for (mut row, class) in probs.rows_mut().into_iter().zip(gold).step_by(3) {
        row.fill(0.0);
        row[class as usize] = 1.0;
    }
    std::fs::create_dir_all(folder.file("runs/v2")).unwrap();
    ndarray_npy::write_npy(folder.file("runs/v2/dev.npy"), &probs).unwrap();
    folder.change(
        "gaffe.toml",
        "[preprocess]",
        "[runs.v2]\ndev = \"runs/v2/dev.npy\"\n\n[preprocess]",
    );
}

fn pinned(folder: &Folder) {
    let pins =
        [("dim", "brightness<0.2"), ("odd", "planet=1"), ("shirts", "label:Shirt capture=blurry")];
    let pins = pins.map(|(name, filter)| (name.to_owned(), filter.to_owned()));
    keep_filters(&folder.file(".gaffe"), &BTreeMap::from(pins)).unwrap();
}

#[test]
fn it_looks_like_this() {
    let folder = reviewed(10);
    with_second_run(&folder);
    pinned(&folder);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "Z");
        let name = format!("slices_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, in_two_themes(&mut stage));
        press(&mut stage, "v");
        insta::assert_snapshot!(format!("slices_versus_{}x{}", size.0, size.1), stage.draw());
    }
    let mut found = stage(&folder, (80, 24));
    press(&mut found, "Zbbb");
    insta::assert_snapshot!("slices_found", found.draw());
    let mut few = stage(&Folder::small(), (80, 24));
    press(&mut few, "Z");
    insta::assert_snapshot!("slices_few", few.draw());
    press(&mut few, "b");
    insta::assert_snapshot!("slices_no_pin", few.draw());
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = reviewed(10);
    same_as_command(&folder, "Z", &["stats", "slices"]);
    same_as_command(
        &folder,
        "/capture=blurry\nZ",
        &["stats", "slices", "--filter", "capture=blurry"],
    );
    with_second_run(&folder);
    pinned(&folder);
    let slices = |more: &[&'static str]| [&["stats", "slices"], more].concat();
    same_as_command(&folder, "Z", &slices(&[]));
    same_as_command(&folder, "Zb", &slices(&["--pinned"]));
    same_as_command(&folder, "Zbb", &slices(&["--given"]));
    same_as_command(&folder, "Zbbb", &slices(&["--found"]));
    same_as_command(&folder, "Zv", &slices(&["--versus", "v2"]));
    same_as_command(&folder, "Zvv", &slices(&[]));
    same_as_command(
        &folder,
        "/label:Shirt\nZbv",
        &slices(&["--pinned", "--versus", "v2", "--filter", "label:Shirt"]),
    );
    let printed = folder.gaffe(&slices(&["--pinned", "--versus", "v2", "--json"])).json();
    let compared = folder.gaffe(&["compare", "v1", "v2", "--json"]).json();
    for name in ["errors_before", "errors_after", "fixed", "broken", "difference", "p_value"] {
        assert_eq!(printed["versus"][name], compared[name], "{name}");
    }
    let by_capture = folder.gaffe(&["compare", "v1", "v2", "--by", "capture", "--json"]).json();
    let given = folder.gaffe(&slices(&["--given", "--versus", "v2", "--json"])).json();
    let values = given["values"].as_array().unwrap();
    let blurry = values.iter().find(|value| value["name"] == "capture=blurry").unwrap();
    for name in ["fixed", "broken", "difference", "examples"] {
        assert_eq!(blurry["versus"][name], by_capture["groups"][0][name], "{name}");
    }
}

/// The errors that the filter of a row selects.
fn errors_of(stage: &Stage, filter: &str, saved: &BTreeMap<String, String>) -> usize {
    let desk = stage.app().desk();
    let (examples, classes) = (desk.examples(), desk.classes());
    let names = Names { classes, tags: desk.ledger().tags(), columns: &examples.metadata };
    let filter = Filter::parse_with(filter, saved, &names).unwrap();
    let review = |row: u32| Some((row, desk.review(row)?.clone()));
    let reviews = (0..examples.len() as u32).filter_map(review).collect();
    let data =
        Data { examples, run: desk.run(), classes, reviews: &reviews, marked: &BTreeSet::new() };
    desk.list().iter().filter(|&&row| filter.matches(&data, row)).count()
}

#[test]
fn every_slice_leads_to_just_its_errors() {
    let folder = reviewed(40);
    pinned(&folder);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "Z");
    let saved = load_filters(&folder.file(".gaffe")).unwrap();
    let report = values(&stage);
    let errors = |line: &Value, figures: &str| line[figures]["errors"].as_u64().unwrap() as usize;
    let page = stage.app().shown().unwrap().page.clone();
    let leads = |sheet: usize| {
        page.sheets[sheet].1.rows().iter().map(|row| match row.enter.as_ref().unwrap() {
            Enter::Errors(filter) => filter.clone(),
            other => panic!("{other:?}"),
        })
    };
    for (line, filter) in report["pinned"].as_array().unwrap().iter().zip(leads(0)) {
        assert_eq!(errors_of(&stage, &filter, &saved), errors(line, "figures"), "{filter}");
    }
    let given = report["values"].as_array().unwrap();
    assert!(given.len() > 20 && leads(1).count() == given.len());
    for (line, filter) in given.iter().zip(leads(1)) {
        assert_eq!(errors_of(&stage, &filter, &saved), errors(line, "figures"), "{filter}");
    }
    let found = report["found"].as_array().unwrap();
    let wide = found.iter().filter(|line| line["narrows"].is_null());
    for (line, filter) in wide.zip(leads(2)) {
        assert_eq!(errors_of(&stage, &filter, &saved), errors(line, "whole"), "{filter}");
    }
}

#[test]
fn a_row_is_pinned_and_unpinned_and_the_cursor_stays() {
    let folder = reviewed(0);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "Z");
    let entered = |stage: &Stage| stage.app().board().unwrap().enter().unwrap();
    let before = entered(&stage);
    press(&mut stage, "p");
    let asked = stage.draw();
    assert!(asked.contains("pin the slice as @label-Shirt"), "{asked}");
    press(&mut stage, "\n");
    assert!(stage.draw().contains("@label-Shirt stands for label:Shirt"), "{}", stage.draw());
    assert_eq!(values(&stage)["pinned"][0]["filter"], "label:Shirt");
    assert_eq!(entered(&stage), before, "the cursor is on the same slice");
    press(&mut stage, "p\n");
    assert!(stage.draw().contains("there is a filter of that name"), "{}", stage.draw());
    press(&mut stage, "2\n");
    assert_eq!(values(&stage)["pinned"].as_array().unwrap().len(), 2);
    stage.key(KeyCode::Home);
    assert_eq!(entered(&stage), Enter::Errors("@label-Shirt".to_owned()));
    press(&mut stage, "p");
    assert!(stage.draw().contains("@label-Shirt is pinned already"), "{}", stage.draw());
    press(&mut stage, "PP");
    assert!(stage.draw().contains("@label-Shirt2 is forgotten"), "{}", stage.draw());
    assert!(values(&stage)["pinned"].is_null());
    press(&mut stage, "P");
    assert!(stage.draw().contains("only pinned slices can be unpinned"), "{}", stage.draw());
}

#[test]
fn what_is_pinned_under_a_filter_is_the_slice_within_it() {
    let folder = reviewed(0);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "/brightness<0.3\nZp\n");
    let report = values(&stage);
    let (pin, first) = (&report["pinned"][0], &report["values"][0]);
    assert_eq!(pin["filter"], format!("(brightness<0.3) {}", first["filter"].as_str().unwrap()));
    assert_eq!(pin["figures"], first["figures"]);
    press(&mut stage, "W");
    press(&mut stage, "dim\n");
    assert!(stage.draw().contains("@dim stands for brightness<0.3"), "{}", stage.draw());
    assert_eq!(values(&stage)["pinned"].as_array().unwrap().len(), 2);
}

#[test]
fn the_order_changes_by_a_key() {
    let folder = reviewed(0);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "Z");
    let column = |stage: &Stage, at: usize| -> Vec<String> {
        let page = &stage.app().shown().unwrap().page;
        let rows = page.sheets[0].1.rows().iter();
        rows.map(|row| row.cells[at].shown()).collect()
    };
    for (at, up, said) in
        [(2, false, "highest error"), (1, false, "largest"), (6, true, "lowest ceiling")]
    {
        press(&mut stage, "o");
        assert!(stage.draw().contains(&format!("given slices, {said} first")), "{}", stage.draw());
        let shown = column(&stage, at);
        let numbers: Vec<f64> = shown
            .iter()
            .map(|text| text.trim_end_matches(" %").replace(',', "").parse().unwrap())
            .collect();
        assert!(numbers.is_sorted_by(|a, b| if up { a <= b } else { a >= b }), "{shown:?}");
    }
    let sorted = folder.gaffe(&["stats", "slices", "--sort", "error"]);
    assert!(sorted.ok().contains("given slices, highest error first"), "{sorted:#?}");
}
