//! Vectors of examples, for "more like this" and for suggestions: embeddings where there are some,
//! else made of the pictures, sounds, texts or table rows themselves.

use super::Snapshot;
use crate::analysis::likeness::{
    PICTURE_DIMS, PICTURE_SIDE, TEXT_DIMS, nearest, picture_vector, row_vectors, text_vectors,
};
use crate::analysis::properties::{self, Modality, Properties};
use crate::dataset::{Column, Examples, Matrix, Media, TextColumn};
use crate::media;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The most examples that vectors are made for: the first ones of the walk.
const MOST: usize = 20_000;

/// Vectors of examples, M×D.
#[derive(Debug, Clone)]
pub struct Vectors {
    matrix: Matrix,
    /// The examples of the rows of the matrix; `None` when these are the examples themselves.
    rows: Option<Vec<u32>>,
    /// The inverse of `rows`.
    places: HashMap<u32, u32>,
}

impl Vectors {
    /// The vector of an example.
    pub fn get(&self, row: u32) -> Option<&[f32]> {
        let place = self.place(row)?;
        (place < self.matrix.rows()).then(|| self.matrix.row(place))
    }

    /// D.
    pub fn dims(&self) -> usize {
        self.matrix.cols()
    }

    /// `rows` with those first that are most like `row`; those without a vector come last, in their order.
    pub fn sort(&self, rows: &[u32], row: u32) -> Vec<u32> {
        let Some(target) = self.place(row) else { return rows.to_vec() };
        let (known, unknown): (Vec<u32>, Vec<u32>) =
            rows.iter().partition(|&&row| self.place(row).is_some());
        let places: Vec<u32> =
            known.iter().filter_map(|&row| Some(self.place(row)? as u32)).collect();
        let near = nearest(&self.matrix, target, &places).into_iter().map(|(place, _)| place);
        let row_at = |place: u32| self.rows.as_ref().map_or(place, |rows| rows[place as usize]);
        let first = rows.contains(&row).then_some(row);
        first.into_iter().chain(near.map(row_at)).chain(unknown).collect()
    }

    fn place(&self, row: u32) -> Option<usize> {
        match self.rows {
            Some(_) => self.places.get(&row).map(|&place| place as usize),
            None => Some(row as usize),
        }
    }

    fn of(rows: Vec<u32>, matrix: Matrix) -> Self {
        let places = (0..).zip(&rows).map(|(place, &row)| (row, place)).collect();
        Self { matrix, rows: Some(rows), places }
    }
}

/// Makes the vectors of the walk's examples, the first 20,000 of them, one after the other. `None` when there is
/// nothing to compare.
pub fn make_vectors(snapshot: &Snapshot, file: &dyn Fn(u32) -> PathBuf) -> Option<Vectors> {
    if let Some(embeddings) = &snapshot.likeness.embeddings {
        return Some(Vectors { matrix: embeddings.clone(), rows: None, places: HashMap::new() });
    }
    let rows: Vec<u32> = snapshot.rows.iter().take(MOST).copied().collect();
    let matrix = content_vectors(&snapshot.examples, &rows, file, 1, &mut |_| true)?;
    Some(Vectors::of(rows, matrix))
}

/// Makes vectors of what examples are, whatever embeddings there are, M×D in the order of `rows`; files are
/// decoded so many at once, and those that can't be have no direction: zeros. `go_on` is told how many are
/// done, and stops it by false. `None` then, and when there is nothing to compare.
pub fn content_vectors(
    examples: &Examples,
    rows: &[u32],
    file: &dyn Fn(u32) -> PathBuf,
    at_once: usize,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Option<Matrix> {
    match &examples.media {
        Media::Picture(_) => {
            let one = |file: &Path| of_picture(file).unwrap_or([0.0; PICTURE_DIMS]);
            let made = of_files(rows, file, at_once, go_on, &one)?;
            Matrix::new(made.into_flattened(), rows.len(), PICTURE_DIMS).ok()
        }
        Media::Sound(_) => {
            let made = of_files(rows, file, at_once, go_on, &of_sound)?;
            let columns = properties::columns(Modality::Sound, made).ok()?;
            row_vectors(&columns, rows.len()).ok()
        }
        Media::Text(texts) => text_vectors(&part(texts, rows), TEXT_DIMS).ok(),
        Media::Row => {
            let cut = |column: &Column| Column::new(column.name.clone(), part(&column.cells, rows));
            let columns: Vec<Column> = examples.metadata.iter().map(cut).collect();
            row_vectors(&columns, rows.len()).ok()
        }
    }
}

/// What `one` makes of each file, so many at once.
fn of_files<T: Send>(
    rows: &[u32],
    file: &dyn Fn(u32) -> PathBuf,
    at_once: usize,
    go_on: &mut dyn FnMut(usize) -> bool,
    one: &(dyn Fn(&Path) -> T + Sync),
) -> Option<Vec<T>> {
    let mut made = Vec::with_capacity(rows.len());
    for some in rows.chunks(at_once.max(1)) {
        if !go_on(made.len()) {
            return None;
        }
        let files: Vec<PathBuf> = some.iter().map(|&row| file(row)).collect();
        made.par_extend(files.par_iter().map(|file| one(file)));
    }
    Some(made)
}

/// Sounds are alike where their properties are.
fn of_sound(file: &Path) -> Option<Properties> {
    let sound = media::decode_sound(file).ok()?;
    Some(properties::sound(&sound.samples, sound.rate))
}

fn of_picture(file: &Path) -> Option<[f32; PICTURE_DIMS]> {
    let image = media::decode_upright(file).ok()?;
    let (pixels, width, height) = media::shrunk(&image, PICTURE_SIDE as u32)?;
    picture_vector(&pixels, width, height).ok()
}

/// The cells of some rows.
fn part(column: &TextColumn, rows: &[u32]) -> TextColumn {
    let mut cells = TextColumn::default();
    for &row in rows {
        // A part is no larger than the whole, which fits.
        let _ = cells.push(column.get(row as usize));
    }
    cells
}
