//! The review: one error, everything that is known of it, everything that was decided.

use super::{footer, history, tag_bar};
use crate::analysis::suggest::{Suggestion, What};
use crate::analysis::top_classes;
use crate::dataset::{Column, Media, Review, Run};
use crate::media::text;
use crate::tui::app::{App, Picture, describe};
use crate::tui::command::Context;
use crate::tui::layout;
use crate::tui::theme::Theme;
use crate::tui::widgets::{bar, draw_document, draw_picture, draw_sound};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

/// Draws the review.
pub fn draw(app: &App, places: &layout::Review, theme: Theme, frame: &mut Frame<'_>) {
    let count = app.desk().list().len();
    let place = if count == 0 { 0 } else { app.position() + 1 };
    let right = format!("{place} of {} ", how_many(app, count));
    draw_header(app, &right, places.header, theme, frame);
    match app.row() {
        Some(row) => {
            draw_example(app, row, app.scroll(), places.picture, theme, frame);
            let lines = side_lines(app, row, places.side, theme);
            frame.render_widget(Paragraph::new(lines), places.side);
            frame.render_widget(
                Paragraph::new(note_line(app, row, places.note, theme)),
                places.note,
            );
        }
        None => draw_empty(app, places.picture, frame),
    }
    tag_bar::draw(app, places.tags, theme, frame);
    footer::draw_tallies(app, places, theme, frame);
    if let Some(area) = places.history {
        history::draw_strip(app, area, theme, frame);
    }
    footer::draw_footer(app, places, theme, frame);
}

/// `318 errors  12 marked  9 reviewed`
pub(super) fn how_many(app: &App, count: usize) -> String {
    let desk = app.desk();
    let what = if desk.is_search() { "found" } else { desk.subset().name() };
    let marked = match app.marks().len() {
        0 => String::new(),
        n => format!("  {n} marked"),
    };
    format!("{count} {what}{marked}  {} reviewed", desk.reviewed())
}

/// What is looked at, and on the right how far it is.
pub(super) fn draw_header(app: &App, right: &str, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let desk = app.desk();
    let (project, split, run) = (desk.project(), desk.examples().split, &desk.run().name);
    let order = desk.order().name();
    let room = usize::from(area.width).saturating_sub(text::width(right) + 1);
    let part = if desk.eyeball().is_some() { " (eyeball)" } else { "" };
    let mark = if app.is_named_list() { "" } else { "/" };
    let filter = app.filter().map_or_else(String::new, |filter| format!("  {mark}{filter}"));
    let left = text::fit(&format!(" {project} · {split}{part} · {run}   {order}{filter}"), room);
    frame.render_widget(Paragraph::new(left).style(theme.strong()), area);
    frame.render_widget(Paragraph::new(right).right_aligned().style(theme.strong()), area);
}

/// Draws an example: its picture, or its text or row scrolled by so many lines.
pub(super) fn draw_example(
    app: &App,
    row: u32,
    scroll: u16,
    area: Rect,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    match &app.desk().examples().media {
        Media::Picture(_) => match app.picture_of(row) {
            Some(Picture::Ready(cells)) => draw_picture(cells, area, theme, frame.buffer_mut()),
            Some(Picture::Failed(reason)) => draw_card("picture", reason, area, theme, frame),
            Some(Picture::Pending) | None => {}
        },
        Media::Sound(_) => match app.picture_of(row) {
            Some(Picture::Ready(cells)) => draw_sound(cells, area, theme, frame.buffer_mut()),
            Some(Picture::Failed(reason)) => draw_card("sound", reason, area, theme, frame),
            Some(Picture::Pending) | None => {}
        },
        Media::Text(_) | Media::Row => {
            draw_document(app.desk(), row, scroll, theme, area, frame.buffer_mut());
        }
    }
}

fn draw_card(what: &str, reason: &str, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let lines = vec![
        Line::styled(format!("this {what} can't be shown"), theme.trouble()),
        Line::default(),
        Line::from(text::line(reason).into_owned()),
        Line::default(),
        Line::styled("it can still be decided on, or skipped", theme.dim()),
    ];
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

fn draw_empty(app: &App, area: Rect, frame: &mut Frame<'_>) {
    let desk = app.desk();
    let text = format!(
        "{} makes no {} on {}.\n\nFor another run: gaffe review --run NAME",
        text::line(&desk.run().name),
        desk.subset().name(),
        desk.examples().split
    );
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

/// Lines above the classes.
const HEAD: usize = 4;

/// Labels, decision, classes, metadata: always on the same lines.
fn side_lines(app: &App, row: u32, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let desk = app.desk();
    let classes = desk.classes();
    let width = usize::from(area.width);
    let name = |class: u32| text::fit(classes.name(class), width.saturating_sub(18));
    let decided = decided_line(app, row, width, theme);
    let [third, fourth] = match versus_line(app, row, width, theme) {
        Some(versus) => [versus, decided],
        None => [decided, Line::default()],
    };
    let head: [Line<'static>; HEAD] = [
        Line::from(vec![
            Span::styled("gold       ", theme.dim()),
            Span::styled(name(desk.gold(row)), theme.gold().patch(theme.strong())),
        ]),
        predicted_line(app, row, name, theme),
        third,
        fourth,
    ];
    let mut lines = Vec::from(head);
    lines.extend(class_lines(app, row, width, theme));
    lines.push(Line::default());
    let id = text::fit(desk.id(row), width.saturating_sub(4));
    lines.push(Line::from(vec![Span::styled("id  ", theme.dim()), Span::raw(id)]));
    if !matches!(desk.examples().media, Media::Row) {
        lines.extend(flow(metadata(app, row, width, theme), width));
    }
    lines
}

fn predicted_line(
    app: &App,
    row: u32,
    name: impl Fn(u32) -> String,
    theme: Theme,
) -> Line<'static> {
    let caption = Span::styled("predicted  ", theme.dim());
    if app.hides_prediction(row) {
        return Line::from(vec![caption, Span::raw("hidden until decided")]);
    }
    let run = app.desk().run();
    let predicted = run.prediction(row as usize).map_or_else(String::new, name);
    Line::from(vec![
        caption,
        Span::styled(predicted, theme.prediction().patch(theme.strong())),
        Span::raw(confidence(run, row)),
    ])
}

/// `  0.71`, or nothing where it is not known.
fn confidence(run: &Run, row: u32) -> String {
    run.known_confidence(row as usize).map_or_else(String::new, |p| format!("  {p:.2}"))
}

/// `v2         Coat  0.71`: what the run beside predicts, in a list that a comparison led to.
fn versus_line(app: &App, row: u32, width: usize, theme: Theme) -> Option<Line<'static>> {
    let run = app.versus().filter(|_| !app.hides_prediction(row))?;
    let name = text::fit(&run.name, 10);
    let caption = format!("{name}{}", " ".repeat(11 - text::width(&name).min(11)));
    let Some(class) = run.prediction(row as usize) else {
        return Some(Line::styled(format!("{caption}—"), theme.dim()));
    };
    let name = text::fit(app.desk().classes().name(class), width.saturating_sub(18));
    Some(Line::from(vec![
        Span::styled(caption, theme.dim()),
        Span::styled(name, theme.prediction()),
        Span::raw(confidence(run, row)),
    ]))
}

fn decided_line(app: &App, row: u32, width: usize, theme: Theme) -> Line<'static> {
    if let Some(suggestion) =
        app.suggestions().first().filter(|_| app.desk().verdict(row).is_none())
    {
        return suggested_line(app, suggestion, width, theme);
    }
    let review = app.shown_review(row).filter(|review| !review.is_empty());
    let Some(review) = review else { return Line::styled("decided    —", theme.dim()) };
    let bare = Review { tags: vec![], ..review.clone() };
    let said =
        if bare.is_empty() { "tags only".to_owned() } else { describe(&bare, app.desk().ledger()) };
    Line::from(vec![
        Span::styled("decided    ", theme.dim()),
        Span::styled(text::fit(&said, width.saturating_sub(11)), theme.done()),
    ])
}

/// `suggested  blurry  6 of 10 alike  Y`
fn suggested_line(app: &App, suggestion: &Suggestion, width: usize, theme: Theme) -> Line<'static> {
    let key = app.keymap().keys(Context::Review, "take-suggestion").first().cloned();
    let name = match suggestion.what {
        What::Tag(tag) => app.desk().ledger().tag(tag).map_or("", |tag| tag.name.as_str()),
        What::Label(class) => app.desk().classes().name(class),
    };
    let support = format!(" {} of {} alike ", suggestion.support, suggestion.of);
    let room = width.saturating_sub(11 + support.len() + 1);
    Line::from(vec![
        Span::styled("suggested  ", theme.dim()),
        Span::raw(text::fit(name, room)),
        Span::styled(support, theme.dim()),
        Span::styled(key.unwrap_or_default(), theme.accent()),
    ])
}

/// Up to ten classes, with their probabilities: all in their own order, each with its digit; else the
/// most probable ones and the gold label.
fn shown_classes(app: &App, row: u32) -> Vec<(u32, f32)> {
    const SHOWN: usize = 10;
    let desk = app.desk();
    let probs = desk.run().probs.row(row as usize);
    let hidden = app.hides_prediction(row);
    let lines = layout::review(app.screen()).map_or(0, |places| usize::from(places.side.height));
    let room = lines.saturating_sub(HEAD).clamp(1, SHOWN);
    let mut shown: Vec<(u32, f32)> = if probs.len() <= room || hidden {
        // Which ones are probable is hidden, too.
        let known = |&p: &f32| if hidden { 0.0 } else { p };
        (0..).zip(probs.iter().map(known)).take(room).collect()
    } else {
        top_classes(probs, room)
    };
    // Least probable first, so that neither takes the other's place.
    let label = app.shown_review(row).map_or(desk.gold(row), |_| desk.effective(row).class);
    for (from_below, class) in [label, desk.gold(row)].into_iter().enumerate() {
        if !shown.iter().any(|(shown, _)| *shown == class) {
            let at = shown.len().saturating_sub(1 + from_below);
            shown[at] = (class, if hidden { 0.0 } else { probs[class as usize] });
        }
    }
    if probs.len() <= SHOWN {
        // Those with digits stand in the order of these.
        shown.sort_by_key(|(class, _)| *class);
    }
    shown
}

/// The class in a line of the side, counted from its top.
pub fn class_in_line(app: &App, row: u32, line: usize) -> Option<u32> {
    let (class, _) = *shown_classes(app, row).get(line.checked_sub(HEAD)?)?;
    Some(class)
}

fn class_lines(app: &App, row: u32, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let shown = shown_classes(app, row);
    let name = |k: u32| app.desk().classes().name(k);
    let longest = shown.iter().map(|(k, _)| text::width(name(*k))).max().unwrap_or(0);
    let name_width = longest.clamp(4, width.saturating_sub(20));
    shown
        .into_iter()
        .map(|(class, p)| class_line(app, row, (class, p), (name_width, width), theme))
        .collect()
}

fn class_line(
    app: &App,
    row: u32,
    (class, p): (u32, f32),
    (name_width, width): (usize, usize),
    theme: Theme,
) -> Line<'static> {
    let desk = app.desk();
    let is_gold = class == desk.gold(row);
    let predicted = desk.run().prediction(row as usize).filter(|_| !app.hides_prediction(row));
    let is_predicted = Some(class) == predicted;
    let effective = desk.effective(row);
    let style = match (is_gold, is_predicted) {
        (true, _) => theme.gold(),
        (_, true) => theme.prediction(),
        _ => ratatui::style::Style::new(),
    };
    let corrected =
        effective.corrected && effective.class == class && app.shown_review(row).is_some();
    let name = text::fit(desk.classes().name(class), name_width);
    let pad = " ".repeat(name_width.saturating_sub(text::width(&name)));
    let number = if p >= 0.005 { format!("{p:.2}") } else { "    ".to_owned() };
    let bar_width = width.saturating_sub(name_width + 12);
    Line::from(vec![
        Span::styled(format!("{} ", digit(class)), theme.accent()),
        Span::styled(format!("{name}{pad} "), style),
        Span::styled(bar(f64::from(p), bar_width), style),
        Span::raw(format!(" {number} ")),
        Span::styled(mark(is_gold, is_predicted, corrected), style),
    ])
}

/// The key that sets the class: the digits in the order of a keyboard.
fn digit(class: u32) -> String {
    match class {
        0..=8 => (class + 1).to_string(),
        9 => "0".to_owned(),
        _ => " ".to_owned(),
    }
}

/// g for the gold label, p for the prediction, a tick for the label that a person set.
fn mark(is_gold: bool, is_predicted: bool, corrected: bool) -> &'static str {
    match (is_gold, is_predicted, corrected) {
        (true, _, true) => "g ✓",
        (true, ..) => "g  ",
        (_, true, true) => "p ✓",
        (_, true, _) => "p  ",
        (_, _, true) => "  ✓",
        _ => "   ",
    }
}

/// The name and value of each metadata column.
fn metadata(app: &App, row: u32, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let cell = |column: &Column| {
        let name = text::fit(&column.name, width / 2);
        let room = width.saturating_sub(text::width(&name) + 1);
        let value = text::fit(column.cells.get(row as usize), room);
        Line::from(vec![Span::styled(format!("{name} "), theme.dim()), Span::raw(value)])
    };
    app.desk().examples().metadata.iter().map(cell).collect()
}

/// As many on a line as fit.
fn flow(cells: Vec<Line<'static>>, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for cell in cells {
        match lines.last_mut() {
            Some(line) if line.width() + 2 + cell.width() <= width => {
                line.push_span(Span::raw("  "));
                line.extend(cell);
            }
            _ => lines.push(cell),
        }
    }
    lines
}

fn note_line(app: &App, row: u32, area: Rect, theme: Theme) -> Line<'static> {
    let note = app.shown_review(row).map_or("", |review| review.note.as_str());
    let note = if note.is_empty() { "—" } else { note };
    let note = text::fit(note, usize::from(area.width).saturating_sub(7));
    Line::from(vec![Span::styled(" note  ", theme.dim()), Span::raw(note)])
}
