//! How many axes the tensors of a graph have, as far as the operators tell without their sizes.
//!
//! Invariant: a rank that is given is right; what can't be told is left out.

use super::draft::{attribute, input, int, ints};
use super::values;
use std::collections::HashMap;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto, ValueInfoProto};

/// Operators with as many axes as their first input.
const ALIKE: [&str; 36] = [
    "Abs",
    "AveragePool",
    "BatchNormalization",
    "BiasGelu",
    "BiasSoftmax",
    "Cast",
    "Clip",
    "Concat",
    "Conv",
    "DequantizeLinear",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "FastGelu",
    "FusedConv",
    "Gelu",
    "GlobalAveragePool",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LayerNormalization",
    "LeakyRelu",
    "MaxPool",
    "Neg",
    "Not",
    "Pad",
    "QuantizeLinear",
    "Relu",
    "Sigmoid",
    "SkipLayerNormalization",
    "Slice",
    "Softmax",
    "Sqrt",
    "Tanh",
    "Split",
];
/// Operators with as many axes as the input that has the most.
const BROADCAST: [&str; 9] =
    ["Add", "Sub", "Mul", "Div", "Pow", "Where", "MatMul", "FusedMatMul", "Equal"];

/// The ranks by name.
pub(super) fn ranks(graph: &GraphProto) -> HashMap<String, usize> {
    let constants: HashMap<&str, &TensorProto> =
        graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    let mut ranks: HashMap<String, usize> =
        constants.values().map(|tensor| (tensor.name.clone(), tensor.dims.len())).collect();
    for info in graph.input.iter().chain(&graph.value_info) {
        ranks.extend(declared(info).map(|rank| (info.name.clone(), rank)));
    }
    for node in &graph.node {
        if let Some(rank) = made(node, &ranks, &constants) {
            // the other outputs of a split are like the first
            let outputs = if node.op_type == "Split" { node.output.len() } else { 1 };
            ranks.extend(node.output.iter().take(outputs).map(|name| (name.clone(), rank)));
        }
        // the lengths of the texts
        if let (true, Some(name)) = (node.op_type == "EmbedLayerNormalization", node.output.get(1))
        {
            ranks.insert(name.clone(), 1);
        }
    }
    ranks
}

fn declared(info: &ValueInfoProto) -> Option<usize> {
    let Type::TensorType(tensor) = info.r#type.as_ref()?.value.as_ref()?;
    Some(tensor.shape.as_ref()?.dim.len())
}

fn made(
    node: &NodeProto,
    ranks: &HashMap<String, usize>,
    constants: &HashMap<&str, &TensorProto>,
) -> Option<usize> {
    let rank = |number: usize| ranks.get(input(node, number)?).copied();
    let size = |number: usize| Some(constants.get(input(node, number)?)?.dims.first().copied());
    match node.op_type.as_str() {
        op if ALIKE.contains(&op) => rank(0),
        op if BROADCAST.contains(&op) => {
            let all: Option<Vec<usize>> = (0..node.input.len()).map(rank).collect();
            all?.into_iter().max()
        }
        "Transpose" => ints(node, "perm").map(<[i64]>::len).or_else(|| rank(0)),
        "Reshape" => usize::try_from(size(1)??).ok(),
        "Gemm" | "Flatten" | "FusedGemm" => Some(2),
        "Attention" | "EmbedLayerNormalization" => Some(3),
        "Shape" => Some(1),
        "Gather" => (rank(0)? + rank(1)?).checked_sub(1),
        "Unsqueeze" => Some(rank(0)? + axes(node, constants)?),
        "Squeeze" => rank(0)?.checked_sub(axes(node, constants)?),
        "ReduceMean" | "ReduceSum" | "ReduceMax" if int(node, "keepdims") == Some(0) => {
            rank(0)?.checked_sub(axes(node, constants)?)
        }
        "ReduceMean" | "ReduceSum" | "ReduceMax" => rank(0),
        _ => None,
    }
}

/// How many axes a node names, in an attribute or in its second input.
fn axes(node: &NodeProto, constants: &HashMap<&str, &TensorProto>) -> Option<usize> {
    match attribute(node, "axes") {
        Some(axes) => Some(axes.ints.len()),
        None => Some(values::as_whole(constants.get(input(node, 1)?)?)?.len()),
    }
}
