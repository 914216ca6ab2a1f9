//! Convolutions of planes of f32 on one core, for those at which tract's own operator is slow.
//!
//! A crate of its own so that it is optimised in dev builds too.
//!
//! Invariant: nothing here knows of graphs; the values are those of the plain sum within its rounding errors.

mod depthwise;
mod winograd;

use std::sync::Arc;

/// The sizes of a convolution of planes, and what is done to each of its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layer {
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
    /// Height and width, here and below; none is 0.
    pub input: [usize; 2],
    /// Of a plane of the output.
    pub output: [usize; 2],
    /// Of the kernels.
    pub kernel: [usize; 2],
    /// Steps of the kernels.
    pub strides: [usize; 2],
    /// Rows and columns of zeros before the plane; behind it there are as many as the output needs.
    pub before: [usize; 2],
    /// A bias for each channel of the output, as the bits of f32.
    pub bias: Vec<u32>,
    /// The least and the largest value of the output, as bits too.
    pub limits: [u32; 2],
}

/// Weights as each way to compute wants them, as the bits of f32.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kernels {
    /// Channels × rows × columns: each channel has a kernel of its own.
    Depthwise(Arc<[u32]>),
    /// Kernels of 3 × 3 that were transformed.
    Winograd(Arc<[u32]>),
}

impl Kernels {
    /// Kernels that each belong to a channel, channels × rows × columns; `None` where there are not as many.
    pub fn depthwise(layer: &Layer, weights: &[u32]) -> Option<Self> {
        let [channels, outputs] = layer.channels;
        let whole = channels == outputs && weights.len() == channels * layer.taps();
        (whole && layer.bias.len() == outputs).then(|| Self::Depthwise(weights.into()))
    }

    /// Kernels that sum over all channels, outputs × inputs × rows × columns; `None` where there are not as many, or
    /// where this processor has no faster way than the plain one.
    pub fn winograd(layer: &Layer, weights: &[u32]) -> Option<Self> {
        let [inputs, outputs] = layer.channels;
        let whole = weights.len() == inputs * outputs * layer.taps() && layer.bias.len() == outputs;
        (whole && winograd::suits(layer))
            .then(|| Self::Winograd(winograd::transformed(weights, layer.channels)))
    }

    /// Convolves pictures of channels × height × width, one after the other, into such of `output`.
    pub fn run(&self, layer: &Layer, input: &[f32], output: &mut [f32]) {
        match self {
            Self::Depthwise(weights) => depthwise::run(layer, weights, input, output),
            Self::Winograd(weights) => winograd::run(layer, weights, input, output),
        }
    }
}

impl Layer {
    fn taps(&self) -> usize {
        self.kernel.iter().product()
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

#[cfg(test)]
mod tests;
