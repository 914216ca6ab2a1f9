//! Folders that `save_to_disk` of Hugging Face's `datasets` makes: `state.json` lists Arrow streams; `dataset_dict.json`
//! lists the splits, each a folder of its own.
//!
//! Source: `datasets` 4, `Dataset.save_to_disk` and `DatasetDict.save_to_disk`. Invariant: only files below the folder
//! are read, whatever the lists say.

use super::Sight;
use super::arrow_ipc::ArrowTable;
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;

const STATE: &str = "state.json";
const SPLITS: &str = "dataset_dict.json";

#[derive(Deserialize)]
struct State {
    #[serde(rename = "_data_files")]
    data_files: Vec<DataFile>,
    #[serde(rename = "_split", default)]
    split: Option<String>,
}

#[derive(Deserialize)]
struct DataFile {
    filename: String,
}

#[derive(Deserialize)]
struct Splits {
    splits: Vec<String>,
}

/// Whether it is such a folder.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let has = |name| sight.path.join(name).is_file();
    sight.is_folder && (has(SPLITS) || has(STATE) && has("dataset_info.json"))
}

/// Reads the rows of a folder, of all splits one after another.
///
/// # Errors
/// A list or a file that can't be read, or no row in any of them.
pub fn read(folder: &Path) -> Result<Frame, IngestError> {
    let mut table = ArrowTable::default();
    if folder.join(SPLITS).is_file() {
        let path = folder.join(SPLITS);
        let list: Splits = list(&path)?;
        for split in &list.splits {
            add(
                &mut table,
                &folder.join(inside(&path, split)?),
                &format!("{split}/"),
                Some(split.as_str()),
            )?;
        }
    } else {
        add(&mut table, folder, "", None)?;
    }
    table.frame(folder)
}

fn add(
    table: &mut ArrowTable,
    folder: &Path,
    prefix: &str,
    split: Option<&str>,
) -> Result<(), IngestError> {
    let path = folder.join(STATE);
    let state: State = list(&path)?;
    let split = split.or(state.split.as_deref()).unwrap_or_default();
    for DataFile { filename } in &state.data_files {
        let file = folder.join(inside(&path, filename)?);
        table.add(&file, &format!("{prefix}{filename}"), split)?;
    }
    Ok(())
}

/// A name in a list, if it is one of a file or folder beside the list.
fn inside<'n>(list: &Path, name: &'n str) -> Result<&'n str, IngestError> {
    let plain = Path::new(name).file_name().is_some_and(|file| file == name);
    let what = || format!("it lists {name:?}, which is no name of a file beside it");
    if plain { Ok(name) } else { Err(IngestError::new(list, what(), "save the dataset again")) }
}

fn list<T: DeserializeOwned>(path: &Path) -> Result<T, IngestError> {
    let text = std::fs::read_to_string(path).map_err(|e| IngestError::io(path, &e))?;
    serde_json::from_str(&text).map_err(|e| {
        let what = format!("not what save_to_disk writes: {e}");
        IngestError::new(path, what, "save the dataset again").at(e.line() as u64)
    })
}

#[cfg(test)]
#[path = "hf_folder_tests.rs"]
mod tests;
