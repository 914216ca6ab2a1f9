//! Measuring models from the goal and from the cost: begun by a key, and ended by the same key.

use super::Board;
use crate::insight::{Insight, Measure, cost, goal};
use crate::tui::command::Command;

/// The question of the goal that a key asks in place of `ask`.
pub fn goal(ask: &goal::Ask, board: &Board, command: Command) -> Option<goal::Ask> {
    let Some(Insight::Goal(report)) = board.shown.as_ref().map(|shown| &shown.insight) else {
        return None;
    };
    let asks = command == Command::Measure && report.asks_for_measurements();
    asks.then(|| goal::Ask { measure: other(ask.measure, report.is_lacking()), ..ask.clone() })
}

/// The question of the cost that a key asks in place of `ask`.
pub fn cost(ask: &cost::Ask, board: &Board, command: Command) -> Option<cost::Ask> {
    let Some(Insight::Cost(report)) = board.shown.as_ref().map(|shown| &shown.insight) else {
        return None;
    };
    let measure = other(ask.measure, report.is_lacking());
    (command == Command::Measure).then(|| cost::Ask { measure, ..ask.clone() })
}

/// What is missing is measured first; what is known, when nothing is missing.
fn other(now: Measure, is_lacking: bool) -> Measure {
    match (now, is_lacking) {
        (Measure::No, true) => Measure::Missing,
        (Measure::No, false) => Measure::Again,
        _ => Measure::No,
    }
}
