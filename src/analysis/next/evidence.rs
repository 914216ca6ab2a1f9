//! What is known when the next step is chosen. A field that is `None` is not known; an empty list was
//! looked for and not found.

use crate::analysis::bottleneck::{Bottleneck, Errors};
use crate::analysis::calibration::Temperature;
use crate::analysis::{Basis, Comparison, Proportion};

/// All evidence on one run's errors on one split.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The run.
    pub run: String,
    /// Its errors on dev under the effective labels.
    pub dev: Errors,
    /// Whether these are not all examples of dev: then gaps between sets say nothing of them.
    pub is_part: bool,
    /// The review of its errors.
    pub tally: Option<TallyEvidence>,
    /// Slices that err more than the rest, and were confirmed.
    pub slices: Option<Vec<SliceEvidence>>,
    /// Labels that are probably wrong.
    pub label_issues: Option<LabelIssueEvidence>,
    /// The temperature that fits dev best.
    pub calibration: Option<Temperature>,
    /// The gaps between human, train, train-dev, dev and test error.
    pub bottleneck: Option<Bottleneck>,
    /// What moved between train and dev, the strongest first.
    pub shift: Option<Vec<String>>,
    /// The run that came before this one, and what changed.
    pub compare: Option<ComparedRuns>,
    /// The data that the model was fitted on.
    pub train: Option<TrainData>,
    /// What the project's goal asks.
    pub goal: Option<GoalEvidence>,
    /// Screens whose numbers are still being computed.
    pub pending: Vec<Screen>,
}

/// A screen that shows numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// Kinds of error.
    Tally,
    /// Classes and their pairs.
    Confusion,
    /// Where the errors are.
    Slices,
    /// Labels that are probably wrong.
    LabelIssues,
    /// Confidence against accuracy.
    Calibration,
    /// Gaps between error levels.
    Bottleneck,
    /// Two runs.
    Compare,
    /// Train against dev.
    Shift,
    /// The metric to optimise and the thresholds.
    Goal,
}

impl Screen {
    /// How it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tally => "tally",
            Self::Confusion => "confusion",
            Self::Slices => "slices",
            Self::LabelIssues => "label issues",
            Self::Calibration => "calibration",
            Self::Bottleneck => "bottleneck",
            Self::Compare => "compare",
            Self::Shift => "shift",
            Self::Goal => "goal",
        }
    }
}

/// A tally with its names looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct TallyEvidence {
    /// Errors to review.
    pub errors: usize,
    /// Those that were.
    pub reviewed: usize,
    /// Those of them that a random walk came upon.
    pub drawn: usize,
    /// What shares and ceilings mean.
    pub basis: Basis,
    /// The kinds that can be solved.
    pub kinds: Vec<KindEvidence>,
}

/// What a kind of error is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// A tag with this name.
    Tag(String),
    /// The verdict "label wrong".
    LabelWrong,
    /// The verdict "both acceptable".
    BothAcceptable,
}

/// One kind of error.
#[derive(Debug, Clone, PartialEq)]
pub struct KindEvidence {
    /// Which.
    pub kind: ErrorKind,
    /// The same as a filter of the review.
    pub filter: String,
    /// Reviewed errors of it.
    pub count: usize,
    /// Its share of the errors.
    pub share: Proportion,
    /// Dev error if all of it were solved.
    pub ceiling: Proportion,
}

/// One slice.
#[derive(Debug, Clone, PartialEq)]
pub struct SliceEvidence {
    /// `capture=blurry ∧ label=Shirt`.
    pub name: String,
    /// The same as a filter of the review, where it can be written as one.
    pub filter: Option<String>,
    /// Its errors.
    pub slice: Errors,
    /// Errors in the slice and outside of it, on examples that it was not found on.
    pub honest: [Errors; 2],
}

/// Label issues, by whether a person looked at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelIssueEvidence {
    /// Flagged, an error now, and not reviewed.
    pub open: usize,
    /// Flagged and reviewed.
    pub reviewed: usize,
    /// Those of them whose label was wrong.
    pub wrong: usize,
}

/// The run that came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRuns {
    /// Its name.
    pub before: String,
    /// From it to this run.
    pub comparison: Comparison,
}

/// The training data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainData {
    /// Examples with a label.
    pub examples: usize,
    /// Classes of the project.
    pub classes: usize,
    /// Classes with few training examples.
    pub rare: Vec<RareClass>,
}

/// A class with few training examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RareClass {
    /// Its name.
    pub name: String,
    /// The dev examples with this label, as a filter of the review.
    pub filter: String,
    /// Training examples that have it.
    pub train: usize,
    /// Dev errors among examples with this label.
    pub class: Errors,
    /// Dev errors among all others.
    pub rest: Errors,
}

/// What is asked of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GoalEvidence {
    /// The dev error that it may have at most.
    pub most_error: Option<f64>,
    /// Thresholds that it does not keep.
    pub unmet: Vec<Unmet>,
}

/// A threshold that is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Which, and the value there is, in a sentence.
    pub text: String,
    /// The slice it is on, as a filter of the review.
    pub filter: Option<String>,
}
