//! Convolutions as a product of two matrices: the kernels, a row each, and the patches that they read, a column each
//! (Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for Document Processing", 2006).
//!
//! Invariant: each value is summed in the order of its weights, whatever the number of patches.

use super::lanes::{self, LANES, able, product};
use super::phases::Phases;
use super::{Layer, Values};
use std::cell::RefCell;

/// Channels of the output that are computed together: with their sums, a panel and a weight they fit in 16 registers
/// of 256 bits.
const ROWS: usize = 6;
/// Lanes of the last panel where that is enough.
const FEW: usize = LANES / 2;
/// Most values of patches at a time: as much as a second-level cache holds beside the weights.
const VALUES: usize = 1 << 17;
/// Most values of the patches of one row, which are gathered together whatever their number.
const LONGEST: usize = 1 << 21;

/// What is kept from one convolution to the next, so that it need not be asked of the system again.
#[derive(Default)]
struct Scratch {
    /// The planes of a picture with their zeros, in phases.
    planes: Vec<f32>,
    /// What one tap reads.
    line: Vec<f32>,
    /// Patches: panels × channels × taps × lanes.
    patches: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The planes that are read, and how.
struct Planes<'p> {
    values: &'p [f32],
    /// Values from one channel to the next.
    size: usize,
    /// Values of a row.
    width: usize,
    /// Where each tap of the kernels begins to read.
    taps: &'p [usize],
    /// Rows and columns of the output. Where what a tap reads lies together these are rows of one.
    grid: [usize; 2],
}

/// Some rows of the output that are computed from the same patches.
#[derive(Clone, Copy)]
struct Strip {
    /// Values of a channel before the strip.
    start: usize,
    /// Values of a channel in it.
    size: usize,
}

/// Whether this is the way to compute a layer on this processor: with fewer values in a plane most lanes would be idle.
pub(super) fn suits(layer: &Layer) -> bool {
    let row = layer.output[1] * layer.channels[0] * layer.taps();
    able() && layer.output[0] * layer.output[1] >= LANES && (reads_whole(layer) || row <= LONGEST)
}

/// Whether the kernels read each plane as it is.
fn reads_whole(layer: &Layer) -> bool {
    layer.taps() == 1 && layer.strides == [1; 2] && layer.input == layer.output
}

/// Arranges kernels, so many outputs × all taps, in lots of [`ROWS`] outputs.
pub(super) fn arranged(weights: &[f32], outputs: usize) -> Values {
    let mut lots = Vec::new();
    lanes::arranged::<ROWS>(weights, weights.len() / outputs, &mut lots);
    lots.into()
}

/// Convolves each picture of `input` with kernels that were [`arranged`].
pub(super) fn run(layer: &Layer, weights: &[f32], input: &[f32], output: &mut [f32]) {
    let phases = Phases::of(layer);
    let whole = reads_whole(layer);
    SCRATCH.with_borrow_mut(|scratch| {
        let Scratch { planes, line, patches } = scratch;
        for (input, output) in layer.pictures(input, output) {
            let mut read = Planes {
                values: input,
                size: layer.input[0] * layer.input[1],
                width: 1,
                taps: &phases.taps,
                grid: [layer.output[0] * layer.output[1], 1],
            };
            if !whole {
                read.size = phases.size(layer);
                scatter(layer, &phases, input, planes);
                read = Planes { values: planes, width: phases.width, grid: layer.output, ..read };
            }
            for strip in read.strips(layer) {
                convolve(layer, weights, &read, strip, [line, patches], output);
            }
        }
    });
}

/// Copies all planes of a picture with their zeros.
fn scatter(layer: &Layer, phases: &Phases, input: &[f32], planes: &mut Vec<f32>) {
    let size = phases.size(layer);
    planes.clear();
    planes.resize(layer.channels[0] * size, 0.0);
    let inputs = input.chunks_exact(layer.input[0] * layer.input[1]);
    for (input, plane) in inputs.zip(planes.chunks_exact_mut(size)) {
        phases.scatter(layer, input, plane);
    }
}

fn convolve(
    layer: &Layer,
    weights: &[f32],
    planes: &Planes<'_>,
    strip: Strip,
    scratch: [&mut Vec<f32>; 2],
    output: &mut [f32],
) {
    #[cfg(target_arch = "x86_64")]
    if able() {
        // SAFETY: the processor has what the function is compiled for.
        #[expect(unsafe_code, reason = "the compiler can't see which processor it will be")]
        return unsafe { convolve_avx2(layer, weights, planes, strip, scratch, output) };
    }
    convolve_any(layer, weights, planes, strip, scratch, output);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn convolve_avx2(
    layer: &Layer,
    weights: &[f32],
    planes: &Planes<'_>,
    strip: Strip,
    scratch: [&mut Vec<f32>; 2],
    output: &mut [f32],
) {
    convolve_any(layer, weights, planes, strip, scratch, output);
}

#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
fn convolve_any(
    layer: &Layer,
    weights: &[f32],
    planes: &Planes<'_>,
    strip: Strip,
    [line, patches]: [&mut Vec<f32>; 2],
    output: &mut [f32],
) {
    planes.gather(layer, strip, line, patches);
    let depth = layer.channels[0] * planes.taps.len();
    let (weights, _) = weights.as_chunks::<ROWS>();
    let (patches, _) = patches.as_chunks::<LANES>();
    for (lot, weights) in weights.chunks_exact(depth).enumerate() {
        let mut at = 0;
        for values in patches.chunks_exact(depth).take(strip.size.div_ceil(LANES)) {
            let place = Strip { start: strip.start + at, size: (strip.size - at).min(LANES) };
            if place.size <= FEW {
                let sums = product::<ROWS, ROWS, FEW>(weights, 0, values);
                put(layer, lot * ROWS, place, &sums, output);
            } else {
                let sums = product::<ROWS, ROWS, LANES>(weights, 0, values);
                put(layer, lot * ROWS, place, &sums, output);
            }
            at += LANES;
        }
    }
}

impl Planes<'_> {
    fn strips(&self, layer: &Layer) -> impl Iterator<Item = Strip> + use<> {
        let [tall, wide] = self.grid;
        let most = VALUES / (layer.channels[0] * self.taps.len()) / wide;
        let strips = tall.div_ceil(most.clamp(1, tall));
        let rows = tall.div_ceil(strips);
        let rows = if wide == 1 { rows.next_multiple_of(LANES) } else { rows };
        (0..tall)
            .step_by(rows)
            .map(move |start| Strip { start: start * wide, size: rows.min(tall - start) * wide })
    }

    /// Puts the patches of a strip where the product finds them.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn gather(&self, layer: &Layer, strip: Strip, line: &mut Vec<f32>, patches: &mut Vec<f32>) {
        let depth = layer.channels[0] * self.taps.len();
        let size = strip.size.div_ceil(LANES) * depth * LANES;
        if patches.len() < size {
            patches.resize(size, 0.0);
        }
        let [_, wide] = self.grid;
        let first = strip.start / wide * self.width;
        let planes = self.values.chunks_exact(self.size).take(layer.channels[0]);
        let reads = planes.flat_map(|plane| self.taps.iter().map(move |tap| &plane[tap + first..]));
        for (number, read) in reads.enumerate() {
            if wide == self.width {
                spread(&read[..strip.size], patches, [number, depth]);
                continue;
            }
            line.clear();
            for row in read.chunks(self.width).take(strip.size / wide) {
                line.extend_from_slice(&row[..wide]);
            }
            spread(line, patches, [number, depth]);
        }
    }
}

/// Writes what one tap of so many reads: a part of each panel.
#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
fn spread(values: &[f32], patches: &mut [f32], [number, depth]: [usize; 2]) {
    let panels = patches[number * LANES..].chunks_mut(depth * LANES);
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut panels = panels.filter_map(|panel| panel.first_chunk_mut::<LANES>());
    for (values, panel) in whole.iter().zip(&mut panels) {
        *panel = *values;
    }
    if let Some(panel) = panels.next().filter(|_| !rest.is_empty()) {
        panel[..rest.len()].copy_from_slice(rest);
    }
}

/// Gives the sums of some channels, from `first` on, to the output.
#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
fn put<const WIDE: usize>(
    layer: &Layer,
    first: usize,
    place: Strip,
    sums: &[[f32; WIDE]; ROWS],
    output: &mut [f32],
) {
    let planes = output.chunks_exact_mut(layer.output[0] * layer.output[1]).skip(first);
    for ((plane, sums), bias) in planes.zip(sums).zip(&layer.end.bias[first..]) {
        let values = sums.map(|sum| sum + bias);
        let to = &mut plane[place.start..place.start + place.size];
        // the same twice: with a length that the compiler knows it becomes a few vector operations
        match to.first_chunk_mut::<WIDE>() {
            Some(to) => layer.end.give(to, &values),
            None => layer.end.give(to, &values),
        }
    }
}
