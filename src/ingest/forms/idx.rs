//! IDX pairs, as MNIST comes: a file of pictures and one of labels beside it, known by their names.
//!
//! Invariant: picture and label are those of the same number; the picture stays in its file, `FILE#idx=N` says where.

use super::Sight;
use crate::dataset::TextColumn;
use crate::ingest::IngestError;
use crate::ingest::frame::{Field, Frame};
use crate::media::idx::open_idx;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Most things in a file.
const MOST: u32 = 1 << 27;

/// Whether it begins as IDX files of pictures or labels do.
pub fn sniff(sight: &Sight<'_>) -> bool {
    matches!(sight.head[..], [0, 0, 8 | 9 | 11..=14, 1..=4, _, _, _, _, ..])
}

/// Reads the labels, and says where the pictures are. Given one of the files, the other is looked for beside it.
///
/// # Errors
/// A file that can't be read, is cut short, holds neither pictures nor labels, or does not fit the other one.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let sizes = sizes(path)?;
    let other = beside(path, sizes.len() == 3);
    let (pictures, labels) = match sizes.len() {
        3 => (Some(path.to_path_buf()), other),
        1 => (other, Some(path.to_path_buf())),
        n => {
            let what = format!("an array of {n} dimensions: neither pictures (3) nor labels (1)");
            return Err(IngestError::new(path, what, "give the files of pictures and labels"));
        }
    };
    let mut frame = Frame { rows: sizes[0] as usize, ..Frame::default() };
    if let Some(pictures) = &pictures {
        check(path, sizes[0], pictures)?;
        frame.fields.push(locators(pictures, sizes[0])?);
    }
    if let Some(labels) = &labels {
        check(path, sizes[0], labels)?;
        let (column, classes) = read_labels(labels)?;
        frame.fields.push(Field::text("label", column));
        frame.classes = classes;
    } else {
        let names = candidates(path, true).next().unwrap_or_default();
        frame.notes.push(format!("no labels are beside the pictures: {names} is not there"));
    }
    frame.or_refuse(path)
}

fn sizes(path: &Path) -> Result<Vec<u32>, IngestError> {
    let (idx, mut rest) = open_idx(path).map_err(|e| failed(path, &e))?;
    let count = idx.sizes.first().copied().unwrap_or_default();
    let each = idx.each().filter(|&each| each > 0);
    let (Some(each), true) = (each, count <= MOST) else {
        return Err(IngestError::new(
            path,
            "its head tells of more, or of less, than can be",
            "copy it again",
        ));
    };
    let wanted = each * u64::from(count);
    let there =
        io::copy(&mut (&mut rest).take(wanted), &mut io::sink()).map_err(|e| failed(path, &e))?;
    if there < wanted {
        return Err(failed(path, &ErrorKind::UnexpectedEof.into()));
    }
    Ok(idx.sizes)
}

fn failed(path: &Path, error: &io::Error) -> IngestError {
    match error.kind() {
        ErrorKind::UnexpectedEof => IngestError::new(
            path,
            "it is cut short: there is less than its head says",
            "copy it again",
        ),
        ErrorKind::Unsupported => IngestError::new(path, error.to_string(), ""),
        _ => IngestError::io(path, error),
    }
}

fn check(path: &Path, count: u32, other: &Path) -> Result<(), IngestError> {
    if other == path {
        return Ok(());
    }
    let found = sizes(other)?.first().copied().unwrap_or_default();
    if found == count {
        return Ok(());
    }
    let what = format!("{count} of them, but {found} in {}", other.display());
    Err(IngestError::new(path, what, "give the pictures and labels that belong together"))
}

/// The file that goes with one of pictures or labels.
fn beside(path: &Path, pictures: bool) -> Option<PathBuf> {
    candidates(path, pictures).map(|name| path.with_file_name(name)).find(|path| path.is_file())
}

/// What that file may be called: `train-labels-idx1-ubyte` for `train-images-idx3-ubyte`, with a dot as Kaggle has it,
/// packed or not.
fn candidates(path: &Path, pictures: bool) -> impl Iterator<Item = String> + use<> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let [(images, idx3), (labels, idx1)] = [("images", "idx3"), ("labels", "idx1")];
    let other = if pictures {
        name.replace(images, labels).replace(idx3, idx1)
    } else {
        name.replace(labels, images).replace(idx1, idx3)
    };
    let plain = other.strip_suffix(".gz").unwrap_or(&other).to_owned();
    let dotted = plain.replace("-idx", ".idx");
    let dashed = plain.replace(".idx", "-idx");
    let packed = [&plain, &dotted, &dashed].map(|name| format!("{name}.gz"));
    let all = [other].into_iter().chain([plain, dotted, dashed]).chain(packed);
    all.filter(move |other| *other != name)
}

fn locators(pictures: &Path, count: u32) -> Result<Field, IngestError> {
    let name = pictures.file_name().unwrap_or_default().to_string_lossy();
    let mut files = TextColumn::default();
    for number in 0..count {
        let too_many = |_| IngestError::new(pictures, "too many pictures", "");
        files.push(&format!("{name}#idx={number}")).map_err(too_many)?;
    }
    Ok(Field::text("file", files))
}

/// The labels, and those that there are in the order of their numbers.
fn read_labels(path: &Path) -> Result<(TextColumn, Vec<String>), IngestError> {
    let (idx, reader) = open_idx(path).map_err(|e| failed(path, &e))?;
    let &[count] = idx.sizes.as_slice() else {
        let what = format!("an array of {} dimensions, where labels are expected", idx.sizes.len());
        return Err(IngestError::new(path, what, ""));
    };
    let mut bytes = Vec::new();
    reader.take(u64::from(count)).read_to_end(&mut bytes).map_err(|e| failed(path, &e))?;
    let mut labels = TextColumn::default();
    for byte in &bytes {
        let too_many = |_| IngestError::new(path, "too many labels", "");
        labels.push(&byte.to_string()).map_err(too_many)?;
    }
    let classes: BTreeSet<u8> = bytes.into_iter().collect();
    Ok((labels, classes.into_iter().map(|class| class.to_string()).collect()))
}

#[cfg(test)]
#[path = "idx_tests.rs"]
mod tests;
