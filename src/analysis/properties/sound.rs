//! Properties of a sound's samples.

use super::{Modality, Properties, Property, share};

pub(super) const PROPERTIES: [Property; 6] = [
    Property { name: "length", unit: "seconds", meaning: "duration" },
    Property {
        name: "level",
        unit: "dBFS",
        meaning: "RMS level; 0 is a square wave at full scale",
    },
    Property { name: "peak", unit: "full scale", meaning: "largest absolute sample" },
    Property { name: "clipping", unit: "0–1", meaning: "share of samples at full scale" },
    Property { name: "silence", unit: "0–1", meaning: "share of 20 ms frames below −60 dBFS" },
    Property { name: "zero crossings", unit: "1/s", meaning: "changes of sign a second" },
];

/// The level that stands for silence, and the lowest there is, in dBFS.
pub const SILENT_DB: f64 = -120.0;

/// Samples from here on count as clipped.
const CLIPPED: f32 = 0.999;

/// Frames below this RMS level, in dBFS, are silent.
const QUIET_DB: f64 = -60.0;

/// Properties of one channel of samples, −1 to 1, at `rate` samples a second. A sample that is not
/// finite counts as 0. Without samples or rate, what would be divided by them is absent.
///
/// - level: 20 log₁₀ of the root mean square, at least −120. A sine at full scale has −3.01; meters
///   after AES17 call that 0.
/// - clipping: share of samples with |x| ≥ 0.999.
/// - silence: share of frames of 20 ms, side by side, whose RMS level is below −60 dBFS; the last may be
///   shorter.
/// - zero crossings: changes of sign between neighbouring samples, 0 counting as positive, a second:
///   twice the frequency of a pure tone. librosa's zero-crossing rate is this divided by the sample
///   rate.
pub fn sound(samples: &[f32], rate: u32) -> Properties {
    let seconds = share(samples.len(), rate as usize);
    let mut total = Frame::default();
    let (mut frames, mut silent) = (0_usize, 0_usize);
    let quiet = 10_f64.powf(QUIET_DB / 10.0);
    for piece in samples.chunks((rate as usize / 50).max(1)) {
        let frame = Frame::of(piece);
        frames += 1;
        silent += usize::from(frame.squares / (piece.len() as f64) < quiet);
        total.add(&frame);
    }
    let some = !samples.is_empty();
    let level = || level(total.squares / samples.len() as f64);
    let per_second = |s: f64| crossings(samples) as f64 / s;
    let values = [
        seconds,
        some.then(level),
        some.then_some(f64::from(total.peak)),
        share(total.clipped, samples.len()),
        share(silent, frames).filter(|_| rate > 0),
        seconds.filter(|&s| s > 0.0).map(per_second),
    ];
    Properties::new(Modality::Sound, values)
}

fn level(power: f64) -> f64 {
    if power > 0.0 { (10.0 * power.log10()).max(SILENT_DB) } else { SILENT_DB }
}

#[derive(Default)]
struct Frame {
    squares: f64,
    peak: f32,
    clipped: usize,
}

impl Frame {
    fn of(samples: &[f32]) -> Self {
        let mut frame = Self::default();
        for &x in samples {
            let x = finite(x).abs();
            frame.squares += f64::from(x) * f64::from(x);
            frame.peak = frame.peak.max(x);
            frame.clipped += usize::from(x >= CLIPPED);
        }
        frame
    }

    fn add(&mut self, other: &Self) {
        self.squares += other.squares;
        self.peak = self.peak.max(other.peak);
        self.clipped += other.clipped;
    }
}

fn crossings(samples: &[f32]) -> u64 {
    let negative = |x: f32| u32::from(finite(x) < 0.0);
    let next = samples.get(1..).unwrap_or_default();
    // Counted in 32 bits by pieces, which lets the compiler vectorise.
    let pieces = samples.chunks(1 << 16).zip(next.chunks(1 << 16));
    let changes = |(a, b): (&[f32], &[f32])| -> u32 {
        a.iter().zip(b).map(|(&a, &b)| negative(a) ^ negative(b)).sum()
    };
    pieces.map(|pair| u64::from(changes(pair))).sum()
}

fn finite(x: f32) -> f32 {
    if x.is_finite() { x } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tone(frequency: f32, amplitude: f32, rate: u32, samples: usize) -> Vec<f32> {
        let angle = |i: usize| std::f32::consts::TAU * frequency * (i as f32 + 0.5) / rate as f32;
        (0..samples).map(|i| amplitude * angle(i).sin()).collect()
    }

    fn near(properties: &Properties, name: &str, value: f64, tolerance: f64) {
        let found = properties.get(name).unwrap();
        assert!((found - value).abs() <= tolerance, "{name}: {found}, not {value}");
    }

    #[test]
    fn a_tone_has_its_level_and_twice_its_frequency_of_crossings() {
        let found = sound(&tone(100.0, 0.5, 8000, 8000), 8000);
        near(&found, "length", 1.0, 0.0);
        near(&found, "level", 20.0 * (0.5 / 2_f64.sqrt()).log10(), 1e-4);
        near(&found, "peak", 0.5, 1e-3);
        near(&found, "zero crossings", 200.0, 1.0);
        near(&found, "clipping", 0.0, 0.0);
        near(&found, "silence", 0.0, 0.0);
    }

    #[test]
    fn half_silence_and_a_clipped_square() {
        let mut samples = vec![0.0; 1600];
        samples.extend((0..1600).map(|i| if i % 16 < 8 { 1.0 } else { -1.0 }));
        let found = sound(&samples, 8000);
        near(&found, "silence", 0.5, 0.0);
        near(&found, "clipping", 0.5, 0.0);
        near(&found, "level", 10.0 * 0.5_f64.log10(), 1e-9);
    }

    #[test]
    fn nothing_and_silence_are_defined() {
        let none = sound(&[], 8000);
        let defined: Vec<_> =
            none.iter().filter(|(_, v)| v.is_some()).map(|(p, _)| p.name).collect();
        assert_eq!(defined, ["length"]);
        let silent = sound(&[0.0; 100], 8000);
        near(&silent, "level", SILENT_DB, 0.0);
        near(&silent, "silence", 1.0, 0.0);
        assert_eq!(sound(&[0.5; 10], 0).get("length"), None);
    }

    proptest! {
        #[test]
        fn any_bits_give_defined_values(bits in prop::collection::vec(any::<u32>(), 0..80), rate in 0_u32..2000) {
            let samples: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
            let found = sound(&samples, rate);
            for name in ["clipping", "silence"] {
                prop_assert!(found.get(name).is_none_or(|v| (0.0..=1.0).contains(&v)));
            }
            prop_assert!(found.get("level").is_none_or(|v| v >= SILENT_DB));
            prop_assert!(found.get("zero crossings").is_none_or(|v| v <= f64::from(rate)));
        }
    }
}
