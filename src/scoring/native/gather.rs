//! Operators that pick values by index: `Gather`, `GatherElements`, `GatherND`, `ScatterElements`, `Compress`, `NonZero`.
//!
//! Invariant: an index outside of its axis is an error.

use super::node::Node;
use super::operators::{Built, Inputs, Kernel};
use super::values::{
    Element, Outcome, around, doubles, flat, foreign, integers, one, place, volume, whole,
};
use crate::scoring::tensor::{Tensor, each};
use ndarray::ArrayD;

/// The kernel of a node of this file.
pub(super) fn kernel(node: Node) -> Option<Built> {
    Some(Ok(match node.proto.op_type.as_str() {
        "Gather" => gather(node),
        "GatherElements" => gather_elements(node),
        "GatherND" => gather_nd(node),
        "ScatterElements" => scatter_elements(node),
        "NonZero" => Box::new(non_zero),
        _ => return None,
    }))
}

fn places(indices: &[i64], len: usize) -> Result<Vec<usize>, String> {
    indices.iter().map(|&i| place(i, len)).collect()
}

fn gather(node: Node) -> Kernel {
    fn picked<T: Element>(
        array: &ArrayD<T>,
        axis: usize,
        indices: &[usize],
        shape: &[usize],
    ) -> Outcome {
        let (outer, len, inner) = around(array.shape(), axis);
        let mut values = Vec::with_capacity(volume(shape)?);
        let all = flat(array);
        for i in 0..if values.capacity() > 0 { outer } else { 0 } {
            for index in indices {
                let start = (i * len + index) * inner;
                values.extend_from_slice(&all[start..start + inner]);
            }
        }
        one(shape, values)
    }
    let axis = node.int("axis", 0);
    Box::new(move |inputs| {
        let (input, indices) = (inputs.get(0)?, inputs.get(1)?);
        let shape = input.shape();
        let at = place(axis, shape.len())?;
        let chosen = places(&integers(indices)?, shape[at])?;
        let shape = [&shape[..at], indices.shape(), &shape[at + 1..]].concat();
        each!(input, array => picked(array, at, &chosen, &shape))
    })
}

/// Where each index of `GatherElements` and `ScatterElements` points to in the data, row by row.
fn targets(data: &[usize], indices: &Tensor, axis: i64) -> Result<Vec<usize>, String> {
    let shape = indices.shape();
    let axis = place(axis, data.len())?;
    let fits = |(i, &size): (usize, &usize)| i == axis || size <= data[i];
    if shape.len() != data.len() || !shape.iter().enumerate().all(fits) {
        return Err(format!("has indices of shape {shape:?} for {data:?}"));
    }
    let mut strides = vec![1; data.len()];
    for i in (1..data.len()).rev() {
        strides[i - 1] = strides[i] * data[i];
    }
    let indices = integers(indices)?;
    let mut targets = Vec::with_capacity(indices.len());
    let mut at = vec![0; shape.len()];
    for &index in indices.iter() {
        let own = place(index, data[axis])?;
        let start: usize = at.iter().zip(&strides).map(|(a, s)| a * s).sum();
        targets.push(start - at[axis] * strides[axis] + own * strides[axis]);
        for i in (0..at.len()).rev() {
            at[i] += 1;
            if at[i] < shape[i] {
                break;
            }
            at[i] = 0;
        }
    }
    Ok(targets)
}

fn gather_elements(node: Node) -> Kernel {
    fn picked<T: Element>(array: &ArrayD<T>, targets: &[usize], shape: &[usize]) -> Outcome {
        let values = flat(array);
        let picked = targets.iter().map(|&i| values.get(i).cloned());
        one(shape, picked.collect::<Option<_>>().ok_or("picks what is not there")?)
    }
    let axis = node.int("axis", 0);
    Box::new(move |inputs| {
        let (input, indices) = (inputs.get(0)?, inputs.get(1)?);
        let targets = targets(input.shape(), indices, axis)?;
        each!(input, array => picked(array, &targets, indices.shape()))
    })
}

fn scatter_elements(node: Node) -> Kernel {
    fn placed<T: Element>(array: &ArrayD<T>, targets: &[usize], updates: &ArrayD<T>) -> Outcome {
        let mut values = flat(array).into_owned();
        if updates.len() != targets.len() {
            return Err("has as many updates as indices only by mistake".to_owned());
        }
        for (&target, update) in targets.iter().zip(flat(updates).iter()) {
            *values.get_mut(target).ok_or("writes outside of the data")? = update.clone();
        }
        one(array.shape(), values)
    }
    let (axis, adds) = (node.int("axis", 0), node.has("reduction"));
    Box::new(move |inputs| {
        if adds {
            return Err("has a reduction".to_owned());
        }
        let (input, indices) = (inputs.get(0)?, inputs.get(1)?);
        let targets = targets(input.shape(), indices, axis)?;
        match (input, inputs.get(2)?) {
            (Tensor::F32(data), Tensor::F32(updates)) => placed(data, &targets, updates),
            (Tensor::F64(data), Tensor::F64(updates)) => placed(data, &targets, updates),
            (Tensor::I64(data), Tensor::I64(updates)) => placed(data, &targets, updates),
            (Tensor::I32(data), Tensor::I32(updates)) => placed(data, &targets, updates),
            (Tensor::Text(data), Tensor::Text(updates)) => placed(data, &targets, updates),
            (data, _) => Err(foreign(data.kind())),
        }
    })
}

fn gather_nd(node: Node) -> Kernel {
    fn picked<T: Element>(
        array: &ArrayD<T>,
        starts: &[usize],
        width: usize,
        shape: &[usize],
    ) -> Outcome {
        let mut values = Vec::with_capacity(volume(shape)?);
        let all = flat(array);
        for &start in starts {
            values
                .extend_from_slice(all.get(start..start + width).ok_or("picks what is not there")?);
        }
        one(shape, values)
    }
    let batches = node.int("batch_dims", 0);
    Box::new(move |inputs| {
        if batches != 0 {
            return Err("has batch axes".to_owned());
        }
        let (input, indices) = (inputs.get(0)?, inputs.get(1)?);
        let (shape, [front @ .., depth]) = (input.shape(), indices.shape()) else {
            return Err("has no indices".to_owned());
        };
        let depth = *depth;
        if depth == 0 || depth > shape.len() {
            return Err(format!("has indices of {depth} axes for {}", shape.len()));
        }
        let width: usize = shape[depth..].iter().product();
        let list = integers(indices)?;
        let mut starts = Vec::with_capacity(list.len() / depth);
        for index in list.chunks_exact(depth) {
            let mut start = 0;
            for (&i, &len) in index.iter().zip(shape) {
                start = start * len + place(i, len)?;
            }
            starts.push(start * width);
        }
        let shape = [front, &shape[depth..]].concat();
        each!(input, array => picked(array, &starts, width, &shape))
    })
}

/// Indices of the values that are not 0, an axis a row.
fn non_zero(inputs: &Inputs) -> Outcome {
    let input = inputs.get(0)?;
    let shape = input.shape();
    let values = doubles(input)?;
    let found: Vec<usize> = (0..values.len()).filter(|&i| values[i] != 0.0).collect();
    let mut rows = Vec::with_capacity(volume(&[shape.len(), found.len()])?);
    for axis in 0..shape.len() {
        let (_, len, inner) = around(shape, axis);
        rows.extend(found.iter().map(|i| whole(i / inner % len)));
    }
    one(&[shape.len(), found.len()], rows)
}
