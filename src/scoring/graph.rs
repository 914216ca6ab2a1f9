//! What a graph takes and gives: its input layout, and which of its outputs are the classes.
//!
//! Invariant: an input is described only when every size is known, from the file or `[preprocess]`.

use super::engine::Port;
use super::error::ModelProblem;
use super::tensor::Kind;
use tract_onnx::pb::GraphProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::DimLike;

/// Names under which exporters write class scores, the surest first.
const OUTPUT_NAMES: [&str; 6] =
    ["logits", "probabilities", "output_probability", "probs", "scores", "output"];

/// The one input of a graph, as the file has it.
///
/// # Errors
/// Not exactly one input, or one that is not float32 of rank 4.
pub(super) fn input(model: &InferenceModel) -> Result<Port, ModelProblem> {
    let engine = |e| ModelProblem::engine(&e);
    let outlets = model.input_outlets().map_err(engine)?;
    let names: Vec<String> = outlets.iter().map(|o| model.node(o.node).name.clone()).collect();
    let [name] = names.as_slice() else { return Err(ModelProblem::Inputs(names)) };
    let name = name.clone();
    let fact = model.input_fact(0).map_err(engine)?;
    if let Some(kind) = fact.datum_type.concretize().filter(|&t| t != f32::datum_type()) {
        return Err(ModelProblem::InputType { input: name, kind: format!("{kind:?}") });
    }
    let dims: Vec<Option<usize>> =
        fact.shape.dims().map(|d| d.concretize().and_then(|d| d.to_usize().ok())).collect();
    if fact.shape.is_open() {
        return Err(shape_problem(name, &dims));
    }
    Ok(Port { name, kind: Kind::F32, dims })
}

fn shape_problem(input: String, dims: &[Option<usize>]) -> ModelProblem {
    let dims: Vec<_> = dims.iter().map(|d| d.map_or("?".to_owned(), |d| d.to_string())).collect();
    ModelProblem::InputShape { input, shape: format!("[{}]", dims.join(", ")) }
}

/// An output of a graph.
#[derive(Debug, Clone)]
pub(super) struct Output {
    /// Where it leaves the graph.
    pub outlet: OutletId,
    /// Its name.
    pub name: String,
}

/// The output with a value for each of `classes` classes: the only one, else one with a usual name,
/// else the first one that is `classes` wide. The second value lists the others of that width.
///
/// The model must have its input fact set, so that widths can be inferred.
///
/// # Errors
/// Several outputs and none that fits.
pub(super) fn output(
    model: &InferenceModel,
    classes: usize,
) -> Result<(Output, Vec<String>), ModelProblem> {
    let outlets = model.output_outlets().map_err(|e| ModelProblem::engine(&e))?;
    let name = |o: OutletId| model.outlet_label(o).unwrap_or(&model.node(o.node).name).to_owned();
    let outputs: Vec<Output> =
        outlets.iter().map(|&outlet| Output { outlet, name: name(outlet) }).collect();
    if let [only] = outputs.as_slice() {
        return Ok((only.clone(), Vec::new()));
    }
    let usual = |usual: &&str| outputs.iter().find(|o| o.name.eq_ignore_ascii_case(usual));
    if let Some(named) = OUTPUT_NAMES.iter().find_map(usual) {
        return Ok((named.clone(), Vec::new()));
    }
    let mut inferred = model.clone();
    // a part of the graph that can't be analysed leaves the widths behind it open
    let _ = inferred.analyse(true);
    let mut wide = outputs.iter().filter(|o| width(&inferred, o.outlet) == Some(classes));
    if let Some(first) = wide.next() {
        return Ok((first.clone(), wide.map(|o| o.name.clone()).collect()));
    }
    let names: Vec<_> = outputs.iter().map(|o| o.name.as_str()).collect();
    Err(ModelProblem::Outputs(names.join(", ")))
}

fn width(model: &InferenceModel, outlet: OutletId) -> Option<usize> {
    let shape = model.outlet_fact(outlet).ok()?.shape.as_concrete_finite().ok()??;
    shape.last().copied()
}

/// Operators that a softmax keeps its meaning through, roundings aside.
const CARRIERS: [&str; 7] =
    ["QuantizeLinear", "DequantizeLinear", "Cast", "Identity", "Flatten", "Reshape", "Squeeze"];

/// Whether the named output is a softmax, perhaps quantised or reshaped after.
pub(super) fn is_softmax(graph: &GraphProto, output: &str) -> bool {
    let mut value = output;
    // the length bounds the walk, should the graph have a cycle
    for _ in &graph.node {
        let maker = graph.node.iter().find(|node| node.output.iter().any(|o| o == value));
        match maker {
            Some(node) if CARRIERS.contains(&node.op_type.as_str()) => match node.input.first() {
                Some(input) => value = input,
                None => return false,
            },
            Some(node) => return node.op_type == "Softmax",
            None => return false,
        }
    }
    false
}

/// # Errors
/// The first node on the way to the outputs whose operator tract does not have.
pub(super) fn check_operators(model: &InferenceModel) -> Result<(), ModelProblem> {
    let order = model.eval_order().map_err(|e| ModelProblem::engine(&e))?;
    for node in order.into_iter().map(|id| model.node(id)) {
        let name = node.op.name();
        // what tract puts in the place of an operator that it does not have
        if let Some(operator) = name.strip_prefix("Unimplemented(") {
            let operator = operator.trim_end_matches(')').to_owned();
            return Err(ModelProblem::Operator { node: node.name.clone(), operator });
        }
    }
    Ok(())
}
