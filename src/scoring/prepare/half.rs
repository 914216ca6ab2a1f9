//! Graphs in float16 or bfloat16, computed in float32.
//!
//! Invariant: afterwards no tensor of the graph is a half float. tract lacks half-float kernels for much of
//! what classifiers do; in float32 the values are nearer to what the model was trained with.

use super::values;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, TensorProto, ValueInfoProto};

/// Attributes that name a type.
const TYPES: [&str; 3] = ["to", "dtype", "output_dtype"];

/// Makes every half float of a graph a float32. Constants in other files must have been read.
pub(super) fn widen(graph: &mut GraphProto) {
    graph.initializer.iter_mut().for_each(widen_tensor);
    for info in graph.input.iter_mut().chain(&mut graph.output).chain(&mut graph.value_info) {
        widen_info(info);
    }
    for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
        widen_attribute(attribute);
    }
}

fn widen_attribute(attribute: &mut AttributeProto) {
    if TYPES.contains(&attribute.name.as_str()) && is_half_number(attribute.i) {
        attribute.i = DataType::Float as i64;
    }
    attribute.t.iter_mut().for_each(widen_tensor);
    attribute.tensors.iter_mut().for_each(widen_tensor);
    attribute.g.iter_mut().for_each(widen);
    attribute.graphs.iter_mut().for_each(widen);
}

fn is_half_number(number: i64) -> bool {
    i32::try_from(number).is_ok_and(is_half)
}

/// Whether a type in ONNX's numbers is float16 or bfloat16.
pub(super) fn is_half(kind: i32) -> bool {
    kind == DataType::Float16 as i32 || kind == DataType::Bfloat16 as i32
}

fn widen_info(info: &mut ValueInfoProto) {
    if let Some(Type::TensorType(tensor)) = info.r#type.as_mut().and_then(|t| t.value.as_mut())
        && is_half(tensor.elem_type)
    {
        tensor.elem_type = DataType::Float as i32;
    }
}

fn widen_tensor(tensor: &mut TensorProto) {
    if is_half(tensor.data_type)
        && let Some(floats) = values::as_floats(tensor)
    {
        tensor.data_type = DataType::Float as i32;
        tensor.int32_data = Vec::new();
        tensor.raw_data = floats.into_iter().flat_map(f32::to_le_bytes).collect();
    }
}
