//! Tensors and models of `tests/fixtures`, for tests.

use super::super::engine::Port;
use super::super::tensor::Tensor;
use super::draft::attribute;
use super::{interface, values};
use ndarray::ArrayD;
use std::path::PathBuf;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};
use tract_onnx::prelude::Framework;

/// A file under `tests/fixtures`.
pub fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

pub fn read(name: &str) -> ModelProto {
    tract_onnx::onnx().proto_model_for_path(file(name)).unwrap()
}

/// The nodes of a container, one a case.
pub fn cases(name: &str) -> Vec<NodeProto> {
    read(name).graph.unwrap().node
}

/// The tensors of one attribute of a case, by name.
pub fn tensors(case: &NodeProto, name: &str) -> Vec<(String, Tensor)> {
    let tensors = attribute(case, name).map_or(&[][..], |a| &a.tensors);
    tensors.iter().map(|proto| (proto.name.clone(), tensor(proto).unwrap())).collect()
}

/// Inputs of exactly the sizes that are fed; what the model says of their kind.
pub fn fixed(model: &ModelProto, fed: &[(String, Tensor)]) -> Vec<Port> {
    let ports = interface(model).inputs;
    let fix = |(name, tensor): &(String, Tensor)| {
        let port = ports.iter().find(|port| port.name == *name);
        let dims = tensor.shape().iter().map(|&size| Some(size)).collect();
        Port { name: name.clone(), kind: port.map_or(tensor.kind(), |port| port.kind), dims }
    };
    fed.iter().map(fix).collect()
}

/// `None` for kinds that no engine takes.
pub fn tensor(proto: &TensorProto) -> Option<Tensor> {
    fn shaped<T>(dims: &[i64], values: Vec<T>) -> Option<ArrayD<T>> {
        let dims: Vec<usize> = dims.iter().map(|&dim| usize::try_from(dim).unwrap()).collect();
        ArrayD::from_shape_vec(dims, values).ok()
    }
    let (dims, raw) = (&proto.dims, &proto.raw_data);
    let floats = || values::as_floats(proto);
    let whole = || values::as_whole(proto);
    Some(match DataType::try_from(proto.data_type).ok()? {
        DataType::Float | DataType::Float16 => Tensor::F32(shaped(dims, floats()?)?),
        DataType::Double => {
            let values = raw.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect();
            Tensor::F64(shaped(dims, values)?)
        }
        DataType::Uint8 => Tensor::U8(shaped(dims, raw.clone())?),
        DataType::Int8 => Tensor::I8(shaped(dims, raw.iter().map(|&b| b.cast_signed()).collect())?),
        DataType::Int32 => {
            Tensor::I32(shaped(dims, whole()?.into_iter().map(|v| v as i32).collect())?)
        }
        DataType::Int64 => Tensor::I64(shaped(dims, whole()?)?),
        DataType::Bool => Tensor::Bool(shaped(dims, raw.iter().map(|&b| b != 0).collect())?),
        _ => return None,
    })
}

/// The first value that is further from its reference than `tolerance`, relative to values above 1.
pub fn difference(ours: &Tensor, theirs: &Tensor, tolerance: f32) -> Option<String> {
    if ours.shape() != theirs.shape() {
        return Some(format!("has the shape {:?}, not {:?}", ours.shape(), theirs.shape()));
    }
    let (ours, theirs) = (ours.to_f32()?, theirs.to_f32()?);
    let far = |(a, b): (&f32, &f32)| {
        let equal = a.total_cmp(b).is_eq() || (a.is_nan() && b.is_nan());
        let near = (a - b).abs() <= tolerance * b.abs().max(1.0);
        !(equal || near)
    };
    let place = ours.iter().zip(&theirs).position(far)?;
    Some(format!("value {place} is {}, not {}", ours[place], theirs[place]))
}
