//! What a picture input is likely to want where nothing says it.
//!
//! Invariant: a guess is made only where nothing is known but the shape, and it is called a guess.

use super::Part;
use super::hub::IMAGENET;
use crate::scoring::engine::Port;
use crate::scoring::input::picture::axes;
use crate::scoring::input::{Crop, Filter, Layout, Preprocess, Resize};
use crate::scoring::tensor::Kind;

/// Settings that a guess would be about.
const KNOWN: [&str; 11] = [
    "resize",
    "resize_to",
    "crop_pct",
    "crop",
    "fill",
    "filter",
    "antialias",
    "rescale",
    "mean",
    "std",
    "exif",
];

/// Guesses from the only input; `numbered` tells that a list of classes is as Teachable Machine writes it.
pub fn guess(inputs: &[Port], numbered: bool, settled: &dyn Fn(&str) -> bool) -> Option<Part> {
    let [port] = inputs else { return None };
    let float = matches!(port.kind, Kind::F16 | Kind::F32);
    if !float || KNOWN.into_iter().any(settled) {
        return None;
    }
    let (layout, channels, sides) = axes(port, None).ok()?;
    if channels != Some(3) || sides != [Some(224); 2] {
        return None;
    }
    let (preprocess, why) = match layout {
        Layout::Nchw => (imagenet(), "3×224×224: prepared as for ImageNet"),
        Layout::Nhwc if numbered => (teachable(), "prepared as Teachable Machine does"),
        Layout::Nhwc => return None,
    };
    let note = format!("{why}, for nothing says how; set [preprocess] if that is wrong");
    Some(Part { preprocess, notes: vec![note], ..Part::default() })
}

/// torchvision's reference scripts, and the model zoo.
fn imagenet() -> Preprocess {
    let [mean, std] = IMAGENET.map(|values| Some(values.to_vec()));
    Preprocess {
        resize: Some(Resize::ShortSide),
        resize_to: Some([256; 2]),
        crop: Some(Crop::Center),
        filter: Some(Filter::Bilinear),
        mean,
        std,
        ..Preprocess::default()
    }
}

/// The code that Teachable Machine hands out: `ImageOps.fit` with Lanczos, then x / 127.5 − 1.
fn teachable() -> Preprocess {
    Preprocess {
        resize: Some(Resize::Fit),
        filter: Some(Filter::Lanczos),
        mean: Some(vec![0.5]),
        std: Some(vec![0.5]),
        ..Preprocess::default()
    }
}
