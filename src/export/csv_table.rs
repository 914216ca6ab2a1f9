//! A CSV or TSV table with corrected labels in it.

use super::io_error;
use super::labels::{Expected, ExportError, LabelFix, LabelRows, LabelTable, as_written};
use crate::ingest::{CsvRecords, LABEL_COLUMNS};
use csv::{ByteRecord, Terminator, WriterBuilder};
use std::io::Write;

/// Writes the table of `table.source`; separated by tabs or not, if that was asked for. Records that are no examples
/// stay as they are.
///
/// # Errors
/// [`ExportError::Unlike`] where labels are not what was read.
pub(super) fn write(
    table: &LabelTable<'_>,
    tabs: Option<bool>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut records = CsvRecords::open(table.source)?;
    let (expected, width) = (Expected::of(table), records.header.len());
    let places = Places::of(&records.header, table).ok_or_else(|| expected.unlike())?;
    if records.marked {
        out.write_all(b"\xef\xbb\xbf")?;
    }
    let mut writer = WriterBuilder::new()
        .flexible(true)
        .delimiter(delimiter(records.delimiter, tabs))
        .terminator(if records.crlf { Terminator::CRLF } else { Terminator::Any(b'\n') })
        .from_writer(out);
    writer.write_byte_record(&places.header).map_err(io_error)?;
    let mut fixes = table.fixes.iter().peekable();
    let (mut record, mut row) = (ByteRecord::new(), 0);
    while records.read(&mut record)? {
        let fix = fixes.next_if(|fix| fix.row == row);
        if expected.has(row) {
            let cell = record.get(places.label).and_then(|cell| std::str::from_utf8(cell).ok());
            expected.check(row, cell)?;
        }
        if record.len() == width {
            record = places.widened(&record, fix, table);
        }
        if fix.is_some() || table.rows == LabelRows::All {
            writer.write_byte_record(&record).map_err(io_error)?;
        }
        row += 1;
    }
    expected.check_end(row)?;
    Ok(writer.flush()?)
}

/// Where the label stands, and what an export adds.
struct Places {
    header: ByteRecord,
    label: usize,
    added: [usize; 4],
}

impl Places {
    fn of(header: &ByteRecord, table: &LabelTable<'_>) -> Option<Self> {
        let mut header = header.clone();
        let place = |header: &ByteRecord, name: &str| {
            header.iter().position(|there| there == name.as_bytes())
        };
        let label = place(&header, &table.columns.label)?;
        let added = LABEL_COLUMNS.map(|name| {
            place(&header, name).unwrap_or_else(|| {
                header.push_field(name.as_bytes());
                header.len() - 1
            })
        });
        Some(Self { header, label, added })
    }

    /// The record with all columns and the new label, if there is one.
    fn widened(
        &self,
        record: &ByteRecord,
        fix: Option<&LabelFix>,
        table: &LabelTable<'_>,
    ) -> ByteRecord {
        let mut cells: Vec<&[u8]> = record.iter().collect();
        cells.resize(self.header.len(), b"");
        let old = std::str::from_utf8(cells[self.label]).unwrap_or_default();
        let new = fix.map(|fix| as_written(&fix.new_label, old, table.classes));
        if let (Some(fix), Some(new)) = (fix, &new) {
            cells[self.label] = new.as_bytes();
            for (at, cell) in self.added.into_iter().zip(fix.added()) {
                cells[at] = cell.as_bytes();
            }
        }
        ByteRecord::from(cells)
    }
}

/// What separates the cells: as in the source, if that is what was asked for.
pub(super) fn delimiter(source: u8, tabs: Option<bool>) -> u8 {
    match tabs {
        Some(true) => b'\t',
        Some(false) if source == b'\t' => b',',
        _ => source,
    }
}
