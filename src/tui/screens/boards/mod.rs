//! The screens that decide. Each draws what `insight` answered: a chart of its own, then its tables.
//!
//! Invariant: the same bands on all of them: where I am, which screen, the work, what happened, the keys.

mod bottleneck;
mod calibration;
mod compare;
mod confusion;
mod cost;
mod goal;
mod label_issues;
mod map;
mod next;
mod shift;
mod slices;
mod table;
mod tally;

pub use next::{draw_tried, limit as tried_limit};

use super::hints::{self, Hint};
use super::{footer, review};
use crate::insight::{Insight, View};
use crate::media::text;
use crate::tui::app::{App, Board, Shown};
use crate::tui::command::{Command, Context};
use crate::tui::hit::Target;
use crate::tui::keymap;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

/// The bands of a screen.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// Where I am.
    pub header: Rect,
    /// The screens, with the open one.
    pub tabs: Rect,
    /// The work.
    pub body: Rect,
    /// What happened last.
    pub status: Rect,
    /// What can be done.
    pub keys: Rect,
}

/// Where the bands are.
pub fn places(area: Rect) -> Places {
    let [header, tabs, _, body, status, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    Places { header, tabs, body: body.inner(Margin::new(1, 0)), status, keys }
}

/// Draws the open screen.
pub fn draw(app: &App, board: &Board, theme: Theme, frame: &mut Frame<'_>) {
    let places = places(frame.area());
    let right = format!("{} ", review::how_many(app, app.desk().list().len()));
    review::draw_header(app, &right, places.header, theme, frame);
    draw_tabs(app, places.tabs, theme, frame);
    match (&board.shown, &board.error) {
        (Some(shown), _) => draw_shown(app, board, shown, places.body, theme, frame),
        (None, Some(reason)) => draw_text(reason, places.body, frame),
        (None, None) => draw_text("", places.body, frame),
    }
    draw_status(app, places.status, theme, frame);
    hints::draw(&keys(app, places.keys.width), places.keys, theme, frame.buffer_mut());
}

fn draw_shown(
    app: &App,
    board: &Board,
    shown: &Shown,
    body: Rect,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    match &shown.insight {
        Insight::Next(report) => next::draw(board, report, body, theme, frame),
        Insight::Tally(report) => tally::draw(board, report, body, theme, frame),
        Insight::Goal(report) => goal::draw(board, report, body, theme, frame),
        Insight::Cost(report) => cost::draw(board, report, body, theme, frame),
        Insight::Confusion(report) => confusion::draw(board, report, body, theme, frame),
        Insight::Calibration(report) => calibration::draw(board, report, body, theme, frame),
        Insight::Bottleneck(report) => bottleneck::draw(board, report, body, theme, frame),
        Insight::Map(_) => map::draw(app, body, theme, frame),
        Insight::Compare(report) => compare::draw(board, report, body, theme, frame),
        Insight::LabelIssues(report) => label_issues::draw(app, board, report, body, theme, frame),
        Insight::Shift(report) => {
            shift::draw(board, report, &shown.page, body, theme, frame);
        }
        Insight::Slices(_) => slices::draw(board, &shown.page, body, theme, frame),
    }
}

/// A line a screen says in place of its work.
fn draw_text(what: &str, area: Rect, frame: &mut Frame<'_>) {
    let lines: Vec<Line<'_>> =
        text::lines(what).map(|line| Line::from(line.into_owned())).collect();
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

/// The tabs that fit, the open one among them: where each begins, and its title.
fn tabs(app: &App, width: u16) -> Vec<(u16, View)> {
    let open = View::ALL.iter().position(|view| Some(*view) == app.view()).unwrap_or(0);
    let size = |view: &View| text::width(view.title()) as u16 + 2;
    let mut first = 0;
    while first < open && View::ALL[first..=open].iter().map(size).sum::<u16>() > width {
        first += 1;
    }
    // What is left of the line belongs to the tabs before.
    while first > 0 && View::ALL[first - 1..].iter().map(size).sum::<u16>() <= width {
        first -= 1;
    }
    let mut x = 0;
    let mut tabs = Vec::new();
    for view in &View::ALL[first..] {
        if x + size(view) > width {
            break;
        }
        tabs.push((x, *view));
        x += size(view);
    }
    tabs
}

fn draw_tabs(app: &App, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let tab = |(_, view): (u16, View)| {
        let style = if Some(view) == app.view() { theme.selected() } else { theme.dim() };
        Span::styled(format!(" {} ", view.title()), style)
    };
    let spans: Vec<Span<'_>> = tabs(app, area.width).into_iter().map(tab).collect();
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

fn draw_status(app: &App, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let area = footer::draw_scoring(app, area, theme, frame);
    let line = match app.asking() {
        Some(part) => {
            let part = part.map_or_else(String::new, |part| format!(" {:.0} %", part * 100.0));
            let measures = app.board().is_some_and(|board| board.ask.is_measuring());
            let (what, standing) = if measures {
                ("measuring", Some(format!("{} stops it", key_of(app, "measure"))))
            } else {
                ("counting", app.freshness().map(str::to_owned))
            };
            let standing = standing.map_or_else(String::new, |said| format!("; {said}"));
            Line::styled(format!(" {what}{part}{standing}"), theme.dim())
        }
        None => footer::status_line(app, usize::from(area.width), theme),
    };
    frame.render_widget(Paragraph::new(line), area);
}

/// The key of a command of the screens; nothing if it has none.
fn key_of(app: &App, id: &str) -> String {
    let keys = app.keymap().keys(Context::Board, id);
    keys.first().map_or_else(String::new, |key| keymap::show(key))
}

/// What can be done on the open screen, the most useful first.
fn wanted(view: View) -> &'static [(&'static str, &'static str)] {
    match view {
        View::Tally => &[("view-by", "part by")],
        View::Map => map::KEYS,
        View::Goal | View::Cost => &[("measure", "measure")],
        View::Confusion => &[
            ("view-order", "order"),
            ("view-scale", "share"),
            ("view-versus", "other run"),
            ("view-by", "list"),
        ],
        View::Calibration => &[("view-scale", "temperature"), ("view-by", "bins")],
        View::Next => {
            &[("set-days", "cost"), ("start-experiment", "try it"), ("show-tried", "tried")]
        }
        View::Compare => &[
            ("next", "others of it"),
            ("view-by", "part by"),
            ("view-versus", "other run"),
            ("view-order", "other way round"),
        ],
        View::Shift => &[
            ("view-versus", "other sets"),
            ("view-by", "batches by"),
            ("view-scale", "without the mix"),
        ],
        View::Slices => &[
            ("pin", "pin"),
            ("unpin", "unpin"),
            ("view-versus", "other run"),
            ("view-order", "sort"),
            ("view-by", "which"),
        ],
        _ => &[],
    }
}

/// Whether a key of the screen has a meaning for what is shown.
fn is_meant(app: &App, id: &str) -> bool {
    match app.shown().map(|shown| &shown.insight) {
        Some(Insight::Shift(report)) => id != "view-scale" || report.next_scale().is_some(),
        // A goal without thresholds on time or memory needs no measuring.
        Some(Insight::Goal(report)) => id != "measure" || report.asks_for_measurements(),
        _ => true,
    }
}

/// The hints of the last line.
pub fn keys(app: &App, width: u16) -> Vec<Hint> {
    let Some(view) = app.view() else { return vec![] };
    if view == View::LabelIssues {
        return hints::row(app, Context::Labels, &label_issues::KEYS, width);
    }
    let always = [("next-view", "next screen"), ("copy", "copy"), ("cancel", "back")];
    let enter = app.board().and_then(Board::enter).map(|_| ("accept", "show these"));
    let wanted = wanted(view).iter().filter(|(id, _)| is_meant(app, id));
    let all: Vec<_> = enter.into_iter().chain(wanted.copied()).chain(always).collect();
    hints::row(app, Context::Board, &all, width)
}

/// What stands at a place of the open screen.
pub fn target(app: &App, screen: Rect, at: Position) -> Option<Target> {
    let places = places(screen);
    if places.tabs.contains(at) {
        let tabs = tabs(app, places.tabs.width);
        let tab = tabs.iter().rev().find(|(x, _)| *x <= at.x)?;
        let end = tab.0 + text::width(tab.1.title()) as u16 + 2;
        return (at.x < end).then_some(Target::Command(Command::View(tab.1)));
    }
    if places.keys.contains(at) {
        let hints = keys(app, places.keys.width);
        return hints::at(&hints, at.x - places.keys.x).map(Target::Command);
    }
    None
}
