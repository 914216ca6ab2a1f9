//! What transformers and timm write beside a model.
//!
//! Invariant: a key that is absent means what the class of the processor means by it.

use super::Part;
use super::literal::{in_order, names};
use crate::scoring::input::{Crop, Filter, Order, Preprocess, Resize};
use serde_json::{Map, Value};

/// Mean and standard deviation of `ImageNet`, as torchvision has them.
pub const IMAGENET: [[f64; 3]; 2] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
const CLIP: [[f64; 3]; 2] =
    [[0.481_454_66, 0.457_827_5, 0.408_210_73], [0.268_629_54, 0.261_302_58, 0.275_777_11]];
/// Those that bring 0 to 1 into −1 to 1.
pub const HALF: [[f64; 3]; 2] = [[0.5; 3]; 2];

/// Processors that cut the centre out unless told not to.
const CROPPING: [&str; 8] =
    ["CLIP", "DeiT", "MobileNetV1", "MobileNetV2", "Levit", "PoolFormer", "MobileViT", "Bit"];
/// Processors that take one number as the short side; for the others it is both sides.
const SHORT_SIDE: [&str; 8] =
    ["CLIP", "ConvNext", "MobileNetV1", "MobileNetV2", "Levit", "PoolFormer", "MobileViT", "Bit"];
/// Processors with steps that this program does not have.
const OTHERWISE: [&str; 5] = ["Perceiver", "ImageGPT", "Siglip2", "Flava", "Glpn"];

/// `preprocessor_config.json` of an image processor, after transformers 5.23; none for other processors.
pub fn processor(config: &Map<String, Value>) -> Option<Part> {
    let class = ["image_processor_type", "feature_extractor_type"].map(|key| text(config, key));
    let class = class.into_iter().flatten().next().unwrap_or_default();
    let images =
        ["do_resize", "do_rescale", "image_mean"].iter().any(|&key| config.contains_key(key));
    if !images {
        return None;
    }
    let class = ["ImageProcessorFast", "ImageProcessor", "FeatureExtractor"]
        .iter()
        .find_map(|end| class.strip_suffix(end))
        .unwrap_or(class);
    let mut part = Part::default();
    // transformers turns pictures as it loads them
    part.preprocess.exif = Some(true);
    geometry(config, class, &mut part);
    levels(config, class, &mut part.preprocess);
    if flag(config, "do_flip_channel_order", class == "MobileViT") {
        part.preprocess.order = Some(Order::Bgr);
    }
    if OTHERWISE.contains(&class) {
        part.notes.push(format!(
            "{class}ImageProcessor has steps of its own: set [preprocess] to what comes nearest"
        ));
    }
    Some(part)
}

fn geometry(config: &Map<String, Value>, class: &str, part: &mut Part) {
    let how = &mut part.preprocess;
    let short_side = SHORT_SIDE.contains(&class);
    let cropped = flag(config, "do_center_crop", CROPPING.contains(&class));
    let crop_size = config.get("crop_size").and_then(|size| sides(size).or_else(|| square(size)));
    let size = config.get("size");
    let edge = size.and_then(|size| short_edge(size, short_side));
    let both =
        size.and_then(|size| sides(size).or_else(|| if short_side { None } else { square(size) }));
    how.filter = Some(config.get("resample").and_then(filter).unwrap_or(Filter::Bilinear));
    how.crop = Some(if cropped { Crop::CenterFloor } else { Crop::None });
    how.size = if cropped { crop_size } else { both };
    if !flag(config, "do_resize", true) {
        how.resize = Some(Resize::None);
    } else if let Some(sides) = both {
        how.resize = Some(Resize::Stretch);
        how.resize_to = cropped.then_some(sides);
    } else if let Some(edge) = edge {
        how.resize = Some(Resize::ShortSide);
        by_short_side(config, class, edge, how);
    } else {
        part.notes.push("its `size` is of a form that is not known".to_owned());
    }
}

fn by_short_side(config: &Map<String, Value>, class: &str, edge: u32, how: &mut Preprocess) {
    let share = |absent| config.get("crop_pct").and_then(Value::as_f64).unwrap_or(absent);
    let enlarged = |share: f64| (f64::from(edge) / share) as u32;
    match class {
        // from 384 on it stretches, below it crops whatever else is set
        "ConvNext" if edge >= 384 => {
            (how.resize, how.size) = (Some(Resize::Stretch), Some([edge; 2]));
        }
        "ConvNext" => {
            (how.crop, how.size) = (Some(Crop::CenterFloor), Some([edge; 2]));
            how.resize_to = Some([enlarged(share(0.875)); 2]);
        }
        "PoolFormer" => how.resize_to = Some([enlarged(share(0.9)); 2]),
        "Levit" => how.resize_to = Some([(256.0 / 224.0 * f64::from(edge)) as u32; 2]),
        _ if how.crop == Some(Crop::None) => {
            (how.crop, how.size) = (Some(Crop::CenterFloor), Some([edge; 2]));
        }
        _ => how.resize_to = Some([edge; 2]),
    }
}

fn levels(config: &Map<String, Value>, class: &str, how: &mut Preprocess) {
    let rescaled = flag(config, "do_rescale", true);
    let factor = config.get("rescale_factor").and_then(Value::as_f64).unwrap_or(1.0 / 255.0);
    how.rescale = Some(if rescaled { factor } else { 1.0 });
    let [mut mean, mut std] =
        if flag(config, "do_normalize", class != "MobileViT") && class != "MobileViT" {
            let absent = match class {
                "CLIP" | "Bit" => CLIP,
                "Levit" | "PoolFormer" | "Pvt" => IMAGENET,
                _ => HALF,
            };
            let of = |key, absent: [f64; 3]| numbers(config.get(key)).unwrap_or(absent.to_vec());
            [of("image_mean", absent[0]), of("image_std", absent[1])]
        } else {
            [vec![0.0], vec![1.0]]
        };
    if class == "EfficientNet" {
        if rescaled && flag(config, "rescale_offset", false) {
            for mean in &mut mean {
                *mean += 1.0;
            }
        }
        if flag(config, "include_top", true) {
            // it divides by the standard deviation once more
            let again = numbers(config.get("image_std")).unwrap_or(HALF[1].to_vec());
            std = (0..std.len().max(again.len()))
                .map(|c| std[c.min(std.len() - 1)] * again[c.min(again.len() - 1)])
                .collect();
        }
    }
    (how.mean, how.std) = (Some(mean), Some(std));
}

/// `config.json` of a timm model, after timm 1.0's `create_transform`; none for other configurations.
pub fn timm(config: &Map<String, Value>) -> Option<Part> {
    let cfg = config.get("pretrained_cfg")?.as_object()?;
    let mut part = Part::default();
    let how = &mut part.preprocess;
    let size = cfg.get("input_size").and_then(|size| numbers(Some(size)));
    if let Some(&[channels, height, width]) = size.as_deref() {
        (how.channels, how.size) = (Some(channels as u8), Some([height as u32, width as u32]));
    }
    how.filter = match text(cfg, "interpolation").unwrap_or("bicubic") {
        "nearest" => Some(Filter::Nearest),
        "bilinear" => Some(Filter::Bilinear),
        "box" => Some(Filter::Box),
        "hamming" => Some(Filter::Hamming),
        "lanczos" => Some(Filter::Lanczos),
        _ => Some(Filter::Bicubic),
    };
    let share = cfg.get("crop_pct").and_then(Value::as_f64).filter(|share| *share > 0.0);
    how.crop_pct = Some(share.unwrap_or(0.875));
    how.crop = Some(Crop::Center);
    let mean = numbers(cfg.get("mean")).unwrap_or(IMAGENET[0].to_vec());
    how.resize = Some(match text(cfg, "crop_mode") {
        Some("squash") => Resize::Stretch,
        Some("border") => {
            let level = |mean: &f64| (255.0 * mean).round_ties_even() as u8;
            how.fill = Some(mean.iter().map(level).collect());
            Resize::LongSidePad
        }
        _ => Resize::ShortSide,
    });
    how.mean = Some(mean);
    how.std = Some(numbers(cfg.get("std")).unwrap_or(IMAGENET[1].to_vec()));
    Some(part)
}

/// The class names of a `config.json`; names that transformers made up are none.
pub fn classes(config: &Map<String, Value>) -> Option<Vec<String>> {
    let made_up = |names: &Vec<String>| {
        names.iter().enumerate().all(|(at, name)| *name == format!("LABEL_{at}"))
    };
    let by_name = || {
        let entry = |(name, at): (&String, &Value)| Some((at.as_u64()? as usize, name.clone()));
        in_order(config.get("label2id")?.as_object()?.iter().map(entry).collect::<Option<_>>()?)
    };
    let cfg = config.get("pretrained_cfg").and_then(Value::as_object);
    let labels = [Some(config), cfg].into_iter().flatten().find_map(|of| of.get("label_names"));
    let listed = config.get("id2label").or(labels).and_then(names);
    listed.or_else(by_name).filter(|names| !made_up(names))
}

fn text<'a>(of: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    of.get(key).and_then(Value::as_str)
}

fn flag(of: &Map<String, Value>, key: &str, absent: bool) -> bool {
    of.get(key).and_then(Value::as_bool).unwrap_or(absent)
}

/// A number, or a list of them.
fn numbers(value: Option<&Value>) -> Option<Vec<f64>> {
    match value? {
        Value::Array(all) => all.iter().map(Value::as_f64).collect(),
        one => Some(vec![one.as_f64()?]),
    }
}

fn pixels(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|side| u32::try_from(side).ok()).filter(|&side| side > 0)
}

fn sides(size: &Value) -> Option<[u32; 2]> {
    match size {
        Value::Object(of) => Some([pixels(of.get("height")?)?, pixels(of.get("width")?)?]),
        // old files hold width and height
        Value::Array(pair) => match pair.as_slice() {
            [width, height] => Some([pixels(height)?, pixels(width)?]),
            _ => None,
        },
        _ => None,
    }
}

fn square(size: &Value) -> Option<[u32; 2]> {
    pixels(size).map(|side| [side; 2])
}

fn short_edge(size: &Value, short_side: bool) -> Option<u32> {
    match size {
        Value::Object(of) => pixels(of.get("shortest_edge")?),
        one => pixels(one).filter(|_| short_side),
    }
}

/// Pillow's numbers of its filters.
fn filter(code: &Value) -> Option<Filter> {
    Some(match code.as_u64()? {
        0 => Filter::Nearest,
        1 => Filter::Lanczos,
        2 => Filter::Bilinear,
        3 => Filter::Bicubic,
        4 => Filter::Box,
        5 => Filter::Hamming,
        _ => return None,
    })
}
