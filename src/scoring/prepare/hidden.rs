//! The last hidden layer of a classifier: what its class scores are a linear function of.
//!
//! Invariant: a name that is given is a tensor of the graph.

use super::draft::{input, ints};
use std::collections::HashMap;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// Operators between the last linear layer and the output.
const AFTER: [&str; 29] = [
    "Add",
    "ArgMax",
    "BiasSoftmax",
    "Cast",
    "Clip",
    "DequantizeLinear",
    "Div",
    "Dropout",
    "Flatten",
    "GlobalAveragePool",
    "Identity",
    "LogSoftmax",
    "Max",
    "Min",
    "Mul",
    "QLinearGlobalAveragePool",
    "QLinearSigmoid",
    "QLinearSoftmax",
    "QuantizeLinear",
    "ReduceMean",
    "Relu",
    "Reshape",
    "Round",
    "Sigmoid",
    "Softmax",
    "Squeeze",
    "Sub",
    "Transpose",
    "Unsqueeze",
];
/// Operators that make class scores: a product with weights.
const LINEAR: [&str; 9] = [
    "DynamicQuantizeMatMul",
    "FusedGemm",
    "FusedMatMul",
    "Gemm",
    "MatMul",
    "MatMulInteger",
    "MatMulIntegerToFloat",
    "QGemm",
    "QLinearMatMul",
];
/// Operators that weights may pass on their way to the product.
const ON_WEIGHTS: [&str; 7] =
    ["Cast", "DequantizeLinear", "Identity", "Mul", "QuantizeLinear", "Reshape", "Transpose"];

/// The tensor that the last linear layer before `output` takes: the vector that is pooled from the features, or
/// from the first token. Before a 1×1 convolution that is a map of features, to be averaged over its places.
/// `None` where the scores come from no such layer.
pub(in crate::scoring) fn hidden(graph: &GraphProto, output: &str) -> Option<String> {
    let walk = Walk::new(graph);
    let mut name = output;
    // the length bounds the walk, should the graph have a cycle
    for _ in 0..=graph.node.len() {
        let node = walk.maker(name)?;
        if walk.is_linear(node) {
            return walk.features(node).map(str::to_owned);
        }
        if !AFTER.contains(&node.op_type.as_str()) {
            return None;
        }
        let mut sources = node.input.iter().filter(|name| !walk.is_weight(name));
        name = sources.next()?;
        // a sum of two layers has no one layer before it
        if sources.next().is_some() {
            return None;
        }
    }
    None
}

struct Walk<'g> {
    makers: HashMap<&'g str, &'g NodeProto>,
    constants: HashMap<&'g str, &'g TensorProto>,
}

impl<'g> Walk<'g> {
    fn new(graph: &'g GraphProto) -> Self {
        let mut makers = HashMap::new();
        for node in &graph.node {
            makers.extend(node.output.iter().map(|name| (name.as_str(), node)));
        }
        let constants = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor));
        Self { makers, constants: constants.collect() }
    }

    fn maker(&self, name: &str) -> Option<&'g NodeProto> {
        self.makers.get(name).copied()
    }

    /// Whether a node makes class scores from features: a product, or a convolution of one place.
    fn is_linear(&self, node: &NodeProto) -> bool {
        let op = node.op_type.as_str();
        LINEAR.contains(&op) || (op.ends_with("Conv") && self.kernel(node).is_some_and(is_one))
    }

    /// The sizes of a convolution's kernel.
    fn kernel(&self, node: &'g NodeProto) -> Option<&'g [i64]> {
        ints(node, "kernel_shape").or_else(|| self.constants.get(input(node, 1)?)?.dims.get(2..))
    }

    /// Whether a tensor is a constant, or made of constants and of the scales of quantised values only.
    fn is_weight(&self, name: &str) -> bool {
        self.is_weight_within(name, 8)
    }

    fn is_weight_within(&self, name: &str, steps: usize) -> bool {
        if name.is_empty() || self.constants.contains_key(name) {
            return true;
        }
        let (Some(node), Some(steps)) = (self.maker(name), steps.checked_sub(1)) else {
            return false;
        };
        match node.op_type.as_str() {
            "Constant" => true,
            "DynamicQuantizeLinear" => node.output.first().is_none_or(|first| first != name),
            op if ON_WEIGHTS.contains(&op) => {
                node.input.iter().all(|input| self.is_weight_within(input, steps))
            }
            _ => false,
        }
    }

    /// What a linear layer takes, in floats where it was quantised on the way.
    fn features(&self, node: &'g NodeProto) -> Option<&'g str> {
        let mut name = input(node, 0).filter(|name| !self.is_weight(name))?;
        let factor =
            if node.op_type.starts_with("QLinear") || node.op_type == "QGemm" { 3 } else { 1 };
        input(node, factor).filter(|name| self.is_weight(name))?;
        while let Some(node) = self.maker(name)
            && ["DynamicQuantizeLinear", "QuantizeLinear", "Dropout", "Identity"]
                .contains(&node.op_type.as_str())
            && let Some(source) = input(node, 0)
            && source != name
        {
            name = source;
        }
        Some(name)
    }
}

fn is_one(kernel: &[i64]) -> bool {
    kernel.iter().all(|&size| size == 1)
}
