//! What a model takes and gives, as its file says.
//!
//! Invariant: an input that has an initialiser is a weight, not an input.

use super::super::engine::Port;
use super::super::tensor::Kind;
use std::collections::HashSet;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Size;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{ModelProto, ValueInfoProto};

/// Inputs and outputs of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::scoring) struct Interface {
    /// What it takes, weights left out.
    pub inputs: Vec<Port>,
    /// What it gives. A sequence or map, as `ZipMap` makes it, is no tensor and not among them.
    pub outputs: Vec<Port>,
    /// Inputs that are no tensor of a known kind.
    pub foreign: Vec<String>,
}

/// Reads the inputs and outputs of a model.
pub(in crate::scoring) fn interface(model: &ModelProto) -> Interface {
    let Some(graph) = &model.graph else { return Interface::default() };
    let weights: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let mut found = Interface::default();
    for info in graph.input.iter().filter(|info| !weights.contains(info.name.as_str())) {
        match port(info) {
            Some(port) => found.inputs.push(port),
            None => found.foreign.push(info.name.clone()),
        }
    }
    found.outputs = graph.output.iter().filter_map(port).collect();
    found
}

fn port(info: &ValueInfoProto) -> Option<Port> {
    let Type::TensorType(tensor) = info.r#type.as_ref()?.value.as_ref()?;
    let size = |value: &Option<Size>| match value {
        Some(Size::DimValue(size)) => usize::try_from(*size).ok().filter(|&size| size > 0),
        _ => None,
    };
    let dims = tensor.shape.iter().flat_map(|shape| shape.dim.iter().map(|dim| size(&dim.value)));
    let kind = kind(DataType::try_from(tensor.elem_type).ok()?)?;
    Some(Port { name: info.name.clone(), kind, dims: dims.collect() })
}

fn kind(data: DataType) -> Option<Kind> {
    Some(match data {
        DataType::Float16 | DataType::Bfloat16 => Kind::F16,
        DataType::Float => Kind::F32,
        DataType::Double => Kind::F64,
        DataType::Uint8 => Kind::U8,
        DataType::Int8 => Kind::I8,
        DataType::Int32 => Kind::I32,
        DataType::Int64 => Kind::I64,
        DataType::Bool => Kind::Bool,
        DataType::String => Kind::Text,
        _ => return None,
    })
}
