//! A screen as SVG: text in a monospace font, half blocks as rectangles, so that it looks the same
//! whatever the font.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

const WIDTH: usize = 8;
const HEIGHT: usize = 16;
const BACK: &str = "#16181d";
const FRONT: &str = "#d7dae0";

/// Draws a buffer.
pub fn svg(buffer: &Buffer) -> String {
    let (cols, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (w, h) = (cols * WIDTH, rows * HEIGHT);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\">\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"{BACK}\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"13\" \
         shape-rendering=\"crispEdges\">\n"
    );
    for y in 0..rows {
        let mut x = 0;
        while x < cols {
            x += run(buffer, x, y, cols, &mut out);
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Draws the cells from `x` on that look alike; returns how many.
fn run(buffer: &Buffer, x: usize, y: usize, cols: usize, out: &mut String) -> usize {
    let cell = |x: usize| &buffer[(x as u16, y as u16)];
    let first = cell(x);
    if first.symbol() == "▀" {
        let (left, top, half) = (x * WIDTH, y * HEIGHT, HEIGHT / 2);
        rect(out, left, top, half, &hex(first.fg, FRONT));
        rect(out, left, top + half, half, &hex(first.bg, BACK));
        return 1;
    }
    let alike = |c: &Cell| {
        c.symbol() != "▀" && (c.fg, c.bg, c.modifier) == (first.fg, first.bg, first.modifier)
    };
    let length = (x..cols).take_while(|&i| alike(cell(i))).count();
    let text: String = (x..x + length).map(|i| cell(i).symbol()).collect();
    let start = x + text.chars().take_while(|c| *c == ' ').count();
    let text = text.trim();
    if text.is_empty() {
        return length;
    }
    let weight = if first.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" fill=\"{}\"{weight} textLength=\"{}\" xml:space=\"preserve\">{}</text>",
        start * WIDTH,
        y * HEIGHT + 12,
        hex(first.fg, FRONT),
        text.chars().count() * WIDTH,
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
    );
    length
}

fn rect(out: &mut String, x: usize, y: usize, height: usize, fill: &str) {
    let _ = writeln!(
        out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\" fill=\"{fill}\"/>"
    );
}

fn hex(colour: Color, default: &str) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => default.to_owned(),
    }
}
