//! The one shape of error for a filter: what is wrong, where in its text, and what to do about it.

use std::fmt;
use std::ops::Range;

/// Characters of a person's own text that a message repeats.
const LONGEST: usize = 40;

/// Why a filter can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Where: bytes of the text, between characters.
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl FilterError {
    pub(super) fn new(
        at: Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { at, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n  {}", self.remedy) }
    }
}

impl std::error::Error for FilterError {}

/// A person's text as a message repeats it: in backquotes, and not for ever.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => format!("`{text}`"),
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
    }
}
