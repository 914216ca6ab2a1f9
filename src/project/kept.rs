//! Data of other splits than the one on the desk, which screens ask for again and again.
//!
//! Invariant: a split is read once as long as the project is open, and of each split one run is kept.

use super::{Project, ProjectError};
use crate::dataset::{Examples, LeftOut, Run, Split};
use crate::ingest::{self, Assembled, Frame, IngestError, cache};
use crate::media::text;
use crate::report;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Of splits, with what a model said of them in the same file.
    assembled: Mutex<BTreeMap<Split, Arc<Assembled>>>,
    /// Splits whose table was read and is not kept on disk.
    fresh: Mutex<BTreeSet<Split>>,
    /// Who is told what the user should know of data that is read, and what was told.
    tell: Mutex<Option<fn(&str)>>,
    told: Mutex<BTreeSet<String>>,
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
        let assembled = Arc::new(self.assemble(&table, split)?);
        if let Some(text) = left_out(&table, &assembled.examples) {
            self.tell(&text);
        }
        kept.insert(split, assembled.clone());
        Ok(assembled)
    }

    fn assemble(&self, table: &Path, split: Split) -> Result<Assembled, ProjectError> {
        let (columns, classes) = (&self.config().columns, self.classes());
        let wrong = |e: IngestError| e.or_remedy(super::NAMED);
        if let Some(frame) = open(&self.kept.frames).remove(table) {
            return Ok(ingest::assemble(table, frame, columns, classes, split).map_err(wrong)?);
        }
        let cached = self.cache_place(split).and_then(|place| cache::load(&place, split));
        if let Some(cached) = cached {
            return Ok(cached);
        }
        let assembled = ingest::read_examples(table, columns, classes, split).map_err(wrong)?;
        open(&self.kept.fresh).insert(split);
        Ok(assembled)
    }

    fn cache_place(&self, split: Split) -> Option<cache::Place> {
        let (table, folder) = (self.table(split).ok()?, self.data_dir().join("cache"));
        let (columns, classes) = (&self.config().columns, self.classes());
        cache::Place::of(self.root(), &folder, &table, columns, classes, split)
    }

    /// Keeps on disk, on a thread of its own, what was read of large tables, so that they open at once the next time.
    pub fn keep_on_disk(&self) {
        for split in std::mem::take(&mut *open(&self.kept.fresh)) {
            let assembled = open(&self.kept.assembled).get(&split).cloned();
            if let (Some(assembled), Some(place)) = (assembled, self.cache_place(split)) {
                // where it can't be kept, it is read anew
                thread::spawn(move || cache::save(&place, &assembled));
            }
        }
    }

    /// Has `tell` told, once each, what the user should know of the data that is read: rows that are left out, what was
    /// done to probabilities. `None` ends that.
    pub fn set_tell(&self, tell: Option<fn(&str)>) {
        *open(&self.kept.tell) = tell;
    }

    pub(super) fn tell(&self, text: &str) {
        let tell = *open(&self.kept.tell);
        if let Some(tell) = tell.filter(|_| open(&self.kept.told).insert(text.to_owned())) {
            tell(text);
        }
    }

    /// The splits that were read.
    pub(super) fn read_splits(&self) -> Vec<Arc<Assembled>> {
        open(&self.kept.assembled).values().cloned().collect()
    }

    /// Keeps what was read of a file until it is asked for.
    pub fn keep_frame(&self, path: PathBuf, frame: Frame) {
        open(&self.kept.fresh).extend(
            Split::ALL
                .into_iter()
                .filter(|&split| self.table(split).is_ok_and(|table| table == path)),
        );
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

/// How many rows of a table are no examples, and why the first ones are none.
fn left_out(table: &Path, examples: &Examples) -> Option<String> {
    const SHOWN: usize = 3;
    let LeftOut { count, first, .. } = &examples.origin.left_out;
    let name = table.file_name().unwrap_or(table.as_os_str()).to_string_lossy();
    let place =
        |line: u64| if line > 0 { format!("{name}:{line}") } else { name.clone().into_owned() };
    let mut text = match count {
        0 => return None,
        1 => format!("{name}: 1 row is left out"),
        count => format!("{name}: {} rows are left out", report::count(*count)),
    };
    for (line, why) in first.iter().take(SHOWN) {
        let _ = write!(text, "\n  {}: {}", place(*line), text::fit(why, 200));
    }
    if *count > SHOWN {
        let _ = write!(text, "\n  and {} more", report::count(count - SHOWN));
    }
    Some(text)
}
