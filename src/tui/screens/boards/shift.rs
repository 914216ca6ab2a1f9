//! The shift: tables of what moved, or a control chart of the error over batches above its table.

use super::table;
use crate::analysis::batches::{ChartPoint, Signal};
use crate::insight::Page;
use crate::insight::shift::{Chart, Face, Report};
use crate::media::text;
use crate::report::percent;
use crate::tui::app::Board;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Lines of the chart, with the names below it and the legend, in a low terminal and in a high one.
const LOW: u16 = 9;
const HIGH: u16 = 15;
/// Lines from which on a terminal is a high one.
const ENOUGH: u16 = 30;
/// Columns of the axis, and of a batch at most.
const AXIS: usize = 8;
const WIDEST: usize = 12;

/// Draws it.
pub fn draw(
    board: &Board,
    report: &Report,
    page: &Page,
    body: Rect,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let chart = match report.face() {
        Face::Chart(chart) => lines(chart, body, theme),
        _ => vec![],
    };
    let height = chart.len() as u16;
    let [above, below] =
        Layout::vertical([Constraint::Length(height), Constraint::Min(1)]).areas(body);
    frame.render_widget(Paragraph::new(chart), above);
    table::draw(board, page, &[], below, theme, frame);
}

/// One place of the chart.
type Place = (char, Style);

/// The chart, its names and its legend; nothing where there is nothing to see, or no room.
fn lines(chart: &Chart, body: Rect, theme: Theme) -> Vec<Line<'static>> {
    let points = chart.points();
    let height = if body.height < ENOUGH { LOW } else { HIGH };
    let width = usize::from(body.width).saturating_sub(AXIS);
    if points.len() < 2 || width < points.len() || body.height < height + 4 {
        return vec![];
    }
    let step = (width / points.len()).min(WIDEST);
    let scale = Scale::of(&points, usize::from(height) - 2);
    let plot = plot(&points, chart.centre(), &scale, step, theme);
    let axis = |row: usize| {
        let mark = if row == scale.row(chart.centre()) {
            percent(chart.centre())
        } else if row == 0 || row + 1 == scale.rows {
            percent(scale.value(row))
        } else {
            String::new()
        };
        Span::styled(format!("{mark:>w$} ", w = AXIS - 1), theme.dim())
    };
    let line = |(row, places): (usize, Vec<Place>)| {
        let spans = places.into_iter().map(|(c, style)| Span::styled(c.to_string(), style));
        std::iter::once(axis(row)).chain(spans).collect()
    };
    let mut lines: Vec<Line<'static>> = plot.into_iter().enumerate().map(line).collect();
    lines.push(names(chart, step * points.len(), theme));
    lines.push(legend(chart, theme));
    lines
}

/// From values to lines.
struct Scale {
    low: f64,
    high: f64,
    rows: usize,
}

impl Scale {
    fn of(points: &[ChartPoint], rows: usize) -> Self {
        let values = || {
            let all =
                points.iter().flat_map(|p| [Some(p.low), Some(p.high), Some(p.average), p.error]);
            all.flatten().filter(|x| x.is_finite())
        };
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        if low < high { Self { low, high, rows } } else { Self { low: 0.0, high: 1.0, rows } }
    }

    fn row(&self, value: f64) -> usize {
        let last = self.rows.saturating_sub(1);
        let part = (self.high - value) / (self.high - self.low);
        // Clamped, so that the cast loses nothing.
        (part.clamp(0.0, 1.0) * last as f64).round() as usize
    }

    fn value(&self, row: usize) -> f64 {
        let last = self.rows.saturating_sub(1).max(1);
        self.high - (self.high - self.low) * row as f64 / last as f64
    }
}

/// The average goes over the error, that over the limits, those over the centre.
fn plot(
    points: &[ChartPoint],
    centre: f64,
    scale: &Scale,
    step: usize,
    theme: Theme,
) -> Vec<Vec<Place>> {
    let mut places = vec![vec![(' ', Style::new()); points.len() * step]; scale.rows];
    let mut put = |row: usize, from: usize, count: usize, place: Place| {
        places[row][from..from + count].fill(place);
    };
    let middle = step / 2;
    for (at, point) in points.iter().enumerate() {
        let from = at * step;
        put(scale.row(centre), from, step, ('┄', theme.dim()));
        put(scale.row(point.low), from, step, ('─', theme.dim()));
        put(scale.row(point.high), from, step, ('─', theme.dim()));
        if let Some(error) = point.error {
            put(scale.row(error), from + middle, 1, ('○', Style::new()));
        }
        let mark = match point.signal {
            Signal::Within => '●',
            Signal::Above => '▲',
            Signal::Below => '▼',
        };
        put(scale.row(point.average), from + middle, 1, (mark, theme.accent()));
    }
    places
}

/// The first and the last batch.
fn names(chart: &Chart, width: usize, theme: Theme) -> Line<'static> {
    let all: Vec<&str> = chart.names().collect();
    let ends = [all.first(), all.last()].map(|name| name.copied().unwrap_or_default());
    let [first, last] = ends.map(|name| text::fit(name, width.saturating_sub(1) / 2));
    let gap = width.saturating_sub(text::width(&first) + text::width(&last));
    let line = format!("{}{first}{}{last}", " ".repeat(AXIS), " ".repeat(gap));
    Line::styled(line, theme.dim())
}

fn legend(chart: &Chart, theme: Theme) -> Line<'static> {
    let what = match chart.mix() {
        Some(mix) => format!("without the mix of {}: ", text::line(mix)),
        None => String::new(),
    };
    let dim = |text: String| Span::styled(text, theme.dim());
    let accent = |text: &'static str| Span::styled(text, theme.accent());
    Line::from(vec![
        dim(format!("{}{what}", " ".repeat(AXIS))),
        accent("●"),
        dim(" average  ".to_owned()),
        accent("▲▼"),
        dim(" outside the limits ─  ".to_owned()),
        Span::raw("○"),
        dim(" error".to_owned()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_has_a_line(
            values in prop::collection::vec((-0.5_f64..1.5, 0.0_f64..1.0, any::<bool>()), 0..30),
            rows in 1_usize..20,
            asked in any::<f64>(),
        ) {
            let point = |&(average, low, known): &(f64, f64, bool)| ChartPoint {
                error: known.then_some(average),
                average,
                low,
                high: low,
                signal: Signal::Within,
            };
            let points: Vec<ChartPoint> = values.iter().map(point).collect();
            let scale = Scale::of(&points, rows);
            prop_assert!(scale.row(asked) < rows);
            for row in 0..rows {
                prop_assert!(scale.value(row).is_finite());
            }
            let drawn = plot(&points, 0.5, &scale, 3, Theme::default());
            prop_assert!(drawn.iter().all(|line| line.len() == points.len() * 3));
        }
    }
}
