//! Convolutions of each channel with a kernel of its own, as mobile networks have them.
//!
//! Invariant: the values are those of tract's own operator, which adds in the same order. tract vectorises rows of
//! 8 values and more in steps of one; here a whole plane is one row, whatever its size and its step.

use super::Layer;
use super::phases::{Phases, SLACK};

/// Values computed together: as many as fit in the registers of any processor with vectors of 128 bits.
const BLOCK: usize = SLACK;

/// Convolves each plane of `input`, whose kernels are `weights`.
pub(super) fn run(layer: &Layer, weights: &[f32], input: &[f32], output: &mut [f32]) {
    let phases = Phases::of(layer);
    let [height, width] = layer.output;
    let mut planes = vec![0.0; phases.size(layer)];
    let mut row = vec![0.0; (height * phases.width).next_multiple_of(BLOCK)];
    let taps = phases.taps.len();
    let inputs = input.chunks_exact(layer.input[0] * layer.input[1]);
    let outputs = output.chunks_exact_mut(height * width);
    for (number, (input, output)) in inputs.zip(outputs).enumerate() {
        let channel = number % layer.channels[0];
        phases.scatter(layer, input, &mut planes);
        let kernel = Kernel {
            taps: &phases.taps,
            weights: &weights[channel * taps..(channel + 1) * taps],
            bias: layer.end.bias[channel],
        };
        convolve(&planes, &kernel, &mut row);
        let rows = row.chunks_exact(phases.width);
        for (to, from) in output.chunks_exact_mut(width).zip(rows) {
            layer.end.give(to, from);
        }
    }
}

/// The kernel of one channel.
struct Kernel<'k> {
    taps: &'k [usize],
    weights: &'k [f32],
    bias: f32,
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
    for (block, row) in row.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        let mut sums = [kernel.bias; BLOCK];
        for (&tap, &weight) in kernel.taps.iter().zip(kernel.weights) {
            let values = planes.get(tap + block * BLOCK..).and_then(|v| v.first_chunk::<BLOCK>());
            for (sum, value) in sums.iter_mut().zip(values.unwrap_or(&[f32::NAN; BLOCK])) {
                *sum += weight * value;
            }
        }
        *row = sums;
    }
}
