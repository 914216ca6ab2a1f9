//! Opening: compares the journal with the database and mends whichever is behind.
//!
//! Invariant: the journal is mended before the database, so that being stopped at any point loses
//! nothing; and nothing is thrown away: damaged files go to `damaged-<unix seconds>/`.

use super::StoreError;
use super::database::{Contents, Database, Failure};
use super::error::{reading, writing};
use super::files::sync_dir;
use super::journal::{self, Log, Scan};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Mends the files of one project.
#[derive(Debug)]
pub(super) struct Mender<'a> {
    dir: &'a Path,
    store: PathBuf,
    damaged: Option<PathBuf>,
    /// What was mended, one sentence each.
    pub(super) repairs: Vec<String>,
}

impl<'a> Mender<'a> {
    pub(super) fn new(dir: &'a Path) -> Self {
        Self { dir, store: dir.join("store"), damaged: None, repairs: Vec::new() }
    }

    /// Brings journal and database to the union of both.
    pub(super) fn open(&mut self) -> Result<(Database, Log), StoreError> {
        let mut scan = journal::scan(self.dir)?;
        let mut log = std::mem::take(&mut scan.log);
        let in_journal = log.len();
        let (database, contents) = self.open_database()?;
        contents.fill(&mut log);
        self.mend_journal(&scan, in_journal, &log)?;
        self.tell_about_database(database.existed, &contents, &log);
        let database = self.settle(database, &contents, &log)?;
        Ok((database, log))
    }

    fn open_database(&mut self) -> Result<(Database, Contents), StoreError> {
        let reason = match self.try_database() {
            Err(Failure::Damaged(reason)) => reason,
            result => return result.map_err(|f| f.into_error(&self.store)),
        };
        // A bad snapshot is only a short cut: sled replays its log without it.
        if self.set_snapshots_aside()? {
            match self.try_database() {
                Ok(opened) => {
                    let aside = self.aside()?;
                    self.tell(format!(
                        "The store's snapshot was damaged; it was moved to {}.",
                        aside.display()
                    ));
                    return Ok(opened);
                }
                // What sled left running when it panicked can keep its lock.
                Err(Failure::Damaged(_) | Failure::Other(StoreError::Locked { .. })) => {}
                Err(Failure::Other(error)) => return Err(error),
            }
        }
        self.start_anew(&reason)
    }

    fn try_database(&self) -> Result<(Database, Contents), Failure> {
        let database = Database::open(&self.store)?;
        match database.contents() {
            Ok(contents) => Ok((database, contents)),
            Err(failure) => {
                database.close();
                Err(failure)
            }
        }
    }

    /// Sets the database aside and opens an empty one.
    fn start_anew(&mut self, reason: &str) -> Result<(Database, Contents), StoreError> {
        let aside = self.aside()?.join("store");
        fs::rename(&self.store, &aside).map_err(writing(&self.store))?;
        self.tell(format!(
            "The store was damaged ({}); it was moved to {} and built again from the journal.",
            reason.lines().next().unwrap_or_default(),
            aside.display()
        ));
        self.try_database().map_err(|f| f.into_error(&self.store))
    }

    /// Makes the database hold exactly `log`.
    fn settle(
        &mut self,
        database: Database,
        contents: &Contents,
        log: &Log,
    ) -> Result<Database, StoreError> {
        if contents.agrees_with(log) {
            return Ok(database);
        }
        // sled can open damaged files as if all were well, so what was written is read back.
        let reason = match database.replace(log).and_then(|()| database.contents()) {
            Ok(now) if now.agrees_with(log) => return Ok(database),
            Ok(_) => "it does not keep what it is given".to_owned(),
            Err(Failure::Damaged(reason)) => reason,
            Err(Failure::Other(error)) => {
                database.abandon();
                return Err(error);
            }
        };
        database.abandon();
        let (database, _) = self.start_anew(&reason)?;
        if let Err(failure) = database.replace(log) {
            database.abandon();
            return Err(failure.into_error(&self.store));
        }
        Ok(database)
    }

    fn mend_journal(
        &mut self,
        scan: &Scan,
        in_journal: usize,
        log: &Log,
    ) -> Result<(), StoreError> {
        let from_store = log.len() - in_journal;
        if !scan.exists {
            if !log.is_empty() {
                journal::rewrite(self.dir, log)?;
                self.tell("The journal was missing; it was written again from the store.");
            } else if self.damaged.is_some() {
                self.tell("The journal was missing too, so no decision could be read.");
            }
            return Ok(());
        }
        if scan.is_intact() && from_store == 0 {
            return Ok(());
        }
        let aside = self.aside()?.join(journal::FILE);
        journal::copy(self.dir, &aside)?;
        journal::rewrite(self.dir, log)?;
        let faults = faults(scan, from_store);
        self.tell(format!(
            "The journal {faults}; it was written again, and the old one is {}.",
            aside.display()
        ));
        let lost = scan.lost(log);
        if lost > 0 {
            self.tell(format!(
                "{} could not be read from the journal or the store; all others are there.",
                count(lost, "decision")
            ));
        }
        Ok(())
    }

    fn tell_about_database(&mut self, existed: bool, contents: &Contents, log: &Log) {
        if !existed {
            if !log.is_empty() && self.repairs.is_empty() {
                self.tell("The store was missing; it was built again from the journal.");
            }
            return;
        }
        let (missing, different) = (contents.missing(log), contents.different(log));
        if missing > 0 {
            let missing = count(missing, "decision");
            self.tell(format!("The store lacked {missing}; the journal had what was missing."));
        }
        if different > 0 {
            let different = count(different, "decision");
            self.tell(format!(
                "The store and the journal differed in {different}; the journal was followed."
            ));
        }
        if missing + different == 0 && !contents.agrees_with(log) {
            self.tell("The store's state did not follow from the decisions; it was built again.");
        }
    }

    /// Moves sled's snapshots aside; whether there were any.
    fn set_snapshots_aside(&mut self) -> Result<bool, StoreError> {
        let mut found = false;
        for file in fs::read_dir(&self.store).map_err(reading(&self.store))? {
            let file = file.map_err(reading(&self.store))?;
            if file.file_name().as_encoded_bytes().starts_with(b"snap.") {
                let to = self.aside()?.join(file.file_name());
                fs::rename(file.path(), &to).map_err(writing(&to))?;
                found = true;
            }
        }
        Ok(found)
    }

    /// The folder for what is damaged, made when it is first needed.
    fn aside(&mut self) -> Result<PathBuf, StoreError> {
        if let Some(aside) = &self.damaged {
            return Ok(aside.clone());
        }
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut aside = self.dir.join(format!("damaged-{seconds}"));
        let mut n = 1;
        loop {
            match fs::create_dir(&aside) {
                Ok(()) => break,
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                    n += 1;
                    aside = self.dir.join(format!("damaged-{seconds}-{n}"));
                }
                Err(e) => return Err(writing(&aside)(e)),
            }
        }
        sync_dir(self.dir)?;
        Ok(self.damaged.insert(aside).clone())
    }

    fn tell(&mut self, sentence: impl Into<String>) {
        self.repairs.push(sentence.into());
    }
}

/// What was wrong with the journal, to follow "The journal".
fn faults(scan: &Scan, from_store: usize) -> String {
    let mut faults = Vec::new();
    if let Some(line) = scan.first_bad {
        faults.push(format!("had {} (first: {line})", count(scan.bad, "damaged line")));
    }
    if scan.misplaced > 0 {
        faults.push(format!("had {} out of order", count(scan.misplaced, "line")));
    }
    if scan.torn {
        faults.push("ended in an unfinished line".to_owned());
    }
    if from_store > 0 {
        faults.push(format!("lacked {} that the store had", count(from_store, "decision")));
    }
    faults.join(" and ")
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
