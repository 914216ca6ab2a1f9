//! The journal: one checksummed JSON line per event, and the first place that an event goes to.
//!
//! A line is `{"crc":"1a2b3c4d","event":{…}}`, where `crc` is the CRC-32 of the event's text as it
//! stands there. Invariant: the first [`Journal::len`] bytes are whole lines on the disk, and
//! nothing is written but at their end.

use super::StoreError;
use super::error::{reading, writing};
use super::files::{replace, sync_dir};
use crate::dataset::Event;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(super) const FILE: &str = "journal.jsonl";

/// An event and its exact text.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) json: String,
    pub(super) event: Event,
}

/// Events by number.
pub(super) type Log = BTreeMap<u64, Entry>;

/// What a journal file holds.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) log: Log,
    /// Whether there is a file at all.
    pub(super) exists: bool,
    /// Whole lines that are damaged.
    pub(super) bad: usize,
    /// The first of them, counted from 1.
    pub(super) first_bad: Option<u64>,
    /// Whole lines that repeat a number or go back.
    pub(super) misplaced: usize,
    /// Whether the file ends within a line.
    pub(super) torn: bool,
    /// How many lines there are.
    pub(super) lines: u64,
    /// The number after the highest one.
    next: u64,
    /// Damaged lines after the last good one.
    bad_tail: usize,
    /// The numbers that damaged lines between good ones can have had.
    doubtful: Vec<Range<u64>>,
}

impl Scan {
    /// Whether the file is as it was written.
    pub(super) fn is_intact(&self) -> bool {
        self.exists && self.bad == 0 && self.misplaced == 0 && !self.torn
    }

    /// How many events were in the journal or in `merged` and are in neither now. A gap that an
    /// earlier loss left behind is not counted again.
    pub(super) fn lost(&self, merged: &Log) -> usize {
        let end = after(merged);
        let missing = |range: &Range<u64>| {
            let width = range.end.saturating_sub(range.start);
            if width == 0 { 0 } else { width as usize - merged.range(range.clone()).count() }
        };
        let between: usize = self.doubtful.iter().map(missing).sum();
        let tail = if end <= self.next { self.bad_tail } else { missing(&(self.next..end)) };
        between + tail
    }

    fn take(&mut self, path: &Path, line: &[u8]) -> Result<(), StoreError> {
        self.lines += 1;
        let Some(line) = line.strip_suffix(b"\n") else {
            self.torn = true;
            return Ok(());
        };
        let Some(json) = unframe(line) else {
            self.bad += 1;
            self.bad_tail += 1;
            self.first_bad.get_or_insert(self.lines);
            return Ok(());
        };
        // With a right checksum this is no damage, so it must not be mended away.
        let event: Event = serde_json::from_str(json).map_err(|source| {
            StoreError::UnknownEvent { path: path.to_owned(), line: self.lines, source }
        })?;
        self.admit(Entry { json: json.to_owned(), event });
        Ok(())
    }

    fn admit(&mut self, entry: Entry) {
        let seq = entry.event.seq;
        if seq < self.next {
            self.misplaced += 1;
        } else {
            if self.bad_tail > 0 {
                self.doubtful.push(self.next..seq);
            }
            self.next = seq.saturating_add(1);
        }
        self.bad_tail = 0;
        self.log.entry(seq).or_insert(entry);
    }
}

/// The number that follows the last event.
pub(super) fn after(log: &Log) -> u64 {
    log.last_key_value().map_or(0, |(seq, _)| seq.saturating_add(1))
}

/// Reads the journal in `dir`; a missing one is empty.
pub(super) fn scan(dir: &Path) -> Result<Scan, StoreError> {
    let path = dir.join(FILE);
    let mut reader = match File::open(&path) {
        Ok(file) => BufReader::new(file),
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Scan::default()),
        Err(e) => return Err(reading(&path)(e)),
    };
    let mut scan = Scan { exists: true, ..Scan::default() };
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(reading(&path))? > 0 {
        scan.take(&path, &line)?;
        line.clear();
    }
    Ok(scan)
}

/// The journal, open for appending.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    len: u64,
    before_last: u64,
    /// Why nothing more is written.
    closed: Option<String>,
}

impl Journal {
    /// Opens the journal in `dir`, all of whose lines are whole; made if missing.
    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        let is_new = !path.exists();
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(writing(&path))?;
        if is_new {
            sync_dir(dir)?;
        }
        let len = file.metadata().map_err(reading(&path))?.len();
        Ok(Self { path, file, len, before_last: len, closed: None })
    }

    /// Writes one event; it is on the disk when this returns. After an error the file is as before.
    pub(super) fn append(&mut self, json: &str) -> Result<(), StoreError> {
        if let Some(reason) = self.closed.clone() {
            return Err(StoreError::Closed { path: self.path.clone(), reason });
        }
        let line = frame(json);
        match self.write(line.as_bytes()) {
            Ok(()) => {
                self.before_last = self.len;
                self.len += line.len() as u64;
                Ok(())
            }
            Err(source) => {
                if self.cut().is_err() {
                    self.closed = Some(source.to_string());
                }
                Err(writing(&self.path)(source))
            }
        }
    }

    /// Takes the last event back, because it could not be kept elsewhere, and refuses all others.
    pub(super) fn give_up(&mut self, reason: &str) {
        self.len = self.before_last;
        // The caller fails in any case. A line that stays is written to the store at the next
        // opening.
        let _ = self.cut();
        self.closed = Some(reason.to_owned());
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.len))?;
        self.file.write_all(line)?;
        self.file.sync_data()
    }

    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.len)?;
        self.file.sync_data()
    }
}

/// Replaces the journal in `dir` by one that holds exactly `log`.
pub(super) fn rewrite(dir: &Path, log: &Log) -> Result<(), StoreError> {
    replace(&dir.join(FILE), |file| {
        let mut out = BufWriter::new(&mut *file);
        for entry in log.values() {
            out.write_all(frame(&entry.json).as_bytes())?;
        }
        out.flush()?;
        drop(out);
        file.sync_all()
    })?;
    sync_dir(dir)
}

/// Copies the journal in `dir` to `to`.
pub(super) fn copy(dir: &Path, to: &Path) -> Result<(), StoreError> {
    fs::copy(dir.join(FILE), to).map(drop).map_err(writing(to))
}

const OPENING: &[u8] = b"{\"crc\":\"";
const MIDDLE: &[u8] = b"\",\"event\":";

fn frame(json: &str) -> String {
    format!("{{\"crc\":\"{:08x}\",\"event\":{json}}}\n", crc32fast::hash(json.as_bytes()))
}

/// The text of the event, if the line is as [`frame`] made it.
fn unframe(line: &[u8]) -> Option<&str> {
    let (crc, rest) = line.strip_prefix(OPENING)?.split_at_checked(8)?;
    let json = rest.strip_prefix(MIDDLE)?.strip_suffix(b"}")?;
    let expected = format!("{:08x}", crc32fast::hash(json));
    if crc == expected.as_bytes() { str::from_utf8(json).ok() } else { None }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
