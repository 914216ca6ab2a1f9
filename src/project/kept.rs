//! Data of other splits than the one on the desk, which screens ask for again and again.
//!
//! Invariant: a split is read once as long as the project is open, and of each split one run is kept.

use super::{Project, ProjectError};
use crate::dataset::{Examples, Run, Split};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Kept {
    examples: Mutex<BTreeMap<Split, Arc<Examples>>>,
    runs: Mutex<BTreeMap<Split, Arc<Run>>>,
}

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Project {
    /// [`Project::examples`], which are kept.
    ///
    /// # Errors
    /// As [`Project::examples`].
    pub fn kept_examples(&self, split: Split) -> Result<Arc<Examples>, ProjectError> {
        let mut kept = open(&self.kept.examples);
        if let Some(examples) = kept.get(&split) {
            return Ok(examples.clone());
        }
        let examples = Arc::new(self.examples(split)?);
        kept.insert(split, examples.clone());
        Ok(examples)
    }

    /// [`Project::run`], which is kept until another run of the split is asked for.
    ///
    /// # Errors
    /// As [`Project::run`].
    pub fn kept_run(
        &self,
        name: &str,
        split: Split,
        examples: &Examples,
    ) -> Result<Arc<Run>, ProjectError> {
        let mut kept = open(&self.kept.runs);
        if let Some(run) = kept.get(&split).filter(|run| run.name == name) {
            return Ok(run.clone());
        }
        let run = Arc::new(self.run(name, split, examples)?);
        kept.insert(split, run.clone());
        Ok(run)
    }
}
