//! Calibration: the reliability diagram with the confidence of right and wrong predictions, bin by bin,
//! and the temperature that would mend it.

use crate::analysis::calibration::Bin;
use crate::insight::calibration::Report;
use crate::insight::number;
use crate::media::text;
use crate::report::{count, interval, percent};
use crate::tui::app::{Board, MOST_ROWS, Reliability};
use crate::tui::theme::Theme;
use crate::tui::widgets::bar;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Columns of a bin's ends, its count, and its accuracy with the interval.
const ENDS: usize = 11;
const COUNT: usize = 9;
const ACCURACY: usize = 21;
/// The same without the interval, where the screen is narrower than this.
const ALONE: usize = 8;
const NARROW: usize = 70;

/// Columns of the bars.
#[derive(Debug, Clone, Copy)]
struct Widths {
    diagram: usize,
    accuracy: usize,
    histogram: usize,
}

impl Widths {
    fn of(width: usize) -> Self {
        let accuracy = if width < NARROW { ALONE } else { ACCURACY };
        let room = width.saturating_sub(ENDS + COUNT + accuracy + 5);
        let histogram = room * 2 / 11;
        Self { diagram: room - 2 * histogram, accuracy, histogram }
    }
}

/// A line of the work, and the row of the tables that it is.
struct Row {
    number: Option<usize>,
    line: Line<'static>,
}

/// Draws it.
pub fn draw(board: &Board, report: &Report, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    if report.examples().0 == 0 {
        let line = "nothing to count: no listed example has both a label and a prediction";
        return frame.render_widget(Line::styled(line, theme.dim()), body);
    }
    let [head, work, told] =
        Layout::vertical([Constraint::Length(3), Constraint::Min(1), Constraint::Length(1)])
            .areas(body);
    let width = usize::from(body.width);
    frame.render_widget(Paragraph::new(self::head(report, board.reliability, width, theme)), head);
    let rows = rows(board, report, width, theme);
    let cursor = rows.iter().position(|row| row.number == Some(board.list.at)).unwrap_or(0);
    let height = usize::from(work.height);
    // The header stays in sight as long as the cursor does, too.
    let first = (cursor + 1).saturating_sub(height).min(rows.len().saturating_sub(height));
    let seen = rows.into_iter().skip(first).take(height).map(|row| row.line);
    frame.render_widget(Paragraph::new(seen.collect::<Vec<_>>()), work);
    let line = self::told(board, report);
    frame.render_widget(Line::from(text::fit(&line, width)), told);
}

/// How far confidence can be believed, and what the temperature would do.
fn head(report: &Report, look: Reliability, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let (examples, right) = report.examples();
    let [wide, full] = report.errors();
    let counts = format!("{} right of {}", count(right), count(examples));
    let wide = wide.map(|e| format!("ECE {} · MCE {}", number(e.ece), number(e.mce)));
    let full = full.map(|e| format!("equally full ECE {}", number(e.ece)));
    let said = [Some(counts), wide, full].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let temperature = match report.temperature() {
        None => "the temperature is looked for".to_owned(),
        Some(t) => format!(
            "temperature {}{}: ECE → {}, log loss {} → {}",
            number(t.temperature),
            if t.at_bound { " (the limit of the search)" } else { "" },
            number(t.ece_after),
            number(t.log_loss_before),
            number(t.log_loss_after)
        ),
    };
    let shown = if look.tempered { "as it would be at the temperature:" } else { "" };
    [said, temperature, shown.to_owned()]
        .map(|line| text::fit(&line, width))
        .into_iter()
        .zip([Style::new(), Style::new(), theme.accent()])
        .map(|(line, style)| Line::styled(line, style))
        .collect()
}

/// The bins, and the classes below them.
fn rows(board: &Board, report: &Report, width: usize, theme: Theme) -> Vec<Row> {
    let look = board.reliability;
    let widths = Widths::of(width);
    let bins = if look.tempered { report.tempered() } else { report.bins() };
    let most = |of: fn(&Bin) -> usize| bins.iter().map(of).max().unwrap_or(0).max(1);
    let most = (most(|bin| bin.right), most(|bin| bin.count - bin.right));
    let mut rows = vec![Row { number: None, line: header(look, widths, theme) }];
    let mut number = 0;
    // No confidence is below 1/K: the bins before the first example say nothing.
    let first = bins.iter().position(|bin| bin.count > 0).unwrap_or(0);
    let end = bins.iter().rposition(|bin| bin.count > 0).map_or(0, |last| last + 1);
    for bin in bins.iter().take(end).skip(first) {
        let filled = bin.count > 0 && !look.tempered;
        let chosen = filled && number == board.list.at;
        let line = bin_line(bin, chosen, most, widths, theme);
        rows.push(Row { number: filled.then_some(number), line });
        number += usize::from(filled);
    }
    if look.tempered {
        return rows;
    }
    rows.extend(class_rows(board, number, width, theme));
    rows
}

fn header(look: Reliability, widths: Widths, theme: Theme) -> Line<'static> {
    let Widths { diagram, accuracy, histogram } = widths;
    let share = text::fit("accuracy, 95 %", accuracy);
    let scale = text::fit("accuracy ┃ confidence", diagram);
    let [right, wrong] = ["right", "wrong"].map(|name| text::fit(name, histogram));
    let chosen = |chosen: bool| if chosen && !look.tempered { theme.accent() } else { theme.dim() };
    Line::from(vec![
        Span::styled(format!("{:>ENDS$}{:>COUNT$}  ", "confidence", "examples"), theme.dim()),
        Span::styled(format!("{scale:<diagram$}"), theme.dim()),
        Span::styled(format!("{share:>accuracy$}  "), theme.dim()),
        Span::styled(format!("{right:<histogram$}"), chosen(look.right)),
        Span::raw(" "),
        Span::styled(wrong, chosen(!look.right)),
    ])
}

fn bin_line(
    bin: &Bin,
    chosen: bool,
    most: (usize, usize),
    widths: Widths,
    theme: Theme,
) -> Line<'static> {
    let style = if chosen { theme.selected() } else { Style::new() };
    let start = format!("{:>ENDS$}{:>COUNT$}", ends(bin), count(bin.count));
    let width = widths.accuracy;
    let accuracy = bin.accuracy.map_or_else(String::new, |a| match width {
        ALONE => percent(a.share),
        _ => format!("{} ({})", percent(a.share), interval(a.low, a.high)),
    });
    let part = |n: usize, most: usize| bar(n as f64 / most as f64, widths.histogram);
    let mut spans = vec![Span::styled(start, style), Span::raw("  ")];
    spans.extend(diagram(bin, widths.diagram, theme));
    spans.extend([
        Span::styled(format!("{accuracy:>width$}  "), theme.dim()),
        Span::styled(part(bin.right, most.0), theme.done()),
        Span::raw(" "),
        Span::styled(part(bin.count - bin.right, most.1), theme.hint()),
    ]);
    Line::from(spans)
}

/// `0.80–0.87`, narrow ones with a digit more; a bin of one value, `1.00`.
fn ends(bin: &Bin) -> String {
    let Bin { low, high, .. } = bin;
    match high - low {
        width if width <= 0.0 => format!("{low:.2}"),
        width if width < 0.05 => format!("{low:.3}–{high:.3}"),
        _ => format!("{low:.2}–{high:.2}"),
    }
}

/// Solid to the lower end of the accuracy's interval, dense to the accuracy, sparse to the upper end;
/// and a mark at the mean confidence: where the accuracy would be, were the model as right as it is sure.
fn diagram(bin: &Bin, width: usize, theme: Theme) -> Vec<Span<'static>> {
    let (Some(accuracy), Some(confidence)) = (bin.accuracy, bin.confidence) else {
        return vec![Span::raw(" ".repeat(width))];
    };
    let column = |share: f64| (share * width as f64).round() as usize;
    let (low, share, high) = (column(accuracy.low), column(accuracy.share), column(accuracy.high));
    let mark = ((confidence * width as f64) as usize).min(width.saturating_sub(1));
    let drawn = |at: usize| match at {
        at if at == mark => ('┃', theme.accent()),
        at if at < low => ('█', theme.hint()),
        at if at < share => ('▓', theme.hint()),
        at if at < high => ('░', theme.dim()),
        _ => (' ', Style::new()),
    };
    (0..width).map(drawn).map(|(c, style)| Span::styled(c.to_string(), style)).collect()
}

/// The table of the classes.
fn class_rows(board: &Board, first: usize, width: usize, theme: Theme) -> Vec<Row> {
    let Some((title, sheet)) = board.page().and_then(|page| page.sheets.get(1)) else {
        return vec![];
    };
    let (table, _) = sheet.shown(MOST_ROWS, width);
    let mut lines = table.lines().into_iter();
    let header = lines.next().unwrap_or_default();
    let said = [
        Line::default(),
        Line::styled(title.clone(), theme.strong()),
        Line::styled(header, theme.dim()),
    ];
    let row = |(at, line)| {
        let style = if at == board.list.at { theme.selected() } else { Style::new() };
        Row { number: Some(at), line: Line::styled(line, style) }
    };
    let said = said.into_iter().map(|line| Row { number: None, line });
    said.chain((first..).zip(lines).map(row)).collect()
}

/// What enter shows.
fn told(board: &Board, report: &Report) -> String {
    let look = board.reliability;
    if look.tempered {
        return "these bins can't be entered: they are none of the confidence as it is".to_owned();
    }
    let Some(bin) = report.bins().iter().filter(|bin| bin.count > 0).nth(board.list.at) else {
        return String::new();
    };
    let (right, wrong) = (count(bin.right), count(bin.count - bin.right));
    if look.right {
        format!("{right} right with confidence {}; → {wrong} wrong", ends(bin))
    } else {
        format!("{wrong} wrong with confidence {}; ← {right} right", ends(bin))
    }
}
