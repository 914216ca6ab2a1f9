//! Where a statistic takes its numbers from: a project's run, or files given by hand.

use crate::analysis::eyeball::in_eyeball;
use crate::analysis::{MOST_CLASSES, effective_labels};
use crate::cli::{Selection, decisions, locate};
use crate::dataset::{ClassNames, Column, Examples, Ledger, Split, Tag};
use crate::ingest::{IngestError, Probs, read_class_names, read_labels, read_probs};
use crate::project::{Project, ProjectError};
use anyhow::{Result, anyhow};
use clap::Args;
use std::path::{Path, PathBuf};

/// A run of the project, or probabilities and labels without one.
#[derive(Args, Clone)]
pub struct Source {
    /// Class probabilities without a project: .npy, examples × classes, float32 or float64
    #[arg(long, value_name = "P.npy", requires = "labels", conflicts_with_all = ["run", "split"])]
    probs: Option<PathBuf>,
    #[command(flatten)]
    labels: LabelFiles,
    #[command(flatten)]
    pub selection: Selection,
}

/// Labels and names of classes that go with probabilities given by hand.
#[derive(Args, Clone)]
pub struct LabelFiles {
    /// Their labels: .npy of class indices, or text with one class a line
    #[arg(long, value_name = "L.npy", requires = "probs")]
    labels: Option<PathBuf>,
    /// Class names in the order of the columns, one a line [default: 0, 1, …]
    #[arg(long, value_name = "C.txt", requires = "labels")]
    classes: Option<PathBuf>,
}

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
    pub classes: ClassNames,
    /// The rest of the data, if it comes from a project.
    pub project: Option<FromProject>,
}

/// What only a project knows.
pub struct FromProject {
    /// The examples.
    pub examples: Examples,
    /// The decisions.
    pub ledger: Ledger,
    /// The project.
    pub project: Project,
}

impl FromProject {
    /// Whether an example must not be looked at: it is of the blackbox part of dev, or of the test split
    /// unless that is unlocked.
    pub fn is_hidden(&self, row: usize, unlock_test: bool) -> bool {
        let share = self.project.config().eyeball;
        match self.examples.split {
            Split::Test => !unlock_test,
            Split::Dev => share.is_some_and(|s| !in_eyeball(self.examples.ids.get(row), s)),
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
pub(super) use labelled;

impl Source {
    /// Reads it.
    pub fn read(&self, project: Option<&Path>) -> Result<Input> {
        if let Some(probs) = &self.probs {
            return from_files(probs, &self.labels);
        }
        of_run(&self.selection, project).map_err(|error| match error.downcast_ref() {
            Some(ProjectError::NoProject(_)) => {
                anyhow!("{error}\n  or give files by hand: --probs P.npy --labels L.npy")
            }
            _ => error,
        })
    }
}

/// The metadata column called `name`; `more` continues the list of those that are there.
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
pub fn tagged(examples: &Examples, ledger: &Ledger, tag: &Tag) -> Vec<u32> {
    let has = |id: &str| {
        ledger.review(examples.split, id).is_some_and(|review| review.tags.contains(&tag.id))
    };
    (0_u32..).zip(examples.ids.iter()).filter(|(_, id)| has(id)).map(|(row, _)| row).collect()
}

/// Why there is nothing to see.
pub fn nothing(examples: usize) -> Option<String> {
    (examples == 0).then(|| "no example has both a label and a prediction".to_owned())
}

/// Reads a run of the project, with the labels as corrected so far.
pub fn of_run(selection: &Selection, project: Option<&Path>) -> Result<Input> {
    let project = locate(project, None)?;
    let split = selection.split();
    let name = project.run_name(selection.run.as_deref(), split)?;
    let examples = project.examples(split)?;
    let run = project.run(&name, split, &examples)?;
    let ledger = decisions(&project)?;
    let relabels = project.relabels(&examples, &ledger);
    Ok(Input {
        title: title(&project.config().name, split, &name),
        labels: effective_labels(&examples.gold, &relabels),
        predictions: run.predictions().to_vec(),
        probs: Probs::F32(run.probs),
        classes: project.classes().clone(),
        project: Some(FromProject { examples, ledger, project }),
    })
}

/// What a result is about, in one line.
pub fn title(project: &str, split: Split, run: &str) -> String {
    format!("{project} · {split} · {run}")
}

/// Reads probabilities and labels given by hand.
pub fn from_files(path: &Path, files: &LabelFiles) -> Result<Input> {
    let probs = read_probs(path)?;
    let (rows, cols) = probs.shape();
    if cols > MOST_CLASSES {
        let what = format!("{cols} classes, more than {MOST_CLASSES}");
        let remedy = "is it transposed? one row an example, one column a class";
        return Err(IngestError::new(path, what, remedy).into());
    }
    let classes = class_names(files.classes.as_deref(), cols)?;
    let Some(labels_path) = &files.labels else {
        anyhow::bail!("probabilities need labels: add --labels L.npy");
    };
    let labels = read_labels(labels_path, &classes)?;
    if labels.len() != rows {
        let what = format!("{} labels, but {} has {rows} rows", labels.len(), path.display());
        return Err(IngestError::new(labels_path, what, "give one label for each row").into());
    }
    let predictions = classes_of(&tops(path, &probs)?);
    let title = path.display().to_string();
    Ok(Input { title, probs, labels, predictions, classes, project: None })
}

/// The names in a file, which must be as many as columns; without one the indices.
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
