//! What a `file` cell names: a file, or a picture or sound inside of one.
//!
//! Invariant: a file that is there under the whole name wins over what the name could say of a part; whatever the
//! name claims, no more is read than the file holds.

use super::{idx, parquet_row};
use image::ImageFormat;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The most bytes that are taken of a part: no picture or sound of more is decoded.
pub(super) const MOST: u64 = 1 << 29;

/// Where a part lies in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// These bytes, as they are.
    Bytes {
        /// Of the first, from 0.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// The cell of a row of a Parquet file.
    Row {
        /// The column; none where the file has one that can hold it.
        column: Option<String>,
        /// The row, from 0.
        row: u64,
    },
    /// A picture of an IDX file (MNIST).
    Idx {
        /// Which, from 0.
        number: u32,
    },
}

/// A part of a file. As text: `PATH#bytes=OFFSET+LENGTH`, `PATH#row=N`, `PATH#COLUMN,row=N` or `PATH#idx=N`, then maybe
/// how a file of such content would end (`.wav`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locator {
    /// The file.
    pub file: String,
    /// The part.
    pub part: Part,
    /// The ending, without its dot; may be empty.
    pub ending: String,
}

impl Locator {
    /// Reads the text of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (file, part) = text.rsplit_once('#')?;
        let (part, ending) = part.split_once('.').unwrap_or((part, ""));
        let (column, place) = part.split_once(',').map_or((None, part), |(c, p)| (Some(c), p));
        let part = if let Some(row) = place.strip_prefix("row=") {
            let column = match column {
                Some(column) => Some(plain(column)?),
                None => None,
            };
            Part::Row { column, row: number(row)? }
        } else if let Some(place) = place.strip_prefix("idx=") {
            Part::Idx { number: number(place)?.try_into().ok()? }
        } else {
            let (offset, length) = place.strip_prefix("bytes=")?.split_once('+')?;
            Part::Bytes { offset: number(offset)?, length: number(length)? }
        };
        let named = !file.is_empty() && (column.is_none() || matches!(part, Part::Row { .. }));
        named.then(|| Self { file: file.to_owned(), part, ending: ending.to_owned() })
    }
}

/// Digits only: no sign, no space.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// What would end a column's name, or the text of a locator, too early.
const MARKS: [(char, &str); 4] = [('%', "%25"), ('#', "%23"), (',', "%2C"), ('.', "%2E")];

/// A column's name as it was before [`Locator`] wrote it.
fn plain(column: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = column;
    while let Some((before, after)) = rest.split_once('%') {
        name.push_str(before);
        let (mark, code) = MARKS.iter().find(|(_, code)| after.starts_with(&code[1..]))?;
        name.push(*mark);
        rest = &after[code.len() - 1..];
    }
    Some(name + rest)
}

impl Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Part::Bytes { offset, length } => write!(f, "{}#bytes={offset}+{length}", self.file)?,
            Part::Idx { number } => write!(f, "{}#idx={number}", self.file)?,
            Part::Row { column: None, row } => write!(f, "{}#row={row}", self.file)?,
            Part::Row { column: Some(column), row } => {
                let coded = MARKS.iter().fold(column.clone(), |c, (m, code)| c.replace(*m, code));
                write!(f, "{}#{coded},row={row}", self.file)?;
            }
        }
        if self.ending.is_empty() { Ok(()) } else { write!(f, ".{}", self.ending) }
    }
}

/// An open file or part of one.
#[derive(Debug)]
pub(super) enum Source {
    /// A file.
    Whole(File),
    /// A part, held in memory.
    Part(Cursor<Vec<u8>>),
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Whole(file) => file.read(into),
            Self::Part(bytes) => bytes.read(into),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Whole(file) => file.seek(to),
            Self::Part(bytes) => bytes.seek(to),
        }
    }
}

/// Looks for what a path names, without reading it: the file, and of a part that is cut out of it whether the file is
/// long enough.
///
/// # Errors
/// Nothing is there under that name, it is no file, or too short.
pub fn find(path: &Path) -> io::Result<()> {
    let plain = |path: &Path| {
        let about = path.metadata()?;
        if about.is_file() { Ok(about.len()) } else { Err(io::Error::other("not a file")) }
    };
    let missing = match plain(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => error,
        found => return found.map(drop),
    };
    let Some(locator) = path.to_str().and_then(Locator::parse) else { return Err(missing) };
    let length = plain(Path::new(&locator.file))?;
    match locator.part {
        Part::Bytes { offset, length: part } if !fits(offset, part, length) => Err(gone()),
        _ => Ok(()),
    }
}

/// Opens what a path names.
///
/// # Errors
/// Nothing is there under that name, it is no file, or the part is not in it.
pub(super) fn open(path: &Path) -> io::Result<Source> {
    let missing = match whole(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => error,
        opened => return opened.map(Source::Whole),
    };
    let Some(locator) = path.to_str().and_then(Locator::parse) else { return Err(missing) };
    let path = Path::new(&locator.file);
    let bytes = match locator.part {
        Part::Idx { number } => {
            let picture = idx::picture(path, number).map_err(io::Error::other)?;
            let mut png = Cursor::new(Vec::new());
            picture.write_to(&mut png, ImageFormat::Png).map_err(io::Error::other)?;
            png.into_inner()
        }
        Part::Bytes { offset, length } => cut(whole(path)?, offset, length)?,
        Part::Row { column, row } => match parquet_row::read(path, column.as_deref(), row)? {
            parquet_row::Cell::Bytes(bytes) => bytes,
            parquet_row::Cell::Path(name) => {
                return whole(&beside(path, &name)).map(Source::Whole);
            }
        },
    };
    Ok(Source::Part(Cursor::new(bytes)))
}

/// A file that a cell names lies beside its table.
fn beside(table: &Path, name: &str) -> PathBuf {
    table.parent().unwrap_or(Path::new("")).join(name)
}

/// Opens a plain file: to read a pipe or a device could wait for ever.
pub(super) fn whole(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() { File::open(path) } else { Err(io::Error::other("not a file")) }
}

fn fits(offset: u64, length: u64, of: u64) -> bool {
    offset.checked_add(length).is_some_and(|end| end <= of)
}

fn gone() -> io::Error {
    io::Error::other("the file has changed: this part is not in it")
}

fn cut(mut file: File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    if length > MOST || !fits(offset, length, file.metadata()?.len()) {
        return Err(gone());
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
