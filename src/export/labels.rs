//! Corrected labels: the table as it came, with the corrected label in the place of the gold one.

use super::{io_error, iso};
use crate::dataset::{ClassNames, Examples, Ledger};
use crate::ingest::{IngestError, LABEL_COLUMNS, delimiter, open_table, read_headers, table_error};
use serde::Serialize;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Why the labels could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The table can't be read again.
    #[error(transparent)]
    Table(#[from] IngestError),
    /// The output can't be written to.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// A corrected label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelFix {
    /// The example.
    pub id: String,
    /// The gold label.
    pub old_label: String,
    /// The label in its place.
    pub new_label: String,
    /// Who set it.
    pub relabelled_by: String,
    /// When, ISO 8601 in UTC.
    pub relabelled_at: String,
    #[serde(skip)]
    row: usize,
}

/// Which rows of the table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelRows {
    /// All of them: the whole table, corrected.
    All,
    /// Those whose label was changed.
    Changed,
}

/// All corrected labels of a split, in the order of the table.
pub fn label_fixes(examples: &Examples, classes: &ClassNames, ledger: &Ledger) -> Vec<LabelFix> {
    let fix = |(row, id): (usize, &str)| {
        let relabel = ledger.review(examples.split, id)?.relabel.as_ref()?;
        let old_label = classes.name(examples.gold[row]).to_owned();
        (relabel.class != old_label).then(|| LabelFix {
            id: id.to_owned(),
            old_label,
            new_label: relabel.class.clone(),
            relabelled_by: relabel.who.clone(),
            relabelled_at: iso(relabel.at),
            row: examples.origin.row(row),
        })
    };
    examples.ids.iter().enumerate().filter_map(fix).collect()
}

/// Writes the table at `source` with corrected labels: same columns, same order, same delimiter and
/// line ends, and four columns more, which are empty where the label was kept. A table that was
/// exported before has them already.
///
/// # Errors
/// When the table can't be read again, or `out` can't be written to.
pub fn write_labels(
    source: &Path,
    label_column: &str,
    classes: &ClassNames,
    fixes: &[LabelFix],
    rows: LabelRows,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut reader = open_table(source)?;
    let mut headers = read_headers(source, &mut reader)?;
    for name in LABEL_COLUMNS {
        if !headers.iter().any(|header| header == name) {
            headers.push_field(name);
        }
    }
    let place = |name: &str| headers.iter().position(|h| h == name).unwrap_or(0);
    let places = LABEL_COLUMNS.map(place);
    let label = place(label_column);
    let mut writer = writer(source, out)?;
    writer.write_record(&headers).map_err(io_error)?;
    let mut fixes = fixes.iter().peekable();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|e| table_error(source, &e))?;
        let fix = fixes.next_if(|fix| fix.row == row);
        if fix.is_none() && rows == LabelRows::Changed {
            continue;
        }
        let mut cells: Vec<&str> = record.iter().collect();
        cells.resize(headers.len(), "");
        let new = fix.map(|fix| as_written(&fix.new_label, cells[label], classes));
        if let (Some(fix), Some(new)) = (fix, &new) {
            cells[label] = new;
            let added = [&fix.old_label, &fix.new_label, &fix.relabelled_by, &fix.relabelled_at];
            for (at, cell) in places.into_iter().zip(added) {
                cells[at] = cell;
            }
        }
        writer.write_record(cells).map_err(io_error)?;
    }
    Ok(writer.flush()?)
}

/// A table that numbers its classes gets a number.
fn as_written(new: &str, old: &str, classes: &ClassNames) -> String {
    match (classes.index(old), classes.index(new)) {
        (None, Some(index)) => index.to_string(),
        _ => new.to_owned(),
    }
}

fn writer<'a>(
    source: &Path,
    out: &'a mut dyn Write,
) -> Result<csv::Writer<&'a mut dyn Write>, IngestError> {
    let file = std::fs::File::open(source).map_err(|e| IngestError::io(source, &e))?;
    let mut first = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut first).map_err(|e| IngestError::io(source, &e))?;
    let crlf = first.ends_with(b"\r\n");
    Ok(csv::WriterBuilder::new()
        .delimiter(delimiter(source))
        .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
        .from_writer(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Media, Split, Stamp};
    use crate::ingest::{ColumnNames, read_examples};

    fn export(text: &str, name: &str, rows: LabelRows) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let classes = ClassNames::new(vec!["Shirt".into(), "Coat".into()]).unwrap();
        let columns =
            ColumnNames { id: Some("id".into()), label: "label".into(), ..Default::default() };
        let examples = read_examples(&path, &columns, &classes, Split::Dev).unwrap().examples;
        assert!(matches!(examples.media, Media::Row));
        let mut ledger = Ledger::default();
        let stamp = Stamp { at: 1_700_000_000_999, who: "ada".into(), ..Stamp::default() };
        ledger.decide(&["b"], stamp, |_, r, s| r.set_relabel("Coat", s));
        let fixes = label_fixes(&examples, &classes, &ledger);
        let mut out = Vec::new();
        write_labels(&path, "label", &classes, &fixes, rows, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn keeps_the_table_and_adds_who_and_when() {
        let table = "id,note,label\na,\"x, y\",Coat\nb,,Shirt\n";
        assert_eq!(
            export(table, "dev.csv", LabelRows::All),
            "id,note,label,old_label,new_label,relabelled_by,relabelled_at\n\
             a,\"x, y\",Coat,,,,\n\
             b,,Coat,Shirt,Coat,ada,2023-11-14T22:13:20Z\n"
        );
        assert_eq!(export(table, "dev.csv", LabelRows::Changed).lines().count(), 2);
    }

    #[test]
    fn keeps_tabs_line_ends_and_numbers() {
        let table = "id\tlabel\r\na\t1\r\nb\t0\r\n";
        let out = export(table, "dev.tsv", LabelRows::Changed);
        assert_eq!(out.lines().nth(1).unwrap(), "b\t1\tShirt\tCoat\tada\t2023-11-14T22:13:20Z");
        assert!(out.ends_with("Z\r\n"));
    }
}
