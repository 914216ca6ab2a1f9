use super::*;
use std::path::{Path, PathBuf};
use tract_onnx::prelude::Framework;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sklearn")
}

fn model(name: &str) -> ModelProto {
    tract_onnx::onnx().proto_model_for_path(folder().join(format!("{name}.onnx"))).unwrap()
}

fn names(model: &ModelProto) -> Vec<String> {
    classes(model.graph.as_ref().unwrap()).map(|list| list.names).unwrap_or_default()
}

fn outputs(model: &ModelProto) -> Vec<&str> {
    model.graph.as_ref().unwrap().output.iter().map(|output| output.name.as_str()).collect()
}

#[test]
fn labels_are_the_classes_of_the_largest_probabilities() {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut checked = 0;
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let names = names(&model(name));
        // a forest of the standard's own tests, which gives no labels
        if name.starts_with("node_") {
            continue;
        }
        assert!(names.len() >= 2, "{name}: {names:?}");
        let output = |i: usize| case["outputs"][i]["values"].as_array().unwrap();
        let width = output(1).len() / output(0).len();
        // one output a class, decisions of pairs, and votes are no rows of probabilities
        if width != names.len() || name.contains("votes") || name == "svc_binary_votes" {
            continue;
        }
        for (label, row) in output(0).iter().zip(output(1).chunks(width)) {
            let row: Vec<f64> = row.iter().map(|v| v.as_f64().unwrap()).collect();
            let top = (0..width).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            let label = label.as_str().map_or_else(|| label.to_string(), str::to_owned);
            // libsvm takes the label from votes, not from its probabilities
            let votes = name.contains("svc") || name.contains("svm");
            assert!(
                votes && names.contains(&label) || names[top] == label,
                "{name}: {row:?} is {label}"
            );
        }
        checked += 1;
    }
    assert!(checked > 90, "{checked}");
}

#[test]
fn names_come_from_zipmap_labels_or_the_classifier() {
    let ham = ["ham", "spam", "zebra"];
    for name in [
        "forest_zipmap",
        "forest_columns",
        "knn_names",
        "svc_rbf_names",
        "lightgbm_names",
        "columns",
    ] {
        assert_eq!(names(&model(name)), ham, "{name}");
    }
    assert_eq!(names(&model("forest_zipmap_ints")), ["4", "5", "6"]);
    let list = classes(model("gaussian_nb").graph.as_ref().unwrap()).unwrap();
    assert_eq!(list.names, ["0", "1", "2"]);
    assert_eq!(classes(&GraphProto::default()), None);
}

#[test]
fn the_maps_and_the_columns_of_zipmap_become_one_matrix() {
    let mut zipped = model("forest_zipmap");
    assert_eq!(cut_zipmap(&mut zipped), ["output_probability"]);
    assert_eq!(outputs(&zipped), ["output_label", "output_probability"]);
    assert!(zipped.graph.as_ref().unwrap().node.iter().all(|node| node.op_type != "ZipMap"));
    let mut columns = model("forest_columns");
    assert_eq!(cut_zipmap(&mut columns), ["probabilities"]);
    assert_eq!(outputs(&columns), ["output_label", "probabilities"]);
    let about = columns.graph.unwrap().output[1].r#type.clone().unwrap();
    assert!(format!("{about:?}").contains("DimValue(3)"), "{about:?}");
}

#[test]
fn a_graph_without_zipmap_is_left_as_it_is() {
    for name in ["forest", "mlp", "knn", "tree_path"] {
        let mut cut = model(name);
        assert_eq!(cut_zipmap(&mut cut), [""; 0], "{name}");
        assert_eq!(cut, model(name), "{name}");
    }
}

#[test]
fn a_cycle_ends() {
    let node =
        |op: &str, from: &str, to: &str| NodeProto { op_type: op.to_owned(), ..identity(from, to) };
    let graph = GraphProto {
        node: vec![node("Identity", "a", "b"), node("Reshape", "b", "a")],
        output: vec![matrix("a", None), matrix("b", None)],
        ..GraphProto::default()
    };
    assert_eq!(classes(&graph), None);
    let mut model = ModelProto { graph: Some(graph), ..ModelProto::default() };
    assert_eq!(cut_zipmap(&mut model), [""; 0]);
}
