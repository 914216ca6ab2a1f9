//! The names of the classes and their order, from what the data says of them.
//!
//! Invariant: an order that no source tells is one that tools have by habit, and it is said.

use super::{Cells, ColumnNames, Frame, IngestError};
use crate::dataset::{ClassNames, TextColumn};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// Names of classes, and what was taken for granted.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of the columns of the probabilities.
    pub names: Vec<String>,
    /// In sentences.
    pub assumed: Vec<String>,
}

/// Finds the classes: those that `told` lists, else those that a table tells, else those that columns of
/// probabilities are called by, else the labels that there are. `widths` are those of matrices beside the tables.
///
/// # Errors
/// A list that names a class twice; no label at all.
pub fn find(
    told: Option<(PathBuf, Vec<String>)>,
    tables: &[(&ColumnNames, &Frame)],
    widths: &[usize],
) -> Result<Found, IngestError> {
    if let Some((path, names)) = told {
        check(&path, &names)?;
        return Ok(Found { names, assumed: vec![] });
    }
    if let Some((_, frame)) = tables.iter().find(|(_, frame)| !frame.classes.is_empty()) {
        return Ok(Found { names: frame.classes.clone(), assumed: vec![] });
    }
    let labels = labels(tables);
    if let Some(parts) = tables.iter().find_map(named_parts) {
        // the others are no classes: a slip in a label must not make one
        let known = labels.iter().filter(|label| parts.contains(label)).count();
        if 2 * known > labels.len() || labels.iter().all(|label| is_index(label, parts.len())) {
            return Ok(Found { names: parts, assumed: vec![] });
        }
    }
    let lists = tables.iter().filter_map(|(columns, frame)| {
        match &frame.field(columns.probabilities.as_deref()?)?.cells {
            Cells::Numbers { width, .. } => Some(*width),
            Cells::Text(_) => None,
        }
    });
    let width = lists.chain(widths.iter().copied()).max();
    Ok(in_order(labels, width))
}

/// In byte order, as torchvision, Keras and scikit-learn number them; whole numbers in order of value, and all of
/// them up to the number of columns.
fn in_order(labels: BTreeSet<String>, width: Option<usize>) -> Found {
    let mut names: Vec<String> = labels.into_iter().collect();
    if let Some(width) = width.filter(|&width| names.iter().all(|name| is_index(name, width))) {
        let assumed = if names.len() < width {
            vec![format!(
                "labels are numbers below {width}: the classes are called 0 to {}",
                width - 1
            )]
        } else {
            vec![]
        };
        return Found { names: (0..width).map(|k| k.to_string()).collect(), assumed };
    }
    if names.iter().all(|name| name.parse::<u64>().is_ok()) {
        names.sort_by_key(|name| name.parse::<u64>().unwrap_or(0));
    }
    let mut assumed = Vec::new();
    if width.is_some() {
        let shown: Vec<&str> = names.iter().take(6).map(String::as_str).collect();
        let more = if names.len() > shown.len() { ", …" } else { "" };
        assumed.push(format!(
            "classes are taken in byte order: {}{more}\n  if the probabilities are in another order, give the names \
             in a .txt, one a line",
            shown.join(", ")
        ));
    }
    Found { names, assumed }
}

fn is_index(name: &str, below: usize) -> bool {
    name.parse::<usize>().is_ok_and(|index| index < below && name == index.to_string())
}

/// What columns of probabilities are called after their common beginning, unless those are numbers.
fn named_parts((columns, frame): &(&ColumnNames, &Frame)) -> Option<Vec<String>> {
    let parts = &frame.field(columns.probabilities.as_deref()?)?.parts;
    let named = !parts.is_empty() && !parts.iter().all(|part| part.parse::<u64>().is_ok());
    named.then(|| parts.clone())
}

/// Gold labels and predictions that occur.
fn labels(tables: &[(&ColumnNames, &Frame)]) -> BTreeSet<String> {
    let columns = tables.iter().flat_map(|(columns, frame)| {
        let named = [Some(columns.label.as_str()), columns.prediction.as_deref()];
        named.into_iter().flatten().filter_map(|name| frame.field(name)?.texts())
    });
    let mut labels: HashSet<&str> = columns.flat_map(distinct).collect();
    labels.remove("");
    labels.into_iter().map(str::to_owned).collect()
}

/// The texts that occur in a column.
fn distinct(cells: &TextColumn) -> HashSet<&str> {
    let rows = (0..cells.len()).into_par_iter();
    let see = |mut seen: HashSet<_>, row| {
        seen.insert(cells.get(row));
        seen
    };
    rows.fold(HashSet::new, see).reduce(HashSet::new, |mut a, b| {
        a.extend(b);
        a
    })
}

fn check(path: &Path, names: &[String]) -> Result<(), IngestError> {
    let remedy = "give the names of the classes, one a line, each once";
    ClassNames::new(names.to_vec())
        .map(drop)
        .map_err(|e| IngestError::new(path, e.to_string(), remedy))
}
