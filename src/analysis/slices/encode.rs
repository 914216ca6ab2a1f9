//! Metadata columns as features: strings by value, numbers by value or by quantile.

use super::{Feature, FeatureValue, Features, Skipped};
use crate::analysis::{AnalysisError, parallel::pieces};
use crate::dataset::{Column, TextColumn};
use std::collections::HashMap;

/// How columns become features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// Values with fewer rows are left out.
    pub least: usize,
    /// Number of quantile bins; a column with no more distinct numbers is not binned.
    pub bins: usize,
    /// Integers are not binned if there are at most this many distinct ones.
    pub integers: usize,
}

impl Encoding {
    /// For N rows: values with at least 10 rows and N/1000 (so that a column has 1,000 values at
    /// most), 6 bins, 10 integers.
    pub fn of_rows(rows: usize) -> Self {
        Self { least: rows.div_ceil(1000).max(10), bins: 6, integers: 10 }
    }
}

impl Features {
    /// The features that columns of `rows` cells make. Empty cells and NaN are a value of their own.
    ///
    /// # Errors
    /// A column has another number of cells.
    pub fn of_columns(
        columns: &[Column],
        rows: usize,
        encoding: Encoding,
    ) -> Result<Self, AnalysisError> {
        let mut all = Self::new(rows);
        for column in columns {
            let found = column.numbers.as_ref().map_or(column.cells.len(), Vec::len);
            if found != rows || column.cells.len() != rows {
                return Err(AnalysisError::Length { what: "cells", found, expected: rows });
            }
        }
        let features = pieces(columns.len(), 1, |range| {
            let column = &columns[range.start];
            match &column.numbers {
                Some(numbers) => of_numbers(&column.name, numbers, encoding),
                None => of_cells(&column.name, &column.cells, encoding.least),
            }
        });
        for feature in features {
            all.push(feature)?;
        }
        Ok(all)
    }
}

/// Values in the order of their text, the empty one last. Rare ones, which are left out, are not sorted: a
/// column of ids has as many as rows.
fn of_cells(name: &str, cells: &TextColumn, least: usize) -> Result<Feature, Skipped> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let mut texts: Vec<(&str, usize)> = Vec::new();
    let mut codes = Vec::with_capacity(cells.len());
    for cell in cells.iter() {
        let code = *seen.entry(cell).or_insert_with(|| {
            texts.push((cell, 0));
            texts.len() as u32 - 1
        });
        texts[code as usize].1 += 1;
        codes.push(code);
    }
    let rare = |count: usize| count < least;
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_by_key(|&code| match texts[code as usize] {
        (_, count) if rare(count) => (true, false, ""),
        (text, _) => (false, text.is_empty(), text),
    });
    let mut rank = vec![0; texts.len()];
    for (new, &old) in order.iter().enumerate() {
        rank[old as usize] = new as u32;
    }
    for code in &mut codes {
        *code = rank[*code as usize];
    }
    let label = |&code: &u32| match texts[code as usize] {
        (_, count) if rare(count) => FeatureValue::exactly(""),
        ("", _) => FeatureValue::empty(),
        (text, _) => FeatureValue::exactly(text),
    };
    Feature::new(name, order.iter().map(label).collect(), &codes, least)
}

/// Values in ascending order, the empty one last.
fn of_numbers(name: &str, numbers: &[f64], encoding: Encoding) -> Result<Feature, Skipped> {
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|x| !x.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    // By value, so that −0 is 0.
    distinct.dedup();
    let few = distinct.len() <= encoding.bins
        || distinct.len() <= encoding.integers && distinct.iter().all(|x| x.fract() == 0.0);
    let (edges, mut values) = if few {
        let label = |x: &f64| FeatureValue::number(format!("{}", x + 0.0));
        let values = distinct.iter().map(label).collect();
        (distinct.get(1..).unwrap_or(&[]).to_vec(), values)
    } else {
        let edges = quantiles(&sorted, encoding.bins);
        let values = ranges(&edges);
        (edges, values)
    };
    let empty = values.len() as u32;
    values.push(FeatureValue::empty());
    let code =
        |&x: &f64| if x.is_nan() { empty } else { edges.partition_point(|&e| e <= x) as u32 };
    let codes: Vec<u32> = numbers.iter().map(code).collect();
    Feature::new(name, values, &codes, encoding.least)
}

/// Ascending lower edges of all bins but the first: numbers at the quantiles, rounded to as few digits
/// as leave each bin at least half of its rows, so that what is printed is exact.
fn quantiles(sorted: &[f64], bins: usize) -> Vec<f64> {
    let exact = edges(sorted, bins);
    let sizes = |edges: &[f64]| {
        let mut at: Vec<usize> =
            edges.iter().map(|&e| sorted.partition_point(|&x| x < e)).collect();
        at.insert(0, 0);
        at.push(sorted.len());
        at.windows(2).map(|w| w[1].saturating_sub(w[0])).collect::<Vec<_>>()
    };
    let wanted = sizes(&exact);
    let good = |edges: &Vec<f64>| {
        edges.windows(2).all(|w| w[0] < w[1])
            && sizes(edges).iter().zip(&wanted).all(|(&got, &want)| got * 2 >= want && got > 0)
    };
    let rounded = |digits: usize| exact.iter().map(|&e| round(e, digits)).collect::<Vec<_>>();
    (2..=16).map(rounded).find(good).unwrap_or(exact)
}

/// Cuts off one bin after the other, each a fair share of the rows that are left; equal numbers stay
/// together, so that a frequent one takes a bin of its own.
fn edges(sorted: &[f64], bins: usize) -> Vec<f64> {
    let (mut edges, mut start) = (Vec::new(), 0);
    for left in (2..=bins).rev() {
        let share = (sorted.len() - start) / left;
        let Some(&tied) = sorted.get(start + share) else { break };
        let first = sorted.partition_point(|&x| x < tied);
        let enough = first > start && (first - start) * 2 >= share;
        let end = if enough { first } else { sorted.partition_point(|&x| x <= tied) };
        let Some(&edge) = sorted.get(end) else { break };
        edges.push(edge);
        start = end;
    }
    edges
}

/// To so many significant digits.
fn round(x: f64, digits: usize) -> f64 {
    format!("{x:.*e}", digits.saturating_sub(1)).parse().unwrap_or(x)
}

fn ranges(edges: &[f64]) -> Vec<FeatureValue> {
    let edge = |i: usize| edges.get(i).map(|&edge| number(edge));
    let bin = |i: usize| FeatureValue::range(i.checked_sub(1).and_then(edge), edge(i));
    (0..=edges.len()).map(bin).collect()
}

/// Plain digits where they are short, else with an exponent.
fn number(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (1e-4..1e9).contains(&size) {
        format!("{}", x + 0.0)
    } else {
        format!("{x:e}")
    }
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
