//! Which part of a picture goes where in the model's input.
//!
//! Invariant: the rounding is that of the tool a setting comes from, so that no pixel is off by one:
//! torchvision cuts the long side off (`int`) and rounds the crop half to even, transformers cuts both off,
//! timm rounds the sides half to even where it keeps the shape of a size that is no square, or pads.

use super::super::{Crop, Preprocess, Resize};
use super::frame::{Frame, check_sides};
use crate::scoring::error::ModelProblem;

/// How pictures of all sizes get the size of the input.
#[derive(Debug, Clone, Copy)]
pub struct Geometry {
    resize: Resize,
    crop: Crop,
    /// Height and width that `resize` aims at.
    before: [f64; 2],
    /// Whether those are the same.
    square: bool,
    /// Height and width of the input.
    size: [f64; 2],
}

/// One axis of a picture: `length` source pixels from `start` on become `pixels` of the input from `at` on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Where it begins in the picture.
    pub start: f64,
    /// How much of the picture it is.
    pub length: f64,
    /// Where it begins in the input.
    pub at: u32,
    /// How long it is there.
    pub pixels: u32,
}

impl Geometry {
    /// # Errors
    /// Settings that exclude each other or that are out of range.
    pub fn new(frame: &Frame, preprocess: &Preprocess) -> Result<Self, ModelProblem> {
        let refuse = |text: &str| Err(ModelProblem::Preprocess(text.to_owned()));
        let size = [frame.height, frame.width];
        let before = match (preprocess.resize_to, preprocess.crop_pct) {
            (Some(_), Some(_)) => return refuse("give `resize_to` or `crop_pct`, not both"),
            (Some(sides), None) => sides,
            (None, Some(share)) if share > 0.0 && share <= 1.0 => {
                size.map(|side| (f64::from(side) / share).floor() as u32)
            }
            (None, Some(_)) => return refuse("`crop_pct` must be above 0 and at most 1"),
            (None, None) => size,
        };
        let before = check_sides("resize_to", before)?;
        let resize = preprocess.resize.unwrap_or(Resize::Stretch);
        let larger = before != size || matches!(resize, Resize::ShortSide | Resize::LongSidePad);
        let crop = preprocess.crop.unwrap_or(if larger { Crop::Center } else { Crop::None });
        if crop == Crop::None && before != size {
            return refuse("`resize_to` without a crop must be the size");
        }
        let square = before[0] == before[1];
        let [before, size] = [before, size].map(|sides| sides.map(f64::from));
        Ok(Self { resize, crop, before, square, size })
    }

    /// Where the rows (first) and columns (second) of a picture go.
    ///
    /// # Errors
    /// A picture that does not fit and may not be cut.
    pub fn spans(&self, height: u32, width: u32) -> Result<[Span; 2], String> {
        let full = [height, width].map(f64::from);
        let source = if self.resize == Resize::Fit { self.fitted(full) } else { full };
        let scaled = self.scaled(full);
        if self.crop == Crop::None && differ(scaled, self.size) {
            let [h, w] = scaled;
            let [wanted_h, wanted_w] = self.size;
            return Err(format!(
                "the picture is {w}×{h}, the model takes {wanted_w}×{wanted_h}, and [preprocess] has \
                 neither a resize nor a crop for it"
            ));
        }
        Ok([0, 1].map(|axis| self.span(full[axis], source[axis], scaled[axis], self.size[axis])))
    }

    /// Height and width of the picture once it is resized, whole numbers.
    fn scaled(&self, [height, width]: [f64; 2]) -> [f64; 2] {
        let [to_height, to_width] = self.before;
        let keep =
            |ratio: f64| [height, width].map(|side| (side / ratio).round_ties_even().max(1.0));
        match self.resize {
            Resize::Stretch | Resize::Fit => self.before,
            Resize::None => [height, width],
            Resize::ShortSide if self.square => {
                let short = height.min(width);
                [height, width].map(|side| (to_height * side / short).floor())
            }
            Resize::ShortSide => keep((height / to_height).min(width / to_width)),
            Resize::LongSidePad => keep((height / to_height).max(width / to_width)),
        }
    }

    /// The largest height and width of the target's shape, after Pillow's `ImageOps.fit`.
    fn fitted(&self, [height, width]: [f64; 2]) -> [f64; 2] {
        let wanted = self.before[1] / self.before[0];
        let shape = width / height;
        // a rounding must not reach beyond the picture
        if shape >= wanted {
            [height, width.min(wanted * height)]
        } else {
            [height.min(width / wanted), width]
        }
    }

    fn span(&self, full: f64, source: f64, scaled: f64, wanted: f64) -> Span {
        let first = (full - source) * 0.5;
        if scaled < wanted {
            let at = ((wanted - scaled) / 2.0).floor() as u32;
            return Span { start: first, length: source, at, pixels: scaled as u32 };
        }
        let half = (scaled - wanted) / 2.0;
        let offset =
            if self.crop == Crop::CenterFloor { half.floor() } else { half.round_ties_even() };
        let start = first + offset * source / scaled;
        // roundings must not reach beyond the picture
        let length = (wanted * source / scaled).min(full - start);
        Span { start, length, at: 0, pixels: wanted as u32 }
    }
}

/// Whether whole numbers differ.
fn differ(a: [f64; 2], b: [f64; 2]) -> bool {
    a.iter().zip(b).any(|(a, b)| (a - b).abs() > 0.5)
}
