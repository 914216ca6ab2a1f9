//! Tensors between this program and an engine.
//!
//! Invariant: what an engine takes and gives is one of these kinds; half floats are f32 on this side.

use ndarray::{ArrayD, IxDyn};

/// The type of a tensor's elements in a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// float16: a [`Tensor::F32`] on this side.
    F16,
    /// float32
    F32,
    /// float64
    F64,
    /// uint8
    U8,
    /// int8
    I8,
    /// int32
    I32,
    /// int64
    I64,
    /// bool
    Bool,
    /// string
    Text,
}

impl Kind {
    /// Its name in ONNX.
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "float16",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::U8 => "uint8",
            Self::I8 => "int8",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::Bool => "bool",
            Self::Text => "string",
        }
    }
}

/// Values and their shape, row-major.
#[derive(Debug, Clone, PartialEq)]
pub enum Tensor {
    /// float32, and float16 once it is read
    F32(ArrayD<f32>),
    /// float64
    F64(ArrayD<f64>),
    /// uint8
    U8(ArrayD<u8>),
    /// int8
    I8(ArrayD<i8>),
    /// int32
    I32(ArrayD<i32>),
    /// int64
    I64(ArrayD<i64>),
    /// bool
    Bool(ArrayD<bool>),
    /// string
    Text(ArrayD<String>),
}

/// Calls a macro-like closure on whichever array a tensor holds.
macro_rules! each {
    ($tensor:expr, $array:ident => $body:expr) => {
        match $tensor {
            Tensor::F32($array) => $body,
            Tensor::F64($array) => $body,
            Tensor::U8($array) => $body,
            Tensor::I8($array) => $body,
            Tensor::I32($array) => $body,
            Tensor::I64($array) => $body,
            Tensor::Bool($array) => $body,
            Tensor::Text($array) => $body,
        }
    };
}
pub(super) use each;

impl Tensor {
    /// A float32 tensor; `None` if the shape does not hold as many values.
    pub fn f32(shape: &[usize], values: Vec<f32>) -> Option<Self> {
        ArrayD::from_shape_vec(IxDyn(shape), values).ok().map(Self::F32)
    }

    /// Its shape.
    pub fn shape(&self) -> &[usize] {
        each!(self, array => array.shape())
    }

    /// The type of its elements.
    pub fn kind(&self) -> Kind {
        match self {
            Self::F32(_) => Kind::F32,
            Self::F64(_) => Kind::F64,
            Self::U8(_) => Kind::U8,
            Self::I8(_) => Kind::I8,
            Self::I32(_) => Kind::I32,
            Self::I64(_) => Kind::I64,
            Self::Bool(_) => Kind::Bool,
            Self::Text(_) => Kind::Text,
        }
    }

    /// Its values as float32, row by row; `None` for text.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        Some(match self {
            Self::F32(values) => values.iter().copied().collect(),
            Self::F64(values) => values.iter().map(|&v| v as f32).collect(),
            Self::U8(values) => values.iter().map(|&v| f32::from(v)).collect(),
            Self::I8(values) => values.iter().map(|&v| f32::from(v)).collect(),
            Self::I32(values) => values.iter().map(|&v| v as f32).collect(),
            Self::I64(values) => values.iter().map(|&v| v as f32).collect(),
            Self::Bool(values) => values.iter().map(|&v| f32::from(u8::from(v))).collect(),
            Self::Text(_) => return None,
        })
    }
}
