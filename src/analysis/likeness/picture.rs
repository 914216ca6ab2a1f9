//! A picture as a vector: what lies where, its mean colour, which way its edges run, how sharp it is.

use crate::analysis::AnalysisError;
use std::f64::consts::PI;

/// Side of the grid of luminances.
const LAYOUT: usize = 8;
/// Side of the grid of cells that directions are counted in.
const CELLS: usize = 4;
/// Directions of a cell, half a circle.
const DIRECTIONS: usize = 8;
const EDGES: usize = CELLS * CELLS * DIRECTIONS;
const COLOUR: usize = LAYOUT * LAYOUT;
const EDGE: usize = COLOUR + 3;
const SHARP: usize = EDGE + EDGES;

/// Length of a [`picture_vector`].
pub const PICTURE_DIMS: usize = SHARP + 2;

/// The side to shrink a picture to for [`picture_vector`], in pixels: finer detail adds nothing but the blur of
/// larger pictures, and costs time.
pub const PICTURE_SIDE: usize = 32;

/// Squared lengths of the parts: what each adds to the cosine of a picture with itself. Measured on clothes
/// (Fashion-MNIST): edges tell kinds apart best; more of sharpness, from 0.25 to 1, finds more blurred pictures for
/// one that is blurred, at no cost for its kind.
const WEIGHTS: Weights = Weights { layout: 1.0, edges: 2.0, sharpness: 1.0 };

struct Weights {
    layout: f64,
    edges: f64,
    sharpness: f64,
}

/// The share of fine detail at which sharpness begins and ends, as natural logarithms.
const DETAIL: (f64, f64) = (-7.0, 0.0);
/// Luminances closer than this, of 0 to 1, are the same: less than one level of 8 bits.
const LEVEL: f64 = 1.0 / 512.0;

/// A vector of a small picture of 8-bit RGB pixels, row by row: of length 1, or zeros without pixels. Shrink
/// larger ones to [`PICTURE_SIDE`] by area first; any size is taken, and two sizes can be compared.
///
/// Its parts, each with its share of the squared length before they are brought to 1 together:
/// - layout, 1: means of the luminance (ITU-R BT.601) over 8×8 fields, less their mean, of length 1: the whole
///   picture at a glance, whatever its exposure (Torralba, Fergus & Freeman 2008, IEEE Trans. PAMI 30:1958,
///   found scenes and things from 32×32 pixels by it);
/// - colour, up to 0.25 for grey and 0.95 for pure colours: mean luminance less ½, mean red and mean blue less
///   luminance;
/// - edges, 2: histograms of gradient directions, weighted by magnitude, in 4×4 cells, shared between
///   neighbouring cells and directions, as root of their share (Dalal & Triggs 2005, CVPR, without blocks;
///   Arandjelović & Zisserman 2012, CVPR, for the root). Edges keep the shape of a thing when its brightness
///   changes, and cells let it shift a little, which pixels do not;
/// - sharpness, 1: the logarithm of the variance's share in what a 3×3 binomial filter takes away, as an angle
///   of half a circle, so that likeness falls with the difference. The other parts hardly see blur.
///
/// # Errors
/// Another number of pixels than width × height.
pub fn picture_vector(
    rgb: &[[u8; 3]],
    width: usize,
    height: usize,
) -> Result<[f32; PICTURE_DIMS], AnalysisError> {
    let expected = width.saturating_mul(height);
    if rgb.len() != expected {
        return Err(AnalysisError::Length { what: "pixels", found: rgb.len(), expected });
    }
    if rgb.is_empty() {
        return Ok([0.0; PICTURE_DIMS]);
    }
    let grey = Grey::new(rgb, width, height);
    let mut vector = [0.0; PICTURE_DIMS];
    vector[..COLOUR].copy_from_slice(&grey.layout());
    stretch(&mut vector[..COLOUR], WEIGHTS.layout);
    vector[COLOUR..EDGE].copy_from_slice(&colour(rgb));
    vector[EDGE..SHARP].copy_from_slice(&grey.edges());
    stretch(&mut vector[EDGE..SHARP], WEIGHTS.edges);
    vector[SHARP..].copy_from_slice(&grey.sharpness());
    stretch(&mut vector, 1.0);
    Ok(vector.map(|x| x as f32))
}

/// Brings a part to a squared length; leaves zeros.
fn stretch(part: &mut [f64], squared: f64) {
    let length = part.iter().map(|x| x * x).sum::<f64>();
    if length > 0.0 {
        let scale = (squared / length).sqrt();
        for x in part {
            *x *= scale;
        }
    }
}

fn luminance(pixel: [f64; 3]) -> f64 {
    0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
}

fn colour(rgb: &[[u8; 3]]) -> [f64; 3] {
    let mut mean = [0.0; 3];
    for pixel in rgb {
        for (mean, &level) in mean.iter_mut().zip(pixel) {
            *mean += f64::from(level) / 255.0 / rgb.len() as f64;
        }
    }
    let grey = luminance(mean);
    [grey - 0.5, mean[0] - grey, mean[2] - grey]
}

/// Luminances, 0 to 1, row by row, at least one, with a border of one pixel that repeats the outermost.
struct Grey {
    levels: Vec<f64>,
    width: usize,
    height: usize,
}

impl Grey {
    fn new(rgb: &[[u8; 3]], width: usize, height: usize) -> Self {
        let level = |pixel: &[u8; 3]| luminance(pixel.map(|v| f64::from(v) / 255.0));
        let mut levels = Vec::with_capacity((width + 2) * (height + 2));
        for y in 0..height + 2 {
            let row = y.clamp(1, height) - 1;
            let row = &rgb[row * width..(row + 1) * width];
            levels.extend(row.first().map(level));
            levels.extend(row.iter().map(level));
            levels.extend(row.last().map(level));
        }
        Self { levels, width, height }
    }

    /// The pixels from one left to one right of each, in the rows above, of and below it.
    fn around(&self, y: usize) -> impl Iterator<Item = [&[f64]; 3]> {
        let stride = self.width + 2;
        let rows = [0, 1, 2].map(|down| &self.levels[(y + down) * stride..][..stride]);
        (0..self.width).map(move |x| rows.map(|row| &row[x..x + 3]))
    }

    fn inner(&self) -> impl Iterator<Item = f64> {
        (0..self.height).flat_map(|y| self.around(y).map(|around| around[1][1]))
    }

    /// Means over fields by area, less the mean; zeros for a picture of one level.
    fn layout(&self) -> [f64; LAYOUT * LAYOUT] {
        let columns: Vec<Vec<(usize, f64)>> =
            (0..self.width).map(|x| overlaps(x, self.width).collect()).collect();
        let mut fields = [0.0; LAYOUT * LAYOUT];
        for y in 0..self.height {
            let mut line = [0.0; LAYOUT];
            for (around, columns) in self.around(y).zip(&columns) {
                for (column, wide) in columns {
                    line[*column] += wide * around[1][1];
                }
            }
            for (row, tall) in overlaps(y, self.height) {
                for (field, sum) in fields[row * LAYOUT..].iter_mut().zip(line) {
                    *field += tall * sum;
                }
            }
        }
        let mean = fields.iter().sum::<f64>() / fields.len() as f64;
        let fields = fields.map(|field| field - mean);
        if fields.iter().all(|field| field.abs() < LEVEL) { [0.0; _] } else { fields }
    }

    fn edges(&self) -> [f64; EDGES] {
        let columns: Vec<[(usize, f64); 2]> =
            (0..self.width).map(|x| cells_of(x, self.width)).collect();
        let mut cells = [0.0; EDGES];
        for y in 0..self.height {
            let rows = cells_of(y, self.height);
            for ([above, middle, below], columns) in self.around(y).zip(&columns) {
                let (right, down) = (middle[2] - middle[0], below[1] - above[1]);
                let magnitude = right.hypot(down);
                if magnitude < LEVEL {
                    continue;
                }
                let turn = down.atan2(right).rem_euclid(PI) / PI * DIRECTIONS as f64;
                let (first, rest) = (turn as usize, turn.fract());
                for (row, tall) in rows {
                    for (column, wide) in columns {
                        let cell = (row * CELLS + column) * DIRECTIONS;
                        let part = magnitude * tall * wide;
                        cells[cell + first % DIRECTIONS] += part * (1.0 - rest);
                        cells[cell + (first + 1) % DIRECTIONS] += part * rest;
                    }
                }
            }
        }
        cells.map(f64::sqrt)
    }

    /// A point on half a circle; zeros for a picture of one level.
    fn sharpness(&self) -> [f64; 2] {
        let pixels = (self.width * self.height) as f64;
        let mean = self.inner().sum::<f64>() / pixels;
        let all: f64 = self.inner().map(|level| (level - mean).powi(2)).sum();
        if all < LEVEL * LEVEL * pixels {
            return [0.0; 2];
        }
        // By binomial weights 1 2 1, both ways
        let line = |row: &[f64]| row[0] + 2.0 * row[1] + row[2];
        let detail = |[above, middle, below]: [&[f64]; 3]| {
            middle[1] - (line(above) + 2.0 * line(middle) + line(below)) / 16.0
        };
        let fine: f64 =
            (0..self.height).flat_map(|y| self.around(y).map(|a| detail(a).powi(2))).sum();
        // Without any detail −∞, which is as blurred as can be.
        let share = ((fine / all).ln() - DETAIL.0) / (DETAIL.1 - DETAIL.0);
        let (sin, cos) = (share.clamp(0.0, 1.0) * PI).sin_cos();
        [sin, cos].map(|x| x * WEIGHTS.sharpness.sqrt())
    }
}

/// The fields that pixel `at` of `of` lies in, with the part of each that it fills.
fn overlaps(at: usize, of: usize) -> impl Iterator<Item = (usize, f64)> {
    let scale = LAYOUT as f64 / of as f64;
    let (start, end) = (at as f64 * scale, (at + 1) as f64 * scale);
    let fields = start as usize..(end.ceil() as usize).min(LAYOUT);
    fields.map(move |i| (i, (end.min(i as f64 + 1.0) - start.max(i as f64)).max(0.0)))
}

/// The two cells whose centres are nearest to pixel `at` of `of`, with its share in each.
fn cells_of(at: usize, of: usize) -> [(usize, f64); 2] {
    let place = (at as f64 + 0.5) * CELLS as f64 / of as f64 - 0.5;
    let place = place.clamp(0.0, (CELLS - 1) as f64);
    let first = place as usize;
    [(first, 1.0 - place.fract()), ((first + 1).min(CELLS - 1), place.fract())]
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
