//! What the model here says of an example, of it as it would be, and where it looks.
//!
//! Invariant: the run's own probabilities stand beside what is asked now, and nothing here can be decided on.

use super::footer::{draw_scoring, status_line};
use super::hints::{self, Hint};
use crate::analysis::{DARKEST, argmax, top_classes};
use crate::dataset::Media;
use crate::media::text;
use crate::project::{Evidence, EvidenceCells, Fresh, Variant};
use crate::tui::app::{App, Heard, Picture, WhatIf};
use crate::tui::command::Context;
use crate::tui::layout;
use crate::tui::theme::Theme;
use crate::tui::widgets::{draw_heated, draw_picture, draw_sound};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Wrap};
use std::ops::Range;

/// The largest difference that counts as the same.
const SAME: f32 = 0.005;
/// The smallest drop that is shown.
const LEAST: f64 = 0.005;
/// Columns of a probability.
const NUMBER: usize = 6;

/// Draws it.
pub fn draw(
    app: &App,
    asked: &WhatIf,
    places: &layout::Review,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    frame.render_widget(Clear, frame.area());
    let desk = app.desk();
    let id = text::fit(desk.id(asked.row), usize::from(places.header.width) / 2);
    let left = format!(" what if · {} · {}", text::line(&desk.run().name), id);
    let right = format!("{} of {} ", app.position() + 1, desk.list().len());
    frame.render_widget(Paragraph::new(left).style(theme.strong()), places.header);
    let right = Paragraph::new(right).right_aligned().style(theme.strong());
    frame.render_widget(right, places.header);
    match &asked.variant {
        Variant::Picture(_) | Variant::Sound => {
            draw_changed(app, asked, places.picture, theme, frame);
        }
        Variant::Text(text) => draw_text(asked, text, places.picture, theme, frame),
        Variant::Row(cells) => draw_row(app, asked, cells, places.picture, theme, frame),
    }
    let side = Rect { height: places.tags.y - places.side.y, ..places.side };
    let lines = side_lines(app, asked, side, theme);
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), side);
    let what = text::fit(&described(app, asked), usize::from(places.tags.width));
    let style = if app.is_varied() { theme.accent() } else { theme.dim() };
    frame.render_widget(Paragraph::new(what).style(style), places.tags);
    let area = draw_scoring(app, places.status, theme, frame);
    let status = status_line(app, usize::from(area.width), theme);
    frame.render_widget(Paragraph::new(status), area);
    hints::draw(&keys(app, places.keys.width), places.keys, theme, frame.buffer_mut());
}

/// What can be done.
pub fn keys(app: &App, width: u16) -> Vec<Hint> {
    const PICTURE: [(&str, &str); 8] = [
        ("try-flip", "flip"),
        ("try-turn", "turn"),
        ("try-grey", "grey"),
        ("try-blur", "blur"),
        ("try-lighter", "lighter"),
        ("try-darker", "darker"),
        ("try-crop", "crop"),
        ("next", "next"),
    ];
    let media = &app.desk().examples().media;
    let mut wanted = vec![("cancel", "close"), ("evidence", "evidence")];
    wanted.extend(app.is_varied().then_some(("restore", "as it is")));
    match media {
        Media::Picture(_) => wanted.extend(PICTURE),
        Media::Sound(_) => wanted.push(("next", "next")),
        Media::Text(_) => wanted.extend([("accept", "edit the text"), ("next", "next")]),
        Media::Row => {
            wanted.extend([("accept", "edit the cell"), ("down", "down"), ("next", "next")]);
        }
    }
    hints::row(app, Context::WhatIf, &wanted, width)
}

/// What the field asks for.
pub fn caption(app: &App) -> String {
    let column = app.chosen_column().and_then(|at| app.desk().examples().metadata.get(at));
    column
        .map_or_else(|| " text ".to_owned(), |column| format!(" {} ", text::fit(&column.name, 20)))
}

/// What is changed, in words.
fn described(app: &App, asked: &WhatIf) -> String {
    if !app.is_varied() {
        return " as it is".to_owned();
    }
    match &asked.variant {
        Variant::Picture(change) => format!(" {}", change.words().join(" · ")),
        Variant::Text(_) => " another text".to_owned(),
        Variant::Sound => " as it is".to_owned(),
        Variant::Row(cells) => {
            let columns = app.desk().examples().metadata.iter().zip(cells);
            let changed = columns.filter(|(c, cell)| c.cells.get(asked.row as usize) != **cell);
            let words = changed.map(|(c, cell)| format!("{} = {cell}", c.name));
            format!(" {}", text::line(&words.collect::<Vec<_>>().join(" · ")))
        }
    }
}

fn fresh(asked: &WhatIf) -> Option<&Fresh> {
    match &asked.heard {
        Heard::Fresh(fresh) => Some(&fresh.1),
        Heard::Nothing | Heard::Trouble(_) => None,
    }
}

fn evidence(asked: &WhatIf) -> Option<&Evidence> {
    fresh(asked)?.evidence.as_ref().filter(|_| asked.evidence)
}

/// The largest drop either way.
fn largest(found: &Evidence) -> f64 {
    found.drops.iter().flatten().fold(0.0, |top: f64, drop| top.max(drop.abs()))
}

/// The picture as it would be, under the heat.
fn draw_changed(app: &App, asked: &WhatIf, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let own = match app.picture_of(asked.row) {
        Some(Picture::Ready(cells)) => Some(cells),
        _ => None,
    };
    let Some(cells) = fresh(asked).and_then(|fresh| fresh.cells.as_ref()).or(own) else { return };
    let found = evidence(asked).map(|found| (found, largest(found)));
    let Some((Evidence { drops, cells: EvidenceCells::Patches(columns), .. }, top)) = found else {
        return match asked.variant {
            Variant::Sound => draw_sound(cells, area, theme, frame.buffer_mut()),
            _ => draw_picture(cells, area, theme, frame.buffer_mut()),
        };
    };
    let rows = drops.len().checked_div(*columns).unwrap_or(0);
    let heat = |x: f64, y: f64| {
        let place = |share: f64, of: usize| ((share * of as f64) as usize).min(of.max(1) - 1);
        let drop = drops.get(place(y, rows) * columns + place(x, *columns)).copied().flatten();
        drop.filter(|drop| drop.abs() >= LEAST).map_or(0.0, |drop| drop / top)
    };
    draw_heated(cells, heat, area, theme, frame.buffer_mut());
}

/// How a cell with that drop is set, `top` being the largest.
fn shade(drop: Option<f64>, top: f64, theme: Theme) -> Style {
    let Some(drop) = drop.filter(|drop| drop.abs() >= LEAST) else { return Style::new() };
    let shade = (drop.abs() / top * f64::from(DARKEST)).ceil() as u8;
    if drop > 0.0 { theme.heat(shade) } else { theme.heat_better(shade) }
}

fn draw_text(asked: &WhatIf, own: &str, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let mut words: Vec<(Range<usize>, Style)> = Vec::new();
    if let Some(found) = evidence(asked)
        && let EvidenceCells::Words(ranges) = &found.cells
    {
        let top = largest(found);
        let styles = found.drops.iter().map(|drop| shade(*drop, top, theme));
        words = ranges.iter().cloned().zip(styles).collect();
    }
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut start = 0;
    for line in own.split('\n') {
        lines.push(styled_line(own, start..start + line.len(), &words));
        start += line.len() + 1;
    }
    let paragraph = Paragraph::new(lines).wrap(Wrap { trim: false });
    let all = paragraph.line_count(area.width);
    let limit = all.saturating_sub(usize::from(area.height));
    let scroll = u16::try_from(asked.list.at.min(limit)).unwrap_or(u16::MAX);
    frame.render_widget(paragraph.scroll((scroll, 0)), area);
}

/// A line of a text, with its words as they are set.
fn styled_line(own: &str, line: Range<usize>, words: &[(Range<usize>, Style)]) -> Line<'static> {
    let part = |range: Range<usize>| text::line(own.get(range).unwrap_or_default()).into_owned();
    let mut spans = Vec::new();
    let mut at = line.start;
    for (range, style) in words {
        // An answer to an older text may not fit this one.
        let (start, end) = (range.start.max(at), range.end.min(line.end));
        if start < end && own.is_char_boundary(start) && own.is_char_boundary(end) {
            spans.push(Span::raw(part(at..start)));
            spans.push(Span::styled(part(start..end), *style));
            at = end;
        }
    }
    spans.push(Span::raw(part(at..line.end)));
    Line::from(spans)
}

fn draw_row(
    app: &App,
    asked: &WhatIf,
    cells: &[String],
    area: Rect,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let columns = &app.desk().examples().metadata;
    let found = evidence(asked).map(|found| (found, largest(found)));
    let widest = columns.iter().map(|column| text::width(&column.name)).max().unwrap_or(0);
    let room = usize::from(area.height).max(1);
    let first = (asked.list.at + 1).saturating_sub(room);
    let line = |(at, column): (usize, usize)| {
        let drop = found.and_then(|(found, _)| found.drops.get(column).copied().flatten());
        let style = found.map_or(Style::new(), |(_, top)| shade(drop, top, theme));
        let name = text::fit(&columns[column].name, widest.min(20));
        let pad = " ".repeat(widest.min(20).saturating_sub(text::width(&name)) + 1);
        let is_own = columns[column].cells.get(asked.row as usize) == cells[column];
        let value = Span::raw(text::line(&cells[column]).into_owned());
        let number = drop.map_or_else(String::new, |drop| format!("{:>+6.2} ", -drop));
        let number = if found.is_some() { format!("{number:7}") } else { String::new() };
        let value = if is_own { value } else { value.style(theme.accent()) };
        let line = Line::from(vec![
            Span::styled(number, style),
            Span::styled(format!("{name}{pad}"), theme.dim()),
            value,
        ]);
        if at == asked.list.at { line.patch_style(theme.selected()) } else { line }
    };
    let listed = app.listed_columns().into_iter().filter(|&column| column < columns.len());
    let lines = listed.enumerate().skip(first).take(room).map(line);
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
}

/// The model, whether it says what the run says, the classes, the evidence.
fn side_lines(app: &App, asked: &WhatIf, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let width = usize::from(area.width);
    let (name, fresh) = match &asked.heard {
        Heard::Nothing => return vec![Line::styled("loading the model …", theme.dim())],
        Heard::Trouble(why) => return trouble(why, theme),
        Heard::Fresh(fresh) => (&fresh.0, &fresh.1),
    };
    let model = text::fit(name, width.saturating_sub(11));
    let stored = app.desk().run().probs.row(asked.row as usize);
    let mut lines = vec![
        Line::from(vec![Span::styled("model      ", theme.dim()), Span::raw(model)]),
        compared(app, stored, &fresh.own, theme),
        Line::default(),
    ];
    let below = evidence_lines(app, asked, width, theme);
    let room = usize::from(area.height).saturating_sub(lines.len() + 1 + below.len()).max(1);
    lines.extend(class_lines(
        app,
        asked.row,
        [stored, &fresh.own, &fresh.changed],
        (room, width),
        theme,
    ));
    lines.extend(below);
    lines
}

/// Why the model says nothing, and what to do.
fn trouble(why: &str, theme: Theme) -> Vec<Line<'static>> {
    let mut lines =
        vec![Line::styled("the model can't be asked", theme.trouble()), Line::default()];
    lines.extend(text::lines(why).map(|line| Line::from(line.trim().to_owned())));
    lines
}

/// Whether the model here gives what the run has.
fn compared(app: &App, stored: &[f32], own: &[f32], theme: Theme) -> Line<'static> {
    let run = text::fit(&app.desk().run().name, 10);
    if stored.first().is_none_or(|p| p.is_nan()) || stored.len() != own.len() {
        return Line::styled(format!("{run} has no prediction here"), theme.dim());
    }
    let apart = stored.iter().zip(own).fold(0.0_f32, |top, (a, b)| top.max((a - b).abs()));
    if apart <= SAME {
        return Line::styled(format!("gives the same as {run}"), theme.done());
    }
    Line::styled(format!("differs from {run} by up to {apart:.2}"), theme.trouble())
}

/// The classes with what the run has, what the model says here, and what it says of the changed example.
fn class_lines(
    app: &App,
    row: u32,
    [stored, own, changed]: [&[f32]; 3],
    (room, width): (usize, usize),
    theme: Theme,
) -> Vec<Line<'static>> {
    let is_varied = app.is_varied();
    let columns = if is_varied { 3 } else { 2 };
    let name_width = width.saturating_sub(columns * NUMBER + 3).max(4);
    let at = |probs: &[f32], class: u32| probs.get(class as usize).copied().unwrap_or(f32::NAN);
    let count = stored.len().max(own.len());
    // NaN is less than any number here.
    let most = |class: u32| at(stored, class).max(at(own, class)).max(at(changed, class)).max(0.0);
    let most: Vec<f32> = (0..count as u32).map(most).collect();
    let mut shown: Vec<u32> = top_classes(&most, room).into_iter().map(|top| top.0).collect();
    if count <= room {
        // None moves while it is changed.
        shown.sort_unstable();
    }
    let heading = if is_varied { "   run  here   now" } else { "   run  here" };
    let mut lines =
        vec![Line::styled(format!("{}{heading}", " ".repeat(name_width + 2)), theme.dim())];
    let (top, gold) = (argmax(changed), app.desk().gold(row));
    for class in shown {
        let name = text::fit(app.desk().classes().name(class), name_width);
        let pad = " ".repeat(name_width.saturating_sub(text::width(&name)));
        let mut style = if class == gold { theme.gold() } else { Style::new() };
        if class == top {
            style = style.patch(theme.strong());
        }
        let mark = if class == gold { 'g' } else { ' ' };
        let mut spans = vec![
            Span::styled(format!("{name}{pad} {mark}"), style),
            Span::styled(number(at(stored, class)), theme.dim()),
            Span::raw(number(at(own, class))),
        ];
        spans.extend(is_varied.then(|| Span::styled(number(at(changed, class)), style)));
        lines.push(Line::from(spans));
    }
    lines
}

/// A probability in its columns.
fn number(p: f32) -> String {
    match p {
        p if p.is_nan() => format!("{:>NUMBER$}", '—'),
        p if p < SAME => format!("{:>NUMBER$}", '·'),
        p => format!("{p:>NUMBER$.2}"),
    }
}

/// For which class evidence was looked for, how far, and where the most of it is.
fn evidence_lines(app: &App, asked: &WhatIf, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let Some(found) = evidence(asked) else { return vec![] };
    let (done, of) = found.progress;
    let name = app.desk().classes().name(found.class);
    let so_far = match (done < of, asked.is_waiting()) {
        (false, _) => format!("{of} parts hidden"),
        (true, true) => format!("{done} of {of} parts hidden …"),
        (true, false) => format!("{done} of {of} parts hidden in 5 s"),
    };
    let mut lines = vec![
        Line::default(),
        Line::styled(text::fit(&format!("evidence for {name}"), width), theme.strong()),
        Line::styled(so_far, theme.dim()),
    ];
    let top = largest(found);
    match (&found.cells, &asked.variant) {
        _ if top < LEAST => lines.push(Line::styled("no part alone matters", theme.dim())),
        (EvidenceCells::Words(ranges), Variant::Text(own)) => {
            lines.extend(word_lines(found, ranges, own, width, theme));
        }
        _ => lines.push(Line::from(vec![
            Span::styled(" for it ", theme.heat(DARKEST)),
            Span::raw(" "),
            Span::styled(" against it ", theme.heat_better(DARKEST)),
            Span::raw(format!(" {:+.2} at most", -largest_signed(found))),
        ])),
    }
    lines
}

/// The words without which the probability changes most.
fn word_lines(
    found: &Evidence,
    ranges: &[Range<usize>],
    own: &str,
    width: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    /// How many are listed.
    const WORDS: usize = 3;
    let top = largest(found);
    let mut drops: Vec<(f64, &Range<usize>)> = found
        .drops
        .iter()
        .zip(ranges)
        .filter_map(|(drop, range)| Some(((*drop)?, range)))
        .collect();
    drops.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let line = |(drop, range): (f64, &Range<usize>)| {
        let word = own.get(range.clone()).unwrap_or_default();
        Line::from(vec![
            Span::styled(format!(" {:+.2} ", -drop), shade(Some(drop), top, theme)),
            Span::raw(format!(" without {}", text::fit(word, width.saturating_sub(15)))),
        ])
    };
    drops.into_iter().filter(|(drop, _)| drop.abs() >= LEAST).take(WORDS).map(line).collect()
}

fn largest_signed(found: &Evidence) -> f64 {
    let drops = found.drops.iter().flatten().copied();
    drops.max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0)
}
