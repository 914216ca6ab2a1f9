//! Whether the files of examples are there and can be decoded, and what they hold.
//!
//! Invariant: as many decoded files in memory as there are cores.

use super::{LISTED, Watch};
use crate::dataset::{Examples, Media};
use crate::media;
use crate::project::{Project, ProjectError, Scoring};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Files that are looked at between two words of progress.
const PIECE: usize = 64;
/// Files that a glance takes in.
const GLANCE: usize = 5_000;

/// An example whose file is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Faulty {
    /// Its row.
    pub row: u32,
    /// Why.
    pub reason: String,
}

/// Examples whose files are none.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub first: Vec<Faulty>,
}

impl Faults {
    fn push(&mut self, row: usize, reason: String) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push(Faulty { row: row as u32, reason });
        }
    }
}

/// What was found of the files of a split.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Digests of what the files hold by row; empty where they were not read.
    pub digests: Vec<Option<u128>>,
    /// Files that are not there.
    pub missing: Faults,
    /// Files that can't be decoded.
    pub unreadable: Faults,
}

/// Files that are missing among those that were glanced at.
#[derive(Debug, Clone)]
pub struct Glance {
    /// How many were looked at, evenly spread.
    pub of: usize,
    /// How many of them are missing.
    pub missing: usize,
    /// The first of these.
    pub first: String,
}

enum Look {
    There(Option<u128>),
    Missing(String),
    Unreadable(String),
}

impl Project {
    /// Looks for the files of a split, 5,000 of them at most, without reading any. `None` where nothing is missing.
    ///
    /// # Errors
    /// No such split.
    pub fn glance_at_files(&self, examples: &Examples) -> Result<Option<Glance>, ProjectError> {
        let Some(files) = examples.media.files() else { return Ok(None) };
        let root = self.media_root(examples.split)?;
        let step = files.len().div_ceil(GLANCE).max(1);
        let rows: Vec<usize> = (0..files.len()).step_by(step).collect();
        let is_missing = |row: &&usize| media::find(&root.join(files.get(**row))).is_err();
        let missing: Vec<usize> = rows.par_iter().filter(is_missing).copied().collect();
        let first = missing.first().map(|&row| files.get(row).to_owned());
        Ok(first.map(|first| Glance { of: rows.len(), missing: missing.len(), first }))
    }

    /// Looks at every file of a split on all cores, and reads and decodes it if asked to. `None` when it was stopped.
    pub(super) fn look_at_files(
        &self,
        examples: &Examples,
        decode: bool,
        at: &mut Scoring,
        watch: &Watch<'_>,
    ) -> Result<Option<Looked>, ProjectError> {
        let mut looked = Looked::default();
        let Some(files) = examples.media.files() else { return Ok(Some(looked)) };
        let root = self.media_root(examples.split)?;
        let is_sound = matches!(examples.media, Media::Sound(_));
        for start in (0..files.len()).step_by(PIECE) {
            if watch.cancel.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let rows = start..files.len().min(start + PIECE);
            let one = |row: usize| look(&root, files.get(row), decode.then_some(is_sound));
            let looks: Vec<Look> = rows.clone().into_par_iter().map(one).collect();
            for (row, look) in rows.zip(looks) {
                let mut digest = None;
                at.done += 1;
                at.failed += usize::from(!matches!(look, Look::There(_)));
                match look {
                    Look::There(found) => digest = found,
                    Look::Missing(reason) => looked.missing.push(row, reason),
                    Look::Unreadable(reason) => looked.unreadable.push(row, reason),
                }
                if decode {
                    looked.digests.push(digest);
                }
            }
            (watch.tick)(*at);
        }
        Ok(Some(looked))
    }
}

/// Looks at a file; what it should be is told if it is to be decoded.
fn look(root: &Path, file: &str, sound: Option<bool>) -> Look {
    if file.is_empty() {
        return Look::Missing("no file is named".to_owned());
    }
    let path = root.join(file);
    match media::find(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Look::Missing(format!("{file}: no such file"));
        }
        Err(error) => return Look::Unreadable(format!("{file}: {error}")),
    }
    let Some(is_sound) = sound else { return Look::There(None) };
    let mut hash = Sha256::new();
    match media::examine(&path, is_sound, |bytes| hash.update(bytes)) {
        Ok(()) => Look::There(Some(half(hash))),
        Err(error) => Look::Unreadable(error.to_string()),
    }
}

/// A digest of texts; where one ends and the next begins counts.
pub(super) fn digest<'t>(texts: impl IntoIterator<Item = &'t str>) -> u128 {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    half(hash)
}

/// The first half of SHA-256: enough that no two contents of any data have the same.
fn half(hash: Sha256) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    u128::from_be_bytes(half)
}
