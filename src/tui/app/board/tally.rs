//! What can be chosen on the tally.

use super::Board;
use crate::insight::Insight;
use crate::insight::tally::Ask;
use crate::tui::command::Command;

/// The question that a key asks in place of `ask`: parted by the next thing there is.
pub fn changed(ask: &Ask, board: &Board, command: Command) -> Option<Ask> {
    let Some(Insight::Tally(report)) = board.shown.as_ref().map(|shown| &shown.insight) else {
        return None;
    };
    if command != Command::ViewBy {
        return None;
    }
    let parts = report.parts();
    let here = ask.by.as_ref().and_then(|by| parts.iter().position(|part| part == by));
    let by = parts.get(here.map_or(0, |at| at + 1)).cloned();
    Some(Ask { by, ..ask.clone() })
}
