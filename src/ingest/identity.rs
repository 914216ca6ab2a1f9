//! The columns that are an example, where no id, file or text names it.
//!
//! Invariant: what says which class it is, or was said to be, is none of them: corrected labels keep the decisions.

use super::ColumnNames;
use super::assemble::LABEL_COLUMNS;
use super::frame::{Field, Frame};
use crate::dataset::TextColumn;

/// The columns whose cells make the id of a row: those that the project names, if all are there; else all that are its
/// own.
pub fn own_cells<'f>(frame: &'f Frame, columns: &ColumnNames) -> Vec<&'f TextColumn> {
    let named = columns.id_of.iter().map(|name| frame.field(name)?.texts());
    let named: Option<Vec<_>> = named.collect();
    let all = || own(frame, columns).filter_map(Field::texts).collect();
    named.filter(|named| !named.is_empty()).unwrap_or_else(all)
}

/// The names of the columns that are the rows' own in every table, in the order of the first. The split is not among them:
/// rows may be split anew.
pub fn own_columns(tables: &[(&ColumnNames, &Frame)]) -> Vec<String> {
    let Some(((columns, first), others)) = tables.split_first() else { return Vec::new() };
    let everywhere = |field: &&Field| {
        let has = |(columns, frame): &(&ColumnNames, &Frame)| {
            own(frame, columns).any(|other| other.name == field.name)
        };
        others.iter().all(has)
    };
    let names = own(first, columns).filter(everywhere).map(|field| &field.name);
    names.filter(|name| columns.split.as_ref() != Some(name)).cloned().collect()
}

fn own<'f>(frame: &'f Frame, columns: &ColumnNames) -> impl Iterator<Item = &'f Field> {
    let said = [Some(&columns.label), columns.prediction.as_ref(), columns.confidence.as_ref()];
    let said = said.map(Option::<&String>::cloned);
    frame.fields.iter().filter(move |field| {
        let said = said.iter().flatten().any(|name| *name == field.name);
        !said && field.texts().is_some() && !LABEL_COLUMNS.contains(&field.name.as_str())
    })
}
