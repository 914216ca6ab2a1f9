//! A table as it was understood, kept beside the decisions so that a large one opens at once.
//!
//! Invariant: what is kept is used only for the very files, settings and program that it was made with, and only when
//! its checksum is right; without it everything is read anew.

use super::assemble::{Assembled, Said};
use super::frame::{Cells, Field};
use super::{ColumnNames, FILE_NAME};
use crate::dataset::{ClassNames, Column, Examples, LeftOut, Media, Origin, Split, TextColumn};
use crc32fast::Hasher;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Smaller files are read as fast as what would be kept of them.
const WORTH: u64 = 8 << 20;
const MAGIC: &[u8; 16] = b"gaffe table 1\n\0\0";

/// Where a split's table is kept, and what it has to have been made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: PathBuf,
    key: String,
}

impl Place {
    /// The place for a split of the project in `root`; `None` where keeping is not worth it or not possible: small
    /// files, folders, no project.
    pub fn of(
        root: &Path,
        folder: &Path,
        table: &Path,
        columns: &ColumnNames,
        classes: &ClassNames,
        split: Split,
    ) -> Option<Self> {
        let about =
            fs::metadata(table).ok().filter(|about| about.is_file() && about.len() >= WORTH)?;
        let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        if !root.join(FILE_NAME).is_file() {
            return None;
        }
        let made_with = (env!("CARGO_PKG_VERSION"), about.len(), changed.to_string(), split);
        let key = serde_json::to_string(&(made_with, table, columns, classes.names())).ok()?;
        Some(Self { file: folder.join(format!("{split}.table")), key })
    }
}

/// What the head says.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    key: String,
    rows: usize,
    /// `row`, `picture`, `text` or `sound`.
    media: String,
    /// Names of metadata, and whether they are numbers.
    metadata: Vec<(String, bool)>,
    source_rows: bool,
    len: usize,
    left_out: LeftOut,
    /// Name, parts and width of the probabilities.
    probabilities: Option<(String, Vec<String>, usize)>,
    predictions: bool,
    confidence: bool,
}

/// Keeps a table.
///
/// # Errors
/// A folder that can't be written to; nothing is kept then.
pub fn save(place: &Place, table: &Assembled) -> io::Result<()> {
    if let Some(folder) = place.file.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = place.file.with_extension("table.part");
    let mut out = Sections { file: BufWriter::new(File::create(&part)?), crc: Hasher::new() };
    let Assembled { examples, said } = table;
    let head = serde_json::to_vec(&head(place, table))?;
    out.file.write_all(MAGIC)?;
    out.put(&head)?;
    out.texts(&examples.ids)?;
    out.put(bytemuck::cast_slice(&examples.gold))?;
    match &examples.media {
        Media::Row => {}
        Media::Picture(cells) | Media::Text(cells) | Media::Sound(cells) => out.texts(cells)?,
    }
    for column in &examples.metadata {
        out.texts(&column.cells)?;
        if let Some(numbers) = &column.numbers {
            out.put(bytemuck::cast_slice(numbers))?;
        }
    }
    if let Some(rows) = &examples.origin.rows {
        out.put(bytemuck::cast_slice(rows))?;
    }
    if let Some(Field { cells: Cells::Numbers { values, .. }, .. }) = &said.probabilities {
        out.put(bytemuck::cast_slice(values))?;
    }
    for cells in [&said.predictions, &said.confidence].into_iter().flatten() {
        out.texts(cells)?;
    }
    let sum = out.crc.finalize();
    out.file.write_all(&sum.to_le_bytes())?;
    out.file.into_inner()?;
    fs::rename(&part, &place.file)
}

fn head(place: &Place, table: &Assembled) -> Head {
    let Assembled { examples, said } = table;
    let Origin { rows, len, left_out } = &examples.origin;
    let probabilities = said.probabilities.as_ref().and_then(|field| match &field.cells {
        Cells::Numbers { width, .. } => Some((field.name.clone(), field.parts.clone(), *width)),
        Cells::Text(_) => None,
    });
    let metadata = examples.metadata.iter().map(|c| (c.name.clone(), c.numbers.is_some()));
    Head {
        key: place.key.clone(),
        rows: examples.len(),
        media: medium(&examples.media).to_owned(),
        metadata: metadata.collect(),
        source_rows: rows.is_some(),
        len: *len,
        left_out: left_out.clone(),
        probabilities,
        predictions: said.predictions.is_some(),
        confidence: said.confidence.is_some(),
    }
}

fn medium(media: &Media) -> &'static str {
    match media {
        Media::Row => "row",
        Media::Picture(_) => "picture",
        Media::Text(_) => "text",
        Media::Sound(_) => "sound",
    }
}

/// What is kept at a place; `None` if there is nothing, or nothing that is right.
pub fn load(place: &Place, split: Split) -> Option<Assembled> {
    let file = File::open(&place.file).ok()?;
    let size = file.metadata().ok()?.len();
    let mut from = Reading { file: BufReader::new(file), crc: Hasher::new(), left: size };
    let mut magic = [0; MAGIC.len()];
    from.file.read_exact(&mut magic).ok().filter(|()| magic == *MAGIC)?;
    let head: Head = serde_json::from_slice(&from.bytes()?).ok()?;
    if head.key != place.key {
        return None;
    }
    let table = tables(&mut from, head, split)?;
    let mut sum = [0; 4];
    from.file.read_exact(&mut sum).ok()?;
    (from.crc.finalize().to_le_bytes() == sum).then_some(table)
}

fn tables(from: &mut Reading, head: Head, split: Split) -> Option<Assembled> {
    let rows = head.rows;
    let ids = from.texts(rows)?;
    let gold: Vec<u32> = from.values(rows)?;
    let media = match head.media.as_str() {
        "picture" => Media::Picture(from.texts(rows)?),
        "text" => Media::Text(from.texts(rows)?),
        "sound" => Media::Sound(from.texts(rows)?),
        _ => Media::Row,
    };
    let mut metadata = Vec::new();
    for (name, has_numbers) in head.metadata {
        let cells = from.texts(rows)?;
        let numbers = if has_numbers { Some(from.values(rows)?) } else { None };
        metadata.push(Column { name, cells, numbers });
    }
    let source_rows = if head.source_rows { Some(from.values(rows)?) } else { None };
    let probabilities = match head.probabilities {
        Some((name, parts, width)) => {
            let values = from.values(rows.checked_mul(width)?)?;
            Some(Field { name, parts, cells: Cells::Numbers { width, values } })
        }
        None => None,
    };
    let predictions = if head.predictions { Some(from.texts(rows)?) } else { None };
    let confidence = if head.confidence { Some(from.texts(rows)?) } else { None };
    let origin = Origin { rows: source_rows, len: head.len, left_out: head.left_out };
    let examples = Examples { split, ids, gold, media, metadata, origin };
    Some(Assembled { examples, said: Said { probabilities, predictions, confidence } })
}

struct Sections {
    file: BufWriter<File>,
    crc: Hasher,
}

impl Sections {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let size = (bytes.len() as u64).to_le_bytes();
        self.crc.update(&size);
        self.crc.update(bytes);
        self.file.write_all(&size)?;
        self.file.write_all(bytes)
    }

    fn texts(&mut self, cells: &TextColumn) -> io::Result<()> {
        let (bytes, ends) = cells.parts();
        self.put(bytes.as_bytes())?;
        self.put(bytemuck::cast_slice(ends))
    }
}

struct Reading {
    file: BufReader<File>,
    crc: Hasher,
    /// Bytes that the file can still have.
    left: u64,
}

impl Reading {
    fn bytes(&mut self) -> Option<Vec<u8>> {
        let size = self.size()?;
        let mut bytes = vec![0; size];
        self.fill(&mut bytes)?;
        Some(bytes)
    }

    fn size(&mut self) -> Option<usize> {
        let mut size = [0; 8];
        self.fill(&mut size)?;
        let size = u64::from_le_bytes(size);
        self.left = self.left.checked_sub(size)?;
        usize::try_from(size).ok()
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Option<()> {
        self.file.read_exact(bytes).ok()?;
        self.crc.update(bytes);
        Some(())
    }

    fn values<T: bytemuck::Pod>(&mut self, count: usize) -> Option<Vec<T>> {
        if self.size()? != count.checked_mul(size_of::<T>())? {
            return None;
        }
        let mut values = vec![T::zeroed(); count];
        self.fill(bytemuck::cast_slice_mut(&mut values))?;
        Some(values)
    }

    fn texts(&mut self, rows: usize) -> Option<TextColumn> {
        let bytes = String::from_utf8(self.bytes()?).ok()?;
        TextColumn::from_parts(bytes, self.values(rows)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::read_examples;

    fn project(dir: &Path) -> (PathBuf, ColumnNames, ClassNames) {
        let row = |i: usize| format!("{i},a/{i}.png,{},0.25,0.75,{}\n", i % 3, "x".repeat(90));
        let table = dir.join("dev.csv");
        let rows: String = (0..90_000).map(row).collect();
        fs::write(&table, format!("id,file,label,prob_0,prob_1,note\n{rows}")).unwrap();
        fs::write(dir.join(FILE_NAME), "").unwrap();
        let columns = ColumnNames {
            id: Some("id".into()),
            file: Some("file".into()),
            label: "label".into(),
            probabilities: Some("prob_*".into()),
            ..ColumnNames::default()
        };
        (table, columns, ClassNames::new(vec!["0".into(), "1".into()]).unwrap())
    }

    #[test]
    fn what_is_kept_is_what_was_read_until_something_changes() {
        let dir = tempfile::tempdir().unwrap();
        let (table, columns, classes) = project(dir.path());
        let cache = dir.path().join("cache");
        let place = |columns: &ColumnNames| {
            Place::of(dir.path(), &cache, &table, columns, &classes, Split::Dev)
        };
        let read = read_examples(&table, &columns, &classes, Split::Dev).unwrap();
        assert_eq!(read.examples.origin.left_out.count, 30_000);
        let here = place(&columns).unwrap();
        save(&here, &read).unwrap();
        let again = load(&here, Split::Dev).unwrap();
        assert_eq!(format!("{again:?}"), format!("{read:?}"));
        let other = ColumnNames { id: None, ..columns.clone() };
        assert!(load(&place(&other).unwrap(), Split::Dev).is_none());
        fs::write(&table, fs::read_to_string(&table).unwrap() + "x,y,0,1,0,\n").unwrap();
        assert!(load(&place(&columns).unwrap(), Split::Dev).is_none());
    }

    #[test]
    fn what_is_damaged_or_not_worth_it_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let (table, columns, classes) = project(dir.path());
        let place =
            Place::of(dir.path(), dir.path(), &table, &columns, &classes, Split::Dev).unwrap();
        let read = read_examples(&table, &columns, &classes, Split::Dev).unwrap();
        save(&place, &read).unwrap();
        let whole = fs::read(&place.file).unwrap();
        for at in [0, 20, 24, 300, whole.len() / 2, whole.len() - 1] {
            let mut bad = whole.clone();
            bad[at] ^= 0x10;
            fs::write(&place.file, bad).unwrap();
            assert!(load(&place, Split::Dev).is_none(), "byte {at}");
        }
        fs::write(&place.file, &whole[..whole.len() / 3]).unwrap();
        assert!(load(&place, Split::Dev).is_none());
        fs::write(&table, "id,label\n1,0\n").unwrap();
        assert!(
            Place::of(dir.path(), dir.path(), &table, &columns, &classes, Split::Dev).is_none()
        );
    }
}
