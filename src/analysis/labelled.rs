//! Probabilities with the labels they are held against: what most statistics start from.

use crate::dataset::{Matrix, Probability};

/// Why a statistic can't be computed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AnalysisError {
    /// Two columns that should go together have other lengths.
    #[error("{what}: {found} given, {expected} expected")]
    Length {
        /// what there are too many or too few of
        what: &'static str,
        /// how many there are
        found: usize,
        /// how many there should be
        expected: usize,
    },
    /// An argument outside of what the formula is defined for.
    #[error("{0}")]
    Argument(String),
}

/// Probabilities, N×K, and the label of each example, N. An example is left out when its label is
/// not below K or its row begins with NaN (no prediction).
#[derive(Debug)]
pub struct Labelled<'a, T = f32> {
    probs: &'a Matrix<T>,
    labels: &'a [u32],
}

impl<T> Clone for Labelled<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Labelled<'_, T> {}

impl<'a, T: Probability> Labelled<'a, T> {
    /// Puts both together.
    ///
    /// # Errors
    /// Another number of labels than of rows.
    pub fn new(probs: &'a Matrix<T>, labels: &'a [u32]) -> Result<Self, AnalysisError> {
        let (found, expected) = (labels.len(), probs.rows());
        if found != expected {
            return Err(AnalysisError::Length { what: "labels", found, expected });
        }
        Ok(Self { probs, labels })
    }

    /// Number of classes, K.
    pub fn classes(&self) -> usize {
        self.probs.cols()
    }

    /// Number of rows, with those that are left out.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// All probabilities, row by row.
    pub fn probs(&self) -> &'a Matrix<T> {
        self.probs
    }

    /// All labels, with those that are left out.
    pub fn labels(&self) -> &'a [u32] {
        self.labels
    }

    /// The label and the K probabilities of a row; `None` if it is left out.
    pub fn get(&self, row: usize) -> Option<(u32, &'a [T])> {
        let label = *self.labels.get(row)?;
        let probs = self.probs.row(row);
        let known = (label as usize) < probs.len() && !probs[0].wide().is_nan();
        known.then_some((label, probs))
    }

    /// Row, label and probabilities of all examples that are not left out.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u32, &'a [T])> + use<'a, T> {
        let this = *self;
        (0..this.len()).filter_map(move |row| this.get(row).map(|(label, p)| (row, label, p)))
    }
}

/// The class with the largest probability, the first of equal ones; 0 for an empty row.
pub fn argmax<T: Probability>(probs: &[T]) -> u32 {
    let mut top = 0;
    for (k, p) in probs.iter().enumerate() {
        if *p > probs[top] {
            top = k;
        }
    }
    top as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_rows_without_label_or_prediction() {
        let probs =
            Matrix::new(vec![0.2, 0.8, f64::NAN, f64::NAN, 0.5, 0.5, 1.0, 0.0], 4, 2).unwrap();
        let data = Labelled::new(&probs, &[1, 0, u32::MAX, 0]).unwrap();
        let rows: Vec<(usize, u32)> = data.iter().map(|(row, label, _)| (row, label)).collect();
        assert_eq!(rows, [(0, 1), (3, 0)]);
        assert!(Labelled::new(&probs, &[1]).is_err());
    }

    #[test]
    fn the_first_of_equal_classes_is_the_top() {
        assert_eq!([argmax(&[0.5_f32, 0.5]), argmax(&[0.1, 0.45, 0.45_f32])], [0, 1]);
    }
}
