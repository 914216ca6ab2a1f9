//! Tensors as the operators see them: typed, flat, with sizes that are checked.
//!
//! Invariant: nothing is allocated for a shape before [`volume`] has bounded it.

use crate::scoring::tensor::{Kind, Tensor, each};
use ndarray::{ArrayD, IxDyn};
use std::borrow::Cow;

/// What an operator gives: its outputs, or why it can't be computed.
pub(super) type Outcome = Result<Vec<Tensor>, String>;

/// The most values a tensor may have: a model that asks for more is refused.
const LIMIT: usize = 1 << 26;

/// A type that a tensor can hold.
pub(super) trait Element: Clone + Default + PartialEq + Send + Sync + 'static {
    /// The array as a tensor.
    fn wrap(values: ArrayD<Self>) -> Tensor;
}

macro_rules! elements {
    ($($type:ty => $variant:ident),*) => {
        $(impl Element for $type {
            fn wrap(values: ArrayD<Self>) -> Tensor { Tensor::$variant(values) }
        })*
    };
}
elements!(f32 => F32, f64 => F64, u8 => U8, i8 => I8, i32 => I32, i64 => I64, bool => Bool, String => Text);

/// Number of values of a shape.
///
/// # Errors
/// More than any honest batch needs.
pub(super) fn volume(shape: &[usize]) -> Result<usize, String> {
    let product = shape.iter().try_fold(1_usize, |n, &d| n.checked_mul(d));
    let within = product.filter(|&n| n <= LIMIT);
    within.ok_or_else(|| format!("a tensor of shape {shape:?} is too large"))
}

/// A tensor of `shape`.
///
/// # Errors
/// Another number of values than the shape has.
pub(super) fn tensor<T: Element>(shape: &[usize], values: Vec<T>) -> Result<Tensor, String> {
    let count = values.len();
    let array = ArrayD::from_shape_vec(IxDyn(shape), values);
    array.map(T::wrap).map_err(|_| format!("{count} values do not fill the shape {shape:?}"))
}

/// The only output of an operator.
pub(super) fn one<T: Element>(shape: &[usize], values: Vec<T>) -> Outcome {
    tensor(shape, values).map(|made| vec![made])
}

/// The values row by row, borrowed where they lie so.
pub(super) fn flat<T: Clone>(array: &ArrayD<T>) -> Cow<'_, [T]> {
    match array.as_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(array.iter().cloned().collect()),
    }
}

/// Numbers as float32.
///
/// # Errors
/// Text.
pub(super) fn floats(tensor: &Tensor) -> Result<Cow<'_, [f32]>, String> {
    match tensor {
        Tensor::F32(array) => Ok(flat(array)),
        other => other.to_f32().map(Cow::Owned).ok_or_else(|| "takes numbers, not text".to_owned()),
    }
}

/// Numbers as float64.
///
/// # Errors
/// Text.
pub(super) fn doubles(tensor: &Tensor) -> Result<Cow<'_, [f64]>, String> {
    match tensor {
        Tensor::F64(array) => Ok(flat(array)),
        Tensor::I64(array) => Ok(array.iter().map(|&v| v as f64).collect()),
        Tensor::I32(array) => Ok(array.iter().map(|&v| f64::from(v)).collect()),
        other => Ok(floats(other)?.iter().map(|&v| f64::from(v)).collect()),
    }
}

/// Integers: axes, sizes, indices.
///
/// # Errors
/// Anything else.
pub(super) fn integers(tensor: &Tensor) -> Result<Cow<'_, [i64]>, String> {
    match tensor {
        Tensor::I64(array) => Ok(flat(array)),
        Tensor::I32(array) => Ok(array.iter().map(|&v| i64::from(v)).collect()),
        other => Err(format!("takes integers where it got {}", other.kind().name())),
    }
}

/// Strings.
///
/// # Errors
/// Anything else.
pub(super) fn texts(tensor: &Tensor) -> Result<Cow<'_, [String]>, String> {
    match tensor {
        Tensor::Text(array) => Ok(flat(array)),
        other => Err(format!("takes strings, not {}", other.kind().name())),
    }
}

/// Rows and columns of a matrix; a vector is one row.
///
/// # Errors
/// Any other rank.
pub(super) fn matrix(tensor: &Tensor) -> Result<(usize, usize), String> {
    match *tensor.shape() {
        [rows, columns] => Ok((rows, columns)),
        [columns] => Ok((1, columns)),
        ref shape => Err(format!("takes a matrix, not the shape {shape:?}")),
    }
}

/// A place on an axis of `len`, counted from the end if negative.
///
/// # Errors
/// Outside of the axis.
pub(super) fn place(index: i64, len: usize) -> Result<usize, String> {
    let size = i64::try_from(len).map_err(|_| "an axis is too long")?;
    let from_start = if index < 0 { index.checked_add(size) } else { Some(index) };
    let place = from_start.filter(|&i| i >= 0 && i < size);
    place.map(|i| i as usize).ok_or_else(|| format!("{index} is outside of {len}"))
}

/// The shape that two shapes are broadcast to, as `NumPy` does.
///
/// # Errors
/// Sizes that differ and are not 1.
pub(super) fn broadcast(a: &[usize], b: &[usize]) -> Result<Vec<usize>, String> {
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| {
        (axis + shape.len()).checked_sub(rank).map_or(1, |own| shape[own])
    };
    let joined = (0..rank).map(|axis| match (size(a, axis), size(b, axis)) {
        (x, y) if x == y || y == 1 => Ok(x),
        (1, y) => Ok(y),
        _ => Err(format!("the shapes {a:?} and {b:?} do not go together")),
    });
    let shape: Vec<usize> = joined.collect::<Result<_, _>>()?;
    volume(&shape).map(|_| shape)
}

/// The array repeated to `shape`.
///
/// # Errors
/// A shape that it can't be broadcast to.
pub(super) fn stretch<'a, T: Clone>(
    array: &'a ArrayD<T>,
    shape: &[usize],
) -> Result<Cow<'a, [T]>, String> {
    if array.shape() == shape {
        return Ok(flat(array));
    }
    volume(shape)?;
    let view = array.broadcast(IxDyn(shape));
    let view = view.ok_or_else(|| format!("{:?} can't be made {shape:?}", array.shape()))?;
    Ok(view.iter().cloned().collect())
}

/// Another shape for the same values.
///
/// # Errors
/// A shape with another number of values.
pub(super) fn reshaped(input: &Tensor, shape: &[usize]) -> Result<Tensor, String> {
    each!(input, array => tensor(shape, flat(array).into_owned()))
}

/// Sizes before, on and after `axis`.
pub(super) fn around(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    let product = |part: &[usize]| part.iter().product::<usize>();
    (product(&shape[..axis]), shape[axis], product(&shape[axis + 1..]))
}

/// A size as an integer of a tensor.
pub(super) fn whole(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// An error for a kind that an operator does not take.
pub(super) fn foreign(kind: Kind) -> String {
    format!("does not take {}", kind.name())
}
