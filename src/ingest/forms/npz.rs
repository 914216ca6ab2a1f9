//! `NumPy`'s archives (`.npz`) of labels and probabilities by name, and arrays of labels (`.npy`) on their own.
//!
//! Invariant: arrays with as many rows as there are examples become columns; others are named in a note.

use super::Sight;
use super::array::Array;
use crate::dataset::TextColumn;
use crate::ingest::IngestError;
use crate::ingest::frame::{Cells, Field, Frame};
use crate::ingest::roles;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use zip::ZipArchive;

/// Names of arrays with the columns that they are.
const NAMES: [(&str, &[&str]); 5] = [
    (
        "label",
        &[
            "labels",
            "label",
            "y",
            "y_true",
            "targets",
            "target",
            "gold",
            "given_labels",
            "true_labels",
        ],
    ),
    ("prediction", &["predictions", "prediction", "preds", "pred", "y_pred", "predicted_labels"]),
    (
        "probs",
        &[
            "pred_probs",
            "probs",
            "probabilities",
            "proba",
            "y_prob",
            "y_proba",
            "y_score",
            "scores",
            "softmax",
        ],
    ),
    ("logits", &["logits", "outputs"]),
    ("id", &["ids", "id"]),
];
/// Arrays that hold the names of the classes, not a column.
const CLASSES: [&str; 4] = ["classes", "class_names", "label_names", "target_names"];

/// Whether it is an archive that holds arrays.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let npy = || memchr::memmem::find(&sight.head, b".npy").is_some();
    sight.head.starts_with(b"PK\x03\x04") && (sight.extension == "npz" || npy())
}

/// Whether it is an array of one value an example: floats with one axis are none.
pub fn sniff_labels(sight: &Sight<'_>) -> bool {
    let array = || Array::open(&mut sight.head.as_slice());
    sight.head.starts_with(b"\x93NUMPY")
        && array().is_ok_and(|array| array.shape.len() == 1 && !array.is_float())
}

/// Reads one label an example; predictions if the file is called so.
///
/// # Errors
/// A file that can't be read, is cut short, or holds pickles.
pub fn read_labels(path: &Path) -> Result<Frame, IngestError> {
    let mut reader = BufReader::new(File::open(path).map_err(|e| IngestError::io(path, &e))?);
    let array = Array::open(&mut reader).map_err(|why| IngestError::new(path, why, ""))?;
    let labels = array.texts(&mut reader);
    let labels = labels.map_err(|why| IngestError::new(path, why, array.remedy()))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let mut frame = Frame { rows: labels.len(), ..Frame::default() };
    let said = stem.contains("pred");
    if said {
        frame.notes.push(format!("by its name, {stem}.npy holds predictions, not gold labels"));
    }
    frame.fields.push(Field::text(if said { "prediction" } else { "label" }, labels));
    frame.or_refuse(path)
}

/// Reads an archive.
///
/// # Errors
/// A file that can't be read, is cut short, or holds no array of labels, predictions or probabilities.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    let broken = |e: zip::result::ZipError| {
        IngestError::new(path, format!("not a whole archive ({e})"), "save or copy the file again")
    };
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let (mut fields, mut notes, mut classes) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(broken)?;
        let name = entry.name().to_owned();
        let Some(name) = name.strip_suffix(".npy") else { continue };
        match array(name, &mut entry)
            .map_err(|(why, remedy)| IngestError::new(path, format!("{name:?}: {why}"), remedy))?
        {
            Ok(field) if CLASSES.contains(&name) => {
                classes = field
                    .texts()
                    .into_iter()
                    .flat_map(TextColumn::iter)
                    .map(str::to_owned)
                    .collect();
            }
            Ok(field) => fields.push(field),
            Err(sizes) => notes.push(format!("{name:?} ({sizes}) is not taken over")),
        }
    }
    let mut frame = columns(fields, notes).ok_or_else(|| {
        let what = "there are neither labels nor probabilities in it";
        let remedy = "save them by name: numpy.savez(path, labels=labels, pred_probs=pred_probs)";
        IngestError::new(path, what, remedy)
    })?;
    frame.classes = classes;
    frame.or_refuse(path)
}

/// An array as a field, or its sizes if it is no column.
type Read1 = Result<Field, String>;

fn array(name: &str, reader: &mut dyn Read) -> Result<Read1, (String, &'static str)> {
    let array = Array::open(reader).map_err(|why| (why, "save or copy the file again"))?;
    let lower = name.to_ascii_lowercase();
    let known = NAMES.iter().find(|(_, names)| names.contains(&lower.as_str()));
    let unnamed = lower.starts_with("arr_");
    let column = known.map_or(name, |(column, _)| column);
    let failed = |why| (why, array.remedy());
    match array.shape.len() {
        1 => {
            let column = if unnamed && !array.is_float() { "label" } else { column };
            array.texts(reader).map(|texts| Ok(Field::text(column, texts))).map_err(failed)
        }
        2 if array.is_float() && (known.is_some() || unnamed) => {
            let column = if unnamed { "probs" } else { column };
            let (width, values) = array.rows(reader).map_err(failed)?;
            let cells = Cells::Numbers { width, values };
            Ok(Ok(Field { name: column.to_owned(), parts: Vec::new(), cells }))
        }
        _ => Ok(Err(array.sizes())),
    }
}

fn rows(field: &Field) -> usize {
    match &field.cells {
        Cells::Text(cells) => cells.len(),
        Cells::Numbers { width, values } => values.len() / (*width).max(1),
    }
}

/// The columns with as many rows as the labels, else as what the model said.
fn columns(fields: Vec<Field>, mut notes: Vec<String>) -> Option<Frame> {
    let main = ["label", "prediction", "probs", "logits"];
    let main = main.iter().find_map(|main| fields.iter().find(|field| field.name == *main));
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let guess = roles::guess(&names);
    let guessed = || fields.iter().find(|field| field.name == guess.label);
    let count = rows(main.or_else(guessed)?);
    let mut frame = Frame { rows: count, ..Frame::default() };
    for field in fields {
        let twice = frame.field(&field.name).is_some();
        let empty = matches!(field.cells, Cells::Numbers { width: 0, .. });
        if rows(&field) == count && !twice && !empty {
            frame.fields.push(field);
        } else {
            notes.push(format!("{:?} ({} rows) is not taken over", field.name, rows(&field)));
        }
    }
    frame.notes = notes;
    Some(frame)
}

#[cfg(test)]
#[path = "npz_tests.rs"]
mod tests;
