//! The part of a confusion matrix that there is room for.
//!
//! Invariant: only cells that are seen are asked for; the cell under the cursor is one of them.

use crate::analysis::{Normalise, Place, Trend};
use crate::insight::confusion::{Report, cell_text, change_text};
use crate::media::text;
use crate::tui::app::step;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;
use std::ops::Range;

/// Columns of the names of labels at least, and at most.
const NAMES: u16 = 11;
const LONGEST_NAMES: u16 = 24;
/// Columns of a cell at least, and at most: a gutter, in which the cursor stands, and the number.
const NARROWEST: u16 = 6;
const WIDEST: u16 = 10;
/// Lines of the names of predictions.
const HEADER: u16 = 2;

/// Which matrix is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// This run's.
    This,
    /// Another run's.
    Other,
    /// What this run's has more.
    Difference,
}

/// Which classes are seen, as places in their order, and how wide a cell is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Labels.
    pub rows: Range<usize>,
    /// Predictions.
    pub columns: Range<usize>,
    names: u16,
    cell: u16,
}

/// Columns that a matrix of so many classes takes with the narrowest cells.
pub fn width(classes: usize) -> u16 {
    let cells = (classes + 1).min(usize::from(u16::MAX / NARROWEST) - 3) as u16;
    NAMES + cells * NARROWEST + 1
}

/// Lines that a matrix of so many classes takes.
pub fn height(classes: usize) -> u16 {
    HEADER + 1 + classes.min(usize::from(u16::MAX) - 8) as u16
}

impl Grid {
    /// The classes that are seen in an area when the cursor is at a place.
    pub fn of(area: Rect, report: &Report, at: Place) -> Self {
        let classes = report.arranged();
        let wanted = (area.width / 6).clamp(NAMES, LONGEST_NAMES);
        // Names are not longer where that keeps a class from being seen.
        let names = match area.width.checked_sub(width(classes.len())) {
            Some(spare) => wanted.min(NAMES + spare),
            None => wanted,
        };
        let room = area.width.saturating_sub(names + 1);
        let wanted = room / (classes.len() + 1).min(usize::from(u16::MAX)).max(1) as u16;
        let cell = wanted.clamp(NARROWEST, WIDEST);
        let seen = |step: usize, room: u16| seen(step, classes.len(), usize::from(room));
        Self {
            rows: seen(step(classes, at.label), area.height.saturating_sub(HEADER + 1)),
            columns: seen(step(classes, at.prediction), (room / cell).saturating_sub(1)),
            names,
            cell,
        }
    }

    /// Whether all classes are seen.
    pub fn is_whole(&self, classes: usize) -> bool {
        self.rows.len() == classes && self.columns.len() == classes
    }
}

/// The `room` places of `all` around the one that is `step` − 1.
fn seen(step: usize, all: usize, room: usize) -> Range<usize> {
    let room = room.min(all);
    let first = step.saturating_sub(1 + room / 2).min(all - room);
    first..first + room
}

/// Draws it.
pub fn draw(
    report: &Report,
    which: Which,
    at: Place,
    area: Rect,
    theme: Theme,
    buffer: &mut Buffer,
) {
    let grid = Grid::of(area, report, at);
    let arranged = report.arranged();
    let classes = |range: &Range<usize>| {
        let seen = arranged[range.clone()].iter().map(|&class| Some(class));
        std::iter::once(None).chain(seen).collect::<Vec<_>>()
    };
    let (labels, predictions) = (classes(&grid.rows), classes(&grid.columns));
    let x = |column: usize| area.x + grid.names + column as u16 * grid.cell;
    for (column, &prediction) in predictions.iter().enumerate() {
        let room = Rect::new(x(column) + 1, area.y, grid.cell - 1, HEADER);
        let strong = prediction.is_some() && prediction == at.prediction;
        draw_header(report, prediction, room.intersection(area), (strong, theme), buffer);
    }
    for (row, &label) in labels.iter().enumerate() {
        let y = area.y + HEADER + row as u16;
        if y >= area.bottom() {
            break;
        }
        let strong = label.is_some() && label == at.label;
        draw_label(report, label, Rect::new(area.x, y, grid.names, 1), (strong, theme), buffer);
        for (column, &prediction) in predictions.iter().enumerate() {
            let place = Place { label, prediction };
            let room = Rect::new(x(column), y, grid.cell + 1, 1).intersection(area);
            draw_cell(report, which, place, room, theme, buffer);
            if place == at {
                draw_cursor(room, theme, buffer);
            }
        }
    }
}

fn named(style: Style, (strong, theme): (bool, Theme)) -> Style {
    if strong { style.patch(theme.strong()) } else { style }
}

fn draw_header(
    report: &Report,
    prediction: Option<u32>,
    room: Rect,
    (strong, theme): (bool, Theme),
    buffer: &mut Buffer,
) {
    let (above, below, style) = match prediction {
        Some(class) => {
            let (above, below) = text::halved(report.name(class), usize::from(room.width));
            (above, below, named(theme.prediction(), (strong, theme)))
        }
        None => (String::new(), text::fit("wrong", usize::from(room.width)), theme.dim()),
    };
    let lines = if below.is_empty() { [below, above] } else { [above, below] };
    for (line, row) in lines.into_iter().zip(room.rows()) {
        Line::styled(line, style).alignment(Alignment::Right).render(row, buffer);
    }
}

fn draw_label(
    report: &Report,
    label: Option<u32>,
    room: Rect,
    (strong, theme): (bool, Theme),
    buffer: &mut Buffer,
) {
    let width = usize::from(room.width);
    let (name, style) = match label {
        Some(class) => (text::fit(report.name(class), width), named(theme.gold(), (strong, theme))),
        None => (text::fit("wrong", width), theme.dim()),
    };
    Line::styled(name, style).render(room, buffer);
}

/// A cell: its gutter, and its number on a shade.
fn draw_cell(
    report: &Report,
    which: Which,
    at: Place,
    room: Rect,
    theme: Theme,
    buffer: &mut Buffer,
) {
    let number = Rect { x: room.x + 1, width: room.width.saturating_sub(2), ..room };
    let value = value(report, which, at);
    let is_cell = at.label.is_some() && at.prediction.is_some();
    let style = match (is_cell, at.is_diagonal()) {
        (false, _) => Style::new(),
        (true, true) => theme.dim(),
        (true, false) => shade(report, which, at, theme),
    };
    let text = match value {
        Some(0.0) => "·".to_owned(),
        value => short(value, report.normalise(), which, usize::from(number.width)),
    };
    buffer.set_style(number, style);
    Line::from(text).alignment(Alignment::Right).render(number, buffer);
}

fn draw_cursor(room: Rect, theme: Theme, buffer: &mut Buffer) {
    for (x, bracket) in [(room.x, "["), (room.right().saturating_sub(1), "]")] {
        if let Some(cell) = buffer.cell_mut((x, room.y)) {
            cell.set_symbol(bracket).set_style(theme.accent());
        }
    }
}

/// The value of a place in one of the matrices.
fn value(report: &Report, which: Which, at: Place) -> Option<f64> {
    let by = report.normalise();
    match (which, report.versus()) {
        (Which::This, _) | (_, None) => report.value(at),
        (Which::Other, Some(versus)) => versus.change().before().value(at, by),
        (Which::Difference, Some(versus)) => versus.change().value(at, by),
    }
}

fn shade(report: &Report, which: Which, at: Place, theme: Theme) -> Style {
    match (which, report.versus()) {
        (Which::Other, Some(versus)) => theme.heat(versus.shade_before(at, report.normalise())),
        (Which::Difference, Some(versus)) => {
            let shade = versus.shade(at, report.normalise());
            let is_better = versus.change().trend(at, report.normalise()) == Some(Trend::Better);
            if is_better { theme.heat_better(shade) } else { theme.heat(shade) }
        }
        _ => theme.heat(report.shade(at)),
    }
}

/// A value in no more than `width` columns: large counts as thousands and millions.
fn short(value: Option<f64>, by: Normalise, which: Which, width: usize) -> String {
    let whole = match which {
        Which::Difference => change_text(value, by),
        Which::This | Which::Other => cell_text(value, by),
    };
    let Some(x) = value.filter(|_| by == Normalise::Counts && text::width(&whole) > width) else {
        return whole;
    };
    let sign = match which {
        Which::Difference if x < 0.0 => "-",
        Which::Difference => "+",
        Which::This | Which::Other => "",
    };
    let (size, unit) =
        if x.abs() < 999_500.0 { (x.abs() / 1e3, 'k') } else { (x.abs() / 1e6, 'M') };
    let decimals = usize::from(size < 9.95 && sign.is_empty());
    format!("{sign}{size:.decimals$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn large_counts_are_told_in_thousands_and_millions() {
        let shown = |x: f64| short(Some(x), Normalise::Counts, Which::This, 5);
        let found = [999.0, 9_999.0, 12_345.0, 999_499.0, 1_234_567.0, 4e9].map(shown);
        assert_eq!(found, ["999", "9,999", "12k", "999k", "1.2M", "4000M"]);
        let shown = |x: f64| short(Some(x), Normalise::Counts, Which::Difference, 5);
        assert_eq!([12.0, -1_234.0, -123_456.0].map(shown), ["+12", "-1k", "-123k"]);
        assert_eq!(short(Some(0.1234), Normalise::Row, Which::This, 5), "12.3");
    }

    proptest! {
        #[test]
        fn the_cursor_is_seen_and_no_room_is_left_empty(
            all in 0_usize..50, room in 0_usize..30, step in 0_usize..60,
        ) {
            let step = step.min(all);
            let seen = seen(step, all, room);
            prop_assert!(seen.end <= all && seen.len() == room.min(all));
            prop_assert!(step == 0 || room == 0 || seen.contains(&(step - 1)));
        }
    }
}
