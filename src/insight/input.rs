//! What a statistic takes its numbers from: a project's run, or files given by hand.

use super::View;
use crate::analysis::effective_labels;
use crate::analysis::eyeball::in_eyeball;
use crate::analysis::neighbours::Recall;
use crate::dataset::{ClassNames, Column, Examples, Known, Split, TagId};
use crate::ingest::{IngestError, Probs, read_class_names};
use crate::project::{Project, Shared};
use crate::report::{count, percent};
use anyhow::{Result, bail};
use std::path::Path;
use std::sync::Arc;

/// Marks an example that is left out.
const LEFT_OUT: u32 = u32::MAX;

/// Probabilities with the labels they are held against.
pub struct Input {
    /// What it is, to print above results.
    pub title: String,
    /// N×K.
    pub probs: Probs,
    /// Effective labels, N.
    pub labels: Vec<u32>,
    /// The first largest class of each row, `u32::MAX` where there is no prediction.
    pub predictions: Vec<u32>,
    /// K names.
    pub classes: Arc<ClassNames>,
    /// Whether examples are left out because a filter does not select them.
    pub is_part: bool,
    /// The rest of the data, if it comes from a project.
    pub project: Option<FromProject>,
}

/// What only a project knows.
pub struct FromProject {
    /// The examples, and what was decided about them.
    pub shared: Shared,
    /// The project.
    pub project: Arc<Project>,
}

impl Input {
    /// A run of a project under the effective labels. With `rows`, ascending, all other examples are
    /// left out.
    pub fn of_run(shared: Shared, project: Arc<Project>, rows: Option<&[u32]>) -> Self {
        let (examples, run) = (shared.examples(), shared.run());
        let mut labels = effective_labels(&examples.gold, &shared.relabels());
        if let Some(rows) = rows {
            let mut kept = vec![LEFT_OUT; labels.len()];
            for &row in rows {
                kept[row as usize] = labels[row as usize];
            }
            labels = kept;
        }
        Self {
            title: title(&shared.project, examples.split, &run.name),
            labels,
            predictions: run.predictions().to_vec(),
            probs: Probs::F32(run.probs.clone()),
            classes: shared.snapshot.classes.clone(),
            is_part: rows.is_some(),
            project: Some(FromProject { shared, project }),
        }
    }
}

impl Input {
    /// # Errors
    /// A view that is about probabilities, and a run that has classes only.
    pub(super) fn check_probabilities(&self, view: View) -> Result<()> {
        let run = self.project.as_ref().map(|from| from.shared.run());
        let needs = matches!(view, View::Calibration | View::LabelIssues);
        if let Some(run) = run.filter(|run| needs && run.known == Known::Class) {
            bail!(
                "{} tells classes only, not how probable they are\n  import probabilities, or score with the model: \
                 gaffe score --model M",
                run.name
            );
        }
        Ok(())
    }
}

impl FromProject {
    /// The examples.
    pub fn examples(&self) -> &Examples {
        self.shared.examples()
    }

    /// Whether an example must not be looked at: it is of the blackbox part of dev, or of the test split
    /// unless that is unlocked.
    pub fn is_hidden(&self, row: usize, unlock_test: bool) -> bool {
        let share = self.project.config().eyeball;
        match self.examples().split {
            Split::Test => !unlock_test,
            Split::Dev => share.is_some_and(|s| !in_eyeball(self.examples().ids.get(row), s)),
            Split::Train => false,
        }
    }
}

/// Runs `$body` with `$data`: `analysis::Labelled` in the precision of the input.
macro_rules! labelled {
    ($input:expr, $data:ident => $body:expr) => {
        match &$input.probs {
            $crate::ingest::Probs::F32(probs) => {
                let $data = $crate::analysis::Labelled::new(probs, &$input.labels)?;
                $body
            }
            $crate::ingest::Probs::F64(probs) => {
                let $data = $crate::analysis::Labelled::new(probs, &$input.labels)?;
                $body
            }
        }
    };
}
pub(crate) use labelled;

/// The metadata column called `name`; `more` continues the list of those that are there.
///
/// # Errors
/// When there is none.
pub fn metadata<'a>(
    examples: &'a Examples,
    name: &str,
    table: &Path,
    more: &str,
) -> Result<&'a Column, IngestError> {
    examples.metadata.iter().find(|column| column.name == name).ok_or_else(|| {
        let there: Vec<&str> = examples.metadata.iter().map(|c| c.name.as_str()).collect();
        let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
        let what = format!("no metadata column {name:?}");
        IngestError::new(table, what, format!("there is: {there}{more}"))
    })
}

/// The rows with a tag, ascending.
pub fn tagged(shared: &Shared, tag: TagId) -> Vec<u32> {
    let reviews = shared.snapshot.reviews.iter();
    let mut rows: Vec<u32> =
        reviews.filter(|(_, review)| review.tags.contains(&tag)).map(|(&row, _)| row).collect();
    rows.sort_unstable();
    rows
}

/// Why there is nothing to see.
pub fn nothing(examples: usize) -> Option<String> {
    (examples == 0).then(|| "no example has both a label and a prediction".to_owned())
}

/// What is said of neighbours that are not exact.
pub fn approximate(recall: Recall) -> String {
    let (share, measured) = (percent(recall.share), count(recall.measured));
    format!("nearest neighbours are approximate: {share} of the true ones, measured on {measured}")
}

/// What a result is about, in one line.
pub fn title(project: &str, split: Split, run: &str) -> String {
    format!("{project} · {split} · {run}")
}

/// The names in a file, which must be as many as columns; without one the indices.
///
/// # Errors
/// A file that can't be read, or another number of names.
pub fn class_names(file: Option<&Path>, cols: usize) -> Result<ClassNames> {
    let Some(path) = file else {
        return Ok(ClassNames::new((0..cols).map(|k| k.to_string()).collect())?);
    };
    let classes = read_class_names(path)?;
    if classes.len() != cols {
        let what = format!("{} names, but the probabilities have {cols} columns", classes.len());
        return Err(IngestError::new(path, what, "write one class name a line").into());
    }
    Ok(classes)
}

/// The prediction and confidence of each row; `None` where there is none.
///
/// # Errors
/// Rows that are no probabilities.
pub fn tops(path: &Path, probs: &Probs) -> Result<Vec<Option<(u32, f64)>>, IngestError> {
    let tops = match probs {
        Probs::F32(matrix) => matrix.tops(),
        Probs::F64(matrix) => matrix.tops(),
    };
    tops.map_err(|e| {
        let remedy = "save the probabilities (softmax output), not logits";
        IngestError::new(path, e.to_string(), remedy)
    })
}

/// The predicted classes, `u32::MAX` where there is none.
pub fn classes_of(tops: &[Option<(u32, f64)>]) -> Vec<u32> {
    tops.iter().map(|top| top.map_or(u32::MAX, |(k, _)| k)).collect()
}
