//! `gaffe score` on texts: small transformers with their tokenizers, against what Python made of the same texts.

use crate::support::project::Folder;
use ndarray::Array2;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text")
}

fn expected() -> Value {
    serde_json::from_slice(&fs::read(fixtures().join("expected.json")).unwrap()).unwrap()
}

/// The 40 texts of the fixtures as a project, with a model in a folder of its own.
fn project(model: &str, classes: &[&str]) -> Folder {
    let folder = Folder::empty();
    let list = classes.join("\", \"");
    folder.write(
        "gaffe.toml",
        format!(
            "name = \"texts\"\nclasses = [\"{list}\"]\n[columns]\nid = \"id\"\ntext = \"text\"\n\
             label = \"label\"\n[splits]\ndev = \"dev.csv\"\n"
        ),
    );
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "text", "label"]).unwrap();
    for (at, text) in expected()["texts"].as_array().unwrap().iter().enumerate() {
        table.write_record([&format!("t{at}"), text.as_str().unwrap(), classes[at % 2]]).unwrap();
    }
    folder.write("dev.csv", table.into_inner().unwrap());
    for file in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
        let text = fs::read(fixtures().join(model).join(file)).unwrap();
        folder.write(&format!("{model}/{file}"), text);
    }
    let onnx = file_of(model);
    folder.write(&onnx, fs::read(fixtures().join(&onnx)).unwrap());
    folder
}

fn file_of(model: &str) -> String {
    expected()["models"][model]["file"].as_str().unwrap().to_owned()
}

/// Class probabilities of the logits that ONNX Runtime gave.
fn wanted(model: &str) -> Vec<Vec<f64>> {
    let rows = &expected()["models"][model]["rows"];
    let softmax = |row: &Value| {
        let logits: Vec<f64> = serde_json::from_value(row["logits"].clone()).unwrap();
        let sum: f64 = logits.iter().map(|x| x.exp()).sum();
        logits.iter().map(|x| x.exp() / sum).collect()
    };
    rows.as_array().unwrap().iter().map(softmax).collect()
}

#[test]
fn three_kinds_of_tokenizers_score_as_in_python() {
    for (model, classes) in [
        ("bert", &["bad", "neutral", "good"][..]),
        ("roberta", &["no", "yes"]),
        ("unigram", &["no", "yes"]),
    ] {
        let folder = project(model, classes);
        let outcome =
            folder.gaffe(&["score", "--model", &file_of(model), "--name", "v1", "--json"]);
        assert_eq!(outcome.json()["failed"], 0, "{outcome:?}");
        assert!(outcome.err.contains("text by tokenizer.json"), "{}", outcome.err);
        let probs: Array2<f32> =
            ndarray_npy::read_npy(folder.file(".gaffe/runs/v1/dev.npy")).unwrap();
        let wanted = wanted(model);
        assert_eq!(probs.dim(), (40, wanted[0].len()));
        let all = probs.iter().zip(wanted.iter().flatten());
        let off = all.map(|(&a, b)| (f64::from(a) - b).abs()).fold(0.0, f64::max);
        println!("{model}: {off:e}");
        assert!(off < 1e-4, "{model}: {off}");
    }
}

#[test]
fn the_length_can_be_set_and_a_missing_tokenizer_is_told() {
    let folder = project("bert", &["bad", "neutral", "good"]);
    let config = folder.read("gaffe.toml");
    folder.write("gaffe.toml", format!("{config}[preprocess]\nmax_length = 5\n"));
    let model = file_of("bert");
    let score = ["score", "--model", &model, "--name", "short"];
    let outcome = folder.gaffe(&score);
    outcome.ok();
    assert!(outcome.err.contains("up to 5 tokens"), "{}", outcome.err);
    fs::remove_file(folder.file("bert/tokenizer.json")).unwrap();
    let before = folder.listing();
    let refused = folder.gaffe(&score);
    assert!(refused.refused().contains("no tokenizer.json beside it"), "{}", refused.err);
    assert_eq!(folder.listing(), before);
}
