//! Quantised graphs, computed in float32.
//!
//! Invariant: every value is the one that the integer graph has, up to where a rounding falls. An 8-bit tensor is
//! carried as floats that are whole numbers: tract's own rewriting of quantised graphs is silently wrong
//! (it tabulates a softmax between two quantised tensors as if it were a function of one number), and its
//! integer kernels are slower than its float ones.
//!
//! The formulas are those of ONNX's `QuantizeLinear`, `DequantizeLinear` and `DynamicQuantizeLinear`, and of
//! ONNX Runtime's `QLinear…` operators.

use super::draft::{Chain, Draft, attribute, input, int, signed, with_int};
use super::values;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{NodeProto, TensorProto};

/// Operators that move or compare values, and so do on floats what they do on integers.
const MOVERS: [&str; 23] = [
    "Clip",
    "Concat",
    "DepthToSpace",
    "Expand",
    "Flatten",
    "Gather",
    "GlobalMaxPool",
    "Identity",
    "Max",
    "MaxPool",
    "Min",
    "Pad",
    "ReduceMax",
    "ReduceMin",
    "Relu",
    "Reshape",
    "Slice",
    "SpaceToDepth",
    "Split",
    "Squeeze",
    "Tile",
    "Transpose",
    "Unsqueeze",
];

/// Rewrites one node; `None` if it has nothing to do with integers.
pub(super) fn unquantise(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let rewritten = match node.op_type.as_str() {
        "QuantizeLinear" => quantise(draft, node),
        "DequantizeLinear" => dequantise(draft, node),
        "DynamicQuantizeLinear" => super::dynamic::quantise(draft, node),
        "MatMulInteger" | "ConvInteger" => super::dynamic::product(draft, node),
        "MatMulIntegerToFloat" | "DynamicQuantizeMatMul" => super::dynamic::matmul(draft, node),
        _ => super::qlinear::rewrite(draft, node),
    };
    rewritten.or_else(|| through(draft, node))
}

/// A node that reads carried tensors and is no quantised operator.
fn through(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let kind = node.input.iter().find_map(|name| draft.carried.get(name)).copied()?;
    if node.op_type == "Cast" {
        return None;
    }
    let asked = node.output.iter().any(|name| draft.is_asked(name));
    if MOVERS.contains(&node.op_type.as_str()) && !asked {
        draft.carried.extend(node.output.iter().map(|name| (name.clone(), kind)));
        return Some(vec![with_floats(draft, node)]);
    }
    let mut chain = Chain::new(draft, node);
    let mut changed = node.clone();
    for name in &mut changed.input {
        if let Some(kind) = chain.carried(name) {
            *name = chain.push_with("Cast", &[name], vec![with_int("to", i64::from(kind))]);
        }
    }
    chain.push_node(changed);
    Some(chain.done())
}

/// The node with its 8-bit constants as floats.
fn with_floats(draft: &mut Draft, node: &NodeProto) -> NodeProto {
    let mut node = node.clone();
    for name in &mut node.input {
        let eight = |tensor: &&TensorProto| limits(tensor.data_type).is_some();
        if let Some(tensor) = draft.constant(name).filter(eight)
            && let Some(floats) = values::as_floats(tensor)
        {
            let tensor = super::draft::floats(&tensor.dims.clone(), &floats);
            *name = draft.keep(name, tensor);
        }
    }
    node
}

fn quantise(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let (x, scale) = (input(node, 0)?, input(node, 1)?);
    let kind = match input(node, 2) {
        Some(zero) => draft.constant(zero)?.data_type,
        None => int(node, "output_dtype").filter(|&kind| kind != 0).unwrap_or(2) as i32,
    };
    if int(node, "block_size").unwrap_or(0) != 0 {
        return None;
    }
    let axis = axis(draft, node, x, scale)?;
    let mut chain = Chain::new(draft, node);
    let made = to_integer(&mut chain, x, scale, input(node, 2), kind, axis)?;
    finish(chain, &made, kind, node.output.first()?)
}

fn dequantise(draft: &mut Draft, node: &NodeProto) -> Option<Vec<NodeProto>> {
    let (x, scale) = (input(node, 0)?, input(node, 1)?);
    if int(node, "block_size").unwrap_or(0) != 0 {
        return None;
    }
    let axis = axis(draft, node, x, scale)?;
    let mut chain = Chain::new(draft, node);
    let made = to_float(&mut chain, x, scale, input(node, 2), axis)?;
    chain.end(&made, node.output.first()?)
}

/// The axis that a vector of scales goes along, and the number of axes of `x`; `None` inside for one scale.
/// The outer `None`: not to be told.
#[expect(clippy::option_option, reason = "one scale is another thing than an unknown axis")]
fn axis(draft: &Draft, node: &NodeProto, x: &str, scale: &str) -> Option<Option<(usize, usize)>> {
    match draft.constant(scale) {
        None => Some(None),
        Some(scale) if values::count(&scale.dims) == Some(1) => Some(None),
        Some(_) => {
            let rank = draft.rank(x)?;
            let axis = attribute(node, "axis").map_or(1, |a| a.i);
            let axis = if axis < 0 { axis + signed(rank) } else { axis };
            let axis = usize::try_from(axis).ok().filter(|&axis| axis < rank)?;
            Some(Some((axis, rank)))
        }
    }
}

/// Ends a chain that makes a tensor of the integer type `kind`: carried, unless the caller asked for it.
pub(super) fn finish(
    mut chain: Chain<'_>,
    made: &str,
    kind: i32,
    output: &str,
) -> Option<Vec<NodeProto>> {
    if chain.is_asked(output) {
        let cast = vec![with_int("to", i64::from(kind))];
        let made = chain.push_with("Cast", &[made], cast);
        return chain.end(&made, output);
    }
    chain.carry(output, kind);
    chain.end(made, output)
}

/// Least and largest value of an integer type.
pub(super) fn limits(kind: i32) -> Option<(f32, f32)> {
    Some(match DataType::try_from(kind).ok()? {
        DataType::Uint8 => (0.0, 255.0),
        DataType::Int8 => (-128.0, 127.0),
        DataType::Uint16 => (0.0, 65_535.0),
        DataType::Int16 => (-32_768.0, 32_767.0),
        DataType::Uint4 => (0.0, 15.0),
        DataType::Int4 => (-8.0, 7.0),
        _ => return None,
    })
}

/// `saturate(round(x / scale) + zero)`, in floats.
pub(super) fn to_integer(
    chain: &mut Chain<'_>,
    x: &str,
    scale: &str,
    zero: Option<&str>,
    kind: i32,
    axis: Option<(usize, usize)>,
) -> Option<String> {
    let (low, high) = limits(kind)?;
    let scale = along(chain, scale, axis)?;
    let made = chain.push("Div", &[x, &scale]);
    let mut made = chain.push("Round", &[&made]);
    if let Some(zero) = offset(chain, zero, axis)? {
        made = chain.push("Add", &[&made, &zero]);
    }
    let (low, high) = (chain.scalar(low), chain.scalar(high));
    let made = chain.push("Max", &[&made, &low]);
    Some(chain.push("Min", &[&made, &high]))
}

/// `(x − zero) · scale`; a constant of floats where all of it is constant.
pub(super) fn to_float(
    chain: &mut Chain<'_>,
    x: &str,
    scale: &str,
    zero: Option<&str>,
    axis: Option<(usize, usize)>,
) -> Option<String> {
    if let Some(folded) = folded(chain, x, scale, zero, axis.map(|(axis, _)| axis)) {
        return Some(chain.keep(folded));
    }
    let mut made = as_float(chain, x);
    if let Some(zero) = offset(chain, zero, axis)? {
        made = chain.push("Sub", &[&made, &zero]);
    }
    let scale = along(chain, scale, axis)?;
    Some(chain.push("Mul", &[&made, &scale]))
}

/// An integer tensor as floats.
pub(super) fn as_float(chain: &mut Chain<'_>, x: &str) -> String {
    if chain.carried(x).is_some() {
        return x.to_owned();
    }
    if let Some(floats) = chain.known(x).and_then(|t| Some((t.dims.clone(), values::as_floats(t)?)))
    {
        return chain.keep(super::draft::floats(&floats.0, &floats.1));
    }
    chain.push_with("Cast", &[x], vec![with_int("to", DataType::Float as i64)])
}

/// The zero point as floats; `None` inside if it is 0 throughout or absent.
#[expect(
    clippy::option_option,
    reason = "no zero point is another thing than one of a wrong shape"
)]
fn offset(
    chain: &mut Chain<'_>,
    zero: Option<&str>,
    axis: Option<(usize, usize)>,
) -> Option<Option<String>> {
    let Some(zero) = zero else { return Some(None) };
    let values = chain.known(zero).and_then(values::as_floats);
    if values.is_some_and(|values| values.iter().all(|&v| v == 0.0)) {
        return Some(None);
    }
    let zero = as_float(chain, zero);
    along(chain, &zero, axis).map(Some)
}

/// A vector that goes along an axis, with axes of size 1 after it; one value as a scalar.
fn along(chain: &mut Chain<'_>, vector: &str, axis: Option<(usize, usize)>) -> Option<String> {
    let Some(tensor) = chain.known(vector) else { return Some(vector.to_owned()) };
    let values = values::as_floats(tensor)?;
    let dims = match axis {
        Some((axis, rank)) if values.len() > 1 => {
            let mut dims = vec![1; rank - axis];
            *dims.first_mut()? = signed(values.len());
            dims
        }
        _ if values.len() == 1 => Vec::new(),
        _ => return None,
    };
    Some(chain.keep(super::draft::floats(&dims, &values)))
}

/// A constant of integers as the floats it stands for.
pub(super) fn folded(
    chain: &Chain<'_>,
    x: &str,
    scale: &str,
    zero: Option<&str>,
    axis: Option<usize>,
) -> Option<TensorProto> {
    let tensor = chain.known(x)?;
    let mut values = values::as_floats(tensor)?;
    let scale = values::as_floats(chain.known(scale)?)?;
    let zero = match zero {
        Some(zero) => values::as_floats(chain.known(zero)?)?,
        None => vec![0.0],
    };
    let inner = match axis {
        Some(axis) => values::count(tensor.dims.get(axis + 1..)?)?.max(1),
        None => 1,
    };
    let pick = |of: &[f32], place: usize| of.get((place / inner) % of.len().max(1)).copied();
    for (place, value) in values.iter_mut().enumerate() {
        *value = (*value - pick(&zero, place)?) * pick(&scale, place)?;
    }
    Some(super::draft::floats(&tensor.dims, &values))
}
