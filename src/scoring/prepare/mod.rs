//! What is done to a graph before tract sees it.
//!
//! Invariant: the outputs that are asked for keep their values, up to rounding; what a rewrite does not know
//! it leaves as it is, so that it is refused by its own name.

mod attention;
mod classes;
mod draft;
mod dynamic;
mod external;
mod fused;
mod half;
mod hidden;
mod interface;
mod qlinear;
mod quantised;
mod ranks;
mod simplify;
mod values;
mod variants;

pub(super) use classes::{ClassList, classes, cut_zipmap};
pub(super) use hidden::hidden;
pub(super) use interface::interface;

use super::error::ModelProblem;
use draft::Draft;
use tract_onnx::pb::{ModelProto, ValueInfoProto};

/// How often branches are put in the place of an `If`: they nest.
const NESTING: usize = 4;

/// The part of a model that `outputs` come from, in operators that tract computes rightly. Weights in other files
/// lie in `folder`.
///
/// # Errors
/// An output that the graph does not make; weights whose file is missing or too short.
pub(super) fn prepare(
    mut model: ModelProto,
    folder: Option<&str>,
    outputs: &[String],
) -> Result<ModelProto, ModelProblem> {
    let opset = draft::opset(&model);
    let mut graph = model.graph.take().ok_or(ModelProblem::Damaged)?;
    simplify::prune(&mut graph, outputs);
    external::check(&mut graph, folder)?;
    half::widen(&mut graph);
    let mut draft = Draft::new(graph, opset);
    simplify::lift_constants(&mut draft);
    for _ in 0..NESTING {
        draft.replace(simplify::inline_branches);
        simplify::lift_constants(&mut draft);
    }
    simplify::drop_idle(&mut draft);
    draft.replace(variants::refuse);
    draft.learn_ranks();
    draft.replace(fused::unfuse);
    draft.replace(quantised::unquantise);
    let mut graph = draft.graph;
    simplify::prune(&mut graph, outputs);
    let name = |name: &String| name.clone();
    let made = |output: &&String| {
        let mut names = graph.node.iter().flat_map(|node| &node.output);
        names.any(|made| made == *output) || graph.input.iter().any(|info| info.name == **output)
    };
    if let Some(missing) = outputs.iter().find(|output| !made(output)).map(name) {
        return Err(ModelProblem::NoTensor(missing));
    }
    model.graph = Some(graph);
    Ok(model)
}

/// The model with other outputs: tensors that its graph makes, of float32 as far as anyone looks.
pub(super) fn with_outputs(model: &ModelProto, outputs: &[String]) -> ModelProto {
    let mut model = model.clone();
    if let Some(graph) = &mut model.graph {
        let info =
            |name: &String| ValueInfoProto { name: name.clone(), ..ValueInfoProto::default() };
        let known = std::mem::take(&mut graph.output);
        let found = |name: &String| known.iter().find(|info| info.name == *name).cloned();
        graph.output =
            outputs.iter().map(|name| found(name).unwrap_or_else(|| info(name))).collect();
    }
    model
}

#[cfg(test)]
pub(super) mod fixtures;
#[cfg(test)]
mod operators_tests;
#[cfg(test)]
mod tests;
