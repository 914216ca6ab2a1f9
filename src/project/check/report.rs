//! What a check of a project's data tells.
//!
//! Invariant: a finding counts all cases and names the first of them.

use crate::analysis::Proportion;
use crate::analysis::class_lists::OtherList;
use crate::dataset::Split;
use serde::Serialize;
use std::path::PathBuf;

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// The project's name.
    pub project: String,
    /// The classes in their order.
    pub classes: Vec<String>,
    /// The splits that were checked.
    pub splits: Vec<SplitCheck>,
    /// The runs on these.
    pub runs: Vec<RunCheck>,
    /// Whether files were read and decoded.
    pub decoded: bool,
    /// What is wrong or strange, serious things first.
    pub findings: Vec<Finding>,
}

impl Check {
    /// How many findings are serious.
    pub fn serious(&self) -> usize {
        self.findings.iter().filter(|finding| finding.serious).count()
    }
}

/// A split's table.
#[derive(Debug, Clone, Serialize)]
pub struct SplitCheck {
    /// The split.
    pub split: Split,
    /// Its table.
    pub table: PathBuf,
    /// What is looked at: picture, sound, text or row.
    pub shows: &'static str,
    /// Rows that are examples.
    pub examples: usize,
    /// Rows that are none.
    pub left_out: usize,
    /// Examples of each class, K.
    pub per_class: Vec<usize>,
}

/// A run on a split.
#[derive(Debug, Clone, Serialize)]
pub struct RunCheck {
    /// The run.
    pub run: String,
    /// The split.
    pub split: Split,
    /// Examples with a prediction.
    pub predicted: usize,
    /// Examples without.
    pub without: usize,
    /// The share of predictions that are the gold label.
    pub accuracy: Option<Proportion>,
    /// What is to be known of where its probabilities come from.
    pub notes: Vec<String>,
    /// A list of the classes by which the predictions make more sense.
    pub other_list: Option<OtherList>,
}

/// Kinds of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Rows that can't be read.
    UnreadableRow,
    /// Rows of a table of several splits that belong to none.
    NoSplit,
    /// Rows without a gold label.
    NoLabel,
    /// Rows whose label is no class.
    UnknownClass,
    /// Rows without an id.
    NoId,
    /// Rows whose id another has.
    DuplicateId,
    /// Files that are not there.
    MissingFile,
    /// Files that can't be decoded.
    UnreadableFile,
    /// Texts without a letter.
    EmptyText,
    /// The same content again in a split.
    Duplicate,
    /// The same content in two splits.
    Leakage,
    /// The same content under two labels.
    TwoLabels,
    /// A run that can't be used.
    UnusableRun,
    /// Predictions that make more sense by another list of the classes.
    ClassOrder,
    /// Examples without a prediction.
    NoPrediction,
    /// A journal of decisions that is damaged.
    Journal,
    /// Decisions that follow files to another folder.
    Moved,
    /// Decisions on examples that are not there.
    Unmatched,
}

impl Kind {
    /// Whether it makes numbers wrong, or examples unseen that should be there.
    pub fn is_serious(self) -> bool {
        use Kind::{Duplicate, EmptyText, Moved, NoLabel, NoPrediction, NoSplit, Unmatched};
        !matches!(
            self,
            NoSplit | NoLabel | EmptyText | Duplicate | NoPrediction | Moved | Unmatched
        )
    }
}

/// Something that is wrong or strange.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// Whether `--strict` minds it.
    pub serious: bool,
    /// Where, if it is a matter of one split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    /// Of which run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// How many cases.
    pub count: usize,
    /// In a sentence; the second line says what to do.
    pub what: String,
    /// The first cases.
    pub first: Vec<Case>,
}

impl Finding {
    pub(super) fn new(kind: Kind, count: usize, what: impl Into<String>) -> Self {
        let (serious, what) = (kind.is_serious(), what.into());
        Self { kind, serious, split: None, run: None, count, what, first: vec![] }
    }

    pub(super) fn on(mut self, split: Split) -> Self {
        self.split = Some(split);
        self
    }

    pub(super) fn of(mut self, run: &str) -> Self {
        self.run = Some(run.to_owned());
        self
    }

    pub(super) fn with(mut self, first: Vec<Case>) -> Self {
        self.first = first;
        self
    }
}

/// A case of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Case {
    /// The file and line, where it is no example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
    /// The example with the same content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Example>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An example of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Its split.
    pub split: Split,
    /// Its id.
    pub id: String,
    /// Its gold label, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Case {
    /// On a line.
    pub fn describe(&self) -> String {
        let label = |e: &Example| e.label.as_ref().map_or(String::new(), |l| format!(" ({l})"));
        let example = |e: &Example| format!("{} {}{}", e.split, e.id, label(e));
        let at = self.place.clone().or_else(|| self.example.as_ref().map(example));
        let mut line = at.unwrap_or_default();
        if let Some(other) = &self.other {
            line = format!("{line} = {}", example(other));
        }
        match &self.reason {
            Some(reason) if line.is_empty() => reason.clone(),
            Some(reason) => format!("{line}: {reason}"),
            None => line,
        }
    }
}
