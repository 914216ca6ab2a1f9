//! Embeddings that are kept: those of a run, and those of the examples.
//!
//! Invariant: embeddings of other examples, or of another order of them, are never used.

use super::partial::Names;
use super::runs::ScoredRun;
use super::{Project, ProjectError};
use crate::dataset::{Examples, Matrix};
use crate::ingest::read_embeddings;
use std::fs;
use std::path::PathBuf;

impl Project {
    /// Where embeddings that belong to no run are kept.
    pub(super) fn embeddings_dir(&self) -> PathBuf {
        self.data_dir().join("embeddings")
    }

    /// The embeddings of `examples`: those that were kept when the run was scored, else those of `gaffe embed`;
    /// `None` if there are none, or only some of other examples.
    ///
    /// # Errors
    /// A file that can't be read.
    pub fn embeddings(
        &self,
        run: &str,
        examples: &Examples,
    ) -> Result<Option<Matrix>, ProjectError> {
        let split = examples.split.name();
        let places = [
            Names::of_run(&self.run_dir(run), split),
            Names::of_embeddings(&self.embeddings_dir(), split),
        ];
        let fits = |names: &&Names| {
            let about = fs::read(names.about()).ok();
            let about = about.and_then(|text| serde_json::from_slice::<ScoredRun>(&text).ok());
            names.embeddings().is_file()
                && about
                    .is_some_and(|about| about.embedding.is_some() && self.is_of(&about, examples))
        };
        match places.iter().find(fits) {
            Some(names) => Ok(Some(read_embeddings(&names.embeddings(), examples.len())?)),
            None => Ok(None),
        }
    }
}
