//! The decisions of a project on disk: a journal of checksummed lines, and a sled database.
//!
//! Invariant: an event that [`Store::append`] acknowledged is in both, on the disk, and comes back
//! at the next opening even if one of the two is damaged or gone.

mod cursor;
mod database;
mod error;
mod files;
mod filters;
mod journal;
mod mend;

pub use cursor::Cursor;
pub use error::StoreError;
pub use filters::{keep_filters, load_filters};

use crate::dataset::Event;
use database::{Database, Failure};
use files::Lock;
use journal::{Journal, Log};
use mend::Mender;
use std::error::Error;
use std::path::{Path, PathBuf};

/// The store of one project, open for writing.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    /// `None` after sled failed; the journal then takes nothing either.
    database: Option<Database>,
    journal: Journal,
    next_seq: u64,
    /// Last, so that it is let go of when the files are closed.
    _lock: Lock,
}

/// A store that was just opened, and what was in it.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// All events, in order. Their numbers have gaps only where damage took decisions.
    pub events: Vec<Event>,
    /// What had to be mended: sentences for the person. Empty when all was well.
    pub repairs: Vec<String>,
}

/// What a reader gets that takes no lock.
#[derive(Debug)]
pub struct ReadOnly {
    /// All readable events, in order.
    pub events: Vec<Event>,
    /// What could not be read: sentences for the person.
    pub warnings: Vec<String>,
}

impl Store {
    /// Opens the store in `dir`, the project's `.gaffe` folder, made if missing; mends what is
    /// damaged.
    ///
    /// # Errors
    /// The project is open elsewhere, was written by a newer version, or can't be read or written.
    pub fn open(dir: &Path) -> Result<Opened, StoreError> {
        files::make_dir(dir)?;
        let lock = Lock::acquire(dir)?;
        let mut mender = Mender::new(dir);
        let (database, log) = mender.open()?;
        let store = Self {
            dir: dir.to_owned(),
            database: Some(database),
            journal: Journal::open(dir)?,
            next_seq: journal::after(&log),
            _lock: lock,
        };
        let events = log.into_values().map(|entry| entry.event).collect();
        Ok(Opened { store, events, repairs: mender.repairs })
    }

    /// Writes an event down. When this returns `Ok`, the event is on the disk, twice; when it
    /// fails, the journal is as it was before.
    ///
    /// # Errors
    /// The event does not follow the last one, or the disk is full or fails. If it was sled that
    /// failed, all later calls fail too, until the process has ended.
    pub fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        if event.seq != self.next_seq {
            return Err(StoreError::OutOfOrder { expected: self.next_seq, found: event.seq });
        }
        let json = serde_json::to_string(event).map_err(|source| StoreError::Encode { source })?;
        self.journal.append(&json)?;
        if let Some(database) = self.database.take() {
            match database.append(event, &json) {
                Ok(()) => self.database = Some(database),
                Err(failure) => return Err(self.give_up(database, failure)),
            }
        }
        self.next_seq += 1;
        Ok(())
    }

    /// All events, read back: the truth after a failed [`Store::append`].
    ///
    /// # Errors
    /// The journal can't be read, or was damaged or changed since it was opened.
    pub fn events(&self) -> Result<Vec<Event>, StoreError> {
        Ok(self.log()?.into_values().map(|entry| entry.event).collect())
    }

    fn log(&self) -> Result<Log, StoreError> {
        let scan = journal::scan(&self.dir)?;
        if scan.first_bad.is_none() && journal::after(&scan.log) == self.next_seq {
            return Ok(scan.log);
        }
        let line = scan.first_bad.unwrap_or(scan.lines + 1);
        Err(StoreError::Damaged { path: self.dir.join(journal::FILE), line })
    }

    /// After a failed write sled refuses all others, and neither can it be opened again here.
    fn give_up(&mut self, database: Database, failure: Failure) -> StoreError {
        database.abandon();
        let error = failure.into_error(&self.dir.join("store"));
        let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        self.journal.give_up(&reason);
        error
    }
}

/// Reads all events from the journal in `dir`, without a lock and without writing anything, so it
/// works beside a writer. No folder means no events.
///
/// # Errors
/// The journal can't be read, or was written by a newer version.
pub fn read(dir: &Path) -> Result<ReadOnly, StoreError> {
    let scan = journal::scan(dir)?;
    let warnings = scan.first_bad.map(|line| {
        format!(
            "{}: {} damaged, the first is line {line}; open the project for writing to mend it.",
            dir.join(journal::FILE).display(),
            scan.bad
        )
    });
    let events = scan.log.into_values().map(|entry| entry.event).collect();
    Ok(ReadOnly { events, warnings: warnings.into_iter().collect() })
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
