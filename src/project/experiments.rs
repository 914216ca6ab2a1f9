//! The journal of experiments on disk: `gaffe-log.jsonl` beside `gaffe.toml`, for a team to share
//! through version control.
//!
//! Invariant: a line is added whole or not at all, and what stands in the file already is never
//! changed, not even a line that can't be read.

use super::{Project, ProjectError, now};
use crate::analysis::{TwoRuns, effective_labels, next};
use crate::dataset::experiment::{CostLine, Entry, Fields, Journal, Line, Measured};
use crate::dataset::{Ledger, Split, stable_hash};
use crate::export::write_whole;
use crate::ingest::IngestError;
use jiff::{SignedDuration, Timestamp};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The name of the file.
pub const LOG_FILE: &str = "gaffe-log.jsonl";

/// Held while a line is added: the file itself is replaced by then.
const LOCK_FILE: &str = "log.lock";

/// What version control leaves at conflicts.
const CONFLICT: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct ExperimentLog {
    /// The experiments and costs.
    pub journal: Journal,
    /// Lines that can't be used, each with its place and what to do.
    pub problems: Vec<IngestError>,
}

/// A change of the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum LogEdit {
    /// None: only read it.
    Read,
    /// Start an experiment.
    Start(Box<Fields>),
    /// Set fields of the experiment with this id.
    Update(String, Box<Fields>),
    /// Set what the intervention with this key costs in days; `None` takes it back.
    Cost(String, Option<f64>),
}

/// The file.
#[derive(Debug, Clone)]
pub struct LogFile {
    path: PathBuf,
    lock: PathBuf,
}

impl LogFile {
    /// The file in a folder, with its lock in another.
    pub fn in_dir(dir: &Path, data_dir: &Path) -> Self {
        Self { path: dir.join(LOG_FILE), lock: data_dir.join(LOCK_FILE) }
    }

    /// Reads it; without a file it is empty.
    ///
    /// # Errors
    /// A file that can't be read. Lines that can't be used are no error: the others are.
    pub fn read(&self) -> Result<ExperimentLog, ProjectError> {
        let (lines, problems) = parse(&self.path, &bytes(&self.path)?);
        Ok(ExperimentLog { journal: Journal::of(lines), problems })
    }

    /// Makes a change, and gives the id of the experiment that it is about.
    ///
    /// # Errors
    /// Values that make no sense, or a file that can't be written; then nothing is changed.
    pub fn edit(&self, who: &str, edit: LogEdit) -> Result<String, ProjectError> {
        match edit {
            LogEdit::Read => Ok(String::new()),
            LogEdit::Start(fields) => self.append(|lines, at| {
                let id = fresh_id(lines, at, who, &fields);
                (entry(id.clone(), at, who, *fields), id)
            }),
            LogEdit::Update(id, fields) => self.append(|lines, at| {
                let same = |line: &&Line| matches!(line, Line::Experiment(e) if e.id == id);
                let at = after(at, lines.iter().filter(same));
                (entry(id.clone(), at, who, *fields), id)
            }),
            LogEdit::Cost(key, days) => self.append(|lines, at| {
                let same = |line: &&Line| matches!(line, Line::Cost(c) if c.cost == key);
                let at = after(at, lines.iter().filter(same));
                let line = CostLine { cost: key, days, at, who: who.to_owned() };
                (Line::Cost(line), String::new())
            }),
        }
    }

    /// Adds the line that `make` makes of the lines there are and the time.
    fn append(
        &self,
        make: impl FnOnce(&[Line], Timestamp) -> (Line, String),
    ) -> Result<String, ProjectError> {
        let path = &self.path;
        let _lock = self.lock()?;
        let mut text = bytes(path)?;
        let (lines, _) = parse(path, &text);
        let at = i64::try_from(now()).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let (line, id) = make(&lines, at.unwrap_or_default());
        line.check().map_err(|what| IngestError::new(path, what, "nothing was written"))?;
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        let whole = |out: &mut dyn Write| {
            out.write_all(&text)?;
            writeln!(out, "{line}")
        };
        write_whole(path, whole)
            .map_err(|e: io::Error| IngestError::io(path, &e).or_remedy("nothing was changed"))?;
        Ok(id)
    }

    /// Held until it is dropped: one writes at a time.
    fn lock(&self) -> Result<File, ProjectError> {
        let locked = || {
            self.lock.parent().map_or(Ok(()), fs::create_dir_all)?;
            let file = File::options().create(true).truncate(false).write(true).open(&self.lock)?;
            file.lock()?;
            Ok(file)
        };
        locked().map_err(|e: io::Error| IngestError::io(&self.lock, &e).into())
    }
}

impl Project {
    /// The journal of experiments.
    pub fn log(&self) -> LogFile {
        LogFile::in_dir(self.root(), &self.data_dir())
    }

    /// What changed on dev from the run `before` to the run `after`, under the effective labels.
    ///
    /// # Errors
    /// No such run, or data that can't be used.
    pub fn measure(
        &self,
        before: &str,
        after: &str,
        ledger: &Ledger,
    ) -> Result<Measured, ProjectError> {
        let examples = self.examples(Split::Dev)?;
        let before = self.run(before, Split::Dev, &examples)?;
        let after = self.run(after, Split::Dev, &examples)?;
        let labels = effective_labels(&examples.gold, &self.relabels(&examples, ledger));
        let (before, after) = (before.predictions(), after.predictions());
        Ok(next::measured(&TwoRuns { labels: &labels, before, after }.compare()))
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, ProjectError> {
    match fs::read(path) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(vec![]),
        Err(e) => Err(IngestError::io(path, &e).into()),
    }
}

/// The lines that can be used, and what is wrong with the others.
fn parse(path: &Path, text: &[u8]) -> (Vec<Line>, Vec<IngestError>) {
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for (number, bytes) in (1..).zip(text.split(|&byte| byte == b'\n')) {
        let line = String::from_utf8_lossy(bytes);
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let refused = if CONFLICT.iter().any(|mark| line.starts_with(mark)) {
            let remedy = "keep the lines of both sides, and delete the three marks";
            Some(("a mark of a merge conflict".to_owned(), remedy))
        } else {
            let remedy = "correct the line or delete it; the others are used";
            Line::parse(line).map(|line| lines.push(line)).err().map(|what| (what, remedy))
        };
        let at = |(what, remedy)| IngestError::new(path, what, remedy).at(number);
        problems.extend(refused.map(at));
    }
    (lines, problems)
}

fn entry(id: String, at: Timestamp, who: &str, fields: Fields) -> Line {
    Line::Experiment(Box::new(Entry { id, at, who: who.to_owned(), fields }))
}

/// `at`, but later than all of `lines`: clocks differ, and the latest line wins.
fn after<'a>(at: Timestamp, lines: impl Iterator<Item = &'a Line>) -> Timestamp {
    let latest = lines.map(Line::at).max();
    let next = latest.and_then(|t| t.checked_add(SignedDuration::from_millis(1)).ok());
    next.map_or(at, |next| next.max(at))
}

/// The day and a short hash, such as `2026-01-31-5f2a90`.
fn fresh_id(lines: &[Line], at: Timestamp, who: &str, fields: &Fields) -> String {
    let taken = |id: &String| lines.iter().any(|l| matches!(l, Line::Experiment(e) if e.id == *id));
    let day: String = at.to_string().chars().take(10).collect();
    let named = |salt: u64| {
        let about = entry(salt.to_string(), at, who, fields.clone()).to_string();
        format!("{day}-{:06x}", stable_hash(about.bytes()) & 0xff_ffff)
    };
    let mut salt = 0;
    while taken(&named(salt)) {
        salt += 1;
    }
    named(salt)
}

#[cfg(test)]
#[path = "experiments_tests.rs"]
mod tests;
