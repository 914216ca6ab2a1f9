//! labelme: a folder with a `.json` a picture, whose `flags` tell its class.
//!
//! Invariant: one flag that is set is the label; none or several leave the picture out.

use super::Sight;
use super::json_record::Ordered;
use super::json_scan::first_names;
use super::several::several;
use super::texts::Texts;
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Files that are read to tell what a folder holds.
const FIRST: usize = 3;
/// Names that are looked at to find them: pictures may stand beside.
const LOOKED_AT: usize = 1000;
/// Most bytes of a file: pictures may stand in it.
const LONGEST: u64 = 1 << 28;

/// Whether the folder's `.json` files, or the file itself, are labelme's.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let is = |head: &[u8]| {
        let names = first_names(head);
        ["version", "flags", "shapes"].iter().all(|wanted| names.iter().any(|name| name == wanted))
    };
    if !sight.is_folder {
        return sight.is_text() && sight.first_line().starts_with(b"{") && is(&sight.head);
    }
    let Ok(entries) = fs::read_dir(sight.path) else { return false };
    let first = entries.take(LOOKED_AT).flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> = first.filter(|file| is_json(file)).take(FIRST).collect();
    let head = |file: &PathBuf| Sight::of(file).is_ok_and(|sight| is(&sight.head));
    !files.is_empty() && files.iter().all(head)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Picture {
    flags: Ordered,
    image_path: String,
}

/// The `.json` files of a folder by name; a file stands for itself.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let paths = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = paths.collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| is_json(file));
    files.sort();
    Ok(files)
}

/// Reads a folder of labelme's files, or one of them.
///
/// # Errors
/// A folder that can't be read, or in which no file can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let files = files(path).map_err(|e| IngestError::io(path, &e))?;
    let (mut texts, mut classes) = (Texts::with(&["file", "label"]), Vec::new());
    for file in files {
        let read = picture(&file).and_then(|picture| put(&mut texts, &picture, &mut classes));
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        texts.end_or_leave_out(0, read.map_err(|why| format!("{name}: {why}")));
    }
    let mut frame = texts.frame();
    frame.classes = classes;
    frame.or_refuse(path)
}

fn picture(file: &Path) -> Result<Picture, String> {
    let reader = File::open(file).map_err(|e| e.to_string())?.take(LONGEST);
    serde_json::from_reader(BufReader::new(reader)).map_err(|e| e.to_string())
}

fn put(texts: &mut Texts, picture: &Picture, classes: &mut Vec<String>) -> Result<(), String> {
    for (name, _) in &picture.flags.0 {
        if !classes.contains(name) {
            classes.push(name.clone());
        }
    }
    let set = picture.flags.0.iter().filter(|(_, set)| set.as_bool() == Some(true));
    let labels: Vec<&String> = set.map(|(name, _)| name).collect();
    let label = match labels.as_slice() {
        [label] => label,
        [] => return Err("none of its flags is set".to_owned()),
        labels => return Err(several(labels.len())),
    };
    // labelme writes the separators of the system it runs on
    texts.put("file", &picture.image_path.replace('\\', "/"))?;
    texts.put("label", label)
}

#[cfg(test)]
#[path = "labelme_tests.rs"]
mod tests;
