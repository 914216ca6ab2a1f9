//! What Ultralytics' `yolo classify predict save_txt` leaves: a folder `labels` with a file a picture, in it the five
//! most probable classes, `0.91 dog` a line.
//!
//! Invariant: a picture is known by the stem of its name; the probabilities have two decimals.

use super::Sight;
use super::texts::Texts;
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Files that are looked at to tell what a folder holds.
const FIRST: usize = 5;
/// Most bytes of a file with five lines.
const LONGEST: u64 = 64 << 10;

/// Whether the files in the folder, or in `labels` in it, hold probabilities and names.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let holds = |dir: &Path| {
        let Ok(entries) = fs::read_dir(dir) else { return false };
        let mut files = entries.flatten().map(|entry| entry.path()).take(FIRST).peekable();
        files.peek().is_some()
            && files.all(|file| is_txt(&file) && matches!(lines(&file), Ok(Ok(_))))
    };
    sight.is_folder && (holds(&sight.path.join("labels")) || holds(sight.path))
}

fn is_txt(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "txt")
}

/// Reads the folder.
///
/// # Errors
/// A folder that can't be read, or in which no file can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let inner = path.join("labels");
    let dir = if inner.is_dir() { &inner } else { path };
    let failed = |e| IngestError::io(dir, &e);
    let entries = fs::read_dir(dir).map_err(failed)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = paths.collect::<Result<_, _>>().map_err(failed)?;
    files.retain(|file| is_txt(file));
    files.sort();
    let mut texts = Texts::default();
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let read = match lines(&file).map_err(|e| IngestError::io(&file, &e))? {
            Ok(lines) => put(&mut texts, &stem, &lines),
            Err(why) => Err(format!("{stem}.txt: {why}")),
        };
        texts.end_or_leave_out(0, read);
    }
    texts.frame().or_refuse(path)
}

/// Probabilities and names, as they are written; or what is wrong with the file.
fn lines(path: &Path) -> std::io::Result<Result<Vec<(String, String)>, String>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Ok(Err("it is longer than five lines".to_owned()));
    }
    let Ok(text) = String::from_utf8(bytes) else { return Ok(Err("not UTF-8 text".to_owned())) };
    let lines: Result<Vec<_>, String> = text.lines().map(line).collect();
    Ok(lines
        .and_then(|lines| if lines.is_empty() { Err("it is empty".to_owned()) } else { Ok(lines) }))
}

fn line(line: &str) -> Result<(String, String), String> {
    let wrong = || format!("{line:?} is no probability and name of a class");
    let (probability, name) = line.split_once(' ').ok_or_else(wrong)?;
    let decimals = probability.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 2);
    let number = probability.parse::<f32>().is_ok_and(|p| (0.0..=1.0).contains(&p));
    // the labels of detectors are numbers only: class, place and size
    let numbers =
        name.split(' ').count() > 1 && name.split(' ').all(|word| word.parse::<f32>().is_ok());
    if !decimals || !number || numbers || name.is_empty() {
        return Err(wrong());
    }
    Ok((probability.to_owned(), name.to_owned()))
}

fn put(texts: &mut Texts, stem: &str, lines: &[(String, String)]) -> Result<(), String> {
    texts.put("id", stem)?;
    if let Some((probability, name)) = lines.first() {
        texts.put("prediction", name)?;
        texts.put("confidence", probability)?;
    }
    let ranked: Vec<String> = lines.iter().map(|(p, name)| format!("{name} {p}")).collect();
    texts.put("top_5", &ranked.join(", "))
}

#[cfg(test)]
#[path = "ultralytics_tests.rs"]
mod tests;
