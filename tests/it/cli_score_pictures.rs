//! `gaffe score` on pictures with what transformers and timm wrote beside the model: the probabilities are those of
//! the tensors that Python prepared.

use crate::support::project::Folder;
use half::f16;
use ndarray::Array2;
use serde_json::Value;
use std::fmt::Write as _;
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
        writeln!(table, "{picture},{picture},red").unwrap();
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

mod gate {
    use super::*;

    const SCORE: [&str; 5] = ["score", "--model", "m.onnx", "--output", "second"];

    /// Pictures with a coloured middle and other sides; the size that the model leaves open, and `how`.
    fn project(how: &str) -> Folder {
        let folder = Folder::empty();
        let mut table = "file,label\n".to_owned();
        for at in 0..32_u32 {
            let colour = |seed: u32| {
                let level = |c: u32| seed.wrapping_mul(2_654_435_761).rotate_left(9 * c) as u8;
                image::Rgb([level(1), level(2), level(3)])
            };
            let pixel =
                |x: u32, _| if (10..30).contains(&x) { colour(at) } else { colour(at + 99) };
            let file = format!("{at:02}.png");
            image::RgbImage::from_fn(40, 20, pixel).save(folder.file(&file)).unwrap();
            writeln!(table, "{file},red").unwrap();
        }
        folder.write("dev.csv", table);
        folder.write("m.onnx", fs::read(fixtures().join("models/open_size.onnx")).unwrap());
        configure(&folder, how);
        folder
    }

    fn configure(folder: &Folder, how: &str) {
        let config = "name = \"p\"\nclasses = [\"red\", \"green\", \"blue\"]\n[columns]\nfile = \"file\"\n\
             label = \"label\"\n[splits]\ndev = \"dev.csv\"\n[runs.given]\nmodel = \"m.onnx\"\n";
        let given = if folder.file("given.npy").exists() { "dev = \"given.npy\"\n" } else { "" };
        folder.write("gaffe.toml", format!("{config}{given}[preprocess]\nsize = 20\n{how}\n"));
    }

    /// A project whose imported probabilities were made `rightly`, set to prepare pictures `wrongly`.
    fn mismatched(rightly: &str, wrongly: &str) -> Folder {
        let folder = project(rightly);
        folder.gaffe(&[&SCORE[..], &["--name", "right"]].concat()).ok();
        fs::copy(folder.file(".gaffe/runs/right/dev.npy"), folder.file("given.npy")).unwrap();
        folder.gaffe(&[&SCORE[..], &["--name", "again"]].concat()).ok();
        configure(&folder, wrongly);
        folder
    }

    #[test]
    fn a_wrong_setting_is_refused_with_the_line_that_mends_it() {
        let half = "mean = [0.5]\nstd = [0.5]";
        let imagenet = "mean = [0.485, 0.456, 0.406]\nstd = [0.229, 0.224, 0.225]";
        // blue for red is another order of its classes too, for a model of red, green and blue
        for (rightly, wrongly, words) in [
            (half.to_owned(), format!("{half}\norder = \"bgr\""), vec!["order"]),
            (imagenet.to_owned(), "mean = [0.0]".to_owned(), vec!["0.485", "0.229"]),
            ("resize = \"short_side\"".to_owned(), String::new(), vec!["resize = \"short_side\""]),
        ] {
            let folder = mismatched(&rightly, &wrongly);
            let before = folder.listing();
            let refused = folder.gaffe(&[&SCORE[..], &["--name", "wrong"]].concat());
            let text = refused.refused();
            for word in words {
                assert!(text.contains(word), "{rightly} / {wrongly}: no {word} in {text}");
            }
            assert!(text.contains("32 of 32 agree then"), "{text}");
            assert_eq!(folder.listing(), before);
        }
    }
}

mod told {
    use super::*;

    /// What `gaffe model` prints, without what differs from run to run.
    fn model(folder: &Folder, file: &str) -> String {
        let outcome = folder.gaffe(&["model", file, "--output", "second"]);
        let told = |line: &&str| !line.starts_with("  time ") && !line.starts_with("  engine ");
        outcome.ok().lines().filter(told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_setting_with_the_file_that_says_it() {
        let folder = project("EfficientNet-offset");
        insta::assert_snapshot!("model_with_a_processor", model(&folder, "m/model.onnx"));
        let timm = project("timm-border-0.95-20");
        let config = timm.read("gaffe.toml");
        timm.write(
            "gaffe.toml",
            format!("{config}[preprocess]\nfilter = \"nearest\"\nsize = 24\n"),
        );
        insta::assert_snapshot!("model_with_a_timm_config", model(&timm, "m/model.onnx"));
    }
}
