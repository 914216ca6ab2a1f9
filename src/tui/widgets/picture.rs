//! A picture as half-block cells, written into the frame's buffer.
//!
//! Invariant: works wherever text does: in tmux, under pop-ups, in tests.

use crate::media::{Cells, text};
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

/// Draws `cells` in the middle of `area`.
pub fn draw_picture(cells: &Cells, area: Rect, theme: Theme, buffer: &mut Buffer) {
    draw(cells, area, |rgb, at| theme.pixel(rgb, at), buffer);
}

/// The same for a picture that the keys don't act on.
pub fn draw_faded(cells: &Cells, area: Rect, theme: Theme, buffer: &mut Buffer) {
    draw(cells, area, |rgb, at| theme.faded(rgb, at), buffer);
}

/// Draws a waveform with its caption above.
pub fn draw_sound(cells: &Cells, area: Rect, theme: Theme, buffer: &mut Buffer) {
    let room = area.height.saturating_sub(cells.rows());
    let words = text::folded(cells.caption(), usize::from(area.width));
    let words = &words[..words.len().min(usize::from(room))];
    let top = area.y + (room - words.len() as u16) / 2;
    for (line, y) in words.iter().zip(top..) {
        let left = area.x + area.width.saturating_sub(text::width(line) as u16) / 2;
        buffer.set_string(left, y, line, theme.dim());
    }
    let below = top + words.len() as u16;
    let area = Rect { y: below, height: cells.rows().min(area.bottom() - below), ..area };
    draw_picture(cells, area, theme, buffer);
}

/// The same with a shade over each place: `heat` is −1 to 1 at a share of the width and of the height.
pub fn draw_heated(
    cells: &Cells,
    heat: impl Fn(f64, f64) -> f64,
    area: Rect,
    theme: Theme,
    buffer: &mut Buffer,
) {
    let (width, height) = (f64::from(cells.cols()), 2.0 * f64::from(cells.rows()));
    let share = |at: u16, of: f64| (f64::from(at) + 0.5) / of;
    let colour = |rgb, (x, y): (u16, u16)| {
        theme.heated(rgb, heat(share(x, width), share(y, height)), (x, y))
    };
    draw(cells, area, colour, buffer);
}

/// `colour` is given the place of a pixel, too: with few colours it decides on the nearest one.
fn draw(
    cells: &Cells,
    area: Rect,
    colour: impl Fn([u8; 3], (u16, u16)) -> Color,
    buffer: &mut Buffer,
) {
    let left = area.x + area.width.saturating_sub(cells.cols()) / 2;
    let top = area.y + area.height.saturating_sub(cells.rows()) / 2;
    for row in 0..cells.rows().min(area.height) {
        for col in 0..cells.cols().min(area.width) {
            let Some((upper, lower)) = cells.cell(col, row) else { continue };
            let mut style = Style::new().fg(colour(upper, (col, 2 * row)));
            if let Some(lower) = lower {
                style = style.bg(colour(lower, (col, 2 * row + 1)));
            }
            if let Some(cell) = buffer.cell_mut((left + col, top + row)) {
                cell.set_symbol("▀").set_style(style);
            }
        }
    }
}
