//! `Scan`: a graph run for each slice of its inputs, as exports of nearest neighbours have it.
//!
//! Invariant: the body sees its own inputs and values only, and all scanned inputs are equally long.

use super::node::Node;
use super::operators::{Built, Inputs};
use super::values::{Element, Outcome, flat, tensor, volume};
use super::{Program, compile};
use crate::scoring::tensor::{Tensor, each};
use ndarray::{ArrayD, Axis};

/// `Scan`, along first axes and forwards; `None` for other directions, and for a body that can't be evaluated.
pub(super) fn kernel(node: Node) -> Option<Built> {
    let forwards =
        ["scan_input_axes", "scan_output_axes", "scan_input_directions", "scan_output_directions"];
    if node.opset < 9 || forwards.iter().any(|name| node.ints(name).iter().any(|&v| v != 0)) {
        return None;
    }
    let body = match compile::compile(node.graph("body")?, node.opset) {
        Ok(body) => body,
        Err(super::Refusal::Missing { .. }) => return None,
        Err(damaged) => return Some(Err(damaged.to_string())),
    };
    let scanned = usize::try_from(node.int("num_scan_inputs", 0)).ok();
    let states = scanned.and_then(|scanned| body.inputs().len().checked_sub(scanned));
    let Some(states) = states.filter(|&states| states <= body.outputs().len()) else {
        return Some(Err("has a body with other inputs than it says".to_owned()));
    };
    Some(Ok(Box::new(move |inputs| scan(&body, states, inputs))))
}

fn scan(body: &Program, states: usize, inputs: &Inputs) -> Outcome {
    let given: Vec<&Tensor> = inputs.all().collect();
    if given.len() != body.inputs().len() {
        return Err(format!("takes {} inputs, not {}", body.inputs().len(), given.len()));
    }
    let (state, scanned) = given.split_at(states);
    let len = scanned.first().and_then(|t| t.shape().first()).copied().ok_or("scans nothing")?;
    if scanned.iter().any(|t| t.shape().first() != Some(&len)) {
        return Err("scans inputs of different lengths".to_owned());
    }
    let mut values: Vec<Tensor> = state.iter().map(|&t| t.clone()).collect();
    let mut pieces: Vec<Vec<Tensor>> = vec![Vec::new(); body.outputs().len() - states];
    for i in 0..len {
        values.truncate(states);
        values.extend(scanned.iter().map(|t| each!(t, array => slice(array, i))));
        let mut made = body.run(&values)?;
        let outputs = made.split_off(states);
        values = made;
        pieces.iter_mut().zip(outputs).for_each(|(list, piece)| list.push(piece));
        let sizes = pieces.iter().filter_map(|list| list.first()).map(|t| volume(t.shape()));
        let row: usize = sizes.collect::<Result<Vec<_>, _>>()?.iter().sum();
        volume(&[row, i + 1])?;
    }
    values.truncate(states);
    for list in &pieces {
        values.push(stacked(list)?);
    }
    Ok(values)
}

fn slice<T: Element>(array: &ArrayD<T>, i: usize) -> Tensor {
    T::wrap(array.index_axis(Axis(0), i).to_owned())
}

/// Tensors of one shape on a new first axis.
fn stacked(pieces: &[Tensor]) -> Result<Tensor, String> {
    let Some(first) = pieces.first() else { return tensor(&[0], Vec::<f32>::new()) };
    let shape = [&[pieces.len()], first.shape()].concat();
    macro_rules! stack {
        ($($variant:ident),*) => {
            match first {
                $(Tensor::$variant(_) => {
                    let mut values = Vec::with_capacity(volume(&shape)?);
                    for piece in pieces {
                        match piece {
                            Tensor::$variant(array) => values.extend_from_slice(&flat(array)),
                            _ => return Err("gives other types from one slice to the next".to_owned()),
                        }
                    }
                    tensor(&shape, values)
                })*
            }
        };
    }
    stack!(F32, F64, U8, I8, I32, I64, Bool, Text)
}
