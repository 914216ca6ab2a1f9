//! What several people said: the votes that `agreement` and `consensus` are about.

use crate::cli::locate;
use crate::cli::print::count;
use crate::dataset::ClassNames;
use crate::ingest::{VoteForm, VoteTable, read_class_names, read_votes};
use crate::project::Project;
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};

/// A table of votes.
#[derive(Args, Clone)]
pub struct VotesArgs {
    /// The labels that people gave: a table with columns of the example, the annotator and the label
    #[arg(long, value_name = "V.csv")]
    pub votes: PathBuf,
    /// The table has a row an example, its id first, and a column an annotator; empty is no label
    #[arg(long, conflicts_with_all = ["example", "annotator", "label"])]
    wide: bool,
    /// The column of the examples' ids [default: id, example, item or task]
    #[arg(long, value_name = "COLUMN")]
    example: Option<String>,
    /// The column of who gave the label [default: annotator, worker, rater or who]
    #[arg(long, value_name = "COLUMN")]
    annotator: Option<String>,
    /// The column of the label [default: label, class or vote]
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Class names, one a line [default: those of the project, else the labels in the table]
    #[arg(long, value_name = "C.txt")]
    classes: Option<PathBuf>,
}

impl VotesArgs {
    /// The classes of `--classes`.
    pub fn class_names(&self) -> Result<Option<ClassNames>> {
        Ok(self.classes.as_deref().map(read_class_names).transpose()?)
    }

    /// Reads them.
    pub fn read(&self, classes: Option<&ClassNames>) -> Result<VoteTable> {
        let form = if self.wide {
            VoteForm::Wide
        } else {
            VoteForm::Long {
                example: self.example.clone(),
                annotator: self.annotator.clone(),
                label: self.label.clone(),
            }
        };
        Ok(read_votes(&self.votes, &form, classes)?)
    }
}

/// The project that is named or around the working folder; votes do without one.
pub fn project_if_any(told: Option<&Path>) -> Result<Option<Project>> {
    let here = std::env::current_dir()?;
    if told.is_none() && Project::find(&here).is_none() {
        return Ok(None);
    }
    locate(told, None).map(Some)
}

/// How much there is, in one line.
pub fn extent(table: &VoteTable) -> String {
    format!(
        "{} labels by {} annotators on {} of {} examples, {} classes",
        count(table.votes.all().len()),
        count(table.annotators.len()),
        count(table.votes.labelled()),
        count(table.examples.len()),
        count(table.classes.len())
    )
}
