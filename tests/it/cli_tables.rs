//! `gaffe score` on tables: models of scikit-learn as skl2onnx exports them, against what ONNX Runtime gave.

use crate::support::project::Folder;
use ndarray::Array2;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sklearn")
}

fn case(name: &str) -> Value {
    let text = fs::read_to_string(fixtures().join("expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    cases.into_iter().find(|case| case["name"] == name).unwrap()
}

fn values(list: &Value) -> Vec<String> {
    let text = |v: &Value| match v {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    list["values"].as_array().unwrap().iter().map(text).collect()
}

/// A project of the rows that the model of a fixture was fed, labelled with what it answers. `classes` are in another
/// order than the model's.
fn project(name: &str, columns: &[&str], preprocess: &str) -> (Folder, Value) {
    let (folder, case) = (Folder::empty(), case(name));
    let inputs: Vec<Vec<String>> = case["inputs"].as_array().unwrap().iter().map(values).collect();
    let labels = values(&case["outputs"][0]);
    let mut table = format!("id,label,place,{}\n", columns.join(","));
    for (row, label) in labels.iter().enumerate() {
        let width = |input: &Vec<String>| input.len() / labels.len();
        let cells: Vec<&str> = inputs
            .iter()
            .flat_map(|input| {
                input[row * width(input)..][..width(input)].iter().map(String::as_str)
            })
            .collect();
        writeln!(table, "e{row},{label},inn,{}", cells.join(",")).unwrap();
    }
    folder.write("dev.csv", table);
    let config = format!(
        "name = \"table\"\nclasses = [\"zebra\", \"ham\", \"spam\"]\n[columns]\nid = \"id\"\nlabel = \"label\"\n\
         [splits]\ndev = \"dev.csv\"\n[preprocess]\n{preprocess}\n"
    );
    folder.write("gaffe.toml", config);
    fs::copy(fixtures().join(format!("{name}.onnx")), folder.file("model.onnx")).unwrap();
    (folder, case)
}

#[track_caller]
fn check(folder: &Folder, case: &Value) {
    let report = folder.gaffe(&["score", "--model", "model.onnx", "--name", "m", "--json"]).json();
    assert_eq!((&report["failed"], &report["examples"]), (&0.into(), &12.into()));
    let ours: Array2<f32> = ndarray_npy::read_npy(folder.file(".gaffe/runs/m/dev.npy")).unwrap();
    // one matrix, or an output a class
    let outputs: Vec<Vec<String>> =
        case["outputs"].as_array().unwrap()[1..].iter().map(values).collect();
    let rows = 0..ours.nrows();
    let theirs: Vec<f32> = rows
        .flat_map(|row| {
            outputs
                .iter()
                .flat_map(move |list| &list[row * list.len() / 12..(row + 1) * list.len() / 12])
        })
        .map(|v| v.parse().unwrap())
        .collect();
    for (ours, theirs) in ours.rows().into_iter().zip(theirs.chunks(3)) {
        // ham, spam, zebra in the model
        for (column, place) in [(0, 2), (1, 0), (2, 1)] {
            assert!((ours[column] - theirs[place]).abs() < 1e-5, "{ours:?} {theirs:?}");
        }
    }
    let errors = folder.gaffe(&["errors", "--run", "m", "--json"]).json();
    assert_eq!(errors.as_array().unwrap().len(), 0, "{errors}");
}

#[test]
fn a_forest_with_names_for_classes_is_scored_in_the_order_of_the_project() {
    for name in ["forest_names", "forest_zipmap", "forest_columns"] {
        let columns = r#"columns = ["a", "b", "c", "d"]"#;
        let (folder, case) = project(name, &["a", "b", "c", "d"], columns);
        check(&folder, &case);
    }
}

#[test]
fn an_input_a_column_finds_its_column_by_name() {
    let columns = ["width", "height", "colour", "size", "age"];
    let (folder, case) = project("columns_forest", &columns, "");
    check(&folder, &case);
}

#[test]
fn columns_that_do_not_fit_are_listed_before_anything_is_scored() {
    let (folder, _) = project("forest_names", &["a", "b", "c", "d"], "");
    let refused = folder.gaffe(&["score", "--model", "model.onnx"]);
    let text = "takes 4 features, the table has 5 columns (place, a, b, c, d)";
    assert!(refused.refused().contains(text), "{}", refused.err);
    let (folder, _) =
        project("forest_names", &["a", "b", "c", "d"], r#"columns = ["a", "b", "c", "place"]"#);
    let refused = folder.gaffe(&["score", "--model", "model.onnx"]);
    assert!(refused.err.contains("column `place` holds `inn`, no number"), "{}", refused.err);
}
