//! Attributes of a node and values of the file, decoded and checked.
//!
//! Invariant: a tensor of the file leaves here with as many values as its shape says, or not at all.

use super::values::{Element, tensor, volume};
use crate::scoring::tensor::{Kind, Tensor};
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::{
    AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto, type_proto,
};

/// A node, with the version of the standard operators that its graph was written in.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub proto: &'a NodeProto,
    /// Version of the domain "".
    pub opset: i64,
}

impl<'a> Node<'a> {
    fn attribute(&self, name: &str) -> Option<&'a AttributeProto> {
        self.proto.attribute.iter().find(|a| a.name == name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    pub fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |a| a.i)
    }

    pub fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).map_or(default, |a| a.f)
    }

    /// # Errors
    /// A value that is no UTF-8.
    pub fn text(&self, name: &str, default: &str) -> Result<String, String> {
        self.attribute(name).map_or_else(|| Ok(default.to_owned()), |a| utf8(&a.s))
    }

    pub fn ints(&self, name: &str) -> &'a [i64] {
        self.attribute(name).map_or(&[], |a| &a.ints)
    }

    pub fn floats(&self, name: &str) -> &'a [f32] {
        self.attribute(name).map_or(&[], |a| &a.floats)
    }

    /// # Errors
    /// A value that is no UTF-8.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let values = self.attribute(name).map_or(&[][..], |a| &a.strings);
        values.iter().map(|s| utf8(s)).collect()
    }

    /// # Errors
    /// A tensor that is damaged or of a type that is not known.
    pub fn tensor(&self, name: &str) -> Result<Option<Tensor>, String> {
        self.attribute(name).and_then(|a| a.t.as_ref()).map(decode).transpose()
    }

    pub fn graph(&self, name: &str) -> Option<&'a GraphProto> {
        self.attribute(name).and_then(|a| a.g.as_ref())
    }

    /// Floats of an attribute, or the doubles of the tensor that later versions put beside it.
    ///
    /// # Errors
    /// A tensor that is damaged or holds no numbers.
    pub fn doubles(&self, name: &str) -> Result<Vec<f64>, String> {
        match self.tensor(&format!("{name}_as_tensor"))? {
            Some(tensor) => super::values::doubles(&tensor).map(std::borrow::Cow::into_owned),
            None => Ok(self.floats(name).iter().map(|&v| f64::from(v)).collect()),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "a string is not UTF-8".to_owned())
}

/// The kind of ONNX's number of a type.
pub(super) fn kind(data_type: i32) -> Option<Kind> {
    Some(match DataType::try_from(data_type).ok()? {
        DataType::Float16 => Kind::F16,
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

/// Kind and sizes that the file gives for an input or output; `None` for maps, sequences and types that are not known.
pub(super) fn declared(info: &ValueInfoProto) -> Option<(Kind, Vec<Option<usize>>)> {
    use tract_onnx::pb::tensor_shape_proto::dimension::Value;
    let type_proto::Value::TensorType(about) = info.r#type.as_ref()?.value.as_ref()?;
    let dims = about.shape.as_ref().map_or(&[][..], |shape| &shape.dim);
    let dims = dims.iter().map(|dim| match dim.value {
        Some(Value::DimValue(size)) if size > 0 => usize::try_from(size).ok(),
        _ => None,
    });
    Some((kind(about.elem_type)?, dims.collect()))
}

/// The values of a tensor of the file.
///
/// # Errors
/// Values elsewhere, of a type that is not known, or too few or too many for the shape.
pub(super) fn decode(proto: &TensorProto) -> Result<Tensor, String> {
    if proto.data_location == Some(DataLocation::External as i32) {
        return Err(format!("the values of `{}` are not in the file", proto.name));
    }
    let dims = proto.dims.iter().map(|&d| usize::try_from(d));
    let shape: Vec<usize> = dims.collect::<Result<_, _>>().map_err(|_| "a size is negative")?;
    let count = volume(&shape)?;
    let raw = &proto.raw_data;
    let ints = &proto.int32_data;
    match kind(proto.data_type)
        .ok_or_else(|| format!("`{}` has a type that is not known", proto.name))?
    {
        Kind::F32 => fill(&shape, raw, f32::from_le_bytes, || proto.float_data.clone()),
        Kind::F64 => fill(&shape, raw, f64::from_le_bytes, || proto.double_data.clone()),
        Kind::I64 => fill(&shape, raw, i64::from_le_bytes, || proto.int64_data.clone()),
        Kind::I32 => fill(&shape, raw, i32::from_le_bytes, || ints.clone()),
        Kind::U8 => fill(&shape, raw, u8::from_le_bytes, || each_as(ints, |v| v as u8)),
        Kind::I8 => fill(&shape, raw, i8::from_le_bytes, || each_as(ints, |v| v as i8)),
        Kind::Bool => fill(&shape, raw, |[byte]| byte != 0, || each_as(ints, |v| v != 0)),
        Kind::F16 => {
            let half = |bytes| half::f16::from_le_bytes(bytes).to_f32();
            let listed = || each_as(ints, |v| half::f16::from_bits(v as u16).to_f32());
            fill(&shape, raw, half, listed)
        }
        Kind::Text if proto.string_data.len() == count => {
            let values: Result<Vec<String>, String> =
                proto.string_data.iter().map(|s| utf8(s)).collect();
            tensor(&shape, values?)
        }
        Kind::Text => Err(format!("`{}` has another number of strings than its shape", proto.name)),
    }
}

fn each_as<T>(values: &[i32], make: impl Fn(i32) -> T) -> Vec<T> {
    values.iter().map(|&v| make(v)).collect()
}

fn fill<T: Element, const N: usize>(
    shape: &[usize],
    raw: &[u8],
    read: impl Fn([u8; N]) -> T,
    listed: impl Fn() -> Vec<T>,
) -> Result<Tensor, String> {
    let (pieces, rest) = raw.as_chunks::<N>();
    if !rest.is_empty() {
        return Err("raw values are cut short".to_owned());
    }
    tensor(shape, if raw.is_empty() { listed() } else { pieces.iter().map(|&p| read(p)).collect() })
}
