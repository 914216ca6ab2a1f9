//! Label issues: the queue on the left, the example under the cursor on the right, above both how often
//! the flags were right.

use crate::analysis::label_issues::LabelIssue;
use crate::insight::label_issues::{Judged, Report, by_rank};
use crate::media::text;
use crate::report::{count, percent};
use crate::tui::app::{App, Board};
use crate::tui::command::{Command, Context};
use crate::tui::layout;
use crate::tui::screens::review;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What can be done, the most useful first.
pub const KEYS: [(&str, &str); 13] = [
    ("label-wrong", "suggested"),
    ("model-wrong", "given"),
    ("both-acceptable", "both"),
    ("neither", "neither"),
    ("unsure", "unsure"),
    ("undo", "undo"),
    ("accept", "show"),
    ("cancel", "back"),
    ("help", "all keys"),
    ("rerank", "rank anew"),
    ("view-order", "other score"),
    ("view-by", "other filter"),
    ("next-view", "next screen"),
];

/// Columns of the rank and of the score.
const RANK: usize = 5;
const SCORE: usize = 5;
/// Columns of what was decided.
const SAID: usize = 12;

/// Draws it.
pub fn draw(
    app: &App,
    board: &Board,
    report: &Report,
    body: Rect,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let places = layout::labels(body);
    let lines = head(report, usize::from(body.width), theme);
    frame.render_widget(Paragraph::new(lines), places.head);
    let queue = &board.queue;
    let first = queue.first(places.lines());
    let width = usize::from(places.list.width);
    let mut lines = vec![caption(report, width, theme)];
    for (at, item) in queue.items().iter().enumerate().skip(first).take(places.lines()) {
        let line = line(app, (at, item), width, theme);
        let chosen = at == queue.at();
        lines.push(if chosen { line.patch_style(theme.selected()) } else { line });
    }
    if queue.items().is_empty() {
        let key = app.keymap().key_in(Context::Labels, Command::ViewBy);
        let what = format!("no label is doubted by this filter: {key} takes another one");
        lines = text::folded(&what, width).into_iter().map(Line::from).collect();
    }
    frame.render_widget(Paragraph::new(lines), places.list);
    if let Some(item) = queue.items().get(queue.at()) {
        draw_example(app, item, &places, theme, frame);
    }
}

fn head(report: &Report, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut said = report.progress();
    if let Some(first) = said.first_mut().filter(|_| report.hidden() > 0) {
        let hidden = count(report.hidden());
        first.extend([" · ", hidden.as_str(), " not to be looked at"]);
    }
    let mut lines: Vec<Line<'static>> =
        said.iter().map(|line| Line::raw(text::fit(line, width))).collect();
    let by_rank = report.precision().map(by_rank).filter(|said| !said.is_empty());
    lines.extend(by_rank.map(|said| {
        let said = text::fit(&said, width.saturating_sub(9));
        Line::from(vec![Span::styled("by rank  ", theme.dim()), Span::raw(said)])
    }));
    lines
}

fn caption(report: &Report, width: usize, theme: Theme) -> Line<'static> {
    let options = report.options();
    let by = format!("{}, {}", options.filter_by.name(), options.rank_by.name()).replace('_', " ");
    Line::styled(text::fit(&format!("     given → suggested · {by}"), width), theme.dim())
}

/// `  12 0.003 Shirt → Coat         label right`: what was found right is strong.
fn line(app: &App, (at, item): (usize, &LabelIssue), width: usize, theme: Theme) -> Line<'static> {
    let judged = app.label_judged(item.row);
    let said = judged.as_ref().map_or_else(String::new, Judged::said);
    let said = text::fit(&said, SAID);
    let room = width.saturating_sub(RANK + SCORE + 2 + SAID + 1);
    let name = |class: u32, room| text::fit(app.desk().classes().name(class), room);
    // A short name leaves its room to a long one.
    let names = room.saturating_sub(3);
    let short = text::width(&name(item.suggested, names / 2));
    let given = name(item.given, names.saturating_sub(short));
    let suggested = name(item.suggested, names.saturating_sub(text::width(&given)));
    let used = text::width(&given) + 3 + text::width(&suggested);
    let pad = " ".repeat(room.saturating_sub(used) + 1);
    let done = |style: Style| if judged.is_some() { theme.dim() } else { style };
    Line::from(vec![
        Span::styled(format!("{:>1$} ", at + 1, RANK - 1), theme.dim()),
        Span::styled(format!("{:<1$} ", score(item.score), SCORE + 1), theme.dim()),
        Span::styled(given, done(theme.gold())),
        Span::styled(" → ", theme.dim()),
        Span::styled(suggested, done(theme.prediction())),
        Span::raw(pad),
        Span::styled(format!("{said:<SAID$}"), theme.done()),
    ])
}

/// Three digits; the smallest as they are.
fn score(score: f64) -> String {
    if score > 0.0 && score < 0.0005 { "<.001".to_owned() } else { format!("{score:.3}") }
}

fn draw_example(
    app: &App,
    item: &LabelIssue,
    places: &layout::Labels,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let width = usize::from(places.labels.width);
    frame.render_widget(Paragraph::new(labels(app, item, width, places, theme)), places.labels);
    review::draw_example(app, item.row, 0, places.example, theme, frame);
    if let Some(below) = places.below {
        let said = app.label_judged(item.row).map_or_else(String::new, |judged| judged.said());
        let id = text::fit(app.desk().id(item.row), width.saturating_sub(SAID + 6));
        let line = Line::from(vec![
            Span::styled("id  ", theme.dim()),
            Span::raw(id),
            Span::styled(format!("  {}", text::line(&said)), theme.done()),
        ]);
        frame.render_widget(Paragraph::new(line), below);
    }
}

/// Both labels with the probability that the model gives them, in the colours of gold and prediction.
fn labels(
    app: &App,
    item: &LabelIssue,
    width: usize,
    places: &layout::Labels,
    theme: Theme,
) -> Vec<Line<'static>> {
    let desk = app.desk();
    let probs = desk.run().probs.row(item.row as usize);
    let p = |class: u32| probs.get(class as usize).map_or(0.0, |p| f64::from(*p));
    let name = |class: u32, room: usize| text::fit(desk.classes().name(class), room);
    let (gold, prediction) = (theme.gold(), theme.prediction());
    if places.labels.height < 2 {
        let room = width.saturating_sub(8);
        let given = name(item.given, room / 2);
        let suggested = name(item.suggested, room - text::width(&given));
        return vec![Line::from(vec![
            Span::styled(given, gold.patch(theme.strong())),
            Span::styled(" → ", theme.dim()),
            Span::styled(suggested, prediction.patch(theme.strong())),
            Span::raw(format!(" {:.2}", p(item.suggested))),
        ])];
    }
    let line = |caption: &'static str, class: u32, style: Style| {
        Line::from(vec![
            Span::styled(caption, theme.dim()),
            Span::styled(name(class, width.saturating_sub(20)), style.patch(theme.strong())),
            Span::styled(format!("  {}", percent(p(class))), theme.dim()),
        ])
    };
    vec![line("given      ", item.given, gold), line("suggested  ", item.suggested, prediction)]
}
