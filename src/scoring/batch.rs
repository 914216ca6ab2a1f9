//! Scoring many examples: reading and preparing on some threads, the model on others, bounded queues between.
//!
//! Invariant: which examples go through the model together depends on their rows alone, so the values do not
//! depend on the number of threads; chunks are handed out whole and in order; what is held at any time is bounded
//! whatever the number of examples.

use super::error::ScoreError;
use super::feed::{Group, Sample};
use super::guard::guarded;
use super::model::Model;
use super::reading::Prediction;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Gives the example of a row, or the reason why it can't; called on several threads.
pub type Fetch<'a> = dyn Fn(usize) -> Result<Sample<'a>, String> + Sync + 'a;

/// Fewest rows of a chunk.
const CHUNK: usize = 64;
/// Chunks that may be open at a time, so that one slow example does not hold up the others.
const OPEN: usize = 8;
/// Bytes of inputs, and most groups, that go from one thread to another together: waking a thread costs as much as a
/// small model.
const PACK: usize = 1 << 16;
const GROUPS: usize = 16;

/// The values of some rows that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The rows.
    pub rows: Range<usize>,
    /// Class probabilities, a row each, K wide; NaN in the rows that failed.
    pub probs: Vec<f32>,
    /// Embeddings, a row each, D wide; NaN in the rows that failed. Empty if none are made.
    pub embeddings: Vec<f32>,
    /// The rows that failed, ascending, with the reason.
    pub failed: Vec<(usize, String)>,
}

/// Which rows are scored and by how many threads.
#[derive(Debug, Clone)]
pub struct Extent {
    /// The rows; the first one is a multiple of [`chunk_rows`].
    pub rows: Range<usize>,
    /// Threads that run the model; as many read and prepare.
    pub threads: usize,
}

impl Extent {
    /// The first `rows` examples, by a thread a core.
    pub fn first(rows: usize) -> Self {
        Self { rows: 0..rows, threads: cores().min(rows.max(1)) }
    }
}

/// How many cores there are.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Rows of a chunk: a multiple of what the model takes at a time.
pub fn chunk_rows(model: &Model) -> usize {
    CHUNK.div_ceil(model.batch()) * model.batch()
}

/// Scores the rows of `extent`. `keep` gets the chunks on the calling thread; `progress` is told there how many
/// rows are done and how many of them failed. `cancel` is looked at between groups.
///
/// # Errors
/// [`ScoreError::Cancelled`] when `cancel` was set before the last group was begun; an error of `keep`; an engine
/// that has no memory for its sessions.
pub fn score_rows<E: From<ScoreError>>(
    model: &Model,
    extent: &Extent,
    fetch: &Fetch<'_>,
    keep: &mut dyn FnMut(Chunk) -> Result<(), E>,
    progress: &mut dyn FnMut(usize, usize),
    cancel: &AtomicBool,
) -> Result<(), E> {
    let line = Line::new(model, extent, cancel);
    let (prepared, queue) = sync_channel(2 * extent.threads);
    let queue = Mutex::new(queue);
    let (give, results) = channel();
    thread::scope(|scope| {
        for _ in 0..extent.threads {
            let (line, queue) = (&line, &queue);
            let (prepared, give) = (prepared.clone(), give.clone());
            scope.spawn(move || line.prepare(fetch, &prepared));
            scope.spawn(move || line.infer(queue, &give));
        }
        drop((prepared, give));
        let done = line.collect(&results, keep, progress);
        // what is still in the queues is let go, so that nobody waits for room there
        line.stop();
        drop(results);
        while recv(&queue).is_some() {}
        done
    })
}

/// What is shared by the threads of one scoring.
struct Line<'a> {
    model: &'a Model,
    extent: &'a Extent,
    chunk: usize,
    cancel: &'a AtomicBool,
    window: Mutex<Window>,
    moved: Condvar,
}

/// Which groups may be begun.
struct Window {
    /// First row of the next group.
    next: usize,
    /// Rows before which all is handed out.
    kept: usize,
    stopped: bool,
}

/// A group's rows with their predictions or reasons.
type Done = Result<Vec<(usize, Result<Prediction, String>)>, ScoreError>;

impl<'a> Line<'a> {
    fn new(model: &'a Model, extent: &'a Extent, cancel: &'a AtomicBool) -> Self {
        let start = extent.rows.start;
        let window = Mutex::new(Window { next: start, kept: start, stopped: false });
        let chunk = chunk_rows(model);
        Self { model, extent, chunk, cancel, window, moved: Condvar::new() }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.window().stopped = true;
        self.moved.notify_all();
    }

    /// The rows of the next groups, of so many at most, once they may be begun.
    fn next(&self, groups: usize) -> Option<Range<usize>> {
        let ahead = OPEN * self.chunk;
        let wait = |w: &mut Window| !w.stopped && w.next >= w.kept + ahead;
        let mut window =
            self.moved.wait_while(self.window(), wait).unwrap_or_else(PoisonError::into_inner);
        let end = self.extent.rows.end.min(window.kept + ahead);
        if window.stopped || window.next >= end || self.cancel.load(Ordering::Relaxed) {
            return None;
        }
        let rows = window.next..end.min(window.next + groups * self.model.batch());
        window.next = rows.end;
        Some(rows)
    }

    fn prepare(&self, fetch: &Fetch<'_>, queue: &SyncSender<Vec<Group>>) {
        let mut preparer = self.model.preparer();
        let mut group = |rows: Range<usize>| {
            let read = |row| guarded(|| fetch(row)).and_then(|sample| sample);
            preparer.group(rows.start, rows.map(read).collect())
        };
        let (batch, mut groups) = (self.model.batch(), 1);
        while let Some(Range { start, end }) = self.next(groups) {
            let starts = (start..end).step_by(batch);
            let pack: Vec<Group> = starts.map(|row| group(row..end.min(row + batch))).collect();
            let bytes = pack.iter().map(Group::bytes).max().unwrap_or(0);
            groups = (PACK / bytes.max(1)).clamp(1, GROUPS);
            if queue.send(pack).is_err() {
                return;
            }
        }
    }

    fn infer(&self, queue: &Mutex<Receiver<Vec<Group>>>, give: &Sender<Done>) {
        let mut scorer = match self.model.scorer() {
            Ok(scorer) => scorer,
            Err(error) => {
                let _ = give.send(Err(error));
                return;
            }
        };
        while let Some(pack) = recv(queue) {
            let rows = pack.into_iter().flat_map(|group| scorer.group(group)).collect();
            if give.send(Ok(rows)).is_err() {
                return;
            }
        }
    }

    fn collect<E: From<ScoreError>>(
        &self,
        results: &Receiver<Done>,
        keep: &mut dyn FnMut(Chunk) -> Result<(), E>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), E> {
        let mut open = Open::new(self.model, self.extent, self.chunk);
        let (mut done, mut failed) = (0, 0);
        for result in results {
            let rows = result?;
            done += rows.len();
            for (row, prediction) in rows {
                failed += usize::from(prediction.is_err());
                open.take(row, prediction);
            }
            while let Some(chunk) = open.next_whole() {
                let end = chunk.rows.end;
                keep(chunk)?;
                self.window().kept = end;
                self.moved.notify_all();
            }
            progress(done, failed);
        }
        if open.next < self.extent.rows.end { Err(ScoreError::Cancelled.into()) } else { Ok(()) }
    }
}

fn recv<T>(queue: &Mutex<Receiver<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Chunks that are not whole yet.
struct Open<'a> {
    model: &'a Model,
    rows: &'a Range<usize>,
    chunk: usize,
    /// First row of the chunk that is handed out next.
    next: usize,
    /// By first row, with the number of rows that are still missing.
    chunks: BTreeMap<usize, (Chunk, usize)>,
}

impl<'a> Open<'a> {
    fn new(model: &'a Model, extent: &'a Extent, chunk: usize) -> Self {
        let (rows, next) = (&extent.rows, extent.rows.start);
        Self { model, rows, chunk, next, chunks: BTreeMap::new() }
    }

    fn take(&mut self, row: usize, prediction: Result<Prediction, String>) {
        let start = row - (row - self.rows.start) % self.chunk;
        let Self { model, rows, chunk, .. } = *self;
        let open = self.chunks.entry(start);
        let (chunk, missing) = open.or_insert_with(|| empty(model, rows, start, chunk));
        *missing -= 1;
        match prediction {
            Ok(Prediction { probs, embedding }) => {
                put(&mut chunk.probs, row - start, &probs);
                put(&mut chunk.embeddings, row - start, &embedding);
            }
            Err(reason) => chunk.failed.push((row, reason)),
        }
    }

    fn next_whole(&mut self) -> Option<Chunk> {
        let entry = self.chunks.first_entry().filter(|e| *e.key() == self.next && e.get().1 == 0);
        let (mut chunk, _) = entry?.remove();
        chunk.failed.sort_unstable();
        self.next = chunk.rows.end;
        Some(chunk)
    }
}

/// A chunk in which no row is known yet, and how many there are.
fn empty(model: &Model, rows: &Range<usize>, start: usize, chunk: usize) -> (Chunk, usize) {
    let rows = start..rows.end.min(start + chunk);
    let nan = |width: usize| vec![f32::NAN; width * rows.len()];
    let (probs, embeddings) = (nan(model.classes()), nan(model.embedding_width()));
    let missing = rows.len();
    (Chunk { rows, probs, embeddings, failed: Vec::new() }, missing)
}

fn put(values: &mut [f32], row: usize, of: &[f32]) {
    if let Some(place) = values.get_mut(row * of.len()..(row + 1) * of.len()) {
        place.copy_from_slice(of);
    }
}
