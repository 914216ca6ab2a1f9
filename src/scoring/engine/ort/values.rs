//! Tensors into ONNX Runtime's values and back.
//!
//! Invariant: arrays that are laid out row by row go in without a copy; half floats are f32 on this side.

use crate::scoring::tensor::{Kind, Tensor};
use half::f16;
use ndarray::{ArrayD, IxDyn};
use ort::session::SessionInputValue;
use ort::value::{
    DynValue, PrimitiveTensorElementType, Shape, Tensor as Owned, TensorElementType, TensorRef,
    ValueType,
};
use std::fmt::Debug;

/// The kind of a value; `None` for what no tensor of this program holds.
pub(super) fn kind(value: &ValueType) -> Option<Kind> {
    Some(match value.tensor_type()? {
        TensorElementType::Float16 => Kind::F16,
        TensorElementType::Float32 => Kind::F32,
        TensorElementType::Float64 => Kind::F64,
        TensorElementType::Uint8 => Kind::U8,
        TensorElementType::Int8 => Kind::I8,
        TensorElementType::Int32 => Kind::I32,
        TensorElementType::Int64 => Kind::I64,
        TensorElementType::Bool => Kind::Bool,
        TensorElementType::String => Kind::Text,
        _ => return None,
    })
}

/// A tensor as the session takes it: `declared` is the type of the model's input.
pub(super) fn input(tensor: &Tensor, declared: Kind) -> Result<SessionInputValue<'_>, String> {
    let value = match (tensor, declared) {
        (Tensor::F32(array), Kind::F16) => {
            let halves: Vec<f16> = array.iter().map(|&v| f16::from_f32(v)).collect();
            Owned::from_array((array.shape(), halves)).map(Into::into)
        }
        (Tensor::F32(array), Kind::F32) => view(array),
        (Tensor::F64(array), Kind::F64) => view(array),
        (Tensor::U8(array), Kind::U8) => view(array),
        (Tensor::I8(array), Kind::I8) => view(array),
        (Tensor::I32(array), Kind::I32) => view(array),
        (Tensor::I64(array), Kind::I64) => view(array),
        (Tensor::Bool(array), Kind::Bool) => view(array),
        (Tensor::Text(array), Kind::Text) => {
            let texts = array.as_standard_layout();
            let texts = texts.as_slice().unwrap_or_default();
            Owned::from_string_array((array.shape(), texts)).map(Into::into)
        }
        _ => return Err(format!("{}, not {}", tensor.kind().name(), declared.name())),
    };
    value.map_err(|e| e.to_string())
}

fn view<T>(array: &ArrayD<T>) -> ort::Result<SessionInputValue<'_>>
where
    T: PrimitiveTensorElementType + Clone + Debug + 'static,
{
    if let Some(values) = array.as_slice() {
        return TensorRef::from_array_view((array.shape(), values)).map(Into::into);
    }
    let values: Vec<T> = array.iter().cloned().collect();
    Owned::from_array((array.shape(), values)).map(Into::into)
}

/// A value that the session gave.
pub(super) fn output(value: &DynValue) -> Result<Tensor, String> {
    let Some(kind) = kind(value.dtype()) else {
        return Err(format!("is {}, no tensor that can be read", value.dtype()));
    };
    let tensor = match kind {
        Kind::F16 => read::<f16>(value)?.map(|values| Tensor::F32(values.mapv(f16::to_f32))),
        Kind::F32 => read(value)?.map(Tensor::F32),
        Kind::F64 => read(value)?.map(Tensor::F64),
        Kind::U8 => read(value)?.map(Tensor::U8),
        Kind::I8 => read(value)?.map(Tensor::I8),
        Kind::I32 => read(value)?.map(Tensor::I32),
        Kind::I64 => read(value)?.map(Tensor::I64),
        Kind::Bool => read(value)?.map(Tensor::Bool),
        Kind::Text => {
            let (shape, texts) = value.try_extract_strings().map_err(|e| e.to_string())?;
            array(shape, texts).map(Tensor::Text)
        }
    };
    tensor.ok_or_else(|| "has another number of values than its shape".to_owned())
}

fn read<T>(value: &DynValue) -> Result<Option<ArrayD<T>>, String>
where
    T: PrimitiveTensorElementType + Clone,
{
    let (shape, values) = value.try_extract_tensor::<T>().map_err(|e| e.to_string())?;
    Ok(array(shape, values.to_vec()))
}

fn array<T>(shape: &Shape, values: Vec<T>) -> Option<ArrayD<T>> {
    let dims: Option<Vec<usize>> = shape.iter().map(|&dim| usize::try_from(dim).ok()).collect();
    ArrayD::from_shape_vec(IxDyn(&dims?), values).ok()
}
