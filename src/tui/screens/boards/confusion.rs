//! The confusion matrix as a heat map, the pairs that are confused most, and another run beside it.

mod matrix;

use crate::analysis::{CellChange, ChangedPair, ConfusedPair, Place, Trend};
use crate::insight::confusion::{Report, Versus};
use crate::insight::p_value;
use crate::media::text;
use crate::report::{count, interval, percent};
use crate::tui::app::{Beside, Board, Matrix};
use crate::tui::theme::Theme;
use matrix::{Grid, Which};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use std::ops::Range;

/// Columns of the list where it stands beside the matrix.
const LIST: u16 = 46;
/// Lines that the list has below the matrix: on small screens, and on others or where the keys move in it.
const FEW_LINES: u16 = 3;
const LINES: u16 = 8;
/// Lines of the work from which on a screen has room for a list, and from which on it is not small.
const LOW: u16 = 14;
const TALL: u16 = 24;

/// Where everything stands.
struct Places {
    head: Rect,
    matrices: Vec<(Which, Rect)>,
    list: Rect,
    told: Rect,
}

/// Draws it.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    if report.confusion().examples() == 0 {
        let line = "nothing to count: no listed example has both a label and a prediction";
        return frame.render_widget(Line::styled(line, theme.dim()), body);
    }
    let (cursor, width) = (board.matrix, usize::from(body.width));
    let at = cursor.place(report);
    let told = told(report, at, width, theme);
    let places = places(report, cursor, told.len() as u16, body);
    let seen = places.matrices.first().and_then(|&(_, area)| seen(report, cursor, area));
    let head = [Some(head(report, cursor)), seen].map(Option::unwrap_or_default);
    let head = head.map(|line| Line::styled(text::fit(&line, width), theme.dim()));
    frame.render_widget(Paragraph::new(head.to_vec()), places.head);
    for &(which, area) in &places.matrices {
        matrix::draw(report, which, at, area, theme, frame.buffer_mut());
    }
    draw_list(board, report, places.list, theme, frame);
    frame.render_widget(Paragraph::new(told), places.told);
}

fn places(report: &Report, cursor: Matrix, told: u16, body: Rect) -> Places {
    let classes = report.arranged().len();
    // What is seen of them has a line of its own.
    let head = 1 + u16::from(classes > 10);
    let [head, work, told] =
        Layout::vertical([Constraint::Length(head), Constraint::Min(1), Constraint::Length(told)])
            .areas(body);
    let (wide, high) = (matrix::width(classes.min(10)), matrix::height(classes));
    let other = match cursor.beside {
        Beside::Difference => Which::Difference,
        Beside::Other => Which::Other,
    };
    let whiches: &[Which] = match report.versus() {
        None => &[Which::This],
        Some(_) if work.width >= 2 * wide => &[Which::This, other],
        Some(_) => &[other],
    };
    let many = whiches.len() as u16;
    let (matrices, list) = if work.width >= many * wide + LIST + 2 {
        let [matrices, _, list] = Layout::horizontal([
            Constraint::Min(1),
            Constraint::Length(2),
            Constraint::Length(LIST),
        ])
        .areas(work);
        (matrices, list)
    } else {
        let wanted = match work.height {
            _ if cursor.on_list => LINES,
            TALL.. => LINES,
            LOW.. => FEW_LINES,
            _ => 0,
        };
        let wanted = wanted.min(work.height.saturating_sub(matrix::height(2)));
        let room = Constraint::Length((high + 1).min(work.height - wanted));
        let [matrices, list] = Layout::vertical([room, Constraint::Fill(1)]).areas(work);
        (matrices, list)
    };
    let rooms = Layout::horizontal(vec![Constraint::Fill(1); whiches.len()]).spacing(2);
    let matrices = whiches.iter().copied().zip(rooms.split(matrices).iter().copied()).collect();
    Places { head, matrices, list, told }
}

/// `318 errors of 2,000 · classes as given · counts · difference to v1`.
fn head(report: &Report, cursor: Matrix) -> String {
    let confusion = report.confusion();
    let errors = confusion.examples() - confusion.right();
    let versus = report.versus().map(|versus| {
        let run = text::fit(versus.run(), 20);
        match cursor.beside {
            Beside::Difference => format!("difference to {run}"),
            Beside::Other => format!("matrix of {run}"),
        }
    });
    let parts = [
        format!("{} errors of {}", count(errors), count(confusion.examples())),
        report.order().name().to_owned(),
        report.normalise().name().to_owned(),
    ];
    parts.into_iter().chain(versus).collect::<Vec<_>>().join(" · ")
}

/// What is seen of more classes than there is room for.
fn seen(report: &Report, cursor: Matrix, area: Rect) -> Option<String> {
    let classes = report.arranged().len();
    let grid = Grid::of(area, report, cursor.place(report));
    let range = |range: Range<usize>| format!("{}–{}", count(range.start + 1), count(range.end));
    let said = || {
        let (rows, columns) = (range(grid.rows.clone()), range(grid.columns.clone()));
        format!("labels {rows}, predictions {columns} of {}", count(classes))
    };
    (!grid.is_whole(classes)).then(said)
}

/// What the place under the cursor is, with intervals.
fn told(report: &Report, at: Place, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let confusion = report.confusion();
    let name = |class: u32| text::line(report.name(class)).into_owned();
    let what = match (at.label, at.prediction) {
        (Some(label), Some(_)) if at.is_diagonal() => format!("{} predicted right", name(label)),
        (Some(label), Some(prediction)) => {
            format!("{} taken for {}", name(label), name(prediction))
        }
        (Some(label), None) => format!("{} taken for another class", name(label)),
        (None, Some(prediction)) => format!("another class taken for {}", name(prediction)),
        (None, None) => "all errors".to_owned(),
    };
    let of = match (at.label, at.prediction) {
        (Some(_), _) => "of the label",
        (None, Some(_)) => "of the prediction",
        (None, None) => "of all",
    };
    let is_cell = at.label.is_some() && at.prediction.is_some();
    let shares = [
        confusion.share(at).map(|share| (share, of)),
        confusion.share_of_prediction(at).filter(|_| is_cell).map(|p| (p, "of the prediction")),
    ];
    let shares = shares
        .into_iter()
        .flatten()
        .map(|(p, of)| format!(", {} {of} ({})", percent(p.share), interval(p.low, p.high)));
    let said = format!("{what}: {}{}", count(confusion.count_at(at)), shares.collect::<String>());
    let mut lines: Vec<Line<'static>> =
        text::folded(&said, width).into_iter().map(Line::from).collect();
    let change = report.versus().map(|versus| changed(versus, at));
    lines.extend(change.map(|said| Line::styled(text::fit(&said, width), theme.dim())));
    lines
}

/// `50 by v1: -13, -3.7 % of the label (-6.1 to -1.2), p 0.0021`.
fn changed(versus: &Versus, at: Place) -> String {
    let (before, after) = (versus.change().before(), versus.change().after());
    let (was, is) = (before.count_at(at), after.count_at(at));
    let (sign, moved) = (if is < was { "-" } else { "+" }, is.abs_diff(was));
    let cell = at.label.zip(at.prediction).and_then(|(l, p)| versus.change().cell(l, p));
    let share = cell.and_then(|cell: CellChange| {
        let d = cell.difference?;
        let ends = format!("{:+.1} to {:+.1}", d.low * 100.0, d.high * 100.0);
        let p = p_value(cell.p_value);
        Some(format!(", {:+.1} % of the label ({ends}), p {p}", d.value * 100.0))
    });
    let (was, by) = (count(was), versus.run());
    format!("{was} by {by}: {sign}{}{}", count(moved), share.unwrap_or_default())
}

/// The pairs; with the cursor where the keys move in it.
fn draw_list(board: &Board, report: &Report, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let cursor = &board.matrix;
    let versus = cursor.versus(report);
    let title = match versus {
        Some(versus) => format!("changed since {}", text::fit(versus.run(), 20)),
        None => "confused most".to_owned(),
    };
    let [top, rows] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    let all = cursor.list_len(report);
    let title = if all == 0 { format!("{title}: no pair") } else { title };
    frame.render_widget(Line::styled(title, theme.strong()), top);
    let room = usize::from(rows.height);
    let chosen = board.list.at.min(all.saturating_sub(1));
    let first = if cursor.on_list { (chosen + 1).saturating_sub(room) } else { 0 };
    let width = usize::from(rows.width);
    let line = |at: usize| {
        let style = if cursor.on_list && at == chosen { theme.selected() } else { Style::new() };
        let said = match versus {
            Some(versus) => {
                let both = versus.pairs(Trend::Worse).iter().chain(versus.pairs(Trend::Better));
                both.skip(at).map(|pair| changed_line(report, pair, width)).next()
            }
            None => report.pairs().get(at).map(|pair| pair_line(report, pair, width)),
        };
        Line::styled(said.unwrap_or_default(), style)
    };
    let lines: Vec<Line<'_>> = (first..all.min(first + room)).map(line).collect();
    frame.render_widget(Paragraph::new(lines), rows);
}

/// Columns of what stands behind the names.
const NUMBERS: usize = 22;
const LONGEST_NAME: usize = 18;

/// `Shirt → T-shirt/top     37  10.6 %  (7.8–14.2)`.
fn pair_line(report: &Report, pair: &ConfusedPair, width: usize) -> String {
    let share = pair.share;
    let range = format!("({})", interval(share.low, share.high));
    let numbers = format!("{:>5} {:>7} {range:>12}", count(pair.count), percent(share.share));
    format!("{} {numbers}", names(report, (pair.label, pair.prediction), width))
}

/// `Shirt → T-shirt/top   50 → 37    -3.7 %`.
fn changed_line(report: &Report, pair: &ChangedPair, width: usize) -> String {
    let cell = &pair.cell;
    let counts = format!("{} → {}", count(cell.before), count(cell.after));
    let difference =
        cell.difference.map_or_else(String::new, |d| format!("{:+.1} %", d.value * 100.0));
    format!("{} {counts:>15} {difference:>8}", names(report, (cell.label, cell.prediction), width))
}

/// Both names, cut and padded to what the numbers leave.
fn names(report: &Report, (label, prediction): (u32, u32), width: usize) -> String {
    let room = (width.saturating_sub(NUMBERS + 4 + 3) / 2).min(LONGEST_NAME);
    let both = format!(
        "{} → {}",
        text::fit(report.name(label), room),
        text::fit(report.name(prediction), room)
    );
    let pad = " ".repeat((2 * room + 3).saturating_sub(text::width(&both)));
    both + &pad
}
