//! `gaffe score` on pictures with what transformers and timm wrote beside the model: the probabilities are those of
//! the tensors that Python prepared.

use crate::support::project::Folder;
use half::f16;
use ndarray::Array2;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// What Python made of two pictures with the files of `model`: the pictures and their tensors.
fn prepared(model: &str) -> Vec<(String, Vec<f32>)> {
    let read = |name: &str| fs::read(fixtures().join("preprocess").join(name)).unwrap();
    let cases: Vec<Value> = serde_json::from_slice(&read("cases.json")).unwrap();
    let all = read("expected.npy");
    let values: Vec<f32> =
        all[128..].chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect();
    let of = |case: &Value| {
        let dims: Vec<usize> = serde_json::from_value(case["dims"].clone()).unwrap();
        let start: usize = serde_json::from_value(case["start"].clone()).unwrap();
        let tensor = values[start..start + dims.iter().product::<usize>()].to_vec();
        (case["picture"].as_str().unwrap().to_owned(), tensor)
    };
    let ours = |case: &&Value| {
        let pillow = case["name"].as_str().unwrap().contains("Pil ");
        case["model"] == model && !pillow
    };
    cases.iter().filter(ours).map(of).collect()
}

/// A model whose logits are 4 × the channel means, and what was saved beside one, as a project.
fn project(model: &str) -> Folder {
    let folder = Folder::empty();
    let mut table = "id,file,label\n".to_owned();
    for (picture, _) in prepared(model) {
        folder.write(&picture, fs::read(fixtures().join("preprocess").join(&picture)).unwrap());
        table += &format!("{picture},{picture},red\n");
    }
    folder.write("dev.csv", table);
    folder.write(
        "gaffe.toml",
        "name = \"pictures\"\nclasses = [\"red\", \"green\", \"blue\"]\n[columns]\nid = \"id\"\n\
         file = \"file\"\nlabel = \"label\"\n[splits]\ndev = \"dev.csv\"\n",
    );
    folder.write("m/model.onnx", fs::read(fixtures().join("models/open_size.onnx")).unwrap());
    for entry in fs::read_dir(fixtures().join("preprocess/models").join(model)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        folder.write(&format!("m/{name}"), fs::read(entry.path()).unwrap());
    }
    folder
}

const SCORE: [&str; 7] = ["score", "--model", "m/model.onnx", "--name", "v1", "--output", "second"];

fn scored(folder: &Folder) -> Array2<f32> {
    folder.gaffe(&SCORE).ok();
    ndarray_npy::read_npy(folder.file(".gaffe/runs/v1/dev.npy")).unwrap()
}

fn wanted(tensor: &[f32]) -> Vec<f64> {
    let plane = tensor.len() / 3;
    let mean = |c: &[f32]| c.iter().copied().map(f64::from).sum::<f64>() / plane as f64;
    let powers: Vec<f64> = tensor.chunks(plane).map(|c| (4.0 * mean(c)).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

#[test]
fn pictures_are_scored_as_the_files_beside_the_model_say() {
    for model in
        ["CLIP", "DeiT", "EfficientNet-offset", "MobileNetV2", "MobileViT", "timm-border-0.95-20"]
    {
        let probs = scored(&project(model));
        let prepared = prepared(model);
        assert_eq!(probs.dim(), (prepared.len(), 3));
        for (row, (picture, tensor)) in probs.outer_iter().zip(&prepared) {
            for (ours, theirs) in row.iter().zip(wanted(tensor)) {
                let off = (f64::from(*ours) - theirs).abs();
                assert!(off < 0.005, "{model} {picture}: {row} is not {:?}", wanted(tensor));
            }
        }
    }
}

#[test]
fn what_the_project_says_wins() {
    let folder = project("MobileNetV2");
    let found = scored(&folder);
    let config = folder.read("gaffe.toml");
    folder.write("gaffe.toml", format!("{config}[preprocess]\norder = \"bgr\"\n"));
    let turned = scored(&folder);
    for (rgb, bgr) in found.outer_iter().zip(turned.outer_iter()) {
        assert!((rgb[0] - bgr[2]).abs() < 1e-5 && (rgb[2] - bgr[0]).abs() < 1e-5, "{rgb} {bgr}");
    }
}

#[test]
fn a_file_that_can_not_be_read_is_told_and_passed_over() {
    let folder = project("MobileNetV2");
    folder.write("m/preprocessor_config.json", "{\n  \"size\": 20,\n}\n");
    let refused = folder.gaffe(&SCORE);
    // the model leaves the size open, and now nothing says it
    assert!(refused.refused().contains("set `size = [height, width]`"), "{}", refused.err);
    let config = folder.read("gaffe.toml");
    folder.write("gaffe.toml", format!("{config}[preprocess]\nsize = 20\n"));
    let outcome = folder.gaffe(&SCORE);
    outcome.ok();
    let note = "note: preprocessor_config.json: can't be read, not used";
    assert!(outcome.err.contains(note) && outcome.err.contains("line 3"), "{}", outcome.err);
}
