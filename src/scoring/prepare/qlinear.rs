//! The operators on quantised tensors, each as the float operator between its quantisations.
//!
//! Invariant: as in `quantised`: integers carried as floats.

use super::draft::{Chain, Draft, attribute, float, input, int, with_float, with_int};
use super::quantised::{finish, folded, to_float, to_integer};
use super::values;
use tract_onnx::pb::{AttributeProto, NodeProto};

/// Rewrites one `QLinear…` operator; `None` for any other.
pub(super) fn rewrite(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    match node.op_type.as_str() {
        "QLinearConv" if int(node, "channels_last").unwrap_or(0) == 0 => conv(draft, node),
        "QLinearMatMul" => matmul(draft, node),
        "QGemm" => gemm(draft, node),
        "QLinearAdd" => binary(draft, node, "Add"),
        "QLinearMul" => binary(draft, node, "Mul"),
        "QLinearConcat" => concat(draft, node),
        "QLinearGlobalAveragePool" if int(node, "channels_last").unwrap_or(0) == 0 => {
            unary(draft, node, "GlobalAveragePool", Vec::new())
        }
        "QLinearAveragePool" if int(node, "channels_last").unwrap_or(0) == 0 => {
            let kept = node.attribute.iter().filter(|a| a.name != "channels_last");
            unary(draft, node, "AveragePool", kept.cloned().collect())
        }
        "QLinearSigmoid" => unary(draft, node, "Sigmoid", Vec::new()),
        "QLinearLeakyRelu" => {
            let slope = float(node, "alpha").unwrap_or(0.01);
            unary(draft, node, "LeakyRelu", vec![with_float("alpha", slope)])
        }
        "QLinearSoftmax" => {
            let axis = with_int("axis", int(node, "axis").unwrap_or(-1));
            unary(draft, node, "Softmax", vec![axis])
        }
        _ => None,
    }
}

/// The tensor, scale and zero point from input `first` on, as floats.
fn read(chain: &mut Chain<'_>, node: &NodeProto, first: usize) -> Option<String> {
    to_float(chain, input(node, first)?, input(node, first + 1)?, input(node, first + 2), None)
}

/// Quantises `made` by the scale and zero point from input `first` on, and ends.
fn write(
    mut chain: Chain<'_>,
    node: &NodeProto,
    made: &str,
    first: usize,
) -> Option<Vec<NodeProto>> {
    let (scale, zero) = (input(node, first)?, input(node, first + 1));
    let kind = match zero {
        Some(zero) => chain.known(zero)?.data_type,
        None => chain.carried(input(node, 0)?)?,
    };
    let made = to_integer(&mut chain, made, scale, zero, kind, None)?;
    finish(chain, &made, kind, node.output.first()?)
}

/// x, its scale and zero point; weights, theirs; those of y; perhaps a bias in int32.
fn conv(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let mut chain = Chain::new(draft, node);
    let x = read(&mut chain, node, 0)?;
    let (weights, scale) = (input(node, 3)?, input(node, 4)?);
    let weights = folded(&chain, weights, scale, input(node, 5), Some(0))?;
    let weights = chain.keep(weights);
    let made = match input(node, 8) {
        Some(bias) => {
            let bias = bias_of(&mut chain, bias, input(node, 1)?, scale, 1.0)?;
            chain.push_with("Conv", &[&x, &weights, &bias], node.attribute.clone())
        }
        None => chain.push_with("Conv", &[&x, &weights], node.attribute.clone()),
    };
    write(chain, node, &made, 6)
}

/// A bias in int32 counts products: its scale is that of both factors.
fn bias_of(chain: &mut Chain<'_>, bias: &str, a: &str, b: &str, alpha: f32) -> Option<String> {
    let dims = chain.known(bias)?.dims.clone();
    let bias = values::as_floats(chain.known(bias)?)?;
    let a = *values::as_floats(chain.known(a)?)?.first()?;
    let b = values::as_floats(chain.known(b)?)?;
    let scale = |place: usize| b.get(place % b.len().max(1)).map(|b| a * b * alpha);
    let scaled: Option<Vec<f32>> =
        bias.iter().enumerate().map(|(place, value)| Some(value * scale(place)?)).collect();
    Some(chain.keep(super::draft::floats(&dims, &scaled?)))
}

fn matmul(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let mut chain = Chain::new(draft, node);
    let a = read(&mut chain, node, 0)?;
    let (b, scale, zero) = (input(node, 3)?, input(node, 4)?, input(node, 5));
    let b = match folded(&chain, b, scale, zero, None) {
        // scales of columns go along the last axis, which `folded` takes for one scale a value
        Some(folded) => chain.keep(folded),
        None => to_float(&mut chain, b, scale, zero, None)?,
    };
    let made = chain.push("MatMul", &[&a, &b]);
    write(chain, node, &made, 6)
}

/// A and B, perhaps turned, and a bias in int32; floats come out where no scale is given for them.
fn gemm(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let mut chain = Chain::new(draft, node);
    let a = read(&mut chain, node, 0)?;
    let (b, scale) = (input(node, 3)?, input(node, 4)?);
    let axis = usize::from(int(node, "transB").unwrap_or(0) == 0);
    let b = folded(&chain, b, scale, input(node, 5), Some(axis))?;
    let b = chain.keep(b);
    let alpha = float(node, "alpha").unwrap_or(1.0);
    let made = match input(node, 6) {
        Some(bias) => {
            let bias = bias_of(&mut chain, bias, input(node, 1)?, scale, alpha)?;
            chain.push_with("Gemm", &[&a, &b, &bias], node.attribute.clone())
        }
        None => chain.push_with("Gemm", &[&a, &b], node.attribute.clone()),
    };
    match input(node, 7) {
        Some(_) => write(chain, node, &made, 7),
        None => chain.end(&made, node.output.first()?),
    }
}

fn binary(draft: &mut Draft, node: &NodeProto, op: &str) -> Option<Vec<NodeProto>> {
    let mut chain = Chain::new(draft, node);
    let (a, b) = (read(&mut chain, node, 0)?, read(&mut chain, node, 3)?);
    let made = chain.push(op, &[&a, &b]);
    write(chain, node, &made, 6)
}

fn unary(
    draft: &mut Draft,
    node: &NodeProto,
    op: &str,
    attributes: Vec<AttributeProto>,
) -> Option<Vec<NodeProto>> {
    let mut chain = Chain::new(draft, node);
    let x = read(&mut chain, node, 0)?;
    let made = chain.push_with(op, &[&x], attributes);
    write(chain, node, &made, 3)
}

/// Scale and zero point of the result, then three inputs a part.
fn concat(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let mut chain = Chain::new(draft, node);
    let parts: Option<Vec<String>> =
        (2..node.input.len()).step_by(3).map(|first| read(&mut chain, node, first)).collect();
    let parts = parts?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let axis = attribute(node, "axis")?.clone();
    let made = chain.push_with("Concat", &parts, vec![axis]);
    let kind = chain.known(input(node, 1)?)?.data_type;
    let made = to_integer(&mut chain, &made, input(node, 0)?, input(node, 1), kind, None)?;
    finish(chain, &made, kind, node.output.first()?)
}
