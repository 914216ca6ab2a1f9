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
    ("corner", "lasso"),
    ("gather", "choose"),
    ("closer", "closer"),
    ("view-by", "colours"),
    ("view-which", "all"),
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
    let look = Look { theme, rest: report.groups(map.colour()).rest };
    draw_plane(map, look, places.plane, frame.buffer_mut());
    let legend = legend(map, report, look, places.legend);
    frame.render_widget(Paragraph::new(legend), places.legend);
    frame.render_widget(Paragraph::new(under(app, places.under, theme)), places.under);
    if let (Some(area), Some(Picture::Ready(cells))) = (places.picture, app.map_picture()) {
        draw_picture(cells, area, theme, frame.buffer_mut());
    }
}

/// How groups look: a colour or a mark each, and the rest is quiet.
#[derive(Clone, Copy)]
struct Look {
    theme: Theme,
    rest: Option<u32>,
}

impl Look {
    /// The colour, where there are colours.
    fn style(self, group: u32) -> Option<Style> {
        let colour = self.theme.group(group as usize)?;
        Some(if self.rest == Some(group) { self.theme.dim() } else { colour })
    }

    /// The mark where there are none.
    fn mark(self, group: u32) -> char {
        if self.rest == Some(group) { '.' } else { MARKS[group as usize % MARKS.len()] }
    }
}

fn draw_plane(map: &MapState, look: Look, area: Rect, buffer: &mut Buffer) {
    let (theme, Some(raster)) = (look.theme, map.raster()) else { return };
    for at in area.positions() {
        let spot = [at.x - area.x, at.y - area.y].map(usize::from);
        let fields = raster.fields(spot[0], spot[1]);
        let (mut symbol, mut style) = shown(fields, look);
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
fn shown(fields: &[Cell], look: Look) -> (char, Style) {
    let full = fields.iter().filter(|field| field.points > 0);
    let Some(largest) = full.max_by_key(|field| field.points) else { return (' ', Style::new()) };
    let Some(style) = look.style(largest.group) else {
        return (look.mark(largest.group), Style::new());
    };
    match fields {
        [upper, lower] if upper.points > 0 && lower.points > 0 => {
            let [upper, lower] = [upper, lower].map(|half| look.style(half.group).unwrap_or(style));
            ('▀', Style { bg: lower.fg, ..upper })
        }
        [upper, _] => (if upper.points > 0 { '▀' } else { '▄' }, style),
        _ => (braille(largest.dots), style),
    }
}

/// The character with these dots, bit column + 2·line (Unicode, block U+2800).
fn braille(dots: u8) -> char {
    const BITS: [u8; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
    let pattern: u8 = (0..8).filter(|bit| dots >> bit & 1 == 1).map(|bit| BITS[bit]).sum();
    char::from_u32(0x2800 + u32::from(pattern)).unwrap_or(' ')
}

/// What the colours mean: the largest groups that there is room for.
fn legend(map: &MapState, report: &Report, look: Look, area: Rect) -> Vec<Line<'static>> {
    let theme = look.theme;
    let groups = report.groups(map.colour());
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut lines = vec![Line::styled(format!("by {}", map.colour().name()), theme.strong())];
    let all = groups.names.len();
    let is_repeated = all - usize::from(groups.rest.is_some()) > Theme::GROUPS;
    let room = height.saturating_sub(1 + usize::from(is_repeated));
    let fit = if all > room { room.saturating_sub(1) } else { all };
    for ((group, name), count) in (0..).zip(&groups.names).zip(&groups.counts).take(fit) {
        let mark = match look.style(group) {
            Some(style) => Span::styled("■ ", style),
            None => Span::raw(format!("{} ", look.mark(group))),
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
    if is_repeated {
        let what = if theme.group(0).is_some() { "colours" } else { "marks" };
        let line = format!("{} {what}, repeated", Theme::GROUPS);
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
    let line = format!("{}  {} → {prediction}  {}", place.id, place.label, place.known());
    Line::raw(text::fit(line.trim_end(), width))
}
