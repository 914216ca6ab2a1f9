use super::*;
use proptest::prelude::*;

fn grey(levels: &[u8], width: usize) -> [f32; PICTURE_DIMS] {
    let rgb: Vec<[u8; 3]> = levels.iter().map(|&v| [v; 3]).collect();
    picture_vector(&rgb, width, levels.len() / width).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A disc, or a square, of one level on another, blurred so many times.
fn thing(round: bool, level: u8, ground: u8, blurs: usize) -> Vec<u8> {
    let inside = |i: i32| {
        let (x, y) = (i % 28 - 14, i / 28 - 14);
        if round { x * x + y * y < 90 } else { x.abs() < 9 && y.abs() < 9 }
    };
    let levels = (0..28 * 28).map(|i| if inside(i) { level } else { ground }).collect();
    (0..blurs).fold(levels, |levels: Vec<u8>, _| blurred(&levels))
}

fn blurred(levels: &[u8]) -> Vec<u8> {
    let at = |x: i32, y: i32| u32::from(levels[(y.clamp(0, 27) * 28 + x.clamp(0, 27)) as usize]);
    let mean = |i: i32| {
        let around = (0..9).map(|k| at(i % 28 + k % 3 - 1, i / 28 + k / 3 - 1));
        (around.sum::<u32>() / 9) as u8
    };
    (0..28 * 28).map(mean).collect()
}

#[test]
fn shape_counts_more_than_exposure_and_blur_is_seen() {
    let disc = grey(&thing(true, 200, 20, 0), 28);
    let dim_disc = grey(&thing(true, 120, 30, 0), 28);
    let square = grey(&thing(false, 200, 20, 0), 28);
    let blurry_disc = grey(&thing(true, 200, 20, 3), 28);
    let blurry_square = grey(&thing(false, 200, 20, 3), 28);
    assert!(cosine(&disc, &dim_disc) > 0.98, "{}", cosine(&disc, &dim_disc));
    assert!(cosine(&disc, &square) < 0.95, "{}", cosine(&disc, &square));
    assert!(cosine(&disc, &blurry_disc) < cosine(&disc, &dim_disc) - 0.02);
    assert!(cosine(&blurry_square, &blurry_disc) > cosine(&blurry_square, &disc));
}

#[test]
fn one_level_has_only_its_colour_and_sizes_can_be_compared() {
    let red = picture_vector(&[[200, 30, 30]; 12], 4, 3).unwrap();
    assert!(red.iter().enumerate().all(|(i, x)| *x == 0.0 || (COLOUR..EDGE).contains(&i)));
    assert!((cosine(&red, &red) - 1.0).abs() < 1e-6);
    let blue = picture_vector(&[[30, 30, 200]; 12], 4, 3).unwrap();
    let dark_red = picture_vector(&[[150, 20, 25]; 4], 2, 2).unwrap();
    assert!(cosine(&red, &dark_red) > cosine(&red, &blue));
    let twice: Vec<u8> =
        (0..56 * 56).map(|i| thing(true, 200, 20, 0)[i / 56 / 2 * 28 + i % 56 / 2]).collect();
    assert!(cosine(&grey(&twice, 56), &grey(&thing(true, 200, 20, 0), 28)) > 0.9);
}

#[test]
fn no_pixels_say_nothing_and_a_wrong_number_is_an_error() {
    assert!(picture_vector(&[], 0, 7).unwrap().iter().all(|x| *x == 0.0));
    assert!(picture_vector(&[[0; 3]; 5], 2, 3).is_err());
    assert!(picture_vector(&[], usize::MAX, usize::MAX).is_err());
}

proptest! {
    #[test]
    fn vectors_are_finite_and_of_length_one(
        width in 1_usize..12, height in 1_usize..12,
        pixels in prop::collection::vec(any::<[u8; 3]>(), 144), levels in 1_u8..=255,
    ) {
        let pixels: Vec<[u8; 3]> =
            pixels[..width * height].iter().map(|p| p.map(|v| v % levels)).collect();
        let vector = picture_vector(&pixels, width, height).unwrap();
        prop_assert!(vector.iter().all(|x| x.is_finite()));
        let length = cosine(&vector, &vector);
        prop_assert!((length - 1.0).abs() < 1e-5, "{length}");
    }
}
