//! What slices are cut from: examples with their errors, a table, or the reviewed errors with a tag.

use super::terms::Terms;
use crate::analysis::slices::{Condition, Encoding, Feature, Features, Skipped, halves};
use crate::dataset::{Column, TextColumn};
use crate::find::{Filter, Names};
use crate::ingest::{IngestError, read_columns};
use crate::insight::{FromProject, Input, tagged};
use anyhow::{Result, anyhow, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Examples with their features, and what is wrong with them.
pub struct Rows<'a> {
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
    /// The project that they are of.
    pub from: Option<&'a FromProject>,
    /// What each feature is in a filter.
    terms: Terms,
    /// The rows that may be looked at.
    shown: Vec<bool>,
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

impl<'a> Rows<'a> {
    /// Examples of a run, or of probabilities given by hand.
    pub fn of_input(input: &'a Input, measured: Vec<Column>, seed: u64) -> Result<Self> {
        let n = input.labels.len();
        let error = |(&label, &prediction): (&u32, &u32)| {
            (prediction != u32::MAX && label != u32::MAX).then_some(label != prediction)
        };
        let errors = input.labels.iter().zip(&input.predictions).map(error).collect();
        let half = match &input.project {
            Some(from) => halves(&from.examples().ids, seed),
            None => halves(&numbered(n)?, seed),
        };
        let title = input.title.clone();
        let mut rows = Self::empty(title, None, Wrong::Flags(errors), half, input.project.as_ref());
        let encoding = Encoding::of_rows(n);
        rows.cut(measured, n, encoding)?;
        rows.cut_classes("label", input, &input.labels, encoding.least)?;
        Ok(rows)
    }

    /// The reviewed errors of a run: what counts is the tag.
    pub fn of_tag(input: &'a Input, name: &str, measured: Vec<Column>, seed: u64) -> Result<Self> {
        let from = input.project.as_ref().ok_or_else(|| anyhow!("tags are those of a project"))?;
        let tags = from.shared.tags();
        let tag = tags.iter().find(|tag| tag.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let there = tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ");
            let there =
                if tags.is_empty() { "no tag yet: make some in the review" } else { &there };
            anyhow!("no tag is called {name:?}\n  there is: {there}")
        })?;
        let errors = with_tag(input, from, &tagged(&from.shared, tag.id));
        let reviewed = errors.iter().flatten().count();
        let least = Encoding::of_rows(reviewed).least.min(5);
        let encoding = Encoding { least, ..Encoding::of_rows(reviewed) };
        let half = halves(&from.examples().ids, seed);
        let title = format!("{} · reviewed errors", input.title);
        let tag = Some(tag.name.clone());
        let mut rows = Self::empty(title, tag, Wrong::Flags(errors), half, Some(from));
        rows.cut(measured, input.labels.len(), encoding)?;
        rows.cut_classes("label", input, &input.labels, least)?;
        rows.cut_classes("predicted", input, &input.predictions, least)?;
        Ok(rows)
    }

    /// A table with a column that says what is an error.
    pub fn of_table(path: &Path, error: &str, seed: u64) -> Result<Self> {
        let mut columns = read_columns(path)?;
        let at = columns.iter().position(|column| column.name == error).ok_or_else(|| {
            let there = columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
            let what = format!("no column {error:?}");
            IngestError::new(path, what, format!("there is: {there}")).at(1)
        })?;
        let errors = columns.remove(at);
        let n = errors.cells.len();
        ensure!(n > 0, IngestError::new(path, "the table has no rows", ""));
        let wrong = match flags(&errors) {
            Some(flags) => Wrong::Flags(flags),
            None => Wrong::Losses(losses(path, &errors)?),
        };
        let half = halves(&numbered(n)?, seed);
        let mut rows = Self::empty(path.display().to_string(), None, wrong, half, None);
        rows.cut(columns, n, Encoding::of_rows(n))?;
        Ok(rows)
    }

    fn empty(
        title: String,
        tag: Option<String>,
        wrong: Wrong,
        half: Vec<bool>,
        from: Option<&'a FromProject>,
    ) -> Self {
        let mut shown = vec![false; half.len()];
        for row in from.map(|from| from.shared.all_rows()).unwrap_or_default() {
            shown[row as usize] = true;
        }
        let (features, terms) = (Features::default(), Terms::default());
        Self { title, tag, features, wrong, half, from, terms, shown }
    }

    /// Makes features of the project's columns and of others.
    fn cut(&mut self, others: Vec<Column>, rows: usize, encoding: Encoding) -> Result<()> {
        let metadata = self.from.map_or(&[][..], |from| &from.examples().metadata);
        self.features = Features::of_columns(metadata, rows, encoding)?;
        self.terms = Terms::of_columns(&self.features, metadata);
        for column in others {
            let made = Features::of_columns(std::slice::from_ref(&column), rows, encoding)?;
            let skipped = made.skipped().iter().cloned().map(Err::<Feature, Skipped>);
            for feature in made.list().iter().cloned().map(Ok).chain(skipped) {
                self.push(feature, None)?;
            }
        }
        Ok(())
    }

    fn cut_classes(
        &mut self,
        name: &'static str,
        input: &Input,
        rows: &[u32],
        least: usize,
    ) -> Result<()> {
        let names: Vec<&str> = input.classes.names().iter().map(String::as_str).collect();
        let field = if name == "predicted" { "pred" } else { "label" };
        self.push(Feature::of_classes(name, &names, rows, least), Some(field))
    }

    fn push(
        &mut self,
        feature: Result<Feature, Skipped>,
        field: Option<&'static str>,
    ) -> Result<()> {
        if feature.is_ok() {
            self.terms.push(field);
        }
        Ok(self.features.push(feature)?)
    }

    /// The filter that selects what meets all conditions, if there is one.
    pub fn filter(&self, conditions: &[Condition]) -> Option<String> {
        self.from?;
        self.terms.filter(&self.features, conditions)
    }

    /// The errors that meet all conditions, ascending, for slices that no filter selects.
    pub fn errors_of(&self, conditions: &[Condition], errors: &[Option<bool>]) -> Vec<u32> {
        let is_shown = |row: usize| self.shown.get(row).copied().unwrap_or(false);
        let wrong = (0_u32..).zip(errors).filter(|(_, error)| **error == Some(true));
        let rows = wrong.map(|(row, _)| row).filter(|&row| is_shown(row as usize));
        rows.filter(|&row| self.features.holds(conditions, row as usize)).collect()
    }

    /// The rows that a filter selects, ascending; `None` when it was cancelled.
    ///
    /// # Errors
    /// What is wrong with the filter.
    pub fn selected(
        &self,
        text: &str,
        saved: &BTreeMap<String, String>,
        cancelled: &AtomicBool,
    ) -> Result<Option<Vec<u32>>, String> {
        let from = self.from.ok_or("there is no project that it could be asked of")?;
        let names = Names {
            classes: &from.shared.snapshot.classes,
            tags: from.shared.tags(),
            columns: &from.examples().metadata,
        };
        let filter = Filter::parse_with(text, saved, &names).map_err(|error| error.what)?;
        Ok(from.shared.select(&filter, &BTreeSet::new(), cancelled))
    }
}

/// Of the reviewed errors, whether they have the tag that the rows `with` it have.
fn with_tag(input: &Input, from: &FromProject, with: &[u32]) -> Vec<Option<bool>> {
    let reviewed = |row: usize| {
        let (prediction, label) = (input.predictions[row], input.labels[row]);
        let wrong = prediction != u32::MAX && label != u32::MAX && prediction != label;
        let review = from.shared.snapshot.reviews.get(&(row as u32)).filter(|_| wrong)?;
        // A walk through correct predictions draws no errors.
        let outside = review.found.as_ref().is_some_and(|found| found.correct);
        if outside && prediction == from.examples().gold[row] {
            return None;
        }
        review
            .is_reviewed(input.classes.name(prediction))
            .then(|| with.binary_search(&(row as u32)).is_ok())
    };
    (0..from.examples().len()).map(reviewed).collect()
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
