//! Below the review: the tally, the pace, what happened last, the keys.

use super::hints;
use crate::media::text;
use crate::project::Subset;
use crate::tui::app::{App, Tone};
use crate::tui::layout;
use crate::tui::theme::Theme;
use crate::tui::widgets::{draw_tally, tally_line};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

/// Draws the tally: as bars where there is room, else in a line with the pace.
pub fn draw_tallies(app: &App, places: &layout::Review, theme: Theme, frame: &mut Frame<'_>) {
    let ledger = app.desk().ledger();
    if app.desk().subset() == Subset::Correct {
        let area = places.tally.or(places.tally_line).unwrap_or_default();
        let found = Paragraph::new(found_wrong(app)).style(theme.dim()).wrap(Wrap { trim: true });
        frame.render_widget(found, area);
        return;
    }
    if let Some(area) = places.tally {
        draw_tally(app.tally(), ledger, theme, area, frame.buffer_mut());
    }
    if let Some(area) = places.tally_line {
        let area = draw_pace(app, area, theme, frame);
        let line = tally_line(app.tally(), ledger, usize::from(area.width).saturating_sub(8));
        let spans = vec![Span::styled(" tally ", theme.dim()), Span::raw(line)];
        frame.render_widget(Paragraph::new(Line::from(spans)), area);
    }
}

/// The pace at the right end of a line; returns what is left of the line.
fn draw_pace(app: &App, area: Rect, theme: Theme, frame: &mut Frame<'_>) -> Rect {
    draw_right(app.pace_line(), area, theme, frame)
}

/// How far a scoring in the background is, in the same place.
pub fn draw_scoring(app: &App, area: Rect, theme: Theme, frame: &mut Frame<'_>) -> Rect {
    draw_right(app.scoring(), area, theme, frame)
}

fn draw_right(said: Option<String>, area: Rect, theme: Theme, frame: &mut Frame<'_>) -> Rect {
    let Some(said) = said else { return area };
    let said = text::line(&said).into_owned();
    let width = text::width(&said) as u16 + 1;
    let [rest, right] =
        Layout::horizontal([Constraint::Min(1), Constraint::Length(width)]).areas(area);
    frame.render_widget(Paragraph::new(said).style(theme.dim()), right);
    rest
}

/// What the walk through correct predictions has found.
fn found_wrong(app: &App) -> String {
    let (_, correct) = app.desk().strata();
    format!(
        " {} drawn at random, {} of them wrong: gaffe stats corrected says what that means",
        correct.sampled, correct.wrong
    )
}

/// Draws what happened last, and the keys.
pub fn draw_footer(app: &App, places: &layout::Review, theme: Theme, frame: &mut Frame<'_>) {
    let status = draw_scoring(app, places.status, theme, frame);
    let status = match places.tally_line {
        Some(_) => status,
        None => draw_pace(app, status, theme, frame),
    };
    let line = status_line(app, usize::from(status.width), theme);
    frame.render_widget(Paragraph::new(line), status);
    let hints = hints::footer(app, places.keys.width);
    hints::draw(&hints, places.keys, theme, frame.buffer_mut());
}

/// What happened last.
pub fn status_line(app: &App, width: usize, theme: Theme) -> Line<'static> {
    let status = app.status();
    let (word, style) = match status.tone {
        Tone::Hint => ("", theme.dim()),
        Tone::Saving => ("saving ", theme.dim()),
        Tone::Saved => ("saved  ", theme.done()),
        Tone::Trouble => ("", theme.trouble()),
    };
    Line::from(vec![
        Span::styled(format!(" {word}"), style),
        Span::styled(text::fit(&status.text, width.saturating_sub(9)), style),
    ])
}
