//! tract's convolutions as ours.

use super::{Found, Side, Work, constant};
use gaffe_kernels::{End, Kernels, Layer};
use tract_onnx::prelude::{DatumType, TypedModel, TypedNode};
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};
use tract_onnx::tract_core::ops::nn::DataFormat;

/// `None` for a convolution that tract does as well, or whose sizes or weights are not known.
pub(super) fn found(conv: &Conv, model: &TypedModel, node: &TypedNode) -> Option<Found> {
    let (layer, shape) = layer(conv, model, node)?;
    let weights = constant(model.node_input_facts(node.id).ok()?.get(1)?)?;
    let kernels = if conv.group == layer.channels[0] && layer.channels[0] == layer.channels[1] {
        Kernels::depthwise(&layer, &weights)?
    } else if conv.group == 1 {
        Kernels::winograd(&layer, &weights).or_else(|| Kernels::matrix(&layer, &weights))?
    } else {
        return None;
    };
    let columns = vec![shape.len() - 3];
    let shape = shape.into_iter().map(Side::Of).collect();
    Some(Found { work: Work::Convolution(layer, kernels), input: 0, shape, columns })
}

/// The sizes of a convolution, and the shape of its output.
fn layer(conv: &Conv, model: &TypedModel, node: &TypedNode) -> Option<(Layer, Vec<usize>)> {
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
    let bias = if bias.len() == 1 { vec![bias[0]; channels[1]] } else { bias };
    let layer = Layer {
        channels,
        input,
        output: shape.get(shape.len().checked_sub(2)?..)?.try_into().ok()?,
        kernel: spec.kernel_shape.as_slice().try_into().ok()?,
        strides: spec.strides().as_ref().try_into().ok()?,
        before: [pads.first()?.pad_before, pads.get(1)?.pad_before],
        end: End::new(bias.into()),
    };
    let sizes = [layer.channels, layer.input, layer.output, layer.kernel, layer.strides];
    let fits = sizes.as_flattened().iter().all(|&n| n > 0);
    fits.then(|| (layer, shape.to_vec()))
}
