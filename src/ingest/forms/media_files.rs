//! The pictures and sounds below a folder, by their names.
//!
//! Invariant: no file is opened, and of links to folders only those of the first two levels are followed, so that no
//! walk goes round.

use crate::dataset::LeftOut;
use crate::ingest::IngestError;
use crate::media::{is_media, text};
use rayon::prelude::*;
use std::fs::{DirEntry, FileType};
use std::path::Path;

/// Levels of folders that are walked.
const DEEPEST: usize = 32;
/// Levels on which links to folders are followed: splits and classes.
const LINKED: usize = 2;

/// What is below a folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Pictures and sounds, relative to the folder, with `/` between names; in no order.
    pub files: Vec<String>,
    /// Those that can't be named.
    pub left_out: LeftOut,
    hidden: usize,
    others: Vec<String>,
    other_count: usize,
}

impl Found {
    /// What was not taken, in sentences.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.other_count > 0 {
            let names: Vec<_> = self.others.iter().map(|name| text::fit(name, 40)).collect();
            let more = if self.other_count > names.len() { ", …" } else { "" };
            let (count, names) = (self.other_count, names.join(", "));
            notes.push(format!(
                "files that are no pictures or sounds, not taken: {count} ({names}{more})"
            ));
        }
        if self.hidden > 0 {
            notes.push(format!("hidden files and folders, not taken: {}", self.hidden));
        }
        notes
    }

    fn add(&mut self, more: Self) {
        self.files.extend(more.files);
        self.left_out.append(more.left_out);
        self.hidden += more.hidden;
        self.other_count += more.other_count;
        self.others.extend(more.others);
        self.others.truncate(NAMED);
    }
}

/// Files that are no pictures or sounds and are named.
const NAMED: usize = 3;

/// Lists all pictures and sounds below a folder.
///
/// # Errors
/// A folder that can't be read.
pub(super) fn find(folder: &Path) -> Result<Found, IngestError> {
    walk(folder, "", 0)
}

fn walk(folder: &Path, prefix: &str, level: usize) -> Result<Found, IngestError> {
    let (mut found, mut folders) = (Found::default(), Vec::new());
    for entry in entries(folder)? {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            found.left_out.push(0, format!("a name that is not UTF-8: {}", name.to_string_lossy()));
            continue;
        };
        let kind = kind(&entry, level);
        let relative = || format!("{prefix}{name}");
        match kind {
            _ if name.starts_with('.') => found.hidden += 1,
            Some(kind) if kind.is_dir() && level < DEEPEST => folders.push(relative()),
            Some(kind) if kind.is_file() && is_media(Path::new(name)) => {
                found.files.push(relative());
            }
            _ => {
                found.other_count += 1;
                if found.others.len() < NAMED {
                    found.others.push(relative());
                }
            }
        }
    }
    folders.sort_unstable();
    let below = |relative: &String| {
        let name = relative.rsplit('/').next().unwrap_or_default();
        walk(&folder.join(name), &format!("{relative}/"), level + 1)
    };
    for more in folders.par_iter().map(below).collect::<Result<Vec<_>, _>>()? {
        found.add(more);
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>, IngestError> {
    let io = |e: std::io::Error| IngestError::io(folder, &e);
    std::fs::read_dir(folder).and_then(Iterator::collect).map_err(io)
}

/// What an entry is; what it leads to if it is a link that is followed.
fn kind(entry: &DirEntry, level: usize) -> Option<FileType> {
    let kind = entry.file_type().ok()?;
    if !kind.is_symlink() {
        return Some(kind);
    }
    let target = std::fs::metadata(entry.path()).ok()?.file_type();
    (target.is_file() || level < LINKED).then_some(target)
}

/// Entries that are looked at to tell whether there are pictures or sounds.
const LOOKED_AT: usize = 2000;

/// Whether there are pictures or sounds in a folder or the next levels, as far as a short look tells.
pub(super) fn is_there(folder: &Path) -> bool {
    let (mut left, mut folders) = (LOOKED_AT, vec![(folder.to_path_buf(), 0)]);
    while let Some((folder, level)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            left -= 1;
            if is_media(Path::new(&entry.file_name()))
                && kind(&entry, level).is_some_and(|k| k.is_file())
            {
                return true;
            }
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && level < 3 && kind(&entry, level).is_some_and(|kind| kind.is_dir()) {
                folders.push((entry.path(), level + 1));
            }
            if left == 0 {
                return false;
            }
        }
    }
    false
}
