//! What can go wrong with a project as a whole.

use crate::dataset::{DecideError, Split};
use crate::ingest::IngestError;
use crate::media::MediaError;
use crate::scoring::ScoreError;
use crate::store::StoreError;
use std::path::PathBuf;

/// An error of the facade; each says what the user can do.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no project file.
    #[error(
        "no project in {} (no gaffe.toml)\n  make one of your data with: gaffe FILE…, or without the review: gaffe init FILE…",
        .0.display()
    )]
    NoProject(PathBuf),
    /// The project has no table for the split.
    #[error("the project has no {0} split\n  add its table under [splits] in gaffe.toml")]
    NoSplit(Split),
    /// No run has probabilities for the split.
    #[error(
        "no run has predictions for {0} yet\n  \
         score a model with: gaffe score --model MODEL.onnx --split {0}\n  \
         or name an .npy of probabilities under [runs.NAME] in gaffe.toml"
    )]
    NoRuns(Split),
    /// The run is not there.
    #[error("no run {name:?} with predictions for {split}\n  there is: {}", list(.there))]
    NoRun {
        /// the name asked for
        name: String,
        /// the split asked for
        split: Split,
        /// the runs that have that split
        there: Vec<String>,
    },
    /// The example is not there.
    #[error(
        "no example {id:?} in {split}\n  \
         list the errors with: gaffe errors; other splits are asked for with --split"
    )]
    NoExample {
        /// the id asked for
        id: String,
        /// the split asked for
        split: Split,
    },
    /// A run of that name is listed in the project file.
    #[error("{0:?} is a run of gaffe.toml\n  choose another name with --name")]
    RunTaken(String),
    /// A model gives other predictions than were imported for it.
    #[error(
        "the model agrees with the imported predictions of {run} on {agree} of {of} examples only; nothing was \
         kept\n  {reason}\n  score it all the same with --accept-mismatch"
    )]
    Mismatch {
        /// the run of the project file
        run: String,
        /// examples on which they agree
        agree: usize,
        /// examples that were compared
        of: usize,
        /// why, as far as it is known
        reason: String,
    },
    /// No example could be scored.
    #[error("none of {examples} examples can be scored; nothing was kept\n  {reason}")]
    NothingScored {
        /// how many there are
        examples: usize,
        /// why the first can't
        reason: String,
    },
    /// No model is known that made the run.
    #[error("no model of run {0:?} is known\n  name it as `model` under [runs.{0}] in gaffe.toml")]
    NoModel(String),
    /// A model can't be measured.
    #[error("{0}")]
    Measure(String),
    /// What a process that scored says.
    #[error("{0}")]
    Background(String),
    /// A file of the user's.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The decisions.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The model.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// A picture.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// A tag.
    #[error("gaffe.toml: {0}\n  correct `tags`")]
    Tags(#[from] DecideError),
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
