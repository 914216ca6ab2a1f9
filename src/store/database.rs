//! The sled database: the events, and the current review of each example.
//!
//! Trees: `events` (number, big-endian → the event's JSON), `state` (example id → review as JSON;
//! no entry when nothing is decided), `meta` (schema version). Invariant: `events` and `state`
//! change in one transaction. sled can panic on damaged files, so every call to it is guarded.

use super::StoreError;
use super::error::writing;
use super::journal::{Entry, Log};
use crate::dataset::{Event, Review};
use sled::transaction::{TransactionError, Transactional};
use sled::{Batch, Db, IVec, Tree};
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::fs::File;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The layout described above.
const SCHEMA: u64 = 1;
const SCHEMA_KEY: &[u8] = b"schema";
const CACHE_BYTES: u64 = 64 << 20;
/// sled's threads may hold its lock for a moment after it was closed.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// Why a call to sled failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The files are damaged: they can be built again from the journal.
    Damaged(String),
    /// Anything else: the files must be left alone.
    Other(StoreError),
}

impl Failure {
    pub(super) fn into_error(self, path: &Path) -> StoreError {
        match self {
            Self::Damaged(reason) => StoreError::Database { path: path.to_owned(), reason },
            Self::Other(error) => error,
        }
    }
}

/// Everything that is in the database.
#[derive(Debug)]
pub(super) struct Contents {
    events: BTreeMap<u64, IVec>,
    state: HashMap<IVec, IVec>,
}

impl Contents {
    /// How many events of `log` are absent.
    pub(super) fn missing(&self, log: &Log) -> usize {
        log.keys().filter(|seq| !self.events.contains_key(seq)).count()
    }

    /// How many events of `log` are there with another text.
    pub(super) fn different(&self, log: &Log) -> usize {
        let text = |seq| self.events.get(seq).map(|json| &**json);
        log.iter().filter(|(seq, e)| text(seq).is_some_and(|t| t != e.json.as_bytes())).count()
    }

    /// Whether the database holds `log`, no more and no less.
    pub(super) fn agrees_with(&self, log: &Log) -> bool {
        self.events.len() == log.len()
            && self.missing(log) == 0
            && self.different(log) == 0
            && self.has_state_of(log)
    }

    fn has_state_of(&self, log: &Log) -> bool {
        let expected = fold(log);
        let same = |(id, json): (&IVec, &IVec)| {
            // As values: a later version may write the same review with other words.
            let review = serde_json::from_slice::<Review>(json).ok();
            str::from_utf8(id).is_ok_and(|id| expected.get(id).copied() == review.as_ref())
        };
        self.state.len() == expected.len() && self.state.iter().all(same)
    }

    /// Adds the events that `log` lacks.
    pub(super) fn fill(&self, log: &mut Log) {
        for (&seq, json) in &self.events {
            if !log.contains_key(&seq) {
                log.extend(entry(seq, json).map(|entry| (seq, entry)));
            }
        }
    }
}

fn entry(seq: u64, json: &[u8]) -> Option<Entry> {
    let json = String::from_utf8(json.to_vec()).ok()?;
    let event: Event = serde_json::from_str(&json).ok()?;
    (event.seq == seq).then_some(Entry { json, event })
}

/// The review of each example after the last event.
fn fold(log: &Log) -> HashMap<String, &Review> {
    let mut state = HashMap::new();
    for change in log.values().flat_map(|entry| &entry.event.changes) {
        if change.after.is_empty() {
            state.remove(&change.key());
        } else {
            state.insert(change.key(), &change.after);
        }
    }
    state
}

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    events: Tree,
    state: Tree,
    db: Db,
    /// sled's log: sled itself never asks the disk to keep it.
    log: File,
    /// Whether the files were there before.
    pub(super) existed: bool,
}

impl Database {
    /// Opens the database in the folder `path`; made if missing.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let give_up = Instant::now() + LOCK_WAIT;
        loop {
            match Self::try_open(path) {
                Err(Failure::Other(StoreError::Locked { .. })) if Instant::now() < give_up => {
                    sleep(Duration::from_millis(20));
                }
                result => return result,
            }
        }
    }

    fn try_open(path: &Path) -> Result<Self, Failure> {
        let config = sled::Config::new().path(path).cache_capacity(CACHE_BYTES);
        let (db, events, state, meta) = guard(path, || {
            let db = config.open()?;
            let trees = (db.open_tree("events")?, db.open_tree("state")?, db.open_tree("meta")?);
            Ok((db, trees.0, trees.1, trees.2))
        })?;
        let log = File::options()
            .write(true)
            .open(path.join("db"))
            .map_err(|e| Failure::Other(writing(path)(e)))?;
        let existed = db.was_recovered();
        let database = Self { path: path.to_owned(), events, state, db, log, existed };
        database.check_schema(&meta)?;
        Ok(database)
    }

    fn check_schema(&self, meta: &Tree) -> Result<(), Failure> {
        let Some(found) = guard(&self.path, || meta.get(SCHEMA_KEY))? else {
            guard(&self.path, || meta.insert(SCHEMA_KEY, &SCHEMA.to_be_bytes()))?;
            return self.sync();
        };
        match number(&found) {
            Some(found) if found > SCHEMA => Err(Failure::Other(StoreError::Newer {
                path: self.path.clone(),
                found,
                known: SCHEMA,
            })),
            Some(_) => Ok(()),
            None => Err(Failure::Damaged("its version can't be read".to_owned())),
        }
    }

    /// Reads everything.
    pub(super) fn contents(&self) -> Result<Contents, Failure> {
        let (events, state) = guard(&self.path, || {
            let events: Vec<(IVec, IVec)> = self.events.iter().collect::<Result<_, _>>()?;
            Ok((events, self.state.iter().collect::<Result<_, _>>()?))
        })?;
        let events = events.into_iter().map(|(key, json)| Some((number(&key)?, json)));
        match events.collect() {
            Some(events) => Ok(Contents { events, state }),
            None => Err(Failure::Damaged("an event has no number".to_owned())),
        }
    }

    /// Adds one event; it is on the disk when this returns.
    pub(super) fn append(&self, event: &Event, json: &str) -> Result<(), Failure> {
        let mut changes = Vec::with_capacity(event.changes.len());
        for change in &event.changes {
            changes.push((change.key(), encode(&change.after)?));
        }
        guard(&self.path, || {
            let done = (&self.events, &self.state).transaction(|(events, state)| {
                events.insert(&event.seq.to_be_bytes(), json)?;
                for (id, review) in &changes {
                    match review {
                        Some(review) => state.insert(id.as_bytes(), review.as_slice())?,
                        None => state.remove(id.as_bytes())?,
                    };
                }
                Ok(())
            });
            done.map_err(|e: TransactionError<Infallible>| match e {
                TransactionError::Storage(e) => e,
                TransactionError::Abort(never) => match never {},
            })
        })?;
        self.sync()
    }

    /// Makes the database hold exactly `log`.
    pub(super) fn replace(&self, log: &Log) -> Result<(), Failure> {
        let mut events = Batch::default();
        let mut state = Batch::default();
        guard(&self.path, || {
            for key in self.events.iter().keys() {
                events.remove(key?);
            }
            for id in self.state.iter().keys() {
                state.remove(id?);
            }
            Ok(())
        })?;
        for (seq, entry) in log {
            events.insert(&seq.to_be_bytes(), entry.json.as_str());
        }
        for (id, review) in fold(log) {
            if let Some(json) = encode(review)? {
                state.insert(id.as_bytes(), json);
            }
        }
        guard(&self.path, || {
            self.events.apply_batch(events)?;
            self.state.apply_batch(state)
        })?;
        self.sync()
    }

    /// Closes it after a failed read; sled can panic here too.
    pub(super) fn close(self) {
        let closed = catch_unwind(AssertUnwindSafe(|| drop(self)));
        // Nothing was written, so nothing can be lost.
        drop(closed);
    }

    /// Leaves it open for good after a failed write: to close it, sled may wait without end for
    /// what could not be written. Its lock is held until the process ends.
    pub(super) fn abandon(self) {
        std::mem::forget(self);
    }

    fn sync(&self) -> Result<(), Failure> {
        guard(&self.path, || self.db.flush())?;
        self.log.sync_data().map_err(|e| Failure::Other(writing(&self.path)(e)))
    }
}

/// The text of a review, or `None` when nothing is decided.
fn encode(review: &Review) -> Result<Option<Vec<u8>>, Failure> {
    let json = (!review.is_empty()).then(|| serde_json::to_vec(review)).transpose();
    json.map_err(|source| Failure::Other(StoreError::Encode { source }))
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

fn guard<T>(path: &Path, work: impl FnOnce() -> sled::Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|e| failure(path, e)),
        Err(panic) => Err(Failure::Damaged(message(&*panic))),
    }
}

fn failure(path: &Path, error: sled::Error) -> Failure {
    use ErrorKind::{InvalidData, InvalidInput, NotFound, Other, StorageFull, UnexpectedEof};
    let sled::Error::Io(source) = error else {
        return Failure::Damaged(error.to_string());
    };
    match source.kind() {
        Other if source.to_string().contains("could not acquire lock") => {
            let dir = path.parent().unwrap_or(path).to_owned();
            Failure::Other(StoreError::Locked { dir })
        }
        // Short files and missing parts. A full or failing disk is none of these.
        InvalidData | InvalidInput | NotFound | Other | UnexpectedEof => {
            Failure::Damaged(source.to_string())
        }
        // sled passes this one on in the words of a programmer.
        StorageFull => Failure::Other(writing(path)(StorageFull.into())),
        _ => Failure::Other(writing(path)(source)),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no reason given").to_owned()
}
