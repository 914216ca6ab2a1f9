//! Contrast, and what is left of a palette's differences for people who see fewer colours.

use super::*;
use crate::analysis::DARKEST;
use crate::tui::theme::Theme;
use crate::tui::theme::heat::{linear, luminance};
use crate::tui::theme::pixel::SIXTEEN;
use ratatui::style::Style;

const DEPTHS: [Depth; 3] = [Depth::True, Depth::Indexed, Depth::Sixteen];

fn roles(palette: &Palette) -> Vec<(&'static str, Ink)> {
    let groups = palette.groups.iter().map(|&ink| ("group", ink));
    let roles = [
        ("dim", palette.dim),
        ("accent", palette.accent),
        ("gold", palette.gold),
        ("prediction", palette.prediction),
        ("done", palette.done),
        ("trouble", palette.trouble),
        ("marked", palette.marked),
        ("hint", palette.hint),
    ];
    roles.into_iter().chain(groups).collect()
}

/// What a terminal shows; `None` for its own text colour. xterm's 16 are lighter than those of VGA
/// but for a few, so both are looked at.
fn shown(ink: Ink, depth: Depth) -> Vec<[u8; 3]> {
    const XTERM: [(Color, [u8; 3]); 4] = [
        (Color::Blue, [0, 0, 238]),
        (Color::Magenta, [205, 0, 205]),
        (Color::Red, [205, 0, 0]),
        (Color::LightRed, [255, 0, 0]),
    ];
    match ink.at(depth) {
        None => vec![],
        Some(Color::Rgb(r, g, b)) => vec![[r, g, b]],
        Some(Color::Indexed(n)) => vec![xterm(n)],
        Some(named) => SIXTEEN
            .iter()
            .chain(&XTERM)
            .filter(|(own, _)| *own == named)
            .map(|(_, rgb)| *rgb)
            .collect(),
    }
}

/// xterm's cube and greys.
fn xterm(n: u8) -> [u8; 3] {
    let step = |i: u8| if i == 0 { 0 } else { 55 + 40 * i };
    match n {
        232.. => [8 + 10 * (n - 232); 3],
        _ => [step((n - 16) / 36), step((n - 16) / 6 % 6), step((n - 16) % 6)],
    }
}

/// The contrast ratio of WCAG 2.2, <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_that_of_the_guidelines() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.01, "the grey that just fails");
}

#[test]
fn every_colour_can_be_read_on_the_background_it_assumes() {
    const BLACK: [u8; 3] = [0; 3];
    const GREY: [u8; 3] = [0x1e; 3];
    const WHITE: [u8; 3] = [255; 3];
    for palette in &PALETTES {
        for depth in DEPTHS {
            let grounds: &[([u8; 3], f64)] = match (palette.name, depth) {
                // the 16 are those of a black console
                ("dark", Depth::Sixteen) | ("colour-blind", _) => &[(BLACK, 4.5)],
                ("dark", _) => &[(BLACK, 4.5), (GREY, 4.5), (WHITE, 2.5)],
                ("light", _) => &[(WHITE, 4.5)],
                _ => &[(BLACK, 7.0)],
            };
            for (role, ink) in roles(palette) {
                for colour in shown(ink, depth) {
                    for &(ground, least) in grounds {
                        let found = contrast(colour, ground);
                        let name = palette.name;
                        assert!(
                            found >= least,
                            "{name} {role} {depth:?} on {ground:?}: {found:.2}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn numbers_on_every_shade_can_be_read_and_shades_differ() {
    let rgb = |colour| match colour {
        Some(Color::Rgb(r, g, b)) => [r, g, b],
        Some(Color::Indexed(n)) => xterm(n),
        other => panic!("{other:?}"),
    };
    for name in Theme::NAMES {
        for depth in [Depth::True, Depth::Indexed] {
            let theme = Theme::by_name(name, depth, true).unwrap();
            for shades in
                [Theme::heat, Theme::heat_better].map(|of| [1, 2, 3, 4].map(|s| of(theme, s)))
            {
                let grounds = shades.map(|shade| rgb(shade.bg));
                for (shade, ground) in shades.iter().zip(grounds) {
                    let found = contrast(rgb(shade.fg), ground);
                    assert!(found >= 4.5, "{name} {depth:?} {shade:?}: {found:.2}");
                }
                let light = grounds.map(luminance);
                let falls = light.is_sorted_by(|a, b| a > b);
                assert!(falls || light.is_sorted_by(|a, b| a < b), "{name} {depth:?} {grounds:?}");
            }
        }
        for (depth, coloured) in [(Depth::Sixteen, true), (Depth::True, false)] {
            let theme = Theme::by_name(name, depth, coloured).unwrap();
            let shades: Vec<Style> = (1..=DARKEST).map(|shade| theme.heat(shade)).collect();
            for (i, a) in shades.iter().enumerate() {
                assert!(shades[i + 1..].iter().all(|b| a != b) && a.bg.is_none(), "{name} {i}");
            }
        }
    }
}

/// What somebody without one kind of cone sees, in linear RGB: Machado, Oliveira & Fernandes 2009,
/// "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.0.
const PROTANOPIA: [[f64; 3]; 3] = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTERANOPIA: [[f64; 3]; 3] = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const TRITANOPIA: [[f64; 3]; 3] = [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.303_900],
];

fn seen(rgb: [u8; 3], eye: &[[f64; 3]; 3]) -> [f64; 3] {
    let linear = rgb.map(linear);
    eye.map(|row| row.iter().zip(linear).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0))
}

/// CIE 1976 L*a*b* under D65 (CIE 15:2004), from linear sRGB.
fn lab(rgb: [f64; 3]) -> [f64; 3] {
    const TO_XYZ: [[f64; 3]; 3] = [
        [0.412_456_4, 0.357_576_1, 0.180_437_5],
        [0.212_672_9, 0.715_152_2, 0.072_175],
        [0.019_333_9, 0.119_192, 0.950_304_1],
    ];
    const WHITE: [f64; 3] = [0.950_47, 1.0, 1.088_83];
    let f = |t: f64| {
        if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
    };
    let mut xyz = WHITE;
    for (row, value) in TO_XYZ.iter().zip(&mut xyz) {
        *value = f(row.iter().zip(rgb).map(|(m, c)| m * c).sum::<f64>() / *value);
    }
    [116.0 * xyz[1] - 16.0, 500.0 * (xyz[0] - xyz[1]), 200.0 * (xyz[1] - xyz[2])]
}

/// ΔE*ab: the distance in L*a*b*. 2.3 is just noticeable (Mahy et al. 1994).
fn difference(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// The least difference between any two of gold, prediction, done and trouble.
fn least_difference(palette: &Palette, depth: Depth, eye: &[[f64; 3]; 3]) -> f64 {
    let inks = [palette.gold, palette.prediction, palette.done, palette.trouble];
    let colours: Vec<[u8; 3]> =
        inks.iter().filter_map(|ink| shown(*ink, depth).first().copied()).collect();
    let mut least = f64::INFINITY;
    for (i, a) in colours.iter().enumerate() {
        for b in &colours[i + 1..] {
            least = least.min(difference(lab(seen(*a, eye)), lab(seen(*b, eye))));
        }
    }
    least
}

#[test]
fn the_colour_blind_palette_keeps_its_colours_apart() {
    let palette = PALETTES.iter().find(|palette| palette.name == "colour-blind").unwrap();
    for depth in DEPTHS {
        for (name, eye, least) in [
            ("protanopia", &PROTANOPIA, 20.0),
            ("deuteranopia", &DEUTERANOPIA, 20.0),
            ("tritanopia", &TRITANOPIA, 10.0),
        ] {
            let found = least_difference(palette, depth, eye);
            assert!(found >= least, "{name} {depth:?}: {found:.1}");
        }
    }
    // the test can fail: the usual colours do not stay apart
    assert!(least_difference(&PALETTES[0], Depth::True, &DEUTERANOPIA) < 10.0);
}

#[test]
fn no_two_groups_look_alike() {
    for palette in &PALETTES {
        for depth in [Depth::True, Depth::Indexed] {
            let groups = palette.groups.map(|ink| lab(shown(ink, depth)[0].map(linear)));
            for (i, a) in groups.iter().enumerate() {
                for (j, b) in groups.iter().enumerate().skip(i + 1) {
                    let found = difference(*a, *b);
                    assert!(found > 15.0, "{} {depth:?} {i} {j}: {found:.1}", palette.name);
                }
            }
        }
    }
}

#[test]
fn what_has_no_colour_is_told_apart_without() {
    for name in Theme::NAMES {
        for (depth, coloured) in
            [(Depth::True, false), (Depth::Sixteen, true), (Depth::Indexed, true)]
        {
            let theme = Theme::by_name(name, depth, coloured).unwrap();
            let strong = |style: Style| style.patch(theme.strong());
            let styles = [
                strong(theme.gold()),
                strong(theme.prediction()),
                theme.trouble(),
                theme.dim(),
                Style::new(),
            ];
            for (i, a) in styles.iter().enumerate() {
                assert!(styles[i + 1..].iter().all(|b| a != b), "{name} {depth:?} {i}");
            }
            if !coloured {
                assert!(styles.iter().all(|style| style.fg.is_none() && style.bg.is_none()));
            }
        }
    }
}
