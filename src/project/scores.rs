//! Scoring a split and keeping the result as a run.
//!
//! Invariant: a run is there as a whole or not at all; what was scored before a scoring was stopped is taken up
//! only by one that would give the same values.

use super::partial::{Header, Names, Partial};
use super::runs::{EmbeddingMark, ScoredRun};
use super::{Project, ProjectError, now};
use crate::dataset::Examples;
use crate::export::write_whole;
use crate::ingest::{IngestError, Precision};
use crate::scoring::{Chunk, Extent, Model, Settings, chunk_rows, score_rows};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;
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
    /// How embeddings are kept, if they are made.
    pub precision: Precision,
    /// Begins anew, though an earlier one was stopped.
    pub fresh: bool,
}

impl ScoreJob<'_> {
    /// What a run of a model is called unless it is called otherwise: as the file, without its ending.
    pub fn usual_name(model: &Path) -> String {
        model.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// How far a scoring is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// What is told of a scoring before it is done.
#[derive(Debug)]
pub enum ScoreNews<'a> {
    /// What might surprise, in a sentence.
    Note(&'a str),
    /// How far it is.
    At(Scoring),
}

impl Project {
    /// Loads the model, holds it against what was imported for it, and scores as [`Project::score`]; also says
    /// how the model was run. With `accept_mismatch` a model that differs from what was imported is scored all the
    /// same, which is told. A name that can't be a run's, and an unwritable folder, are told before the model is read.
    ///
    /// # Errors
    /// A model that can't be loaded; as [`Gate::check`](super::Gate::check) and [`Project::score`].
    pub fn score_checked(
        &self,
        job: &ScoreJob<'_>,
        accept_mismatch: bool,
        examples: &Examples,
        tell: &mut dyn FnMut(ScoreNews<'_>),
        cancel: &AtomicBool,
    ) -> Result<(ScoredRun, String), ProjectError> {
        drop(self.reserve_run(job.name)?);
        let model = Model::load(job.path, job.settings)?;
        for note in &model.about().notes {
            tell(ScoreNews::Note(note));
        }
        if let Some(gate) = self.gate(job.path, &model, examples)? {
            match gate.check() {
                Err(mismatch) if accept_mismatch => tell(ScoreNews::Note(&mismatch.to_string())),
                checked => checked?,
            }
        }
        let mut progress = |scoring| tell(ScoreNews::At(scoring));
        let about = self.score(job, &model, examples, &mut progress, cancel)?;
        Ok((about, model.describe()))
    }

    /// Scores all `examples` and keeps the result as a run, in place of one of the same name and split. What is
    /// done is written down chunk by chunk; after a cancel, or when the process was killed, the same job goes on
    /// where it stopped. `progress` is told on this thread how far it is.
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
        let names = Names::of_run(&self.run_dir(job.name), examples.split.name());
        let about = self.score_into(&names, job, model, examples, progress, cancel)?;
        drop(reserved);
        Ok(about)
    }

    /// Makes the embeddings of all `examples` and keeps them, for likeness and maps, in place of older ones of
    /// the split. Otherwise as [`Project::score`]; the job's name is not used.
    ///
    /// # Errors
    /// As [`Project::score`].
    pub fn embed(
        &self,
        job: &ScoreJob<'_>,
        model: &Model,
        examples: &Examples,
        progress: &mut dyn FnMut(Scoring),
        cancel: &AtomicBool,
    ) -> Result<ScoredRun, ProjectError> {
        let dir = self.embeddings_dir();
        fs::create_dir_all(&dir).map_err(|e| IngestError::io(&dir, &e))?;
        let names = Names::of_embeddings(&dir, examples.split.name());
        self.score_into(&names, job, model, examples, progress, cancel)
    }

    fn score_into(
        &self,
        names: &Names,
        job: &ScoreJob<'_>,
        model: &Model,
        examples: &Examples,
        progress: &mut dyn FnMut(Scoring),
        cancel: &AtomicBool,
    ) -> Result<ScoredRun, ProjectError> {
        let file = names.about();
        let failed = |e: io::Error| IngestError::io(&file, &e).or_remedy("what is done was kept");
        let header = self.header(job, model, examples)?;
        let mut partial = Partial::open(names.clone(), &header, job.fresh).map_err(failed)?;
        let samples = self.samples(examples)?.turned(model.upright());
        let (resumed, before, started) = (partial.done, partial.seconds, Instant::now());
        let (of, bad) = (examples.len(), partial.failed.len());
        let mut tell = |done: usize, failed: usize| {
            progress(Scoring { done: resumed + done, of, resumed, failed: bad + failed });
        };
        tell(0, 0);
        let seconds = || before + started.elapsed().as_secs_f64();
        let mut keep = |chunk: Chunk| {
            partial.keep(chunk, seconds()).map_err(|e| ProjectError::from(failed(e)))
        };
        let extent = Extent { rows: resumed..of, threads: job.settings.threads.max(1) };
        score_rows(model, &extent, &|row| samples.get(row), &mut keep, &mut tell, cancel)?;
        if let Some(first) = partial.failed.first().filter(|_| partial.failed.len() == of) {
            let reason = first.reason.clone();
            partial.discard().map_err(failed)?;
            return Err(ProjectError::NothingScored { examples: of, reason });
        }
        let files = self.files_mark(examples);
        let about = ScoredRun { files, ..about(job, model, examples, &partial, header) };
        partial.finish().map_err(failed)?;
        let text = serde_json::to_vec_pretty(&about).map_err(|e| failed(e.into()))?;
        write_whole(&file, |out| out.write_all(&text)).map_err(failed)?;
        Ok(about)
    }

    fn header(
        &self,
        job: &ScoreJob<'_>,
        model: &Model,
        examples: &Examples,
    ) -> Result<Header, ProjectError> {
        let about = model.about();
        // the values do not depend on the threads
        let settings = Settings { threads: 0, ..job.settings.clone() };
        let found = about.sources.iter().map(|s| (&s.key, &s.value)).collect::<Vec<_>>();
        let how = (settings, found, &about.engine, &about.input, &about.output, VERSION);
        let how = serde_json::to_string(&how)
            .map_err(|e| IngestError::new(job.path, e.to_string(), ""))?;
        Ok(Header {
            version: 1,
            model: model.sha256().to_owned(),
            how,
            data: self.data_mark(examples),
            shape: [examples.len(), model.classes(), model.embedding_width()],
            precision: job.precision,
            chunk: chunk_rows(model),
        })
    }
}

fn about(
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
        files: None,
        examples: examples.len(),
        failed: partial.failed.len(),
        seconds: partial.seconds,
        sha256: header.model,
        engine: about.engine.clone(),
        input: about.input.clone(),
        output: about.output.clone(),
        embedding,
        notes: about.notes.clone(),
        threads: job.settings.threads,
        version: VERSION.to_owned(),
        failures: partial.failed.iter().take(LISTED).cloned().collect(),
    }
}

/// Of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Most failures that are listed in a run's description.
const LISTED: usize = 10_000;
