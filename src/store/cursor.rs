//! Where the person was, so that the next start returns there.
//!
//! Invariant: losing it is no loss: it is not synced, and a damaged file counts as none.

use super::StoreError;
use super::files::{make_dir, replace};
use crate::dataset::{Order, Split};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::Path;

const FILE: &str = "cursor.json";

/// The example that was looked at last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The run whose errors were walked.
    pub run: String,
    /// The split.
    pub split: Split,
    /// The order of the walk.
    pub order: Order,
    /// The example.
    pub id: String,
}

impl Cursor {
    /// The cursor kept in `dir`, the project's `.gaffe` folder. `None` when there is none or it
    /// can't be read.
    pub fn load(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(dir.join(FILE)).ok()?).ok()
    }

    /// Keeps the cursor in `dir`; it survives the end of the process, not that of the machine.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(&self, dir: &Path) -> Result<(), StoreError> {
        make_dir(dir)?;
        replace(&dir.join(FILE), |file| file.write_all(&serde_json::to_vec(self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(id: &str) -> Cursor {
        Cursor { run: "base".into(), split: Split::Dev, order: Order::Confident, id: id.into() }
    }

    #[test]
    fn the_last_cursor_comes_back_and_leaves_one_file() {
        let project = tempfile::tempdir().unwrap();
        let dir = project.path().join(".gaffe");
        assert_eq!(Cursor::load(&dir), None);
        cursor("a").save(&dir).unwrap();
        cursor("b\n\"é").save(&dir).unwrap();
        assert_eq!(Cursor::load(&dir), Some(cursor("b\n\"é")));
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_cursor_is_none_and_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        cursor("a").save(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() / 2]).unwrap();
        assert_eq!(Cursor::load(dir.path()), None);
        cursor("a").save(dir.path()).unwrap();
        assert_eq!(Cursor::load(dir.path()), Some(cursor("a")));
    }
}
