//! `TopK` and `OneHot`.
//!
//! Invariant: of equal values the one that stands first ranks first.

use super::node::Node;
use super::operators::{Built, Inputs, Kernel};
use super::values::{
    Element, Outcome, around, doubles, flat, foreign, integers, one, place, volume, whole,
};
use crate::scoring::tensor::{Tensor, each};
use ndarray::ArrayD;
use std::cmp::Ordering;

/// The kernel of a node of this file.
pub(super) fn kernel(node: Node) -> Option<Built> {
    Some(Ok(match node.proto.op_type.as_str() {
        "TopK" => top_k(node),
        "OneHot" => one_hot(node),
        _ => return None,
    }))
}

fn top_k(node: Node) -> Kernel {
    let (axis, fixed) = (node.int("axis", -1), node.int("k", 1));
    let largest = node.int("largest", 1) != 0;
    Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let k = inputs.optional(1).map(integers).transpose()?;
        let k = k.map_or(Some(fixed), |k| k.first().copied()).ok_or("has no k")?;
        let axis = place(axis, input.shape().len())?;
        let (outer, len, inner) = around(input.shape(), axis);
        let k = usize::try_from(k)
            .ok()
            .filter(|&k| k <= len)
            .ok_or("has a k that is no part of its axis")?;
        let mut shape = input.shape().to_vec();
        shape[axis] = k;
        let total = volume(&shape)?;
        let values = doubles(input)?;
        let mut ranked = vec![0; total];
        let mut order: Vec<usize> = Vec::with_capacity(len);
        for i in 0..if total > 0 { outer * inner } else { 0 } {
            let (row, column) = (i / inner, i % inner);
            let value = |k: usize| values[(row * len + k) * inner + column];
            let before = |a: &usize, b: &usize| -> Ordering {
                // + 0.0 makes one zero of two
                let order = (value(*a) + 0.0).total_cmp(&(value(*b) + 0.0));
                (if largest { order.reverse() } else { order }).then(a.cmp(b))
            };
            order.clear();
            order.extend(0..len);
            if k < len {
                order.select_nth_unstable_by(k, before);
                order.truncate(k);
            }
            order.sort_unstable_by(before);
            for (rank, &place) in order.iter().enumerate() {
                ranked[(row * k + rank) * inner + column] = place;
            }
        }
        let sizes = (len, k, inner);
        each!(input, array => ranks(array, &shape, &ranked, sizes))
    })
}

fn ranks<T: Element>(
    array: &ArrayD<T>,
    shape: &[usize],
    ranked: &[usize],
    (len, k, inner): (usize, usize, usize),
) -> Outcome {
    let all = flat(array);
    let from = |(i, &place): (usize, &usize)| {
        let (row, column) = (i / inner / k, i % inner);
        all[(row * len + place) * inner + column].clone()
    };
    let mut outputs = one(shape, ranked.iter().enumerate().map(from).collect())?;
    outputs.extend(one(shape, ranked.iter().map(|&i| whole(i)).collect())?);
    Ok(outputs)
}

fn one_hot(node: Node) -> Kernel {
    let axis = node.int("axis", -1);
    Box::new(move |inputs: &Inputs| {
        let indices = inputs.get(0)?;
        let depth = doubles(inputs.get(1)?)?.first().copied().ok_or("has no depth")? as usize;
        let at = place(axis, indices.shape().len() + 1)?;
        let (front, back) = indices.shape().split_at(at);
        let shape = [front, &[depth], back].concat();
        let mut hot = vec![false; volume(&shape)?];
        let inner = volume(back)?;
        for (i, &index) in doubles(indices)?.iter().enumerate() {
            // an index outside is cold everywhere
            if let Ok(place) = place(index as i64, depth) {
                hot[(i / inner * depth + place) * inner + i % inner] = true;
            }
        }
        let pick = |values: &Tensor| each!(values, values => chosen(values, &hot, &shape));
        pick(inputs.get(2)?)
    })
}

fn chosen<T: Element>(values: &ArrayD<T>, hot: &[bool], shape: &[usize]) -> Outcome {
    match &*flat(values) {
        [off, on] => {
            one(shape, hot.iter().map(|&hot| if hot { on } else { off }.clone()).collect())
        }
        _ => Err(foreign(T::wrap(values.clone()).kind())),
    }
}
