//! Convolutions of each channel with a kernel of its own, as mobile networks have them.
//!
//! Invariant: the values are those of tract's own operator, which adds in the same order. tract vectorises rows of
//! 8 values and more in steps of one; here a whole plane is one row, whatever its size and its step.

use tract_onnx::prelude::{
    DatumType, TValue, TVec, TractResult, TypedFact, TypedModel, TypedModelPatch, tvec,
};
#[allow(clippy::wildcard_imports, reason = "what the macros of tract name")]
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};
use tract_onnx::tract_core::ops::nn::DataFormat;

/// Values computed together: as many as fit in the registers of any processor with vectors of 128 bits.
const BLOCK: usize = 32;

/// A depthwise convolution of planes whose size is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Depthwise {
    channels: usize,
    /// Height and width, here and below.
    input: [usize; 2],
    output: [usize; 2],
    kernel: [usize; 2],
    strides: [usize; 2],
    /// Rows and columns of zeros before the plane.
    before: [usize; 2],
    /// The shape of the output, batch included where there is one.
    shape: TVec<usize>,
    /// C kernels, row by row, and C biases, as the bits of f32.
    weights: Vec<u32>,
    bias: Vec<u32>,
    /// What the values are cut off at, as bits too.
    limits: [u32; 2],
}

/// Puts this operator in the place of tract's where it can be.
pub(super) fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let Some(mut made) = node.op_as::<Conv>().and_then(|conv| Depthwise::of(conv, model, node))
        else {
            continue;
        };
        let last = made.absorb(model, node)?;
        let mut patch = TypedModelPatch::default();
        let input = patch.tap_model(model, node.inputs[0])?;
        let output = patch.wire_node(&node.name, made, &[input])?;
        patch.shunt_outside(model, OutletId::new(last, 0), output[0])?;
        patch.apply(model)?;
    }
    model.compact()
}

impl Depthwise {
    /// `None` for a convolution that is another, or whose sizes or weights are not known.
    fn of(conv: &Conv, model: &TypedModel, node: &TypedNode) -> Option<Self> {
        let spec = &conv.pool_spec;
        let facts = model.node_input_facts(node.id).ok()?;
        let [x, kernel, bias] = facts.as_slice() else { return None };
        let shape = x.shape.as_concrete()?;
        let channels = spec.input_channels;
        let plain = conv.q_params.is_none()
            && conv.kernel_fmt == KernelFormat::OIHW
            && matches!(spec.data_format, DataFormat::NCHW | DataFormat::CHW)
            && spec.dilations().iter().all(|&dilation| dilation == 1)
            && x.datum_type == DatumType::F32;
        if !plain || conv.group != channels || spec.output_channels != channels || channels == 0 {
            return None;
        }
        let input: [usize; 2] = shape.get(shape.len().checked_sub(2)?..)?.try_into().ok()?;
        let pads = spec.computed_padding(&input);
        let output = node.outputs.first()?.fact.shape.as_concrete()?;
        let strides: [usize; 2] = spec.strides().as_ref().try_into().ok()?;
        let weights = bits(kernel)?;
        let bias = bits(bias)?;
        let bias = if bias.len() == 1 { vec![bias[0]; channels] } else { bias };
        let made = Self {
            channels,
            input,
            output: output.get(output.len().checked_sub(2)?..)?.try_into().ok()?,
            kernel: spec.kernel_shape.as_slice().try_into().ok()?,
            strides,
            before: [pads.first()?.pad_before, pads.get(1)?.pad_before],
            shape: output.into(),
            weights,
            bias,
            limits: [f32::NEG_INFINITY, f32::INFINITY].map(f32::to_bits),
        };
        let fits = made.weights.len() == channels * made.kernel.iter().product::<usize>()
            && made.bias.len() == channels
            && [made.input, made.output, made.kernel, made.strides]
                .as_flattened()
                .iter()
                .all(|&n| n > 0);
        fits.then_some(made)
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

    /// The plane with its zeros, cut into one plane a phase of the strides, so that what a tap reads lies in one row.
    fn phases(&self) -> Phases {
        let [kernel, strides, output] = [self.kernel, self.strides, self.output];
        let size = |axis: usize| output[axis] + (kernel[axis] - 1) / strides[axis];
        let (height, width) = (size(0), size(1));
        // what a block at the end reads and throws away
        let plane = height * width + BLOCK + kernel[1];
        let taps = (0..kernel[0]).flat_map(|row| (0..kernel[1]).map(move |column| [row, column]));
        let begin = |[row, column]: [usize; 2]| {
            let phase = row % strides[0] * strides[1] + column % strides[1];
            phase * plane + row / strides[0] * width + column / strides[1]
        };
        Phases { width, height, plane, taps: taps.map(begin).collect() }
    }

    /// Copies a plane of the input into its phases, whose borders are 0 already.
    fn scatter(&self, phases: &Phases, from: &[f32], to: &mut [f32]) {
        let [_, across] = self.strides;
        for (row, values) in from.chunks_exact(self.input[1]).enumerate() {
            let row = row + self.before[0];
            let (phase, row) = (row % self.strides[0] * across, row / self.strides[0]);
            if row >= phases.height {
                break;
            }
            let start = phase * phases.plane + row * phases.width;
            if across == 1 {
                let count = values.len().min(phases.width - self.before[1]);
                let start = start + self.before[1];
                to[start..start + count].copy_from_slice(&values[..count]);
                continue;
            }
            for offset in 0..across {
                // the first column of this phase, in the input and in the phase
                let first = (offset + across - self.before[1] % across) % across;
                let place = (first + self.before[1]) / across;
                let start = start + offset * phases.plane;
                let line = &mut to[start + place.min(phases.width)..start + phases.width];
                let values = values.iter().skip(first).step_by(across);
                line.iter_mut().zip(values).for_each(|(to, &from)| *to = from);
            }
        }
    }

    fn run(&self, input: &[f32], output: &mut [f32]) {
        let phases = self.phases();
        let [height, width] = self.output;
        let mut planes = vec![0.0; phases.plane * self.strides[0] * self.strides[1]];
        let mut row = vec![0.0; (height * phases.width).next_multiple_of(BLOCK)];
        let taps = phases.taps.len();
        let inputs = input.chunks_exact(self.input[0] * self.input[1]);
        let outputs = output.chunks_exact_mut(height * width);
        for (number, (input, output)) in inputs.zip(outputs).enumerate() {
            let channel = number % self.channels;
            let weights = &self.weights[channel * taps..(channel + 1) * taps];
            self.scatter(&phases, input, &mut planes);
            let kernel = Kernel {
                taps: &phases.taps,
                weights,
                bias: f32::from_bits(self.bias[channel]),
                limits: self.limits.map(f32::from_bits),
            };
            convolve(&planes, &kernel, &mut row);
            let rows = row.chunks_exact(phases.width);
            for (to, from) in output.chunks_exact_mut(width).zip(rows) {
                to.copy_from_slice(&from[..width]);
            }
        }
    }
}

struct Phases {
    width: usize,
    height: usize,
    /// Values from one phase to the next.
    plane: usize,
    /// Where each tap of the kernel begins to read.
    taps: Vec<usize>,
}

/// The kernel of one channel.
struct Kernel<'k> {
    taps: &'k [usize],
    weights: &'k [u32],
    bias: f32,
    limits: [f32; 2],
}

/// The bias, and then tap by tap what it reads times its weight, for as many places as `row` is long.
fn convolve(planes: &[f32], kernel: &Kernel<'_>, row: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function is compiled for.
        #[expect(unsafe_code, reason = "the compiler can't see which processor it will be")]
        return unsafe { convolve_avx2(planes, kernel, row) };
    }
    convolve_any(planes, kernel, row);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn convolve_avx2(planes: &[f32], kernel: &Kernel<'_>, row: &mut [f32]) {
    convolve_any(planes, kernel, row);
}

#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
fn convolve_any(planes: &[f32], kernel: &Kernel<'_>, row: &mut [f32]) {
    let [low, high] = kernel.limits;
    for (block, row) in row.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        let mut sums = [kernel.bias; BLOCK];
        for (&tap, &weight) in kernel.taps.iter().zip(kernel.weights) {
            let weight = f32::from_bits(weight);
            let values = planes.get(tap + block * BLOCK..).and_then(|v| v.first_chunk::<BLOCK>());
            for (sum, value) in sums.iter_mut().zip(values.unwrap_or(&[f32::NAN; BLOCK])) {
                *sum += weight * value;
            }
        }
        // `clamp` would refuse limits that are NaN
        for (to, sum) in row.iter_mut().zip(sums) {
            let raised = if sum < low { low } else { sum };
            *to = if raised > high { high } else { raised };
        }
    }
}

/// The one value of a constant.
fn limit(fact: &TypedFact) -> Option<f32> {
    let values = bits(fact)?;
    (values.len() == 1).then(|| f32::from_bits(values[0])).filter(|limit| !limit.is_nan())
}

fn bits(fact: &TypedFact) -> Option<Vec<u32>> {
    let constant = fact.konst.as_ref()?;
    let values = constant.to_plain_array_view::<f32>().ok()?;
    Some(values.iter().map(|v| v.to_bits()).collect())
}

impl Op for Depthwise {
    fn name(&self) -> StaticName {
        "Depthwise".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Depthwise {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = inputs.first().context("no input")?.to_plain_array_view::<f32>()?;
        let input = input.as_slice().context("not in row-major order")?;
        let mut output = vec![0.0_f32; self.shape.iter().product()];
        self.run(input, &mut output);
        let output = tract_ndarray::ArrayD::from_shape_vec(&*self.shape, output)?;
        Ok(tvec!(Tensor::from(output).into_tvalue()))
    }
}

impl TypedOp for Depthwise {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        ensure!(inputs.len() == 1, "takes one input");
        Ok(tvec!(f32::fact(&self.shape)))
    }

    as_op!();
}

#[cfg(test)]
#[path = "depthwise_tests.rs"]
mod tests;
