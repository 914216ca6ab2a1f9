//! Convolutions with kernels of 3 × 3 in steps of one, by Winograd's minimal filtering F(2 × 2, 3 × 3): 16
//! multiplications where 36 are written (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016,
//! section 4.1).
//!
//! The plane is cut into tiles of 2 × 2 outputs, each of 4 × 4 inputs. Both are transformed by additions; between
//! them the channels are summed, which is a product of matrices for each of the 16 places of a tile.
//!
//! Invariant: values differ from those of the plain sum by its own rounding errors only: the transforms have no
//! other factors than 1 and, for the kernels, 1/2.

use super::lanes::{LANES, Lanes, able, lanes, product, put};
use super::{Layer, Values};
use std::cell::RefCell;
use std::slice;

/// Channels of the output whose weights lie together, and how many of them one pass computes: with its sums and the
/// two halves of the lanes it fits in 16 registers of 256 bits.
const ROWS: usize = 8;
const PASS: usize = 4;
/// Places in a tile of the input.
const PLACES: usize = 16;
/// Most transformed values at a time: as much as a second-level cache holds.
const VALUES: usize = 1 << 18;

/// What is kept from one convolution to the next, so that it need not be asked of the system again.
#[derive(Default)]
struct Scratch {
    /// Transformed inputs: places × panels × channels × lanes, and one more of lanes a place so that the places are
    /// not all in the same lines of the cache.
    values: Vec<f32>,
    /// Sums over the channels: places × rows × panels × lanes.
    sums: Vec<f32>,
    /// A padded row.
    line: Vec<f32>,
    /// A padded plane in four phases: even and odd rows × even and odd columns.
    phases: Vec<f32>,
    /// Transformed along the rows: even and odd rows × 4.
    halves: Vec<f32>,
    /// Transformed, with what does not belong to any tile.
    loose: Vec<f32>,
    /// A channel's outputs: 2 × 2 × panels × lanes.
    outputs: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// How a plane is cut into tiles.
struct Cut {
    /// Tiles of a row.
    wide: usize,
    /// Rows of tiles in the plane, and at a time.
    tall: usize,
    rows: usize,
    /// Values from one row of tiles to the next while the inputs are transformed: one of them is no tile.
    step: usize,
    /// Whether what is no tile is left out before the products: it is where that saves a panel.
    packed: bool,
    /// Lots of lanes.
    panels: usize,
    /// Values of a phase.
    phase: usize,
}

/// Whether this is the way to compute a layer on this processor.
pub(super) fn suits(layer: &Layer) -> bool {
    able() && layer.kernel == [3, 3] && layer.strides == [1, 1] && layer.channels[0] >= 4
}

/// Transforms kernels: from outputs × inputs × 3 × 3 to rows of [`ROWS`] outputs × places × inputs × outputs.
pub(super) fn transformed(weights: &[f32], [inputs, outputs]: [usize; 2]) -> Values {
    let side = |[a, b, c]: [f64; 3]| [a, 0.5 * (a + b + c), 0.5 * (a - b + c), c];
    let mut all = vec![0.0; outputs.div_ceil(ROWS) * PLACES * inputs * ROWS];
    for (number, kernel) in weights.as_chunks::<9>().0.iter().enumerate() {
        let (output, input) = (number / inputs, number % inputs);
        let kernel = kernel.map(f64::from);
        let (rows, _) = kernel.as_chunks::<3>();
        let rows = [0, 1, 2].map(|row| side(rows[row]));
        for column in 0..4 {
            let values = side(rows.map(|row| row[column]));
            for (row, value) in values.into_iter().enumerate() {
                let place = output / ROWS * PLACES + row * 4 + column;
                all[(place * inputs + input) * ROWS + output % ROWS] = value as f32;
            }
        }
    }
    all.into()
}

/// Convolves each picture of `input` with kernels that were [`transformed`].
pub(super) fn run(layer: &Layer, weights: &[f32], input: &[f32], output: &mut [f32]) {
    SCRATCH.with_borrow_mut(|scratch| {
        for (input, output) in layer.pictures(input, output) {
            picture(layer, weights, input, output, scratch);
        }
    });
}

fn picture(layer: &Layer, weights: &[f32], input: &[f32], output: &mut [f32], at: &mut Scratch) {
    #[cfg(target_arch = "x86_64")]
    if able() {
        // SAFETY: the processor has what the function is compiled for.
        #[expect(unsafe_code, reason = "the compiler can't see which processor it will be")]
        return unsafe { picture_avx2(layer, weights, input, output, at) };
    }
    picture_any(layer, weights, input, output, at);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn picture_avx2(
    layer: &Layer,
    weights: &[f32],
    input: &[f32],
    output: &mut [f32],
    at: &mut Scratch,
) {
    picture_any(layer, weights, input, output, at);
}

#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
fn picture_any(
    layer: &Layer,
    weights: &[f32],
    input: &[f32],
    output: &mut [f32],
    at: &mut Scratch,
) {
    let cut = Cut::of(layer);
    at.fit(layer.channels[0], &cut);
    let [inputs, outputs] = layer.channels;
    for start in (0..cut.tall).step_by(cut.rows) {
        let rows = cut.rows.min(cut.tall - start);
        let planes = input.chunks_exact(layer.input[0] * layer.input[1]);
        for (channel, plane) in planes.enumerate() {
            at.split(layer, &cut, plane, start, rows);
            at.along_rows(&cut, rows);
            at.along_columns(&cut, rows, [channel, inputs]);
        }
        let planes = output.chunks_exact_mut(layer.output[0] * layer.output[1]);
        for (channel, plane) in planes.enumerate().take(outputs) {
            if channel % ROWS == 0 {
                let weights = &weights[channel * PLACES * inputs..];
                at.products(&cut, &weights[..ROWS * PLACES * inputs], inputs);
            }
            at.back(&cut, channel % ROWS, layer.end.bias[channel]);
            at.place(layer, &cut, plane, start, rows);
        }
    }
}

impl Cut {
    fn of(layer: &Layer) -> Self {
        let [tall, wide] = layer.output.map(|size| size.div_ceil(2));
        let step = wide + 1;
        let most = (VALUES / PLACES / layer.channels[0]).max(LANES);
        let blocks = tall.div_ceil((most / step).clamp(1, tall));
        let rows = tall.div_ceil(blocks);
        let [loose, packed] = [rows * step - 1, rows * wide].map(|tiles| tiles.div_ceil(LANES));
        Self {
            wide,
            tall,
            rows,
            step,
            packed: packed < loose,
            panels: packed.min(loose),
            phase: ((rows + 1) * step).next_multiple_of(LANES) + LANES,
        }
    }

    /// Transformed values of a place.
    fn place(&self, channels: usize) -> usize {
        (self.panels * channels + 1) * LANES
    }
}

impl Scratch {
    fn fit(&mut self, channels: usize, cut: &Cut) {
        let panel = cut.panels * LANES;
        let grow = |values: &mut Vec<f32>, size: usize| {
            if values.len() < size {
                values.resize(size, 0.0);
            }
        };
        grow(&mut self.values, PLACES * cut.place(channels));
        grow(&mut self.sums, PLACES * ROWS * panel);
        grow(&mut self.line, 2 * cut.step);
        grow(&mut self.phases, 4 * cut.phase);
        grow(&mut self.halves, 8 * cut.phase);
        grow(&mut self.loose, PLACES * cut.phase);
        grow(&mut self.outputs, 4 * panel);
    }

    /// Cuts the rows of a padded plane that the tiles from row `start` on need into phases.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn split(&mut self, layer: &Layer, cut: &Cut, plane: &[f32], start: usize, rows: usize) {
        let (height, width) = (layer.input[0], layer.input[1]);
        let [above, left] = layer.before;
        let line = &mut self.line[..2 * cut.step];
        line.fill(0.0);
        let count = width.min((2 * cut.step).saturating_sub(left));
        for row in 0..2 * (rows + 1) {
            let (even, odd) = self.phases[row % 2 * 2 * cut.phase..].split_at_mut(cut.phase);
            let at = row / 2 * cut.step..(row / 2 + 1) * cut.step;
            let (even, odd) = (&mut even[at.clone()], &mut odd[at]);
            let from = (2 * start + row).checked_sub(above).filter(|&from| from < height);
            let Some(from) = from else {
                even.fill(0.0);
                odd.fill(0.0);
                continue;
            };
            line[left..left + count].copy_from_slice(&plane[from * width..from * width + count]);
            for ((pair, even), odd) in line.as_chunks::<2>().0.iter().zip(even).zip(odd) {
                (*even, *odd) = (pair[0], pair[1]);
            }
        }
    }

    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn along_rows(&mut self, cut: &Cut, rows: usize) {
        for odd in 0..2 {
            let (left, right) = self.phases[2 * odd * cut.phase..].split_at(cut.phase);
            for at in (0..(rows + 1) * cut.step).step_by(LANES) {
                let [a, b] = [lanes(left, at), lanes(left, at + 1)];
                let parts = differences([a, b], [lanes(right, at), lanes(right, at + 1)]);
                for (column, part) in parts.into_iter().enumerate() {
                    put(&mut self.halves, (4 * odd + column) * cut.phase + at, &part);
                }
            }
        }
    }

    /// Puts the transformed values of a channel, which is one of so many, where the products find them.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn along_columns(&mut self, cut: &Cut, rows: usize, [channel, channels]: [usize; 2]) {
        let place = cut.place(channels);
        for column in 0..4 {
            let even = &self.halves[column * cut.phase..(column + 1) * cut.phase];
            let odd = &self.halves[(4 + column) * cut.phase..(5 + column) * cut.phase];
            for (panel, at) in (0..rows * cut.step).step_by(LANES).enumerate() {
                let [a, b] = [lanes(even, at), lanes(even, at + cut.step)];
                let parts = differences([a, b], [lanes(odd, at), lanes(odd, at + cut.step)]);
                for (row, part) in parts.into_iter().enumerate() {
                    let number = row * 4 + column;
                    if cut.packed {
                        put(&mut self.loose, number * cut.phase + at, &part);
                    } else if panel < cut.panels {
                        let at = number * place + (panel * channels + channel) * LANES;
                        put(&mut self.values, at, &part);
                    }
                }
            }
        }
        if cut.packed {
            self.pack(cut, rows, [channel, channels]);
        }
    }

    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn pack(&mut self, cut: &Cut, rows: usize, [channel, channels]: [usize; 2]) {
        let places = self.values.chunks_exact_mut(cut.place(channels));
        for (loose, place) in self.loose.chunks_exact(cut.phase).zip(places).take(PLACES) {
            let tiles = loose.chunks_exact(cut.step).take(rows).flat_map(|row| &row[..cut.wide]);
            for (tile, &value) in tiles.enumerate() {
                place[(tile / LANES * channels + channel) * LANES + tile % LANES] = value;
            }
        }
    }

    /// The sums over the channels for [`ROWS`] channels of the output.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn products(&mut self, cut: &Cut, weights: &[f32], channels: usize) {
        let panel = cut.panels * LANES;
        let places = weights.chunks_exact(channels * ROWS);
        let sums = self.sums.chunks_exact_mut(ROWS * panel);
        let values = self.values.chunks_exact(cut.place(channels));
        for ((weights, sums), values) in places.zip(sums).zip(values) {
            let (weights, _) = weights.as_chunks::<ROWS>();
            let (values, _) = values.as_chunks::<LANES>();
            for (number, values) in values.chunks_exact(channels).take(cut.panels).enumerate() {
                for first in (0..ROWS).step_by(PASS) {
                    let found = product::<ROWS, PASS, LANES>(weights, first, values);
                    for (row, lanes) in found.iter().enumerate() {
                        put(sums, (first + row) * panel + number * LANES, lanes);
                    }
                }
            }
        }
    }

    /// The outputs of a channel, from its sums.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn back(&mut self, cut: &Cut, row: usize, bias: f32) {
        let panel = cut.panels * LANES;
        for at in (0..panel).step_by(LANES) {
            let sum = |place: usize| lanes(&self.sums, (place * ROWS + row) * panel + at);
            let columns =
                [0, 1, 2, 3].map(|c| added([sum(c), sum(4 + c), sum(8 + c), sum(12 + c)]));
            for y in 0..2 {
                let [a, b, c, d] = &columns;
                for (x, mut values) in added([&a[y], &b[y], &c[y], &d[y]]).into_iter().enumerate() {
                    for value in &mut values {
                        *value += bias;
                    }
                    put(&mut self.outputs, (2 * y + x) * panel + at, &values);
                }
            }
        }
    }

    /// Puts the outputs of a channel into its plane.
    #[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
    #[inline(always)]
    fn place(&self, layer: &Layer, cut: &Cut, plane: &mut [f32], start: usize, rows: usize) {
        let panel = cut.panels * LANES;
        let step = if cut.packed { cut.wide } else { cut.step };
        let lines = plane.chunks_exact_mut(layer.output[1]).skip(2 * start).take(2 * rows);
        for (number, line) in lines.enumerate() {
            let at = number % 2 * 2 * panel + number / 2 * step;
            let left = &self.outputs[at..at + cut.wide];
            let right = &self.outputs[at + panel..at + panel + cut.wide];
            let (pairs, last) = line.as_chunks_mut::<2>();
            for ((pair, &left), &right) in pairs.iter_mut().zip(left).zip(right) {
                layer.end.give(pair, &[left, right]);
            }
            if let Some(left) = left.last() {
                layer.end.give(last, slice::from_ref(left));
            }
        }
    }
}

/// The transform of an input along one axis, whose tiles begin at the even values: `Bᵀd` of the paper.
#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
fn differences([a, c]: [&Lanes; 2], [b, d]: [&Lanes; 2]) -> [Lanes; 4] {
    let mut parts = [[0.0; LANES]; 4];
    for lane in 0..LANES {
        parts[0][lane] = a[lane] - c[lane];
        parts[1][lane] = b[lane] + c[lane];
        parts[2][lane] = c[lane] - b[lane];
        parts[3][lane] = b[lane] - d[lane];
    }
    parts
}

/// The transform of sums along one axis to two outputs: `Aᵀm` of the paper.
#[expect(clippy::inline_always, reason = "to be compiled for the processor of its caller")]
#[inline(always)]
fn added([a, b, c, d]: [&Lanes; 4]) -> [Lanes; 2] {
    let mut outputs = [[0.0; LANES]; 2];
    for lane in 0..LANES {
        outputs[0][lane] = a[lane] + b[lane] + c[lane];
        outputs[1][lane] = b[lane] - c[lane] - d[lane];
    }
    outputs
}
