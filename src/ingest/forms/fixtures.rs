//! What the tests of the forms share: the committed files, and cells to compare.

use crate::ingest::frame::{Cells, Field, Frame};
use std::path::{Path, PathBuf};

/// A committed file that a tool wrote.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest").join(name)
}

/// A committed file as the program reads it, and the name of its form.
pub fn read(name: &str) -> (&'static str, Frame) {
    let (form, frame) = super::read_frame(&path(name)).unwrap();
    (form.name, frame)
}

/// A file of this content as the program reads it; the folder is left out of the message.
pub fn written(name: &str, bytes: &[u8]) -> Result<(&'static str, Frame), String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let read = super::read_frame(&path).map(|(form, frame)| (form.name, frame));
    read.map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

/// The names of all columns.
pub fn names(frame: &Frame) -> Vec<&str> {
    frame.fields.iter().map(|field| field.name.as_str()).collect()
}

/// The cells of a column of texts.
pub fn cells<'f>(frame: &'f Frame, name: &str) -> Vec<&'f str> {
    let texts = frame.field(name).and_then(Field::texts);
    texts.unwrap_or_else(|| panic!("no {name} among {:?}", names(frame))).iter().collect()
}

/// The numbers of a column of them, and how many a row has.
pub fn numbers<'f>(frame: &'f Frame, name: &str) -> (usize, &'f [f32]) {
    match frame.field(name).map(|field| &field.cells) {
        Some(Cells::Numbers { width, values }) => (*width, values),
        _ => panic!("no numbers in {name} among {:?}", names(frame)),
    }
}

/// Rows that were left out, as `line: reason`.
pub fn left_out(frame: &Frame) -> Vec<String> {
    assert_eq!(frame.left_out.count, frame.left_out.first.len());
    frame.left_out.first.iter().map(|(line, why)| format!("{line}: {why}")).collect()
}
