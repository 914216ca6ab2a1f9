//! What can go wrong with the store.
//!
//! Invariant: every message names the file and says what the person can do about it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why the store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the project open for writing.
    #[error(
        "{}: the project is open in another gaffe\n  \
         close it; until then tally, errors, show, compare and export can be used",
        .dir.display()
    )]
    Locked {
        /// The project's `.gaffe` folder.
        dir: PathBuf,
    },
    /// The folder or file may not be written.
    #[error(
        "{}: can't be written ({source}); make it writable, or use read-only commands",
        .path.display()
    )]
    ReadOnly {
        /// What may not be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system failed to read or write; a full disk is one of these.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store has a later layout than this program knows.
    #[error(
        "{}: the store has version {found} and this gaffe knows version {known}; update gaffe",
        .path.display()
    )]
    Newer {
        /// The sled folder.
        path: PathBuf,
        /// The version of the store.
        found: u64,
        /// The version of this program.
        known: u64,
    },
    /// A journal line has a right checksum, but is no event that this program knows.
    #[error(
        "{}, line {line}: written by a newer gaffe ({source}); update gaffe",
        .path.display()
    )]
    UnknownEvent {
        /// The journal.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What could not be understood.
        source: serde_json::Error,
    },
    /// The journal was damaged or changed while the project was open.
    #[error(
        "{}, line {line}: damaged or changed by another program; open the project again to mend it",
        .path.display()
    )]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The first line that is not as it was, counted from 1.
        line: u64,
    },
    /// The event does not follow the last one.
    #[error("event {found} was to be written where event {expected} belongs; nothing was written")]
    OutOfOrder {
        /// The number that the next event must have.
        expected: u64,
        /// The number that it had.
        found: u64,
    },
    /// The event can't be written as JSON.
    #[error("the change can't be written as JSON ({source}); nothing was written")]
    Encode {
        /// Why.
        source: serde_json::Error,
    },
    /// sled failed.
    #[error("{}: the store failed ({reason}); the last change was not saved", .path.display())]
    Database {
        /// The sled folder.
        path: PathBuf,
        /// What sled said.
        reason: String,
    },
    /// An earlier write failed in a way after which nothing more can be written safely.
    #[error(
        "{}: nothing is saved since a write failed ({reason}); close gaffe and open it again",
        .path.display()
    )]
    Closed {
        /// The journal.
        path: PathBuf,
        /// Why the write failed.
        reason: String,
    },
}

/// For `map_err` on a read of `path`.
pub(super) fn reading(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Io { path: path.to_owned(), source }
}

/// For `map_err` on a write to `path`.
pub(super) fn writing(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path: path.to_owned(), source }
        }
        _ => StoreError::Io { path: path.to_owned(), source },
    }
}
