//! The next step: the ranks, and below them why the chosen one stands where it does.

use super::super::hints::hints;
use super::table;
use crate::insight::Page;
use crate::insight::next::{Report, told};
use crate::media::text;
use crate::tui::app::{App, Board};
use crate::tui::command::Context;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

/// Lines that the ranks have at least.
const LEAST_RANKS: u16 = 8;

/// Draws it. What is left of the room goes to what should be known beside the ranks.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let Some(page) = board.page() else { return };
    let width = usize::from(body.width);
    let chosen = report.plan().interventions.get(board.list.at);
    let why = chosen.map(|found| told(board.list.at + 1, found, &typed)).unwrap_or_default();
    let style =
        |(at, line)| if at == 0 { Line::styled(line, theme.strong()) } else { Line::raw(line) };
    let below: Vec<Line<'static>> = why
        .iter()
        .flat_map(|line| folded(line, width))
        .enumerate()
        .map(style)
        .chain(report.remarks(&typed).iter().flat_map(|line| remark(line, width, theme)))
        .collect();
    let ranks = Page { notes: vec![], ..page.clone() };
    // The title stands above already; a blank line, the names of the columns, a blank line.
    let wanted =
        (ranks.head.len().saturating_sub(1) + report.plan().interventions.len() + 3) as u16;
    let most = body.height.saturating_sub((below.len() as u16).min(body.height / 2));
    let height = if chosen.is_some() { wanted.min(most.max(LEAST_RANKS)) } else { wanted };
    let [above, below_area] =
        Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(body);
    table::draw(board, &ranks, &[], above, theme, frame);
    frame.render_widget(Paragraph::new(below), below_area);
}

/// A command as it is typed in the project's folder.
fn typed(command: &str) -> String {
    format!("gaffe {command}")
}

/// A line, made safe, in pieces of no more than `width` columns, each as far in as the line itself.
fn folded(line: &str, width: usize) -> Vec<String> {
    let line = text::line(line);
    let words = line.trim_start();
    let indent = line.len() - words.len();
    let pad = " ".repeat(indent);
    let pieces = text::folded(words, width.saturating_sub(indent).max(1));
    pieces.into_iter().map(|piece| format!("{pad}{piece}")).collect()
}

fn remark(line: &str, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let styled = |piece| Line::styled(piece, theme.dim());
    folded(line, width).into_iter().map(styled).collect()
}

/// Columns and lines of the journal.
const COLUMNS: u16 = 100;

/// What is missing, then what was tried, the latest first.
fn lines(app: &App, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let Some(report) = app.next_report() else {
        return vec![Line::raw("still counting")];
    };
    let plain = |line: String| folded(&line, width).into_iter().map(Line::raw).collect::<Vec<_>>();
    let mut all: Vec<Line<'static>> =
        report.remarks(&typed).iter().flat_map(|line| remark(line, width, theme)).collect();
    all.push(Line::default());
    let rows = &report.experiments().experiments;
    let title = match rows.len() {
        0 => "nothing was tried yet".to_owned(),
        1 => "1 experiment".to_owned(),
        n => format!("{n} experiments"),
    };
    all.push(Line::styled(title, theme.strong()));
    for row in rows.iter().rev() {
        all.push(Line::default());
        all.extend(row.lines().into_iter().flat_map(plain));
    }
    all
}

fn area(screen: Rect, lines: usize) -> Rect {
    let height = (lines as u16).saturating_add(4).min(screen.height);
    centred(screen, COLUMNS.min(screen.width), height)
}

fn width(screen: Rect) -> usize {
    usize::from(COLUMNS.min(screen.width).saturating_sub(4))
}

/// Draws the journal of what was tried, from the line `from` on.
pub fn draw_tried(app: &App, from: usize, theme: Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let lines = lines(app, width(screen), theme);
    let area = area(screen, lines.len());
    let block =
        Block::bordered().title(" what is missing, what was tried ").border_style(theme.dim());
    let inner = block.inner(area);
    let [text, _, keys] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(1), Constraint::Length(1)])
            .areas(inner.inner(ratatui::layout::Margin::new(1, 0)));
    let hint = hints(app, Context::Help, &[("down", "down"), ("cancel", "close")], text.width);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(from).collect();
    frame.render_widget(Paragraph::new(shown), text);
    frame.render_widget(Paragraph::new(hint).style(theme.dim()), keys);
}

/// How far the journal can be scrolled.
pub fn limit(app: &App, screen: Rect) -> usize {
    let all = lines(app, width(screen), app.theme()).len();
    let room = usize::from(area(screen, all).height).saturating_sub(4);
    all.saturating_sub(room)
}
