//! Exports of scikit-learn, `LightGBM` and `XGBoost` against what ONNX Runtime gives for them
//! (`tests/fixtures/sklearn/build.py`).

use super::*;
use crate::scoring::tensor::{Kind, each};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::Framework;

/// How a model did.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The name of its file.
    pub model: String,
    /// The largest difference of a number: absolute below 1, else relative; infinite where something else differs.
    pub difference: f64,
    /// Labels are equal and numbers within 1e-5.
    pub passes: bool,
    /// Why not, in words.
    pub why: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sklearn")
}

pub(super) fn cases() -> &'static [Value] {
    static CASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    });
    &CASES
}

pub(super) fn model(name: &str) -> ModelProto {
    tract_onnx::onnx().proto_model_for_path(folder().join(format!("{name}.onnx"))).unwrap()
}

fn compiled(name: &str) -> Result<Program, Refusal> {
    let model = model(name);
    Program::new(model.graph.as_ref().unwrap(), &model.opset_import)
}

pub(super) fn array(value: &Value) -> Tensor {
    let list = value["values"].as_array().unwrap();
    let shape: Vec<usize> =
        value["shape"].as_array().unwrap().iter().map(|d| d.as_u64().unwrap() as usize).collect();
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    let made = match value["kind"].as_str().unwrap() {
        "float32" => values::tensor(&shape, list.iter().map(|v| number(v) as f32).collect()),
        "float64" => values::tensor(&shape, list.iter().map(number).collect()),
        "int64" => values::tensor(&shape, list.iter().map(|v| v.as_i64().unwrap()).collect()),
        "bool" => values::tensor(&shape, list.iter().map(|v| v.as_bool().unwrap()).collect()),
        "string" => {
            values::tensor(&shape, list.iter().map(|v| v.as_str().unwrap().to_owned()).collect())
        }
        other => panic!("{other}"),
    };
    made.unwrap()
}

fn difference(ours: &Tensor, theirs: &Tensor) -> Result<f64, String> {
    if ours.shape() != theirs.shape() || ours.kind() != theirs.kind() {
        let [a, b] = [ours, theirs].map(|t| format!("{} {:?}", t.kind().name(), t.shape()));
        return Err(format!("{a} is not {b}"));
    }
    if matches!(ours.kind(), Kind::Text | Kind::I64 | Kind::Bool) {
        let differ = || format!("{} is not {}", show(ours), show(theirs));
        return if ours == theirs { Ok(0.0) } else { Err(differ()) };
    }
    let (ours, theirs) = (values::doubles(ours)?, values::doubles(theirs)?);
    let far = |(a, b): (&f64, &f64)| {
        if a.is_nan() && b.is_nan() || a.total_cmp(b).is_eq() {
            0.0
        } else {
            (a - b).abs() / b.abs().max(1.0)
        }
    };
    Ok(ours
        .iter()
        .zip(theirs.iter())
        .map(far)
        .fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a }))
}

fn show(tensor: &Tensor) -> String {
    each!(tensor, array => format!("{array:?}")).chars().take(150).collect()
}

fn check(case: &Value) -> Result<f64, String> {
    let name = case["name"].as_str().unwrap();
    let inputs: Vec<Tensor> = case["inputs"].as_array().unwrap().iter().map(array).collect();
    let program = compiled(name).map_err(|e| e.to_string())?;
    let outputs = program.run(&inputs)?;
    let theirs = case["outputs"].as_array().unwrap();
    assert_eq!(outputs.len(), theirs.len(), "{name}");
    let mut worst = 0.0_f64;
    for (ours, theirs) in outputs.iter().zip(theirs) {
        let far =
            difference(ours, &array(theirs)).map_err(|e| format!("{}: {e}", theirs["name"]))?;
        worst = if far.is_nan() { f64::INFINITY } else { worst.max(far) };
    }
    Ok(worst)
}

/// How each of the fixtures does, in the order of their script.
pub(crate) fn outcomes() -> Vec<Outcome> {
    let outcome = |case: &Value| {
        let checked = check(case);
        let difference = *checked.as_ref().unwrap_or(&f64::INFINITY);
        Outcome {
            model: case["name"].as_str().unwrap().to_owned(),
            difference,
            passes: difference <= 1e-5,
            why: checked.err().unwrap_or_default(),
        }
    };
    cases().iter().map(outcome).collect()
}

#[test]
fn labels_and_probabilities_are_those_of_onnx_runtime() {
    let outcomes = outcomes();
    assert!(outcomes.len() >= 90, "only {} fixtures", outcomes.len());
    let failed: Vec<_> = outcomes.iter().filter(|outcome| !outcome.passes).collect();
    let told = failed
        .iter()
        .map(|Outcome { model, difference, why, .. }| format!("{model}: {difference:e} {why}"));
    assert!(failed.is_empty(), "{:#?}", told.collect::<Vec<_>>());
}
