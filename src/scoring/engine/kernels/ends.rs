//! What follows a sum in the graph and can be done to it at once: a bias, another summand, limits.

use super::{Found, constant};
use gaffe_kernels::End;
use tract_onnx::prelude::{DatumType, OutletId, TractResult, TypedFact, TypedModel, TypedNode};
use tract_onnx::tract_core::ops::binary::TypedBinOp;

/// Takes over what follows a node, which is replaced by `found`; gives the last of these nodes, and what else is
/// added, as at the end of a residual block.
pub(super) fn absorb(
    found: &mut Found,
    model: &TypedModel,
    id: usize,
) -> TractResult<(usize, Option<OutletId>)> {
    let (mut last, mut summand) = (id, None);
    while let Some(next) = model.single_succ(last)? {
        let Some(TypedBinOp(op, _)) = next.op_as::<TypedBinOp>() else { break };
        let Some(&other) = next.inputs.iter().find(|input| input.node != last) else { break };
        let fact = model.outlet_fact(other)?;
        let taken = keeps_shape(model, last, next)
            && match op.name() {
                "Add" if found.end().has_limits() => false,
                "Add" if fact.konst.is_some() => bias(found, fact),
                "Add" if summand.is_none() && alike(fact, next) => {
                    found.end().onto = true;
                    summand = Some(other);
                    true
                }
                "Max" => raise(found.end(), fact),
                "Min" => lower(found.end(), fact),
                _ => false,
            };
        if !taken {
            break;
        }
        last = next.id;
    }
    Ok((last, summand))
}

fn keeps_shape(model: &TypedModel, last: usize, next: &TypedNode) -> bool {
    next.outputs[0].fact.shape == model.node(last).outputs[0].fact.shape
}

fn alike(fact: &TypedFact, next: &TypedNode) -> bool {
    fact.datum_type == DatumType::F32 && fact.shape == next.outputs[0].fact.shape
}

/// Adds a constant of one value, or of one a column of the output.
fn bias(found: &mut Found, fact: &TypedFact) -> bool {
    let Some((values, shape)) = constant(fact).zip(fact.shape.as_concrete()) else { return false };
    let along = |(axis, &size): (usize, &usize)| size == 1 || found.columns.contains(&axis);
    let by_column = shape.iter().enumerate().all(along);
    let by_column = by_column && values.len() == found.end().bias.len();
    if !by_column && values.len() != 1 {
        return false;
    }
    let own = found.end().bias.iter();
    let sums: Vec<f32> = own.zip(values.iter().cycle()).map(|(own, value)| own + value).collect();
    found.end().bias = sums.into();
    true
}

/// Takes over a least value.
fn raise(end: &mut End, fact: &TypedFact) -> bool {
    let [low, high] = end.limits.map(f32::from_bits);
    let limit = limit(fact).filter(|&limit| limit <= high);
    end.limits = [limit.map_or(low, |limit| low.max(limit)), high].map(f32::to_bits);
    limit.is_some()
}

/// Takes over a largest value.
fn lower(end: &mut End, fact: &TypedFact) -> bool {
    let [low, high] = end.limits.map(f32::from_bits);
    let limit = limit(fact).filter(|&limit| limit >= low);
    end.limits = [low, limit.map_or(high, |limit| high.min(limit))].map(f32::to_bits);
    limit.is_some()
}

/// The one value of a constant.
fn limit(fact: &TypedFact) -> Option<f32> {
    let values = constant(fact)?;
    (values.len() == 1).then(|| values[0]).filter(|limit| !limit.is_nan())
}
