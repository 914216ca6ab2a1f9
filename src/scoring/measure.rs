//! Measuring a model on this machine: time, throughput, memory, size.
//!
//! Invariant: bounded. No step goes on for longer than it may, save loading and single examples, and
//! between any two examples it can be cancelled.

use super::batch::{Chunk, Extent, Fetch, score_rows};
use super::error::ScoreError;
use super::feed::Sample;
use super::guard::guarded;
use super::memory::{self, Resident};
use super::model::Model;
use super::settings::Settings;
use crate::analysis::{Estimate, Timing, between, timing};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// How long measuring may take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Examples that are kept in memory and given to the model one by one.
    pub kept: usize,
    /// Examples before those that are timed: caches and branches settle.
    pub warm_up: usize,
    /// Most examples that are timed one by one.
    pub singles: usize,
    /// Most examples that are scored on all cores.
    pub many: usize,
    /// Most seconds for each of reading, single examples, and all cores.
    pub seconds: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { kept: 200, warm_up: 20, singles: 500, many: 4000, seconds: 5.0 }
    }
}

/// Most bytes of examples that are kept in memory.
const MOST_BYTES: usize = 256 << 20;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Reading and decoding examples.
    Reading,
    /// Loading and optimising the model.
    Loading,
    /// One example after the other, on one thread.
    Single,
    /// Many examples on all cores.
    AllCores,
}

impl Step {
    /// What it is called while it goes on.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading examples",
            Self::Loading => "loading the model",
            Self::Single => "one example at a time",
            Self::AllCores => "on all cores",
        }
    }
}

/// What was measured. Times in ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Loading, optimising and testing the model.
    pub load_ms: f64,
    /// Reading and decoding an example; not part of the latency.
    pub read: Timing,
    /// From decoded example to the model's input.
    pub prepare: Timing,
    /// The model.
    pub infer: Timing,
    /// Both: one example on one thread.
    pub latency: Timing,
    /// Scoring as `gaffe score` does, reading included; `None` if too few examples were done in time.
    pub throughput: Option<Throughput>,
    /// `None` where the system does not tell.
    pub memory: Option<Memory>,
    /// The model's file, and those that hold its weights, in bytes.
    pub bytes: u64,
    /// Weights: the values of its initialisers that are floats or 8-bit integers.
    pub parameters: u64,
}

/// Many examples on all cores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Throughput {
    /// Threads that scored.
    pub threads: usize,
    /// Examples that were done.
    pub examples: usize,
    /// Time between one and the next, in ms, with its interval.
    pub ms: Estimate,
}

impl Throughput {
    /// Examples a second.
    pub fn per_second(self) -> f64 {
        1000.0 / self.ms.value
    }
}

/// Growth of the process while the model is loaded and run on one thread, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// At most, loading included.
    pub peak: u64,
    /// Afterwards: what it holds while it serves.
    pub resident: u64,
}

/// Measures the model at `path` on the examples `0..rows` that `fetch` gives. `progress` is told the step and how far it
/// is, 0 to 1, perhaps from several threads. Memory is told rightly only by a process that does nothing else
/// and measures one model.
///
/// # Errors
/// A model that can't be used, no example that can be read, one that the model fails on, or
/// [`ScoreError::Cancelled`].
pub fn measure(
    path: &Path,
    settings: &Settings,
    rows: usize,
    fetch: &Fetch<'_>,
    limits: Limits,
    progress: &(dyn Fn(Step, f64) + Sync),
    cancel: &AtomicBool,
) -> Result<Measurement, ScoreError> {
    let watch = Watch { limits, progress, cancel };
    let (samples, read) = watch.read(rows, fetch)?;
    memory::reset_peak();
    let before = memory::resident();
    progress(Step::Loading, 0.0);
    let started = Instant::now();
    let model = Model::load(path, settings)?;
    let load_ms = ms_since(started);
    let [prepare, infer, latency] = watch.single(&model, &samples)?;
    let memory = before.zip(memory::resident()).map(|(before, after)| growth(before, after));
    let readable: Vec<usize> = samples.into_iter().map(|(row, _)| row).collect();
    let throughput = watch.all_cores(&model, &readable, fetch)?;
    let (bytes, parameters) = (model.bytes(), model.parameters());
    Ok(Measurement {
        load_ms,
        read,
        prepare,
        infer,
        latency,
        throughput,
        memory,
        bytes,
        parameters,
    })
}

/// The peak counts from before only if it was made to start anew then.
fn growth(before: Resident, after: Resident) -> Memory {
    let resident = after.now.saturating_sub(before.now);
    let risen = (after.peak > before.peak).then(|| after.peak.saturating_sub(before.now));
    Memory { peak: risen.unwrap_or(resident).max(resident), resident }
}

struct Watch<'a> {
    limits: Limits,
    progress: &'a (dyn Fn(Step, f64) + Sync),
    cancel: &'a AtomicBool,
}

impl Watch<'_> {
    fn check(&self) -> Result<(), ScoreError> {
        if self.cancel.load(Ordering::Relaxed) { Err(ScoreError::Cancelled) } else { Ok(()) }
    }

    /// Tells how far a step is, by its examples or by its time, whichever is further.
    fn tell(&self, step: Step, done: usize, of: usize, started: Instant) {
        let by_count = done as f64 / of.max(1) as f64;
        let by_time = started.elapsed().as_secs_f64() / self.limits.seconds.max(1e-3);
        (self.progress)(step, by_count.max(by_time).clamp(0.0, 1.0));
    }

    fn is_over(&self, started: Instant) -> bool {
        started.elapsed().as_secs_f64() > self.limits.seconds
    }

    fn read<'s>(
        &self,
        rows: usize,
        fetch: &Fetch<'s>,
    ) -> Result<(Samples<'s>, Timing), ScoreError> {
        let (mut samples, mut times) = (Samples::new(), Vec::new());
        let (mut bytes, mut refused) = (0, None);
        let (started, most) = (Instant::now(), rows.min(self.limits.kept));
        for row in 0..rows {
            self.check()?;
            self.tell(Step::Reading, row, most, started);
            let full = samples.len() >= self.limits.kept || bytes > MOST_BYTES;
            if !samples.is_empty() && (full || self.is_over(started)) {
                break;
            }
            let begun = Instant::now();
            match guarded(|| fetch(row)).and_then(|sample| sample) {
                Ok(sample) => {
                    times.push(ms_since(begun));
                    bytes += sample.bytes();
                    samples.push((row, sample));
                }
                Err(reason) => refused = refused.or(Some(reason)),
            }
        }
        let reason = refused.unwrap_or_else(|| "there is none".to_owned());
        let none = || ScoreError::Example(format!("no example to measure with: {reason}"));
        let times = timing(&times).ok_or_else(none)?;
        Ok((samples, times))
    }

    /// Times of preparing, of the model, and of both.
    fn single(&self, model: &Model, samples: &Samples<'_>) -> Result<[Timing; 3], ScoreError> {
        let Limits { warm_up, singles, .. } = self.limits;
        let mut scorer = model.scorer()?;
        let (mut prepare, mut infer, mut both) = (Vec::new(), Vec::new(), Vec::new());
        let started = Instant::now();
        for (done, (_, sample)) in samples.iter().cycle().take(warm_up + singles).enumerate() {
            self.check()?;
            self.tell(Step::Single, done, warm_up + singles, started);
            let (_, preparing, inferring) = scorer.timed(sample)?;
            let over = self.is_over(started);
            // A slow model has no time to warm up.
            if done < warm_up && !over {
                continue;
            }
            let [p, i] = [preparing, inferring].map(|time| time.as_secs_f64() * 1000.0);
            prepare.push(p);
            infer.push(i);
            both.push(p + i);
            if over {
                break;
            }
        }
        let summary = |times: &[f64]| timing(times).ok_or(ScoreError::Cancelled);
        Ok([summary(&prepare)?, summary(&infer)?, summary(&both)?])
    }

    fn all_cores(
        &self,
        model: &Model,
        rows: &[usize],
        fetch: &Fetch<'_>,
    ) -> Result<Option<Throughput>, ScoreError> {
        let (started, stop) = (Instant::now(), AtomicBool::new(false));
        let extent = Extent::first(self.limits.many);
        let mut done = Vec::new();
        let again = |at: usize| fetch(rows[at % rows.len()]);
        let mut tick = |count: usize, _| {
            done.resize(count, ms_since(started));
            self.tell(Step::AllCores, count, self.limits.many, started);
            if self.is_over(started) || self.cancel.load(Ordering::Relaxed) {
                stop.store(true, Ordering::Relaxed);
            }
        };
        let mut forget = |_: Chunk| Ok(());
        match score_rows(model, &extent, &again, &mut forget, &mut tick, &stop) {
            // Time is over: what was done until then counts.
            Ok(()) | Err(ScoreError::Cancelled) => self.check()?,
            Err(error) => return Err(error),
        }
        let threads = extent.threads;
        // Each thread's first group has its state to make.
        let settled = done.get(threads * model.batch()..).unwrap_or_default();
        Ok(between(settled).map(|ms| Throughput { threads, examples: done.len(), ms }))
    }
}

/// Rows with their examples.
type Samples<'s> = Vec<(usize, Sample<'s>)>;

fn ms_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}

#[cfg(test)]
#[path = "measure_tests.rs"]
mod tests;
