//! Parquet: tables as pandas, polars, pyarrow and Hugging Face's `datasets` write them.
//!
//! Invariant: pictures stay in the file; of a column that holds some, only names and, where those don't tell rows
//! apart, hashes are read.

use super::Sight;
use super::arrow_columns::{Held, Table, frame};
use crate::dataset::{TextColumn, stable_hash};
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use crate::ingest::layout::TooLarge;
use crate::ingest::reading::Reading;
use crate::media::parquet_row::{Plain, bytes, holders, path as path_of};
use crate::media::{Locator, Part, ending_of};
use crate::scoring::guarded;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::file::statistics::Statistics;
use std::fs::File;
use std::path::Path;

/// Rows that are read at once: of texts and numbers, and of pictures.
const BATCH: usize = 1 << 14;
const PICTURES: usize = 64;

/// Whether it begins as such a file; one that is encrypted is known, too.
pub fn sniff(sight: &Sight<'_>) -> bool {
    sight.head.starts_with(b"PAR1") || sight.head.starts_with(b"PARE")
}

/// Reads a table.
///
/// # Errors
/// A file that can't be read, is cut short or damaged, or has no row.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let damaged = |why: String| {
        IngestError::new(
            path,
            format!("not a readable Parquet file: {why}"),
            "save or copy it again",
        )
    };
    let file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    let load = || ArrowReaderMetadata::load(&Plain(file), ArrowReaderOptions::default());
    let footer = guarded(load).and_then(|footer| footer.map_err(|e| e.to_string()));
    let footer = footer.map_err(damaged)?;
    let rows = footer.metadata().file_metadata().num_rows();
    let rows = u32::try_from(rows).map_err(|_| damaged(format!("it claims {rows} rows")))?;
    let alone = holders(footer.schema()).count() == 1;
    let cells = u64::from(rows) * footer.schema().fields().len() as u64;
    let reading = Reading::of(path, Some(cells));
    let table = ParquetTable { path, footer, rows: rows as usize, alone, reading };
    guarded(|| frame(&table)).unwrap_or_else(Err).map_err(damaged)?.or_refuse(path)
}

struct ParquetTable<'p> {
    path: &'p Path,
    footer: ArrowReaderMetadata,
    rows: usize,
    /// Whether one column only can hold pictures.
    alone: bool,
    reading: Reading,
}

impl ParquetTable<'_> {
    fn open(&self, mask: ProjectionMask, batch: usize) -> Result<ParquetRecordBatchReader, String> {
        let file = Plain(File::open(self.path).map_err(|e| e.to_string())?);
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.footer.clone());
        let reader = builder.with_projection(mask).with_batch_size(batch).build();
        reader.map_err(|e| e.to_string())
    }

    fn whole(&self, column: usize) -> ProjectionMask {
        ProjectionMask::roots(self.footer.parquet_schema(), [column])
    }

    /// Gives the arrays of the first column of what is masked; there are as many rows as the file says.
    fn visit(
        &self,
        mask: ProjectionMask,
        batch: usize,
        see: &mut dyn FnMut(&ArrayRef) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut rows = 0;
        for batch in self.open(mask, batch)? {
            let batch = batch.map_err(|e| e.to_string())?;
            let column = batch.columns().first().ok_or("it is not there")?;
            rows += column.len();
            self.reading.add(column.len() as u64);
            see(column)?;
        }
        if rows == self.rows { Ok(()) } else { Err(format!("it has {rows} of {} rows", self.rows)) }
    }

    /// The leaf of a column of that name, if it is the column's own.
    fn leaf(&self, column: usize, name: &str) -> Option<usize> {
        let schema = self.footer.parquet_schema();
        let of = |leaf: &usize| schema.get_column_root_idx(*leaf) == column;
        let is =
            |leaf: &usize| schema.column(*leaf).path().parts().get(1).is_some_and(|n| n == name);
        (0..schema.num_columns()).filter(of).find(is)
    }

    /// The ending that the content of the first cell asks for; `None` if it is no picture or sound.
    fn ending(&self, column: usize) -> Result<Option<&'static str>, String> {
        for batch in self.open(self.whole(column), 1)? {
            let batch = batch.map_err(|e| e.to_string())?;
            if let Some(bytes) = batch.columns().first().and_then(|array| bytes(array, 0)) {
                return Ok(ending_of(bytes));
            }
        }
        Ok(None)
    }

    /// Whether no row of the column holds bytes, as the statistics say.
    fn names_only(&self, column: usize) -> bool {
        let Some(leaf) = self.leaf(column, "bytes") else { return false };
        self.footer.metadata().row_groups().iter().all(|group| {
            let nulls = group.column(leaf).statistics().and_then(Statistics::null_count_opt);
            nulls.is_some_and(|nulls| nulls == group.num_rows().unsigned_abs())
        })
    }
}

impl Table for ParquetTable<'_> {
    fn schema(&self) -> &Schema {
        self.footer.schema()
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn arrays(&self, column: usize) -> Result<Vec<ArrayRef>, String> {
        let mut arrays = Vec::new();
        self.visit(self.whole(column), BATCH, &mut |array| {
            arrays.push(array.clone());
            Ok(())
        })?;
        Ok(arrays)
    }

    fn held(&self, column: usize) -> Result<Option<Held>, String> {
        let field = self.schema().field(column);
        let mut held = Held::default();
        let push =
            |into: &mut TextColumn, text: &str| into.push(text).map_err(|_| TooLarge.to_string());
        if let Some(leaf) = self.leaf(column, "path") {
            let mask = ProjectionMask::leaves(self.footer.parquet_schema(), [leaf]);
            self.visit(mask, BATCH, &mut |array| {
                (0..array.len()).try_for_each(|row| push(&mut held.names, path_of(array, row)))
            })?;
        }
        if self.names_only(column) {
            held.files = std::mem::take(&mut held.names);
            return Ok(Some(held));
        }
        let ending = self.ending(column)?;
        if ending.is_none() && !matches!(field.data_type(), DataType::Struct(_)) {
            return Ok(None);
        }
        let file = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = (!self.alone).then(|| field.name().clone());
        let part = Part::Row { column: name, row: 0 };
        let mut locator = Locator { file, part, ending: ending.unwrap_or_default().to_owned() };
        for at in 0..self.rows as u64 {
            if let Part::Row { row, .. } = &mut locator.part {
                *row = at;
            }
            push(&mut held.files, &locator.to_string())?;
        }
        Ok(Some(held))
    }

    fn hashes(&self, column: usize) -> Result<Vec<u64>, String> {
        let mut hashes = Vec::with_capacity(self.rows);
        self.visit(self.whole(column), PICTURES, &mut |array| {
            let content = |row| bytes(array, row).unwrap_or_else(|| path_of(array, row).as_bytes());
            hashes.extend((0..array.len()).map(|row| stable_hash(content(row).iter().copied())));
            Ok(())
        })?;
        Ok(hashes)
    }
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
