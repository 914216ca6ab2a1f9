//! The tally: bars of the kinds of error, and whether new kinds still come.

use super::table::{self, Bar};
use crate::analysis::Saturation;
use crate::insight::tally::Report;
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
    let [work, below] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(u16::from(curve.is_some()))])
            .areas(body);
    if let Some(page) = board.page() {
        table::draw(board, page, &bars, work, theme, frame);
    }
    frame.render_widget(Paragraph::new(curve.unwrap_or_default()), below);
}

/// `kinds seen ▂▄▆▇██  5 after 100 errors; …`: a column for each 20 errors.
fn curve(found: &Saturation, width: usize, theme: Theme) -> Option<Line<'static>> {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if found.tags == 0 {
        return None;
    }
    let room = width.saturating_sub(60).max(10);
    let first = found.blocks.len().saturating_sub(room);
    let level = |tags: usize| LEVELS[(tags * 7 / found.tags).min(7)];
    let columns: String = found.blocks[first..].iter().map(|block| level(block.tags)).collect();
    let said = format!("  {} after {} errors; {}", found.tags, found.reviewed, found.advice.text());
    let caption = Span::styled("kinds seen ", theme.dim());
    Some(Line::from(vec![caption, Span::styled(columns, theme.accent()), Span::raw(said)]))
}
