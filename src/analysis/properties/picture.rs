//! Properties of a picture's pixels.

use super::{Modality, Properties, Property, share};
use crate::analysis::AnalysisError;

pub(super) const PROPERTIES: [Property; 8] = [
    Property {
        name: "brightness",
        unit: "0–1",
        meaning: "perceived brightness of the mean colour",
    },
    Property { name: "contrast", unit: "0–0.5", meaning: "standard deviation of the luminance" },
    Property {
        name: "sharpness",
        unit: "grey levels²",
        meaning: "variance of the Laplacian; low is blurred",
    },
    Property {
        name: "entropy",
        unit: "bits, 0–8",
        meaning: "information in the histogram of the luminance",
    },
    Property { name: "width", unit: "pixels", meaning: "width" },
    Property { name: "height", unit: "pixels", meaning: "height" },
    Property { name: "size", unit: "pixels", meaning: "width × height" },
    Property { name: "aspect", unit: "ratio", meaning: "width ÷ height; below 1 is upright" },
];

/// Properties of a picture of 8-bit RGB pixels, row by row, 3 bytes each. Luminance is Pillow's
/// `convert("L")`: (19595 R + 38470 G + 7471 B + 2¹⁵) / 2¹⁶ rounded down, ITU-R BT.601. Sums over pixels are
/// sums of integers, and exact. Without pixels only width, height and size are defined.
///
/// - brightness: √(0.241 R̄² + 0.691 Ḡ² + 0.068 B̄²) / 255 of the channels' means, as cleanvision 0.3.7
///   `calc_avg_brightness`.
/// - contrast: standard deviation of luminance / 255, the RMS contrast of Peli 1990 (J. Opt. Soc. Am.
///   A 7:2032).
/// - sharpness: variance over all pixels of the Laplacian [0 1 0; 1 −4 1; 0 1 0] of the luminance
///   (Pech-Pacheco et al. 2000, ICPR); beyond an edge lies the mirror image without the edge itself, as
///   `cv2.Laplacian` and `numpy.pad(mode="reflect")` have it. It grows with noise and depends on the
///   resolution: compare pictures of about the same size.
/// - entropy: Shannon's, in bits, of the 256-bin histogram, as Pillow's `convert("L").entropy()`.
///   cleanvision takes the three channels' histogram instead.
/// - aspect: width ÷ height. cleanvision's is the smaller of it and its inverse.
///
/// # Errors
/// Another number of bytes than width × height × 3.
pub fn picture(rgb: &[u8], width: usize, height: usize) -> Result<Properties, AnalysisError> {
    let size = width.saturating_mul(height);
    let expected = size.saturating_mul(3);
    if rgb.len() != expected {
        let what = "bytes of RGB pixels";
        return Err(AnalysisError::Length { what, found: rgb.len(), expected });
    }
    let (grey, sums) = grey(rgb);
    let histogram = histogram(&grey);
    let some = size > 0;
    let values = [
        some.then(|| brightness(sums, size)),
        some.then(|| contrast(&histogram, size)),
        some.then(|| sharpness(&grey, width, height)),
        some.then(|| entropy(&histogram, size)),
        Some(width as f64),
        Some(height as f64),
        Some(size as f64),
        share(width, height).filter(|_| some),
    ];
    Ok(Properties::new(Modality::Picture, values))
}

/// Luminance of each pixel, and the sum of each channel.
fn grey(rgb: &[u8]) -> (Vec<u8>, [u64; 3]) {
    let (pixels, _) = rgb.as_chunks::<3>();
    let mut sums = [0; 3];
    // Sums of a piece fit in 32 bits.
    for piece in pixels.chunks(1 << 16) {
        let mut part = [0_u32; 3];
        for pixel in piece {
            for (sum, &v) in part.iter_mut().zip(pixel) {
                *sum += u32::from(v);
            }
        }
        for (sum, part) in sums.iter_mut().zip(part) {
            *sum += u64::from(part);
        }
    }
    let luminance = |pixel: &[u8; 3]| {
        let [r, g, b] = pixel.map(u32::from);
        ((19_595 * r + 38_470 * g + 7_471 * b + (1 << 15)) >> 16) as u8
    };
    (pixels.iter().map(luminance).collect(), sums)
}

fn histogram(grey: &[u8]) -> [u64; 256] {
    let mut histogram = [0; 256];
    for &level in grey {
        histogram[usize::from(level)] += 1;
    }
    histogram
}

fn brightness(sums: [u64; 3], size: usize) -> f64 {
    let [r, g, b] = sums.map(|sum| sum as f64 / size as f64);
    (0.241 * r * r + 0.691 * g * g + 0.068 * b * b).sqrt() / 255.0
}

fn contrast(histogram: &[u64; 256], size: usize) -> f64 {
    let (mut sum, mut squares) = (0, 0);
    for (level, &count) in (0_u64..).zip(histogram) {
        sum += level * count;
        squares += level * level * count;
    }
    // Exact until the root.
    let [n, sum, squares] = [size as u64, sum, squares].map(u128::from);
    ((n * squares - sum * sum) as f64).sqrt() / size as f64 / 255.0
}

fn entropy(histogram: &[u64; 256], size: usize) -> f64 {
    let n = size as f64;
    let bits: f64 = histogram
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| count as f64 / n * (n / count as f64).log2())
        .sum();
    bits.max(0.0)
}

fn sharpness(grey: &[u8], width: usize, height: usize) -> f64 {
    let row = |y: usize| &grey[y * width..(y + 1) * width];
    // The neighbours of index i among n, mirrored at the ends; of a single one, itself.
    let around = |i: usize, n: usize| {
        let low = if i == 0 { 1.min(n - 1) } else { i - 1 };
        let high = if i + 1 == n { n.saturating_sub(2) } else { i + 1 };
        (low, high)
    };
    let (mut sum, mut squares) = (0_i64, 0_u64);
    for y in 0..height {
        let (above, below) = around(y, height);
        let (above, middle, below) = (row(above), row(y), row(below));
        for x in [0, width - 1].into_iter().take(width) {
            let (left, right) = around(x, width);
            let value = laplacian([above[x], below[x], middle[left], middle[right]], middle[x]);
            sum += i64::from(value);
            squares += u64::from((value * value) as u32);
        }
        for start in (1..width.saturating_sub(1)).step_by(PIECE) {
            let end = (start + PIECE).min(width - 1);
            let (s, q) = inner([above, middle, below], start, end);
            sum += i64::from(s);
            squares += u64::from(q);
        }
    }
    let n = (width * height) as i128;
    let scaled = n * i128::from(squares) - i128::from(sum) * i128::from(sum);
    scaled as f64 / (n * n) as f64
}

/// |Laplacian| ≤ 1020, so that this many squares fit in 32 bits.
const PIECE: usize = 4096;

/// Sum of the Laplacian and of its squares over the pixels `start..end` of the middle row.
fn inner([above, middle, below]: [&[u8]; 3], start: usize, end: usize) -> (i32, u32) {
    let n = end - start;
    // Slices of one length let the compiler vectorise.
    let (above, below) = (&above[start..][..n], &below[start..][..n]);
    let (left, here, right) =
        (&middle[start - 1..][..n], &middle[start..][..n], &middle[start + 1..][..n]);
    let (mut sum, mut squares) = (0, 0);
    for i in 0..n {
        let value = laplacian([above[i], below[i], left[i], right[i]], here[i]);
        sum += value;
        squares += (value * value) as u32;
    }
    (sum, squares)
}

fn laplacian(neighbours: [u8; 4], centre: u8) -> i32 {
    let [a, b, c, d] = neighbours.map(i16::from);
    i32::from(a + b + c + d - 4 * i16::from(centre))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn get(rgb: &[u8], width: usize, height: usize, name: &str) -> f64 {
        picture(rgb, width, height).unwrap().get(name).unwrap()
    }

    fn of_grey(levels: &[u8]) -> Vec<u8> {
        levels.iter().flat_map(|&v| [v; 3]).collect()
    }

    #[test]
    fn one_colour_has_brightness_only() {
        let white = [255; 4 * 3 * 3];
        for (name, value) in [
            ("brightness", 1.0),
            ("contrast", 0.0),
            ("sharpness", 0.0),
            ("entropy", 0.0),
            ("width", 4.0),
            ("height", 3.0),
            ("size", 12.0),
            ("aspect", 4.0 / 3.0),
        ] {
            assert!((get(&white, 4, 3, name) - value).abs() < 1e-12, "{name}");
        }
        assert!((get(&[0, 255, 0], 1, 1, "brightness") - 0.691_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn half_black_half_white_is_the_most_contrast_and_one_bit() {
        let halves = of_grey(&[0, 255, 255, 0]);
        assert!((get(&halves, 2, 2, "contrast") - 0.5).abs() < 1e-12);
        assert!((get(&halves, 2, 2, "entropy") - 1.0).abs() < 1e-12);
        // Each pixel's four mirrored neighbours are of the other colour: ±4 × 255 around 0.
        assert!((get(&halves, 2, 2, "sharpness") - 1020.0 * 1020.0).abs() < 1e-6);
    }

    #[test]
    fn edges_are_mirrored() {
        // Of 0 10 30: 2 × 10, 0 + 30 − 20, 2 × 10 − 60; the missing rows add nothing.
        let line = of_grey(&[0, 10, 30]);
        let (a, b, c) = (20.0_f64, 10.0, -40.0);
        let mean = (a + b + c) / 3.0;
        let variance = ((a - mean).powi(2) + (b - mean).powi(2) + (c - mean).powi(2)) / 3.0;
        assert!((get(&line, 3, 1, "sharpness") - variance).abs() < 1e-9);
        assert!((get(&line, 1, 3, "sharpness") - variance).abs() < 1e-9);
    }

    #[test]
    fn rows_longer_than_a_piece_do_not_overflow() {
        let levels: Vec<u8> = (0..10_000).map(|i| if i % 2 == 0 { 0 } else { 255 }).collect();
        let columns = [levels.clone(), levels.iter().map(|v| 255 - v).collect()].concat();
        let sharpness = get(&of_grey(&columns), 10_000, 2, "sharpness");
        assert!((sharpness - 1020.0 * 1020.0).abs() < 1e-6);
    }

    #[test]
    fn no_pixels_have_measures_only_and_a_wrong_length_is_an_error() {
        let none = picture(&[], 0, 5).unwrap();
        let defined: Vec<_> =
            none.iter().filter(|(_, v)| v.is_some()).map(|(p, _)| p.name).collect();
        assert_eq!(defined, ["width", "height", "size"]);
        assert!(picture(&[0; 5], 1, 2).is_err());
        assert!(picture(&[], usize::MAX, usize::MAX).is_err());
    }

    proptest! {
        #[test]
        fn values_stay_in_their_range_and_survive_mirroring(
            width in 1_usize..9, height in 1_usize..9, seed in any::<u64>(),
        ) {
            let pixel = |i: usize| (seed.wrapping_mul(i as u64 * 2 + 1) >> 40) as u8;
            let rgb: Vec<u8> = (0..width * height * 3).map(pixel).collect();
            let upside_down: Vec<u8> = rgb.chunks(width * 3).rev().flatten().copied().collect();
            let here = picture(&rgb, width, height).unwrap();
            prop_assert_eq!(here, picture(&upside_down, width, height).unwrap());
            for (name, most) in [("brightness", 1.0), ("contrast", 0.5), ("entropy", 8.0)] {
                let value = here.get(name).unwrap();
                prop_assert!((0.0..=most).contains(&value), "{} {}", name, value);
            }
            prop_assert!(here.get("sharpness").unwrap() >= 0.0);
        }
    }
}
