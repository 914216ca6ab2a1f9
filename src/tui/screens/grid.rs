//! The grid: a page of tiles, which of them are in, and what a decision would do to these.

use super::footer::{draw_scoring, status_line};
use super::hints::hints;
use super::review::{draw_header, how_many};
use crate::dataset::{Column, Media, Verdict};
use crate::media::text;
use crate::tui::app::{App, Confirm, Grid, Mode, Picture, Standing, describe};
use crate::tui::command::Context;
use crate::tui::layout;
use crate::tui::theme::Theme;
use crate::tui::widgets::{draw_faded, draw_picture};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

/// Draws the grid.
pub fn draw(app: &App, grid: &Grid, theme: Theme, frame: &mut Frame<'_>) {
    let Some(places) = grid.places() else { return };
    let (page, pages) = app.page_of();
    let right = format!("page {page} of {pages}  {} ", how_many(app, app.desk().list().len()));
    draw_header(app, &right, places.header, theme, frame);
    let rows = &app.desk().list()[app.page()];
    let cell = one_cell(app, rows);
    for (at, &row) in rows.iter().enumerate() {
        let Some(place) = places.tile(at) else { break };
        let tile = Tile { app, row, standing: app.standing(row), theme };
        tile.draw_example(place.room, frame.buffer_mut());
        let at_cursor = app.page().start + at == app.position();
        tile.draw_caption(grid.letter(at), cell, at_cursor, place.caption, frame.buffer_mut());
    }
    draw_info(app, places.info, theme, frame);
    draw_footer(app, rows, places, theme, frame);
}

/// Whether all rows have one gold label and one prediction: then a tile needn't say them.
fn one_cell(app: &App, rows: &[u32]) -> bool {
    let cell = |row: u32| (app.desk().gold(row), app.desk().run().prediction(row as usize));
    rows.windows(2).all(|pair| cell(pair[0]) == cell(pair[1]))
}

/// An example on the page.
struct Tile<'a> {
    app: &'a App,
    row: u32,
    standing: Standing,
    theme: Theme,
}

impl Tile<'_> {
    fn draw_example(&self, room: Rect, buffer: &mut Buffer) {
        match &self.app.desk().examples().media {
            Media::Picture(_) | Media::Sound(_) => self.draw_picture(room, buffer),
            Media::Text(texts) => {
                let line = text::line(head(texts.get(self.row as usize), room)).into_owned();
                self.draw_text(Line::from(line), room, buffer);
            }
            Media::Row => {
                // A name, a value and what is between them take four cells and more.
                let most = usize::from(room.width) * usize::from(room.height) / 4;
                let columns = self.app.desk().examples().metadata.iter().take(most);
                let line: Line<'_> = columns.flat_map(|column| self.column(column, room)).collect();
                self.draw_text(line, room, buffer);
            }
        }
    }

    fn draw_picture(&self, room: Rect, buffer: &mut Buffer) {
        match self.app.picture_of(self.row) {
            Some(Picture::Ready(cells)) if self.standing.is_in() => {
                draw_picture(cells, room, self.theme, buffer);
            }
            Some(Picture::Ready(cells)) => draw_faded(cells, room, self.theme, buffer),
            Some(Picture::Failed(_)) => {
                let words = Paragraph::new("can't be shown").style(self.theme.trouble());
                words.wrap(Wrap { trim: true }).render(room, buffer);
            }
            Some(Picture::Pending) | None => {}
        }
    }

    fn draw_text(&self, line: Line<'_>, room: Rect, buffer: &mut Buffer) {
        let style = if self.standing.is_in() { Style::new() } else { self.theme.left_out() };
        Paragraph::new(line).style(style).wrap(Wrap { trim: true }).render(room, buffer);
    }

    fn column(&self, column: &Column, room: Rect) -> [Span<'static>; 2] {
        let name = text::line(head(&column.name, room)).into_owned();
        let value = text::line(head(column.cells.get(self.row as usize), room)).into_owned();
        [Span::styled(name + " ", self.theme.dim()), Span::raw(value + "  ")]
    }

    /// Letter, sign and words; the cursor is where they are reversed.
    fn draw_caption(
        &self,
        letter: Option<char>,
        one_cell: bool,
        at_cursor: bool,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let sign = match self.standing {
            Standing::In => ' ',
            Standing::LeftOut => '✗',
            Standing::Decided => '✓',
            Standing::Again => '●',
        };
        let mark = if self.app.marks().contains(&self.row) { '*' } else { ' ' };
        buffer.set_string(area.x, area.y, letter.unwrap_or(' ').to_string(), self.theme.accent());
        let style = if sign == '✗' { self.theme.strong() } else { self.theme.done() };
        buffer.set_string(area.x + 1, area.y, sign.to_string(), style);
        buffer.set_string(area.x + 2, area.y, mark.to_string(), self.theme.accent());
        let words = Rect { x: area.x + 3, width: area.width - 3, ..area };
        let lines = self.words(one_cell, usize::from(words.width));
        for (line, y) in lines.iter().zip(words.top()..words.bottom()) {
            buffer.set_line(words.x, y, line, words.width);
        }
        if self.standing == Standing::LeftOut {
            buffer.set_style(words, self.theme.left_out());
        }
        if at_cursor {
            buffer.set_style(area, self.theme.selected());
        }
    }

    /// What the two lines say: the verdict, else the labels, or the id where all are of one cell;
    /// then the gold label, or the tags.
    fn words(&self, one_cell: bool, width: usize) -> [Line<'static>; 2] {
        let (desk, theme) = (self.app.desk(), self.theme);
        let class = |class: u32| desk.classes().name(class);
        let predicted = desk.run().prediction(self.row as usize).map_or("—", class);
        let gold = class(desk.gold(self.row));
        let line = |words: &str, style| Line::styled(text::fit(words, width), style);
        let second =
            if one_cell { line(&self.tags(), theme.done()) } else { line(gold, theme.gold()) };
        let first = match desk.verdict(self.row) {
            Some(verdict) => line(&self.short(verdict), theme.done()),
            None if one_cell => line(desk.id(self.row), Style::new()),
            None if text::width(gold) + text::width(predicted) + 3 <= width => Line::from(vec![
                Span::styled(text::line(gold).into_owned(), theme.gold()),
                Span::styled(" → ", theme.dim()),
                Span::styled(text::line(predicted).into_owned(), theme.prediction()),
            ]),
            None => line(predicted, theme.prediction()),
        };
        [first, second]
    }

    fn short(&self, verdict: Verdict) -> String {
        let review = self.app.desk().review(self.row);
        let label = review.and_then(|review| review.relabel.as_ref());
        match (verdict, label) {
            (Verdict::LabelWrong | Verdict::Neither, Some(label)) => format!("→ {}", label.class),
            (Verdict::BothAcceptable, _) => "both".to_owned(),
            _ => verdict.name().to_owned(),
        }
    }

    fn tags(&self) -> String {
        let desk = self.app.desk();
        let tags = desk.review(self.row).map_or(&[][..], |review| review.tags.as_slice());
        let names = tags.iter().filter_map(|&tag| Some(desk.ledger().tag(tag)?.name.as_str()));
        names.collect::<Vec<_>>().join(" ")
    }
}

/// As much of a text as a tile can hold, so that a long one costs no more than a short one.
fn head(text: &str, room: Rect) -> &str {
    let most = usize::from(room.width) * usize::from(room.height);
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// The example under the cursor.
fn draw_info(app: &App, area: Rect, theme: Theme, frame: &mut Frame<'_>) {
    let Some(row) = app.row() else { return };
    let desk = app.desk();
    let name = |class: u32| text::fit(desk.classes().name(class), 24);
    let predicted = desk.run().prediction(row as usize).map_or_else(String::new, name);
    let confidence = desk.run().known_confidence(row as usize);
    let review = desk.review(row).filter(|review| !review.is_empty());
    let said = review.map_or_else(String::new, |review| describe(review, desk.ledger()));
    let line = Line::from(vec![
        Span::raw(format!(" {}", text::fit(desk.id(row), 24))),
        Span::styled("  gold ", theme.dim()),
        Span::styled(name(desk.gold(row)), theme.gold()),
        Span::styled("  predicted ", theme.dim()),
        Span::styled(predicted, theme.prediction()),
        Span::raw(confidence.map_or_else(|| "  ".to_owned(), |p| format!(" {p:.2}  "))),
        Span::styled(text::line(&said).into_owned(), theme.done()),
    ]);
    frame.render_widget(Paragraph::new(line), area);
}

fn draw_footer(
    app: &App,
    rows: &[u32],
    places: &layout::Grid,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    if let Mode::Confirm(confirm) = app.mode() {
        return draw_question(app, confirm, places, theme, frame);
    }
    let status = draw_scoring(app, places.status, theme, frame);
    let count = count(app, rows);
    let width = usize::from(status.width).saturating_sub(text::width(&count) + 2);
    let mut line = Line::styled(format!(" {count} "), theme.strong());
    line.extend(status_line(app, width, theme));
    frame.render_widget(Paragraph::new(line), status);
    let commands = [
        ("model-wrong", "model wrong"),
        ("label-wrong", "label wrong"),
        ("tile", "leave out"),
        ("help", "all keys"),
        ("cancel", "review"),
        ("scroll-down", "next page"),
        ("undo", "undo"),
        ("larger", "larger"),
        ("smaller", "smaller"),
        ("pick-tag", "tag"),
        ("pick-class", "class"),
    ];
    let keys = hints(app, Context::Grid, &commands, places.keys.width);
    frame.render_widget(Paragraph::new(keys).style(theme.dim()), places.keys);
}

/// `23 of 25 in: 2 left out`.
fn count(app: &App, rows: &[u32]) -> String {
    let number = |standing| rows.iter().filter(|&&row| app.standing(row) == standing).count();
    let (left_out, decided) = (number(Standing::LeftOut), number(Standing::Decided));
    let count = format!("{} of {} in", rows.len() - left_out - decided, rows.len());
    match (decided, left_out) {
        (0, 0) => count,
        (0, left_out) => format!("{count}: {left_out} left out"),
        (decided, 0) => format!("{count}: {decided} decided"),
        (decided, left_out) => format!("{count}: {decided} decided, {left_out} left out"),
    }
}

/// What a decision would do, below the tiles that it is about.
fn draw_question(
    app: &App,
    confirm: &Confirm,
    places: &layout::Grid,
    theme: Theme,
    frame: &mut Frame<'_>,
) {
    let line = Line::from(vec![
        Span::styled(format!(" {}", text::line(&confirm.question)), theme.accent()),
        Span::styled(format!("  {}", text::line(&confirm.detail)), theme.dim()),
    ]);
    frame.render_widget(Paragraph::new(line), places.status);
    let accept = if confirm.by.is_some() { "or the same key: do it" } else { "do it" };
    let commands = [("accept", accept), ("cancel", "leave it")];
    let keys = hints(app, Context::Confirm, &commands, places.keys.width);
    let line = Line::styled(format!("{keys} one undo takes all of it back"), theme.dim());
    frame.render_widget(Paragraph::new(line), places.keys);
}
