//! Convolutions at which tract's own operator is slow, done by an operator of ours.
//!
//! Invariant: a convolution is only replaced where its sizes and weights are known when the model is loaded.

use gaffe_convolution::{Kernels, Layer};
use tract_onnx::prelude::{
    DatumType, TValue, TVec, TractResult, TypedFact, TypedModel, TypedModelPatch, tvec,
};
#[allow(clippy::wildcard_imports, reason = "what the macros of tract name")]
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};
use tract_onnx::tract_core::ops::nn::DataFormat;

/// A convolution of planes whose size is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Convolution {
    layer: Layer,
    kernels: Kernels,
    /// The shape of the output, batch included where there is one.
    shape: TVec<usize>,
}

/// Puts this operator in the place of tract's where it is faster.
pub(super) fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let made = node.op_as::<Conv>().and_then(|conv| Convolution::of(conv, model, node));
        let Some(mut made) = made else { continue };
        let last = absorb(&mut made.layer.limits, model, node)?;
        let mut patch = TypedModelPatch::default();
        let input = patch.tap_model(model, node.inputs[0])?;
        let output = patch.wire_node(&node.name, made, &[input])?;
        patch.shunt_outside(model, OutletId::new(last, 0), output[0])?;
        patch.apply(model)?;
    }
    model.compact()
}

impl Convolution {
    /// `None` for a convolution that tract does as well, or whose sizes or weights are not known.
    fn of(conv: &Conv, model: &TypedModel, node: &TypedNode) -> Option<Self> {
        let (layer, shape) = layer(conv, model, node)?;
        let weights = || constant(model.node_input_facts(node.id).ok()?.get(1)?);
        let kernels = if conv.group == layer.channels[0] && layer.channels[0] == layer.channels[1] {
            Kernels::depthwise(&layer, &weights()?)?
        } else if conv.group == 1 && layer.kernel == [3, 3] && layer.strides == [1, 1] {
            Kernels::winograd(&layer, &weights()?)?
        } else {
            return None;
        };
        Some(Self { layer, kernels, shape })
    }
}

/// The sizes of a convolution, and the shape of its output.
fn layer(conv: &Conv, model: &TypedModel, node: &TypedNode) -> Option<(Layer, TVec<usize>)> {
    let spec = &conv.pool_spec;
    let facts = model.node_input_facts(node.id).ok()?;
    let [x, _, bias] = facts.as_slice() else { return None };
    let plain = conv.q_params.is_none()
        && conv.kernel_fmt == KernelFormat::OIHW
        && matches!(spec.data_format, DataFormat::NCHW | DataFormat::CHW)
        && spec.dilations().iter().all(|&dilation| dilation == 1)
        && x.datum_type == DatumType::F32;
    let shape = x.shape.as_concrete().filter(|_| plain)?;
    let input: [usize; 2] = shape.get(shape.len().checked_sub(2)?..)?.try_into().ok()?;
    let pads = spec.computed_padding(&input);
    let shape = node.outputs.first()?.fact.shape.as_concrete()?;
    let channels = [spec.input_channels, spec.output_channels];
    let bias = constant(bias)?;
    let layer = Layer {
        channels,
        input,
        output: shape.get(shape.len().checked_sub(2)?..)?.try_into().ok()?,
        kernel: spec.kernel_shape.as_slice().try_into().ok()?,
        strides: spec.strides().as_ref().try_into().ok()?,
        before: [pads.first()?.pad_before, pads.get(1)?.pad_before],
        bias: if bias.len() == 1 { vec![bias[0]; channels[1]] } else { bias },
        limits: [f32::NEG_INFINITY, f32::INFINITY].map(f32::to_bits),
    };
    let sizes = [layer.channels, layer.input, layer.output, layer.kernel, layer.strides];
    let fits = sizes.as_flattened().iter().all(|&n| n > 0);
    fits.then(|| (layer, shape.into()))
}

/// Takes over the limits of the operators that follow, as those of `Relu` and `Clip` are; gives the last of them.
fn absorb(limits: &mut [u32; 2], model: &TypedModel, node: &TypedNode) -> TractResult<usize> {
    let mut last = node.id;
    while let Some(next) = model.single_succ(last)? {
        let Some(TypedBinOp(op, _)) = next.op_as::<TypedBinOp>() else { break };
        let others = next.inputs.iter().filter(|input| input.node != last);
        let mut facts = others.filter_map(|&input| model.outlet_fact(input).ok());
        let limit = facts.next().and_then(limit);
        let [low, high] = limits.map(f32::from_bits);
        let tighter = match (limit, op.name()) {
            (Some(limit), "Max") if limit <= high => [low.max(limit), high],
            (Some(limit), "Min") if limit >= low => [low, high.min(limit)],
            _ => break,
        };
        if next.outputs[0].fact.shape != model.node(last).outputs[0].fact.shape {
            break;
        }
        *limits = tighter.map(f32::to_bits);
        last = next.id;
    }
    Ok(last)
}

/// The one value of a constant.
fn limit(fact: &TypedFact) -> Option<f32> {
    let values = constant(fact)?;
    (values.len() == 1).then(|| f32::from_bits(values[0])).filter(|limit| !limit.is_nan())
}

/// The bits of a constant.
fn constant(fact: &TypedFact) -> Option<Vec<u32>> {
    let constant = fact.konst.as_ref()?;
    let values = constant.to_plain_array_view::<f32>().ok()?;
    Some(values.iter().map(|v| v.to_bits()).collect())
}

impl Op for Convolution {
    fn name(&self) -> StaticName {
        match self.kernels {
            Kernels::Depthwise(_) => "Depthwise".into(),
            Kernels::Winograd(_) => "Winograd".into(),
        }
    }

    op_as_typed_op!();
}

impl EvalOp for Convolution {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = inputs.first().context("no input")?.to_plain_array_view::<f32>()?;
        let input = input.as_slice().context("not in row-major order")?;
        let mut output = vec![0.0_f32; self.shape.iter().product()];
        self.kernels.run(&self.layer, input, &mut output);
        let output = tract_ndarray::ArrayD::from_shape_vec(&*self.shape, output)?;
        Ok(tvec!(Tensor::from(output).into_tvalue()))
    }
}

impl TypedOp for Convolution {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        ensure!(inputs.len() == 1, "takes one input");
        Ok(tvec!(f32::fact(&self.shape)))
    }

    as_op!();
}

#[cfg(test)]
#[path = "convolution_tests.rs"]
mod tests;
