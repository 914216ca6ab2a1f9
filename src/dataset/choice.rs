//! A decision that is not yet about any example: what a key, a macro, or the decision made last
//! would say of one example or of many.

use super::{Difficulty, TagId, Verdict};

/// Who is right, or which class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Who is right, between the label and the prediction of each example.
    Verdict(Verdict),
    /// The right class, by its index; the verdict follows for each example.
    Class(u32),
}

/// A whole decision: answer, tags and marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Who or what is right; `None` leaves that as it is.
    pub answer: Option<Answer>,
    /// Tags to put on.
    pub tags: Vec<TagId>,
    /// Tags to take off.
    pub untag: Vec<TagId>,
    /// How hard it is; `None` leaves that as it is.
    pub difficulty: Option<Difficulty>,
    /// Whether it is flagged; `None` leaves that as it is.
    pub flagged: Option<bool>,
}

impl Choice {
    /// An answer alone.
    pub fn of(answer: Answer) -> Self {
        Self { answer: Some(answer), ..Self::default() }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
