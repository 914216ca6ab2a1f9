//! Names of files as they are seen from another folder.

use std::path::{Component, Path, PathBuf};

/// From a folder that files are relative to, to one that a table of them will lie in.
#[derive(Debug)]
pub(super) struct Moved {
    /// What stands before each name; empty where the folders are the same.
    before: String,
}

impl Moved {
    /// Both folders are there; else names become whole paths.
    pub(super) fn new(from: &Path, to: &Path) -> Self {
        let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
        let (Ok(from), Ok(to)) = (whole(from), whole(to)) else {
            return Self { before: from.to_string_lossy().into_owned() };
        };
        let before = way(&to, &from).unwrap_or(from);
        Self { before: before.to_string_lossy().replace('\\', "/") }
    }

    /// The name of a file from the other folder. Whole paths and addresses stay as they are.
    pub(super) fn file(&self, name: &str) -> String {
        let stays = self.before.is_empty() || name.is_empty();
        if stays || Path::new(name).is_absolute() || name.contains("://") {
            return name.to_owned();
        }
        format!("{}/{name}", self.before)
    }
}

/// The way from one whole path to another; `None` where they have nothing in common, as on two drives.
fn way(from: &Path, to: &Path) -> Option<PathBuf> {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return None;
    }
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    Some(up.chain(to.components().skip(common)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_other_folder() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path
        };
        let named = |from: &str, to: &str| Moved::new(&at(from), &at(to)).file("x/1.png");
        assert_eq!(named("data", "data"), "x/1.png");
        assert_eq!(named("data", ""), "data/x/1.png");
        assert_eq!(named("", "out/deep"), "../../x/1.png");
        assert_eq!(named("data/a", "data/b"), "../a/x/1.png");
        let moved = Moved::new(&at("data"), &at("out"));
        for whole in ["/data/1.png", "https://example.org/1.png", ""] {
            assert_eq!(moved.file(whole), whole);
        }
    }
}
