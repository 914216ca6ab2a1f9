//! What a model's own metadata says: Ultralytics, ONNX's keys for images, lists of classes.
//!
//! Invariant: metadata that is not understood says nothing.

use super::Part;
use super::hub::IMAGENET;
use super::literal::{names, parse};
use crate::scoring::error::ModelProblem;
use crate::scoring::input::{Crop, Filter, Order, Preprocess, Resize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Keys under which exporters keep class names.
const CLASS_KEYS: [&str; 7] =
    ["names", "classes", "class_names", "labels", "id2label", "label_names", "classlabels"];

/// # Errors
/// A model whose own metadata says that it is no classifier.
pub fn read(entries: &BTreeMap<String, String>) -> Result<Option<Part>, ModelProblem> {
    let mut part = Part::default();
    let get = |key: &str| entries.get(key).map(String::as_str);
    part.classes = CLASS_KEYS.iter().find_map(|key| listed(get(key)?));
    let detector = |task: &str| !task.is_empty() && task != "classify";
    match get("task").map(str::trim) {
        Some(task) if get("stride").is_some() && detector(task) => {
            return Err(ModelProblem::Task(task.chars().take(40).collect()));
        }
        Some("classify") => ultralytics(get("imgsz"), get("channels"), &mut part),
        None if get("stride").is_some() && part.classes.is_some() => yolov5(&mut part),
        _ => {}
    }
    image(entries, &mut part.preprocess);
    Ok((part != Part::default()).then_some(part))
}

/// After Ultralytics 8.3's `classify_transforms`: `OpenCV` reads the picture and turns it, torchvision resizes
/// it. Its classifiers end in a softmax.
fn ultralytics(imgsz: Option<&str>, channels: Option<&str>, part: &mut Part) {
    let how = &mut part.preprocess;
    how.exif = Some(true);
    how.filter = Some(Filter::Bilinear);
    how.channels = channels.and_then(|text| text.trim().parse().ok());
    (how.rescale, how.mean, how.std) = (Some(1.0 / 255.0), Some(vec![0.0]), Some(vec![1.0]));
    let side = |value: &Value| value.as_u64().and_then(|side| u32::try_from(side).ok());
    let sides = imgsz.and_then(parse).and_then(|value| match value {
        Value::Array(all) => match all.as_slice() {
            [height, width] => Some([side(height)?, side(width)?]),
            _ => None,
        },
        one => side(&one).map(|side| [side; 2]),
    });
    how.size = sides;
    let square = sides.is_none_or(|[height, width]| height == width);
    how.resize = Some(if square { Resize::ShortSide } else { Resize::Stretch });
    how.crop = Some(if square { Crop::Center } else { Crop::None });
    part.probabilities = Some(true);
}

/// `YOLOv5` writes no task; its classifiers are normalised and give logits.
fn yolov5(part: &mut Part) {
    let how = &mut part.preprocess;
    how.exif = Some(true);
    (how.resize, how.crop) = (Some(Resize::ShortSide), Some(Crop::CenterFloor));
    (how.filter, how.antialias) = (Some(Filter::Bilinear), Some(false));
    (how.mean, how.std) = (Some(IMAGENET[0].to_vec()), Some(IMAGENET[1].to_vec()));
    let note = "the metadata is YOLOv5's, which does not say how pictures are prepared: guessed";
    part.notes.push(note.to_owned());
}

/// The keys that ONNX defines for images (MetadataProps.md), in any case.
fn image(entries: &BTreeMap<String, String>, how: &mut Preprocess) {
    let get = |wanted: &str| {
        let entry = entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted));
        entry.map(|(_, value)| value.trim().to_ascii_lowercase())
    };
    match get("Image.BitmapPixelFormat").as_deref() {
        Some("gray8" | "gray16") => how.channels = Some(1),
        Some("bgr8" | "bgra8") => how.order = Some(Order::Bgr),
        Some("rgb8" | "rgba8") => how.order = Some(Order::Rgb),
        _ => {}
    }
    let (rescale, mean, std) = match get("Image.NominalPixelRange").as_deref() {
        Some("nominalrange_0_255") => (1.0, 0.0, 1.0),
        Some("normalized_0_1") => (1.0 / 255.0, 0.0, 1.0),
        Some("normalized_1_1") => (1.0 / 255.0, 0.5, 0.5),
        _ => return,
    };
    (how.rescale, how.mean, how.std) = (Some(rescale), Some(vec![mean]), Some(vec![std]));
}

/// Names as a list or an object, in JSON or Python, or one a line or between commas.
fn listed(text: &str) -> Option<Vec<String>> {
    if let Some(value) = parse(text) {
        return names(&value);
    }
    let by = if text.contains('\n') { '\n' } else { ',' };
    let words = text.split(by).map(str::trim).filter(|name| !name.is_empty());
    let all: Vec<String> = words.map(str::to_owned).collect();
    let plain = !text.trim_start().starts_with(['{', '[', '(']);
    (plain && all.len() > 1).then_some(all)
}
