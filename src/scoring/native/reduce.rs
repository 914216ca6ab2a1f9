//! Reductions along axes, `ArgMax`, `ArgMin`, `Softmax`, `LogSoftmax`, `LpNormalization`, `CumSum`.
//!
//! Invariant: float32 is summed in float64 and rounded once, which is nearer to the truth than any order of sums.

use super::node::Node;
use super::operators::{Built, Inputs, Kernel};
use super::values::{Outcome, around, doubles, foreign, integers, one, place, volume, whole};
use crate::scoring::tensor::{Kind, Tensor};

/// The kernel of a node of this file.
pub(super) fn kernel(node: Node) -> Option<Built> {
    let name = node.proto.op_type.as_str();
    if let Some(fold) = name.strip_prefix("Reduce").and_then(fold) {
        return Some(Ok(reduction(node, fold)));
    }
    Some(Ok(match name {
        "ArgMax" => extreme(node, |a, b| a > b),
        "ArgMin" => extreme(node, |a, b| a < b),
        "Softmax" => softmax(node, false),
        "LogSoftmax" => softmax(node, true),
        "LpNormalization" => lp_normalization(node),
        "CumSum" => cumulated(node),
        _ => return None,
    }))
}

type Fold = fn(&[f64]) -> f64;

fn fold(name: &str) -> Option<Fold> {
    Some(match name {
        "Sum" => |v| v.iter().sum(),
        "Mean" => |v| v.iter().sum::<f64>() / v.len() as f64,
        "Max" => |v| {
            v.iter()
                .copied()
                .fold(f64::NEG_INFINITY, |a, b| if b > a || b.is_nan() { b } else { a })
        },
        "Min" => |v| {
            v.iter().copied().fold(f64::INFINITY, |a, b| if b < a || b.is_nan() { b } else { a })
        },
        "Prod" => |v| v.iter().product(),
        "L1" => |v| v.iter().map(|x| x.abs()).sum(),
        "L2" => |v| v.iter().map(|x| x * x).sum::<f64>().sqrt(),
        "SumSquare" => |v| v.iter().map(|x| x * x).sum(),
        "LogSum" => |v| v.iter().sum::<f64>().ln(),
        "LogSumExp" => |v| {
            let max = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shift = if max.is_finite() { max } else { 0.0 };
            v.iter().map(|x| (x - shift).exp()).sum::<f64>().ln() + shift
        },
        _ => return None,
    })
}

/// The values in the type of `like`.
fn of_kind(like: Kind, shape: &[usize], values: Vec<f64>) -> Outcome {
    match like {
        Kind::F32 => one(shape, values.into_iter().map(|v| v as f32).collect()),
        Kind::F64 => one(shape, values),
        Kind::I64 => one(shape, values.into_iter().map(|v| v as i64).collect()),
        Kind::I32 => one(shape, values.into_iter().map(|v| v as i32).collect()),
        other => Err(foreign(other)),
    }
}

fn reduction(node: Node, fold: Fold) -> Kernel {
    let fixed = node.has("axes").then(|| node.ints("axes").to_vec());
    let keep = node.int("keepdims", 1) != 0;
    let idle = node.int("noop_with_empty_axes", 0) != 0;
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let given = inputs.optional(1).map(integers).transpose()?;
        let axes = fixed.as_deref().or(given.as_deref()).unwrap_or(&[]);
        if axes.is_empty() && idle {
            return Ok(vec![input.clone()]);
        }
        let shape = input.shape();
        let mut reduced = vec![axes.is_empty(); shape.len()];
        for &axis in axes {
            reduced[place(axis, shape.len())?] = true;
        }
        let (kept, groups) = gather_groups(input, &reduced)?;
        let mut shape = shape.to_vec();
        if keep {
            shape.iter_mut().zip(&reduced).filter(|(_, r)| **r).for_each(|(size, _)| *size = 1);
        } else {
            shape = kept;
        }
        let len = volume(&shape)?;
        let width = groups.len().checked_div(len).unwrap_or(0);
        let values = if width == 0 {
            vec![fold(&[]); len]
        } else {
            groups.chunks_exact(width).map(fold).collect()
        };
        of_kind(input.kind(), &shape, values)
    })
}

/// The values with the reduced axes last, and the sizes of the others.
fn gather_groups(input: &Tensor, reduced: &[bool]) -> Result<(Vec<usize>, Vec<f64>), String> {
    let shape = input.shape();
    let kept: Vec<usize> = (0..shape.len()).filter(|&i| !reduced[i]).collect();
    let sizes = kept.iter().map(|&i| shape[i]).collect();
    let values = doubles(input)?;
    let first_reduced = reduced.iter().position(|&r| r).unwrap_or(reduced.len());
    if reduced[first_reduced..].iter().all(|&r| r) {
        return Ok((sizes, values.into_owned()));
    }
    let order: Vec<usize> =
        kept.into_iter().chain((0..shape.len()).filter(|&i| reduced[i])).collect();
    let view = ndarray::ArrayViewD::from_shape(shape, &values).map_err(|e| e.to_string())?;
    Ok((sizes, view.permuted_axes(order).iter().copied().collect()))
}

fn extreme(node: Node, better: fn(f64, f64) -> bool) -> Kernel {
    let (axis, keep) = (node.int("axis", 0), node.int("keepdims", 1) != 0);
    let last = node.int("select_last_index", 0) != 0;
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let axis = place(axis, input.shape().len())?;
        let (outer, len, inner) = around(input.shape(), axis);
        if len == 0 {
            return Err("looks for the largest of no values".to_owned());
        }
        let values = doubles(input)?;
        let mut found = Vec::with_capacity(values.len() / len);
        for i in 0..outer * inner {
            let start = i / inner * len * inner + i % inner;
            let mut best = 0;
            for k in 1..len {
                let (new, old) = (values[start + k * inner], values[start + best * inner]);
                if better(new, old) || (last && !better(old, new)) {
                    best = k;
                }
            }
            found.push(whole(best));
        }
        let mut shape = input.shape().to_vec();
        if keep {
            shape[axis] = 1;
        } else {
            shape.remove(axis);
        }
        one(&shape, found)
    })
}

/// Rows along the axis of a softmax: before version 13 everything behind the axis was one row.
fn softmax(node: Node, log: bool) -> Kernel {
    let flattens = node.opset < 13;
    let axis = node.int("axis", if flattens { 1 } else { -1 });
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let at = place(axis, input.shape().len())?;
        let (outer, mut len, mut inner) = around(input.shape(), at);
        if flattens {
            (len, inner) = (len * inner, 1);
        }
        let mut values = doubles(input)?.into_owned();
        if values.is_empty() {
            return Ok(vec![input.clone()]);
        }
        for i in 0..outer * inner {
            let start = i / inner * len * inner + i % inner;
            let places = (0..len).map(|k| start + k * inner);
            let max = places.clone().map(|p| values[p]).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = places.clone().map(|p| (values[p] - max).exp()).sum();
            for p in places {
                let shifted = values[p] - max;
                values[p] = if log { shifted - sum.ln() } else { shifted.exp() / sum };
            }
        }
        of_kind(input.kind(), input.shape(), values)
    })
}

fn lp_normalization(node: Node) -> Kernel {
    let (axis, p) = (node.int("axis", -1), node.int("p", 2));
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let at = place(axis, input.shape().len())?;
        let (outer, len, inner) = around(input.shape(), at);
        let mut values = doubles(input)?.into_owned();
        let lines = if values.is_empty() { 0 } else { outer * inner };
        for i in 0..lines {
            let start = i / inner * len * inner + i % inner;
            let places = (0..len).map(|k| start + k * inner);
            let norm: f64 = match p {
                1 => places.clone().map(|p| values[p].abs()).sum(),
                _ => places.clone().map(|p| values[p] * values[p]).sum::<f64>().sqrt(),
            };
            if norm != 0.0 {
                places.for_each(|p| values[p] /= norm);
            }
        }
        of_kind(input.kind(), input.shape(), values)
    })
}

fn cumulated(node: Node) -> Kernel {
    let (exclusive, reverse) = (node.int("exclusive", 0) != 0, node.int("reverse", 0) != 0);
    Box::new(move |inputs: &Inputs| {
        let input = inputs.get(0)?;
        let axis = *integers(inputs.get(1)?)?.first().ok_or("has no axis")?;
        let at = place(axis, input.shape().len())?;
        let (outer, len, inner) = around(input.shape(), at);
        let mut values = doubles(input)?.into_owned();
        let lines = if values.is_empty() { 0 } else { outer * inner };
        for i in 0..lines {
            let start = i / inner * len * inner + i % inner;
            let mut sum = 0.0;
            for k in 0..len {
                let k = if reverse { len - 1 - k } else { k };
                let value = &mut values[start + k * inner];
                let own = *value;
                *value = if exclusive { sum } else { sum + own };
                sum += own;
            }
        }
        of_kind(input.kind(), input.shape(), values)
    })
}
