//! The one line that says what happened last.

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Something to know.
    #[default]
    Hint,
    /// A decision on its way to the store.
    Saving,
    /// A decision in the store.
    Saved,
    /// Something went wrong.
    Trouble,
}

/// What happened last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// What kind.
    pub tone: Tone,
    /// What happened.
    pub text: String,
}

impl Status {
    /// Something to know.
    pub fn hint(text: impl Into<String>) -> Self {
        Self { tone: Tone::Hint, text: text.into() }
    }

    /// A decision on its way.
    pub fn saving(text: impl Into<String>) -> Self {
        Self { tone: Tone::Saving, text: text.into() }
    }

    /// Something went wrong.
    pub fn trouble(text: impl Into<String>) -> Self {
        Self { tone: Tone::Trouble, text: text.into() }
    }

    /// What was on its way has arrived.
    pub(super) fn confirm(&mut self) {
        if self.tone == Tone::Saving {
            self.tone = Tone::Saved;
        }
    }
}
