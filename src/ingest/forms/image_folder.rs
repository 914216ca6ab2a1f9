//! Folders of pictures or sounds: `root/CLASS/x.png` (torchvision's `ImageFolder`, Keras), the same below folders of
//! splits, and Hugging Face's `imagefolder` and `audiofolder`, whose `metadata.csv` (`.jsonl`, `.parquet`) tells more.
//!
//! Invariant: rows stand in the order in which torchvision and Keras number them; no file is opened.

use super::Sight;
use super::media_files::{Found, find, is_there};
use crate::dataset::{LeftOut, TextColumn};
use crate::ingest::IngestError;
use crate::ingest::frame::{Field, Frame};
use crate::media::text;
use rayon::slice::ParallelSliceMut;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What folders of splits are called.
const SPLITS: [&str; 9] =
    ["train", "training", "val", "valid", "validation", "dev", "eval", "test", "testing"];
const METADATA: [&str; 3] = ["metadata.csv", "metadata.jsonl", "metadata.parquet"];

/// Whether there are pictures or sounds in it, or a table that names some.
pub fn sniff(sight: &Sight<'_>) -> bool {
    sight.is_folder && (metadata_in(sight.path).is_some() || is_there(sight.path))
}

fn metadata_in(folder: &Path) -> Option<PathBuf> {
    METADATA.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

fn is_split(name: &str) -> bool {
    SPLITS.iter().any(|split| name.eq_ignore_ascii_case(split))
}

/// Lists a folder.
///
/// # Errors
/// A folder or a table in it that can't be read, or in which nothing can be used.
pub fn read(folder: &Path) -> Result<Frame, IngestError> {
    let mut tables: Vec<(String, PathBuf)> = Vec::new();
    if let Some(path) = metadata_in(folder) {
        tables.push((String::new(), path));
    } else {
        let splits = SPLITS.iter().map(|split| (format!("{split}/"), folder.join(split)));
        tables.extend(splits.filter_map(|(name, folder)| Some((name, metadata_in(&folder)?))));
    }
    if tables.is_empty() { listed(folder, &find(folder)?) } else { told(folder, &tables) }
}

/// A file with what its place says.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row<'f> {
    split: &'f str,
    class: &'f str,
    folder: &'f str,
    name: &'f str,
    file: &'f str,
}

impl<'f> Row<'f> {
    /// The row of a file; `None` if it lies in no folder of a class.
    fn of(file: &'f str, with_splits: bool) -> Option<Self> {
        let (split, rest) = if with_splits { file.split_once('/')? } else { ("", file) };
        let (class, _) = rest.split_once('/')?;
        let (folder, name) = file.rsplit_once('/')?;
        Some(Self { split, class, folder, name, file })
    }
}

/// Rows of files whose folders are their classes.
fn listed(folder: &Path, found: &Found) -> Result<Frame, IngestError> {
    let tops = || found.files.iter().filter_map(|file| Some(file.split_once('/')?.0));
    let with_splits = tops().next().is_some() && tops().all(is_split);
    let mut left_out = found.left_out.clone();
    let mut rows = Vec::with_capacity(found.files.len());
    for file in &found.files {
        if let Some(row) = Row::of(file, with_splits) {
            rows.push(row);
        } else {
            left_out.push(0, format!("{} lies in no folder of a class", text::fit(file, 80)));
        }
    }
    if rows.is_empty() {
        return Err(without_classes(folder, found));
    }
    rows.par_sort_unstable();
    let too_long =
        || IngestError::new(folder, "its names pass 4 GiB", "give its folders one by one");
    let column = |cell: for<'r> fn(&'r Row<'_>) -> &'r str| {
        let mut cells = TextColumn::default();
        let pushed = rows.iter().all(|row| cells.push(cell(row)).is_ok());
        pushed.then_some(cells).ok_or_else(too_long)
    };
    let mut fields = vec![
        Field::text("file", column(|row| row.file)?),
        Field::text("label", column(|row| row.class)?),
    ];
    if with_splits {
        fields.push(Field::text("split", column(|row| row.split)?));
    }
    let classes: BTreeSet<&str> = rows.iter().map(|row| row.class).collect();
    let classes = classes.into_iter().map(str::to_owned).collect();
    let notes = found.notes().into_iter().chain(uneven(&rows)).collect();
    Ok(Frame { rows: rows.len(), fields, left_out, classes, notes, ..Frame::default() })
}

fn without_classes(folder: &Path, found: &Found) -> IngestError {
    let remedy =
        "put them into a folder a class, or name them in a metadata.csv with file_name and label";
    match found.files.len() {
        0 => IngestError::new(folder, "no pictures or sounds in it", ""),
        _ => {
            IngestError::new(folder, "its pictures or sounds are in no folders of classes", remedy)
        }
    }
}

/// Says so where a split lacks a class: what was trained on it numbers the classes otherwise.
fn uneven(rows: &[Row<'_>]) -> Option<String> {
    let mut splits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        splits.entry(row.split).or_default().insert(row.class);
    }
    let all: BTreeSet<&str> = splits.values().flatten().copied().collect();
    let lacks = |(split, classes): (&&str, &BTreeSet<&str>)| {
        let lacking = all.difference(classes).next()?;
        Some(format!(
            "`{}` has no {}: torchvision and Keras number the classes of each folder apart, here they are numbered \
             over all of them",
            text::fit(split, 40),
            text::fit(lacking, 40)
        ))
    };
    splits.iter().find_map(lacks)
}

/// Rows of tables that name files beside them.
fn told(folder: &Path, tables: &[(String, PathBuf)]) -> Result<Frame, IngestError> {
    let mut whole = Frame::default();
    let mut columns: BTreeMap<String, TextColumn> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut left_out = LeftOut::default();
    for (prefix, path) in tables {
        let (_, frame) = super::read_frame(path)?;
        if frame.field("file_name").and_then(Field::texts).is_none() {
            let remedy = "name each row's file in it, relative to its folder";
            return Err(IngestError::new(path, "no column \"file_name\"", remedy));
        }
        let before = whole.rows;
        whole.rows += frame.rows;
        whole.notes.extend(frame.notes);
        left_out.append(frame.left_out);
        if whole.classes.is_empty() {
            whole.classes = frame.classes;
        }
        let texts = frame.fields.into_iter().flat_map(Field::into_texts);
        let split = (!prefix.is_empty()).then(|| split_column(prefix, frame.rows));
        for (name, cells) in texts.chain(split) {
            let cells = if name == "file_name" { prefixed(prefix, &cells) } else { cells };
            if !columns.contains_key(&name) {
                order.push(name.clone());
            }
            let column = columns.entry(name).or_default();
            fill(column, before);
            column
                .append(&cells)
                .map_err(|()| IngestError::new(path, "a column holds over 4 GiB", ""))?;
        }
    }
    for name in order {
        let mut cells = columns.remove(&name).unwrap_or_default();
        fill(&mut cells, whole.rows);
        whole.fields.push(Field::text(name, cells));
    }
    whole.left_out = left_out;
    label_by_folder(&mut whole);
    whole.or_refuse(folder)
}

/// Empty cells up to a row.
fn fill(column: &mut TextColumn, rows: usize) {
    while column.len() < rows && column.push("").is_ok() {}
}

fn split_column(prefix: &str, rows: usize) -> (String, TextColumn) {
    let split = prefix.trim_end_matches('/');
    ("split".to_owned(), texts(std::iter::repeat_n(split.to_owned(), rows)))
}

fn prefixed(prefix: &str, names: &TextColumn) -> TextColumn {
    texts(names.iter().map(|name| format!("{prefix}{name}")))
}

/// A column of what one file names, which fits.
fn texts(names: impl Iterator<Item = String>) -> TextColumn {
    let mut cells = TextColumn::default();
    for name in names {
        let _ = cells.push(&name);
    }
    cells
}

/// Where the tables name no label, the folder that each file lies in is its class.
fn label_by_folder(frame: &mut Frame) {
    let names: Vec<&str> = frame.fields.iter().map(|field| field.name.as_str()).collect();
    let files = frame.field("file_name").and_then(Field::texts);
    let Some(files) = files.filter(|_| crate::ingest::roles::guess(&names).label.is_empty()) else {
        return;
    };
    let mut labels = TextColumn::default();
    for file in files.iter() {
        let folder = file.rsplit_once('/').map_or("", |(folders, _)| folders);
        let class = folder.rsplit('/').next().filter(|class| !is_split(class));
        let _ = labels.push(class.unwrap_or_default());
    }
    let classes: BTreeSet<&str> = labels.iter().filter(|label| !label.is_empty()).collect();
    if classes.is_empty() {
        return;
    }
    frame.classes = classes.into_iter().map(str::to_owned).collect();
    frame.notes.push(
        "the metadata has no label: the folder of each file is taken for its class".to_owned(),
    );
    frame.fields.push(Field::text("label", labels));
}

#[cfg(test)]
#[path = "image_folder_tests.rs"]
mod tests;
