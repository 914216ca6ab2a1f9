//! What is chosen on the calibration screen.

use super::Board;
use crate::insight::calibration::{Ask, Cut, Report};
use crate::insight::{Enter, Insight};
use crate::tui::command::Command;

/// What of the bins is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reliability {
    /// Whether it is the right predictions of a bin that are entered, not the wrong ones.
    pub right: bool,
    /// Whether the bins are those at the temperature.
    pub tempered: bool,
}

impl Reliability {
    /// Moves between wrong and right; false for any other key.
    pub(super) fn moved(&mut self, command: Command) -> bool {
        match command {
            Command::Previous => self.right = true,
            Command::Next => self.right = false,
            _ => return false,
        }
        true
    }

    /// Where a row of the tables leads if it is a bin.
    pub fn enter(&self, report: &Report, row: usize) -> Option<Enter> {
        let filled = report.bins().iter().enumerate().filter(|(_, bin)| bin.count > 0);
        let (bin, _) = filled.map(|(at, bin)| (at, bin.count)).nth(row)?;
        report.enter(bin, self.right)
    }
}

/// What a key asks in place of `ask`: bins that are cut otherwise. Those at the temperature are known.
pub(super) fn changed(ask: &Ask, board: &mut Board, command: Command) -> Option<Ask> {
    match command {
        Command::ViewBy => {
            let cut = match ask.cut {
                Cut::Width => Cut::Mass,
                Cut::Mass => Cut::Width,
            };
            Some(Ask { cut, ..ask.clone() })
        }
        Command::ViewScale => {
            let shown = board.shown.as_ref().map(|shown| &shown.insight);
            let Some(Insight::Calibration(report)) = shown else { return None };
            let tempered = !board.reliability.tempered && !report.tempered().is_empty();
            board.reliability.tempered = tempered;
            Some(ask.clone())
        }
        _ => None,
    }
}
