//! The card of the first start.
//!
//! Invariant: the key that closes it does nothing else.

use super::{App, Effect, Mode};

impl App {
    /// Shows the card of the first start over the first example.
    pub fn welcome(&mut self) {
        if self.row().is_some() {
            self.mode = Mode::Card;
        }
    }

    /// The card was closed. What it covered was not seen yet; if it was not seen itself, it comes again.
    pub(super) fn welcomed(&mut self) -> Vec<Effect> {
        self.painted.clear();
        if self.is_visible() { vec![Effect::Welcomed] } else { vec![] }
    }
}
