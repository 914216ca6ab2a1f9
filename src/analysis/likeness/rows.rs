//! Table rows as vectors: a dimension for each number, categories by hash.

use crate::analysis::AnalysisError;
use crate::analysis::parallel::pieces;
use crate::dataset::{Column, Matrix, TextColumn, stable_hash};
use std::collections::HashSet;

/// Dimensions that all categories share.
const HASHED: usize = 64;
/// Standard deviations from the mean beyond which a number counts no more.
const FARTHEST: f64 = 3.0;
/// Rows of a piece of work.
const PIECE: usize = 4096;

/// Vectors of `rows` table rows, N×D. A column of numbers has a dimension: standard deviations from the mean,
/// at most 3 either way, so that one wild number does not outweigh all else. A column of texts adds ±1 to one of
/// 64 dimensions by the hash of its name and cell (feature hashing; Weinberger et al. 2009, ICML): to share
/// a category weighs as much as to share a number one standard deviation from the mean. Missing cells add
/// nothing, nor do columns of one value, and texts of which more than half differ (ids, notes).
///
/// # Errors
/// A column of another length.
pub fn row_vectors(columns: &[Column], rows: usize) -> Result<Matrix<f32>, AnalysisError> {
    let lengths = columns
        .iter()
        .flat_map(|c| [c.cells.len(), c.numbers.as_ref().map_or(c.cells.len(), Vec::len)]);
    if let Some(found) = lengths.into_iter().find(|&found| found != rows) {
        return Err(AnalysisError::Length { what: "cells", found, expected: rows });
    }
    let (mut numbers, mut categories) = (Vec::new(), Vec::new());
    for feature in pieces(columns.len(), 1, |range| Feature::of(&columns[range.start])) {
        match feature {
            Some(Feature::Number(number)) => numbers.push(number),
            Some(Feature::Category(category)) => categories.push(category),
            None => {}
        }
    }
    // A matrix has a column at least.
    let hashed = if categories.is_empty() { usize::from(numbers.is_empty()) } else { HASHED };
    let dims = hashed + numbers.len();
    let values = pieces(rows, PIECE, |range| {
        let mut values = vec![0.0_f32; range.len() * dims];
        for (row, vector) in range.zip(values.chunks_exact_mut(dims)) {
            let (hashed, plain) = vector.split_at_mut(hashed);
            for category in &categories {
                category.add(row, hashed);
            }
            for (x, number) in plain.iter_mut().zip(&numbers) {
                *x = number.at(row);
            }
        }
        values
    });
    Matrix::new(values.concat(), rows, dims).map_err(|e| AnalysisError::Argument(e.to_string()))
}

enum Feature<'a> {
    Number(Number<'a>),
    Category(Category<'a>),
}

impl<'a> Feature<'a> {
    /// `None` for a column that says nothing of likeness.
    fn of(column: &'a Column) -> Option<Self> {
        match &column.numbers {
            Some(values) => Number::new(values).map(Self::Number),
            None => Category::new(&column.name, &column.cells).map(Self::Category),
        }
    }
}

struct Number<'a> {
    values: &'a [f64],
    mean: f64,
    deviation: f64,
}

impl<'a> Number<'a> {
    fn new(values: &'a [f64]) -> Option<Self> {
        // Welford 1962, Technometrics 4:419: sums of large numbers would lose their differences.
        let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
        for &x in values.iter().filter(|x| x.is_finite()) {
            count += 1.0;
            let away = x - mean;
            mean += away / count;
            squares += away * (x - mean);
        }
        let deviation = f64::sqrt(squares / count);
        let usable = mean.is_finite() && deviation.is_normal();
        usable.then_some(Self { values, mean, deviation })
    }

    fn at(&self, row: usize) -> f32 {
        let away = (self.values[row] - self.mean) / self.deviation;
        if self.values[row].is_finite() { away.clamp(-FARTHEST, FARTHEST) as f32 } else { 0.0 }
    }
}

struct Category<'a> {
    name: &'a str,
    cells: &'a TextColumn,
}

impl<'a> Category<'a> {
    fn new(name: &'a str, cells: &'a TextColumn) -> Option<Self> {
        let mut seen = HashSet::new();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).map(|cell| seen.insert(cell));
        let filled = filled.count();
        let distinct = seen.len();
        let missing = filled < cells.len();
        (distinct * 2 <= filled && (distinct > 1 || distinct == 1 && missing))
            .then_some(Self { name, cells })
    }

    fn add(&self, row: usize, hashed: &mut [f32]) {
        let cell = self.cells.get(row);
        let bytes = self.name.bytes().chain([0]).chain(cell.bytes());
        let hash = stable_hash(bytes);
        let place = hash as usize % hashed.len().max(1);
        if let Some(x) = hashed.get_mut(place).filter(|_| !cell.is_empty()) {
            *x += if hash >> 63 == 0 { 1.0 } else { -1.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::likeness::nearest;
    use proptest::prelude::*;

    fn column(name: &str, cells: &[String]) -> Column {
        let mut texts = TextColumn::default();
        for cell in cells {
            texts.push(cell).unwrap();
        }
        Column::new(name.to_owned(), texts)
    }

    fn of(name: &str, cells: &[&str]) -> Column {
        column(name, &cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn rows_with_the_same_categories_and_near_numbers_are_near() {
        let columns = [
            of("id", &["a1", "a2", "a3", "a4", "a5", "a6"]),
            of("colour", &["red", "red", "blue", "red", "blue", ""]),
            of("size", &["10", "11", "10.5", "500", "490", "500"]),
            of("site", &["x", "x", "x", "x", "x", "x"]),
        ];
        let vectors = row_vectors(&columns, 6).unwrap();
        // The ids and the column of one value add nothing.
        assert_eq!(vectors.cols(), 65);
        let order = |row| {
            nearest(&vectors, row, &[0, 1, 2, 3, 4, 5]).iter().map(|f| f.0).collect::<Vec<_>>()
        };
        assert_eq!(order(0)[0], 1);
        assert_eq!(order(0)[4], 5);
        assert_eq!(order(4)[0], 5);
    }

    #[test]
    fn columns_that_say_nothing_make_zeros_and_another_length_is_an_error() {
        let vectors = row_vectors(&[of("site", &["x", "x"]), of("n", &["3", "3"])], 2).unwrap();
        assert_eq!((vectors.rows(), vectors.cols(), vectors.values()), (2, 1, &[0.0, 0.0][..]));
        assert!(row_vectors(&[of("n", &["3", "3"])], 3).is_err());
        assert_eq!(row_vectors(&[], 0).unwrap().rows(), 0);
    }

    proptest! {
        #[test]
        fn vectors_are_finite(
            numbers in prop::collection::vec(any::<f64>(), 8),
            kinds in prop::collection::vec("[ab]?", 8),
        ) {
            let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
            let columns = [column("n", &numbers), column("k", &kinds)];
            let vectors = row_vectors(&columns, 8).unwrap();
            prop_assert!(vectors.values().iter().all(|x| x.abs() <= 3.0));
        }
    }
}
