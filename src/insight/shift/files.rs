//! Two sets of files given by hand, without a project.

use super::sets::{Data, Set, Sets};
use crate::dataset::ClassNames;
use crate::ingest::{IngestError, Probs, read_embeddings, read_labels, read_probs};
use crate::insight::{class_names, classes_of, tops};
use anyhow::Result;
use std::path::Path;
use std::sync::Arc;

/// What is known of one set.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// Class probabilities.
    pub probs: &'a Path,
    /// Labels, of both sets or of none.
    pub labels: Option<&'a Path>,
    /// Embeddings, of both sets or of none.
    pub embeddings: Option<&'a Path>,
}

impl Sets {
    /// Reads both; `classes` is a file of their names.
    ///
    /// # Errors
    /// Files that can't be read, or don't belong together.
    pub fn of_files([from, to]: [Files<'_>; 2], classes: Option<&Path>) -> Result<Self> {
        let (first, second) = (read_probs(from.probs)?, read_probs(to.probs)?);
        let (cols, other) = (first.shape().1, second.shape().1);
        if cols != other {
            let what = format!("{other} columns, but {} has {cols}", from.probs.display());
            let remedy = "both must be of the same model and classes";
            return Err(IngestError::new(to.probs, what, remedy).into());
        }
        let classes = class_names(classes, cols)?;
        let notes = match from.labels {
            Some(_) => vec![],
            None => vec!["labels: give --from-labels and --to-labels".to_owned()],
        };
        let (first, second) = (read(from, &first, &classes)?, read(to, &second, &classes)?);
        let title = format!("{} → {}", first.name, second.name);
        Ok(Self { title, first, second, classes, notes, from_train: false })
    }
}

fn read(files: Files<'_>, probs: &Probs, classes: &ClassNames) -> Result<Set> {
    let path = files.probs;
    let tops = tops(path, probs)?;
    let n = tops.len();
    let labels = files.labels.map(|file| labels_of(file, path, n, classes)).transpose()?;
    let data = Data {
        labels,
        predictions: Some(classes_of(&tops)),
        confidence: Some(tops.iter().map(|top| top.map_or(f64::NAN, |(_, p)| p)).collect()),
        embeddings: files.embeddings.map(|path| read_embeddings(path, n)).transpose()?,
        ..Data::default()
    };
    Ok(Set { name: path.display().to_string(), rows: None, data: Arc::new(data), filter: None })
}

fn labels_of(file: &Path, probs: &Path, rows: usize, classes: &ClassNames) -> Result<Vec<u32>> {
    let labels = read_labels(file, classes)?;
    if labels.len() != rows {
        let what = format!("{} labels, but {} has {rows} rows", labels.len(), probs.display());
        return Err(IngestError::new(file, what, "give one label for each row").into());
    }
    Ok(labels)
}
