//! The filters that have names.
//!
//! Invariant: written whole or not at all; a damaged file is told, and is not written over.

use super::StoreError;
use super::files::{make_dir, replace};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const FILE: &str = "filters.json";

/// The filters kept in `dir`, the project's `.gaffe` folder, by name.
///
/// # Errors
/// A file that can't be read.
pub fn load_filters(dir: &Path) -> Result<BTreeMap<String, String>, StoreError> {
    let path = dir.join(FILE);
    let failed = |source| StoreError::Io { path: path.clone(), source };
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|e| failed(e.into())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(e) => Err(failed(e)),
    }
}

/// Keeps the filters in `dir`.
///
/// # Errors
/// The file can't be written.
pub fn keep_filters(dir: &Path, filters: &BTreeMap<String, String>) -> Result<(), StoreError> {
    make_dir(dir)?;
    let text = serde_json::to_vec_pretty(filters)
        .map_err(|e| StoreError::Io { path: dir.join(FILE), source: e.into() })?;
    replace(&dir.join(FILE), |file| file.write_all(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_come_back_and_a_damaged_file_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(load_filters(dir.path()).unwrap().is_empty());
        let filters = BTreeMap::from([("shirts".to_owned(), "gold:\"Shi rt\"".to_owned())]);
        keep_filters(dir.path(), &filters).unwrap();
        assert_eq!(load_filters(dir.path()).unwrap(), filters);
        fs::write(dir.path().join(FILE), b"{").unwrap();
        assert!(load_filters(dir.path()).unwrap_err().to_string().contains(FILE));
    }
}
