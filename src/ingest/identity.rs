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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_columns_make_the_id_as_long_as_all_are_there() {
        let field = |name: &str| {
            let mut cells = TextColumn::default();
            cells.push(name).unwrap();
            Field::text(name, cells)
        };
        let fields = ["new", "b", "label", "a", "new_label"].map(field).to_vec();
        let frame = Frame { rows: 1, fields, ..Frame::default() };
        let cells = |id_of: &[&str]| {
            let id_of = id_of.iter().map(|name| (*name).to_owned()).collect();
            let columns = ColumnNames { label: "label".into(), id_of, ..ColumnNames::default() };
            let cells = own_cells(&frame, &columns);
            cells.into_iter().map(|cells| cells.get(0).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(cells(&["a", "b"]), ["a", "b"]);
        assert_eq!(cells(&["a", "gone"]), ["new", "b", "a"]);
        assert_eq!(cells(&[]), ["new", "b", "a"]);
    }
}
