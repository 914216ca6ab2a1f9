//! Properties of what examples show, as columns beside the metadata.

use super::{Project, ProjectError};
use crate::analysis::properties::{self, Modality, Properties};
use crate::dataset::{Column, Examples, Media};
use crate::ingest::IngestError;
use crate::media;
use rayon::prelude::*;
use serde::Serialize;
use std::path::Path;

/// Examples that are measured before their numbers are put into the columns.
const PIECE: usize = 1 << 14;

/// An example that can't be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// What was measured of the examples of a split.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// What the examples are; `None` if there is nothing to measure, and then no column.
    pub modality: Option<Modality>,
    /// A column a property, in the order of [`Modality::properties`]. One whose name the metadata has
    /// already ends in " (measured)".
    pub columns: Vec<Column>,
    /// The examples that can't be read; their cells are empty.
    pub unreadable: Vec<Unreadable>,
}

impl Project {
    /// Measures every example on all cores. `tick` is called after each.
    ///
    /// # Errors
    /// No such split, or columns past 4 GiB.
    pub fn properties(
        &self,
        examples: &Examples,
        tick: &(dyn Fn() + Sync),
    ) -> Result<Measured, ProjectError> {
        let root = self.media_root(examples.split)?;
        let too_long = |e: crate::analysis::AnalysisError| match self.table(examples.split) {
            Ok(table) => IngestError::new(&table, e.to_string(), "").into(),
            Err(error) => error,
        };
        let mut unreadable = Vec::new();
        let (modality, columns) = match &examples.media {
            Media::Row => return Ok(Measured::default()),
            Media::Text(texts) => {
                let measure = |row: usize| Ok(properties::text(texts.get(row)));
                let rows = in_pieces(examples, &measure, tick, &mut unreadable);
                (Modality::Text, properties::columns(Modality::Text, rows))
            }
            Media::Picture(files) => {
                let measure =
                    |row: usize| of_picture(&root.join(files.get(row))).map_err(|e| e.to_string());
                let rows = in_pieces(examples, &measure, tick, &mut unreadable);
                (Modality::Picture, properties::columns(Modality::Picture, rows))
            }
            Media::Sound(files) => {
                let measure =
                    |row: usize| of_sound(&root.join(files.get(row))).map_err(|e| e.to_string());
                let rows = in_pieces(examples, &measure, tick, &mut unreadable);
                (Modality::Sound, properties::columns(Modality::Sound, rows))
            }
        };
        let mut columns = columns.map_err(too_long)?;
        for column in &mut columns {
            while examples.metadata.iter().any(|other| other.name == column.name) {
                column.name.push_str(" (measured)");
            }
        }
        Ok(Measured { modality: Some(modality), columns, unreadable })
    }
}

/// Measures row after row, a piece of them at a time on all cores, so that what is not in the columns
/// yet stays small. `None` for those that can't be read.
fn in_pieces<'a>(
    examples: &'a Examples,
    measure: &'a (dyn Fn(usize) -> Result<Properties, String> + Sync),
    tick: &'a (dyn Fn() + Sync),
    unreadable: &'a mut Vec<Unreadable>,
) -> impl Iterator<Item = Option<Properties>> + 'a {
    let count = examples.len();
    let piece = move |start: usize| {
        let one = |row: usize| {
            let measured = measure(row);
            tick();
            measured
        };
        let rows = start..count.min(start + PIECE);
        rows.into_par_iter().map(one).collect::<Vec<_>>()
    };
    let rows = (0..count).step_by(PIECE).flat_map(piece).enumerate();
    rows.map(move |(row, measured)| {
        let note = |reason| {
            unreadable.push(Unreadable { id: examples.ids.get(row).to_owned(), reason });
        };
        measured.map_err(note).ok()
    })
}

/// Measures a file: a text if it ends in `.txt`, a sound if in `.wav`, `.flac`, `.ogg`, `.mp3`, else a picture of any name.
///
/// # Errors
/// A file that can't be read as that.
pub fn measure_file(path: &Path) -> Result<Properties, ProjectError> {
    let is = |kind: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(kind));
    if is("txt") {
        let text = std::fs::read_to_string(path).map_err(|e| IngestError::io(path, &e))?;
        return Ok(properties::text(&text));
    }
    if media::is_sound(path) {
        return of_sound(path);
    }
    of_picture(path)
}

fn of_sound(path: &Path) -> Result<Properties, ProjectError> {
    let sound = media::decode_sound(path)?;
    Ok(properties::sound(&sound.samples, sound.rate))
}

fn of_picture(path: &Path) -> Result<Properties, ProjectError> {
    let rgb = media::decode(path)?.into_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    properties::picture(rgb.as_raw(), width, height)
        .map_err(|e| IngestError::new(path, e.to_string(), "").into())
}
