//! Scoring many examples on all cores.
//!
//! Invariant: every example ends in exactly one of two ways, a row of probabilities, or a row of NaN
//! and an entry in `failed`. One bad picture never ends the run.

use super::error::{ScoreError, panic_text};
use super::model::{Model, Scorer};
use image::DynamicImage;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// What came of scoring.
#[derive(Debug, Clone)]
pub struct Scored {
    /// Class probabilities, N×K row by row; NaN in the rows that failed.
    pub probs: Vec<f32>,
    /// The examples that failed, ascending, with the reason.
    pub failed: Vec<(usize, String)>,
    /// How long it took.
    pub seconds: f64,
}

/// Gives the picture of a row, or the reason why it can't.
pub type Fetch<'a> = dyn Fn(usize) -> Result<DynamicImage, String> + Sync + 'a;

/// Scores examples `0..rows`, each on one of as many threads as there are cores. `fetch` is called
/// on those threads, and so is `progress`, with the number of examples done so far. `cancel` is
/// looked at between examples.
///
/// # Errors
/// [`ScoreError::Cancelled`] when `cancel` was set before the last example was begun.
pub fn score_all(
    model: &Model,
    rows: usize,
    fetch: &Fetch<'_>,
    progress: &(dyn Fn(usize) + Sync),
    cancel: &AtomicBool,
) -> Result<Scored, ScoreError> {
    let started = Instant::now();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results = Mutex::new((vec![f32::NAN; rows * model.classes()], Vec::new()));
    let work = || {
        let mut scorer = model.scorer();
        while !cancel.load(Ordering::Relaxed) {
            let row = next.fetch_add(1, Ordering::Relaxed);
            if row >= rows {
                break;
            }
            keep(&results, row, score_one(&mut scorer, row, fetch));
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads(rows) {
            scope.spawn(work);
        }
    });
    if done.into_inner() < rows {
        return Err(ScoreError::Cancelled);
    }
    let (probs, mut failed) = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort_unstable();
    Ok(Scored { probs, failed, seconds: started.elapsed().as_secs_f64() })
}

/// How many threads score so many examples.
pub(super) fn threads(rows: usize) -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(rows)
}

fn score_one(scorer: &mut Scorer<'_>, row: usize, fetch: &Fetch<'_>) -> Result<Vec<f32>, String> {
    // decoders panic on some broken files
    let image = catch_unwind(AssertUnwindSafe(|| fetch(row)))
        .unwrap_or_else(|payload| Err(panic_text(&*payload)))?;
    scorer.score(&image).map_err(|e| e.to_string())
}

type Results = Mutex<(Vec<f32>, Vec<(usize, String)>)>;

fn keep(results: &Results, row: usize, scored: Result<Vec<f32>, String>) {
    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
    let (probs, failed) = &mut *results;
    match scored {
        Ok(values) => probs[row * values.len()..(row + 1) * values.len()].copy_from_slice(&values),
        Err(reason) => failed.push((row, reason)),
    }
}
