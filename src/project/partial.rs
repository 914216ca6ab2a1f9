//! A scoring that is not finished: the values so far, and a journal of which rows they are.
//!
//! Invariant: a row counts as done only if the journal has its chunk and the bytes in the files still have the
//! checksum that stands there; files of a scoring that is not finished never have the name of a run's; only one
//! process writes them at a time.

use crate::ingest::{Precision, RowFile};
use crate::scoring::Chunk;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// What makes two scorings the same: if any of it differs, one is not continued by the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// Of the journal's form.
    pub version: u32,
    /// SHA-256 of the model's files.
    pub model: String,
    /// Everything that decides on the values: settings, engine, version of this program.
    pub how: String,
    /// Names the ids and classes.
    pub data: String,
    /// N, K and D; D is 0 without embeddings.
    pub shape: [usize; 3],
    /// How embeddings are kept.
    pub precision: Precision,
    /// Rows of a chunk.
    pub chunk: usize,
}

/// An example without a prediction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its row in the table, from 0.
    pub row: usize,
    /// Why.
    pub reason: String,
}

/// A line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Done {
    /// Rows before which all is there.
    end: usize,
    /// Of the probabilities, then of the embeddings.
    crc: [u32; 2],
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failure>,
    /// Seconds that it took so far.
    seconds: f64,
}

/// The names of the files of a split's scoring.
#[derive(Debug, Clone)]
pub(super) struct Names {
    dir: PathBuf,
    split: &'static str,
    /// How the file of embeddings ends: alone it has the plain name.
    embeddings: &'static str,
}

impl Names {
    /// Those of a run, with its embeddings beside it.
    pub fn of_run(dir: &Path, split: &'static str) -> Self {
        Self { dir: dir.to_owned(), split, embeddings: "embedding.npy" }
    }

    /// Those of embeddings alone.
    pub fn of_embeddings(dir: &Path, split: &'static str) -> Self {
        Self { dir: dir.to_owned(), split, embeddings: "npy" }
    }

    fn file(&self, end: &str) -> PathBuf {
        self.dir.join(format!("{}.{end}", self.split))
    }

    fn probs(&self) -> PathBuf {
        self.file("npy")
    }

    pub fn embeddings(&self) -> PathBuf {
        self.file(self.embeddings)
    }

    /// What is said about the values.
    pub fn about(&self) -> PathBuf {
        self.file("json")
    }

    fn parts(&self) -> [PathBuf; 3] {
        ["part.npy", "part.embedding.npy", "part.jsonl"].map(|end| self.file(end))
    }
}

/// A scoring that is not finished.
#[derive(Debug)]
pub(super) struct Partial {
    names: Names,
    probs: Option<RowFile>,
    embeddings: Option<RowFile>,
    journal: File,
    /// Rows before which all is there.
    pub done: usize,
    /// Those of them without a prediction.
    pub failed: Vec<Failure>,
    /// Seconds that the rows so far took.
    pub seconds: f64,
    _lock: Option<Lock>,
}

/// Held while files are written. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(io::Error::other("it is being scored already")),
            // A file system that knows no locks is no reason not to score.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path, _file: file }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A file that stays is in nobody's way.
        let _ = fs::remove_file(&self.path);
    }
}

impl Partial {
    /// Goes on with what is there, if it is of the same scoring; else begins anew.
    pub fn open(names: Names, header: &Header, fresh: bool) -> io::Result<Self> {
        let lock = Lock::take(names.file("part.lock"))?;
        Ok(Self { _lock: Some(lock), ..Self::resume(names, header, fresh)? })
    }

    fn resume(names: Names, header: &Header, fresh: bool) -> io::Result<Self> {
        let [_, _, journal] = names.parts();
        let known = if fresh { None } else { read(&journal, header) };
        match known {
            Some(lines) => match Self::with(names.clone(), header) {
                Ok(mut partial) => {
                    partial.take(&lines)?;
                    partial.rewrite(header, &lines)?;
                    Ok(partial)
                }
                Err(_) => Self::begin(names, header),
            },
            None => Self::begin(names, header),
        }
    }

    fn begin(names: Names, header: &Header) -> io::Result<Self> {
        remove(&names)?;
        let mut partial = Self::with(names, header)?;
        partial.line(header)?;
        Ok(partial)
    }

    fn with(names: Names, header: &Header) -> io::Result<Self> {
        let [probs, embeddings, journal] = names.parts();
        let [rows, classes, width] = header.shape;
        let open = |path: &Path, precision, width| match width {
            0 => Ok(None),
            width => RowFile::open(path, precision, [rows, width]).map(Some),
        };
        let probs = open(&probs, Precision::F32, classes)?;
        let embeddings = open(&embeddings, header.precision, width)?;
        let journal = OpenOptions::new().create(true).append(true).open(journal)?;
        Ok(Self {
            names,
            probs,
            embeddings,
            journal,
            done: 0,
            failed: Vec::new(),
            seconds: 0.0,
            _lock: None,
        })
    }

    /// Takes over the chunks whose values are as they were written.
    fn take(&mut self, lines: &[Done]) -> io::Result<()> {
        for line in lines {
            let (first, count) = (self.done, line.end.saturating_sub(self.done));
            let check = |file: &mut Option<RowFile>| {
                file.as_mut().map_or(Ok(0), |file| file.check(first, count))
            };
            let crc = [check(&mut self.probs)?, check(&mut self.embeddings)?];
            if count == 0 || crc != line.crc {
                break;
            }
            self.done = line.end;
            self.seconds = line.seconds;
            self.failed.extend(line.failed.iter().cloned());
        }
        Ok(())
    }

    /// Writes the journal anew with what was taken over, without a torn last line.
    fn rewrite(&mut self, header: &Header, lines: &[Done]) -> io::Result<()> {
        let [_, _, path] = self.names.parts();
        let mut text = serde_json::to_vec(header)?;
        for line in lines.iter().take_while(|line| line.end <= self.done) {
            text.push(b'\n');
            text.extend(serde_json::to_vec(line)?);
        }
        text.push(b'\n');
        crate::export::write_whole(&path, |out| out.write_all(&text))?;
        self.journal = OpenOptions::new().append(true).open(path)?;
        Ok(())
    }

    /// Keeps a chunk, the next one; `seconds` is what the scoring took until now.
    pub fn keep(&mut self, chunk: Chunk, seconds: f64) -> io::Result<()> {
        let first = chunk.rows.start;
        let write = |file: &mut Option<RowFile>, values: &[f32]| {
            file.as_mut().map_or(Ok(0), |file| file.write(first, values))
        };
        let probs = write(&mut self.probs, &chunk.probs)?;
        let embeddings = write(&mut self.embeddings, &chunk.embeddings)?;
        let failed: Vec<Failure> =
            chunk.failed.into_iter().map(|(row, reason)| Failure { row, reason }).collect();
        self.failed.extend(failed.iter().cloned());
        (self.done, self.seconds) = (chunk.rows.end, seconds);
        self.line(&Done { end: chunk.rows.end, crc: [probs, embeddings], failed, seconds })
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.journal.write_all(&text)
    }

    /// Gives the files the names of a run's, in place of old ones.
    pub fn finish(self) -> io::Result<()> {
        let [probs, embeddings, journal] = self.names.parts();
        match &self.embeddings {
            Some(file) => {
                file.sync()?;
                fs::rename(embeddings, self.names.embeddings())?;
            }
            // of an older scoring under this name
            None => gone(&self.names.embeddings())?,
        }
        if let Some(file) = &self.probs {
            file.sync()?;
            fs::rename(probs, self.names.probs())?;
        }
        gone(&journal)
    }

    /// Leaves nothing behind.
    pub fn discard(self) -> io::Result<()> {
        remove(&self.names)
    }
}

fn remove(names: &Names) -> io::Result<()> {
    names.parts().iter().try_for_each(|path| gone(path))
}

fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The chunks of a journal, if it is that of `header`; a torn line ends it.
fn read(path: &Path, header: &Header) -> Option<Vec<Done>> {
    let mut lines = BufReader::new(File::open(path).ok()?).lines().map_while(Result::ok);
    let first: Header = serde_json::from_str(&lines.next()?).ok()?;
    let in_range = |done: &Done| done.end <= header.shape[0];
    let parse = |line: String| serde_json::from_str(&line).ok().filter(in_range);
    (first == *header).then(|| lines.map_while(parse).collect())
}

#[cfg(test)]
#[path = "partial_tests.rs"]
mod tests;
