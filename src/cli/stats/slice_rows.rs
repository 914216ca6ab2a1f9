//! What slices are cut from: examples with their errors, a table, or the reviewed errors with a tag.

use super::input::Source;
use super::properties::measure;
use crate::analysis::slices::{Encoding, Feature, Features, halves};
use crate::dataset::{Column, TextColumn};
use crate::ingest::{IngestError, read_columns};
use crate::insight::{FromProject, tagged};
use anyhow::{Result, anyhow, ensure};
use std::path::Path;

/// Examples with their features, and what is wrong with them.
pub struct Rows {
    /// What they are, to print above results.
    pub title: String,
    /// The tag that is looked for among the reviewed errors, in place of errors.
    pub tag: Option<String>,
    /// Their properties.
    pub features: Features,
    /// What counts.
    pub wrong: Wrong,
    /// Those that are searched; the others test what was found.
    pub half: Vec<bool>,
}

/// How each example is wrong.
pub enum Wrong {
    /// Whether it is an error, or has the tag; none without a prediction.
    Flags(Vec<Option<bool>>),
    /// How large its loss is; NaN without one.
    Losses(Vec<f64>),
}

impl Wrong {
    /// Examples that count.
    pub fn counted(&self) -> usize {
        match self {
            Self::Flags(flags) => flags.iter().flatten().count(),
            Self::Losses(losses) => losses.iter().filter(|loss| loss.is_finite()).count(),
        }
    }
}

/// Examples of a run, or of probabilities given by hand.
pub fn of_source(
    source: &Source,
    project: Option<&Path>,
    properties: bool,
    seed: u64,
) -> Result<Rows> {
    let input = source.read(project)?;
    let n = input.labels.len();
    let error = |(&label, &prediction): (&u32, &u32)| {
        (prediction != u32::MAX && label != u32::MAX).then_some(label != prediction)
    };
    let errors = input.labels.iter().zip(&input.predictions).map(error).collect();
    let known = |data: &FromProject| columns(data, properties);
    let columns = input.project.as_ref().map(known).transpose()?.unwrap_or_default();
    let mut features = Features::of_columns(&columns, n, Encoding::of_rows(n))?;
    let names: Vec<&str> = input.classes.names().iter().map(String::as_str).collect();
    let least = Encoding::of_rows(n).least;
    features.push(Feature::of_classes("label", &names, &input.labels, least))?;
    let half = match &input.project {
        Some(data) => halves(&data.examples().ids, seed),
        None => halves(&numbered(n)?, seed),
    };
    let title = input.title;
    Ok(Rows { title, tag: None, features, wrong: Wrong::Flags(errors), half })
}

/// The reviewed errors of a run: what counts is the tag.
pub fn of_tag(
    source: &Source,
    project: Option<&Path>,
    name: &str,
    properties: bool,
    seed: u64,
) -> Result<Rows> {
    let input = source.read(project)?;
    let data = input.project.as_ref().ok_or_else(|| anyhow!("tags are those of a project"))?;
    let tags = data.shared.tags();
    let tag = tags.iter().find(|tag| tag.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let there = tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ");
        let there = if tags.is_empty() { "no tag yet: make some in the review" } else { &there };
        anyhow!("no tag is called {name:?}\n  there is: {there}")
    })?;
    let n = input.labels.len();
    let with = tagged(&data.shared, tag.id);
    let reviewed = |(row, _): (usize, &str)| {
        let prediction = input.predictions[row];
        let wrong = prediction != u32::MAX && prediction != input.labels[row];
        let review = data.shared.snapshot.reviews.get(&(row as u32)).filter(|_| wrong)?;
        // A walk through correct predictions draws no errors.
        let outside = review.found.as_ref().is_some_and(|found| found.correct);
        if outside && prediction == data.examples().gold[row] {
            return None;
        }
        review
            .is_reviewed(input.classes.name(prediction))
            .then(|| with.binary_search(&(row as u32)).is_ok())
    };
    let errors: Vec<Option<bool>> = data.examples().ids.iter().enumerate().map(reviewed).collect();
    let reviewed = errors.iter().flatten().count();
    let least = Encoding::of_rows(reviewed).least.min(5);
    let encoding = Encoding { least, ..Encoding::of_rows(reviewed) };
    let mut features = Features::of_columns(&columns(data, properties)?, n, encoding)?;
    let names: Vec<&str> = input.classes.names().iter().map(String::as_str).collect();
    features.push(Feature::of_classes("label", &names, &input.labels, least))?;
    features.push(Feature::of_classes("predicted", &names, &input.predictions, least))?;
    let half = halves(&data.examples().ids, seed);
    let title = format!("{} · reviewed errors", input.title);
    Ok(Rows { title, tag: Some(tag.name.clone()), features, wrong: Wrong::Flags(errors), half })
}

/// A table with a column that says what is an error.
pub fn of_table(path: &Path, error: &str, seed: u64) -> Result<Rows> {
    let mut columns = read_columns(path)?;
    let at = columns.iter().position(|column| column.name == error).ok_or_else(|| {
        let there = columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
        IngestError::new(path, format!("no column {error:?}"), format!("there is: {there}")).at(1)
    })?;
    let errors = columns.remove(at);
    let n = errors.cells.len();
    ensure!(n > 0, IngestError::new(path, "the table has no rows", ""));
    let features = Features::of_columns(&columns, n, Encoding::of_rows(n))?;
    let wrong = match flags(&errors) {
        Some(flags) => Wrong::Flags(flags),
        None => Wrong::Losses(losses(path, &errors)?),
    };
    let title = path.display().to_string();
    let half = halves(&numbered(n)?, seed);
    Ok(Rows { title, tag: None, features, wrong, half })
}

fn columns(data: &FromProject, properties: bool) -> Result<Vec<Column>> {
    let mut columns = data.examples().metadata.clone();
    if properties {
        let measured = measure(&data.project, data.examples())?.columns;
        // What the data brings along goes before what is measured under the same name.
        columns.extend(measured.into_iter().filter(|c| !c.name.ends_with(" (measured)")));
    }
    Ok(columns)
}

/// Stand-ins for ids where there are none.
fn numbered(rows: usize) -> Result<TextColumn> {
    let mut ids = TextColumn::default();
    for row in 0..rows {
        ids.push(&row.to_string()).map_err(|_| anyhow!("too many rows"))?;
    }
    Ok(ids)
}

/// The cells as yes and no, if all are; an empty one is none.
fn flags(column: &Column) -> Option<Vec<Option<bool>>> {
    let flag = |cell: &str| match cell.trim().to_ascii_lowercase().as_str() {
        "" => Some(None),
        "1" | "1.0" | "true" | "yes" | "wrong" | "error" => Some(Some(true)),
        "0" | "0.0" | "false" | "no" | "right" | "correct" => Some(Some(false)),
        _ => None,
    };
    column.cells.iter().map(flag).collect()
}

fn losses(path: &Path, column: &Column) -> Result<Vec<f64>> {
    let wrong = |row: usize, cell: &str| {
        let what =
            format!("{:?} in column {:?} is neither yes or no nor a loss", cell, column.name);
        let remedy = "write 1 for an error and 0 for none, or a number that is not below 0";
        // The first line holds the names.
        IngestError::new(path, what, remedy).at(row as u64 + 2)
    };
    let loss = |(row, cell): (usize, &str)| match cell.trim() {
        "" => Ok(f64::NAN),
        text => {
            text.parse().ok().filter(|x: &f64| *x >= 0.0).ok_or_else(|| wrong(row, cell).into())
        }
    };
    column.cells.iter().enumerate().map(loss).collect()
}
