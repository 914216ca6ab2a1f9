//! Columns of Arrow arrays as the fields of a frame, for all files that hold some.
//!
//! Invariant: a column is read by itself, on any core; what it gives has as many rows as the table.

use super::arrow_texts::{push_classes, push_texts};
use super::hf_features::Features;
use crate::dataset::TextColumn;
use crate::ingest::frame::{Cells, Field, Frame};
use crate::ingest::layout::{Head, Layout, Slot, TooLarge};
use crate::ingest::{assemble, roles};
use crate::media::parquet_row::holders;
use crate::scoring::guarded;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::{DataType, Schema};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// A table whose columns can be read one by one.
pub(super) trait Table: Sync {
    /// Names and types of the columns.
    fn schema(&self) -> &Schema;

    /// How many rows there are.
    fn rows(&self) -> usize;

    /// A column, in parts.
    ///
    /// # Errors
    /// One that can't be read: why.
    fn arrays(&self, column: usize) -> Result<Vec<ArrayRef>, String>;

    /// The pictures or sounds of a column that can hold them; `None` if it holds other bytes.
    ///
    /// # Errors
    /// As [`Table::arrays`].
    fn held(&self, column: usize) -> Result<Option<Held>, String>;

    /// What is known of the rows beside their columns.
    fn more(&self) -> Option<Field> {
        None
    }

    /// A hash of the content of each of those.
    ///
    /// # Errors
    /// As [`Table::arrays`].
    fn hashes(&self, column: usize) -> Result<Vec<u64>, String>;
}

/// Pictures or sounds inside of a file.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Where each lies: a locator, or the file that is named instead.
    pub files: TextColumn,
    /// What each is called; may be empty.
    pub names: TextColumn,
}

/// A column as it was read.
enum Column {
    Cells(Cells),
    Held(Held),
    /// It was not taken: why.
    Left(String),
}

/// Rows that can't be used, with the reason.
type Bad = BTreeMap<usize, String>;

/// Reads all columns of a table.
///
/// # Errors
/// A column that can't be read, with its name.
pub(super) fn frame(table: &impl Table) -> Result<Frame, String> {
    let schema = table.schema();
    let features = Features::of(schema);
    let kinds =
        Kinds { holders: holders(schema).collect(), layout: layout(schema, &features), features };
    let read = |at: usize| {
        let column = guarded(|| kinds.read(table, at)).unwrap_or_else(Err);
        column.map_err(|why| format!("the column {:?}: {why}", schema.field(at).name()))
    };
    let columns = (0..schema.fields().len()).into_par_iter().map(read);
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut frame = Frame { rows: table.rows(), ..Frame::default() };
    frame.classes = kinds.features.classes(schema);
    let mut bad = Bad::new();
    let mut parts: Vec<Vec<Column>> =
        (0..kinds.layout.fields().count()).map(|_| Vec::new()).collect();
    for (at, (column, unusable)) in columns.into_iter().enumerate() {
        bad.extend(unusable);
        if let Some(Slot::Text(field) | Slot::List(field) | Slot::Part(field, _)) =
            kinds.layout.slot(at)
        {
            parts[field].push(column);
        }
    }
    for ((name, beginnings), columns) in kinds.layout.fields().zip(parts) {
        put(&mut frame, name, beginnings, columns);
    }
    let new = |field: &Field| frame.field(&field.name).is_none();
    let more = table.more().filter(new);
    frame.fields.extend(more);
    name_holders(table, &mut frame, &kinds.holders)?;
    Ok(without(frame, bad))
}

/// How the columns are read.
struct Kinds {
    holders: Vec<usize>,
    layout: Layout,
    features: Features,
}

fn layout(schema: &Schema, features: &Features) -> Layout {
    let head = |field: &arrow_schema::FieldRef| {
        let (name, kind) = (field.name().as_str(), field.data_type());
        let numeric = kind.is_numeric() && features.names(name).is_none();
        (name.to_owned(), is_list(kind), numeric)
    };
    let heads: Vec<_> = schema.fields().iter().map(head).collect();
    let heads = heads.iter().map(|(name, list, numeric)| Head {
        name,
        list: list.then_some(0),
        numeric: *numeric,
    });
    Layout::new(&heads.collect::<Vec<_>>())
}

/// Whether it holds lists of numbers.
fn is_list(kind: &DataType) -> bool {
    match kind {
        DataType::List(of) | DataType::LargeList(of) | DataType::FixedSizeList(of, _) => {
            of.data_type().is_numeric()
        }
        _ => false,
    }
}

impl Kinds {
    fn read(&self, table: &impl Table, at: usize) -> Result<(Column, Bad), String> {
        let field = table.schema().field(at);
        if self.holders.contains(&at) {
            let left = || {
                Column::Left(format!(
                    "`{}` holds bytes that are no pictures or sounds",
                    field.name()
                ))
            };
            return Ok((table.held(at)?.map_or_else(left, Column::Held), Bad::new()));
        }
        let arrays = table.arrays(at)?;
        match self.layout.slot(at) {
            Some(Slot::List(_)) => lists(&arrays, field.name()),
            Some(Slot::Part(..)) => {
                let mut values = Vec::with_capacity(table.rows());
                for array in &arrays {
                    values.extend(floats(array)?);
                }
                Ok((Column::Cells(Cells::Numbers { width: 1, values }), Bad::new()))
            }
            _ => {
                let mut cells = TextColumn::default();
                for array in &arrays {
                    match self.features.names(field.name()) {
                        Some(names) => push_classes(array, names, &mut cells)?,
                        None => push_texts(array, &mut cells)?,
                    }
                }
                Ok((Column::Cells(Cells::Text(cells)), Bad::new()))
            }
        }
    }
}

/// Numbers of any kind; NaN where there is none.
fn floats(array: &ArrayRef) -> Result<Vec<f32>, String> {
    let cast = cast(array, &DataType::Float32).map_err(|e| e.to_string())?;
    Ok(cast.as_primitive::<Float32Type>().iter().map(|x| x.unwrap_or(f32::NAN)).collect())
}

/// Where each row's list lies among the values of all.
fn spans(array: &dyn Array) -> (Vec<Range<usize>>, ArrayRef) {
    let rows = 0..array.len();
    let there = |row: usize, span: Range<usize>| if array.is_null(row) { 0..0 } else { span };
    if let Some(lists) = array.as_list_opt::<i32>() {
        let ends = lists.value_offsets();
        let span = |row| there(row, ends[row] as usize..ends[row + 1] as usize);
        return (rows.map(span).collect(), lists.values().clone());
    }
    if let Some(lists) = array.as_list_opt::<i64>() {
        let ends = lists.value_offsets();
        let span = |row| there(row, ends[row] as usize..ends[row + 1] as usize);
        return (rows.map(span).collect(), lists.values().clone());
    }
    let lists = array.as_fixed_size_list();
    let size = lists.value_length() as usize;
    (rows.map(|row| there(row, row * size..(row + 1) * size)).collect(), lists.values().clone())
}

/// Numbers that may be missing, beside as many that are there.
const SPARE: usize = 1 << 24;

/// Lists of numbers: as numbers if they are of one length, or if their name says that they have to be; else as texts.
fn lists(arrays: &[ArrayRef], name: &str) -> Result<(Column, Bad), String> {
    let spans: Vec<_> = arrays.iter().map(|array| spans(array.as_ref())).collect();
    let lengths = || spans.iter().flat_map(|(spans, _)| spans.iter().map(ExactSizeIterator::len));
    let width = lengths().find(|&length| length > 0).unwrap_or(0);
    let uneven = lengths().any(|length| length != width && length > 0);
    if width == 0 || uneven && roles::guess(&[name]).probabilities.is_none() {
        let mut cells = TextColumn::default();
        for array in arrays {
            push_texts(array, &mut cells)?;
        }
        return Ok((Column::Cells(Cells::Text(cells)), Bad::new()));
    }
    let (rows, there) = (lengths().count(), lengths().sum::<usize>());
    if rows.saturating_mul(width) > there.saturating_mul(8).saturating_add(SPARE) {
        return Err("most of its rows are empty".to_owned());
    }
    let (mut values, mut bad) = (Vec::with_capacity(rows * width), Bad::new());
    for (spans, all) in &spans {
        let all = floats(all)?;
        for span in spans {
            let numbers = all.get(span.clone()).unwrap_or_default();
            if numbers.len() == width {
                values.extend_from_slice(numbers);
                continue;
            }
            if !numbers.is_empty() {
                let why = format!(
                    "`{name}` has {} numbers, another count than the first row",
                    numbers.len()
                );
                bad.insert(values.len() / width, why);
            }
            values.resize(values.len() + width, f32::NAN);
        }
    }
    Ok((Column::Cells(Cells::Numbers { width, values }), bad))
}

/// Puts a field into the frame: a column, or those of numbers that belong together.
fn put(frame: &mut Frame, name: &str, parts: &[String], columns: Vec<Column>) {
    let mut together = Vec::new();
    for column in columns {
        match column {
            Column::Cells(Cells::Numbers { width: 1, values }) if !parts.is_empty() => {
                together.push(values);
            }
            Column::Cells(cells) => {
                frame.fields.push(Field { name: name.to_owned(), parts: Vec::new(), cells });
            }
            Column::Held(Held { files, names }) => {
                frame.fields.push(Field::text(name, files));
                if names.iter().any(|name| !name.is_empty()) {
                    frame.fields.push(Field::text(format!("{name}{NAME}"), names));
                }
            }
            Column::Left(why) => frame.notes.push(format!("{why}: it was not taken")),
        }
    }
    if !together.is_empty() {
        let row = |row: usize| {
            together.iter().map(move |part| part.get(row).copied().unwrap_or(f32::NAN))
        };
        let values = (0..frame.rows).flat_map(row).collect();
        let cells = Cells::Numbers { width: together.len(), values };
        frame.fields.push(Field { name: name.to_owned(), parts: parts.to_vec(), cells });
    }
}

/// What follows the name of a column of pictures in that of the column of their names.
const NAME: &str = ".path";

/// Calls the first column of pictures so that it is taken for what it is, and gives the rows ids that stay when the
/// table is sorted anew: the pictures' names, or what they hold.
fn name_holders(table: &impl Table, frame: &mut Frame, holders: &[usize]) -> Result<(), String> {
    let schema = table.schema();
    let taken = |at: &&usize| frame.field(schema.field(**at).name()).is_some();
    let Some(&first) = holders.iter().find(taken) else { return Ok(()) };
    let name = schema.field(first).name();
    let names: Vec<&str> = frame.fields.iter().map(|field| field.name.as_str()).collect();
    let guessed = roles::guess(&names);
    if guessed.id.is_none() {
        let called = frame.field(&format!("{name}{NAME}")).and_then(Field::texts);
        let ids = match called.filter(|names| are_ids(names)) {
            Some(names) => names.clone(),
            None => assemble::ids_by_content(table.hashes(first)?).ok_or(TooLarge.to_string())?,
        };
        frame.fields.insert(0, Field::text("id", ids));
    }
    if guessed.file.as_ref() != Some(name) {
        rename(frame, name, "file");
    }
    if frame.field("name").is_none() {
        rename(frame, &format!("{name}{NAME}"), "name");
    }
    Ok(())
}

fn rename(frame: &mut Frame, from: &str, to: &str) {
    for field in &mut frame.fields {
        if field.name == to {
            field.name = format!("{to} (column)");
        } else if field.name == from {
            to.clone_into(&mut field.name);
        }
    }
}

/// Whether each is there once.
fn are_ids(names: &TextColumn) -> bool {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().all(|name| !name.is_empty() && seen.insert(name))
}

/// The frame without rows that can't be used.
fn without(mut frame: Frame, bad: Bad) -> Frame {
    if bad.is_empty() {
        return frame;
    }
    let kept: Vec<u32> =
        (0..frame.rows as u32).filter(|&row| !bad.contains_key(&(row as usize))).collect();
    for (row, why) in bad {
        frame.left_out.push(row as u64 + 1, why);
    }
    frame.keep(Some(&kept))
}
