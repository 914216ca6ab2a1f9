//! Arrow IPC: files (Feather version 2) and streams, also several that make one table.
//!
//! A stream is read message by message; of a file the footer lists those that hold rows.
//! Source: <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>.
//! Invariant: a message is decoded only if the file holds all of it, and what it unpacks to is in proportion to it.

use super::Sight;
use super::arrow_columns::{Held, Table, frame};
use crate::dataset::{TextColumn, stable_hash};
use crate::ingest::IngestError;
use crate::ingest::frame::{Field, Frame};
use crate::ingest::layout::TooLarge;
use crate::media::parquet_row::{bytes, path as path_of};
use crate::media::{Locator, Part, ending_of};
use crate::scoring::guarded;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, StreamDecoder, read_footer_length};
use arrow_ipc::{Block, CompressionType, Message, root_as_footer, root_as_message};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use bytes::Bytes;
use memmap2::Mmap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

const FILE: &[u8] = b"ARROW1\0\0";
const FEATHER_1: &[u8] = b"FEA1";
/// A footer's length and a mark end a file.
const TAIL: usize = 10;
/// What a message of a stream begins with; the first of them is the schema.
const GOES_ON: [u8; 4] = [0xff; 4];

const CUT: &str = "it is cut short";

/// Whether it begins as such a file or stream.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let head = sight.head.as_slice();
    head.starts_with(FILE) || head.starts_with(FEATHER_1) || head.starts_with(&GOES_ON)
}

/// Reads a file or a stream.
///
/// # Errors
/// A file that can't be read, is cut short or damaged, or has no row.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut table = ArrowTable::default();
    table.add(path, &name, "")?;
    table.frame(path)
}

/// Record batches, and the file that each comes from.
#[derive(Default)]
pub(super) struct ArrowTable {
    schema: Option<SchemaRef>,
    parts: Vec<Batch>,
    rows: usize,
    splits: TextColumn,
}

struct Batch {
    content: RecordBatch,
    file: String,
    /// Where the file lies in memory.
    map: Bytes,
}

impl ArrowTable {
    /// Adds the rows of a file or stream; `name` is what the cells of its pictures call it, `split` the split of its rows
    /// if there is one.
    ///
    /// # Errors
    /// A file that can't be read, is cut short or damaged, or whose columns are not those of the ones before.
    pub fn add(&mut self, path: &Path, name: &str, split: &str) -> Result<(), IngestError> {
        let map = map(path)?;
        if map.starts_with(FEATHER_1) {
            let remedy = "save it again: DataFrame.to_feather writes version 2 by now";
            return Err(IngestError::new(
                path,
                "Feather version 1, which is no longer written",
                remedy,
            ));
        }
        let before = self.rows;
        let read = guarded(|| self.decode(&map, name)).unwrap_or_else(Err);
        read.map_err(|why| damaged(path, &why))?;
        for _ in before..self.rows {
            self.splits.push(split).map_err(|_| damaged(path, &TooLarge.to_string()))?;
        }
        Ok(())
    }

    /// The frame of all rows.
    ///
    /// # Errors
    /// No row, or a column that can't be read; `path` is named.
    pub fn frame(&self, path: &Path) -> Result<Frame, IngestError> {
        let Some(schema) = self.schema.clone() else {
            return Err(IngestError::new(path, "there are no rows in it", ""));
        };
        let known = Known { table: self, schema };
        guarded(|| frame(&known))
            .unwrap_or_else(Err)
            .map_err(|why| damaged(path, &why))?
            .or_refuse(path)
    }

    fn decode(&mut self, map: &Bytes, file: &str) -> Result<(), String> {
        let whole = Buffer::from(map.clone());
        let mut take = |schema: &SchemaRef, content: Option<RecordBatch>| {
            let known = self.schema.get_or_insert_with(|| schema.clone());
            if known.fields() != schema.fields() {
                return Err("its columns are not those of the files before it".to_owned());
            }
            if let Some(content) = content {
                self.rows += content.num_rows();
                self.parts.push(Batch { content, file: file.to_owned(), map: map.clone() });
            }
            Ok(())
        };
        if map.starts_with(FILE) {
            file_batches(&whole, &mut take)?;
        } else {
            stream_batches(whole, &mut take)?;
        }
        if self.rows > u32::MAX as usize { Err("over 4 billion rows".to_owned()) } else { Ok(()) }
    }
}

/// Takes a schema, and a batch of it if there is one.
type Take<'t> = dyn FnMut(&SchemaRef, Option<RecordBatch>) -> Result<(), String> + 't;

fn stream_batches(mut rest: Buffer, take: &mut Take<'_>) -> Result<(), String> {
    let mut decoder = StreamDecoder::new();
    while let Some(length) = message(&rest)? {
        let mut message = rest.slice_with_length(0, length);
        rest.advance(length);
        let batch = decoder.decode(&mut message).map_err(|e| e.to_string())?;
        if let Some(schema) = decoder.schema() {
            take(&schema, batch)?;
        }
    }
    Ok(())
}

/// The batches of a file, which its footer lists.
fn file_batches(whole: &Buffer, take: &mut Take<'_>) -> Result<(), String> {
    let words = |e: ArrowError| e.to_string();
    let tail = whole.len().checked_sub(TAIL).ok_or(CUT)?;
    let end = whole[tail..].try_into().map_err(|_| CUT)?;
    let start =
        read_footer_length(end).ok().and_then(|length| tail.checked_sub(length)).ok_or(CUT)?;
    let footer = root_as_footer(&whole[start..tail]).map_err(|e| e.to_string())?;
    let schema = footer.schema().ok_or("it has no schema")?;
    let schema = Arc::new(try_fb_to_schema(schema).map_err(words)?);
    let mut decoder = FileDecoder::new(schema.clone(), footer.version());
    for block in footer.dictionaries().into_iter().flatten() {
        decoder.read_dictionary(block, &part(whole, block)?).map_err(words)?;
    }
    take(&schema, None)?;
    for block in footer.recordBatches().into_iter().flatten() {
        take(&schema, decoder.read_record_batch(block, &part(whole, block)?).map_err(words)?)?;
    }
    Ok(())
}

/// The message that a footer lists.
fn part(whole: &Buffer, block: &Block) -> Result<Buffer, String> {
    let number = |size: i64| usize::try_from(size).map_err(|_| CUT);
    let (start, about) = (number(block.offset())?, number(block.metaDataLength().into())?);
    let length = about.checked_add(number(block.bodyLength())?).ok_or(CUT)?;
    if start.checked_add(length).is_none_or(|end| end > whole.len()) {
        return Err(CUT.to_owned());
    }
    let part = whole.slice_with_length(start, length);
    message(&part)?.map(|_| part).ok_or_else(|| "its footer lists a part that is none".to_owned())
}

fn damaged(path: &Path, why: &str) -> IngestError {
    IngestError::new(path, format!("not a readable Arrow file: {why}"), "save or copy it again")
}

fn map(path: &Path) -> Result<Bytes, IngestError> {
    let io = |e: std::io::Error| IngestError::io(path, &e);
    let file = File::open(path).map_err(io)?;
    if !file.metadata().map_err(io)?.is_file() {
        return Err(IngestError::new(path, "a folder, where a file should be", ""));
    }
    // SAFETY: the map is read-only and private to this process. Another program that cuts the file
    // meanwhile can end this one, but not make it read memory that is not the file's.
    #[expect(unsafe_code, reason = "a column of pictures is not copied to find where they lie")]
    let map = unsafe { Mmap::map(&file) }.map_err(io)?;
    Ok(Bytes::from_owner(map))
}

/// The length of the message that comes next; `None` at the end.
fn message(rest: &[u8]) -> Result<Option<usize>, String> {
    let number =
        |at: usize| rest.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    let (start, size) = match (rest.is_empty(), number(0)) {
        (true, _) => return Ok(None),
        // before version 0.15 nothing stood before the size
        (false, Some(u32::MAX)) => (8, number(4).ok_or(CUT)?),
        (false, size) => (4, size.ok_or(CUT)?),
    };
    if size == 0 {
        return Ok(None);
    }
    let body = start + size as usize;
    let about = root_as_message(rest.get(start..body).ok_or(CUT)?).map_err(|e| e.to_string())?;
    let length = usize::try_from(about.bodyLength()).map_err(|_| CUT)?;
    let end = body.checked_add(length).filter(|&end| end <= rest.len()).ok_or(CUT)?;
    check_size(&about, &rest[body..end])?;
    Ok(Some(end))
}

/// The most that each byte can unpack to: LZ4 has runs of 255 a byte, zstd blocks of 128 KiB in 4 bytes.
const MOST_LZ4: usize = 255;
const MOST_ZSTD: usize = 1 << 15;

/// Refuses buffers that say that they unpack to more than they can: room is made for what they say.
fn check_size(message: &Message<'_>, body: &[u8]) -> Result<(), String> {
    let dictionary = || message.header_as_dictionary_batch().and_then(|d| d.data());
    let Some(batch) = message.header_as_record_batch().or_else(dictionary) else { return Ok(()) };
    let Some(compression) = batch.compression() else { return Ok(()) };
    let most = if compression.codec() == CompressionType::ZSTD { MOST_ZSTD } else { MOST_LZ4 };
    for buffer in batch.buffers().into_iter().flatten() {
        if buffer.length() < 8 {
            continue;
        }
        let start = usize::try_from(buffer.offset()).unwrap_or(usize::MAX);
        let size = start.checked_add(8).and_then(|end| body.get(start..end));
        let size = size.and_then(|b| b.try_into().ok()).map_or(0, i64::from_le_bytes);
        let room = usize::try_from(buffer.length()).unwrap_or(0).min(body.len());
        if usize::try_from(size).is_ok_and(|size| size > room.saturating_mul(most)) {
            return Err("a part says that it is larger than it can be".to_owned());
        }
    }
    Ok(())
}

/// A table that has columns.
struct Known<'t> {
    table: &'t ArrowTable,
    schema: SchemaRef,
}

impl Known<'_> {
    fn parts(&self, column: usize) -> impl Iterator<Item = (&Batch, &ArrayRef)> {
        self.table
            .parts
            .iter()
            .filter_map(move |part| Some((part, part.content.columns().get(column)?)))
    }
}

impl Table for Known<'_> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn rows(&self) -> usize {
        self.table.rows
    }

    fn arrays(&self, column: usize) -> Result<Vec<ArrayRef>, String> {
        Ok(self.parts(column).map(|(_, array)| array.clone()).collect())
    }

    fn held(&self, column: usize) -> Result<Option<Held>, String> {
        let cells = || {
            self.parts(column)
                .flat_map(|(part, array)| (0..array.len()).map(move |row| (part, array, row)))
        };
        let first = cells().find_map(|(_, array, row)| bytes(array, row));
        let ending = first.and_then(ending_of);
        if ending.is_none() && !matches!(self.schema.field(column).data_type(), DataType::Struct(_))
        {
            return Ok(None);
        }
        let mut held = Held::default();
        for (part, array, row) in cells() {
            let path = path_of(array, row);
            let file = match bytes(array, row) {
                Some(bytes) => part.locate(bytes, ending.unwrap_or_default())?,
                None => path.to_owned(),
            };
            held.files.push(&file).map_err(|_| TooLarge.to_string())?;
            held.names.push(path).map_err(|_| TooLarge.to_string())?;
        }
        if first.is_none() {
            held.files = std::mem::take(&mut held.names);
        }
        Ok(Some(held))
    }

    fn more(&self) -> Option<Field> {
        let told = self.table.splits.iter().any(|split| !split.is_empty());
        told.then(|| Field::text("split", self.table.splits.clone()))
    }

    fn hashes(&self, column: usize) -> Result<Vec<u64>, String> {
        let of = |array: &ArrayRef| -> Vec<u64> {
            let content = |row| bytes(array, row).unwrap_or_else(|| path_of(array, row).as_bytes());
            (0..array.len()).map(|row| stable_hash(content(row).iter().copied())).collect()
        };
        Ok(self.parts(column).flat_map(|(_, array)| of(array)).collect())
    }
}

impl Batch {
    /// Where bytes of the batch lie in its file.
    fn locate(&self, bytes: &[u8], ending: &str) -> Result<String, String> {
        let offset = (bytes.as_ptr() as usize).wrapping_sub(self.map.as_ptr() as usize);
        if offset.checked_add(bytes.len()).is_none_or(|end| end > self.map.len()) {
            return Err(
                "its pictures are compressed: save the file uncompressed, or as Parquet".to_owned()
            );
        }
        let part = Part::Bytes { offset: offset as u64, length: bytes.len() as u64 };
        Ok(Locator { file: self.file.clone(), part, ending: ending.to_owned() }.to_string())
    }
}

#[cfg(test)]
#[path = "arrow_ipc_tests.rs"]
mod tests;
