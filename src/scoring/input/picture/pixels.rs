//! From a decoded picture to interleaved 8-bit pixels of one or three channels.
//!
//! Invariant: equal to Pillow's `convert("RGB")` and `convert("L")`, but for 16 bits of grey, which Pillow
//! clips at 255: here the high byte counts, as it does in colour.

use super::super::Alpha;
use image::{DynamicImage, Rgba};
use std::borrow::Cow;

/// Interleaved pixels.
pub struct Pixels<'a> {
    /// Height × width × channels.
    pub levels: Cow<'a, [u8]>,
    /// 1 or 3; a grey picture has one whatever the model takes.
    pub channels: usize,
}

/// The pixels of a picture for a model of `channels` channels.
pub fn pixels(image: &DynamicImage, channels: usize, alpha: Alpha) -> Pixels<'_> {
    if alpha == Alpha::White && image.color().has_alpha() {
        return flat(image, channels);
    }
    if !image.color().has_color() {
        return Pixels { levels: grey(image), channels: 1 };
    }
    let colour = rgb(image);
    if channels == 1 {
        return Pixels { levels: colour.chunks_exact(3).map(luma).collect(), channels: 1 };
    }
    Pixels { levels: colour, channels: 3 }
}

fn rgb(image: &DynamicImage) -> Cow<'_, [u8]> {
    match image {
        DynamicImage::ImageRgb8(rgb) => Cow::Borrowed(rgb.as_raw()),
        DynamicImage::ImageRgb16(rgb) => rgb.as_raw().iter().copied().map(high).collect(),
        DynamicImage::ImageRgba16(rgba) => {
            rgba.as_raw().chunks_exact(4).flat_map(|p| p[..3].iter().copied().map(high)).collect()
        }
        other => Cow::Owned(other.to_rgb8().into_raw()),
    }
}

fn grey(image: &DynamicImage) -> Cow<'_, [u8]> {
    match image {
        DynamicImage::ImageLuma8(grey) => Cow::Borrowed(grey.as_raw()),
        DynamicImage::ImageLuma16(grey) => grey.as_raw().iter().copied().map(high).collect(),
        DynamicImage::ImageLumaA16(grey) => {
            grey.as_raw().chunks_exact(2).map(|p| high(p[0])).collect()
        }
        other => Cow::Owned(other.to_luma8().into_raw()),
    }
}

fn high(value: u16) -> u8 {
    (value >> 8) as u8
}

/// Luma after ITU-R BT.601 in Pillow's fixed point: models were trained on that. The image crate weighs
/// after BT.709, which is up to 33 levels off.
fn luma(rgb: &[u8]) -> u8 {
    const WEIGHTS: [u32; 3] = [19_595, 38_470, 7_471];
    let sum: u32 = rgb.iter().zip(WEIGHTS).map(|(&v, w)| u32::from(v) * w).sum();
    ((sum + 0x8000) >> 16) as u8
}

/// The picture laid on white.
fn flat(image: &DynamicImage, channels: usize) -> Pixels<'static> {
    let laid = |&Rgba([r, g, b, a]): &Rgba<u8>| {
        let (opaque, clear) = (u32::from(a), 255 * (255 - u32::from(a)));
        [r, g, b].map(|v| ((u32::from(v) * opaque + clear + 127) / 255) as u8)
    };
    let rgba = image.to_rgba8();
    if channels == 1 {
        return Pixels { levels: rgba.pixels().map(|p| luma(&laid(p))).collect(), channels: 1 };
    }
    Pixels { levels: rgba.pixels().flat_map(laid).collect(), channels: 3 }
}
