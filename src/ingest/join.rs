//! Predictions of one file beside the examples of another.
//!
//! Invariant: rows are matched by what names them; by their order only where the counts agree, and it is said.

use super::assemble::Said;
use super::frame::{Field, Frame};
use super::{ColumnNames, IngestError, roles};
use crate::dataset::{Examples, TextColumn};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

/// What rows were matched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinedBy {
    /// Their ids.
    Id,
    /// Their files' paths.
    Path,
    /// The names of their files, without folder and ending.
    Stem,
    /// Their place.
    Order,
}

impl JoinedBy {
    /// As a part of a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Path => "path",
            Self::Stem => "file name",
            Self::Order => "their order",
        }
    }
}

/// Predictions of the examples, in their order.
#[derive(Debug, Clone)]
pub struct Joined {
    /// What was said; missing where an example is not in the file.
    pub said: Said,
    /// What rows were matched by.
    pub by: JoinedBy,
    /// Examples that are not in the file.
    pub missing: usize,
    /// Rows of the file that are no example.
    pub surplus: usize,
}

impl Joined {
    /// How it was joined, in a sentence.
    pub fn describe(&self, path: &Path) -> String {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut text = format!("{name} is joined by {}", self.by.name());
        if self.missing > 0 {
            let _ =
                write!(text, "; {} examples are not in it and have no prediction", self.missing);
        }
        if self.surplus > 0 {
            let _ = write!(text, "; {} of its rows are no example", self.surplus);
        }
        text
    }
}

/// Finds for each example its row of a frame, which was read from `path`. `columns` are the project's; where the
/// file has others they are guessed.
///
/// # Errors
/// Nothing in common, and another number of rows.
pub fn join(
    path: &Path,
    frame: Frame,
    columns: &ColumnNames,
    examples: &Examples,
) -> Result<Joined, IngestError> {
    let names: Vec<&str> = frame.fields.iter().map(|field| field.name.as_str()).collect();
    let guessed = roles::guess(&names);
    let own = |told: &Option<String>, guessed: &Option<String>| {
        let there = |name: &&String| names.contains(&name.as_str());
        told.as_ref().filter(there).or(guessed.as_ref()).cloned()
    };
    let (id, file) = (own(&columns.id, &guessed.id), own(&columns.file, &guessed.file));
    let texts = |name: &Option<String>| frame.field(name.as_deref()?)?.texts();
    let (rows, by) = matched(texts(&id), texts(&file), frame.rows, examples)
        .ok_or_else(|| unlike(path, &frame, examples))?;
    let missing = rows.iter().filter(|&&row| row == u32::MAX).count();
    let surplus = frame.rows.saturating_sub(examples.len() - missing);
    let [probabilities, predictions, confidence] = [
        own(&columns.probabilities, &guessed.probabilities),
        own(&columns.prediction, &guessed.prediction),
        own(&columns.confidence, &guessed.confidence),
    ];
    let mut frame = frame.keep(Some(&rows));
    let mut take = |name: Option<String>| -> Option<Field> {
        let at = frame.fields.iter().position(|field| Some(&field.name) == name.as_ref())?;
        Some(frame.fields.swap_remove(at))
    };
    let column = |field: Option<Field>| field.and_then(|field| field.texts().cloned());
    let said = Said {
        probabilities: take(probabilities),
        predictions: column(take(predictions)),
        confidence: column(take(confidence)),
    };
    Ok(Joined { said, by, missing, surplus })
}

/// For each example its row, `u32::MAX` where there is none.
fn matched(
    ids: Option<&TextColumn>,
    files: Option<&TextColumn>,
    rows: usize,
    examples: &Examples,
) -> Option<(Vec<u32>, JoinedBy)> {
    let own_files = examples.media.files();
    let plain: fn(&str) -> &str = |name| name;
    let tries = [
        (JoinedBy::Id, ids, Some(&examples.ids), plain),
        (JoinedBy::Path, files, own_files, plain as fn(&str) -> &str),
        (JoinedBy::Stem, files, own_files, stem),
        (JoinedBy::Stem, ids, own_files, stem),
        (JoinedBy::Stem, files, Some(&examples.ids), stem),
    ];
    let mut best: Option<(usize, Vec<u32>, JoinedBy)> = None;
    for (by, theirs, ours, key) in tries {
        let (Some(theirs), Some(ours)) = (theirs, ours) else { continue };
        let Some(found) = by_key(theirs, ours, key) else { continue };
        let count = found.iter().filter(|&&row| row != u32::MAX).count();
        if count > best.as_ref().map_or(0, |(best, ..)| *best) {
            best = Some((count, found, by));
        }
    }
    if let Some((_, found, by)) = best {
        return Some((found, by));
    }
    let place = |row: usize| examples.origin.row(row) as u32;
    let whole = rows == examples.origin.len || rows == examples.len();
    let in_order = |row| if rows == examples.origin.len { place(row) } else { row as u32 };
    whole.then(|| ((0..examples.len()).map(in_order).collect(), JoinedBy::Order))
}

/// Matches by a key; `None` if a key of `ours` is that of several.
fn by_key(theirs: &TextColumn, ours: &TextColumn, key: fn(&str) -> &str) -> Option<Vec<u32>> {
    let mut places: HashMap<&str, u32> = HashMap::with_capacity(theirs.len());
    for (row, name) in (0_u32..).zip(theirs.iter()) {
        // the last one counts: files of predictions grow at their end
        places.insert(key(name), row);
    }
    let mut seen = HashSet::with_capacity(ours.len());
    let mut rows = Vec::with_capacity(ours.len());
    for name in ours.iter() {
        let row = places.get(key(name)).copied().unwrap_or(u32::MAX);
        if row != u32::MAX && !seen.insert(row) {
            return None;
        }
        rows.push(row);
    }
    Some(rows)
}

fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn unlike(path: &Path, frame: &Frame, examples: &Examples) -> IngestError {
    let what = format!(
        "no id or file in it is that of an example, and it has {} rows for {} examples",
        frame.rows, examples.origin.len
    );
    IngestError::new(
        path,
        what,
        "give it the column `id` of the table, or a row for each of its rows",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Media, Origin, Split};

    fn column(cells: &[&str]) -> TextColumn {
        let mut column = TextColumn::default();
        for cell in cells {
            column.push(cell).unwrap();
        }
        column
    }

    fn examples() -> Examples {
        let files = column(&["a/one.png", "b/two.png"]);
        let origin = Origin { rows: Some(vec![0, 2]), len: 3, ..Origin::default() };
        let (ids, media) = (column(&["x", "y"]), Media::Picture(files));
        Examples { split: Split::Dev, ids, gold: vec![0, 0], media, metadata: vec![], origin }
    }

    fn joined(names: &[(&str, &[&str])]) -> Result<(Vec<String>, JoinedBy, usize, usize), String> {
        let fields: Vec<_> =
            names.iter().map(|(name, cells)| Field::text(*name, column(cells))).collect();
        let frame = Frame { rows: names[0].1.len(), fields, ..Frame::default() };
        let joined = join(Path::new("p.csv"), frame, &ColumnNames::default(), &examples());
        let Joined { said, by, missing, surplus } = joined.map_err(|e| e.to_string())?;
        let predictions = said.predictions.unwrap();
        Ok((predictions.iter().map(str::to_owned).collect(), by, missing, surplus))
    }

    #[test]
    fn rows_are_matched_by_id_then_path_then_file_name_then_order() {
        let pred: (&str, &[&str]) = ("pred", &["1", "2", "3"]);
        let by_id = joined(&[("id", &["z", "y", "x"]), pred]).unwrap();
        assert_eq!(by_id, (vec!["3".into(), "2".into()], JoinedBy::Id, 0, 1));
        let by_path = joined(&[("filename", &["b/two.png", "q", "r"]), pred]).unwrap();
        assert_eq!(by_path, (vec![String::new(), "1".into()], JoinedBy::Path, 1, 2));
        let by_stem = joined(&[("filename", &["two.jpg", "one.jpg", "r"]), pred]).unwrap();
        assert_eq!(by_stem, (vec!["2".into(), "1".into()], JoinedBy::Stem, 0, 1));
        let by_order = joined(&[pred]).unwrap();
        assert_eq!(by_order, (vec!["1".into(), "3".into()], JoinedBy::Order, 0, 1));
        let nothing = joined(&[("pred", &["1"])]).unwrap_err();
        assert!(nothing.contains("has 1 rows for 3 examples"), "{nothing}");
    }
}
