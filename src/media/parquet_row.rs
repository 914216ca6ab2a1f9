//! One cell of a Parquet file: the bytes of its picture or sound.
//!
//! Invariant: of the pages that are decoded none is before the row; a file's footer is read once a thread, as long as the
//! file stays as it is and few others are read meanwhile, and rows that a thread reads one after another are read in one go.

use super::source::{MOST, whole};
use crate::scoring::guarded;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Schema};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file that allocates no more than it holds, whatever it says of its parts.
#[derive(Debug)]
pub(crate) struct Plain(pub(crate) File);

impl Length for Plain {
    fn len(&self) -> u64 {
        self.0.metadata().map_or(0, |about| about.len())
    }
}

impl ChunkReader for Plain {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let mut file = self.0.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(BufReader::new(file))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.len()) {
            return Err(ParquetError::EOF("it is cut short".to_owned()));
        }
        let mut bytes = vec![0; length];
        let mut file = self.0.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// What a cell holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// The content itself.
    Bytes(Vec<u8>),
    /// The name of a file.
    Path(String),
}

/// A file whose footer was read.
struct Opened {
    path: PathBuf,
    about: (u64, Option<SystemTime>),
    file: Plain,
    footer: ArrowReaderMetadata,
    ahead: Option<Ahead>,
}

/// A column that is being read, row by row.
struct Ahead {
    column: usize,
    next: u64,
    reader: ParquetRecordBatchReader,
}

/// Rows that are rather passed over than looked for anew: to find one, what is before it in its row group is gone over.
const NEAR: u64 = 128;

/// Files that a thread keeps open.
const KEPT: usize = 4;

thread_local! {
    static OPENED: RefCell<Vec<Opened>> = const { RefCell::new(Vec::new()) };
}

/// Reads the cell of a row (from 0) and of a column, or of the only one that can hold pictures or sounds.
///
/// # Errors
/// A file that can't be read, a row or a column that is not there, or an empty cell.
pub(super) fn read(path: &Path, column: Option<&str>, row: u64) -> io::Result<Cell> {
    let about = path.metadata()?;
    let about = (about.len(), about.modified().ok());
    let read = || {
        OPENED.with_borrow_mut(|opened| {
            let found = opened.iter().position(|one| one.path == path && one.about == about);
            let mut one = match found {
                Some(at) => opened.remove(at),
                None => open(path, about)?,
            };
            let cell = cell(&mut one, column, row);
            opened.retain(|other| other.path != path);
            opened.truncate(KEPT - 1);
            opened.insert(0, one);
            cell
        })
    };
    guarded(read).unwrap_or_else(|why| Err(io::Error::other(why)))
}

fn open(path: &Path, about: (u64, Option<SystemTime>)) -> io::Result<Opened> {
    let file = Plain(whole(path)?);
    let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
    let footer = ArrowReaderMetadata::load(&file, options).map_err(io::Error::other)?;
    Ok(Opened { path: path.to_path_buf(), about, file, footer, ahead: None })
}

fn cell(opened: &mut Opened, column: Option<&str>, row: u64) -> io::Result<Cell> {
    let schema = opened.footer.schema();
    let at = match column {
        Some(name) => schema.fields().iter().position(|field| field.name() == name),
        None => holders(schema).next(),
    };
    let at = at.ok_or_else(|| none("column"))?;
    let is_near = |ahead: &Ahead| {
        ahead.column == at && row.checked_sub(ahead.next).is_some_and(|passed| passed <= NEAR)
    };
    let mut ahead = match opened.ahead.take().filter(is_near) {
        Some(ahead) => ahead,
        None => Ahead::open(opened, at, row)?,
    };
    let cell = content(&ahead.read(row)?, 0);
    opened.ahead = Some(ahead);
    cell.ok_or_else(|| io::Error::other("its cell is empty"))
}

fn none(what: &str) -> io::Error {
    io::Error::other(format!("the file has changed: it has no such {what}"))
}

impl Ahead {
    /// Goes to a row.
    fn open(opened: &Opened, column: usize, row: u64) -> io::Result<Self> {
        let footer = &opened.footer;
        let (group, before) = place(footer, row).ok_or_else(|| none("row"))?;
        let groups = &footer.metadata().row_groups()[group..];
        let count = |about: &RowGroupMetaData| usize::try_from(about.num_rows()).unwrap_or(0);
        let rows = groups.iter().map(count).fold(0, usize::saturating_add);
        let file = Plain(opened.file.0.try_clone()?);
        let left = rows.saturating_sub(before);
        let selected = [RowSelector::skip(before), RowSelector::select(left)];
        let selected = selected.into_iter().filter(|part| part.row_count > 0).collect::<Vec<_>>();
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer.clone())
            .with_row_groups((group..group + groups.len()).collect())
            .with_projection(ProjectionMask::roots(footer.parquet_schema(), [column]))
            .with_row_selection(RowSelection::from(selected))
            .with_batch_size(1);
        let reader = reader.build().map_err(io::Error::other)?;
        Ok(Self { column, next: row, reader })
    }

    /// The cell of a row that was not passed yet.
    fn read(&mut self, row: u64) -> io::Result<ArrayRef> {
        loop {
            let batch = self.reader.next().ok_or_else(|| none("row"))?;
            let batch = batch.map_err(io::Error::other)?;
            self.next += 1;
            if self.next > row {
                return Ok(batch.column(0).clone());
            }
        }
    }
}

/// The row group of a row, and the row's place in it.
fn place(footer: &ArrowReaderMetadata, row: u64) -> Option<(usize, usize)> {
    let mut before = 0;
    for (group, about) in footer.metadata().row_groups().iter().enumerate() {
        let rows = u64::try_from(about.num_rows()).ok()?;
        if row - before < rows {
            return Some((group, usize::try_from(row - before).ok()?));
        }
        before = before.checked_add(rows)?;
    }
    None
}

/// The columns that can hold pictures or sounds: bytes, or bytes with a path as Hugging Face's `datasets` writes them.
pub(crate) fn holders(schema: &Schema) -> impl Iterator<Item = usize> {
    let holds = |kind: &DataType| match kind {
        DataType::Struct(fields) => {
            fields.iter().any(|field| field.name() == "bytes" && is_bytes(field.data_type()))
        }
        kind => is_bytes(kind),
    };
    (0..).zip(schema.fields()).filter(move |(_, field)| holds(field.data_type())).map(|(at, _)| at)
}

fn is_bytes(kind: &DataType) -> bool {
    matches!(kind, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// The bytes of a cell of such a column.
pub(crate) fn bytes(array: &dyn Array, row: usize) -> Option<&[u8]> {
    if let Some(whole) = array.as_struct_opt() {
        return bytes(whole.column_by_name("bytes")?.as_ref(), row).filter(|_| whole.is_valid(row));
    }
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Binary => Some(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Some(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => Some(array.as_binary_view().value(row)),
        _ => None,
    }
}

/// The path in a cell of such a column; empty if there is none.
pub(crate) fn path(array: &dyn Array, row: usize) -> &str {
    let path = array.as_struct_opt().and_then(|whole| whole.column_by_name("path"));
    let Some(path) = path.filter(|path| path.is_valid(row)) else { return "" };
    match path.data_type() {
        DataType::Utf8 => path.as_string::<i32>().value(row),
        DataType::LargeUtf8 => path.as_string::<i64>().value(row),
        DataType::Utf8View => path.as_string_view().value(row),
        _ => "",
    }
}

fn content(array: &ArrayRef, row: usize) -> Option<Cell> {
    if row >= array.len() {
        return None;
    }
    if let Some(bytes) = bytes(array, row).filter(|bytes| bytes.len() as u64 <= MOST) {
        return Some(Cell::Bytes(bytes.to_vec()));
    }
    let path = path(array, row);
    (!path.is_empty()).then(|| Cell::Path(path.to_owned()))
}
