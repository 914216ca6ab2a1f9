//! Where a key is pressed: what is on the screen, or on top of it.

use serde::{Deserialize, Serialize};

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Context {
    /// Looking at an error.
    Review,
    /// Looking at a page of thumbnails.
    Grid,
    /// Looking at a screen that decides.
    Board,
    /// Looking at the queue of label issues.
    Labels,
    /// Typing a note, a name or a number.
    Prompt,
    /// Choosing a class, a tag or a command by typing.
    Picker,
    /// Typing a filter.
    Find,
    /// Reading the keys, the progress or the guards.
    Help,
    /// Looking at the last decisions.
    History,
    /// Looking at the taxonomy.
    Tags,
    /// Asking the model about an example.
    WhatIf,
    /// Saying what is to be decided on many examples: the keys of the review, until one decides.
    Choose,
    /// Confirming what concerns many examples.
    Confirm,
    /// Reading the card of the first start: any key closes it.
    Card,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Review,
        Self::Grid,
        Self::Board,
        Self::Labels,
        Self::Prompt,
        Self::Picker,
        Self::Find,
        Self::Help,
        Self::History,
        Self::Tags,
        Self::WhatIf,
        Self::Choose,
        Self::Confirm,
        Self::Card,
    ];

    /// Its name in a keymap.
    pub fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Grid => "grid",
            Self::Board => "board",
            Self::Labels => "labels",
            Self::Prompt => "prompt",
            Self::Picker => "picker",
            Self::Find => "find",
            Self::Help => "help",
            Self::History => "history",
            Self::Tags => "tags",
            Self::WhatIf => "whatif",
            Self::Choose => "choose",
            Self::Confirm => "confirm",
            Self::Card => "card",
        }
    }

    /// The one of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }

    /// Whether a character that has no command here is text that is typed.
    pub fn is_field(self) -> bool {
        matches!(self, Self::Prompt | Self::Picker | Self::Find)
    }
}
