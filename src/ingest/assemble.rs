//! From a frame to the examples of a split and what a model said of them.
//!
//! Invariant: a row that is no example is counted with its line and the reason; a file without any is refused.

use super::frame::{Cells, Field, Frame};
use super::identity::own_cells;
use super::{ColumnNames, IngestError, read_frame, reasons, roles};
use crate::dataset::{
    ClassNames, Column, Examples, LeftOut, Media, Origin, Split, TextColumn, stable_hash,
};
use crate::media::{is_sound, text};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// The columns that an export of labels adds.
pub const LABEL_COLUMNS: [&str; 4] = ["old_label", "new_label", "relabelled_by", "relabelled_at"];

/// Reads the examples of a split from a file or folder of any form, with what a model said of them there.
///
/// # Errors
/// As [`read_frame`] and [`assemble`].
pub fn read_examples(
    path: &Path,
    columns: &ColumnNames,
    classes: &ClassNames,
    split: Split,
) -> Result<Assembled, IngestError> {
    let (_, frame) = read_frame(path)?;
    assemble(path, frame, columns, classes, split)
}

/// What a model said of a table's rows, in the table itself.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Its probabilities or scores, with the names of the classes if the columns have them.
    pub probabilities: Option<Field>,
    /// Its classes.
    pub predictions: Option<TextColumn>,
    /// The probability of each of those.
    pub confidence: Option<TextColumn>,
}

/// Examples and what was said of them, row by row.
#[derive(Debug, Clone)]
pub struct Assembled {
    /// The examples.
    pub examples: Examples,
    /// What a model said of them.
    pub said: Said,
}

/// Where each thing stands in a frame.
struct Places {
    id: Option<usize>,
    media: Option<usize>,
    label: usize,
    probabilities: Option<usize>,
    predictions: Option<usize>,
    confidence: Option<usize>,
}

/// Rows that are no examples, with the reason and on a second line the remedy.
type Bad = BTreeMap<usize, Cow<'static, str>>;

/// Makes the examples of a split of a frame that was read from `path`.
///
/// # Errors
/// A missing column; no row that can be used: with the first reason and its line.
pub fn assemble(
    path: &Path,
    mut frame: Frame,
    columns: &ColumnNames,
    classes: &ClassNames,
    split: Split,
) -> Result<Assembled, IngestError> {
    let of_split = rows_of(&frame, columns, split);
    if of_split.is_some() {
        frame.left_out = strays(&frame, columns, split);
    }
    let frame = frame.keep(of_split.as_deref());
    let places = places(path, &frame, columns, split)?;
    let (mut gold, mut bad) = gold(texts(path, &frame, places.label)?, classes);
    let mut ids = match places.id {
        Some(at) => texts(path, &frame, at)?.clone(),
        None => content_ids(path, &frame, columns, &places)?,
    };
    check_ids(&ids, &mut bad);
    if bad.len() == frame.rows {
        return Err(nothing(path, &frame, &bad));
    }
    let left_out = left_out(&frame, &bad);
    let kept = || (0..frame.rows).filter(|row| !bad.contains_key(row)).map(|row| row as u32);
    let kept: Option<Vec<u32>> = (!bad.is_empty()).then(|| kept().collect());
    if let Some(rows) = &kept {
        ids = ids.gather(rows);
        gold = rows.iter().map(|&row| gold[row as usize]).collect();
    }
    let mut frame = frame.keep(kept.as_deref());
    let origin = Origin { rows: frame.places.take(), len: frame.records.max(frame.rows), left_out };
    let (media, metadata, said) = take_apart(frame, &places, columns);
    Ok(Assembled { examples: Examples { split, ids, gold, media, metadata, origin }, said })
}

/// The rows of a split, where a column tells it.
fn rows_of(frame: &Frame, columns: &ColumnNames, split: Split) -> Option<Vec<u32>> {
    let cells = frame.field(columns.split.as_deref()?)?.texts()?;
    let is = |row: &u32| roles::split(cells.get(*row as usize)) == Some(split);
    let rows: Vec<u32> = (0..frame.rows as u32).filter(is).collect();
    (!rows.is_empty()).then_some(rows)
}

/// Rows of a table of several splits that belong to none: those that can't be read, and those of another word. They
/// are counted once, for the first split of the table.
fn strays(frame: &Frame, columns: &ColumnNames, split: Split) -> LeftOut {
    let cells = columns.split.as_deref().and_then(|name| frame.field(name)?.texts());
    let splits = || cells.into_iter().flat_map(TextColumn::iter).map(roles::split);
    let first = Split::ALL.into_iter().find(|split| splits().any(|of| of == Some(*split)));
    if first != Some(split) {
        return LeftOut::default();
    }
    let mut left_out = frame.left_out.clone();
    for (row, _) in splits().enumerate().filter(|(_, of)| of.is_none()) {
        let word = cells.map_or("", |cells| cells.get(row));
        left_out.push(frame.line(row), format!("split {word:?} {}", reasons::NO_SPLIT));
    }
    left_out
}

fn nothing(path: &Path, frame: &Frame, bad: &Bad) -> IngestError {
    let Some((&row, why)) = bad.first_key_value() else {
        return IngestError::new(path, "there are no rows in it", "");
    };
    let refused = IngestError::told(path, why);
    match frame.line(row) {
        0 => refused,
        line => refused.at(line),
    }
}

fn left_out(frame: &Frame, bad: &Bad) -> LeftOut {
    let mut left_out = frame.left_out.clone();
    for (&row, why) in bad {
        left_out.push(frame.line(row), &**why);
    }
    left_out.first.sort_by_key(|(line, _)| *line);
    left_out
}

fn places(
    path: &Path,
    frame: &Frame,
    columns: &ColumnNames,
    split: Split,
) -> Result<Places, IngestError> {
    let at = |name: &str| frame.fields.iter().position(|field| field.name == name);
    let find = |name: &str| {
        let Some(place) = at(name) else {
            let remedy = format!("correct [columns] in gaffe.toml; there is: {}", listed(frame));
            return Err(IngestError::new(path, format!("no column {name:?}"), remedy).at(1));
        };
        if frame.fields.iter().filter(|field| field.name == name).count() > 1 {
            let what = format!("two columns are called {name:?}");
            return Err(IngestError::new(path, what, "rename one of them").at(1));
        }
        Ok(place)
    };
    // Train and test may come without anything to look at: their metrics need none.
    let there = |name: &&str| split == Split::Dev || at(name).is_some();
    let media = columns.file.as_deref().or(columns.text.as_deref()).filter(there);
    let optional = |name: &Option<String>| name.as_deref().and_then(at);
    let label = find(&columns.label)?;
    Ok(Places {
        id: columns.id.as_deref().or(columns.file.as_deref()).map(find).transpose()?,
        media: media.map(find).transpose()?,
        label,
        probabilities: optional(&columns.probabilities),
        predictions: optional(&columns.prediction),
        confidence: optional(&columns.confidence),
    })
}

/// Names of columns for a message.
pub fn listed(frame: &Frame) -> String {
    let names: Vec<_> = frame.fields.iter().map(|field| text::fit(&field.name, 40)).collect();
    names.join(", ")
}

fn texts<'f>(path: &Path, frame: &'f Frame, at: usize) -> Result<&'f TextColumn, IngestError> {
    let field = &frame.fields[at];
    field.texts().ok_or_else(|| {
        let what = format!("the column {:?} holds lists of numbers", field.name);
        IngestError::new(path, what, "correct [columns] in gaffe.toml")
    })
}

/// The class of each label; those that are none are bad.
fn gold(labels: &TextColumn, classes: &ClassNames) -> (Vec<u32>, Bad) {
    // A class that is called "3" makes a label of 3 a name, not an index.
    let may_be_indices = !classes.names().iter().any(|name| name.parse::<u32>().is_ok());
    let class = |label: &str| {
        let index = || label.parse::<u32>().ok().filter(|&k| (k as usize) < classes.len());
        classes.index(label).or_else(|| index().filter(|_| may_be_indices))
    };
    let rows = (0..labels.len()).into_par_iter();
    let gold: Vec<u32> = rows.map(|row| class(labels.get(row)).unwrap_or(u32::MAX)).collect();
    let none = gold.iter().enumerate().filter(|(_, class)| **class == u32::MAX);
    let bad = none.map(|(row, _)| (row, no_class(labels.get(row), classes))).collect();
    (gold, bad)
}

fn no_class(label: &str, classes: &ClassNames) -> Cow<'static, str> {
    if label.is_empty() {
        return Cow::Borrowed(reasons::NO_LABEL);
    }
    let remedy = match classes.nearest(label) {
        Some(near) => format!("did you mean {near:?}? Classes are listed in gaffe.toml"),
        None => "correct the label, or add the class to `classes` in gaffe.toml".to_owned(),
    };
    Cow::Owned(format!("label {label:?} {}\n{remedy}", reasons::NO_CLASS))
}

/// Rows without an id and those whose id stands in an earlier one are bad.
fn check_ids(ids: &TextColumn, bad: &mut Bad) {
    let hash = |row| stable_hash(ids.get(row).bytes());
    let mut hashes: Vec<u64> = (0..ids.len()).into_par_iter().map(hash).collect();
    hashes.par_sort_unstable();
    let empty = stable_hash([]);
    let clash = hashes.windows(2).any(|pair| pair[0] == pair[1]);
    if !clash && hashes.binary_search(&empty).is_err() {
        return;
    }
    let mut seen = HashSet::with_capacity(ids.len());
    for (row, id) in ids.iter().enumerate() {
        let why = if id.is_empty() { reasons::NO_ID } else { reasons::TWICE };
        if id.is_empty() || !seen.insert(id) {
            bad.entry(row).or_insert(Cow::Borrowed(why));
        }
    }
}

/// Ids made of what is to be looked at, else of the cells that are the row's own. Equal rows are told apart by their number: they are interchangeable. Where
/// there is nothing but labels, the number of the row is its id.
fn content_ids(
    path: &Path,
    frame: &Frame,
    columns: &ColumnNames,
    places: &Places,
) -> Result<TextColumn, IngestError> {
    let cells: Vec<&TextColumn> = match places.media {
        Some(media) => vec![texts(path, frame, media)?],
        None => own_cells(frame, columns),
    };
    let bytes =
        |row: usize| cells.iter().flat_map(move |column| column.get(row).bytes().chain([0]));
    let hashes: Vec<u64> =
        (0..frame.rows).into_par_iter().map(|row| stable_hash(bytes(row))).collect();
    let too_long = || IngestError::new(path, "the ids pass 4 GiB", "");
    if cells.is_empty() {
        let mut ids = TextColumn::default();
        for row in 0..frame.rows {
            ids.push(&row.to_string()).map_err(|_| too_long())?;
        }
        return Ok(ids);
    }
    ids_by_content(hashes).ok_or_else(too_long)
}

/// Ids made of hashes of what each row holds; `None` past 4 GiB.
pub(super) fn ids_by_content(hashes: Vec<u64>) -> Option<TextColumn> {
    let (mut ids, mut repeats) = (TextColumn::default(), HashMap::new());
    for hash in hashes {
        let count = repeats.entry(hash).or_insert(0_u32);
        *count += 1;
        let id = match *count {
            1 => format!("row-{hash:016x}"),
            n => format!("row-{hash:016x}-{n}"),
        };
        ids.push(&id).ok()?;
    }
    Some(ids)
}

fn take_apart(frame: Frame, places: &Places, columns: &ColumnNames) -> (Media, Vec<Column>, Said) {
    let (mut media, mut said, mut others) = (None, Said::default(), Vec::new());
    for (at, field) in frame.fields.into_iter().enumerate() {
        let is = |place: Option<usize>| place == Some(at);
        let Field { name, parts, cells } = field;
        match (cells, is(places.media)) {
            (Cells::Text(cells), true) => media = Some(cells),
            (Cells::Text(_), _) if is(places.id) || is(Some(places.label)) => {}
            (Cells::Text(cells), _) if is(places.predictions) => said.predictions = Some(cells),
            (Cells::Text(cells), _) if is(places.confidence) => said.confidence = Some(cells),
            (Cells::Text(cells), _) => others.push((name, cells)),
            (cells @ Cells::Numbers { .. }, _) if is(places.probabilities) => {
                said.probabilities = Some(Field { name, parts, cells });
            }
            (cells @ Cells::Numbers { .. }, _) => {
                others.extend(Field { name, parts, cells }.into_texts());
            }
        }
    }
    let media = match (media, &columns.file) {
        (None, _) => Media::Row,
        (Some(files), Some(_)) if are_sounds(&files) => Media::Sound(files),
        (Some(files), Some(_)) => Media::Picture(files),
        (Some(texts), None) => Media::Text(texts),
    };
    let columns = others.into_par_iter().map(|(name, cells)| Column::new(name, cells));
    (media, columns.collect(), said)
}

/// Whether files are sounds by their names: the first ones that are named, all of them.
fn are_sounds(files: &TextColumn) -> bool {
    const FIRST: usize = 100;
    let mut first = files.iter().filter(|file| !file.is_empty()).take(FIRST).peekable();
    first.peek().is_some() && first.all(|file| is_sound(Path::new(file)))
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
