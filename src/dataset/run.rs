//! A run: one model's class probabilities over one split, and the columns derived from them.

use std::fmt;
use std::sync::Arc;

/// A row-major N×K matrix of f32, owned or mapped from a file: whoever made it decides.
#[derive(Clone)]
pub struct Matrix {
    data: Arc<dyn AsRef<[f32]> + Send + Sync>,
    rows: usize,
    cols: usize,
}

impl fmt::Debug for Matrix {
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

impl Matrix {
    /// Wraps `rows * cols` values.
    ///
    /// # Errors
    /// When the number of values is another.
    pub fn new(
        data: impl AsRef<[f32]> + Send + Sync + 'static,
        rows: usize,
        cols: usize,
    ) -> Result<Self, RunError> {
        let len = data.as_ref().len();
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
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values()[row * self.cols..(row + 1) * self.cols]
    }

    /// All values, row by row.
    pub fn values(&self) -> &[f32] {
        (*self.data).as_ref()
    }
}

/// How far above 1 (or below 0) a probability may lie from rounding.
const ROUNDING: f32 = 1e-4;
/// How far a row may be from summing to 1.
const ROW_SUM: f64 = 1e-3;

/// One model's probabilities over one split, with the prediction and confidence of each example.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its name, unique in the project.
    pub name: String,
    /// Class probabilities, N×K.
    pub probs: Matrix,
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
        let mut predictions = Vec::with_capacity(probs.rows());
        let mut confidence = Vec::with_capacity(probs.rows());
        for (i, row) in probs.values().chunks_exact(probs.cols()).enumerate() {
            let (top, p) = derive(i, row)?;
            predictions.push(top);
            confidence.push(p);
        }
        Ok(Self { name: name.into(), probs, predictions, confidence })
    }

    /// The predicted class of an example; `None` where the model gave none.
    pub fn prediction(&self, row: usize) -> Option<u32> {
        self.predictions.get(row).copied().filter(|&k| k != NO_PREDICTION)
    }

    /// The probability of the predicted class, 0 where there is none.
    pub fn confidence(&self, row: usize) -> f32 {
        self.confidence.get(row).copied().unwrap_or(0.0)
    }

    /// Number of examples, N.
    pub fn len(&self) -> usize {
        self.predictions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.predictions.is_empty()
    }

    /// Number of examples without a prediction.
    pub fn without_prediction(&self) -> usize {
        self.predictions.iter().filter(|&&k| k == NO_PREDICTION).count()
    }
}

fn derive(i: usize, row: &[f32]) -> Result<(u32, f32), RunError> {
    if row.iter().all(|p| p.is_nan()) {
        return Ok((NO_PREDICTION, 0.0));
    }
    let (mut top, mut best, mut sum) = (0, f32::NEG_INFINITY, 0.0_f64);
    for (k, &p) in row.iter().enumerate() {
        if !(-ROUNDING..=1.0 + ROUNDING).contains(&p) {
            return Err(RunError::OutOfRange { row: i, value: p.to_string() });
        }
        if p > best {
            (top, best) = (k as u32, p);
        }
        sum += f64::from(p);
    }
    if (sum - 1.0).abs() > ROW_SUM {
        return Err(RunError::RowSum { row: i, sum: format!("{sum:.4}") });
    }
    Ok((top, best.min(1.0)))
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
        assert_eq!(r.without_prediction(), 1);
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
