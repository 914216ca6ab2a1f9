//! Changes of the preprocessing that are worth trying.
//!
//! Invariant: each is one thing that people get wrong, on top of what is set.

use crate::scoring::found::{HALF, IMAGENET};
use crate::scoring::input::{Crop, Filter, Order, Preprocess, Resize};

/// The settings with each change that makes a difference.
pub fn changes(given: &Preprocess) -> Vec<Preprocess> {
    let all = [colours(given), ranges(given), shapes(given), filters(given)].concat();
    all.into_iter().filter(|changed| changed != given).collect()
}

fn colours(given: &Preprocess) -> Vec<Preprocess> {
    let order = if given.order == Some(Order::Bgr) { Order::Rgb } else { Order::Bgr };
    let turned = !given.exif.unwrap_or(false);
    vec![
        Preprocess { order: Some(order), ..given.clone() },
        Preprocess { exif: Some(turned), ..given.clone() },
    ]
}

/// Levels from 0 to 1 with the usual means, or as they are.
fn ranges(given: &Preprocess) -> Vec<Preprocess> {
    let with = |rescale: f64, mean: &[f64], std: &[f64]| Preprocess {
        rescale: Some(rescale),
        mean: Some(mean.to_vec()),
        std: Some(std.to_vec()),
        ..given.clone()
    };
    let unit = 1.0 / 255.0;
    vec![
        with(unit, &[0.0], &[1.0]),
        with(unit, &IMAGENET[0], &IMAGENET[1]),
        with(unit, &HALF[0][..1], &HALF[1][..1]),
        with(1.0, &[0.0], &[1.0]),
        // Caffe's, as Keras' ResNet and VGG take them
        Preprocess { order: Some(Order::Bgr), ..with(1.0, &[103.939, 116.779, 123.68], &[1.0]) },
    ]
}

fn shapes(given: &Preprocess) -> Vec<Preprocess> {
    let with = |resize, crop, crop_pct| Preprocess {
        resize: Some(resize),
        crop,
        crop_pct,
        resize_to: None,
        fill: None,
        ..given.clone()
    };
    vec![
        with(Resize::Stretch, None, None),
        with(Resize::ShortSide, Some(Crop::Center), None),
        with(Resize::ShortSide, Some(Crop::Center), Some(0.875)),
        with(Resize::LongSidePad, None, None),
    ]
}

fn filters(given: &Preprocess) -> Vec<Preprocess> {
    let with = |filter, antialias| Preprocess {
        filter: Some(filter),
        antialias: Some(antialias),
        ..given.clone()
    };
    vec![
        with(Filter::Bilinear, true),
        with(Filter::Bicubic, true),
        with(Filter::Lanczos, true),
        with(Filter::Bilinear, false),
        with(Filter::Nearest, true),
    ]
}

/// What `[preprocess]` must say to have `wanted` instead of `given`.
pub fn lines(given: &Preprocess, wanted: &Preprocess) -> Vec<String> {
    let table = |of: &Preprocess| toml::Table::try_from(of).unwrap_or_default();
    let (before, after) = (table(given), table(wanted));
    let set = after.iter().filter(|&(key, value)| before.get(key) != Some(value));
    let set = set.map(|(key, value)| format!("{key} = {value}"));
    let dropped = before.keys().filter(|&key| !after.contains_key(key));
    set.chain(dropped.map(|key| format!("no {key}"))).collect()
}
