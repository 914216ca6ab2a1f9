//! Label Studio's exports "JSON-MIN" and "CSV": a row an annotation, the choice in a column named as its question.
//!
//! Invariant: which column that is shows in the others; a note says which was taken.

use super::label_studio::{LOCAL, file_of};
use super::texts::latest_of_each;
use crate::dataset::TextColumn;
use crate::ingest::frame::{Cells, Frame};
use std::collections::HashSet;

/// What Label Studio puts beside data and answers.
const OWN: [&str; 8] = [
    "id",
    "annotations",
    "agreement",
    "annotator",
    "annotation_id",
    "created_at",
    "updated_at",
    "lead_time",
];

/// Calls the answer `label` in Label Studio's tables; other frames stay as they are.
#[must_use]
pub fn tidy(mut frame: Frame) -> Frame {
    if !OWN[3..].iter().all(|own| frame.field(own).is_some()) {
        return frame;
    }
    let Some(at) = question(&frame) else { return frame };
    let name = std::mem::replace(&mut frame.fields[at].name, "label".to_owned());
    for (other, field) in frame.fields.iter_mut().enumerate() {
        if other != at && field.name == "label" {
            "data_label".clone_into(&mut field.name);
        }
        match &mut field.cells {
            Cells::Text(cells) if cells.iter().any(|cell| cell.contains(LOCAL)) => {
                *cells = paths(cells);
            }
            _ => {}
        }
    }
    if name != "label" {
        frame.notes.push(format!("the label is what was answered to {name:?} in Label Studio"));
    }
    latest_of_each(frame, "id", "updated_at")
}

fn paths(cells: &TextColumn) -> TextColumn {
    let mut files = TextColumn::default();
    for cell in cells.iter() {
        // none is longer than the cell it is made of
        let _ = files.push(&file_of(cell));
    }
    files
}

/// The column of the answers. JSON-MIN has them between the id and the annotator; CSV has its columns by name.
fn question(frame: &Frame) -> Option<usize> {
    let asked = |at: &usize| {
        let field = &frame.fields[*at];
        let name = field.name.as_str();
        !OWN.contains(&name) && !name.starts_with("_data_") && field.texts().is_some()
    };
    let asked: Vec<usize> = (0..frame.fields.len()).filter(asked).collect();
    let place = |name: &str| frame.fields.iter().position(|field| field.name == name);
    let (id, annotator) = (place("id"), place("annotator")?);
    let between = |at: &&usize| id.is_some_and(|id| id < **at) && **at < annotator;
    if frame.fields.windows(2).all(|pair| pair[0].name <= pair[1].name) {
        return by_values(frame, &asked);
    }
    asked.iter().find(between).copied().or_else(|| by_values(frame, &asked))
}

/// The column that holds choices most likely: filled where there is an annotation and only there, called like one,
/// with the fewest different values.
fn by_values(frame: &Frame, asked: &[usize]) -> Option<usize> {
    const NAMES: [&str; 7] =
        ["label", "choice", "choices", "class", "sentiment", "category", "answer"];
    let done = frame.field("annotation_id")?.texts()?;
    let likely = |at: &usize| {
        let field = &frame.fields[*at];
        let cells = || field.texts().into_iter().flat_map(TextColumn::iter);
        let other = cells().zip(done.iter()).filter(|(cell, id)| cell.is_empty() != id.is_empty());
        let different = cells().filter(|cell| !cell.is_empty()).collect::<HashSet<_>>().len();
        (other.count(), different < 2, !NAMES.contains(&field.name.as_str()), different)
    };
    asked.iter().copied().min_by_key(likely)
}
