//! The tally: bars of the kinds of error, and whether new kinds still come.

use super::table::{self, Bar};
use crate::analysis::Saturation;
use crate::insight::tally::Report;
use crate::media::text;
use crate::tui::app::Board;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws it. The longest bar is that of the most frequent kind; errors of other kinds too are lighter.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let most = report.kinds().first().map_or(1.0, |kind| kind.share().max(f64::MIN_POSITIVE));
    let bar = |kind: &crate::insight::tally::Kind| Bar {
        length: kind.share() / most,
        lighter: kind.shared() / most,
    };
    let bars: Vec<Bar> = report.kinds().iter().map(bar).collect();
    let curve = curve(report.saturation(), usize::from(body.width), theme);
    let lines = Constraint::Length(curve.len() as u16);
    let [work, below] = Layout::vertical([Constraint::Min(1), lines]).areas(body);
    if let Some(page) = board.page() {
        table::draw(board, page, &bars, work, theme, frame);
    }
    frame.render_widget(Paragraph::new(curve), below);
}

/// `kinds seen ▂▄▆▇██  5 after 100 errors`: a column for each 20 errors; below it what that means.
fn curve(found: &Saturation, width: usize, theme: Theme) -> Vec<Line<'static>> {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if found.tags == 0 {
        return vec![];
    }
    let room = width.saturating_sub(40).max(10);
    let first = found.blocks.len().saturating_sub(room);
    let level = |tags: usize| LEVELS[(tags * 7 / found.tags).min(7)];
    let columns: String = found.blocks[first..].iter().map(|block| level(block.tags)).collect();
    let said = format!("  {} after {} errors", found.tags, found.reviewed);
    let caption = Span::styled("kinds seen ", theme.dim());
    let curve = Line::from(vec![caption, Span::styled(columns, theme.accent()), Span::raw(said)]);
    let advice = text::folded(found.advice.text(), width).into_iter();
    std::iter::once(curve).chain(advice.map(|line| Line::styled(line, theme.dim()))).collect()
}
