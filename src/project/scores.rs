//! Scoring a split and keeping the result as a run.
//!
//! Invariant: a run is there as a whole or not at all; what was scored before a scoring was stopped is taken up
//! only by one that would give the same values.

use super::partial::{Header, Names, Partial};
use super::runs::{EmbeddingMark, ScoredRun};
use super::{Project, ProjectError, now};
use crate::dataset::{Examples, Split};
use crate::export::write_whole;
use crate::ingest::{IngestError, Precision};
use crate::scoring::{Chunk, Extent, Model, Settings, chunk_rows, score_rows};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What is scored, by what, and how the result is kept.
#[derive(Debug, Clone)]
pub struct ScoreJob<'a> {
    /// The ONNX file.
    pub path: &'a Path,
    /// The name of the run.
    pub name: &'a str,
    /// What was asked of the model.
    pub settings: &'a Settings,
    /// Threads that run the model.
    pub threads: usize,
    /// How embeddings are kept, if they are made.
    pub precision: Precision,
    /// Begins anew, though an earlier one was stopped.
    pub fresh: bool,
}

/// How far a scoring is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scoring {
    /// Examples that are done, those of an earlier start included.
    pub done: usize,
    /// All examples.
    pub of: usize,
    /// Those that an earlier start had done.
    pub resumed: usize,
    /// Those without a prediction.
    pub failed: usize,
}

impl Project {
    /// Scores all `examples` and keeps the result as a run, in place of one of the same name and split. What is
    /// done is written down chunk by chunk; after a cancel, or when the process was killed, the
    /// same job goes on where it stopped. `progress` is told on this thread how far it is.
    ///
    /// # Errors
    /// No example that the model can score (nothing is kept then), a folder that can't be written, cancelled.
    pub fn score(
        &self,
        job: &ScoreJob<'_>,
        model: &Model,
        examples: &Examples,
        progress: &mut dyn FnMut(Scoring),
        cancel: &AtomicBool,
    ) -> Result<ScoredRun, ProjectError> {
        let reserved = self.reserve_run(job.name)?;
        let dir = self.run_dir(job.name);
        let failed = |e: io::Error| IngestError::io(&dir, &e).or_remedy("what is done was kept");
        let header = self.header(job, model, examples)?;
        let names = Names::new(&dir, examples.split.name());
        let mut partial = Partial::open(names.clone(), &header, job.fresh).map_err(failed)?;
        let samples = self.samples(examples)?;
        let (resumed, before, started) = (partial.done, partial.seconds, Instant::now());
        let (of, bad) = (examples.len(), partial.failed.len());
        let mut tell = |done: usize, failed: usize| {
            progress(Scoring { done: resumed + done, of, resumed, failed: bad + failed });
        };
        tell(0, 0);
        let seconds = || before + started.elapsed().as_secs_f64();
        let mut keep = |chunk: Chunk| partial.keep(chunk, seconds()).map_err(failed);
        let extent = Extent { rows: resumed..of, threads: job.threads.max(1) };
        let mut keep = |chunk| keep(chunk).map_err(ProjectError::from);
        score_rows(model, &extent, &|row| samples.get(row), &mut keep, &mut tell, cancel)?;
        if let Some(first) = partial.failed.first().filter(|_| partial.failed.len() == of) {
            let reason = first.reason.clone();
            partial.discard().map_err(failed)?;
            return Err(ProjectError::NothingScored { examples: of, reason });
        }
        let about = self.about(job, model, examples, &partial, header);
        partial.finish().map_err(failed)?;
        self.write_about(job.name, examples.split, &about)?;
        drop(reserved);
        Ok(about)
    }

    fn header(
        &self,
        job: &ScoreJob<'_>,
        model: &Model,
        examples: &Examples,
    ) -> Result<Header, ProjectError> {
        let mark = digest(model.files()).map_err(|(path, e)| IngestError::io(&path, &e))?;
        let about = model.about();
        let how = (job.settings, &about.engine, &about.input, &about.output, VERSION);
        let how = serde_json::to_string(&how)
            .map_err(|e| IngestError::new(job.path, e.to_string(), ""))?;
        Ok(Header {
            version: 1,
            model: mark,
            how,
            data: self.data_mark(examples),
            shape: [examples.len(), model.classes(), model.embedding_width()],
            precision: job.precision,
            chunk: chunk_rows(model),
        })
    }

    fn about(
        &self,
        job: &ScoreJob<'_>,
        model: &Model,
        examples: &Examples,
        partial: &Partial,
        header: Header,
    ) -> ScoredRun {
        let about = model.about();
        let embedding = about.embedding.clone().map(|tensor| EmbeddingMark {
            tensor,
            width: model.embedding_width(),
            precision: job.precision,
        });
        ScoredRun {
            model: job.path.canonicalize().unwrap_or_else(|_| job.path.to_owned()),
            at: now(),
            data: header.data,
            examples: examples.len(),
            failed: partial.failed.len(),
            seconds: partial.seconds,
            sha256: header.model,
            engine: about.engine.clone(),
            input: about.input.clone(),
            output: about.output.clone(),
            embedding,
            notes: about.notes.clone(),
            threads: job.threads,
            version: VERSION.to_owned(),
            failures: partial.failed.iter().take(LISTED).cloned().collect(),
        }
    }

    fn write_about(&self, name: &str, split: Split, about: &ScoredRun) -> Result<(), ProjectError> {
        let path = self.run_dir(name).join(format!("{split}.json"));
        let failed = |e: io::Error| IngestError::io(&path, &e);
        let text = serde_json::to_vec_pretty(about).map_err(|e| failed(e.into()))?;
        Ok(write_whole(&path, |out| out.write_all(&text)).map_err(failed)?)
    }
}

/// Of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Most failures that are listed in a run's description.
const LISTED: usize = 10_000;

/// The SHA-256 of files, one after the other, in hexadecimal digits; of one file it is what `sha256sum` gives.
fn digest(files: &[PathBuf]) -> Result<String, (PathBuf, io::Error)> {
    let mut hasher = Sha256::new();
    for path in files {
        let mut file = File::open(path).map_err(|e| (path.clone(), e))?;
        io::copy(&mut file, &mut Digesting(&mut hasher)).map_err(|e| (path.clone(), e))?;
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

struct Digesting<'a>(&'a mut Sha256);

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
