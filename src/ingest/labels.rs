//! A list of labels without a table: `.npy` of class indices, or text with one label a line.

use super::{IngestError, read_indices};
use crate::dataset::ClassNames;
use std::path::Path;

/// Reads one label an example: from a `.npy` the class index, else one name or index a line.
///
/// # Errors
/// A file that can't be read, or a label that is no class: with the line.
pub fn read_labels(path: &Path, classes: &ClassNames) -> Result<Vec<u32>, IngestError> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")) {
        return read_indices(path, classes.len());
    }
    let text = std::fs::read_to_string(path).map_err(|e| IngestError::io(path, &e))?;
    let indices = !classes.names().iter().any(|name| name.parse::<u64>().is_ok());
    let class = |(line, label): (u64, &str)| class(path, line, label.trim(), classes, indices);
    (1..).zip(text.lines()).map(class).collect()
}

/// Indices are taken only where no class is called by a number: else "1" could mean two classes.
fn class(
    path: &Path,
    line: u64,
    label: &str,
    classes: &ClassNames,
    indices: bool,
) -> Result<u32, IngestError> {
    let index = || label.parse().ok().filter(|&k: &u32| indices && (k as usize) < classes.len());
    classes.index(label).or_else(index).ok_or_else(|| {
        let what = format!("{label:?} is none of the {} classes", classes.len());
        let or_index = if indices { " or index" } else { "" };
        let remedy = format!("write one class name{or_index} a line, without a header");
        IngestError::new(path, what, remedy).at(line)
    })
}

/// Reads class names, one a line.
///
/// # Errors
/// A file that can't be read, is empty, or names a class twice.
pub fn read_class_names(path: &Path) -> Result<ClassNames, IngestError> {
    let text = std::fs::read_to_string(path).map_err(|e| IngestError::io(path, &e))?;
    let names = text.lines().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    ClassNames::new(names.collect())
        .map_err(|e| IngestError::new(path, e.to_string(), "write one class name a line"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_indices_are_read_and_the_wrong_line_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let (names, labels) = (dir.path().join("classes.txt"), dir.path().join("y.txt"));
        std::fs::write(&names, "cat\ndog\n").unwrap();
        let classes = read_class_names(&names).unwrap();
        std::fs::write(&labels, "dog\n0\n").unwrap();
        assert_eq!(read_labels(&labels, &classes).unwrap(), [1, 0]);
        std::fs::write(&labels, "dog\nlorry\n").unwrap();
        let refused = read_labels(&labels, &classes).unwrap_err().to_string();
        assert!(refused.contains("y.txt:2") && refused.contains("lorry"), "{refused}");
        // classes called by numbers: 0 could be an index, 1 a name
        std::fs::write(&names, "1\n2\n").unwrap();
        let numbered = read_class_names(&names).unwrap();
        std::fs::write(&labels, "1\n0\n").unwrap();
        assert!(read_labels(&labels, &numbered).unwrap_err().to_string().contains("y.txt:2"));
        std::fs::write(&names, "cat\ncat\n").unwrap();
        assert!(read_class_names(&names).unwrap_err().to_string().contains("twice"));
    }
}
