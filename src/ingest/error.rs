//! The one shape of error for everything that is read.

use crate::media::text;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Columns of the longest line that is quoted from data.
const LONGEST: usize = 300;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestError {
    file: PathBuf,
    line: Option<u64>,
    what: String,
    remedy: String,
}

impl IngestError {
    /// Something is wrong with `file`; `remedy` says what the user can do (may be empty).
    pub fn new(file: &Path, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        // Data can be long: a message is read by a person.
        let short = |part: String| part.lines().map(|l| text::fit(l, LONGEST)).collect::<Vec<_>>();
        let (what, remedy) = (short(what.into()).join(" "), short(remedy.into()).join("\n  "));
        Self { file: file.into(), line: None, what, remedy }
    }

    /// Something is wrong with `file`; `why` says what on its first line, and what to do on the others.
    pub fn told(file: &Path, why: &str) -> Self {
        let (what, remedy) = why.split_once('\n').unwrap_or((why, ""));
        Self::new(file, what, remedy)
    }

    /// The system refused to read or write `file`.
    pub fn io(file: &Path, error: &std::io::Error) -> Self {
        let missing = || file.parent().filter(|dir| !dir.as_os_str().is_empty() && !dir.exists());
        match error.kind() {
            ErrorKind::NotFound => match missing() {
                Some(dir) => Self::new(file, format!("no such folder: {}", dir.display()), ""),
                None => Self::new(file, "no such file", ""),
            },
            ErrorKind::IsADirectory => Self::new(file, "a folder, where a file should be", ""),
            ErrorKind::InvalidData => Self::new(file, "not UTF-8 text", "save it as UTF-8"),
            _ => Self::new(file, error.to_string(), ""),
        }
    }

    /// `text`, the content of `file`, is no TOML of the form that is asked for.
    pub fn toml(file: &Path, text: &str, error: &toml::de::Error, remedy: &str) -> Self {
        let refused = Self::new(file, error.message(), remedy);
        match error.span() {
            Some(span) => refused.at(line_of(text, span.start)),
            None => refused,
        }
    }

    /// The same, at a line (from 1).
    #[must_use]
    pub fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, with something to do about it if nothing was said yet.
    #[must_use]
    pub fn or_remedy(mut self, remedy: &str) -> Self {
        if self.remedy.is_empty() {
            remedy.clone_into(&mut self.remedy);
        }
        self
    }
}

/// The line, from 1, of the byte `at` in `text`.
pub fn line_of(text: &str, at: usize) -> u64 {
    1 + text.bytes().take(at).filter(|&b| b == b'\n').count() as u64
}

impl fmt::Display for IngestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "\n  {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for IngestError {}
