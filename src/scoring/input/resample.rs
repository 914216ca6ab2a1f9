//! Sounds at another sample rate.
//!
//! Invariant: equal to `torchaudio.functional.resample` with its defaults, which the pipelines of transformers use.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side: torchaudio's `lowpass_filter_width`.
const CROSSINGS: f64 = 6.0;
/// The cut-off as a part of the lower Nyquist frequency: torchaudio's `rolloff`.
const ROLLOFF: f64 = 0.99;
/// The highest rate that is read, samples a second: the kernel is as long as the ratio of the rates.
pub(super) const FASTEST: u32 = 1 << 20;

/// `samples` taken `from` times a second as they would be `to` times a second; both 1 to 2²⁰.
///
/// A windowed sinc, sin(πt)/(πt) · cos²(πt/12) for |t| ≤ 6, of which each of the `to / gcd` phases has its own taps
/// (`torchaudio/functional/functional.py`, `_get_sinc_resample_kernel`).
pub(super) fn resample(samples: &[f32], from: u32, to: u32) -> Vec<f32> {
    if from == to || from == 0 || to == 0 {
        return samples.to_vec();
    }
    let divisor = gcd(from, to);
    let (old, new) = (u64::from(from / divisor), u64::from(to / divisor));
    let length = (samples.len() as u64 * new).div_ceil(old);
    let filter = Filter::new(old, new);
    let phases: Vec<Vec<f32>> = (0..new.min(length)).map(|phase| filter.taps(phase)).collect();
    let at = |n: u64| {
        let (turn, phase) = (n / new, n % new);
        let first = (turn * old) as i64 + filter.first(phase);
        let taps = &phases[phase as usize];
        let skipped = (-first).clamp(0, taps.len() as i64) as usize;
        let heard = samples.get((first + skipped as i64) as usize..).unwrap_or_default();
        taps[skipped..].iter().zip(heard).map(|(tap, sample)| tap * sample).sum()
    };
    (0..length).map(at).collect()
}

struct Filter {
    old: f64,
    new: f64,
    /// The cut-off times two, in samples of the turn.
    base: f64,
}

impl Filter {
    fn new(old: u64, new: u64) -> Self {
        let (old, new) = (old as f64, new as f64);
        Self { old, new, base: old.min(new) * ROLLOFF }
    }

    /// The samples that a phase hears, counted from the beginning of its turn: those nearer than 6 crossings.
    fn reach(&self, phase: u64) -> std::ops::RangeInclusive<i64> {
        let (centre, width) =
            (phase as f64 / self.new * self.old, CROSSINGS * self.old / self.base);
        (centre - width).ceil() as i64..=(centre + width).floor() as i64
    }

    fn first(&self, phase: u64) -> i64 {
        *self.reach(phase).start()
    }

    fn taps(&self, phase: u64) -> Vec<f32> {
        let tap = |sample: i64| {
            let t = (sample as f64 / self.old - phase as f64 / self.new) * self.base;
            let window = (PI * t / CROSSINGS / 2.0).cos().powi(2);
            let sinc = if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) };
            (sinc * window * self.base / self.old) as f32
        };
        self.reach(phase).map(tap).collect()
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slow_tone_keeps_its_shape() {
        let tone = |rate: u32| -> Vec<f32> {
            let angle = |i: u32| std::f32::consts::TAU * 50.0 * i as f32 / rate as f32;
            (0..rate / 5).map(|i| angle(i).sin()).collect()
        };
        for (from, to) in [(8000, 16000), (16000, 8000), (44100, 16000), (11025, 16000)] {
            let (made, wanted) = (resample(&tone(from), from, to), tone(to));
            assert_eq!(made.len(), wanted.len(), "{from} {to}");
            let middle = wanted.len() / 4..wanted.len() * 3 / 4;
            let far = middle.map(|i| (made[i] - wanted[i]).abs()).fold(0.0, f32::max);
            assert!(far < 2e-3, "{from} {to}: {far}");
        }
        assert_eq!(resample(&[1.0, 2.0], 7, 7), [1.0, 2.0]);
        assert!(resample(&[], 44100, 16000).is_empty());
    }

    proptest! {
        #[test]
        fn any_two_rates_give_the_length_of_their_ratio(from in 1_u32..200_000, to in 1_u32..50_000, n in 0_usize..300) {
            let made = resample(&vec![0.5; n], from, to);
            prop_assert_eq!(made.len() as u64, (n as u64 * u64::from(to)).div_ceil(u64::from(from)));
            prop_assert!(made.iter().all(|x| x.is_finite()));
        }
    }
}
