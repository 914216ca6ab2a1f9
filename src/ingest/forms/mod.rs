//! The forms in which data comes: each file reads one into a [`Frame`], with the names of columns that
//! [`roles`](super::roles) knows.
//!
//! Invariant: a form is told by what is in a file, never by its name alone; the first of [`FORMS`] that knows it reads it.

mod argilla;
mod array;
mod arrow_columns;
mod arrow_ipc;
mod arrow_texts;
pub(super) mod delimited;
mod fasttext;
mod fiftyone;
#[cfg(test)]
mod fixtures;
mod hf_features;
mod hf_folder;
mod idx;
mod image_folder;
mod json;
mod json_lines;
mod json_quick;
mod json_record;
pub(super) mod json_scan;
mod label_studio;
mod label_studio_table;
mod labelme;
mod media_files;
mod npz;
mod parquet;
mod prodigy;
#[cfg(test)]
mod samples;
mod several;
mod texts;
mod timm;
mod trainer;
mod ultralytics;

use super::IngestError;
use super::blocks::{self, Block, Blocks, Ends, in_parts};
use super::frame::Frame;
use super::layout::{Layout, Rows};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// A form of data.
#[derive(Debug)]
pub struct Form {
    /// What it is called, to people.
    pub name: &'static str,
    sniff: fn(&Sight<'_>) -> bool,
    read: fn(&Path) -> Result<Frame, IngestError>,
}

/// All forms; those that are told by more come first.
pub const FORMS: &[Form] = &[
    Form { name: "Parquet", sniff: parquet::sniff, read: parquet::read },
    Form { name: "Arrow IPC", sniff: arrow_ipc::sniff, read: arrow_ipc::read },
    Form {
        name: "a folder of datasets' save_to_disk",
        sniff: hf_folder::sniff,
        read: hf_folder::read,
    },
    Form { name: "Ultralytics labels", sniff: ultralytics::sniff, read: ultralytics::read },
    Form { name: "NumPy archive", sniff: npz::sniff, read: npz::read },
    Form { name: "NumPy labels", sniff: npz::sniff_labels, read: npz::read_labels },
    Form { name: "IDX", sniff: idx::sniff, read: idx::read },
    Form { name: "FiftyOne", sniff: fiftyone::sniff, read: fiftyone::read },
    Form { name: "labelme", sniff: labelme::sniff, read: labelme::read },
    Form { name: "Argilla", sniff: argilla::sniff, read: argilla::read },
    Form { name: "Label Studio", sniff: label_studio::sniff, read: label_studio::read },
    Form { name: "Prodigy", sniff: prodigy::sniff, read: prodigy::read },
    Form { name: "fastText", sniff: fasttext::sniff, read: fasttext::read },
    Form { name: "Trainer predictions", sniff: trainer::sniff, read: trainer::read },
    Form {
        name: "a folder of pictures or sounds",
        sniff: image_folder::sniff,
        read: image_folder::read,
    },
    Form { name: "JSON", sniff: json::sniff, read: json::read },
    Form { name: "JSON Lines", sniff: json_lines::sniff, read: json_lines::read },
    Form { name: "CSV", sniff: delimited::sniff, read: delimited::read },
];

/// What tools write in forms that others have too: known by the columns, told apart after reading.
const TIDY: &[fn(Frame) -> Frame] =
    &[label_studio_table::tidy, argilla::tidy, fiftyone::tidy, timm::tidy, several::tidy];

/// What is seen of a file before it is read.
#[derive(Debug)]
pub struct Sight<'p> {
    /// The file or folder.
    pub path: &'p Path,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// The end of its name, lower case, without `.gz`.
    pub extension: String,
    /// Its first 64 KiB, unpacked and without the mark of UTF-8; empty for a folder.
    pub head: Vec<u8>,
}

/// How much of a file is looked at to tell its form.
const HEAD: u64 = 64 << 10;

impl<'p> Sight<'p> {
    /// Looks at a file or folder.
    ///
    /// # Errors
    /// One that is not there or can't be read.
    pub fn of(path: &'p Path) -> Result<Self, IngestError> {
        let about = std::fs::metadata(path).map_err(|e| IngestError::io(path, &e))?;
        let mut head = Vec::new();
        if !about.is_dir() {
            let read = blocks::open(path)?.take(HEAD).read_to_end(&mut head);
            read.map_err(|e| IngestError::io(path, &e))?;
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        Ok(Self { path, is_folder: about.is_dir(), extension: extension(path), head })
    }

    /// The first line that is not empty, as far as it was read.
    pub fn first_line(&self) -> &[u8] {
        let mut lines = self.head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
        lines.find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// Whether it looks like text.
    pub fn is_text(&self) -> bool {
        !self.is_folder && !self.head.contains(&0)
    }
}

/// The end of a file's name, lower case, without `.gz`.
pub fn extension(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let end = name.trim_end_matches(".gz").rsplit_once('.').map(|(_, end)| end.to_owned());
    end.unwrap_or_default()
}

/// The form of a file or folder.
///
/// # Errors
/// One that is not there, can't be read, or has no form that is known.
pub fn form_of(path: &Path) -> Result<&'static Form, IngestError> {
    let sight = Sight::of(path)?;
    FORMS.iter().find(|form| (form.sniff)(&sight)).ok_or_else(|| {
        let names = FORMS.iter().map(|form| form.name).collect::<Vec<_>>().join(", ");
        let what = if sight.is_folder {
            "no folder of examples that is known"
        } else {
            "not a form that is read"
        };
        IngestError::new(path, what, format!("these are: {names}"))
    })
}

/// Reads a file or folder, whatever its form.
///
/// # Errors
/// As [`form_of`], and one in which nothing can be used.
pub fn read_frame(path: &Path) -> Result<(&'static Form, Frame), IngestError> {
    let form = form_of(path)?;
    let frame = TIDY.iter().fold((form.read)(path)?, |frame, tidy| tidy(frame));
    Ok((form, frame.or_refuse(path)?))
}

/// Most bytes of a file that has to be read as a whole.
const WHOLE: u64 = 4 << 30;

/// The bytes of a file, unpacked and without the mark of UTF-8.
fn whole(path: &Path) -> Result<Vec<u8>, IngestError> {
    let mut bytes = Vec::new();
    let read = blocks::open(path)?.take(WHOLE + 1).read_to_end(&mut bytes);
    read.map_err(|e| match e.kind() {
        ErrorKind::UnexpectedEof => IngestError::new(path, "the compressed data is cut short", ""),
        _ => IngestError::io(path, &e),
    })?;
    if bytes.len() as u64 > WHOLE {
        let remedy = "save it as JSON Lines, CSV or Parquet: these are read piece by piece";
        return Err(IngestError::new(path, "over 4 GiB in one document", remedy));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    Ok(bytes)
}

/// Calls `take` with each line that is not empty and its number, in order.
fn in_order(path: &Path, mut take: impl FnMut(u64, &[u8])) -> Result<(), IngestError> {
    for block in Blocks::open(path, Ends::Line)? {
        let block = block?;
        for (number, line) in (block.line..).zip(block.bytes.split(|&b| b == b'\n')) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.trim_ascii().is_empty() {
                take(number, line);
            }
        }
    }
    Ok(())
}

/// Reads a file of records on all cores.
fn in_rows<'l>(
    path: &Path,
    layout: &'l Layout,
    ends: Ends,
    part: impl Fn(Block) -> Result<Rows<'l>, IngestError> + Sync,
) -> Result<Frame, IngestError> {
    let mut rows = Rows::new(layout);
    in_parts(&mut Blocks::open(path, ends)?, part, |part| {
        rows.append(part).map_err(|e| IngestError::new(path, e.to_string(), "split the file"))
    })?;
    Ok(rows.frame())
}

#[cfg(test)]
#[path = "malformed_tests.rs"]
mod malformed_tests;

#[cfg(test)]
#[path = "tables_tests.rs"]
mod tables_tests;
