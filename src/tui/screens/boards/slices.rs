//! Slices: their tables, with bars of the error where there is room.

use super::table::{self, Bar};
use crate::insight::{Cell, Page};
use crate::tui::app::{Board, MOST_ROWS};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Columns from which on there is room for bars.
const WIDE: u16 = 100;

/// Draws it. The longest bar is that of the highest error.
pub fn draw(board: &Board, page: &Page, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let bars = if body.width < WIDE { vec![] } else { bars(page) };
    table::draw(board, page, &bars, body, theme, frame);
}

fn bars(page: &Page) -> Vec<Bar> {
    let rows = page.sheets.iter().flat_map(|(_, sheet)| sheet.rows().iter().take(MOST_ROWS));
    let error = |cells: &[Cell]| match cells.get(2) {
        Some(Cell::Share(error)) => *error,
        _ => 0.0,
    };
    let errors: Vec<f64> = rows.map(|row| error(&row.cells)).collect();
    let most = errors.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    errors.into_iter().map(|error| Bar { length: error / most, lighter: 0.0 }).collect()
}
