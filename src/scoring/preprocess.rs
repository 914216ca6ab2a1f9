//! From a decoded picture to the values a model takes.
//!
//! Invariant: equal to `Pillow`'s `convert`, then `resize` (bilinear), then `(x / 255 - mean) / std`
//! in float32. A picture that already has the model's size and channels keeps its exact values.

use super::error::ModelProblem;
use fast_image_resize as fir;
use image::DynamicImage;
use std::borrow::Cow;

/// `[preprocess]` of `gaffe.toml`: what the model does not say itself.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preprocess {
    /// Height and width in pixels; needed where the model leaves them open.
    pub size: Option<[u32; 2]>,
    /// 1 (grey) or 3 (RGB); needed where the model leaves it open.
    pub channels: Option<u8>,
    /// Subtracted after dividing by 255: one value, or one a channel. 0 if absent.
    pub mean: Option<Vec<f32>>,
    /// Divided by after that: one value, or one a channel. 1 if absent.
    pub std: Option<Vec<f32>>,
}

/// Where the channels are in the model's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axes {
    /// [N, C, H, W]
    Nchw,
    /// [N, H, W, C]
    Nhwc,
}

/// The picture a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub axes: Axes,
    pub channels: usize,
    pub height: u32,
    pub width: u32,
}

impl Layout {
    /// The shape of the input tensor for one picture.
    pub fn shape(&self) -> [usize; 4] {
        let (c, h, w) = (self.channels, self.height as usize, self.width as usize);
        match self.axes {
            Axes::Nchw => [1, c, h, w],
            Axes::Nhwc => [1, h, w, c],
        }
    }

    /// Number of values of one picture.
    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }
}

/// Turns pictures into input values of one layout.
#[derive(Debug)]
pub(super) struct Preparer {
    layout: Layout,
    /// For each channel the input value of each of the 256 levels.
    levels: Vec<[f32; 256]>,
}

impl Preparer {
    /// # Errors
    /// A mean or std of another length than 1 or the number of channels, or of impossible values.
    pub fn new(layout: Layout, preprocess: &Preprocess) -> Result<Self, ModelProblem> {
        let mean = per_channel("mean", preprocess.mean.as_deref(), 0.0, layout.channels)?;
        let std = per_channel("std", preprocess.std.as_deref(), 1.0, layout.channels)?;
        if std.contains(&0.0) {
            return Err(ModelProblem::Preprocess("`std` must not be 0".to_owned()));
        }
        // the mean of values from 0 to 1: above that it is one of levels from 0 to 255
        if let Some(high) = mean.iter().find(|&&m| m > 1.0) {
            let text = format!("`mean` holds {high}; it is applied after dividing by 255");
            return Err(ModelProblem::Preprocess(text));
        }
        let level = |c: usize, v: usize| (v as f32 / 255.0 - mean[c]) / std[c];
        let levels = (0..layout.channels).map(|c| std::array::from_fn(|v| level(c, v))).collect();
        Ok(Self { layout, levels })
    }

    pub fn shape(&self) -> [usize; 4] {
        self.layout.shape()
    }

    pub fn describe(&self) -> String {
        let Layout { axes, channels, height, width } = self.layout;
        let axes = if axes == Axes::Nchw { "NCHW" } else { "NHWC" };
        format!("{channels}×{height}×{width} {axes}")
    }

    pub fn tests(&self) -> [super::Tensor; 2] {
        super::plan::test_images(self.layout.len())
            .map(|p| super::Tensor::f32(&self.layout.shape(), self.values(&p)).unwrap())
    }

    pub fn tensor(
        &self,
        image: &DynamicImage,
        resizer: &mut fir::Resizer,
    ) -> Result<super::Tensor, String> {
        super::Tensor::f32(&self.layout.shape(), self.prepare(image, resizer)?)
            .ok_or_else(String::new)
    }

    /// The input values of a picture.
    ///
    /// # Errors
    /// A picture without pixels.
    pub fn prepare(
        &self,
        image: &DynamicImage,
        resizer: &mut fir::Resizer,
    ) -> Result<Vec<f32>, String> {
        let (width, height) = (image.width(), image.height());
        if width == 0 || height == 0 {
            return Err("the picture has no pixels".to_owned());
        }
        let pixels = if self.layout.channels == 1 { grey(image) } else { rgb(image) };
        if (width, height) == (self.layout.width, self.layout.height) {
            return Ok(self.values(&pixels));
        }
        let scaled = self.resize(&pixels, width, height, resizer).map_err(|e| e.to_string())?;
        Ok(self.values(scaled.buffer()))
    }

    /// Interleaved pixels, as many as the layout has, in the order and range of the model.
    pub fn values(&self, pixels: &[u8]) -> Vec<f32> {
        let channels = self.layout.channels;
        let value = |(i, &p): (usize, &u8)| self.levels[i % channels][usize::from(p)];
        match self.layout.axes {
            Axes::Nhwc => pixels.iter().enumerate().map(value).collect(),
            Axes::Nchw => (0..channels)
                .flat_map(|c| pixels.iter().enumerate().skip(c).step_by(channels).map(value))
                .collect(),
        }
    }

    fn resize(
        &self,
        pixels: &[u8],
        width: u32,
        height: u32,
        resizer: &mut fir::Resizer,
    ) -> Result<fir::images::Image<'static>, Box<dyn std::error::Error>> {
        let kind =
            if self.layout.channels == 1 { fir::PixelType::U8 } else { fir::PixelType::U8x3 };
        let source = fir::images::ImageRef::new(width, height, pixels, kind)?;
        let mut target = fir::images::Image::new(self.layout.width, self.layout.height, kind);
        // a convolution over all source pixels, so that shrinking does not alias
        let bilinear = fir::ResizeAlg::Convolution(fir::FilterType::Bilinear);
        let options = fir::ResizeOptions::new().resize_alg(bilinear);
        resizer.resize(&source, &mut target, &options)?;
        Ok(target)
    }
}

fn per_channel(
    key: &str,
    given: Option<&[f32]>,
    absent: f32,
    channels: usize,
) -> Result<Vec<f32>, ModelProblem> {
    let values = match given {
        None => vec![absent; channels],
        Some(&[one]) => vec![one; channels],
        Some(all) if all.len() == channels => all.to_vec(),
        Some(all) => {
            let text = format!("`{key}` has {} values, the model {channels} channels", all.len());
            return Err(ModelProblem::Preprocess(text));
        }
    };
    match values.iter().find(|v| !v.is_finite()) {
        Some(v) => Err(ModelProblem::Preprocess(format!("`{key}` holds {v}"))),
        None => Ok(values),
    }
}

fn rgb(image: &DynamicImage) -> Cow<'_, [u8]> {
    match image {
        DynamicImage::ImageRgb8(rgb) => Cow::Borrowed(rgb.as_raw()),
        other => Cow::Owned(other.to_rgb8().into_raw()),
    }
}

/// Luma after ITU-R BT.601 in `Pillow`'s fixed point: models were trained on that. The image crate
/// weighs after BT.709, which is up to 33 levels off.
fn grey(image: &DynamicImage) -> Cow<'_, [u8]> {
    match image {
        DynamicImage::ImageLuma8(grey) => Cow::Borrowed(grey.as_raw()),
        colour if colour.color().has_color() => {
            Cow::Owned(rgb(colour).chunks_exact(3).map(luma).collect())
        }
        other => Cow::Owned(other.to_luma8().into_raw()),
    }
}

fn luma(rgb: &[u8]) -> u8 {
    const WEIGHTS: [u32; 3] = [19_595, 38_470, 7_471];
    let sum: u32 = rgb.iter().zip(WEIGHTS).map(|(&v, w)| u32::from(v) * w).sum();
    ((sum + 0x8000) >> 16) as u8
}
