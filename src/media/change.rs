//! A picture as it would be otherwise: turned, blurred, darker.
//!
//! Invariant: without a change it is the same picture, to the last bit.

use image::DynamicImage;

/// Most steps of brightness, both ways.
const MOST_STEPS: i8 = 5;
/// Levels of 255 that a step of brightness adds.
const STEP: i32 = 25;
/// The standard deviation of the blur as a share of the shorter side.
const BLUR: f32 = 0.04;

/// What is changed in a picture, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub struct PictureChange {
    /// The middle of it alone: 0.8 of each side, as if one stood nearer.
    pub crop: bool,
    /// Left is right.
    pub flip: bool,
    /// Quarter turns, clockwise, 0 to 3.
    pub turns: u8,
    /// Without colours.
    pub grey: bool,
    /// Blurred by a Gaussian of a 25th of the shorter side.
    pub blur: bool,
    /// Steps of 25 levels of 255, lighter or darker.
    pub steps: i8,
}

impl PictureChange {
    /// Lighter, or darker, by a step.
    pub fn brighten(&mut self, by: i8) {
        self.steps = (self.steps + by).clamp(-MOST_STEPS, MOST_STEPS);
    }

    /// The picture with the change.
    pub fn of(self, picture: &DynamicImage) -> DynamicImage {
        let mut changed = picture.clone();
        if self.crop {
            let (w, h) = (changed.width(), changed.height());
            let kept = |side: u32| (side - side / 5).max(1);
            let (width, height) = (kept(w), kept(h));
            changed = changed.crop_imm((w - width) / 2, (h - height) / 2, width, height);
        }
        if self.flip {
            changed = changed.fliph();
        }
        changed = match self.turns % 4 {
            1 => changed.rotate90(),
            2 => changed.rotate180(),
            3 => changed.rotate270(),
            _ => changed,
        };
        if self.grey {
            changed = changed.grayscale();
        }
        if self.blur {
            let shorter = changed.width().min(changed.height()) as f32;
            changed = changed.fast_blur((shorter * BLUR).max(0.5));
        }
        if self.steps == 0 { changed } else { changed.brighten(i32::from(self.steps) * STEP) }
    }

    /// What it is, in words; empty without a change.
    pub fn words(self) -> Vec<String> {
        let brightness = format!("brightness {:+}", self.steps);
        let turned = format!("turned by {}°", u32::from(self.turns % 4) * 90);
        [
            (self.crop, "cropped".to_owned()),
            (self.flip, "flipped".to_owned()),
            (!self.turns.is_multiple_of(4), turned),
            (self.grey, "grey".to_owned()),
            (self.blur, "blurred".to_owned()),
            (self.steps != 0, brightness),
        ]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView, Rgb, RgbImage};
    use proptest::prelude::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        let pixel = |x: u32, y: u32| Rgb([(x * 9) as u8, (y * 7) as u8, 60]);
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
    }

    #[test]
    fn each_change_does_what_its_word_says() {
        let picture = picture(20, 10);
        let none = PictureChange::default();
        assert_eq!((none.of(&picture), none.words()), (picture.clone(), vec![]));
        let flipped = PictureChange { flip: true, ..none }.of(&picture);
        assert_eq!(flipped.get_pixel(0, 3), picture.get_pixel(19, 3));
        let turned = PictureChange { turns: 1, ..none }.of(&picture);
        assert_eq!(
            (turned.dimensions(), turned.get_pixel(9, 0)),
            ((10, 20), picture.get_pixel(0, 0))
        );
        let cropped = PictureChange { crop: true, ..none }.of(&picture);
        assert_eq!(
            (cropped.dimensions(), cropped.get_pixel(0, 0)),
            ((16, 8), picture.get_pixel(2, 1))
        );
        let mut darker = none;
        darker.brighten(-1);
        assert_eq!(darker.of(&picture).get_pixel(19, 9).0, [146, 38, 35, 255]);
        (0..9).for_each(|_| darker.brighten(-1));
        assert_eq!((darker.steps, darker.words()), (-5, vec!["brightness -5".to_owned()]));
    }

    proptest! {
        #[test]
        fn no_picture_is_too_small(
            width in 1_u32..6, height in 1_u32..6, crop: bool, flip: bool, turns: u8, grey: bool, blur: bool,
            steps in -5_i8..=5,
        ) {
            let change = PictureChange { crop, flip, turns, grey, blur, steps };
            let changed = change.of(&picture(width, height));
            prop_assert!(changed.width() > 0 && changed.height() > 0);
            prop_assert_eq!(change.words().is_empty(), PictureChange { turns: turns % 4, ..change } == PictureChange::default());
        }
    }
}
