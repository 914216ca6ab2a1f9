//! The colours of each theme.
//!
//! Invariant: against the background it assumes, every colour has a contrast of 4.5 (7 in
//! high-contrast), as WCAG 2.2 asks for text; the tests beside this file compute it.

use super::Depth;
use super::pixel::indexed;
use ratatui::style::Color;

/// A colour for terminals of every depth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) rgb: [u8; 3],
    /// By name, where there are 16; `None` where none of them is legible enough.
    pub(super) named: Option<Color>,
}

impl Ink {
    /// The colour at a depth.
    pub(super) fn at(self, depth: Depth) -> Option<Color> {
        match (depth, self.rgb) {
            (Depth::True, [r, g, b]) => Some(Color::Rgb(r, g, b)),
            (Depth::Indexed, [r, g, b]) => Some(Color::Indexed(indexed(r, g, b))),
            (Depth::Sixteen, _) => self.named,
        }
    }
}

/// The colours of a theme, by what they stand for.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) name: &'static str,
    /// Text and background, where the theme does not leave them to the terminal.
    pub(super) ground: Option<(Ink, Ink)>,
    pub(super) dim: Ink,
    pub(super) accent: Ink,
    pub(super) gold: Ink,
    pub(super) prediction: Ink,
    pub(super) done: Ink,
    pub(super) trouble: Ink,
    pub(super) marked: Ink,
    pub(super) hint: Ink,
    /// Groups of examples, the largest first; no red, which is for trouble.
    pub(super) groups: [Ink; 8],
}

const fn ink(rgb: u32, named: Option<Color>) -> Ink {
    let [_, r, g, b] = rgb.to_be_bytes();
    Ink { rgb: [r, g, b], named }
}

/// Colours that no name has.
const fn inks(rgb: [u32; 8]) -> [Ink; 8] {
    let mut inks = [ink(0, None); 8];
    let mut i = 0;
    while i < 8 {
        inks[i] = ink(rgb[i], None);
        i += 1;
    }
    inks
}

/// Hues apart from each other, as light as each other (OKLCH).
const ON_DARK: [u32; 8] = [
    0x3f_93_f7, 0xd9_8b_09, 0x24_ae_56, 0xdd_71_c8, 0x1b_b3_ba, 0x87_af_00, 0xa1_7f_f5, 0xd7_87_5f,
];
const ON_LIGHT: [u32; 8] = [
    0x05_5c_b2, 0x91_5c_08, 0x08_77_36, 0x9c_2c_8b, 0x00_71_76, 0x6d_66_03, 0x67_41_b1, 0xa9_46_08,
];
const ON_BLACK: [u32; 8] = [
    0x7c_b4_fc, 0xfe_a9_2f, 0x6c_e9_8d, 0xf8_8a_e2, 0x0f_ed_f6, 0xef_e3_45, 0xb2_96_ff, 0xfe_84_49,
];
/// Those of Okabe & Ito that can be read on black, white and a grey.
const FOR_ALL: [u32; 8] = [
    0x56_b4_e9, 0xe6_9f_00, 0x00_9e_73, 0xf0_e4_42, 0xcc_79_a7, 0xd5_5e_00, 0xff_ff_ff, 0xa0_a0_a0,
];

const BLACK: Ink = ink(0x00_00_00, Some(Color::Black));
const WHITE: Ink = ink(0xff_ff_ff, Some(Color::White));

/// The themes; the first is the one to begin with.
pub(super) const PALETTES: [Palette; 4] = [
    // A terminal does not say how light it is: these can be read on white too, at 2.5.
    Palette {
        name: "dark",
        ground: None,
        dim: ink(0x8c_8c_8c, None),
        accent: ink(0x00_b0_c0, Some(Color::LightCyan)),
        gold: ink(0xc0_94_00, Some(Color::LightYellow)),
        prediction: ink(0xdc_78_dc, Some(Color::LightMagenta)),
        done: ink(0x58_b0_58, Some(Color::LightGreen)),
        trouble: ink(0xff_5f_5f, Some(Color::LightRed)),
        marked: ink(0x64_95_f0, None),
        hint: ink(0x88_96_b4, Some(Color::Cyan)),
        groups: inks(ON_DARK),
    },
    // Of the 16, only blue, magenta and red can be read on white.
    Palette {
        name: "light",
        ground: None,
        dim: ink(0x62_62_62, None),
        accent: ink(0x00_70_7f, None),
        gold: ink(0x8a_5a_00, Some(Color::Blue)),
        prediction: ink(0xa6_26_a4, Some(Color::Magenta)),
        done: ink(0x2a_7a_2a, None),
        trouble: ink(0xc0_1c_28, Some(Color::Red)),
        marked: ink(0x1f_5f_bf, None),
        hint: ink(0x3f_64_80, None),
        groups: inks(ON_LIGHT),
    },
    Palette {
        name: "high-contrast",
        ground: Some((WHITE, BLACK)),
        dim: ink(0xc0_c0_c0, Some(Color::Gray)),
        accent: ink(0x5f_ff_ff, Some(Color::White)),
        gold: ink(0xff_d7_00, Some(Color::LightYellow)),
        prediction: ink(0xff_87_ff, Some(Color::LightCyan)),
        done: ink(0x87_ff_87, Some(Color::LightGreen)),
        trouble: ink(0xff_87_87, None),
        marked: ink(0x87_af_ff, None),
        hint: ink(0x87_d7_ff, None),
        groups: inks(ON_BLACK),
    },
    // Okabe & Ito 2008, "Color Universal Design", <https://jfly.uni-koeln.de/color/>: yellow, sky
    // blue, bluish green, vermillion, reddish purple and orange, on the black they are made for.
    Palette {
        name: "colour-blind",
        ground: Some((WHITE, BLACK)),
        dim: ink(0xa0_a0_a0, Some(Color::Gray)),
        accent: WHITE,
        gold: ink(0xf0_e4_42, Some(Color::LightYellow)),
        prediction: ink(0x56_b4_e9, Some(Color::LightCyan)),
        done: ink(0x00_9e_73, None),
        trouble: ink(0xd5_5e_00, None),
        marked: ink(0xcc_79_a7, None),
        hint: ink(0xe6_9f_00, None),
        groups: inks(FOR_ALL),
    },
];

#[cfg(test)]
#[path = "palette_tests.rs"]
mod tests;
