//! The shades of heat maps.
//!
//! Invariant: text on a shade has a contrast of at least 4.5; where there are 16 colours or none,
//! shades differ by how the text is set.

use super::palette::{Ink, Palette};
use super::{Depth, Theme};
use crate::analysis::DARKEST;
use ratatui::style::{Color, Modifier, Style};

/// The part of the ink in each shade; the rest is the ground.
const PARTS: [f64; DARKEST as usize] = [0.24, 0.42, 0.64, 1.0];

/// How text is set in each shade, without colours.
const SET: [Modifier; DARKEST as usize] = [
    Modifier::empty(),
    Modifier::BOLD,
    Modifier::BOLD.union(Modifier::UNDERLINED),
    Modifier::BOLD.union(Modifier::REVERSED),
];

impl Theme {
    /// A cell of a heat map by how dark it is, 0 (quiet) to [`DARKEST`].
    pub fn heat(self, shade: u8) -> Style {
        self.shaded(self.palette.marked, shade)
    }

    /// The same for what has become better; what has become worse is as in [`Theme::heat`]. A sign
    /// has to tell them apart too.
    pub fn heat_better(self, shade: u8) -> Style {
        self.shaded(self.palette.done, shade)
    }

    /// A pixel under a heat of −1 to 1: without its own colours, so that only the heat has some.
    pub fn heated(self, rgb: [u8; 3], heat: f64, at: (u16, u16)) -> Color {
        let grey = rgb.map(f64::from);
        let grey = (0.299 * grey[0] + 0.587 * grey[1] + 0.114 * grey[2]).round() as u8;
        let ink = if heat < 0.0 { self.palette.done } else { self.palette.marked };
        self.pixel(blended([grey; 3], ink.rgb, 0.75 * heat.abs().min(1.0)), at)
    }

    fn shaded(self, ink: Ink, shade: u8) -> Style {
        let Some(step) = usize::from(shade.min(DARKEST)).checked_sub(1) else {
            return self.dim();
        };
        if self.depth == Depth::Sixteen || !self.coloured {
            return Style::new().add_modifier(SET[step]);
        }
        let ground = blended(ground(self.palette), ink.rgb, PARTS[step]);
        let text = if luminance(ground) > MIDDLE { [0; 3] } else { [255; 3] };
        Style::new().fg(self.pixel(text, (0, 0))).bg(self.pixel(ground, (0, 0)))
    }
}

/// The luminance on which black and white have the same contrast: √(0.05 · 1.05) − 0.05.
const MIDDLE: f64 = 0.179;

/// The background that a palette has or assumes.
fn ground(palette: &Palette) -> [u8; 3] {
    let assumed = if palette.name == "light" { [255; 3] } else { [0; 3] };
    palette.ground.map_or(assumed, |(_, ground)| ground.rgb)
}

fn blended(ground: [u8; 3], ink: [u8; 3], part: f64) -> [u8; 3] {
    std::array::from_fn(|i| {
        let (from, to) = (f64::from(ground[i]), f64::from(ink[i]));
        (from + part * (to - from)).round() as u8
    })
}

/// Relative luminance, 0 to 1 (WCAG 2.2, <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>).
pub(super) fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// A channel without gamma: sRGB, IEC 61966-2-1.
pub(super) fn linear(c: u8) -> f64 {
    let c = f64::from(c) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}
