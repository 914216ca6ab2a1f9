//! What the tests of the forms share: fixtures, and the cells of a frame.

use super::read_frame;
use crate::ingest::frame::{Cells, Frame};
use crate::media;
use std::path::{Path, PathBuf};

/// A file or folder that a real tool wrote.
pub fn fixture(family: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest").join(family).join(name)
}

/// The cells of a column of texts.
pub fn texts<'f>(frame: &'f Frame, name: &str) -> Vec<&'f str> {
    let there: Vec<&str> = frame.fields.iter().map(|field| field.name.as_str()).collect();
    let field = frame.field(name).unwrap_or_else(|| panic!("no {name:?}: {there:?}"));
    field.texts().unwrap().iter().collect()
}

/// The numbers of a column, with how many a row has.
pub fn numbers<'f>(frame: &'f Frame, name: &str) -> (usize, &'f [f32]) {
    match &frame.field(name).unwrap().cells {
        Cells::Numbers { width, values } => (*width, values),
        Cells::Text(cells) => panic!("{name} is text: {:?}", cells.get(0)),
    }
}

/// Which of the fixtures' pictures a cell shows.
pub fn shown(root: &Path, cell: &str) -> usize {
    let picture =
        media::decode(&root.join(cell)).unwrap_or_else(|error| panic!("{error}")).to_rgb8();
    assert_eq!((picture.width(), picture.height()), (4, 3));
    usize::from(picture.get_pixel(0, 0).0[0] / 10)
}

/// Why a file of these bytes is refused: a line, and at most one more.
pub fn refused(name: &str, bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let error = read_frame(&path).map(|(form, _)| form.name).unwrap_err().to_string();
    assert!(error.lines().count() <= 2 && error.contains(name), "{error}");
    error
}
