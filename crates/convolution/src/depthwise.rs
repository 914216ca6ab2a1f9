//! Convolutions of each channel with a kernel of its own, as mobile networks have them.
//!
//! Invariant: the values are those of tract's own operator, which adds in the same order. tract vectorises rows of
//! 8 values and more in steps of one; here a whole plane is one row, whatever its size and its step.

use super::Layer;

/// Values computed together: as many as fit in the registers of any processor with vectors of 128 bits.
const BLOCK: usize = 32;

/// Convolves each plane of `input`, whose kernels are `weights`.
pub(super) fn run(layer: &Layer, weights: &[u32], input: &[f32], output: &mut [f32]) {
    let phases = Phases::of(layer);
    let [height, width] = layer.output;
    let mut planes = vec![0.0; phases.plane * layer.strides[0] * layer.strides[1]];
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
            bias: f32::from_bits(layer.bias[channel]),
            limits: layer.limits.map(f32::from_bits),
        };
        convolve(&planes, &kernel, &mut row);
        let rows = row.chunks_exact(phases.width);
        for (to, from) in output.chunks_exact_mut(width).zip(rows) {
            to.copy_from_slice(&from[..width]);
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

impl Phases {
    /// The plane with its zeros, cut into one plane a phase of the strides, so that what a tap reads lies in one row.
    fn of(layer: &Layer) -> Self {
        let [kernel, strides, output] = [layer.kernel, layer.strides, layer.output];
        let size = |axis: usize| output[axis] + (kernel[axis] - 1) / strides[axis];
        let (height, width) = (size(0), size(1));
        // what a block at the end reads and throws away
        let plane = height * width + BLOCK + kernel[1];
        let taps = (0..kernel[0]).flat_map(|row| (0..kernel[1]).map(move |column| [row, column]));
        let begin = |[row, column]: [usize; 2]| {
            let phase = row % strides[0] * strides[1] + column % strides[1];
            phase * plane + row / strides[0] * width + column / strides[1]
        };
        Self { width, height, plane, taps: taps.map(begin).collect() }
    }

    /// Copies a plane of the input into its phases, whose borders are 0 already.
    fn scatter(&self, layer: &Layer, from: &[f32], to: &mut [f32]) {
        let [_, across] = layer.strides;
        for (row, values) in from.chunks_exact(layer.input[1]).enumerate() {
            let row = row + layer.before[0];
            let (phase, row) = (row % layer.strides[0] * across, row / layer.strides[0]);
            if row >= self.height {
                break;
            }
            let start = phase * self.plane + row * self.width;
            if across == 1 {
                let count = values.len().min(self.width - layer.before[1]);
                let start = start + layer.before[1];
                to[start..start + count].copy_from_slice(&values[..count]);
                continue;
            }
            for offset in 0..across {
                // the first column of this phase, in the input and in the phase
                let first = (offset + across - layer.before[1] % across) % across;
                let place = (first + layer.before[1]) / across;
                let start = start + offset * self.plane;
                let line = &mut to[start + place.min(self.width)..start + self.width];
                let values = values.iter().skip(first).step_by(across);
                line.iter_mut().zip(values).for_each(|(to, &from)| *to = from);
            }
        }
    }
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
    for (block, row) in row.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        let mut sums = [kernel.bias; BLOCK];
        for (&tap, &weight) in kernel.taps.iter().zip(kernel.weights) {
            let weight = f32::from_bits(weight);
            let values = planes.get(tap + block * BLOCK..).and_then(|v| v.first_chunk::<BLOCK>());
            for (sum, value) in sums.iter_mut().zip(values.unwrap_or(&[f32::NAN; BLOCK])) {
                *sum += weight * value;
            }
        }
        for (to, sum) in row.iter_mut().zip(sums) {
            *to = Layer::limited(kernel.limits, sum);
        }
    }
}
