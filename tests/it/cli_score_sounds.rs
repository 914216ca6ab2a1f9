//! Sound projects: scored by small models as in Python, looked at, measured.

use crate::support::project::Folder;
use crate::support::stage::Stage;
use crossterm::event::KeyCode;
use ndarray::Array2;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// In the order of `SOUNDS` in the script that made the fixtures.
const SOUNDS: [&str; 4] = ["chirp.wav", "quiet.wav", "stereo.wav", "tone.flac"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sound").join(name)
}

/// Four sounds of three classes.
fn project(preprocess: &str) -> Folder {
    let folder = Folder::empty();
    folder.write(
        "gaffe.toml",
        format!(
            "name = \"noises\"\nclasses = [\"chirp\", \"hush\", \"tone\"]\n[columns]\nfile = \"file\"\n\
             label = \"label\"\n[splits]\ndev = \"dev.csv\"\n[preprocess]\n{preprocess}"
        ),
    );
    folder.write(
        "dev.csv",
        "file,label,room\nsounds/chirp.wav,chirp,a\nsounds/quiet.wav,hush,b\n\
         sounds/stereo.wav,tone,a\nsounds/tone.flac,tone,b\n",
    );
    for name in SOUNDS {
        folder.write(&format!("sounds/{name}"), fs::read(fixture(name)).unwrap());
    }
    folder
}

/// The logits that ONNX Runtime gave.
fn logits(model: &str) -> Vec<f32> {
    let index: Value =
        serde_json::from_slice(&fs::read(fixture("expected.json")).unwrap()).unwrap();
    let offset = index[format!("logits-{model}")]["offset"].as_u64().unwrap() as usize;
    let bytes = fs::read(fixture("expected.f32")).unwrap();
    let values = bytes[offset * 4..][..48].chunks_exact(4);
    values.map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

const MEL: &str = "sample_rate = 16000\nn_fft = 512\nwin_length = 400\nhop_length = 160\nn_mels = 32\nf_min = 20\n\
                   f_max = 8000\nlog = \"ln\"\nlog_offset = 1e-6\n";

#[test]
fn waves_and_spectrograms_score_as_in_python() {
    for (model, preprocess, words) in [
        ("wave", "", "sound at 16000 Hz, whole, samples of mean 0 and variance 1"),
        ("ast", "", "64 mel bands of 512 samples, every 160"),
        ("mel", MEL, "32 mel bands of 512 samples, every 160"),
    ] {
        let folder = project(preprocess);
        let path = fixture(model).join("model.onnx");
        let args = ["score", "--model", path.to_str().unwrap(), "--name", "v1", "--json"];
        let outcome = folder.gaffe(&args);
        assert_eq!(outcome.json()["failed"], 0, "{outcome:?}");
        assert!(outcome.err.contains(words), "{}", outcome.err);
        let probs: Array2<f32> =
            ndarray_npy::read_npy(folder.file(".gaffe/runs/v1/dev.npy")).unwrap();
        for (row, logits) in probs.rows().into_iter().zip(logits(model).chunks_exact(3)) {
            let sum: f32 = logits.iter().map(|x| x.exp()).sum();
            for (p, logit) in row.iter().zip(logits) {
                assert!((p - logit.exp() / sum).abs() < 1e-4, "{model}: {row} {logits:?}");
            }
        }
    }
}

#[test]
fn what_is_missing_of_a_spectrogram_is_asked_for() {
    let folder = project("");
    let model = fixture("mel/model.onnx");
    let refused = folder.gaffe(&["score", "--model", model.to_str().unwrap()]);
    assert!(refused.refused().contains("nothing says how it is made"), "{}", refused.err);
    assert!(refused.err.contains("n_fft, hop_length, n_mels"), "{}", refused.err);
}

/// The sounds with a run that has all of them wrong.
fn wrong() -> Folder {
    let folder = project("");
    folder.npy("v1.npy", &[[0.1, 0.7, 0.2], [0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]]);
    let config = folder.read("gaffe.toml");
    folder.write("gaffe.toml", config.replace("[preprocess]\n", "[runs.v1]\ndev = \"v1.npy\"\n"));
    folder
}

#[test]
fn sounds_are_listed_shown_measured_and_found() {
    let folder = wrong();
    let errors = folder.gaffe(&["errors", "--json"]).json();
    assert_eq!(errors.as_array().unwrap().len(), 4);
    let shown = folder.gaffe(&["show", "sounds/tone.flac", "--json"]).json();
    assert_eq!(shown["file"], "sounds/tone.flac");
    let measured = folder.gaffe(&["stats", "properties", "--csv"]).csv();
    assert_eq!(measured.len(), 4);
    assert_eq!((measured[0]["length"].as_str(), measured[2]["length"].as_str()), ("0.6", "0.25"));
    let found = folder.gaffe(&["errors", "--filter", "text~flac", "--json"]).json();
    assert_eq!(found.as_array().unwrap().len(), 1);
}

#[test]
fn a_sound_is_looked_at_as_its_waveform() {
    let folder = wrong();
    fs::write(folder.file("sounds/quiet.wav"), "no sound").unwrap();
    let mut stage = Stage::of_project(folder.root(), 80, 24);
    for _ in 0..4 {
        let screen = stage.draw();
        match *SOUNDS.iter().find(|name| screen.contains(**name)).unwrap() {
            "quiet.wav" => assert!(screen.contains("this sound can't be shown"), "{screen}"),
            "chirp.wav" => insta::assert_snapshot!("sound", screen),
            _ => assert!(screen.contains("0.25 s · 44.1 kHz · 2 channels"), "{screen}"),
        }
        stage.key(KeyCode::Right);
    }
}
