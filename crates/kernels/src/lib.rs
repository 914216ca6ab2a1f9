//! Convolutions and products of matrices of f32 on one core, for those at which tract's own operators are slow.
//!
//! A crate of its own so that it is optimised in dev builds too.
//!
//! Invariant: nothing here knows of graphs; the values are those of the plain sum within its rounding errors.

mod depthwise;
mod lanes;
mod linear;
mod matrix;
mod phases;
mod values;
mod winograd;

pub use linear::Linear;
pub use values::{End, Values};

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
    /// With a bias for each channel of the output.
    pub end: End,
}

/// Weights as each way to compute wants them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kernels {
    /// Channels × rows × columns: each channel has a kernel of its own.
    Depthwise(Values),
    /// Kernels of 3 × 3 that were transformed.
    Winograd(Values),
    /// Rows of a matrix that is multiplied by the patches.
    Matrix(Values),
}

impl Kernels {
    /// Kernels that each belong to a channel, channels × rows × columns; `None` where there are not as many.
    pub fn depthwise(layer: &Layer, weights: &[f32]) -> Option<Self> {
        let [channels, outputs] = layer.channels;
        let whole = channels == outputs && weights.len() == channels * layer.taps();
        (whole && layer.end.bias.len() == outputs).then(|| Self::Depthwise(weights.into()))
    }

    /// Kernels that sum over all channels, outputs × inputs × rows × columns; `None` where there are not as many, or
    /// where this processor has no faster way than the plain one.
    pub fn winograd(layer: &Layer, weights: &[f32]) -> Option<Self> {
        (layer.is_whole(weights) && winograd::suits(layer))
            .then(|| Self::Winograd(winograd::transformed(weights, layer.channels)))
    }

    /// Kernels of any size that sum over all channels, otherwise as those of [`Self::winograd`].
    pub fn matrix(layer: &Layer, weights: &[f32]) -> Option<Self> {
        (layer.is_whole(weights) && matrix::suits(layer))
            .then(|| Self::Matrix(matrix::arranged(weights, layer.channels[1])))
    }

    /// Convolves pictures of channels × height × width, one after the other, into such of `output`.
    pub fn run(&self, layer: &Layer, input: &[f32], output: &mut [f32]) {
        match self {
            Self::Depthwise(weights) => depthwise::run(layer, weights, input, output),
            Self::Winograd(weights) => winograd::run(layer, weights, input, output),
            Self::Matrix(weights) => matrix::run(layer, weights, input, output),
        }
    }
}

impl Layer {
    fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Whether there are as many weights and biases as kernels that sum over all channels have.
    fn is_whole(&self, weights: &[f32]) -> bool {
        let [inputs, outputs] = self.channels;
        weights.len() == inputs * outputs * self.taps() && self.end.bias.len() == outputs
    }

    /// Each picture of the input with that of the output.
    fn pictures<'a>(
        &self,
        input: &'a [f32],
        output: &'a mut [f32],
    ) -> impl Iterator<Item = (&'a [f32], &'a mut [f32])> {
        let [inputs, outputs] = self.channels;
        let inputs = input.chunks_exact(inputs * self.input[0] * self.input[1]);
        inputs.zip(output.chunks_exact_mut(outputs * self.output[0] * self.output[1]))
    }
}

#[cfg(test)]
mod tests;
