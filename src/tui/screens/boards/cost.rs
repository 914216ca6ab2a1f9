//! The cost: what the models take, and the lines of machines and API over the volume.

use super::table;
use crate::insight::cost::{Point, Report};
use crate::insight::number;
use crate::media::text;
use crate::tui::app::{Board, MOST_ROWS};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Paragraph};

/// Rows that the chart takes at least, and at most.
const CHART: (u16, u16) = (12, 20);
/// The most columns of the chart.
const WIDEST: u16 = 100;

/// Draws it: tables above; below them the lines, or where there is no room for those one line that says which of
/// both is cheaper.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let points = points(report, usize::from(body.width.min(WIDEST)));
    let Some(page) = board.page() else { return };
    let tables = page.lines(MOST_ROWS, usize::from(body.width)).len() as u16 + 2;
    let rows = match (points.is_empty(), body.height.saturating_sub(tables)) {
        (true, _) => 0,
        (false, room) if room >= CHART.0 => room.min(CHART.1),
        (false, _) => 1,
    };
    let tables = if rows > 1 { Constraint::Max(tables) } else { Constraint::Min(1) };
    let [work, below, _] =
        Layout::vertical([tables, Constraint::Length(rows), Constraint::Fill(0)]).areas(body);
    table::draw(board, page, &[], work, theme, frame);
    match rows {
        0 => {}
        1 => frame.render_widget(Paragraph::new(strip(report, body.width, theme)), below),
        _ => draw_lines(report, &points, below, theme, frame),
    }
}

fn points(report: &Report, count: usize) -> Vec<Point> {
    let lines = |chosen: &crate::insight::cost::ModelCost| {
        chosen.lines(report.prices(), report.range(), count)
    };
    report.chosen().map(lines).unwrap_or_default()
}

/// `1,000 a day ░░░░░░░███████ 10,000,000  ░ API cheaper  █ machines cheaper`.
fn strip(report: &Report, width: u16, theme: Theme) -> Line<'static> {
    let (low, high) = report.range();
    let (left, right) = (format!("{} a day ", volume(low)), format!(" {}", volume(high)));
    let key = "  ░ API  █ machines cheaper";
    let used: usize = [left.as_str(), &right, key].into_iter().map(text::width).sum();
    let points = points(report, usize::from(width).saturating_sub(used).max(8));
    let cheaper = |point: &Point| point.api.is_none_or(|api| point.hosting < api);
    let bar: String = points.iter().map(|point| if cheaper(point) { '█' } else { '░' }).collect();
    Line::from(vec![
        Span::styled(left, theme.dim()),
        Span::styled(bar, theme.accent()),
        Span::styled(right, theme.dim()),
        Span::styled(key, theme.dim()),
    ])
}

/// Both axes are logarithmic, so that a line by the call is straight.
fn draw_lines(report: &Report, points: &[Point], area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let [title, area] = Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(area);
    let area = Rect { width: area.width.min(WIDEST), ..area };
    let run = report.chosen().map_or("", |chosen| chosen.run.as_str());
    let caption = format!("{} a month over predictions a day: ", report.prices().currency);
    let spans = vec![
        Span::styled(text::line(&caption).into_owned(), theme.dim()),
        Span::styled(format!("⠒⠒ {} on machines", text::line(run)), theme.accent()),
        Span::raw("  •• API"),
    ];
    frame.render_widget(Paragraph::new(Line::from(spans)), title);
    // A cost of 0 has no logarithm; a cent stands for less.
    let log = |x: f64| x.max(0.01).log10();
    let line = |of: &dyn Fn(&Point) -> Option<f64>| -> Vec<(f64, f64)> {
        points.iter().filter_map(|p| Some((p.per_day.log10(), log(of(p)?)))).collect()
    };
    let (hosting, api) = (line(&|p| Some(p.hosting)), line(&|p| p.api));
    let set = |data, marker, style| {
        Dataset::default().data(data).marker(marker).graph_type(GraphType::Line).style(style)
    };
    let sets = vec![
        set(&api, Marker::Dot, ratatui::style::Style::new()),
        set(&hosting, Marker::Braille, theme.accent()),
    ];
    let costs = hosting.iter().chain(&api).map(|(_, y)| *y);
    let low = costs.clone().fold(f64::INFINITY, f64::min).floor();
    let high = costs.fold(f64::NEG_INFINITY, f64::max).ceil().max(low + 1.0);
    let (left, right) = report.range();
    let axis = |(low, high): (f64, f64), name: fn(f64) -> String| {
        let labels = [low, low.midpoint(high), high].map(|x| Line::from(name(10_f64.powf(x))));
        Axis::default().bounds([low, high]).labels(labels).style(theme.dim())
    };
    let chart = Chart::new(sets)
        .x_axis(axis((left.log10(), right.log10()), volume))
        .y_axis(axis((low, high), amount))
        .legend_position(None);
    frame.render_widget(chart, area);
}

/// A cost beside an axis.
fn amount(cost: f64) -> String {
    if cost < 10.0 { number(rounded(cost)) } else { volume(cost) }
}

/// Two digits are enough beside an axis.
fn rounded(x: f64) -> f64 {
    let unit = 10_f64.powf(x.abs().max(f64::MIN_POSITIVE).log10().floor() - 1.0);
    (x / unit).round() * unit
}

/// A volume beside an axis.
fn volume(per_day: f64) -> String {
    let x = rounded(per_day);
    let (x, unit) = match x {
        x if x >= 1e9 => (x / 1e9, "G"),
        x if x >= 1e6 => (x / 1e6, "M"),
        x if x >= 1e3 => (x / 1e3, "k"),
        x => (x, ""),
    };
    let digits = usize::from(x < 10.0 && (x * 10.0).round() % 10.0 != 0.0);
    format!("{x:.digits$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_short() {
        let shown = [7.0, 1_000.0, 36_500.0, 1.25e6, 1e7, 3e12].map(volume);
        assert_eq!(shown, ["7", "1k", "37k", "1.3M", "10M", "3000G"]);
    }
}
