//! From a decoded picture to the tensor a model takes.
//!
//! Invariant: equal to Pillow's `convert`, `resize` and crop, then (level × rescale − mean) / std, to 1/255
//! on average. A picture that already has the model's size keeps its exact levels.

mod frame;
mod geometry;
mod levels;
mod pixels;

pub use frame::{Frame, axes};

use super::{Alpha, Filter, Layout, Preprocess};
use crate::scoring::engine::Port;
use crate::scoring::error::ModelProblem;
use crate::scoring::tensor::Tensor;
use fast_image_resize as fir;
use geometry::{Geometry, Span};
use image::DynamicImage;
use levels::Levels;
use pixels::Pixels;
use std::borrow::Cow;

/// Turns pictures into the input of one model.
#[derive(Debug)]
pub struct Preparer {
    frame: Frame,
    geometry: Geometry,
    levels: Levels,
    algorithm: fir::ResizeAlg,
    /// The colour beyond the picture, red first.
    fill: [u8; 3],
    alpha: Alpha,
    exif: bool,
}

impl Preparer {
    /// For a model's input, with what the project says about it.
    ///
    /// # Errors
    /// An input that takes no pictures; settings that are missing, impossible, or against the model.
    pub fn new(port: &Port, preprocess: &Preprocess) -> Result<Self, ModelProblem> {
        let frame = Frame::new(port, preprocess)?;
        Ok(Self {
            frame,
            geometry: Geometry::new(&frame, preprocess)?,
            levels: Levels::new(frame, port, preprocess)?,
            algorithm: algorithm(
                preprocess.filter.unwrap_or(Filter::Bilinear),
                preprocess.antialias.unwrap_or(true),
            ),
            fill: fill(preprocess.fill.as_deref())?,
            alpha: preprocess.alpha.unwrap_or(Alpha::Drop),
            exif: preprocess.exif.unwrap_or(false),
        })
    }

    /// Whether it takes pictures turned as their camera says.
    pub fn exif(&self) -> bool {
        self.exif
    }

    /// The shape of the input in words.
    pub fn describe(&self) -> String {
        let Frame { layout, channels, height, width } = self.frame;
        let axes = if layout == Layout::Nchw { "NCHW" } else { "NHWC" };
        format!("{channels}×{height}×{width} {axes}")
    }

    /// The input of one picture, [1, C, H, W] or [1, H, W, C].
    ///
    /// # Errors
    /// A picture without pixels, or one that does not fit and may not be resized.
    pub fn prepare(
        &self,
        image: &DynamicImage,
        resizer: &mut fir::Resizer,
    ) -> Result<Tensor, String> {
        let (width, height) = (image.width(), image.height());
        if width == 0 || height == 0 {
            return Err("the picture has no pixels".to_owned());
        }
        let [rows, columns] = self.geometry.spans(height, width)?;
        let pixels = pixels::pixels(image, self.frame.channels, self.alpha);
        let whole = [whole(rows, height), whole(columns, width)] == [true, true];
        let part = if whole {
            pixels
        } else {
            let cut = self.cut(&pixels, [height, width], [rows, columns], resizer);
            cut.map_err(|e| e.to_string())?
        };
        let pixels = self.framed(part, [rows, columns]);
        self.levels.tensor(&pixels).ok_or_else(|| "the picture has no such pixels".to_owned())
    }

    /// Two inputs to try a model with: mid-grey, and noise that is the same every time.
    pub fn test_inputs(&self) -> Option<[Tensor; 2]> {
        let channels = self.frame.channels;
        let len = self.frame.area() * channels;
        let tensor =
            |levels: Vec<u8>| self.levels.tensor(&Pixels { levels: Cow::Owned(levels), channels });
        Some([tensor(vec![128; len])?, tensor(noise().take(len).collect())?])
    }

    /// The part of the picture that the spans name, resized.
    fn cut<'p>(
        &self,
        pixels: &Pixels<'_>,
        [height, width]: [u32; 2],
        [rows, columns]: [Span; 2],
        resizer: &mut fir::Resizer,
    ) -> Result<Pixels<'p>, Box<dyn std::error::Error>> {
        let channels = pixels.channels;
        let kind = if channels == 1 { fir::PixelType::U8 } else { fir::PixelType::U8x3 };
        let source = fir::images::ImageRef::new(width, height, &pixels.levels, kind)?;
        let options = fir::ResizeOptions::new().resize_alg(self.algorithm);
        // one axis a call: fast_image_resize 6.1 reads beyond its buffer where a crop makes the filter's first
        // or last weight zero and both axes are resized together; the values are the same
        let mut between = fir::images::Image::new(width, rows.pixels, kind);
        let down = options.crop(0.0, rows.start, f64::from(width), rows.length);
        resizer.resize(&source, &mut between, &down)?;
        let mut target = fir::images::Image::new(columns.pixels, rows.pixels, kind);
        let across = options.crop(columns.start, 0.0, columns.length, f64::from(rows.pixels));
        resizer.resize(&between, &mut target, &across)?;
        Ok(Pixels { levels: Cow::Owned(target.into_vec()), channels })
    }

    /// The part in the middle of the filled frame, if it does not cover that.
    fn framed<'p>(&self, cut: Pixels<'p>, [rows, columns]: [Span; 2]) -> Pixels<'p> {
        let Frame { height, width, .. } = self.frame;
        if [rows.pixels, columns.pixels] == [height, width] {
            return cut;
        }
        // a colour around a grey picture needs three channels
        let plain = self.fill.iter().all(|&v| v == self.fill[0]) || self.frame.channels == 1;
        let channels = if plain { cut.channels } else { 3 };
        let mut canvas: Vec<u8> = self.fill[..channels]
            .iter()
            .copied()
            .cycle()
            .take(self.frame.area() * channels)
            .collect();
        let stride = width as usize * channels;
        let lines = cut.levels.chunks_exact(columns.pixels as usize * cut.channels);
        for (line, into) in lines.zip(canvas.chunks_exact_mut(stride).skip(rows.at as usize)) {
            let into = &mut into[columns.at as usize * channels..];
            let spread = line.iter().flat_map(|&v| std::iter::repeat_n(v, channels / cut.channels));
            into.iter_mut().zip(spread).for_each(|(to, from)| *to = from);
        }
        Pixels { levels: Cow::Owned(canvas), channels }
    }
}

/// Whether a span is a side of the picture as it is.
fn whole(span: Span, side: u32) -> bool {
    span == Span { start: 0.0, length: f64::from(side), at: 0, pixels: side }
}

fn fill(given: Option<&[u8]>) -> Result<[u8; 3], ModelProblem> {
    match given {
        None => Ok([0; 3]),
        Some(&[one]) => Ok([one; 3]),
        Some(&[r, g, b]) => Ok([r, g, b]),
        Some(_) => Err(ModelProblem::Preprocess("`fill` takes 1 or 3 values".to_owned())),
    }
}

/// Pillow's filters are convolutions over all source pixels, so that shrinking does not alias; without
/// antialiasing the kernel keeps its size.
fn algorithm(filter: Filter, antialias: bool) -> fir::ResizeAlg {
    let kernel = match filter {
        Filter::Nearest => return fir::ResizeAlg::Nearest,
        Filter::Box => fir::FilterType::Box,
        Filter::Bilinear => fir::FilterType::Bilinear,
        Filter::Hamming => fir::FilterType::Hamming,
        Filter::Bicubic if !antialias => fir::Filter::new("cubic", sharp_cubic, 2.0)
            .map_or(fir::FilterType::CatmullRom, fir::FilterType::Custom),
        Filter::Bicubic => fir::FilterType::CatmullRom,
        Filter::Lanczos => fir::FilterType::Lanczos3,
    };
    if antialias {
        fir::ResizeAlg::Convolution(kernel)
    } else {
        fir::ResizeAlg::Interpolation(kernel)
    }
}

/// Keys' cubic kernel with a = −0.75 (R. Keys, 1981), as `PyTorch` and `OpenCV` interpolate.
fn sharp_cubic(x: f64) -> f64 {
    const A: f64 = -0.75;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

/// Bytes of a xorshift generator (G. Marsaglia, 2003).
fn noise() -> impl Iterator<Item = u8> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 56) as u8
    })
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
