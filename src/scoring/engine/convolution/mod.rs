//! Convolutions at which tract's own operator is slow, done by an operator of ours.
//!
//! Invariant: a convolution is only replaced where its sizes and weights are known when the model is loaded.

mod depthwise;
mod winograd;

use std::sync::Arc;
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
}

/// The sizes of a convolution, and what is done to each of its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Layer {
    /// Channels of the input and of the output.
    channels: [usize; 2],
    /// Height and width, here and below.
    input: [usize; 2],
    output: [usize; 2],
    kernel: [usize; 2],
    strides: [usize; 2],
    /// Rows and columns of zeros before the plane.
    before: [usize; 2],
    /// The shape of the output, batch included where there is one.
    shape: TVec<usize>,
    /// A bias for each channel of the output, as the bits of f32.
    bias: Vec<u32>,
    /// What the values are cut off at, as bits too.
    limits: [u32; 2],
}

/// Weights as each way to compute wants them, as the bits of f32.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kernels {
    /// Channels × rows × columns: each channel has a kernel of its own.
    Depthwise(Arc<[u32]>),
    /// Transformed, as [`winograd::transformed`] has them.
    Winograd(Arc<[u32]>),
}

/// Puts this operator in the place of tract's where it is faster.
pub(super) fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let made = node.op_as::<Conv>().and_then(|conv| Convolution::of(conv, model, node));
        let Some(mut made) = made else { continue };
        let last = made.layer.absorb(model, node)?;
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
        let layer = Layer::of(conv, model, node)?;
        let [inputs, outputs] = layer.channels;
        let weights = || constant(model.node_input_facts(node.id).ok()?.get(1)?);
        let taps = layer.kernel.iter().product::<usize>();
        let kernels = if conv.group == inputs && outputs == inputs {
            let weights = weights().filter(|weights| weights.len() == inputs * taps)?;
            Kernels::Depthwise(weights.into())
        } else if conv.group == 1 && winograd::suits(&layer) {
            let weights = weights().filter(|weights| weights.len() == outputs * inputs * taps)?;
            Kernels::Winograd(winograd::transformed(&weights, layer.channels))
        } else {
            return None;
        };
        Some(Self { layer, kernels })
    }
}

impl Layer {
    fn of(conv: &Conv, model: &TypedModel, node: &TypedNode) -> Option<Self> {
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
        let layer = Self {
            channels,
            input,
            output: shape.get(shape.len().checked_sub(2)?..)?.try_into().ok()?,
            kernel: spec.kernel_shape.as_slice().try_into().ok()?,
            strides: spec.strides().as_ref().try_into().ok()?,
            before: [pads.first()?.pad_before, pads.get(1)?.pad_before],
            shape: shape.into(),
            bias: if bias.len() == 1 { vec![bias[0]; channels[1]] } else { bias },
            limits: [f32::NEG_INFINITY, f32::INFINITY].map(f32::to_bits),
        };
        let sizes = [layer.channels, layer.input, layer.output, layer.kernel, layer.strides];
        let fits = layer.bias.len() == channels[1] && sizes.as_flattened().iter().all(|&n| n > 0);
        fits.then_some(layer)
    }

    /// Takes over the limits of the operators that follow, as those of `Relu` and `Clip` are; gives the last of them.
    fn absorb(&mut self, model: &TypedModel, node: &TypedNode) -> TractResult<usize> {
        let mut last = node.id;
        while let Some(next) = model.single_succ(last)? {
            let Some(TypedBinOp(op, _)) = next.op_as::<TypedBinOp>() else { break };
            let others = next.inputs.iter().filter(|input| input.node != last);
            let mut facts = others.filter_map(|&input| model.outlet_fact(input).ok());
            let limit = facts.next().and_then(limit);
            let [low, high] = self.limits.map(f32::from_bits);
            let limits = match (limit, op.name()) {
                (Some(limit), "Max") if limit <= high => [low.max(limit), high],
                (Some(limit), "Min") if limit >= low => [low, high.min(limit)],
                _ => break,
            };
            if next.outputs[0].fact.shape != model.node(last).outputs[0].fact.shape {
                break;
            }
            self.limits = limits.map(f32::to_bits);
            last = next.id;
        }
        Ok(last)
    }

    /// A value within the limits; `clamp` would refuse limits that are NaN.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn limited(limits: [f32; 2], value: f32) -> f32 {
        let [low, high] = limits;
        let raised = if value < low { low } else { value };
        if raised > high { high } else { raised }
    }
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
        let mut output = vec![0.0_f32; self.layer.shape.iter().product()];
        match &self.kernels {
            Kernels::Depthwise(weights) => depthwise::run(&self.layer, weights, input, &mut output),
            Kernels::Winograd(weights) => winograd::run(&self.layer, weights, input, &mut output),
        }
        let output = tract_ndarray::ArrayD::from_shape_vec(&*self.layer.shape, output)?;
        Ok(tvec!(Tensor::from(output).into_tvalue()))
    }
}

impl TypedOp for Convolution {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        ensure!(inputs.len() == 1, "takes one input");
        Ok(tvec!(f32::fact(&self.layer.shape)))
    }

    as_op!();
}

#[cfg(test)]
mod tests;
