//! Operators on the features of a row: `Scaler`, `Normalizer`, `Imputer`, `Binarizer`, `FeatureVectorizer`,
//! `ArrayFeatureExtractor`.
//!
//! Invariant: a value for each feature is given once for all of them or once for each; anything else is refused.

use super::node::Node;
use super::operators::{Built, Kernel};
use super::values::{
    Element, Outcome, flat, floats, foreign, integers, matrix, one, place, volume,
};
use crate::scoring::tensor::{Tensor, each};
use ndarray::ArrayD;

/// The last axis of a tensor; 1 for a scalar.
fn width(tensor: &Tensor) -> usize {
    tensor.shape().last().copied().unwrap_or(1)
}

fn fits(what: &str, given: usize, width: usize) -> Result<(), String> {
    if given == 1 || given == width {
        return Ok(());
    }
    Err(format!("has {given} {what} for {width} features"))
}

/// The value for feature `i` of `values`.
fn shared<T: Copy>(values: &[T], i: usize) -> T {
    if values.len() == 1 { values[0] } else { values[i % values.len()] }
}

/// `Scaler`: (x − offset) · scale.
pub(super) fn scaler(node: Node) -> Kernel {
    let some =
        |values: &[f32], default| if values.is_empty() { vec![default] } else { values.to_vec() };
    let offsets = some(node.floats("offset"), 0.0);
    let scales = some(node.floats("scale"), 1.0);
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let width = width(input);
        fits("offsets", offsets.len(), width)?;
        fits("scales", scales.len(), width)?;
        let values = floats(input)?;
        let change =
            |(i, &x): (usize, &f32)| (x - shared(&offsets, i % width)) * shared(&scales, i % width);
        one(input.shape(), values.iter().enumerate().map(change).collect())
    })
}

/// `Normalizer`: rows divided by their largest value, by the sum of their magnitudes, or by their length.
pub(super) fn normalizer(node: Node) -> Built {
    let norm = node.text("norm", "MAX")?;
    let size: fn(&[f32]) -> f32 = match norm.as_str() {
        "MAX" => |row| row.iter().copied().fold(f32::MIN, f32::max),
        "L1" => |row| row.iter().map(|x| x.abs()).sum(),
        "L2" => |row| row.iter().map(|x| x * x).sum::<f32>().sqrt(),
        _ => return Err(format!("norm {norm} is not known")),
    };
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let mut values = floats(input)?.into_owned();
        for row in values.chunks_mut(width(input).max(1)) {
            let size = size(row);
            if size != 0.0 {
                for x in row {
                    *x /= size;
                }
            }
        }
        one(input.shape(), values)
    }))
}

/// `Imputer`: a marked value is replaced, feature by feature.
pub(super) fn imputer(node: Node) -> Built {
    let (reals, wholes) = (node.floats("imputed_value_floats"), node.ints("imputed_value_int64s"));
    let (reals, wholes) = (reals.to_vec(), wholes.to_vec());
    if reals.is_empty() && wholes.is_empty() {
        return Err("has no values to impute".to_owned());
    }
    let real = node.float("replaced_value_float", 0.0);
    let whole = node.int("replaced_value_int64", 0);
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        match input {
            Tensor::F32(array) => impute(array, &reals, |x| {
                x.total_cmp(&real).is_eq() || (real.is_nan() && x.is_nan())
            }),
            Tensor::F64(array) => {
                let reals: Vec<f64> = reals.iter().map(|&v| f64::from(v)).collect();
                impute(array, &reals, |x| {
                    x.total_cmp(&f64::from(real)).is_eq() || (real.is_nan() && x.is_nan())
                })
            }
            Tensor::I64(array) => impute(array, &wholes, |x| *x == whole),
            Tensor::I32(array) => {
                let wholes: Vec<i32> = wholes.iter().map(|&v| v as i32).collect();
                impute(array, &wholes, |x| i64::from(*x) == whole)
            }
            other => Err(foreign(other.kind())),
        }
    }))
}

fn impute<T: Element + Copy>(array: &ArrayD<T>, by: &[T], gone: impl Fn(&T) -> bool) -> Outcome {
    let width = array.shape().last().copied().unwrap_or(1);
    fits("imputed values", by.len(), width)?;
    let filled = |(i, x): (usize, &T)| if gone(x) { shared(by, i % width) } else { *x };
    one(array.shape(), flat(array).iter().enumerate().map(filled).collect())
}

/// `Binarizer`: 1 above the threshold, else 0.
pub(super) fn binarizer(node: Node) -> Kernel {
    let threshold = node.float("threshold", 0.0);
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let above = floats(input)?.iter().map(|&x| if x > threshold { 1.0 } else { 0.0 }).collect();
        one::<f32>(input.shape(), above)
    })
}

/// `FeatureVectorizer`: matrices side by side, each cut or filled with zeros to its declared width.
pub(super) fn vectorizer(node: Node) -> Built {
    let widths = node.ints("inputdimensions").iter().map(|&width| usize::try_from(width));
    let widths: Vec<usize> = widths.collect::<Result<_, _>>().map_err(|_| "a width is negative")?;
    Ok(Box::new(move |inputs| {
        let parts: Vec<&Tensor> = inputs.all().collect();
        if parts.len() != widths.len() {
            return Err(format!("takes {} inputs, not {}", widths.len(), parts.len()));
        }
        let rows = parts.first().map_or(Ok(0), |part| matrix(part).map(|(rows, _)| rows))?;
        let total = widths.iter().try_fold(0_usize, |sum, &w| sum.checked_add(w));
        let total = total.ok_or("the widths are too large")?;
        let mut joined = vec![0.0_f32; volume(&[rows, total])?];
        let mut start = 0;
        for (part, &wide) in parts.iter().zip(&widths) {
            let (own, columns) = matrix(part)?;
            if own != rows {
                return Err(format!("joins {rows} rows with {own}"));
            }
            let values = floats(part)?;
            let kept = columns.min(wide);
            for row in 0..rows {
                let to = row * total + start;
                joined[to..to + kept].copy_from_slice(&values[row * columns..row * columns + kept]);
            }
            start += wide;
        }
        one(&[rows, total], joined)
    }))
}

/// `ArrayFeatureExtractor`: the columns that the second input names.
pub(super) fn extractor() -> Kernel {
    Box::new(|inputs| {
        let chosen = integers(inputs.get(1)?)?;
        each!(inputs.get(0)?, array => extract(array, &chosen))
    })
}

fn extract<T: Element>(array: &ArrayD<T>, chosen: &[i64]) -> Outcome {
    let width = array.shape().last().copied().unwrap_or(1);
    let places: Vec<usize> =
        chosen.iter().map(|&i| place(i.max(-1), width)).collect::<Result<_, _>>()?;
    let mut shape = array.shape().to_vec();
    match shape.as_mut_slice() {
        [] | [_] => shape = vec![1, places.len()],
        [.., last] => *last = places.len(),
    }
    let values = flat(array);
    let mut taken = Vec::with_capacity(volume(&shape)?);
    for row in values.chunks_exact(width.max(1)) {
        taken.extend(places.iter().map(|&i| row[i].clone()));
    }
    one(&shape, taken)
}
