//! The values of a constant in a model, whatever form they are stored in.
//!
//! Invariant: as many values as the shape says, or none at all.

use half::{bf16, f16};
use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};

/// Whether the values are in another file.
pub(super) fn is_external(tensor: &TensorProto) -> bool {
    tensor.data_location == Some(DataLocation::External as i32)
}

/// The number of values a shape has; `None` for a negative size, or more than there can be.
pub(super) fn count(dims: &[i64]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |count, &dim| count.checked_mul(usize::try_from(dim).ok()?))
}

/// The values as float32; `None` for texts, complex numbers, values in another file, and a
/// tensor that holds another number of values than its shape says.
pub(super) fn as_floats(tensor: &TensorProto) -> Option<Vec<f32>> {
    let kind = DataType::try_from(tensor.data_type).ok()?;
    let count = count(&tensor.dims)?;
    let values = if tensor.raw_data.is_empty() {
        from_fields(tensor, kind)?
    } else {
        from_bytes(&tensor.raw_data, kind, count)?
    };
    (values.len() == count && !is_external(tensor)).then_some(values)
}

/// The values as whole numbers; `None` as in [`as_floats`], and for floats.
pub(super) fn as_whole(tensor: &TensorProto) -> Option<Vec<i64>> {
    let kind = DataType::try_from(tensor.data_type).ok()?;
    let values = match (kind, tensor.raw_data.is_empty()) {
        (DataType::Int64, true) => tensor.int64_data.clone(),
        (DataType::Int32 | DataType::Bool, true) => {
            tensor.int32_data.iter().copied().map(i64::from).collect()
        }
        (DataType::Int64, false) => each(&tensor.raw_data, i64::from_le_bytes),
        (DataType::Int32, false) => each(&tensor.raw_data, |b| i64::from(i32::from_le_bytes(b))),
        (DataType::Bool, false) => tensor.raw_data.iter().map(|&b| i64::from(b)).collect(),
        _ => return None,
    };
    (Some(values.len()) == count(&tensor.dims) && !is_external(tensor)).then_some(values)
}

fn from_fields(tensor: &TensorProto, kind: DataType) -> Option<Vec<f32>> {
    let ints = || tensor.int32_data.iter();
    Some(match kind {
        DataType::Float => tensor.float_data.clone(),
        DataType::Double => tensor.double_data.iter().map(|&v| v as f32).collect(),
        DataType::Float16 => ints().map(|&v| f16::from_bits(v as u16).to_f32()).collect(),
        DataType::Bfloat16 => ints().map(|&v| bf16::from_bits(v as u16).to_f32()).collect(),
        DataType::Int64 => tensor.int64_data.iter().map(|&v| v as f32).collect(),
        DataType::Uint8 | DataType::Uint16 | DataType::Bool => {
            ints().map(|&v| f32::from(v as u16)).collect()
        }
        DataType::Int8 | DataType::Int16 | DataType::Int32 => ints().map(|&v| v as f32).collect(),
        _ => return None,
    })
}

fn from_bytes(bytes: &[u8], kind: DataType, count: usize) -> Option<Vec<f32>> {
    Some(match kind {
        DataType::Float => each(bytes, f32::from_le_bytes),
        DataType::Double => each(bytes, |b| f64::from_le_bytes(b) as f32),
        DataType::Float16 => each(bytes, |b| f16::from_le_bytes(b).to_f32()),
        DataType::Bfloat16 => each(bytes, |b| bf16::from_le_bytes(b).to_f32()),
        DataType::Uint8 | DataType::Bool => bytes.iter().map(|&b| f32::from(b)).collect(),
        DataType::Int8 => bytes.iter().map(|&b| f32::from(b.cast_signed())).collect(),
        DataType::Uint16 => each(bytes, |b| f32::from(u16::from_le_bytes(b))),
        DataType::Int16 => each(bytes, |b| f32::from(i16::from_le_bytes(b))),
        DataType::Int32 => each(bytes, |b| i32::from_le_bytes(b) as f32),
        DataType::Int64 => each(bytes, |b| i64::from_le_bytes(b) as f32),
        // two to a byte, the first in the low half
        DataType::Uint4 => nibbles(bytes, count, f32::from),
        DataType::Int4 => nibbles(bytes, count, |n| f32::from((n << 4).cast_signed() >> 4)),
        _ => return None,
    })
}

fn each<const N: usize, T>(bytes: &[u8], value: fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|&bytes| value(bytes)).collect()
}

fn nibbles(bytes: &[u8], count: usize, value: fn(u8) -> f32) -> Vec<f32> {
    let halves = bytes.iter().flat_map(|&b| [b & 15, b >> 4]);
    halves.take(count).map(value).collect()
}
