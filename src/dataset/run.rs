//! A run: one model's class probabilities over one split, and the columns derived from them.

use rayon::prelude::*;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A type that probabilities are kept in. All arithmetic is done in f64.
pub trait Probability: Copy + PartialOrd + fmt::Display + Send + Sync + 'static {
    /// The same value, widened without loss.
    fn wide(self) -> f64;
}

impl Probability for f32 {
    fn wide(self) -> f64 {
        f64::from(self)
    }
}

impl Probability for f64 {
    fn wide(self) -> f64 {
        self
    }
}

/// Where the values of a matrix lie.
pub trait Values<T>: Send + Sync {
    /// All of them, row by row.
    fn all(&self) -> &[T];

    /// Who went through all values will not need these soon: memory that only mirrors a file can be given back.
    fn passed(&self, _values: Range<usize>) {}
}

struct Owned<D>(D);

impl<T, D: AsRef<[T]> + Send + Sync> Values<T> for Owned<D> {
    fn all(&self) -> &[T] {
        self.0.as_ref()
    }
}

/// A row-major N×K matrix, owned or mapped from a file: whoever made it decides. Runs are kept in
/// f32; statistics take f64 as well, so that they agree to the last digit with what made it.
pub struct Matrix<T = f32> {
    data: Arc<dyn Values<T>>,
    rows: usize,
    cols: usize,
}

impl<T> Clone for Matrix<T> {
    fn clone(&self) -> Self {
        Self { data: Arc::clone(&self.data), rows: self.rows, cols: self.cols }
    }
}

impl<T> fmt::Debug for Matrix<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix({} × {})", self.rows, self.cols)
    }
}

/// Why values don't make a run.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RunError {
    /// Length and shape disagree.
    #[error("{len} values do not fill {rows} × {cols}")]
    Shape {
        /// values given
        len: usize,
        /// rows asked for
        rows: usize,
        /// columns asked for
        cols: usize,
    },
    /// A value that no probability can have.
    #[error("row {row} holds {value}, which is no probability (0 to 1)")]
    OutOfRange {
        /// zero-based row
        row: usize,
        /// the value as text
        value: String,
    },
    /// Probabilities of one example must sum to 1 ± 1e-3.
    #[error("row {row} sums to {sum}, not to 1")]
    RowSum {
        /// zero-based row
        row: usize,
        /// the sum as text
        sum: String,
    },
}

impl<T> Matrix<T> {
    /// Wraps `rows * cols` values.
    ///
    /// # Errors
    /// When the number of values is another.
    pub fn new(
        data: impl AsRef<[T]> + Send + Sync + 'static,
        rows: usize,
        cols: usize,
    ) -> Result<Self, RunError>
    where
        T: 'static,
    {
        Self::of(Owned(data), rows, cols)
    }

    /// The same of values that lie elsewhere.
    ///
    /// # Errors
    /// When the number of values is another.
    pub fn of(data: impl Values<T> + 'static, rows: usize, cols: usize) -> Result<Self, RunError> {
        let len = data.all().len();
        if cols == 0 || rows.checked_mul(cols) != Some(len) {
            return Err(RunError::Shape { len, rows, cols });
        }
        Ok(Self { data: Arc::new(data), rows, cols })
    }

    /// Number of examples, N.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of classes, K.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The K values of one example.
    pub fn row(&self, row: usize) -> &[T] {
        &self.values()[row * self.cols..(row + 1) * self.cols]
    }

    /// All values, row by row.
    pub fn values(&self) -> &[T] {
        self.data.all()
    }
}

impl<T: Copy + Send + Sync + 'static> Matrix<T> {
    /// Some of its rows.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        let values: Vec<T> = rows.iter().flat_map(|&row| self.row(row as usize)).copied().collect();
        Self { data: Arc::new(Owned(values)), rows: rows.len(), cols: self.cols }
    }
}

/// How far above 1 (or below 0) a probability may lie from rounding.
const ROUNDING: f64 = 1e-4;
/// How far a row may be from summing to 1.
const ROW_SUM: f64 = 1e-3;
/// Rows that one core takes at a time.
const PIECE: usize = 1024;

impl<T: Probability> Matrix<T> {
    /// The first largest class of each row with its probability; `None` for a row of NaN. One pass on
    /// all cores.
    ///
    /// # Errors
    /// The first row that is no probability distribution: a value outside 0 to 1, or a sum that is
    /// not 1 ± 1e-3.
    pub fn tops(&self) -> Result<Vec<Option<(u32, f64)>>, RunError> {
        self.tops_as(|top| top)
    }

    /// What `make` makes of each of the [`tops`](Self::tops).
    fn tops_as<U: Send>(
        &self,
        make: impl Fn(Option<(u32, f64)>) -> U + Sync,
    ) -> Result<Vec<U>, RunError> {
        let piece = |(i, values): (usize, &[T])| {
            let rows = values.chunks_exact(self.cols).enumerate();
            let tops = rows.map(|(j, row)| top(i * PIECE + j, row).map(&make));
            let tops = tops.collect::<Result<Vec<_>, _>>();
            let start = i * PIECE * self.cols;
            self.data.passed(start..start + values.len());
            tops
        };
        // All pieces are waited for, so that it is the first wrong row that is named.
        let pieces: Vec<Result<Vec<_>, RunError>> =
            self.values().par_chunks(self.cols * PIECE).enumerate().map(piece).collect();
        let mut tops = Vec::with_capacity(self.rows);
        for piece in pieces {
            tops.extend(piece?);
        }
        Ok(tops)
    }
}

/// How much of the probabilities of an example is known.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// That of each class.
    #[default]
    All,
    /// That of the predicted class; the rest is spread evenly over the others.
    Top,
    /// None: the predicted class stands with 1.
    Class,
}

/// One model's probabilities over one split, with the prediction and confidence of each example.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its name, unique in the project.
    pub name: String,
    /// Class probabilities, N×K.
    pub probs: Matrix,
    /// How much of them is known.
    pub known: Known,
    /// What the user should know of where they come from, in sentences.
    pub notes: Vec<String>,
    predictions: Vec<u32>,
    confidence: Vec<f32>,
}

/// Marks an example without a prediction.
const NO_PREDICTION: u32 = u32::MAX;

impl Run {
    /// Derives predictions (the first largest) and confidences in one pass. A row of NaN is an
    /// example without a prediction.
    ///
    /// # Errors
    /// The first row that is no probability distribution.
    pub fn new(name: impl Into<String>, probs: Matrix) -> Result<Self, RunError> {
        let known = |(class, p): (u32, f64)| (class, p.min(1.0) as f32);
        let tops = probs.tops_as(|top| top.map_or((NO_PREDICTION, 0.0), known))?;
        let (predictions, confidence) = tops.into_iter().unzip();
        Ok(Self {
            name: name.into(),
            probs,
            known: Known::All,
            notes: Vec::new(),
            predictions,
            confidence,
        })
    }

    /// The same run with how much of it is known, and what the user should know of it.
    #[must_use]
    pub fn about(self, known: Known, notes: Vec<String>) -> Self {
        Self { known, notes, ..self }
    }

    /// The predicted class of an example; `None` where the model gave none.
    pub fn prediction(&self, row: usize) -> Option<u32> {
        self.predictions.get(row).copied().filter(|&k| k != NO_PREDICTION)
    }

    /// The predicted class of every example; `u32::MAX` where the model gave none.
    pub fn predictions(&self) -> &[u32] {
        &self.predictions
    }

    /// The probability of the predicted class, 0 where there is none.
    pub fn confidence(&self, row: usize) -> f32 {
        self.confidence.get(row).copied().unwrap_or(0.0)
    }

    /// [`Run::confidence`], if it is known.
    pub fn known_confidence(&self, row: usize) -> Option<f32> {
        (self.known != Known::Class).then(|| self.confidence(row))
    }

    /// Number of examples, N.
    pub fn len(&self) -> usize {
        self.predictions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.predictions.is_empty()
    }
}

fn top<T: Probability>(i: usize, row: &[T]) -> Result<Option<(u32, f64)>, RunError> {
    if row.iter().all(|p| p.wide().is_nan()) {
        return Ok(None);
    }
    let (mut top, mut best, mut sum) = (0, f64::NEG_INFINITY, 0.0_f64);
    for (k, &value) in row.iter().enumerate() {
        let p = value.wide();
        if !(-ROUNDING..=1.0 + ROUNDING).contains(&p) {
            return Err(RunError::OutOfRange { row: i, value: value.to_string() });
        }
        if p > best {
            (top, best) = (k as u32, p);
        }
        sum += p;
    }
    if (sum - 1.0).abs() > ROW_SUM {
        return Err(RunError::RowSum { row: i, sum: format!("{sum:.4}") });
    }
    Ok(Some((top, best)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(values: Vec<f32>, cols: usize) -> Result<Run, RunError> {
        let rows = values.len() / cols;
        Run::new("r", Matrix::new(values, rows, cols)?)
    }

    #[test]
    fn takes_the_first_largest_and_leaves_nan_rows_without_a_prediction() {
        let r = run(vec![0.5, 0.5, 0.1, 0.9, f32::NAN, f32::NAN], 2).unwrap();
        assert_eq!((r.prediction(0), r.prediction(1), r.prediction(2)), (Some(0), Some(1), None));
        assert!((r.confidence(1) - 0.9).abs() < 1e-6);
    }

    #[test]
    fn names_the_first_row_that_is_no_distribution() {
        assert!(matches!(
            run(vec![0.5, 0.5, 1.5, 0.1], 2),
            Err(RunError::OutOfRange { row: 1, .. })
        ));
        assert!(matches!(run(vec![0.5, 0.6], 2), Err(RunError::RowSum { row: 0, .. })));
        assert!(matches!(run(vec![f32::NAN, 1.0], 2), Err(RunError::OutOfRange { row: 0, .. })));
        assert!(matches!(Matrix::new(vec![0.0; 5], 2, 2), Err(RunError::Shape { .. })));
    }
}
