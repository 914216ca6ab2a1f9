//! Colours of pictures on terminals that have few.

use ratatui::style::Color;

/// The nearest of xterm's 6×6×6 cube and its 24 greys.
pub(super) fn indexed(r: u8, g: u8, b: u8) -> u8 {
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

/// The 16 as a VGA text mode shows them, and so the Linux console; other terminals come near.
pub(super) const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [170, 0, 0]),
    (Color::Green, [0, 170, 0]),
    (Color::Yellow, [170, 85, 0]),
    (Color::Blue, [0, 0, 170]),
    (Color::Magenta, [170, 0, 170]),
    (Color::Cyan, [0, 170, 170]),
    (Color::Gray, [170, 170, 170]),
    (Color::DarkGray, [85, 85, 85]),
    (Color::LightRed, [255, 85, 85]),
    (Color::LightGreen, [85, 255, 85]),
    (Color::LightYellow, [255, 255, 85]),
    (Color::LightBlue, [85, 85, 255]),
    (Color::LightMagenta, [255, 85, 255]),
    (Color::LightCyan, [85, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// How far dithering moves a channel up or down: three quarters of the step between the 16. On the
/// sample's pictures, seen through a 3×3 mean, that takes a third to half off the error.
const REACH: i32 = 64;

/// One of the 16 for the pixel at (x, y): the nearest, after Bayer's 4×4 ordered dithering (Bayer
/// 1973, "An optimum method for two-level rendition of continuous-tone pictures").
pub(super) fn dithered(rgb: [u8; 3], (x, y): (u16, u16)) -> Color {
    const BAYER: [[i32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let rank = BAYER[usize::from(y % 4)][usize::from(x % 4)];
    let shift = (2 * rank + 1 - 16) * REACH / 32;
    let moved = rgb.map(|c| (i32::from(c) + shift).clamp(0, 255));
    let nearest = SIXTEEN.iter().min_by_key(|(_, own)| distance(moved, own.map(i32::from)));
    nearest.map_or(Color::Reset, |(colour, _)| *colour)
}

/// How unlike two colours look: Riemersma's weighted squares ("redmean"),
/// <https://www.compuphase.com/cmetric.htm>.
fn distance([r1, g1, b1]: [i32; 3], [r2, g2, b2]: [i32; 3]) -> i32 {
    let mean = i32::midpoint(r1, r2);
    let (r, g, b) = (r1 - r2, g1 - g2, b1 - b2);
    (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * b * b) >> 8)
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

    /// The mean of a plane of one colour, dithered.
    fn mean(rgb: [u8; 3]) -> [f64; 3] {
        let mut sum = [0.0; 3];
        for (x, y) in (0..16).map(|i| (i % 4, i / 4)) {
            let colour = dithered(rgb, (x, y));
            let own = SIXTEEN.iter().find(|(named, _)| *named == colour).unwrap().1;
            (0..3).for_each(|c| sum[c] += f64::from(own[c]) / 16.0);
        }
        sum
    }

    #[test]
    fn black_and_white_stay_and_greys_between_them_are_mixed() {
        let all = |rgb, colour| (0..16).all(|i| dithered(rgb, (i % 4, i / 4)) == colour);
        assert!(all([0; 3], Color::Black) && all([255; 3], Color::White));
        let mut before = -1.0;
        for level in (0..=255).step_by(15) {
            let [r, g, b] = mean([level; 3]);
            assert!((r - g).abs() < 1e-9 && (g - b).abs() < 1e-9, "grey {level} stays grey");
            assert!((r - f64::from(level)).abs() < 26.0, "grey {level} became {r}");
            assert!(r >= before, "lighter greys are not darker");
            before = r;
        }
    }
}
