//! A table's records as they are written, for who writes them again with some values changed.
//!
//! Invariant: the records are those that the frame of the same file has, in the same order, those that can't be used
//! included.

use super::forms::delimited;
use super::forms::json_scan::{entries, past_space};
use super::{IngestError, blocks, table_error};
use csv::{ByteRecord, ReaderBuilder};
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The mark of UTF-8 at the start of a file.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A text file, unpacked.
pub struct TextFile {
    path: PathBuf,
    reader: BufReader<Box<dyn Read + Send>>,
    /// Whether it begins with the mark of UTF-8, which is not among its records.
    pub marked: bool,
}

impl TextFile {
    /// Opens a file, which may be compressed with gzip.
    ///
    /// # Errors
    /// A file that can't be read, a folder.
    pub fn open(path: &Path) -> Result<Self, IngestError> {
        let mut reader = BufReader::with_capacity(1 << 18, blocks::open(path)?);
        let head = reader.fill_buf().map_err(|e| IngestError::io(path, &e))?;
        let marked = head.starts_with(MARK);
        reader.consume(if marked { MARK.len() } else { 0 });
        Ok(Self { path: path.to_path_buf(), reader, marked })
    }

    /// Reads a line with its end into `line`, in the place of what is in it; `false` behind the last one.
    ///
    /// # Errors
    /// A file that can't be read on.
    pub fn line(&mut self, line: &mut Vec<u8>) -> Result<bool, IngestError> {
        line.clear();
        let read = self.reader.read_until(b'\n', line);
        Ok(read.map_err(|e| IngestError::io(&self.path, &e))? > 0)
    }
}

/// The records of a CSV or TSV file.
pub struct CsvRecords {
    path: PathBuf,
    reader: csv::Reader<BufReader<Box<dyn Read + Send>>>,
    /// The names of the columns.
    pub header: ByteRecord,
    /// What separates the cells.
    pub delimiter: u8,
    /// Whether lines end in `\r\n`.
    pub crlf: bool,
    /// Whether the file begins with the mark of UTF-8.
    pub marked: bool,
}

impl CsvRecords {
    /// Opens a table, which may be compressed with gzip.
    ///
    /// # Errors
    /// A file that can't be read, or is empty.
    pub fn open(path: &Path) -> Result<Self, IngestError> {
        let (mut first, delimiter) = (Vec::new(), delimited::delimiter(path)?);
        TextFile::open(path)?.line(&mut first)?;
        let TextFile { reader, marked, .. } = TextFile::open(path)?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(reader);
        let mut header = ByteRecord::new();
        if !reader.read_byte_record(&mut header).map_err(|e| table_error(path, &e))? {
            return Err(IngestError::new(path, "the file is empty", ""));
        }
        let crlf = first.ends_with(b"\r\n");
        Ok(Self { path: path.to_path_buf(), reader, header, delimiter, crlf, marked })
    }

    /// Reads the next record into `record`; `false` behind the last one.
    ///
    /// # Errors
    /// A file that can't be read on.
    pub fn read(&mut self, record: &mut ByteRecord) -> Result<bool, IngestError> {
        self.reader.read_byte_record(record).map_err(|e| table_error(&self.path, &e))
    }
}

/// The names in an object and where their values stand in the line; `None` if the line is no object, or has no entries.
pub fn json_entries(line: &[u8]) -> Option<Vec<(String, Range<usize>)>> {
    if line.get(past_space(line, 0)) != Some(&b'{') {
        return None;
    }
    let place = |value: &[u8]| {
        let start = (value.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
        Some(start..start + value.len())
    };
    let named = entries(line).map(|entry| {
        let (name, value) = entry.ok()?;
        Some((name, place(value)?))
    });
    named.collect::<Option<Vec<_>>>().filter(|entries| !entries.is_empty())
}
