//! Tensors between this program and an engine.
//!
//! Invariant: what an engine takes and gives is one of these kinds; half floats are f32 on this side.

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn, Slice, concatenate};

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

/// Does the same with whichever array a tensor holds.
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

    /// How much memory its elements hold; of text, what points to it.
    pub fn bytes(&self) -> usize {
        each!(self, array => size_of_val(array.as_slice_memory_order().unwrap_or_default()))
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

    /// Tensors of one kind one after the other along the first axis; `None` if their shapes or kinds differ
    /// otherwise, or there is none.
    pub fn stack(mut parts: Vec<Self>) -> Option<Self> {
        if parts.len() < 2 {
            return parts.pop();
        }
        macro_rules! stacked {
            ($($kind:ident)*) => {
                match parts.first()? {
                    $(Self::$kind(_) => Self::$kind(joined(&parts, |part| match part {
                        Self::$kind(array) => Some(array.view()),
                        _ => None,
                    })?),)*
                }
            };
        }
        Some(stacked!(F32 F64 U8 I8 I32 I64 Bool Text))
    }

    /// `count` entries of the first axis from `start`; the last one is repeated where there are fewer.
    #[must_use]
    pub fn entries(&self, start: usize, count: usize) -> Self {
        let last = self.shape().first().map_or(0, |&len| len.saturating_sub(1));
        let at: Vec<usize> = (start..start + count).map(|i| i.min(last)).collect();
        macro_rules! selected {
            ($($kind:ident)*) => {
                match self { $(Self::$kind(array) => Self::$kind(select(array, start, &at)),)* }
            };
        }
        selected!(F32 F64 U8 I8 I32 I64 Bool Text)
    }
}

fn joined<T: Clone>(
    parts: &[Tensor],
    view: impl Fn(&Tensor) -> Option<ArrayViewD<'_, T>>,
) -> Option<ArrayD<T>> {
    let views: Option<Vec<_>> = parts.iter().map(view).collect();
    concatenate(Axis(0), &views?).ok()
}

fn select<T: Clone>(array: &ArrayD<T>, start: usize, at: &[usize]) -> ArrayD<T> {
    if array.ndim() == 0 || array.is_empty() {
        return array.clone();
    }
    if start + at.len() <= array.len_of(Axis(0)) {
        let slice = Slice::from(start..start + at.len());
        return array.slice_axis(Axis(0), slice).to_owned();
    }
    array.select(Axis(0), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(rows: usize, first: u8) -> Tensor {
        let values = (0..rows * 2).map(|i| f32::from(first) + i as f32).collect();
        Tensor::f32(&[rows, 2], values).unwrap()
    }

    #[test]
    fn what_is_stacked_is_taken_apart_again() {
        let parts = [tensor(1, 0), tensor(2, 10), tensor(1, 20)];
        let whole = Tensor::stack(parts.to_vec()).unwrap();
        assert_eq!(whole.shape(), [4, 2]);
        assert_eq!(whole.entries(0, 1), parts[0]);
        assert_eq!(whole.entries(1, 2), parts[1]);
        assert_eq!(whole.entries(3, 1), parts[2]);
        let padded = whole.entries(3, 3);
        assert_eq!((padded.shape(), padded.to_f32().unwrap()[5]), (&[3, 2][..], 21.0));
    }

    #[test]
    fn different_tensors_do_not_stack() {
        let text = Tensor::Text(ArrayD::from_elem(IxDyn(&[1, 2]), String::new()));
        assert!(Tensor::stack(vec![tensor(1, 0), text.clone()]).is_none());
        let wide = Tensor::f32(&[1, 3], vec![0.0; 3]).unwrap();
        assert!(Tensor::stack(vec![tensor(1, 0), wide]).is_none());
        assert!(Tensor::stack(Vec::new()).is_none());
        assert_eq!(Tensor::stack(vec![text.clone(), text]).unwrap().shape(), [2, 2]);
    }
}
