//! ONNX's own tests of operators through the way that a model takes, and the table of them in
//! `docs/operators.md`: a test that passed and fails now makes the table another one.

use super::super::engine::Port;
use super::super::engine::tract::TractEngine;
use super::super::error::ModelProblem;
use super::super::native::{self, Program, Refusal};
use super::super::tensor::Tensor;
use super::draft::{attribute, int};
use super::fixtures::{cases, difference, fixed, tensors};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto};

const TOLERANCE: f32 = 1e-4;
/// What a half float can tell apart.
const HALF: f32 = 2e-3;

/// Why a test does not pass.
fn failure(case: &NodeProto) -> Option<&'static str> {
    match run(case) {
        Err(ModelProblem::Operator { .. }) => Some("not there"),
        Err(ModelProblem::NotFinite) => Some("refused: not finite"),
        Err(_) => Some("refused"),
        Ok(ours) => differs(case, &ours),
    }
}

fn differs(case: &NodeProto, ours: &[Tensor]) -> Option<&'static str> {
    let expected = &attribute(case, "expected")?.tensors;
    let half = expected.iter().any(|t| t.data_type == DataType::Float16 as i32);
    let tolerance = if half { HALF } else { TOLERANCE };
    for (ours, (_, theirs)) in ours.iter().zip(tensors(case, "expected")) {
        if ours.shape() != theirs.shape() {
            return Some("another shape");
        }
        if difference(ours, &theirs, tolerance).is_some() {
            return Some("other values");
        }
    }
    (ours.len() != expected.len()).then_some("another number of outputs")
}

fn run(case: &NodeProto) -> Result<Vec<Tensor>, ModelProblem> {
    let import = |domain: &str, version| OperatorSetIdProto { domain: domain.to_owned(), version };
    let graph = attribute(case, "graph").and_then(|a| a.g.clone());
    let outputs = graph.iter().flat_map(|graph| &graph.output).map(|info| info.name.clone());
    let outputs: Vec<String> = outputs.collect();
    let version = int(case, "opset").unwrap();
    let opset_import = vec![import("", version), import("ai.onnx.ml", 5)];
    let model = ModelProto { ir_version: 8, graph, opset_import, ..ModelProto::default() };
    let fed = tensors(case, "fed");
    if let Some(graph) = model.graph.as_ref().filter(|graph| native::is_for(graph)) {
        return evaluated(graph, &model.opset_import, &fed);
    }
    let inputs = fixed(&model, &fed);
    let fed: Vec<Tensor> = fed.into_iter().map(|(_, tensor)| tensor).collect();
    let loaded = TractEngine::load(model, None, &inputs, &outputs, &[fed.clone(), fed])?;
    Ok(loaded.given.into_iter().next().unwrap())
}

/// What the evaluator of tables gives, which takes the graphs that tract does not.
fn evaluated(
    graph: &GraphProto,
    opsets: &[OperatorSetIdProto],
    fed: &[(String, Tensor)],
) -> Result<Vec<Tensor>, ModelProblem> {
    let program = Program::new(graph, opsets).map_err(|refusal| match refusal {
        Refusal::Missing { node, operator } => ModelProblem::Operator { node, operator },
        Refusal::Damaged(why) => ModelProblem::Table(why),
    })?;
    let named = |port: &Port| fed.iter().find(|(name, _)| *name == port.name);
    let inputs = program.inputs().iter().filter_map(named).map(|(_, tensor)| tensor.clone());
    program.run(&inputs.collect::<Vec<_>>()).map_err(ModelProblem::Engine)
}

/// Tests of one operator: how many there are, and by reason those that do not pass.
#[derive(Default)]
struct Row {
    tests: usize,
    failed: BTreeMap<&'static str, Vec<String>>,
}

fn rows() -> BTreeMap<String, Row> {
    use rayon::prelude::*;
    let cases: Vec<NodeProto> = cases("onnx/nodes.onnx");
    let failures: Vec<_> = cases.par_iter().map(failure).collect();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (case, failure) in cases.into_iter().zip(failures) {
        let row = rows.entry(case.op_type).or_default();
        row.tests += 1;
        if let Some(reason) = failure {
            row.failed.entry(reason).or_default().push(case.name);
        }
    }
    rows
}

fn table() -> String {
    let rows = rows();
    let all: usize = rows.values().map(|row| row.tests).sum();
    let failed: usize = rows.values().flat_map(|row| row.failed.values()).map(Vec::len).sum();
    let mut text = format!(
        "# Operators\n\n\
         What gaffe computes without ONNX Runtime, by the tests that ONNX itself has for its operators: {} of {all}\n\
         of those that a classifier can have to do with pass within 1e-4 relative. Weights, shapes and axes are\n\
         constants, as they are in an exported model; `tests/fixtures/onnx/build.py` chose the tests. A model that\n\
         needs more is refused with the name of the node and the operator; `--engine ort` runs it.\n\n\
         Graphs of `ai.onnx.ml` run in an evaluator of their own: 155 exports of scikit-learn, LightGBM and XGBoost and\n\
         single nodes (`tests/fixtures/sklearn`) agree with ONNX Runtime within 1e-5, labels equal. 16 whole models\n\
         (`tests/fixtures/graphs`: CNN, ResNet, MobileNet, EfficientNet, ViT, BERT, quantised and half) agree within\n\
         1e-4, half floats within 5e-3, quantised ones within 1e-2, dynamically quantised BERT within 3e-2.\n\n\
         *Refused* is a variant that the engine says it does not have; a model whose values are wrong is not always\n\
         refused, so *other values* is what to look out for.\n\n\
         | operator | pass | of | what does not |\n| --- | --- | --- | --- |\n",
        all - failed
    );
    for (operator, Row { tests, failed }) in &rows {
        let passed = tests - failed.values().map(Vec::len).sum::<usize>();
        let reasons = failed.iter().map(|(why, names)| format!("{why}: `{}`", names.join("`, `")));
        let reasons: Vec<String> = reasons.collect();
        writeln!(text, "| {operator} | {passed} | {tests} | {} |", reasons.join("; ")).unwrap();
    }
    text
}

#[test]
fn the_table_of_operators_is_what_passes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operators.md");
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let changed = table.lines().zip(written.lines()).find(|(now, then)| now != then);
    assert_eq!(table, written, "UPDATE_DOCS=1 writes it anew; first change: {changed:?}");
}
