//! Convolutions and products with constant weights at which tract's own operators are slow, done by operators of ours.
//!
//! Invariant: a node is only replaced where the sizes and weights that decide how are known when the model is loaded.

mod conv;
mod einsum;
mod ends;

use gaffe_kernels::{End, Kernels, Layer, Linear};
use tract_onnx::prelude::{
    TValue, TVec, TractResult, TypedFact, TypedModel, TypedModelPatch, tvec,
};
#[allow(clippy::wildcard_imports, reason = "what the macros of tract name")]
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::cnn::Conv;
use tract_onnx::tract_core::ops::einsum::EinSum;

/// What is computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Work {
    Convolution(Layer, Kernels),
    Linear(Linear),
}

/// A size of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    /// That of an axis of the input.
    Same(usize),
    Of(usize),
}

/// An operator that takes one input, and what its values are added to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Replacement {
    work: Work,
    shape: Vec<Side>,
}

/// What can take the place of a node.
struct Found {
    work: Work,
    /// Which of the node's inputs it takes.
    input: usize,
    shape: Vec<Side>,
    /// The axes of the output along which there is a bias.
    columns: Vec<usize>,
}

impl Found {
    fn of(model: &TypedModel, node: &TypedNode) -> Option<Self> {
        if let Some(conv) = node.op_as::<Conv>() {
            return conv::found(conv, model, node);
        }
        node.op_as::<EinSum>().and_then(|sum| einsum::found(sum, model, node))
    }

    fn end(&mut self) -> &mut End {
        match &mut self.work {
            Work::Convolution(layer, _) => &mut layer.end,
            Work::Linear(linear) => &mut linear.end,
        }
    }
}

/// Puts our operators in the place of tract's where they are faster.
pub(super) fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let Some(mut found) = Found::of(model, node) else { continue };
        let (last, summand) = ends::absorb(&mut found, model, id)?;
        let Found { work, input, shape, .. } = found;
        let mut patch = TypedModelPatch::default();
        let inputs = [node.inputs[input]].into_iter().chain(summand).collect::<TVec<OutletId>>();
        let inputs = patch.taps(model, &inputs)?;
        let output = patch.wire_node(&node.name, Replacement { work, shape }, &inputs)?;
        patch.shunt_outside(model, OutletId::new(last, 0), output[0])?;
        patch.apply(model)?;
    }
    model.compact()
}

/// The values of a constant.
fn constant(fact: &TypedFact) -> Option<Vec<f32>> {
    let constant = fact.konst.as_ref()?;
    let values = constant.to_plain_array_view::<f32>().ok()?;
    values.as_slice().map(<[f32]>::to_vec)
}

impl Replacement {
    fn is_onto(&self) -> bool {
        match &self.work {
            Work::Convolution(layer, _) => layer.end.onto,
            Work::Linear(linear) => linear.end.onto,
        }
    }

    fn sizes<D: Clone + From<usize>>(&self, input: &[D]) -> TVec<D> {
        let size = |side: &Side| match *side {
            Side::Same(axis) => input[axis].clone(),
            Side::Of(size) => size.into(),
        };
        self.shape.iter().map(size).collect()
    }
}

impl Op for Replacement {
    fn name(&self) -> StaticName {
        match &self.work {
            Work::Convolution(_, Kernels::Depthwise(_)) => "Depthwise".into(),
            Work::Convolution(_, Kernels::Winograd(_)) => "Winograd".into(),
            Work::Convolution(_, Kernels::Matrix(_)) => "Patches".into(),
            Work::Linear(_) => "Linear".into(),
        }
    }

    op_as_typed_op!();
}

impl EvalOp for Replacement {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, mut inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let summand = if self.is_onto() { inputs.pop() } else { None };
        let input = inputs.first().context("no input")?;
        // mostly nobody else reads the other summand by now: then it becomes the output
        let mut output = match summand {
            Some(summand) => summand.into_tensor(),
            None => Tensor::zero::<f32>(&self.sizes(input.shape()))?,
        };
        let input = input.to_plain_array_view::<f32>()?;
        let input = input.as_slice().context("not in row-major order")?;
        let mut values = output.to_plain_array_view_mut::<f32>()?;
        let values = values.as_slice_mut().context("not in row-major order")?;
        match &self.work {
            Work::Convolution(layer, kernels) => kernels.run(layer, input, values),
            Work::Linear(linear) => linear.run(input, values),
        }
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for Replacement {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let count = 1 + usize::from(self.is_onto());
        ensure!(inputs.len() == count, "takes {count} inputs");
        Ok(tvec!(f32::fact(self.sizes::<TDim>(&inputs[0].shape))))
    }

    as_op!();
}

#[cfg(test)]
mod tests;
