//! `FiftyOne`'s image classification dataset: `labels.json` beside a folder `data`.
//!
//! Invariant: a label with a confidence is a model's, one without is gold.

use super::Sight;
use super::json_record::Ordered;
use super::several::several;
use super::texts::{Texts, text_of};
use super::whole;
use crate::dataset::TextColumn;
use crate::ingest::IngestError;
use crate::ingest::frame::{Cells, Field, Frame};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Whether it is the folder, or the file in it, that maps names of pictures to labels.
pub fn sniff(sight: &Sight<'_>) -> bool {
    if sight.is_folder {
        return Sight::of(&sight.path.join(FILE)).is_ok_and(|sight| sniff(&sight));
    }
    let names = super::json_scan::first_names(&sight.head);
    let known = |name: &String| matches!(name.as_str(), "classes" | "labels");
    let object = sight.head.trim_ascii_start().starts_with(b"{");
    // the one that is cut is not among the names
    sight.is_text()
        && object
        && names.iter().all(known)
        && names.first().is_some_and(|n| n == "classes")
}

const FILE: &str = "labels.json";
const DATA: &str = "data";

#[derive(Deserialize)]
struct Labels {
    #[serde(default)]
    classes: Option<Vec<String>>,
    labels: Ordered,
}

/// Reads the folder, or its `labels.json`.
///
/// # Errors
/// A file that can't be read or is none, or in which no label can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let path = if path.is_dir() { path.join(FILE) } else { path.to_path_buf() };
    let labels: Labels = serde_json::from_slice(&whole(&path)?).map_err(|e| {
        IngestError::new(&path, format!("not as FiftyOne writes it: {e}"), "export it again")
    })?;
    let classes = labels.classes.unwrap_or_default();
    let files = path.parent().map(|dir| by_stem(&dir.join(DATA))).unwrap_or_default();
    let mut texts = Texts::with(&["id", "file", "label"]);
    for (key, value) in &labels.labels.0 {
        let read = put(&mut texts, value, &classes).and_then(|()| {
            texts.put("id", key)?;
            let file = files.get(stem(key)).map(|file| format!("{DATA}/{file}"));
            texts.put("file", file.as_deref().unwrap_or(if files.is_empty() { "" } else { key }))
        });
        texts.end_or_leave_out(0, read.map_err(|why| format!("{key:?}: {why}")));
    }
    let mut frame = texts.frame();
    if frame.field("prediction").is_some() {
        frame.notes.push("labels with a confidence are taken for predictions".to_owned());
    }
    frame.classes = classes;
    frame.or_refuse(&path)
}

/// The key without the end of a file's name.
fn stem(key: &str) -> &str {
    let name = key.rsplit('/').next().unwrap_or(key);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The files in the folder of the pictures, by stem.
fn by_stem(dir: &Path) -> HashMap<String, String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let named = |path: PathBuf| {
        let text =
            |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
        Some((text(path.file_stem())?, text(path.file_name())?))
    };
    entries.filter_map(named).collect()
}

fn put(texts: &mut Texts, value: &Value, classes: &[String]) -> Result<(), String> {
    let (label, confidence) = match value {
        Value::Object(object) => {
            let get = |name: &str| object.get(name).unwrap_or(&Value::Null);
            if let Value::Object(attributes) = get("attributes") {
                texts.put_all(attributes)?;
            }
            (get("label"), get("confidence"))
        }
        Value::Array(labels) if labels.len() != 1 => return Err(several(labels.len())),
        Value::Array(labels) => return put(texts, &labels[0], classes),
        value => (value, &Value::Null),
    };
    let named = match label.as_u64() {
        Some(index) if !classes.is_empty() => {
            let name = usize::try_from(index).ok().and_then(|index| classes.get(index));
            let name =
                name.ok_or_else(|| format!("class {index}, but there are {}", classes.len()))?;
            name.clone()
        }
        _ => text_of(label).into_owned(),
    };
    if confidence.is_null() {
        return texts.put("label", &named);
    }
    texts.put("prediction", &named)?;
    texts.put("confidence", &text_of(confidence))
}

/// `FiftyOne`'s table (`filepath`, `tags`, a label): a tag that names a split is the row's split.
#[must_use]
pub fn tidy(mut frame: Frame) -> Frame {
    const SPLITS: [&str; 5] = ["train", "validation", "val", "dev", "test"];
    let names: Vec<&str> = frame.fields.iter().map(|field| field.name.as_str()).collect();
    if !names.starts_with(&["filepath", "tags"]) || names.contains(&"split") {
        return frame;
    }
    let Cells::Text(tags) = &frame.fields[1].cells else { return frame };
    let split = |tags: &str| {
        let found = tags.split(',').map(str::trim).find(|tag| SPLITS.contains(tag));
        found.map(str::to_owned)
    };
    let found: Option<Vec<String>> = tags.iter().map(split).collect();
    let Some(found) = found else { return frame };
    let mut splits = TextColumn::default();
    for split in found {
        // no longer than its tags
        let _ = splits.push(&split);
    }
    frame.fields.push(Field::text("split", splits));
    frame.notes.push("the split of a row is the one among its tags".to_owned());
    frame
}

#[cfg(test)]
#[path = "fiftyone_tests.rs"]
mod tests;
