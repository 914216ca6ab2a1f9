//! The place in a list that is scrolled.

use crate::tui::command::Command;

/// Lines that a page key moves by.
const PAGE: usize = 10;

/// What is chosen in a list, or how far a text is scrolled: whoever draws keeps it in bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct List {
    /// From 0.
    pub at: usize,
}

impl List {
    /// Moves by a line or a page.
    pub fn moved(&mut self, command: Command) {
        self.at = match command {
            Command::Up => self.at.saturating_sub(1),
            Command::Down => self.at.saturating_add(1),
            Command::ScrollUp => self.at.saturating_sub(PAGE),
            Command::ScrollDown => self.at.saturating_add(PAGE),
            _ => self.at,
        }
    }

    /// The same within a list of `len` items.
    pub fn moved_in(&mut self, command: Command, len: usize) {
        self.moved(command);
        self.at = self.at.min(len.saturating_sub(1));
    }
}
