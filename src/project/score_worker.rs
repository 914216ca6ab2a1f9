//! Scoring in a process of its own, so that it takes neither memory nor threads from a review that goes on.
//!
//! Invariant: the worker goes on only as long as whoever asked holds its input open; what it has done by then is
//! kept, and the same task, or `gaffe score`, goes on with it.

use super::child::{Asked, Heard, say};
use super::{Project, ProjectError, ScoreJob, ScoreNews, Scoring};
use crate::analysis::error_rate;
use crate::dataset::Split;
use crate::ingest::Precision;
use crate::scoring::{ScoreError, Settings, cores};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The command of the program that does the work; not one for people.
pub const SCORER: &str = "score-in-background";
/// Longest request, in bytes.
const LONGEST: u64 = 1 << 20;
/// How often it is told how far the scoring is.
const TELL: Duration = Duration::from_millis(300);
/// How soon it is noticed that nobody waits any more.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a worker that nobody waits for has to end in order.
const GRACE: Duration = Duration::from_secs(1);

/// What is to be scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreTask {
    /// The project's folder.
    pub root: PathBuf,
    /// The ONNX file.
    pub model: PathBuf,
    /// The name of the run.
    pub name: String,
    /// The split.
    pub split: Split,
    /// The run that it is held against.
    pub against: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreOutcome {
    /// Examples without a prediction.
    pub failed: usize,
    /// The share of errors of the new run, under the corrected labels.
    pub error: f64,
    /// That of the run that it is held against, if it can be read.
    pub against: Option<f64>,
}

/// A line that the worker writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// How far it is.
    At(Scoring),
    /// The end: the run is kept.
    Done(ScoreOutcome),
    /// The end: nobody waited any more.
    Cancelled,
    /// The end: why not.
    Refused(String),
}

impl ScoreTask {
    fn run(
        &self,
        tell: &mut dyn FnMut(Scoring),
        cancel: &AtomicBool,
    ) -> Result<ScoreOutcome, ProjectError> {
        let project = Project::open(&self.root)?;
        let examples = project.examples(self.split)?;
        // One core is left to the review.
        let threads = cores().saturating_sub(1).max(1);
        let settings = Settings { threads, ..project.model_settings(&examples) };
        let (path, name, precision) = (self.model.as_path(), self.name.as_str(), Precision::F32);
        let job = ScoreJob { path, name, settings: &settings, precision, fresh: false };
        let mut news = |news: ScoreNews<'_>| match news {
            ScoreNews::At(scoring) => tell(scoring),
            // The run's description keeps them.
            ScoreNews::Note(_) => {}
        };
        let (about, _) = project.score_checked(&job, false, &examples, &mut news, cancel)?;
        let relabels = project.relabels(&examples, &project.decisions()?.0);
        let error = |run: &str| {
            let run = project.run(run, self.split, &examples)?;
            Ok::<_, ProjectError>(error_rate(&examples.gold, &relabels, &run).rate.share)
        };
        let (failed, against) = (about.failed, error(&self.against).ok());
        Ok(ScoreOutcome { failed, error: error(&self.name)?, against })
    }
}

/// The worker: reads a task, scores, and writes lines until it is done or its input ends.
///
/// # Errors
/// A task that is none, or nobody to write to at the end.
pub fn score_work(
    mut input: impl BufRead + Send + 'static,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut text = Vec::new();
    input.by_ref().take(LONGEST).read_until(b'\n', &mut text)?;
    let task: ScoreTask = serde_json::from_slice(&text)?;
    let cancel = Arc::new(AtomicBool::new(false));
    let gone = cancel.clone();
    thread::spawn(move || {
        // Nothing more is said; the end of it, or an error, means that nobody waits.
        let _ = io::copy(&mut input, &mut io::sink());
        gone.store(true, Ordering::Relaxed);
    });
    let mut told: Option<Instant> = None;
    let mut tell = |scoring: Scoring| {
        if told.is_none_or(|at| at.elapsed() >= TELL) {
            told = Some(Instant::now());
            if say(output, &Line::At(scoring)).is_err() {
                cancel.store(true, Ordering::Relaxed);
            }
        }
    };
    let line = match task.run(&mut tell, &cancel) {
        Ok(outcome) => Line::Done(outcome),
        Err(ProjectError::Score(ScoreError::Cancelled)) => Line::Cancelled,
        Err(error) => Line::Refused(error.to_string()),
    };
    say(output, &line)
}

/// Has `program` (this program's file) do the task, and waits for it. `tell` hears how far it is; once `is_over`
/// says that nobody waits any more, the worker ends in order, or is ended a second later.
///
/// # Errors
/// What the worker says, a worker that can't be started or ends on its own, [`ScoreError::Cancelled`].
pub fn score_in_process(
    program: &Path,
    task: &ScoreTask,
    tell: &mut dyn FnMut(Scoring),
    is_over: &dyn Fn() -> bool,
) -> Result<ScoreOutcome, ProjectError> {
    let failed = |e: io::Error| ProjectError::Background(e.to_string());
    let cancelled = || Err(ScoreError::Cancelled.into());
    let mut worker = Asked::new(program, SCORER, task).map_err(failed)?;
    let mut since: Option<Instant> = None;
    loop {
        if since.is_none() && is_over() {
            worker.hang_up();
            since = Some(Instant::now());
        }
        if since.is_some_and(|since| since.elapsed() > GRACE) {
            return cancelled();
        }
        match worker.hear(GLANCE).map_err(failed)? {
            Heard::Line(Line::At(scoring)) => tell(scoring),
            Heard::Line(Line::Done(outcome)) => return Ok(outcome),
            Heard::Line(Line::Cancelled) => return cancelled(),
            Heard::Line(Line::Refused(reason)) => return Err(ProjectError::Background(reason)),
            Heard::Nothing => {}
            Heard::End(_) if since.is_some() => return cancelled(),
            Heard::End(how) => {
                let what = format!("scoring ended early ({how})\n  what is done was kept");
                return Err(ProjectError::Background(what));
            }
        }
    }
}

#[cfg(test)]
#[path = "score_worker_tests.rs"]
mod tests;
