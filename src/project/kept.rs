//! Data of other splits than the one on the desk, which screens ask for again and again.
//!
//! Invariant: a split is read once as long as the project is open, and of each split one run is kept.

use super::{Project, ProjectError};
use crate::dataset::{Examples, Run, Split};
use crate::ingest::{self, Assembled, Frame};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Of splits, with what a model said of them in the same file.
    assembled: Mutex<BTreeMap<Split, Arc<Assembled>>>,
    /// Of files that were read before there was a project.
    frames: Mutex<BTreeMap<PathBuf, Frame>>,
    runs: Mutex<BTreeMap<Split, Arc<Run>>>,
}

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Project {
    /// [`Project::examples`], which are kept, and what a model said of them in the same file.
    ///
    /// # Errors
    /// As [`Project::examples`].
    pub(super) fn assembled(&self, split: Split) -> Result<Arc<Assembled>, ProjectError> {
        let mut kept = open(&self.kept.assembled);
        if let Some(assembled) = kept.get(&split) {
            return Ok(assembled.clone());
        }
        let table = self.table(split)?;
        let (columns, classes) = (&self.config().columns, self.classes());
        let read = match open(&self.kept.frames).remove(&table) {
            Some(frame) => ingest::assemble(&table, frame, columns, classes, split),
            None => ingest::read_examples(&table, columns, classes, split),
        };
        let assembled = Arc::new(read.map_err(|e| e.or_remedy(super::NAMED))?);
        kept.insert(split, assembled.clone());
        Ok(assembled)
    }

    /// The splits that were read.
    pub(super) fn read_splits(&self) -> Vec<Arc<Assembled>> {
        open(&self.kept.assembled).values().cloned().collect()
    }

    /// Keeps what was read of a file until it is asked for.
    pub fn keep_frame(&self, path: PathBuf, frame: Frame) {
        open(&self.kept.frames).insert(path, frame);
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
