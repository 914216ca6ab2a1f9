//! The map: dots coloured by group, what the colours mean, and what lies under the cursor.

use crate::analysis::map::Cell;
use crate::insight::map::{Place, Report};
use crate::media::text;
use crate::tui::app::{App, MapState, Picture};
use crate::tui::layout;
use crate::tui::theme::Theme;
use crate::tui::widgets::draw_picture;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What can be done on the map, the most useful first.
pub const KEYS: &[(&str, &str)] = &[
    ("accept", "show these"),
    ("corner", "lasso"),
    ("gather", "choose"),
    ("closer", "closer"),
    ("view-by", "colours"),
    ("view-which", "all"),
    ("view-order", "layout"),
];

/// Groups where there are no colours.
const MARKS: [char; Theme::GROUPS] = ['o', 'x', '+', '*', '#', '@', '%', '&'];

/// Draws it.
pub fn draw(app: &App, body: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let Some((map, report)) = app.map() else { return };
    let places = layout::map(body);
    let head: Vec<Line<'_>> = if places.head.height > 1 {
        vec![Line::raw(report.what()), Line::styled(report.method(), theme.dim())]
    } else {
        let method = Span::styled(format!(" · {}", report.method()), theme.dim());
        vec![Line::from(vec![Span::raw(report.what()), method])]
    };
    frame.render_widget(Paragraph::new(head), places.head);
    draw_plane(map, places.plane, theme, frame.buffer_mut());
    let legend = legend(map, report, places.legend, theme);
    frame.render_widget(Paragraph::new(legend), places.legend);
    frame.render_widget(Paragraph::new(under(app, places.under, theme)), places.under);
    if let (Some(area), Some(Picture::Ready(cells))) = (places.picture, app.map_picture()) {
        draw_picture(cells, area, theme, frame.buffer_mut());
    }
}

fn draw_plane(map: &MapState, area: Rect, theme: Theme, buffer: &mut Buffer) {
    let Some(raster) = map.raster() else { return };
    for at in area.positions() {
        let spot = [at.x - area.x, at.y - area.y].map(usize::from);
        let fields = raster.fields(spot[0], spot[1]);
        let (mut symbol, mut style) = shown(fields, theme);
        if map.is_chosen(spot) {
            style = theme.marked();
        }
        if map.is_outline(spot) {
            symbol = if symbol == ' ' { '·' } else { symbol };
            style = theme.accent();
        }
        if spot == map.cursor() {
            style = style.patch(theme.selected());
        }
        buffer[at].set_char(symbol).set_style(style);
    }
}

/// The symbol of a cell, and its style.
fn shown(fields: &[Cell], theme: Theme) -> (char, Style) {
    let style = |field: &Cell| theme.group(field.group as usize);
    let full = fields.iter().filter(|field| field.points > 0);
    let Some(largest) = full.max_by_key(|field| field.points) else { return (' ', Style::new()) };
    let Some(colour) = style(largest) else {
        return (MARKS[largest.group as usize % MARKS.len()], Style::new());
    };
    match fields {
        [upper, lower] if upper.points > 0 && lower.points > 0 => {
            let below = style(lower).and_then(|style| style.fg);
            (
                '▀',
                below
                    .map_or(Style::new(), |below| Style::new().bg(below))
                    .patch(style(upper).unwrap_or_default()),
            )
        }
        [upper, _] => (if upper.points > 0 { '▀' } else { '▄' }, colour),
        _ => (braille(largest.dots), colour),
    }
}

/// The character with these dots, bit column + 2·line (Unicode, block U+2800).
fn braille(dots: u8) -> char {
    const BITS: [u8; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
    let pattern: u8 = (0..8).filter(|bit| dots >> bit & 1 == 1).map(|bit| BITS[bit]).sum();
    char::from_u32(0x2800 + u32::from(pattern)).unwrap_or(' ')
}

/// What the colours mean: the largest groups that there is room for.
fn legend(map: &MapState, report: &Report, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let groups = report.groups(map.colour());
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut lines = vec![Line::styled(format!("by {}", map.colour().name()), theme.strong())];
    let repeats = groups.names.len() > Theme::GROUPS;
    let room = height.saturating_sub(1 + usize::from(repeats));
    let all = groups.names.len();
    let fit = if all > room { room.saturating_sub(1) } else { all };
    for (place, (name, count)) in groups.names.iter().zip(&groups.counts).enumerate().take(fit) {
        let mark = match theme.group(place) {
            Some(style) => Span::styled("■ ", style),
            None => Span::raw(format!("{} ", MARKS[place % MARKS.len()])),
        };
        let count = crate::report::count(*count);
        let room = width.saturating_sub(text::width(&count) + 3);
        let name = text::fit(name, room);
        let gap = " ".repeat(room - text::width(&name) + 1);
        lines.push(Line::from(vec![mark, Span::raw(name + &gap + &count)]));
    }
    if fit < all {
        lines.push(Line::styled(format!("and {} more", all - fit), theme.dim()));
    }
    if repeats {
        let what = if theme.group(0).is_some() { "colours" } else { "marks" };
        let line = format!("{what} repeat after {}", Theme::GROUPS);
        lines.push(Line::styled(line, theme.dim()));
    }
    lines
}

/// What lies under the cursor, as far as there is room.
fn under(app: &App, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let Some((map, report)) = app.map() else { return vec![] };
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let here = map.under();
    let count = |n: usize| crate::report::count(n);
    let head = [
        Some(if here.is_empty() { "nothing here".into() } else { count(here.len()) + " here" }),
        (map.chosen() > 0).then(|| count(map.chosen()) + " chosen"),
        map.is_lasso().then(|| "lasso begun".to_owned()),
        (map.factor() > 1.0).then(|| format!("{:.0} times closer", map.factor())),
    ];
    let head = head.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let mut lines = vec![Line::styled(text::fit(&head, width), theme.strong())];
    let places = here.iter().filter_map(|&number| report.place(number));
    lines.extend(places.take(height.saturating_sub(1)).map(|place| line_of(app, &place, width)));
    lines
}

/// `dev-00012  Shirt → Coat  blurry`
fn line_of(app: &App, place: &Place<'_>, width: usize) -> Line<'static> {
    let prediction = if app.hides_prediction(place.row) { "hidden" } else { place.prediction };
    let tags = place.tags.join(" ");
    let known = if tags.is_empty() { place.review } else { &tags };
    let line = format!("{}  {} → {prediction}  {known}", place.id, place.label);
    Line::raw(text::fit(&line, width))
}
