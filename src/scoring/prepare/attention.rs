//! `com.microsoft.Attention`: the self-attention of an encoder in one node, taken apart.
//!
//! Invariant: only what an encoder's attention has is taken apart (no past, no causal mask, no bias a head); any
//! other node is left, and then refused by its name.

use super::draft::{Chain, float, input, int, signed, with_int, with_ints};
use super::values;
use tract_onnx::pb::NodeProto;

/// What a masked token's score is lowered by, unless the node says another value.
const MASKED: f32 = -10_000.0;

/// Input (B,S,D), weights (D, 3·H), bias (3·H), and perhaps a mask: (B,S), of 0 and 1, or (B), of lengths.
pub(super) fn unfuse(
    mut chain: Chain<'_>,
    node: &NodeProto,
    output: &str,
) -> Option<Vec<NodeProto>> {
    let heads = int(node, "num_heads").filter(|&heads| heads > 0)?;
    let plain = (4..8).all(|number| input(node, number).is_none());
    let plain = plain && int(node, "unidirectional").unwrap_or(0) == 0;
    if !plain || node.output.len() > 1 || int(node, "do_rotary").unwrap_or(0) != 0 {
        return None;
    }
    let (x, weights) = (input(node, 0)?, input(node, 1)?);
    let width = chain.known(weights)?.dims.get(1).copied().filter(|w| w % 3 == 0)? / 3;
    let ([query, key, value], width) = (project(&mut chain, node, x, weights, width)?, width);
    let scale = float(node, "scale").filter(|&scale| scale > 0.0);
    let scale = scale.unwrap_or_else(|| 1.0 / ((width / heads) as f32).sqrt());
    let query = split_heads(&mut chain, &query, heads, [0, 2, 1, 3]);
    let key = split_heads(&mut chain, &key, heads, [0, 2, 3, 1]);
    let value = split_heads(&mut chain, &value, heads, [0, 2, 1, 3]);
    let scale = chain.scalar(scale);
    let scores = chain.push("MatMul", &[&query, &key]);
    let mut scores = chain.push("Mul", &[&scores, &scale]);
    if let Some(mask) = input(node, 3) {
        let masked = float(node, "mask_filter_value").unwrap_or(MASKED);
        let addend = addend(&mut chain, mask, x, masked)?;
        scores = chain.push("Add", &[&scores, &addend]);
    }
    let weights = chain.push_with("Softmax", &[&scores], vec![with_int("axis", -1)]);
    let mixed = chain.push("MatMul", &[&weights, &value]);
    let mixed = chain.push_with("Transpose", &[&mixed], vec![with_ints("perm", &[0, 2, 1, 3])]);
    let shape = chain.vector(&[0, 0, width]);
    let made = chain.push("Reshape", &[&mixed, &shape]);
    chain.end(&made, output)
}

/// Query, key and value: three products, so that nothing is to be cut apart after.
fn project(
    chain: &mut Chain<'_>,
    node: &NodeProto,
    x: &str,
    weights: &str,
    width: i64,
) -> Option<[String; 3]> {
    let tensor = chain.known(weights)?;
    let rows = usize::try_from(*tensor.dims.first()?).ok()?;
    let (weights, width) = (values::as_floats(tensor)?, usize::try_from(width).ok()?);
    let bias = match input(node, 2) {
        Some(name) => Some(values::as_floats(chain.known(name)?)?),
        None => None,
    };
    if weights.len() != rows * 3 * width || bias.as_ref().is_some_and(|b| b.len() != 3 * width) {
        return None;
    }
    let mut project = |part: usize| {
        let from = part * width;
        let columns = weights.chunks(3 * width).flat_map(|row| &row[from..from + width]);
        let columns: Vec<f32> = columns.copied().collect();
        let part = super::draft::floats(&[signed(rows), signed(width)], &columns);
        let part = chain.keep(part);
        let product = chain.push("MatMul", &[x, &part]);
        let Some(bias) = &bias else { return product };
        let bias = super::draft::floats(&[signed(width)], &bias[from..from + width]);
        let bias = chain.keep(bias);
        chain.push("Add", &[&product, &bias])
    };
    Some([project(0), project(1), project(2)])
}

fn split_heads(chain: &mut Chain<'_>, x: &str, heads: i64, axes: [i64; 4]) -> String {
    let shape = chain.vector(&[0, 0, heads, -1]);
    let x = chain.push("Reshape", &[x, &shape]);
    chain.push_with("Transpose", &[&x], vec![with_ints("perm", &axes)])
}

/// What is added to the scores, (B,1,1,S): 0 where a token counts, `masked` where it does not.
fn addend(chain: &mut Chain<'_>, mask: &str, x: &str, masked: f32) -> Option<String> {
    let mask = match chain.rank(mask)? {
        1 => up_to(chain, mask, x),
        2 => chain.push_with("Cast", &[mask], vec![with_int("to", 1)]),
        _ => return None,
    };
    let shape = chain.vector(&[0, 1, 1, -1]);
    let mask = chain.push("Reshape", &[&mask, &shape]);
    let (one, masked) = (chain.scalar(1.0), chain.scalar(masked));
    let hidden = chain.push("Sub", &[&one, &mask]);
    Some(chain.push("Mul", &[&hidden, &masked]))
}

/// A mask (B,S) of the tokens before each length.
fn up_to(chain: &mut Chain<'_>, lengths: &str, x: &str) -> String {
    const INT64: i64 = 7;
    let shape = chain.push("Shape", &[x]);
    let one = chain.keep(super::draft::whole(&[], &[1]));
    let zero = chain.keep(super::draft::whole(&[], &[0]));
    let length = chain.push("Gather", &[&shape, &one]);
    let places = chain.push("Range", &[&zero, &length, &one]);
    let lengths = chain.push_with("Cast", &[lengths], vec![with_int("to", INT64)]);
    let column = chain.vector(&[-1, 1]);
    let lengths = chain.push("Reshape", &[&lengths, &column]);
    let before = chain.push("Less", &[&places, &lengths]);
    chain.push_with("Cast", &[&before], vec![with_int("to", 1)])
}
