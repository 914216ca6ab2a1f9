//! How far the reading of a large file is, told to who watches.
//!
//! Invariant: nobody is told of what takes less than half a second; who was told is told of the end, too.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Told of a file which share of it was read, from 0 to 1, and how many bytes it has; of its end by `None`. On the thread
/// that reads.
pub type Watch = fn(&Path, Option<(f64, u64)>);

/// Before this nothing is told.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two words.
const PAUSE: Duration = Duration::from_millis(100);

static WATCH: RwLock<Option<Watch>> = RwLock::new(None);

/// Has `watch` told how far the reading of files is; `None` ends that.
pub fn watch_reading(watch: Option<Watch>) {
    *WATCH.write().unwrap_or_else(PoisonError::into_inner) = watch;
}

/// A file that is being read.
#[derive(Debug)]
pub struct Reading {
    path: PathBuf,
    bytes: u64,
    of: u64,
    done: AtomicU64,
    started: Instant,
    /// When it was told last, in milliseconds after the start; 0 is never.
    told: AtomicU64,
}

impl Reading {
    /// Begins with nothing read; `of` is what all of it counts, its bytes where it is `None`.
    pub fn of(path: &Path, of: Option<u64>) -> Self {
        let bytes = path.metadata().map_or(0, |about| about.len());
        let (done, told) = (AtomicU64::new(0), AtomicU64::new(0));
        let (path, of) = (path.to_path_buf(), of.unwrap_or(bytes));
        Self { path, bytes, of, done, started: Instant::now(), told }
    }

    /// So much more was read.
    pub fn add(&self, more: u64) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        let (now, told) = (self.started.elapsed(), self.told.load(Ordering::Relaxed));
        if now < PATIENCE.max(Duration::from_millis(told) + PAUSE) {
            return;
        }
        let millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        // of several threads one tells
        let swapped =
            self.told.compare_exchange(told, millis, Ordering::Relaxed, Ordering::Relaxed);
        if swapped.is_ok() {
            let share = done as f64 / self.of.max(1) as f64;
            tell(&self.path, Some((share.min(1.0), self.bytes)));
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if self.told.load(Ordering::Relaxed) > 0 {
            tell(&self.path, None);
        }
    }
}

fn tell(path: &Path, at: Option<(f64, u64)>) {
    let watch = *WATCH.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(watch) = watch {
        watch(path, at);
    }
}

/// A file whose bytes are counted while they are read.
#[derive(Debug)]
pub struct Counted {
    file: File,
    reading: Reading,
}

impl Counted {
    /// Opens a file.
    ///
    /// # Errors
    /// One that can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, reading: Reading::of(path, None) })
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.reading.add(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    static TOLD: Mutex<Vec<Option<(f64, u64)>>> = Mutex::new(Vec::new());

    #[test]
    fn what_takes_long_is_told_and_its_end_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("watched");
        std::fs::write(&path, [0; 1000]).unwrap();
        watch_reading(Some(|path, at| {
            if path.ends_with("watched") {
                TOLD.lock().unwrap().push(at);
            }
        }));
        let told = || std::mem::take(&mut *TOLD.lock().unwrap());
        let mut quick = Counted::open(&path).unwrap();
        io::copy(&mut quick, &mut io::sink()).unwrap();
        drop(quick);
        assert_eq!(told(), []);
        let mut slow = Counted::open(&path).unwrap();
        slow.reading.started = Instant::now().checked_sub(PATIENCE).unwrap();
        slow.read_exact(&mut [0; 250]).unwrap();
        slow.read_exact(&mut [0; 250]).unwrap();
        assert_eq!(told(), [Some((0.25, 1000))], "not again at once");
        drop(slow);
        assert_eq!(told(), [None]);
        watch_reading(None);
    }
}
