//! A sound to look at: its waveform, and what is known of it in a line.
//!
//! Invariant: each column shows the extremes of all samples under it, however long the sound is.

use super::{Cells, MediaError, Sound, cells, decode_sound, decode_upright, is_sound};
use image::{DynamicImage, Rgb, RgbImage};
use std::path::Path;

const GROUND: Rgb<u8> = Rgb([24, 26, 32]);
const AXIS: Rgb<u8> = Rgb([70, 74, 84]);
/// From the lowest to the highest sample.
const EXTREMES: Rgb<u8> = Rgb([64, 112, 160]);
/// As far as the root mean square.
const BODY: Rgb<u8> = Rgb([140, 200, 250]);

/// Peaks below are not enlarged to the full height: they are noise.
const FAINT: f32 = 0.01;

/// The waveform of a sound, its peak at the full height.
pub fn waveform(sound: &Sound, width: u32, height: u32) -> RgbImage {
    let mut picture = RgbImage::from_pixel(width, height, GROUND);
    let top = peak(sound).max(FAINT);
    let count = sound.samples.len() as u64;
    let y = |value: f32| {
        let share = f64::from((1.0 - value / top) / 2.0).clamp(0.0, 1.0);
        (share * f64::from(height.saturating_sub(1))).round() as u32
    };
    for x in 0..width {
        let place = |x: u32| (count * u64::from(x) / u64::from(width)) as usize;
        let (start, end) = (place(x), place(x + 1).max(place(x) + 1));
        let Some(part) = sound.samples.get(start..end.min(sound.samples.len())) else { continue };
        let finite = || part.iter().copied().filter(|s| s.is_finite());
        let (low, high) = finite().fold((0.0_f32, 0.0_f32), |(l, h), s| (l.min(s), h.max(s)));
        let squares: f64 = finite().map(|s| f64::from(s).powi(2)).sum();
        let body = (squares / part.len().max(1) as f64).sqrt() as f32;
        let mut line = |from: f32, to: f32, colour| {
            (y(to)..=y(from)).filter(|&y| y < height).for_each(|y| picture.put_pixel(x, y, colour));
        };
        line(low, high, EXTREMES);
        line((-body).max(low), body.min(high), BODY);
        if low == 0.0 && high == 0.0 {
            line(0.0, 0.0, AXIS);
        }
    }
    picture
}

/// The largest absolute sample.
pub fn peak(sound: &Sound) -> f32 {
    sound.samples.iter().filter(|s| s.is_finite()).fold(0.0, |top, s| top.max(s.abs()))
}

/// `0.60 s · 44.1 kHz · 2 channels · peak 0.90`
pub fn caption(sound: &Sound) -> String {
    let channels = match sound.channels {
        1 => "1 channel".to_owned(),
        n => format!("{n} channels"),
    };
    let rate = f64::from(sound.rate) / 1000.0;
    format!("{:.2} s · {rate} kHz · {channels} · peak {:.2}", sound.seconds(), peak(sound))
}

/// Rows that the caption takes above a waveform, where there are enough.
const CAPTION: u16 = 2;
const ENOUGH: u16 = 8;

/// What a file shows in `cols` × `rows` cells: its picture, or its waveform with a caption.
///
/// # Errors
/// A file that can't be read as what its name says, or nothing to see in it.
pub fn cells_of(path: &Path, cols: u16, rows: u16) -> Result<Cells, String> {
    if !is_sound(path) {
        let picture = decode_upright(path).map_err(|e: MediaError| e.to_string())?;
        let fitted = cells::fit(&picture, cols, rows);
        return fitted.ok_or_else(|| "the picture has no pixels".to_owned());
    }
    let sound = decode_sound(path).map_err(|e| e.to_string())?;
    let rows = if rows >= ENOUGH { rows - CAPTION } else { rows };
    // a cell is twice as high as wide: no higher than half its width
    let height = (2 * u32::from(rows)).min(u32::from(cols / 2).max(2));
    let wave = waveform(&sound, u32::from(cols), height);
    let fitted = cells::fit(&DynamicImage::ImageRgb8(wave), cols, rows);
    Ok(fitted.ok_or("there is no room")?.with_caption(caption(&sound)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sound(samples: Vec<f32>) -> Sound {
        Sound { samples, rate: 22_050, channels: 2 }
    }

    #[test]
    fn a_click_is_seen_however_long_the_silence() {
        let mut samples = vec![0.0; 100_000];
        samples[50_001] = -0.5;
        let picture = waveform(&sound(samples), 40, 9);
        let bright: Vec<u32> = (0..40).filter(|&x| *picture.get_pixel(x, 8) == EXTREMES).collect();
        assert_eq!(bright, [20]);
        assert_eq!(*picture.get_pixel(0, 4), AXIS);
        assert_eq!(*picture.get_pixel(20, 0), GROUND);
    }

    #[test]
    fn the_caption_has_length_rate_channels_and_peak() {
        let made = caption(&sound(vec![0.25, -0.75, f32::NAN]));
        assert_eq!(made, "0.00 s · 22.05 kHz · 2 channels · peak 0.75");
    }

    proptest! {
        #[test]
        fn any_sound_fits_any_room(samples in prop::collection::vec(any::<f32>(), 0..200), cols in 0_u16..50, rows in 0_u16..20) {
            let sound = sound(samples);
            let picture = waveform(&sound, u32::from(cols), u32::from(rows));
            prop_assert_eq!((picture.width(), picture.height()), (cols.into(), rows.into()));
        }
    }
}
