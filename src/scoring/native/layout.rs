//! Operators that make or move whole tensors: shapes, slices, joins.
//!
//! Invariant: sizes that come from tensors are checked before anything is allocated.

use super::node::Node;
use super::operators::{Built, Inputs, Kernel};
use super::values::{
    Element, Outcome, around, broadcast, doubles, flat, foreign, integers, one, place, reshaped,
    stretch, tensor, volume, whole,
};
use crate::scoring::tensor::{Tensor, each};
use ndarray::ArrayD;

/// The kernel of a node of this file.
pub(super) fn kernel(node: Node) -> Option<Built> {
    Some(match node.proto.op_type.as_str() {
        "Reshape" => Ok(reshape(node)),
        "Flatten" => Ok(flatten(node)),
        "Squeeze" => Ok(squeeze(node)),
        "Unsqueeze" => Ok(unsqueeze(node)),
        "Transpose" => Ok(transpose(node)),
        "Concat" => Ok(concat(node)),
        "Slice" => Ok(slice(node)),
        "Split" => Ok(split(node)),
        "Expand" => Ok(Box::new(expand)),
        "Tile" => Ok(Box::new(tile)),
        "Shape" => Ok(Box::new(|inputs| {
            let shape = inputs.get(0)?.shape();
            one(&[shape.len()], shape.iter().map(|&d| whole(d)).collect())
        })),
        "Size" => Ok(Box::new(|inputs| one(&[], vec![whole(volume(inputs.get(0)?.shape())?)]))),
        "Constant" => constant(node),
        "ConstantOfShape" => constant_of_shape(node),
        "Range" => Ok(Box::new(range)),
        _ => return None,
    })
}

fn sizes(values: &[i64]) -> Result<Vec<usize>, String> {
    let sizes = values.iter().map(|&v| usize::try_from(v));
    sizes.collect::<Result<_, _>>().map_err(|_| "a size is negative".to_owned())
}

fn reshape(node: Node) -> Kernel {
    let fixed = node.ints("shape").to_vec();
    let keeps_zero = node.int("allowzero", 0) != 0;
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let given = inputs.optional(1).map(integers).transpose()?;
        let wanted = given.as_deref().unwrap_or(&fixed);
        let count = volume(input.shape())?;
        let mut shape = Vec::with_capacity(wanted.len());
        let mut open = None;
        for (i, &size) in wanted.iter().enumerate() {
            shape.push(match size {
                -1 if open.is_none() => {
                    open = Some(i);
                    1
                }
                0 if !keeps_zero => {
                    *input.shape().get(i).ok_or("copies a size that is not there")?
                }
                size => usize::try_from(size).map_err(|_| "a size is negative")?,
            });
        }
        if let Some(open) = open {
            shape[open] = count.checked_div(volume(&shape)?).unwrap_or(0);
        }
        reshaped(input, &shape).map(|made| vec![made])
    })
}

fn flatten(node: Node) -> Kernel {
    let axis = node.int("axis", 1);
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let rank = input.shape().len();
        let at = if axis == whole(rank) { rank } else { place(axis, rank)? };
        let (front, back) = input.shape().split_at(at);
        reshaped(input, &[volume(front)?, volume(back)?]).map(|made| vec![made])
    })
}

/// The axes of an attribute, or of the second input.
fn axes<'a>(fixed: &'a [i64], inputs: &Inputs<'a>) -> Result<std::borrow::Cow<'a, [i64]>, String> {
    inputs.optional(1).map_or(Ok(std::borrow::Cow::Borrowed(fixed)), integers)
}

fn squeeze(node: Node) -> Kernel {
    let fixed = node.ints("axes").to_vec();
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let shape = input.shape();
        let axes = axes(&fixed, inputs)?;
        let mut gone: Vec<bool> = shape.iter().map(|&size| axes.is_empty() && size == 1).collect();
        for &axis in axes.iter() {
            let at = place(axis, shape.len())?;
            if shape[at] != 1 {
                return Err(format!("can't drop an axis of {}", shape[at]));
            }
            gone[at] = true;
        }
        let kept: Vec<usize> =
            shape.iter().zip(&gone).filter(|(_, gone)| !**gone).map(|(&d, _)| d).collect();
        reshaped(input, &kept).map(|made| vec![made])
    })
}

fn unsqueeze(node: Node) -> Kernel {
    let fixed = node.ints("axes").to_vec();
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let axes = axes(&fixed, inputs)?;
        let rank = input.shape().len() + axes.len();
        let mut new = vec![false; rank];
        for &axis in axes.iter() {
            new[place(axis, rank)?] = true;
        }
        let mut own = input.shape().iter();
        let sizes = new.iter().map(|&new| if new { Some(1) } else { own.next().copied() });
        let shape: Option<Vec<usize>> = sizes.collect();
        reshaped(input, &shape.ok_or("adds an axis twice")?).map(|made| vec![made])
    })
}

fn transpose(node: Node) -> Kernel {
    fn swapped<T: Element>(array: &ArrayD<T>, order: &[usize]) -> Outcome {
        let view = array.view().permuted_axes(order.to_vec());
        one(view.shape(), view.iter().cloned().collect())
    }
    let order = node.ints("perm").to_vec();
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let rank = input.shape().len();
        let mut axes: Vec<usize> = (0..rank).rev().collect();
        if !order.is_empty() {
            axes = order.iter().map(|&axis| place(axis, rank)).collect::<Result<_, _>>()?;
        }
        let mut sorted = axes.clone();
        sorted.sort_unstable();
        if sorted.len() != rank || sorted.iter().enumerate().any(|(i, &axis)| i != axis) {
            return Err(format!("can't order {rank} axes as {order:?}"));
        }
        each!(input, array => swapped(array, &axes))
    })
}

fn concat(node: Node) -> Kernel {
    let axis = node.int("axis", 1);
    Box::new(move |inputs| {
        macro_rules! joined {
            ($($variant:ident),*) => {
                match inputs.get(0)? {
                    $(Tensor::$variant(_) => {
                        let parts = inputs.all().map(|part| match part {
                            Tensor::$variant(array) => Ok(array),
                            other => Err(foreign(other.kind())),
                        });
                        join(&parts.collect::<Result<Vec<_>, _>>()?, axis)
                    })*
                }
            };
        }
        joined!(F32, F64, U8, I8, I32, I64, Bool, Text)
    })
}

fn join<T: Element>(parts: &[&ArrayD<T>], axis: i64) -> Outcome {
    let mut shape = parts[0].shape().to_vec();
    let axis = place(axis, shape.len())?;
    shape[axis] = 0;
    for part in parts {
        let others = |shape: &[usize]| -> Vec<usize> {
            shape.iter().enumerate().filter(|&(i, _)| i != axis).map(|(_, &d)| d).collect()
        };
        if part.ndim() != shape.len() || others(part.shape()) != others(&shape) {
            return Err(format!("can't join {:?} with {:?}", parts[0].shape(), part.shape()));
        }
        shape[axis] += part.shape()[axis];
    }
    let mut values = Vec::with_capacity(volume(&shape)?);
    let outer: usize = shape[..axis].iter().product();
    let flats: Vec<_> = parts.iter().map(|part| flat(part)).collect();
    if values.capacity() > 0 {
        for i in 0..outer {
            for part in &flats {
                let width = part.len() / outer;
                values.extend_from_slice(&part[i * width..(i + 1) * width]);
            }
        }
    }
    one(&shape, values)
}

/// Places on an axis that a slice takes, by ONNX's rules for ends out of range.
fn taken(len: usize, start: i64, end: i64, step: i64) -> Result<Vec<usize>, String> {
    let size = i64::try_from(len).map_err(|_| "an axis is too long")?;
    let from_start = |i: i64| if i < 0 { i.saturating_add(size) } else { i };
    let (low, high) = if step > 0 { (0, size) } else { (-1, size - 1) };
    let (start, end) =
        (from_start(start).clamp(low.max(0), high.max(0)), from_start(end).clamp(low, high));
    match step {
        0 => Err("has a step of 0".to_owned()),
        step if step > 0 => {
            let step = usize::try_from(step).unwrap_or(usize::MAX);
            Ok((start..end).step_by(step).map(|i| i as usize).collect())
        }
        step => {
            let step = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
            Ok((end + 1..=start.min(size - 1)).rev().step_by(step).map(|i| i as usize).collect())
        }
    }
}

fn slice(node: Node) -> Kernel {
    let fixed = ["starts", "ends", "axes"].map(|name| node.ints(name).to_vec());
    Box::new(move |inputs| {
        let mut input = inputs.get(0)?.clone();
        let list = |i: usize, fixed: &[i64]| -> Result<Vec<i64>, String> {
            inputs.optional(i).map_or(Ok(fixed.to_vec()), |t| Ok(integers(t)?.into_owned()))
        };
        let (starts, ends) = (list(1, &fixed[0])?, list(2, &fixed[1])?);
        let (mut axes, mut steps) = (list(3, &fixed[2])?, list(4, &[])?);
        if axes.is_empty() {
            axes = (0..whole(starts.len())).collect();
        }
        if steps.is_empty() {
            steps = vec![1; starts.len()];
        }
        if [ends.len(), axes.len(), steps.len()].iter().any(|&n| n != starts.len()) {
            return Err("has starts, ends, axes and steps of different numbers".to_owned());
        }
        for i in 0..starts.len() {
            let at = place(axes[i], input.shape().len())?;
            let places = taken(input.shape()[at], starts[i], ends[i], steps[i])?;
            input = each!(&input, array => select(array, at, &places))?;
        }
        Ok(vec![input])
    })
}

/// The values at `places` of an axis, which must be inside of it.
fn select<T: Element>(array: &ArrayD<T>, axis: usize, places: &[usize]) -> Result<Tensor, String> {
    let (outer, len, inner) = around(array.shape(), axis);
    let mut shape = array.shape().to_vec();
    shape[axis] = places.len();
    let mut values = Vec::with_capacity(volume(&shape)?);
    let all = flat(array);
    if values.capacity() > 0 {
        for i in 0..outer {
            for place in places {
                let start = (i * len + place) * inner;
                values.extend_from_slice(&all[start..start + inner]);
            }
        }
    }
    tensor(&shape, values)
}

fn split(node: Node) -> Kernel {
    let (axis, fixed) = (node.int("axis", 0), node.ints("split").to_vec());
    let parts = node.proto.output.len();
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let axis = place(axis, input.shape().len())?;
        let len = input.shape()[axis];
        let mut widths = sizes(&axes(&fixed, inputs)?)?;
        if widths.is_empty() {
            let width = len.div_ceil(parts.max(1));
            widths = (0..parts).map(|i| width.min(len.saturating_sub(i * width))).collect();
        }
        let total = widths.iter().try_fold(0_usize, |sum, &w| sum.checked_add(w));
        if total != Some(len) || widths.len() < parts {
            return Err(format!("can't split {len} into {widths:?}"));
        }
        let mut start = 0;
        let mut pieces = Vec::with_capacity(widths.len());
        for width in widths {
            let places: Vec<usize> = (start..start + width).collect();
            pieces.push(each!(input, array => select(array, axis, &places))?);
            start += width;
        }
        Ok(pieces)
    })
}

fn expand(inputs: &Inputs) -> Outcome {
    fn wide<T: Element>(array: &ArrayD<T>, shape: &[usize]) -> Outcome {
        one(shape, stretch(array, shape)?.into_owned())
    }
    let input = inputs.get(0)?;
    let shape = broadcast(input.shape(), &sizes(&integers(inputs.get(1)?)?)?)?;
    each!(input, array => wide(array, &shape))
}

fn tile(inputs: &Inputs) -> Outcome {
    let mut input = inputs.get(0)?.clone();
    let repeats = sizes(&integers(inputs.get(1)?)?)?;
    if repeats.len() != input.shape().len() {
        return Err("has another number of repeats than axes".to_owned());
    }
    for (axis, repeat) in repeats.into_iter().enumerate() {
        let len = input.shape()[axis];
        let mut shape = input.shape().to_vec();
        shape[axis] = len.checked_mul(repeat).ok_or("repeats too often")?;
        volume(&shape)?;
        volume(&[shape[axis]])?;
        let places: Vec<usize> = (0..repeat).flat_map(|_| 0..len).collect();
        input = each!(&input, array => select(array, axis, &places))?;
    }
    Ok(vec![input])
}

fn constant(node: Node) -> Built {
    let value = if let Some(tensor) = node.tensor("value")? {
        tensor
    } else if node.has("value_float") {
        tensor(&[], vec![node.float("value_float", 0.0)])?
    } else if node.has("value_int") {
        tensor(&[], vec![node.int("value_int", 0)])?
    } else if node.has("value_string") {
        tensor(&[], vec![node.text("value_string", "")?])?
    } else if node.has("value_ints") {
        tensor(&[node.ints("value_ints").len()], node.ints("value_ints").to_vec())?
    } else if node.has("value_floats") {
        tensor(&[node.floats("value_floats").len()], node.floats("value_floats").to_vec())?
    } else if node.has("value_strings") {
        let texts = node.texts("value_strings")?;
        tensor(&[texts.len()], texts)?
    } else {
        return Err("has no value of a known kind".to_owned());
    };
    Ok(Box::new(move |_| Ok(vec![value.clone()])))
}

fn constant_of_shape(node: Node) -> Built {
    fn filled<T: Element>(value: &ArrayD<T>, shape: &[usize]) -> Outcome {
        let value = value.first().ok_or("has an empty value")?;
        one(shape, vec![value.clone(); volume(shape)?])
    }
    let value = node.tensor("value")?.map_or_else(|| tensor(&[1], vec![0.0_f32]), Ok)?;
    Ok(Box::new(move |inputs| {
        let shape = sizes(&integers(inputs.get(0)?)?)?;
        each!(&value, value => filled(value, &shape))
    }))
}

fn range(inputs: &Inputs) -> Outcome {
    let number = |i: usize| -> Result<f64, String> {
        doubles(inputs.get(i)?)?.first().copied().ok_or_else(|| "has an empty limit".to_owned())
    };
    let (start, limit, step) = (number(0)?, number(1)?, number(2)?);
    let count = ((limit - start) / step).ceil().max(0.0);
    if !count.is_finite() {
        return Err("has no end".to_owned());
    }
    let count = volume(&[count as usize])?;
    let value = |i: usize| start + i as f64 * step;
    match inputs.get(0)? {
        Tensor::F32(_) => one(&[count], (0..count).map(|i| value(i) as f32).collect()),
        Tensor::F64(_) => one(&[count], (0..count).map(value).collect()),
        Tensor::I64(_) => one(&[count], (0..count).map(|i| value(i) as i64).collect()),
        Tensor::I32(_) => one(&[count], (0..count).map(|i| value(i) as i32).collect()),
        other => Err(foreign(other.kind())),
    }
}
