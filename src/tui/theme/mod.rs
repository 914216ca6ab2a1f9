//! Colours. Everything that is drawn asks here.
//!
//! Invariant: no meaning by colour alone; red is for trouble only.

mod heat;
mod palette;
mod pixel;
mod sgr;

pub use sgr::classic;

use palette::{Ink, PALETTES, Palette};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits.
    True,
    /// The 256 of xterm.
    Indexed,
    /// The 16 that have names.
    Sixteen,
}

/// The styles of the screens.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    palette: &'static Palette,
    depth: Depth,
    coloured: bool,
}

static ALL: [Palette; 4] = PALETTES;

impl Default for Theme {
    fn default() -> Self {
        Self { palette: &ALL[0], depth: Depth::True, coloured: true }
    }
}

impl Theme {
    /// The names of the themes; the first is the one to begin with.
    pub const NAMES: [&'static str; 4] =
        [PALETTES[0].name, PALETTES[1].name, PALETTES[2].name, PALETTES[3].name];

    /// Colours that groups have.
    pub const GROUPS: usize = 8;

    /// A theme for a terminal; `None` if none has that name. Without `coloured` (`NO_COLOR`) only
    /// pictures have colours.
    pub fn by_name(name: &str, depth: Depth, coloured: bool) -> Option<Self> {
        let palette = ALL.iter().find(|palette| palette.name == name)?;
        Some(Self { palette, depth, coloured })
    }

    /// The theme called `name`, else the one that fits the background, for the terminal that the
    /// environment describes; `None` if none has that name.
    pub fn from_env(name: Option<&str>, var: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let background = if is_light(var("COLORFGBG").as_deref()) { "light" } else { "dark" };
        // <https://no-color.org>
        let coloured = var("NO_COLOR").is_none_or(|value| value.is_empty());
        Self::by_name(name.unwrap_or(background), depth(var), coloured)
    }

    /// The next one of [`Theme::NAMES`], for the same terminal.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::NAMES.iter().position(|name| *name == self.name()).unwrap_or(0);
        let name = Self::NAMES[(at + 1) % Self::NAMES.len()];
        Self::by_name(name, self.depth, self.coloured).unwrap_or(self)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.palette.name
    }

    /// How many colours it uses.
    pub fn depth(self) -> Depth {
        self.depth
    }

    /// A colour of a picture, at a column and a row of pixels.
    pub fn pixel(self, [r, g, b]: [u8; 3], at: (u16, u16)) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(r, g, b),
            Depth::Indexed => Color::Indexed(pixel::indexed(r, g, b)),
            Depth::Sixteen => pixel::dithered([r, g, b], at),
        }
    }

    /// A colour of a picture that the keys don't act on: little contrast, about a middle grey.
    pub fn faded(self, rgb: [u8; 3], at: (u16, u16)) -> Color {
        self.pixel(rgb.map(|c| 72 + c / 4), at)
    }

    /// Gives all that was drawn the theme's own text and background, if it has them.
    pub fn lay_ground(self, buffer: &mut Buffer) {
        let Some((text, ground)) = self.palette.ground.filter(|_| self.coloured) else { return };
        let (Some(text), Some(ground)) = (text.at(self.depth), ground.at(self.depth)) else {
            return;
        };
        for cell in &mut buffer.content {
            if cell.fg == Color::Reset {
                cell.fg = text;
            }
            if cell.bg == Color::Reset {
                cell.bg = ground;
            }
        }
    }

    /// Quiet text: captions, keys, intervals.
    pub fn dim(self) -> Style {
        self.style(self.palette.dim, Modifier::DIM)
    }

    /// Text that matters.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What the keys act on.
    pub fn accent(self) -> Style {
        self.style(self.palette.accent, Modifier::BOLD).add_modifier(Modifier::BOLD)
    }

    /// The gold label, everywhere.
    pub fn gold(self) -> Style {
        self.style(self.palette.gold, Modifier::BOLD)
    }

    /// The prediction, everywhere.
    pub fn prediction(self) -> Style {
        self.style(self.palette.prediction, Modifier::UNDERLINED)
    }

    /// What has been decided, and what is saved.
    pub fn done(self) -> Style {
        self.style(self.palette.done, Modifier::empty())
    }

    /// Trouble of the program's or the data's, never a model's error.
    pub fn trouble(self) -> Style {
        self.style(self.palette.trouble, Modifier::REVERSED).add_modifier(Modifier::BOLD)
    }

    /// What is left out.
    pub fn left_out(self) -> Style {
        self.dim().add_modifier(Modifier::CROSSED_OUT)
    }

    /// The chosen line of a list.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Examples that are marked, to be acted on together.
    pub fn marked(self) -> Style {
        let without = Modifier::BOLD | Modifier::UNDERLINED;
        self.style(self.palette.marked, without).add_modifier(Modifier::BOLD)
    }

    /// What the program suggests or would have one know.
    pub fn hint(self) -> Style {
        self.style(self.palette.hint, Modifier::empty())
    }

    /// A group of examples, by its place, the largest being the first; after [`Self::GROUPS`] the colours come
    /// again. `None` where the terminal has too few colours: groups have marks there.
    pub fn group(self, place: usize) -> Option<Style> {
        let ink = self.palette.groups[place % Self::GROUPS];
        let colour = ink.at(self.depth).filter(|_| self.coloured && self.depth != Depth::Sixteen);
        colour.map(|colour| Style::new().fg(colour))
    }

    /// In a colour, or `without` one.
    fn style(self, ink: Ink, without: Modifier) -> Style {
        match ink.at(self.depth).filter(|_| self.coloured) {
            Some(colour) => Style::new().fg(colour),
            None => Style::new().add_modifier(without),
        }
    }
}

/// What the environment says of the terminal's colours. Windows has no `TERM`.
fn depth(var: impl Fn(&str) -> Option<String>) -> Depth {
    const RICH: [&str; 8] =
        ["direct", "kitty", "ghostty", "alacritty", "foot", "wezterm", "contour", "rio"];
    let is = |name: &str, values: &[&str]| {
        var(name).is_some_and(|value| values.iter().any(|v| value.contains(v)))
    };
    if is("COLORTERM", &["truecolor", "24bit"])
        || is("TERM", &RICH)
        || is("TERM_PROGRAM", &["iTerm", "WezTerm", "vscode"])
        || var("WT_SESSION").is_some()
    {
        Depth::True
    } else if var("TERM").is_none_or(|term| term.contains("256")) {
        Depth::Indexed
    } else {
        Depth::Sixteen
    }
}

/// Whether `COLORFGBG` ("0;15", "0;default;15") ends in a light background: 7, or 9 to 15, as vim
/// reads it (`:help 'background'`).
fn is_light(colours: Option<&str>) -> bool {
    let background = colours.and_then(|text| text.rsplit(';').next()?.parse::<u8>().ok());
    background.is_some_and(|n| matches!(n, 7 | 9..=15))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(
        pairs: &'static [(&'static str, &'static str)],
    ) -> impl Fn(&str) -> Option<String> + Copy {
        move |name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned())
    }

    #[test]
    fn the_environment_decides_on_depth_and_colour() {
        let plain = Theme::from_env(None, env(&[("TERM", "xterm-256color")])).unwrap();
        assert_eq!((plain.depth, plain.coloured), (Depth::Indexed, true));
        let rich = env(&[("COLORTERM", "truecolor"), ("TERM", "xterm"), ("NO_COLOR", "1")]);
        let rich = Theme::from_env(None, rich).unwrap();
        assert_eq!((rich.depth, rich.coloured), (Depth::True, false));
        let depth = |term: &'static str| depth(|name| (name == "TERM").then(|| term.to_owned()));
        for term in ["linux", "xterm", "screen", "vt100", "ansi", ""] {
            assert_eq!(depth(term), Depth::Sixteen, "{term}");
        }
        assert_eq!(depth("tmux-256color"), Depth::Indexed);
        assert_eq!(depth("xterm-kitty"), Depth::True);
        assert_eq!(super::depth(env(&[])), Depth::Indexed);
    }

    #[test]
    fn a_light_background_is_noticed_unless_a_theme_is_named() {
        let name = |name, colours: &'static str| {
            let var = move |name: &str| (name == "COLORFGBG").then(|| colours.to_owned());
            Theme::from_env(name, var).map(Theme::name)
        };
        assert_eq!(name(None, "0;15"), Some("light"));
        assert_eq!(name(None, "0;default;7"), Some("light"));
        for dark in ["15;0", "7;8", "15;default", "", "7;"] {
            assert_eq!(name(None, dark), Some("dark"), "{dark:?}");
        }
        assert_eq!(name(Some("dark"), "0;15"), Some("dark"));
        assert_eq!(name(Some("drak"), ""), None);
    }

    #[test]
    fn the_next_theme_comes_round() {
        let first = Theme::by_name("dark", Depth::Sixteen, true).unwrap();
        let mut names = vec![];
        let mut theme = first;
        for _ in Theme::NAMES {
            names.push(theme.name());
            theme = theme.next();
        }
        assert_eq!((names.as_slice(), theme.name()), (&Theme::NAMES[..], first.name()));
        assert_eq!(theme.depth(), Depth::Sixteen);
    }

    #[test]
    fn a_theme_with_a_ground_of_its_own_leaves_no_hole() {
        let area = ratatui::layout::Rect::new(0, 0, 3, 1);
        let ground = |name, coloured| {
            let mut buffer = Buffer::empty(area);
            let theme = Theme::by_name(name, Depth::True, coloured).unwrap();
            buffer.set_string(0, 0, "x", theme.gold());
            theme.lay_ground(&mut buffer);
            buffer
        };
        let laid = ground("high-contrast", true);
        assert!(laid.content.iter().all(|cell| cell.bg == Color::Rgb(0, 0, 0)));
        assert_eq!(
            (laid.content[0].fg, laid.content[1].fg),
            (Color::Rgb(255, 215, 0), Color::Rgb(255, 255, 255))
        );
        for (name, coloured) in [("dark", true), ("high-contrast", false)] {
            assert!(ground(name, coloured).content.iter().all(|cell| cell.bg == Color::Reset));
        }
    }
}
