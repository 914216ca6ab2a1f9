//! Colours. Everything that is drawn asks here.
//!
//! Invariant: no meaning by colour alone; red is for trouble only.

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits.
    True,
    /// The 256 of xterm.
    Indexed,
}

/// The styles of the screens.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    depth: Depth,
    coloured: bool,
}

impl Theme {
    /// The theme for a terminal. Without `coloured` (`NO_COLOR`) only pictures have colours.
    pub fn new(depth: Depth, coloured: bool) -> Self {
        Self { depth, coloured }
    }

    /// What the environment says of the terminal.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, values: &[&str]| {
            var(name).is_some_and(|value| values.iter().any(|v| value.contains(v)))
        };
        let true_colour = is("COLORTERM", &["truecolor", "24bit"])
            || is("TERM", &["direct", "kitty", "ghostty", "alacritty", "foot"])
            || is("TERM_PROGRAM", &["iTerm", "WezTerm", "vscode"]);
        let depth = if true_colour { Depth::True } else { Depth::Indexed };
        Self::new(depth, var("NO_COLOR").is_none_or(|v| v.is_empty()))
    }

    /// A colour of a picture.
    pub fn pixel(self, [r, g, b]: [u8; 3]) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(r, g, b),
            Depth::Indexed => Color::Indexed(indexed(r, g, b)),
        }
    }

    /// A colour of a picture that the keys don't act on: little contrast, about a middle grey.
    pub fn faded(self, rgb: [u8; 3]) -> Color {
        self.pixel(rgb.map(|c| 72 + c / 4))
    }

    /// Quiet text: captions, hints, intervals.
    pub fn dim(self) -> Style {
        // A grey of our own would vanish on some backgrounds.
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Text that matters.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What the keys act on.
    pub fn accent(self) -> Style {
        self.fg(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// The gold label, everywhere.
    pub fn gold(self) -> Style {
        self.fg(Color::Yellow)
    }

    /// The prediction, everywhere.
    pub fn prediction(self) -> Style {
        self.fg(Color::Magenta)
    }

    /// What has been decided, and what is saved.
    pub fn done(self) -> Style {
        self.fg(Color::Green)
    }

    /// Trouble of the program's or the data's, never a model's error.
    pub fn trouble(self) -> Style {
        self.fg(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// What is left out.
    pub fn left_out(self) -> Style {
        Style::new().add_modifier(Modifier::DIM | Modifier::CROSSED_OUT)
    }

    /// The chosen line of a list.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    fn fg(self, colour: Color) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new() }
    }
}

/// The nearest of xterm's 6×6×6 cube and its 24 greys.
fn indexed(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let near = |c: u8| {
        let distance = |i: &u8| STEPS[usize::from(*i)].abs_diff(c);
        (0..6_u8).min_by_key(distance).unwrap_or(0)
    };
    let step = |i: u8| STEPS[usize::from(i)];
    let cube = [near(r), near(g), near(b)];
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let shade = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + 10 * shade;
    let squares = |[x, y, z]: [u8; 3]| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(x, r) + square(y, g) + square(z, b)
    };
    if squares([grey; 3]) < squares(cube.map(step)) {
        232 + shade
    } else {
        16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xterm_colours_are_the_nearest() {
        assert_eq!(indexed(0, 0, 0), 16);
        assert_eq!(indexed(255, 255, 255), 231);
        assert_eq!(indexed(255, 0, 0), 196);
        assert_eq!(indexed(128, 128, 128), 244);
        assert_eq!(indexed(8, 8, 8), 232);
    }

    #[test]
    fn the_environment_decides_on_depth_and_colour() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|p| p.0 == name).map(|p| p.1.to_owned())
        };
        let plain = Theme::from_env(env(&[("TERM", "xterm-256color")]));
        assert_eq!((plain.depth, plain.coloured), (Depth::Indexed, true));
        let rich = Theme::from_env(env(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]));
        assert_eq!((rich.depth, rich.coloured), (Depth::True, false));
        assert_eq!(rich.gold(), Style::new());
    }
}
