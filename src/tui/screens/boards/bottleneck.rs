//! The bottleneck: people, train, dev and test on one axis, and the gap that is binding.

use super::table;
use crate::analysis::Proportion;
use crate::insight::bottleneck::Report;
use crate::report::percent;
use crate::tui::app::Board;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Columns of the names of the sets.
const NAMES: usize = 11;
/// The axis has a mark about every so many columns.
const MARK: usize = 12;

/// Draws it.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let width = usize::from(body.width).saturating_sub(NAMES + 5).min(100);
    let chart = chart(report, width, theme);
    let lines = chart.len() as u16 + 1;
    let [above, below] =
        Layout::vertical([Constraint::Length(lines), Constraint::Min(1)]).areas(body);
    frame.render_widget(Paragraph::new(chart), above);
    if let Some(page) = board.page() {
        table::draw(board, page, &[], below, theme, frame);
    }
}

/// A line a set, its interval and its point; below them the axis.
fn chart(report: &Report, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let most = report.axis().map(|(_, error)| error.high).fold(0.0, f64::max);
    // A mark every 1, 2 or 5 percent, times a power of ten.
    let step = step(most.max(0.001), width / MARK);
    let end = (most.max(0.001) / step).ceil() * step;
    let column = |share: f64| {
        let last = width.saturating_sub(1);
        ((share / end * last as f64).round() as usize).min(last)
    };
    let binding = report.binding().map(|(_, set)| set);
    let line = |(set, error): (&'static str, Proportion)| {
        let style = if Some(set) == binding { theme.accent() } else { theme.strong() };
        let name = Span::styled(format!("{set:<NAMES$}"), style);
        let value = Span::styled(format!(" {}", percent(error.share)), theme.dim());
        Line::from(vec![name, Span::styled(whiskers(error, column), style), value])
    };
    let mut lines: Vec<Line<'static>> = report.axis().map(line).collect();
    let mut axis = vec![' '; width + MARK];
    for mark in 0..=(end / step).round() as usize {
        let at = column(mark as f64 * step);
        let digits = usize::from(step < 0.01);
        for (i, c) in format!("{:.digits$} %", mark as f64 * step * 100.0).chars().enumerate() {
            axis[at + i] = c;
        }
    }
    let axis: String = axis.into_iter().collect();
    lines.push(Line::styled(format!("{:NAMES$}{}", "", axis.trim_end()), theme.dim()));
    lines
}

/// `├──●──┤`
fn whiskers(error: Proportion, column: impl Fn(f64) -> usize) -> String {
    let (low, at, high) = (column(error.low), column(error.share), column(error.high));
    let cell = |x: usize| match x {
        x if x == at => '●',
        x if x == low => '├',
        x if x == high => '┤',
        x if x > low && x < high => '─',
        _ => ' ',
    };
    (0..=high.max(at)).map(cell).collect()
}

/// The least of 1, 2, 5 × 10ⁿ by which no more than `marks` marks reach `most`.
fn step(most: f64, marks: usize) -> f64 {
    let wanted = most / marks.max(1) as f64;
    let power = 10_f64.powf(wanted.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    steps.into_iter().find(|step| *step >= wanted).unwrap_or(steps[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_numbers() {
        assert!((step(0.16, 5) - 0.05).abs() < 1e-12);
        assert!((step(0.03, 5) - 0.01).abs() < 1e-12);
        assert!((step(1.0, 0) - 1.0).abs() < 1e-12);
    }
}
