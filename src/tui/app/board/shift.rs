//! What can be chosen of the shift.

use super::Board;
use crate::insight::Insight;
use crate::insight::shift::Ask;
use crate::tui::command::Command;

/// The question that a key asks in place of `ask`: the next pair of sets, the next column of batches,
/// the next mix that is taken out.
pub fn changed(ask: &Ask, board: &Board, command: Command) -> Option<Ask> {
    let Some(Insight::Shift(report)) = board.shown.as_ref().map(|shown| &shown.insight) else {
        // What was asked for can't be read: what there is at first can.
        return (*ask != Ask::default()).then(Ask::default);
    };
    match command {
        Command::ViewVersus => report.next_versus(),
        Command::ViewBy => report.next_by(),
        Command::ViewScale => report.next_scale(),
        _ => None,
    }
}
