//! A picture printed into the scrollback, with the best protocol that the terminal has.
//!
//! Invariant: never waits without a limit for a terminal that does not answer.

use image::DynamicImage;
use image::imageops::FilterType;
use std::env;

/// Columns that an inline picture takes at most.
const MAX_COLS: u32 = 60;
/// Rows that it takes at most.
const MAX_ROWS: u32 = 24;

/// Prints a picture at the cursor.
///
/// # Errors
/// When the terminal can't be written to.
pub fn print_inline(image: &DynamicImage) -> Result<(), viuer::ViuError> {
    // viuer asks the terminal what it can do and reads the answer without a time limit, so this
    // question, which has one, goes first: what does not answer it gets half blocks.
    let multiplexed = env::var_os("TMUX").is_some()
        || env::var("TERM").is_ok_and(|t| t.starts_with("screen") || t.starts_with("tmux"));
    let answers = !multiplexed && crossterm::terminal::supports_keyboard_enhancement().is_ok();
    let (width, height) = size(image);
    let config = viuer::Config {
        absolute_offset: false,
        width: Some(width),
        height: Some(height),
        use_kitty: answers,
        use_iterm: answers,
        use_sixel: answers,
        ..viuer::Config::default()
    };
    let image = if answers { &for_pixels(image) } else { image };
    match viuer::print(image, &config) {
        // Typed ahead while the terminal was asked: the picture is there.
        Ok(_) | Err(viuer::ViuError::KittyResponse(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The size that is sent to a terminal with pixels. Small pictures are enlarged, because a remote
/// kitty picture of up to 768 pixels is never ended by viuer; large ones shrunk, because they are
/// sent whole.
fn for_pixels(image: &DynamicImage) -> DynamicImage {
    const LEAST: u32 = 64;
    const MOST: u32 = 960;
    let (w, h) = (image.width().max(1), image.height().max(1));
    let long = w.max(h);
    if long > MOST {
        return image.resize(MOST, MOST, FilterType::Triangle);
    }
    let factor = LEAST.div_ceil(w.min(h)).min((MOST / long).max(1));
    image.resize_exact(w * factor, h * factor, FilterType::Nearest)
}

/// Cells for the picture: small ones by a whole factor, so that pixels stay square; a cell holds two
/// pixels above each other.
fn size(image: &DynamicImage) -> (u32, u32) {
    let (w, h) = (image.width().max(1), image.height().max(1));
    let factor = (MAX_COLS / w).min(2 * MAX_ROWS / h);
    if factor >= 1 {
        return (w * factor, (h * factor).div_ceil(2));
    }
    let scale = (f64::from(MAX_COLS) / f64::from(w)).min(f64::from(2 * MAX_ROWS) / f64::from(h));
    let cells = |n: u32, per_cell: f64| ((f64::from(n) * scale / per_cell).round() as u32).max(1);
    (cells(w, 1.0), cells(h, 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_shape_within_its_room() {
        let cells = |w, h| size(&DynamicImage::new_luma8(w, h));
        assert_eq!(cells(28, 28), (28, 14));
        assert_eq!(cells(10, 10), (40, 20));
        assert_eq!(cells(1200, 600), (60, 15));
        assert_eq!(cells(10, 5000), (1, 24));
    }
}
