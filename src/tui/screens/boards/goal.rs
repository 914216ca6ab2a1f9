//! The goal: each threshold of each run, with its margin as a bar.

use super::table::{self, Bar};
use crate::analysis::goal::Check;
use crate::insight::goal::Report;
use crate::tui::app::Board;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws it. A whole bar is a perfect model, a light one lies on the wrong side of the bound: at its longest
/// twice as far from perfect as is allowed, or further.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let runs = report.standings().map_or(&[][..], |standings| &standings.runs);
    let bar = |check: &Check| {
        let length = check.of_room.map_or(0.0, |room| room.abs().min(1.0));
        // Where the bound leaves no room, any miss is as far as can be.
        let length =
            if check.of_room.is_none() && check.holds == Some(false) { 1.0 } else { length };
        Bar { length, lighter: if check.holds == Some(true) { 0.0 } else { length } }
    };
    let bars: Vec<Bar> = runs.iter().flat_map(|run| &run.checks).map(bar).collect();
    let rows = u16::from(bars.iter().any(|bar| bar.length > 0.0));
    let [work, below] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(rows)]).areas(body);
    if let Some(page) = board.page() {
        table::draw(board, page, &bars, work, theme, frame);
    }
    let caption = "bars: the margin, of the room from the bound to perfect; ░ on the wrong side";
    frame.render_widget(Paragraph::new(Line::styled(caption, theme.dim())), below);
}
