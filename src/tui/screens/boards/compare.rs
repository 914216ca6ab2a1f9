//! The comparison of two runs: its tables, what became of the errors as one bar, and which examples of a
//! line are shown.

use super::table;
use crate::insight::compare::{Outcome, Report, number};
use crate::media::text;
use crate::report::count;
use crate::tui::app::Board;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Columns that the words of the bar take.
const WORDS: usize = 46;

/// Draws it.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let [head, work, below] =
        Layout::vertical([Constraint::Length(2), Constraint::Min(1), Constraint::Length(2)])
            .areas(body);
    let (before, after) = report.runs();
    let runs = text::fit(&format!("{before} → {after}"), usize::from(body.width));
    frame.render_widget(Paragraph::new(runs).style(theme.strong()), head);
    if let Some(page) = board.page() {
        table::draw(board, page, &[], work, theme, frame);
    }
    let width = usize::from(body.width);
    let lines = vec![flow(report, width, theme), choice(board, report, theme)];
    frame.render_widget(Paragraph::new(lines), below);
}

/// `████ fixed 103  ▒▒▒▒▒▒ still wrong 215  ░ broken 30`: the errors of both runs.
fn flow(report: &Report, width: usize, theme: Theme) -> Line<'static> {
    let parts = [
        (Outcome::Fixed, '█', theme.done()),
        (Outcome::StillWrong, '▒', theme.dim()),
        (Outcome::Broken, '░', theme.prediction()),
    ];
    let all: usize = parts.iter().map(|(outcome, ..)| number(report.total(), *outcome)).sum();
    let room = width.saturating_sub(WORDS).max(6);
    let part = |(outcome, mark, style): (Outcome, char, Style)| {
        let n = number(report.total(), outcome);
        // What is there has a column, however little it is.
        let columns = (n * room).checked_div(all).unwrap_or(0).max(usize::from(n > 0));
        [
            Span::styled(mark.to_string().repeat(columns), style),
            Span::raw(format!(" {} {}  ", outcome.name(), count(n))),
        ]
    };
    parts.into_iter().flat_map(part).collect()
}

/// Which examples of the line under the cursor are shown: left and right choose.
fn choice(board: &Board, report: &Report, theme: Theme) -> Line<'static> {
    let Some((_, rows)) = board.compared_line().and_then(|line| report.line(line)) else {
        return Line::default();
    };
    let mut line = Line::styled("of this line:", theme.dim());
    for outcome in Outcome::ALL {
        let style = if outcome == board.outcome { theme.selected() } else { Style::new() };
        let text = format!(" {} {} ", outcome.name(), count(rows.of(outcome).len()));
        line.push_span(Span::raw(" "));
        line.push_span(Span::styled(text, style));
    }
    line
}
