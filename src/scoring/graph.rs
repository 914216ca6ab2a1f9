//! What a graph takes and gives: its input layout, and which of its outputs are the classes.
//!
//! Invariant: an input is described only when every size is known, from the file or `[preprocess]`.

use super::error::ModelProblem;
use super::preprocess::{Axes, Layout, Preprocess};
use tract_onnx::pb::GraphProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::DimLike;

/// Names under which exporters write class scores, the surest first.
const OUTPUT_NAMES: [&str; 6] =
    ["logits", "probabilities", "output_probability", "probs", "scores", "output"];

/// The one input of a graph, as the file has it.
#[derive(Debug)]
pub(super) struct Input {
    /// Its name.
    pub name: String,
    /// N and the three other axes; `None` where the file leaves them open.
    pub dims: [Option<usize>; 4],
}

/// # Errors
/// Not exactly one input, or one that is not float32 of rank 4.
pub(super) fn input(model: &InferenceModel) -> Result<Input, ModelProblem> {
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
    match <[Option<usize>; 4]>::try_from(dims) {
        Ok(dims) if !fact.shape.is_open() => Ok(Input { name, dims }),
        Ok(dims) => Err(shape_problem(name, &dims)),
        Err(dims) => Err(shape_problem(name, &dims)),
    }
}

pub(super) fn layout_of(
    ports: &[super::Port],
    preprocess: &Preprocess,
) -> Result<Layout, ModelProblem> {
    let names = || ModelProblem::Inputs(ports.iter().map(|p| p.name.clone()).collect());
    let [port] = ports else { return Err(names()) };
    let dims = <[Option<usize>; 4]>::try_from(port.dims.clone())
        .map_err(|d| shape_problem(port.name.clone(), &d))?;
    layout(&Input { name: port.name.clone(), dims }, preprocess)
}

fn shape_problem(input: String, dims: &[Option<usize>]) -> ModelProblem {
    let dims: Vec<_> = dims.iter().map(|d| d.map_or("?".to_owned(), |d| d.to_string())).collect();
    ModelProblem::InputShape { input, shape: format!("[{}]", dims.join(", ")) }
}

/// The picture the input takes: from the file, and from `[preprocess]` where the file is silent.
///
/// # Errors
/// A size that neither has, or that they contradict each other in; another number of channels.
pub(super) fn layout(input: &Input, preprocess: &Preprocess) -> Result<Layout, ModelProblem> {
    let is_channels = |d: Option<usize>| matches!(d, Some(1 | 3));
    let [_, a, b, c] = input.dims;
    let axes = if is_channels(a) || (a.is_none() && !is_channels(c)) {
        Axes::Nchw
    } else if is_channels(c) || c.is_none() {
        Axes::Nhwc
    } else {
        return Err(shape_problem(input.name.clone(), &input.dims));
    };
    let (channels, sides) = if axes == Axes::Nchw { (a, [b, c]) } else { (c, [a, b]) };
    let [height, width] = size(sides, preprocess.size)?;
    Ok(Layout { axes, channels: count(channels, preprocess.channels)?, height, width })
}

fn count(model: Option<usize>, project: Option<u8>) -> Result<usize, ModelProblem> {
    let project = project.map(usize::from);
    match (model, project) {
        (Some(m), Some(p)) if m != p => {
            Err(contradiction("channels", m.to_string(), p.to_string()))
        }
        (None, Some(p)) if p != 1 && p != 3 => {
            Err(ModelProblem::Preprocess("`channels` must be 1 or 3".to_owned()))
        }
        _ => model.or(project).ok_or(ModelProblem::ChannelsOpen),
    }
}

fn size(model: [Option<usize>; 2], project: Option<[u32; 2]>) -> Result<[u32; 2], ModelProblem> {
    let given = |i: usize| project.map(|sides| sides[i]);
    let settled = |i: usize| model[i].map_or(given(i), |d| u32::try_from(d).ok());
    let (Some(height), Some(width)) = (settled(0), settled(1)) else {
        return Err(ModelProblem::SizeOpen);
    };
    let size = [height, width];
    match project {
        Some(other) if other != size => {
            Err(contradiction("size", format!("{size:?}"), format!("{other:?}")))
        }
        _ if size.contains(&0) => Err(ModelProblem::Preprocess("`size` must not be 0".to_owned())),
        _ => Ok(size),
    }
}

fn contradiction(key: &'static str, model: String, project: String) -> ModelProblem {
    ModelProblem::Contradiction { key, model, project }
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
