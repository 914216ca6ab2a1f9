//! `gaffe score --engine ort`: what it gives with ONNX Runtime's library, and what it says without.
//!
//! Tests that need the library run where `ORT_DYLIB_PATH` names it; under `GAFFE_TEST_ORT` a missing one is a
//! failure.

use crate::support::project::{Folder, Outcome, command, sample_dir};
use ndarray::Array2;
use std::fs;
use std::io::{self, Write as _};

fn library() -> bool {
    let named = std::env::var_os("ORT_DYLIB_PATH").is_some_and(|path| !path.is_empty());
    let needed = std::env::var_os("GAFFE_TEST_ORT").is_some();
    assert!(named || !needed, "GAFFE_TEST_ORT is set, ORT_DYLIB_PATH is not");
    if !named {
        let _ = writeln!(io::stderr(), "skipped: ORT_DYLIB_PATH names no ONNX Runtime");
    }
    named
}

fn probs(folder: &Folder, run: &str) -> Array2<f32> {
    ndarray_npy::read_npy(folder.file(&format!(".gaffe/runs/{run}/dev.npy"))).unwrap()
}

#[test]
fn pictures_score_as_in_training_whatever_the_number_of_threads() {
    if !library() {
        return;
    }
    let folder = Folder::sample();
    let score = ["score", "--model", "models/v1.onnx", "--engine", "ort", "--json", "--name"];
    let report = folder.gaffe(&[&score[..], &["one", "--threads", "1"]].concat());
    let engine = report.json()["engine"].as_str().unwrap().to_owned();
    assert!(engine.starts_with("ONNX Runtime 1."), "{engine}");
    let first: Array2<f32> = ndarray_npy::read_npy(sample_dir().join("runs/v1/dev.npy")).unwrap();
    let again = probs(&folder, "one");
    assert_eq!(again.dim(), first.dim());
    let off = first.iter().zip(&again).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-4, "{off}");
    folder.gaffe(&[&score[..], &["three", "--threads", "3"]].concat()).json();
    let bytes = |run: &str| fs::read(folder.file(&format!(".gaffe/runs/{run}/dev.npy"))).unwrap();
    assert!(bytes("one") == bytes("three"));
}

#[test]
fn an_embedding_from_inside_the_graph_is_the_same_by_both_engines() {
    if !library() {
        return;
    }
    let folder = Folder::pictures(20);
    for (engine, name) in [("tract", "t"), ("ort", "o")] {
        let model = ["score", "--model", "models/v2.onnx", "--engine", engine, "--name", name];
        folder.gaffe(&[&model[..], &["--embedding"]].concat()).ok();
    }
    let off = |a: &Array2<f32>, b: &Array2<f32>| {
        assert_eq!(a.dim(), b.dim());
        a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f32::max)
    };
    assert!(off(&probs(&folder, "t"), &probs(&folder, "o")) < 1e-4);
}

/// Scores where no library can be found but the one that is named.
fn without(folder: &Folder, named: &str) -> Outcome {
    let args = ["score", "--model", "models/v1.onnx", "--engine", "ort"];
    let mut command = command(folder.root(), &args);
    command.env("ORT_DYLIB_PATH", named).env("PATH", "").env_remove("VIRTUAL_ENV");
    command.env_remove("CONDA_PREFIX").env_remove("LD_LIBRARY_PATH");
    Outcome::of(&mut command)
}

#[cfg(feature = "ort")]
#[test]
fn without_a_library_it_says_where_it_looked_and_what_to_do() {
    let folder = Folder::pictures(2);
    folder.write("broken.so", "no library");
    let (before, broken) = (folder.listing(), folder.file("broken.so"));
    for (named, word) in [("/no/such.so", "/no/such.so"), (broken.to_str().unwrap(), "broken.so")] {
        let outcome = without(&folder, named);
        if outcome.code == 0 {
            let _ = writeln!(io::stderr(), "skipped: the system's loader knows an ONNX Runtime");
            return;
        }
        let said = outcome.refused();
        for word in [word, "ONNX Runtime was not found", "python3", "pip install onnxruntime"] {
            assert!(said.contains(word), "no {word:?} in: {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(folder.listing(), before);
    }
}

#[cfg(not(feature = "ort"))]
#[test]
fn a_program_without_the_engine_says_so() {
    let outcome = without(&Folder::pictures(2), "");
    assert!(outcome.refused().contains("without the feature `ort`"), "{outcome:?}");
}
