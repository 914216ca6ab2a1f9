//! The cells of Arrow arrays as texts, as people write them.
//!
//! Invariant: a cell that is null gives an empty text; a whole number has no point, whatever type holds it.

use crate::dataset::TextColumn;
use crate::ingest::layout::TooLarge;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use std::fmt::{Display, LowerExp, Write};

/// Appends the cells of an array.
///
/// # Errors
/// A column past 4 GiB, or cells that no text can be made of.
pub(super) fn push_texts(array: &ArrayRef, into: &mut TextColumn) -> Result<(), String> {
    match array.data_type() {
        DataType::Utf8 => push_all(array.as_string::<i32>().iter(), into),
        DataType::LargeUtf8 => push_all(array.as_string::<i64>().iter(), into),
        DataType::Utf8View => push_all(array.as_string_view().iter(), into),
        DataType::Null => push_all((0..array.len()).map(|_| None), into),
        DataType::Boolean => {
            let name = |is: bool| if is { "true" } else { "false" };
            push_all(array.as_boolean().iter().map(|cell| cell.map(name)), into)
        }
        DataType::UInt64 => push_shown(array.as_primitive::<UInt64Type>().iter(), into),
        kind if kind.is_integer() => {
            let cells = to(array, &DataType::Int64)?;
            push_shown(cells.as_primitive::<Int64Type>().iter(), into)
        }
        DataType::Float64 => {
            let cells = array.as_primitive::<Float64Type>().iter();
            push_shown(cells.map(|cell| cell.filter(|x| !x.is_nan()).map(Short)), into)
        }
        DataType::Float16 | DataType::Float32 => {
            let cells = to(array, &DataType::Float32)?;
            let cells = cells.as_primitive::<Float32Type>().iter();
            push_shown(cells.map(|cell| cell.filter(|x| !x.is_nan()).map(Short)), into)
        }
        DataType::Dictionary(_, of) => push_texts(&to(array, of)?, into),
        DataType::RunEndEncoded(_, of) => push_texts(&to(array, of.data_type())?, into),
        DataType::List(of) | DataType::LargeList(of) | DataType::FixedSizeList(of, _)
            if of.data_type().is_string() =>
        {
            push_lists(&to(array, &DataType::LargeList(of.clone()))?, into)
        }
        _ => push_formatted(array, into),
    }
}

/// Lists of texts, as JSON: what a text holds must not end it.
fn push_lists(lists: &ArrayRef, into: &mut TextColumn) -> Result<(), String> {
    for list in lists.as_list::<i64>() {
        let text = list.map(|list| {
            let list = to(&list, &DataType::LargeUtf8)?;
            let texts: Vec<_> = list.as_string::<i64>().iter().collect();
            serde_json::to_string(&texts).map_err(|e| e.to_string())
        });
        let text = text.transpose()?.unwrap_or_default();
        into.push(&text).map_err(|_| TooLarge.to_string())?;
    }
    Ok(())
}

fn to(array: &ArrayRef, kind: &DataType) -> Result<ArrayRef, String> {
    cast(array, kind).map_err(|e| e.to_string())
}

fn push_all<'a>(
    cells: impl Iterator<Item = Option<&'a str>>,
    into: &mut TextColumn,
) -> Result<(), String> {
    for cell in cells {
        into.push(cell.unwrap_or_default()).map_err(|_| TooLarge.to_string())?;
    }
    Ok(())
}

fn push_shown<T: Display>(
    cells: impl Iterator<Item = Option<T>>,
    into: &mut TextColumn,
) -> Result<(), String> {
    let mut text = String::new();
    for cell in cells {
        text.clear();
        if let Some(cell) = cell {
            write!(text, "{cell}").map_err(|e| e.to_string())?;
        }
        into.push(&text).map_err(|_| TooLarge.to_string())?;
    }
    Ok(())
}

/// Dates, times, decimals, lists and all else.
fn push_formatted(array: &ArrayRef, into: &mut TextColumn) -> Result<(), String> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &options).map_err(|e| e.to_string())?;
    let mut text = String::new();
    for row in 0..array.len() {
        text.clear();
        formatter.value(row).write(&mut text).map_err(|e| e.to_string())?;
        into.push(&text).map_err(|_| TooLarge.to_string())?;
    }
    Ok(())
}

/// A number as it is written shortest.
struct Short<T>(T);

impl<T: Display + LowerExp + Copy + Into<f64>> Display for Short<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.0.into().abs();
        let plain = size == 0.0 || (1e-5..1e16).contains(&size) || size.is_infinite();
        if plain { write!(f, "{}", self.0) } else { write!(f, "{:e}", self.0) }
    }
}

/// Appends indices of classes as their names; one below 0 is none, one that has no name stays a number.
///
/// # Errors
/// A column past 4 GiB, or cells that are no whole numbers.
pub(super) fn push_classes(
    array: &ArrayRef,
    names: &[String],
    into: &mut TextColumn,
) -> Result<(), String> {
    if !array.data_type().is_integer() {
        return push_texts(array, into);
    }
    let cells = to(array, &DataType::Int64)?;
    for cell in cells.as_primitive::<Int64Type>() {
        let index = cell.and_then(|cell| usize::try_from(cell).ok());
        let pushed = match index.map(|index| names.get(index).ok_or(index)) {
            Some(Ok(name)) => into.push(name).is_ok(),
            Some(Err(index)) => into.push(&index.to_string()).is_ok(),
            None => into.push("").is_ok(),
        };
        if !pushed {
            return Err(TooLarge.to_string());
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "arrow_texts_tests.rs"]
mod tests;
