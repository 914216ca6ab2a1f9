//! Where a statistic takes its numbers from: options for a project's run, or for files.

use crate::analysis::MOST_CLASSES;
use crate::cli::{Selection, desk, filter, locate};
use crate::dataset::Order;
use crate::ingest::{IngestError, read_labels, read_probs};
use crate::insight::{Input, class_names, classes_of, tops};
use crate::project::ProjectError;
use anyhow::{Result, anyhow};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// Only of the examples that a filter selects, as / does in the review
    #[arg(long, value_name = "FILTER", conflicts_with = "probs")]
    filter: Option<String>,
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

impl Source {
    /// Reads it.
    pub fn read(&self, project: Option<&Path>) -> Result<Input> {
        if let Some(probs) = &self.probs {
            return from_files(probs, &self.labels);
        }
        of_run(&self.selection, self.filter.as_deref(), project).map_err(|error| {
            match error.downcast_ref() {
                Some(ProjectError::NoProject(_)) => {
                    anyhow!("{error}\n  or give files by hand: --probs P.npy --labels L.npy")
                }
                _ => error,
            }
        })
    }
}

/// Reads a run of the project, with the labels as corrected so far; of its examples those that a filter
/// selects.
pub fn of_run(
    selection: &Selection,
    filter: Option<&str>,
    project: Option<&Path>,
) -> Result<Input> {
    let project = Arc::new(locate(project, None)?);
    let desk = desk(&project, selection, Order::default())?;
    let all = || (0..desk.examples().len() as u32).collect::<Vec<_>>();
    let rows = filter.map(|text| filter::select(&project, &desk, &all(), text)).transpose()?;
    let shared = desk.share();
    Ok(Input::of_run(shared, project, rows.as_deref()))
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
    Ok(Input {
        title,
        probs,
        labels,
        predictions,
        classes: Arc::new(classes),
        is_part: false,
        project: None,
    })
}
