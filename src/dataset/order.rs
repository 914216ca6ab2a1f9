//! The orders in which examples are walked.

use serde::{Deserialize, Serialize};

/// The order in which errors are walked. It decides what a tally of them can claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// A seeded shuffle: the errors reviewed so far are a random sample of all.
    #[default]
    Random,
    /// Highest confidence first.
    Confident,
    /// Lowest confidence first.
    Hesitant,
    /// Highest loss of the label first.
    Loss,
    /// Smallest lead of the top class over the second first.
    Margin,
    /// Highest entropy of the prediction first.
    Entropy,
    /// Labels that fit worst first.
    LabelIssue,
    /// By cell of the confusion matrix, largest first.
    Cell,
    /// Where runs disagree most first.
    Disagreement,
    /// Nearest to one example first.
    Similar,
    /// Spread out over all kinds of examples.
    Diverse,
    /// As in the data.
    Data,
    /// Picked by hand: by a search, a mark, a jump or a page of the grid. No list is sorted by it.
    Picked,
}

impl Order {
    /// Those that a run alone gives, as the key cycles through them.
    pub const ALL: [Self; 9] = [
        Self::Random,
        Self::Confident,
        Self::Hesitant,
        Self::Loss,
        Self::Margin,
        Self::Entropy,
        Self::LabelIssue,
        Self::Cell,
        Self::Data,
    ];

    /// Those that need more than the run, and are asked for when the review is opened.
    pub const ON_REQUEST: [Self; 3] = [Self::Disagreement, Self::Similar, Self::Diverse];

    /// How it is called on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random order",
            Self::Confident => "confident first",
            Self::Hesitant => "hesitant first",
            Self::Loss => "highest loss first",
            Self::Margin => "smallest margin first",
            Self::Entropy => "highest entropy first",
            Self::LabelIssue => "doubtful labels first",
            Self::Cell => "by confusion",
            Self::Disagreement => "runs disagree first",
            Self::Similar => "most similar first",
            Self::Diverse => "diverse first",
            Self::Data => "order of the data",
            Self::Picked => "picked by hand",
        }
    }

    /// How it is called on the command line: the name it has in the journal, with hyphens.
    pub fn key(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Confident => "confident",
            Self::Hesitant => "hesitant",
            Self::Loss => "loss",
            Self::Margin => "margin",
            Self::Entropy => "entropy",
            Self::LabelIssue => "label-issue",
            Self::Cell => "cell",
            Self::Disagreement => "disagreement",
            Self::Similar => "similar",
            Self::Diverse => "diverse",
            Self::Data => "data",
            Self::Picked => "picked",
        }
    }

    /// The next one in [`Order::ALL`].
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|&o| o == self).unwrap_or(Self::ALL.len() - 1);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}
