//! From what a table or an array says of a model to class probabilities, N×K.
//!
//! Invariant: a softmax is applied once, to all rows or to none, and said; a row that is no distribution has no
//! prediction, and is counted.

use super::assemble::Said;
use super::frame::{Cells, Field};
use crate::dataset::{ClassNames, Known, Matrix, TextColumn};
use rayon::prelude::*;
use std::collections::HashMap;

/// How far a probability may be out of 0 to 1 from rounding; it is clipped.
const ROUNDING: f32 = 1e-4;
/// How far a row may be from summing to 1.
const ROW_SUM: f64 = 1e-3;
/// Rows that one core takes at a time.
const PIECE: usize = 4096;

/// Probabilities with what the user should know of them.
#[derive(Debug, Clone)]
pub struct Told {
    /// N×K, rows without a prediction are NaN.
    pub matrix: Matrix,
    /// How much of each row the source says.
    pub known: Known,
    /// In sentences.
    pub notes: Vec<String>,
}

/// The probabilities of the `rows` of a table.
///
/// # Errors
/// No predictions there; other classes than the project's; rows that are neither probabilities nor logits.
pub fn told(said: &Said, rows: usize, classes: &ClassNames) -> Result<Told, String> {
    if let Some(field) = &said.probabilities {
        let Cells::Numbers { width, values } = &field.cells else {
            return Err(format!("the column {:?} holds texts, no numbers", field.name));
        };
        let values = by_class(field, *width, values, classes)?;
        return settle(values, classes.len(), &field.name);
    }
    let Some(predictions) = &said.predictions else {
        return Err("it has no column of predictions or probabilities".to_owned());
    };
    by_prediction(predictions, said.confidence.as_ref(), rows, classes)
}

/// Makes logits into probabilities, clips what is out of range by rounding, and takes rows away that are none.
///
/// # Errors
/// Values that are neither: scores of several labels at once.
pub fn settle(mut values: Vec<f32>, classes: usize, name: &str) -> Result<Told, String> {
    let counts = values
        .par_chunks(PIECE * classes)
        .map(|piece| piece.chunks_exact(classes).map(Row::of).fold(Counts::default(), Counts::add));
    let counts = counts.reduce(Counts::default, Counts::join);
    let mut notes = Vec::new();
    let given = counts.rows - counts.missing;
    if given > 0 && 2 * counts.wide >= given {
        values.par_chunks_mut(PIECE * classes).for_each(|piece| {
            piece.chunks_exact_mut(classes).for_each(softmax);
        });
        notes.push(format!("{name} holds logits: a softmax makes them probabilities"));
    } else if 2 * counts.sums > given {
        return Err(format!(
            "most rows of {name} lie between 0 and 1 and don't sum to 1\nscores of several labels at once are no \
             class probabilities: give one softmax over the classes"
        ));
    } else {
        mend_all(&mut values, classes, &counts);
        notes.extend(counts.mended(name));
    }
    if counts.missing > 0 {
        notes.push(format!("{} rows of {name} are empty: they have no prediction", counts.missing));
    }
    let rows = values.len() / classes.max(1);
    let matrix = Matrix::new(values, rows, classes).map_err(|e| e.to_string())?;
    Ok(Told { matrix, known: Known::All, notes })
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Missing,
    /// Beyond 0 to 1.
    Wide,
    /// Within 0 to 1, with another sum than 1.
    Sum,
    Clipped,
    Whole,
}

impl Row {
    fn of(row: &[f32]) -> Self {
        if row.iter().any(|p| p.is_nan()) {
            return Self::Missing;
        }
        let (mut least, mut most, mut sum) = (f32::INFINITY, f32::NEG_INFINITY, 0.0_f64);
        for &p in row {
            (least, most) = (least.min(p), most.max(p));
            sum += f64::from(p);
        }
        if least < -ROUNDING || most > 1.0 + ROUNDING {
            Self::Wide
        } else if (sum - 1.0).abs() > ROW_SUM {
            Self::Sum
        } else if least < 0.0 || most > 1.0 {
            Self::Clipped
        } else {
            Self::Whole
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    rows: usize,
    missing: usize,
    wide: usize,
    sums: usize,
    clipped: usize,
    /// The first row that is no distribution.
    first: Option<usize>,
}

impl Counts {
    fn add(mut self, row: Row) -> Self {
        match row {
            Row::Missing => self.missing += 1,
            Row::Wide => self.wide += 1,
            Row::Sum => self.sums += 1,
            Row::Clipped => self.clipped += 1,
            Row::Whole => {}
        }
        if matches!(row, Row::Wide | Row::Sum) {
            self.first.get_or_insert(self.rows);
        }
        self.rows += 1;
        self
    }

    /// What was done to rows that are no probabilities, or not quite.
    fn mended(&self, name: &str) -> Vec<String> {
        let mut notes = Vec::new();
        let none = self.wide + self.sums;
        if none > 0 {
            let first = self.first.map_or(0, |row| row + 1);
            notes.push(format!(
                "{none} rows of {name} are no probabilities (the first is row {first}): they have no prediction"
            ));
        }
        if self.clipped > 0 {
            let clipped = self.clipped;
            notes.push(format!("{clipped} rows of {name} pass 0 or 1 by rounding: clipped"));
        }
        notes
    }

    fn join(self, later: Self) -> Self {
        Self {
            rows: self.rows + later.rows,
            missing: self.missing + later.missing,
            wide: self.wide + later.wide,
            sums: self.sums + later.sums,
            clipped: self.clipped + later.clipped,
            first: self.first.or(later.first.map(|row| self.rows + row)),
        }
    }
}

fn softmax(row: &mut [f32]) {
    if row.iter().any(|logit| logit.is_nan()) {
        row.fill(f32::NAN);
        return;
    }
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let power = |logit: f32| f64::from(logit - most).exp();
    let sum: f64 = row.iter().map(|&logit| power(logit)).sum();
    for value in row {
        *value = (power(*value) / sum) as f32;
    }
}

fn mend_all(values: &mut [f32], classes: usize, counts: &Counts) {
    if counts.wide + counts.sums + counts.clipped + counts.missing > 0 {
        values.par_chunks_mut(PIECE * classes).for_each(|piece| {
            piece.chunks_exact_mut(classes).for_each(mend);
        });
    }
}

fn mend(row: &mut [f32]) {
    match Row::of(row) {
        Row::Missing | Row::Wide | Row::Sum => row.fill(f32::NAN),
        Row::Clipped => row.iter_mut().for_each(|p| *p = p.clamp(0.0, 1.0)),
        Row::Whole => {}
    }
}

/// The columns in the order of the classes.
fn by_class(
    field: &Field,
    width: usize,
    values: &[f32],
    classes: &ClassNames,
) -> Result<Vec<f32>, String> {
    if width != classes.len() {
        return Err(format!(
            "{} has {width} numbers a row, but there are {} classes\nlist the classes in gaffe.toml, in the order of \
             the numbers",
            field.name,
            classes.len()
        ));
    }
    let class = |part: &String| {
        let index = || part.parse::<u32>().ok().filter(|&k| (k as usize) < width);
        classes
            .index(part)
            .or_else(|| classes.nearest(part).and_then(|near| classes.index(near)))
            .or_else(index)
    };
    let places: Option<Vec<u32>> = field.parts.iter().map(class).collect();
    let Some(places) = places else {
        let unknown = field.parts.iter().find(|part| class(part).is_none());
        let unknown = unknown.map_or("", String::as_str);
        return Err(format!(
            "the column of {unknown:?} belongs to none of the classes\ncorrect `classes` in gaffe.toml"
        ));
    };
    if places.iter().enumerate().all(|(at, &class)| at == class as usize) {
        return Ok(values.to_vec());
    }
    let mut ordered = vec![f32::NAN; values.len()];
    ordered.par_chunks_mut(width).zip(values.par_chunks(width)).for_each(|(to, from)| {
        for (&class, &value) in places.iter().zip(from) {
            to[class as usize] = value;
        }
    });
    Ok(ordered)
}

/// Where the class alone is told, it is taken for certain, and the run says that it is not known how certain; where
/// its probability is told too, the rest is spread evenly.
fn by_prediction(
    predictions: &TextColumn,
    confidence: Option<&TextColumn>,
    rows: usize,
    classes: &ClassNames,
) -> Result<Told, String> {
    let width = classes.len();
    let indices = !classes.names().iter().any(|name| name.parse::<u32>().is_ok());
    let mut values = vec![f32::NAN; rows * width];
    let mut strange: HashMap<&str, usize> = HashMap::new();
    for (row, values) in values.chunks_exact_mut(width).enumerate() {
        let name = predictions.get(row);
        let index = || name.parse::<u32>().ok().filter(|&k| indices && (k as usize) < width);
        let Some(class) = classes.index(name).or_else(index) else {
            *strange.entry(name).or_default() += 1;
            continue;
        };
        let told = confidence.and_then(|cells| cells.get(row).parse::<f32>().ok());
        let share = told.filter(|p| (0.0..=1.0).contains(p)).unwrap_or(1.0);
        values.fill((1.0 - share) / (width.max(2) - 1) as f32);
        values[class as usize] = share;
    }
    let mut notes = Vec::new();
    if let Some((name, _)) = strange.iter().max_by_key(|(name, count)| (**count, **name)) {
        let count: usize = strange.values().sum();
        if count == rows {
            return Err(format!("no prediction is one of the classes (such as {name:?})"));
        }
        notes.push(format!("{count} rows have no class as their prediction (such as {name:?})"));
    }
    let known = if confidence.is_some() { Known::Top } else { Known::Class };
    let matrix = Matrix::new(values, rows, width).map_err(|e| e.to_string())?;
    Ok(Told { matrix, known, notes })
}

#[cfg(test)]
#[path = "probs_tests.rs"]
mod tests;
