//! Operators that ONNX Runtime's offline optimiser and optimum put together, taken apart again.
//!
//! Invariant: what comes out is in standard operators, or in those of ONNX Runtime that tract has
//! (`BiasGelu`, `FastGelu`, `QuickGelu`, `SkipLayerNormalization`). What each computes is said in
//! ONNX Runtime's `docs/ContribOperators.md`.

use super::draft::{
    Chain, Draft, MICROSOFT, attribute, float, input, int, signed, text, with_float, with_int,
    with_ints,
};
use tract_onnx::pb::{AttributeProto, NodeProto};

/// Takes one fused operator apart; `None` for any other.
pub(super) fn unfuse(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    if node.domain != MICROSOFT {
        return None;
    }
    let output = node.output.first()?;
    match node.op_type.as_str() {
        "FusedConv" => conv(Chain::new(draft, node), node, output),
        "FusedGemm" => gemm(Chain::new(draft, node), node, output),
        "EmbedLayerNormalization" => embed(Chain::new(draft, node), node, output),
        "Attention" => super::attention::unfuse(Chain::new(draft, node), node, output),
        "BiasSoftmax" => bias_softmax(Chain::new(draft, node), node, output),
        "FusedMatMul" | "TransposeMatMul" => matmul(draft, node),
        _ => None,
    }
}

/// The attributes of a node without those whose names are given.
fn without(node: &NodeProto, names: &[&str]) -> Vec<AttributeProto> {
    let kept = node.attribute.iter().filter(|a| !names.contains(&a.name.as_str()));
    kept.cloned().collect()
}

/// Conv, an addend, an activation.
fn conv(mut chain: Chain<'_>, node: &NodeProto, output: &str) -> Option<Vec<NodeProto>> {
    let (x, weights) = (input(node, 0)?, input(node, 1)?);
    let attributes = without(node, &["activation", "activation_params"]);
    let mut made = match input(node, 2) {
        Some(bias) => chain.push_with("Conv", &[x, weights, bias], attributes),
        None => chain.push_with("Conv", &[x, weights], attributes),
    };
    if let Some(addend) = input(node, 3) {
        made = chain.push("Add", &[&made, addend]);
    }
    let parameters = attribute(node, "activation_params").map_or(&[][..], |a| &a.floats);
    let made = activation(&mut chain, text(node, "activation"), parameters, &made)?;
    chain.end(&made, output)
}

/// Gemm, an activation.
fn gemm(mut chain: Chain<'_>, node: &NodeProto, output: &str) -> Option<Vec<NodeProto>> {
    let own = ["activation", "activation_alpha", "activation_beta", "activation_gamma"];
    let attributes = without(node, &own);
    let inputs: Vec<&str> = (0..3).map_while(|number| input(node, number)).collect();
    let made = chain.push_with("Gemm", &inputs, attributes);
    let parameters: Vec<f32> = own[1..].iter().map_while(|name| float(node, name)).collect();
    let made = activation(&mut chain, text(node, "activation"), &parameters, &made)?;
    chain.end(&made, output)
}

fn activation(
    chain: &mut Chain<'_>,
    name: Option<&str>,
    parameters: &[f32],
    x: &str,
) -> Option<String> {
    let parameter = |number: usize, absent| parameters.get(number).copied().unwrap_or(absent);
    Some(match name {
        None | Some("" | "Identity") => x.to_owned(),
        Some(name @ ("Relu" | "Sigmoid" | "Tanh" | "Softplus" | "HardSwish")) => {
            chain.push(name, &[x])
        }
        Some(name @ ("LeakyRelu" | "Elu")) => {
            let absent = if name == "Elu" { 1.0 } else { 0.01 };
            chain.push_with(name, &[x], vec![with_float("alpha", parameter(0, absent))])
        }
        Some("HardSigmoid") => {
            let slope = with_float("alpha", parameter(0, 0.2));
            chain.push_with("HardSigmoid", &[x], vec![slope, with_float("beta", parameter(1, 0.5))])
        }
        Some("Clip") => {
            let low = chain.scalar(parameter(0, f32::MIN));
            let high = chain.scalar(parameter(1, f32::MAX));
            let raised = chain.push("Max", &[x, &low]);
            chain.push("Min", &[&raised, &high])
        }
        Some(_) => return None,
    })
}

/// A·B times `alpha`, either transposed before. Which axes those are depends on how many there are, so a
/// transposed factor must be a constant or of a known rank.
fn matmul(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let (a, b) = (input(node, 0)?, input(node, 1)?);
    if int(node, "transBatchA").unwrap_or(0) + int(node, "transBatchB").unwrap_or(0) != 0 {
        return None;
    }
    let turned = |name: &str| int(node, name).unwrap_or(0) != 0;
    let ranks = [("transA", a), ("transB", b)]
        .map(|(name, factor)| if turned(name) { draft.rank(factor).map(Some) } else { Some(None) });
    let [Some(turn_a), Some(turn_b)] = ranks else { return None };
    let mut chain = Chain::new(draft, node);
    let a = turn(&mut chain, a, turn_a);
    let b = turn(&mut chain, b, turn_b);
    let made = chain.push("MatMul", &[&a, &b]);
    let alpha = float(node, "alpha").unwrap_or(1.0);
    if alpha.to_bits() == 1.0_f32.to_bits() {
        return chain.end(&made, node.output.first()?);
    }
    let alpha = chain.scalar(alpha);
    let made = chain.push("Mul", &[&made, &alpha]);
    chain.end(&made, node.output.first()?)
}

/// The factor with its last two axes exchanged, if a rank is given.
fn turn(chain: &mut Chain<'_>, factor: &str, rank: Option<usize>) -> String {
    let Some(rank) = rank else { return factor.to_owned() };
    let mut axes: Vec<i64> = (0..signed(rank)).collect();
    if rank >= 2 {
        axes.swap(rank - 1, rank - 2);
    }
    chain.push_with("Transpose", &[factor], vec![with_ints("perm", &axes)])
}

/// Softmax of a sum.
fn bias_softmax(mut chain: Chain<'_>, node: &NodeProto, output: &str) -> Option<Vec<NodeProto>> {
    let sum = chain.push("Add", &[input(node, 0)?, input(node, 1)?]);
    let axis = int(node, "axis").unwrap_or(1);
    // before opset 13 Softmax flattens what follows the axis, which is the same for the last one only
    if axis != -1 && chain.opset() < 13 {
        return None;
    }
    let made = chain.push_with("Softmax", &[&sum], vec![with_int("axis", axis)]);
    chain.end(&made, output)
}

/// Word, position and segment embeddings, added and normalised.
fn embed(mut chain: Chain<'_>, node: &NodeProto, output: &str) -> Option<Vec<NodeProto>> {
    let (ids, words, positions) = (input(node, 0)?, input(node, 2)?, input(node, 3)?);
    let words = chain.push("Gather", &[words, ids]);
    let positions = if let Some(given) = input(node, 8) {
        chain.push("Gather", &[positions, given])
    } else {
        let length = length(&mut chain, ids);
        let zero = chain.vector(&[0]);
        chain.push("Slice", &[positions, &zero, &length])
    };
    let mut sum = chain.push("Add", &[&words, &positions]);
    if let (Some(segments), Some(table)) = (input(node, 1), input(node, 4)) {
        let segments = chain.push("Gather", &[table, segments]);
        sum = chain.push("Add", &[&sum, &segments]);
    }
    if let Some(name) = node.output.get(2).filter(|name| !name.is_empty()) {
        chain.push_node(super::draft::node("Identity", &[&sum], &[name], Vec::new()));
    }
    if let Some(name) = node.output.get(1).filter(|name| !name.is_empty()) {
        lengths(&mut chain, input(node, 7), ids, name);
    }
    let epsilon = float(node, "epsilon").unwrap_or(1e-12);
    let norm = vec![with_int("axis", -1), with_float("epsilon", epsilon)];
    let made =
        chain.push_with("LayerNormalization", &[&sum, input(node, 5)?, input(node, 6)?], norm);
    chain.end(&made, output)
}

/// The number of tokens, as a vector of one.
fn length(chain: &mut Chain<'_>, ids: &str) -> String {
    let shape = chain.push("Shape", &[ids]);
    let (one, two) = (chain.vector(&[1]), chain.vector(&[2]));
    chain.push("Slice", &[&shape, &one, &two])
}

/// How many tokens of each text the mask leaves, as int32.
fn lengths(chain: &mut Chain<'_>, mask: Option<&str>, ids: &str, name: &str) {
    const INT32: i64 = 6;
    let made = match mask {
        Some(mask) => {
            let mask = chain.push_with("Cast", &[mask], vec![with_int("to", 1)]);
            let (axes, keep) = (chain.vector(&[1]), with_int("keepdims", 0));
            if chain.opset() < 13 {
                chain.push_with("ReduceSum", &[&mask], vec![with_ints("axes", &[1]), keep])
            } else {
                chain.push_with("ReduceSum", &[&mask, &axes], vec![keep])
            }
        }
        None => length(chain, ids),
    };
    let cast = super::draft::node("Cast", &[&made], &[name], vec![with_int("to", INT32)]);
    chain.push_node(cast);
}
