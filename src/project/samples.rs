//! Examples as a model takes them.
//!
//! Invariant: nothing is read before it is asked for; a picture is held by whoever asked.

use super::{Project, ProjectError};
use crate::dataset::{Examples, Media};
use crate::media;
use crate::scoring::{Medium, Sample, Settings};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Table rows that a model is tried on.
const TRIAL: usize = 8;

/// The examples of a split, by row.
#[derive(Debug)]
pub struct Samples<'a> {
    examples: &'a Examples,
    /// The folder that files are relative to.
    root: PathBuf,
    /// Whether pictures are turned as their camera says.
    upright: bool,
}

impl<'a> Samples<'a> {
    /// The examples, with files relative to a folder.
    pub(super) fn new(examples: &'a Examples, root: PathBuf) -> Self {
        Self { examples, root, upright: false }
    }

    /// The same with pictures turned as their camera says, or not.
    #[must_use]
    pub fn turned(self, upright: bool) -> Self {
        Self { upright, ..self }
    }

    /// The example of a row.
    ///
    /// # Errors
    /// A file that can't be read, with its name.
    pub fn get(&self, row: usize) -> Result<Sample<'a>, String> {
        match &self.examples.media {
            Media::Picture(files) => picture(&self.root.join(files.get(row)), self.upright),
            Media::Sound(files) => sound(&self.root.join(files.get(row))),
            Media::Text(texts) => Ok(Sample::Text(texts.get(row))),
            Media::Row => Ok(Sample::Row(cells(self.examples, row).collect())),
        }
    }

    /// A copy of some examples that can be sent to another process; files by absolute names.
    ///
    /// # Errors
    /// A working folder that is gone.
    pub fn list(&self, rows: impl Iterator<Item = usize>) -> std::io::Result<SampleList> {
        Ok(match &self.examples.media {
            Media::Picture(files) => {
                let root = std::path::absolute(&self.root)?;
                SampleList::Pictures(rows.map(|row| root.join(files.get(row))).collect())
            }
            Media::Sound(files) => {
                let root = std::path::absolute(&self.root)?;
                SampleList::Sounds(rows.map(|row| root.join(files.get(row))).collect())
            }
            Media::Text(texts) => {
                SampleList::Texts(rows.map(|row| texts.get(row).to_owned()).collect())
            }
            Media::Row => {
                let owned = |row| cells(self.examples, row).map(str::to_owned).collect();
                SampleList::Rows(rows.map(owned).collect())
            }
        })
    }
}

/// Some examples that stand for themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleList {
    /// Picture files.
    Pictures(Vec<PathBuf>),
    /// Sound files.
    Sounds(Vec<PathBuf>),
    /// Texts.
    Texts(Vec<String>),
    /// The cells of table rows.
    Rows(Vec<Vec<String>>),
}

impl SampleList {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Pictures(files) | Self::Sounds(files) => files.len(),
            Self::Texts(texts) => texts.len(),
            Self::Rows(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The example at a place.
    ///
    /// # Errors
    /// A file that can't be read, with its name; a place that is not there.
    pub fn get(&self, at: usize) -> Result<Sample<'_>, String> {
        let found = match self {
            Self::Pictures(files) => files.get(at).map(|file| picture(file, false)),
            Self::Sounds(files) => files.get(at).map(|file| sound(file)),
            Self::Texts(texts) => texts.get(at).map(|text| Ok(Sample::Text(text))),
            Self::Rows(rows) => rows
                .get(at)
                .map(|cells| Ok(Sample::Row(cells.iter().map(String::as_str).collect()))),
        };
        found.unwrap_or_else(|| Err("there is no such example".to_owned()))
    }
}

impl Project {
    /// The examples of a split as a model takes them.
    ///
    /// # Errors
    /// A split that the project has no table of.
    pub fn samples<'a>(&self, examples: &'a Examples) -> Result<Samples<'a>, ProjectError> {
        Ok(Samples { examples, root: self.media_root(examples.split)?, upright: false })
    }

    /// What is asked of a model of this project: class probabilities of examples like these.
    pub fn model_settings(&self, examples: &Examples) -> Settings {
        let classes = self.classes().names().to_vec();
        let preprocess = self.config().preprocess.clone();
        let columns = examples.metadata.iter().map(|column| column.name.clone());
        let columns = columns.collect();
        let trial = match &examples.media {
            Media::Row => (0..examples.len())
                .take(TRIAL)
                .map(|row| cells(examples, row).map(str::to_owned).collect())
                .collect(),
            _ => Vec::new(),
        };
        Settings { columns, trial, ..Settings::new(medium(&examples.media), preprocess, classes) }
    }
}

fn medium(media: &Media) -> Medium {
    match media {
        Media::Picture(_) => Medium::Picture,
        Media::Sound(_) => Medium::Sound,
        Media::Text(_) => Medium::Text,
        Media::Row => Medium::Row,
    }
}

fn picture<'a>(file: &Path, upright: bool) -> Result<Sample<'a>, String> {
    let decoded = if upright { media::decode_upright(file) } else { media::decode(file) };
    decoded.map(Sample::Picture).map_err(|e| e.to_string())
}

fn sound<'a>(file: &Path) -> Result<Sample<'a>, String> {
    media::decode_sound(file).map(Sample::Sound).map_err(|e| e.to_string())
}

fn cells(examples: &Examples, row: usize) -> impl Iterator<Item = &str> {
    examples.metadata.iter().map(move |column| column.cells.get(row))
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
