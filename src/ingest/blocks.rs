//! A file of records in blocks that end where a record ends, so that several cores can read it.
//!
//! Invariant: the blocks, one after the other, are the file (without the mark of UTF-8 at its start).

use super::IngestError;
use super::reading::Counted;
use flate2::bufread::MultiGzDecoder;
use memchr::{memchr, memchr_iter, memrchr};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a block, unless a record is longer.
const BLOCK: usize = 1 << 20;
/// Most bytes of one record.
const RECORD: usize = 1 << 30;

/// Where records end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// At every end of a line.
    Line,
    /// At an end of a line that is not between quotes; cells are separated by this.
    Unquoted(u8),
}

/// Whole records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The records.
    pub bytes: Vec<u8>,
    /// The line of the first one, from 1.
    pub line: u64,
}

/// A file's blocks in order.
pub struct Blocks<'p> {
    path: &'p Path,
    reader: Box<dyn Read + Send>,
    ends: Ends,
    rest: Vec<u8>,
    scan: Scan,
    line: u64,
    done: bool,
    failed: bool,
}

/// Opens a file; one that is compressed with gzip is unpacked on the way.
///
/// # Errors
/// A file that can't be read, a folder.
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>, IngestError> {
    let failed = |e| IngestError::io(path, &e);
    let mut reader = BufReader::with_capacity(1 << 18, Counted::open(path).map_err(failed)?);
    let packed = reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(MultiGzDecoder::new(reader)) } else { Box::new(reader) })
}

impl<'p> Blocks<'p> {
    /// Opens a file.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(path: &'p Path, ends: Ends) -> Result<Self, IngestError> {
        let reader = open(path)?;
        let mut blocks = Self {
            path,
            reader,
            ends,
            rest: Vec::new(),
            scan: Scan::default(),
            line: 1,
            done: false,
            failed: false,
        };
        blocks.fill(3)?;
        if blocks.rest.starts_with(b"\xef\xbb\xbf") {
            blocks.rest.drain(..3);
        }
        Ok(blocks)
    }

    /// Reads until so many bytes wait, or the file ends.
    fn fill(&mut self, bytes: usize) -> Result<(), IngestError> {
        let missing = bytes.saturating_sub(self.rest.len());
        self.rest.reserve(missing);
        let read = (&mut self.reader).take(missing as u64).read_to_end(&mut self.rest);
        let read = read.map_err(|e| {
            let cut = e.kind() == std::io::ErrorKind::UnexpectedEof;
            let cut =
                cut.then(|| IngestError::new(self.path, "the compressed data is cut short", ""));
            cut.unwrap_or_else(|| IngestError::io(self.path, &e))
        })?;
        self.done |= read < missing;
        Ok(())
    }

    /// The next block.
    ///
    /// # Errors
    /// A file that can't be read on, or a record past 1 GiB.
    fn read(&mut self) -> Result<Option<Block>, IngestError> {
        let mut size = BLOCK;
        let end = loop {
            self.fill(size)?;
            if self.done {
                break self.rest.len();
            }
            if let Some(end) = self.end() {
                break end;
            }
            if size >= RECORD {
                let remedy = "is a quote left open, or is it another form?";
                return Err(
                    IngestError::new(self.path, "a record of over 1 GiB", remedy).at(self.line)
                );
            }
            size *= 2;
        };
        if end == 0 {
            return Ok(None);
        }
        let rest = self.rest.split_off(end);
        let bytes = std::mem::replace(&mut self.rest, rest);
        let line = self.line;
        self.scan = Scan::default();
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(Block { bytes, line }))
    }

    /// Behind the last record that is whole.
    fn end(&mut self) -> Option<usize> {
        match self.ends {
            Ends::Line => Some(memrchr(b'\n', &self.rest)? + 1),
            Ends::Unquoted(delimiter) => self.scan.last_end(&self.rest, delimiter),
        }
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Block, IngestError>;

    /// The next block, or why the file can't be read on; nothing follows that.
    fn next(&mut self) -> Option<Self::Item> {
        let block = if self.failed { None } else { self.read().transpose() };
        self.failed |= matches!(block, Some(Err(_)));
        block
    }
}

/// How far quotes were looked at.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    at: usize,
    quoted: bool,
    end: Option<usize>,
}

impl Scan {
    /// A quote opens at the start of a cell only, and two of them inside stand for one, as the crate `csv` has it.
    fn last_end(&mut self, bytes: &[u8], delimiter: u8) -> Option<usize> {
        while let Some(found) = memchr(b'"', &bytes[self.at..]) {
            let quote = self.at + found;
            if self.quoted {
                match bytes.get(quote + 1) {
                    // whether it is doubled is not known yet
                    None => {
                        self.at = quote;
                        return self.end;
                    }
                    Some(b'"') => self.at = quote + 2,
                    Some(_) => (self.at, self.quoted) = (quote + 1, false),
                }
                continue;
            }
            self.see(&bytes[self.at..quote]);
            let before = quote.checked_sub(1).map_or(b'\n', |before| bytes[before]);
            self.quoted = before == delimiter || matches!(before, b'\n' | b'\r');
            self.at = quote + 1;
        }
        if !self.quoted {
            self.see(&bytes[self.at..]);
        }
        self.at = bytes.len();
        self.end
    }

    fn see(&mut self, unquoted: &[u8]) {
        if let Some(end) = memrchr(b'\n', unquoted) {
            self.end = Some(self.at + end + 1);
        }
    }
}

/// Reads all blocks on all cores: `part` makes something of each, `take` gets the results in order. While one core
/// reads on or takes, the others make.
///
/// # Errors
/// Those of reading, of `part` and of `take`: the first in the order of the file.
pub fn in_parts<T: Send>(
    blocks: &mut Blocks<'_>,
    part: impl Fn(Block) -> Result<T, IngestError> + Sync,
    take: impl FnMut(T) -> Result<(), IngestError> + Send,
) -> Result<(), IngestError> {
    let source = Mutex::new(blocks.enumerate());
    let sink = Mutex::new(InOrder { take, next: 0, early: BTreeMap::new(), failed: None });
    rayon::broadcast(|_| {
        loop {
            let Some((number, block)) = held(&source).next() else { return };
            let made = block.and_then(&part);
            if !held(&sink).put(number, made) {
                return;
            }
        }
    });
    let sink = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
    sink.failed.map_or(Ok(()), Err)
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes parts in order, whatever the order in which they come.
struct InOrder<T, F> {
    take: F,
    next: usize,
    early: BTreeMap<usize, Result<T, IngestError>>,
    failed: Option<IngestError>,
}

impl<T, F: FnMut(T) -> Result<(), IngestError>> InOrder<T, F> {
    /// Whether more is wanted.
    fn put(&mut self, number: usize, part: Result<T, IngestError>) -> bool {
        self.early.insert(number, part);
        while self.failed.is_none()
            && let Some(part) = self.early.remove(&self.next)
        {
            self.next += 1;
            self.failed = part.and_then(&mut self.take).err();
        }
        self.failed.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        (dir, path)
    }

    proptest! {
        #[test]
        fn a_cut_is_where_the_csv_crate_ends_a_record(text in "([a\"\",\n]{0,12})", cut in 0..12_usize) {
            let cut = cut.min(text.len());
            let mut scan = Scan::default();
            // in two steps, as blocks are read
            scan.last_end(&text.as_bytes()[..cut], b',');
            let Some(end) = scan.last_end(text.as_bytes(), b',') else { return Ok(()) };
            let records = |text: &str| {
                let mut reader = csv::ReaderBuilder::new();
                let mut reader = reader.has_headers(false).flexible(true).from_reader(text.as_bytes());
                reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect::<Vec<Vec<_>>>()
            };
            let mut parts = records(&text[..end]);
            parts.extend(records(&text[end..]));
            prop_assert_eq!(parts, records(&text));
        }
    }

    #[test]
    fn blocks_are_the_file_and_know_their_lines() {
        let row = format!("{}\n", "x".repeat(999_999));
        let text = format!("\u{feff}{}", row.repeat(11));
        let (_dir, path) = write(text.as_bytes());
        let mut blocks = Blocks::open(&path, Ends::Line).unwrap();
        let mut all = Vec::new();
        for block in &mut blocks {
            let block = block.unwrap();
            assert_eq!(block.line, 1 + all.len() as u64 / 1_000_000);
            all.extend(block.bytes);
        }
        assert_eq!(all, &text.as_bytes()[3..]);
    }

    #[test]
    fn gzip_is_unpacked_and_a_cut_one_refused() {
        use flate2::{Compression, write::GzEncoder};
        use std::io::Write;
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(b"a\nb\n").unwrap();
        let packed = packed.finish().unwrap();
        let (_dir, path) = write(&packed);
        let block = Blocks::open(&path, Ends::Line).unwrap().next().unwrap().unwrap();
        assert_eq!(block.bytes, b"a\nb\n");
        let (_dir, path) = write(&packed[..packed.len() - 9]);
        let cut = Blocks::open(&path, Ends::Line).and_then(|mut blocks| blocks.read()).unwrap_err();
        assert!(cut.to_string().contains("cut short"), "{cut}");
    }
}
