//! Log-mel spectrograms, the features of most sound models.
//!
//! Invariant: computed in f64; equal within 1e-3 to torchaudio, librosa and the feature extractors of transformers.

use super::sound_settings::{Log, MelNorm, MelScale, Pad};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::PI;
use std::sync::Arc;

/// Everything that a spectrogram depends on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MelSpec {
    /// Samples a second.
    pub rate: u32,
    /// Samples that are transformed at once, at least 2.
    pub n_fft: usize,
    /// Samples under the window, at most `n_fft`.
    pub win_length: usize,
    /// Samples from one frame to the next, at least 1.
    pub hop_length: usize,
    pub n_mels: usize,
    /// Hz, with `f_min` below `f_max`.
    pub f_min: f64,
    pub f_max: f64,
    pub scale: MelScale,
    pub norm: MelNorm,
    /// The exponent of the magnitudes.
    pub power: f64,
    pub log: Log,
    /// Energies below are raised to it before the logarithm.
    pub floor: f64,
    /// Added to energies before the logarithm.
    pub offset: f64,
    /// Values further below the largest are raised.
    pub range: Option<f64>,
    /// How the ends are continued where frames are centred; `None` where they begin with the samples.
    pub centre: Option<Pad>,
    /// Kaldi's way with each frame: without its mean, pre-emphasised, under a symmetric window.
    pub kaldi: bool,
}

/// Kaldi's pre-emphasis coefficient.
const EMPHASIS: f64 = 0.97;

/// A spectrogram maker, shared by all threads.
pub(super) struct Mel {
    spec: MelSpec,
    window: Vec<f64>,
    filters: Vec<Triangle>,
    fft: Arc<dyn Fft<f64>>,
}

/// The bins that one mel band weighs.
struct Triangle {
    first: usize,
    weights: Vec<f64>,
}

impl std::fmt::Debug for Mel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.spec.fmt(f)
    }
}

impl Mel {
    pub fn new(spec: MelSpec) -> Self {
        let window = hann(spec.win_length, !spec.kaldi);
        let filters = filters(&spec);
        let fft = FftPlanner::new().plan_fft_forward(spec.n_fft);
        Self { spec, window, filters, fft }
    }

    pub fn spec(&self) -> &MelSpec {
        &self.spec
    }

    /// How many samples give so many frames.
    pub fn samples_for(&self, frames: usize) -> usize {
        let span = if self.spec.centre.is_some() { 0 } else { self.span() };
        span.saturating_add(frames.saturating_sub(1).saturating_mul(self.spec.hop_length))
    }

    /// The samples that a frame reaches over: Kaldi's frames are no longer than their window.
    fn span(&self) -> usize {
        if self.spec.kaldi { self.spec.win_length } else { self.spec.n_fft }
    }

    /// Mel bands by frames: the values of a frame side by side. Samples that are not finite count as 0.
    ///
    /// # Errors
    /// Too few samples for a frame.
    pub fn features(&self, samples: &[f32]) -> Result<Vec<f32>, String> {
        let samples = self.continued(samples)?;
        let span = self.span();
        if samples.len() < span {
            return Err(format!("it is shorter than one frame of {span} samples"));
        }
        let frames = 1 + (samples.len() - span) / self.spec.hop_length;
        let mut buffer = vec![Complex::default(); self.spec.n_fft];
        let mut scratch = vec![Complex::default(); self.fft.get_inplace_scratch_len()];
        let mut values = Vec::with_capacity(frames * self.spec.n_mels);
        // where the window stands within the frame
        let inset = (span - self.spec.win_length) / 2;
        for frame in 0..frames {
            let start = frame * self.spec.hop_length + inset;
            self.window_in(&samples[start..start + self.spec.win_length], &mut buffer);
            self.fft.process_with_scratch(&mut buffer, &mut scratch);
            values.extend(self.bands(&buffer).map(|energy| self.log(energy)));
        }
        if let Some(range) = self.spec.range {
            let least = values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - range;
            for v in &mut values {
                *v = v.max(least);
            }
        }
        Ok(values.into_iter().map(|v| v as f32).collect())
    }

    /// The samples with what is put before and after them.
    fn continued(&self, samples: &[f32]) -> Result<Vec<f64>, String> {
        let finite = |&x: &f32| if x.is_finite() { f64::from(x) } else { 0.0 };
        let Some(pad) = self.spec.centre else { return Ok(samples.iter().map(finite).collect()) };
        let side = self.spec.n_fft / 2;
        let (before, after): (Vec<f64>, Vec<f64>) = match pad {
            Pad::Zero => (vec![0.0; side], vec![0.0; side]),
            Pad::Reflect if samples.len() <= side => {
                return Err(format!("it is shorter than half a frame, {} samples", side + 1));
            }
            Pad::Reflect => (
                samples[1..=side].iter().rev().map(finite).collect(),
                samples[samples.len() - side - 1..samples.len() - 1]
                    .iter()
                    .rev()
                    .map(finite)
                    .collect(),
            ),
        };
        Ok(before.into_iter().chain(samples.iter().map(finite)).chain(after).collect())
    }

    fn window_in(&self, samples: &[f64], buffer: &mut [Complex<f64>]) {
        let kaldi = self.spec.kaldi;
        let mean = if kaldi { samples.iter().sum::<f64>() / samples.len() as f64 } else { 0.0 };
        let emphasis = if kaldi { EMPHASIS } else { 0.0 };
        let mut last = samples.first().map_or(0.0, |x| x - mean);
        buffer.fill(Complex::default());
        for ((place, &sample), weight) in buffer.iter_mut().zip(samples).zip(&self.window) {
            let sample = sample - mean;
            place.re = (sample - emphasis * last) * weight;
            last = sample;
        }
    }

    fn bands<'a>(&'a self, spectrum: &'a [Complex<f64>]) -> impl Iterator<Item = f64> + 'a {
        let power = self.spec.power;
        let energy = move |bin: &Complex<f64>| match power {
            2.0 => bin.norm_sqr(),
            1.0 => bin.norm(),
            _ => bin.norm().powf(power),
        };
        self.filters.iter().map(move |filter| {
            let bins = spectrum.iter().skip(filter.first).map(energy);
            filter.weights.iter().zip(bins).map(|(weight, energy)| weight * energy).sum()
        })
    }

    fn log(&self, energy: f64) -> f64 {
        let energy = energy.max(self.spec.floor) + self.spec.offset;
        match self.spec.log {
            Log::Ln => energy.ln(),
            Log::Log10 => energy.log10(),
            // 10 log₁₀ of a power, whatever exponent the magnitudes were given
            Log::Db => 20.0 / self.spec.power * energy.log10(),
            Log::None => energy,
        }
    }
}

/// A Hann window; periodic, as for spectra, or symmetric.
fn hann(length: usize, periodic: bool) -> Vec<f64> {
    let whole = if periodic { length } else { length.saturating_sub(1) }.max(1) as f64;
    (0..length).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / whole).cos()).collect()
}

/// Triangles with their corners equally far apart in mel, as `torchaudio.functional.melscale_fbanks`,
/// `librosa.filters.mel` and, straight in mel instead of Hz, `torchaudio.compliance.kaldi.get_mel_banks` have them.
fn filters(spec: &MelSpec) -> Vec<Triangle> {
    let (low, high) = (spec.scale.of_hertz(spec.f_min), spec.scale.of_hertz(spec.f_max));
    let corner = |i: usize| low + (high - low) * i as f64 / (spec.n_mels + 1) as f64;
    let in_mel = spec.scale == MelScale::Kaldi;
    let place = |mel: f64| if in_mel { mel } else { spec.scale.to_hertz(mel) };
    let bin = |k: usize| {
        let hertz = k as f64 * f64::from(spec.rate) / spec.n_fft as f64;
        if in_mel { spec.scale.of_hertz(hertz) } else { hertz }
    };
    let bins: Vec<f64> = (0..=spec.n_fft / 2).map(bin).collect();
    let triangle = |band: usize| {
        let [left, top, right] = [band, band + 1, band + 2].map(|i| place(corner(i)));
        let scale = match spec.norm {
            MelNorm::Slaney => 2.0 / (right - left),
            MelNorm::None => 1.0,
        };
        let weight = |&at: &f64| {
            ((at - left) / (top - left)).min((right - at) / (right - top)).max(0.0) * scale
        };
        let first = bins.partition_point(|&at| at <= left);
        let weights = bins[first..].iter().take_while(|&&at| at < right).map(weight).collect();
        Triangle { first, weights }
    };
    (0..spec.n_mels).map(triangle).collect()
}

/// Slaney's scale is straight to 1000 Hz, then logarithmic (Auditory Toolbox, 1998).
const BREAK_HERTZ: f64 = 1000.0;
const BREAK_MEL: f64 = 15.0;

fn slaney_step() -> f64 {
    6.4_f64.ln() / 27.0
}

impl MelScale {
    fn of_hertz(self, hertz: f64) -> f64 {
        match self {
            Self::Htk => 2595.0 * (1.0 + hertz / 700.0).log10(),
            Self::Kaldi => 1127.0 * (1.0 + hertz / 700.0).ln(),
            Self::Slaney if hertz >= BREAK_HERTZ => {
                BREAK_MEL + (hertz / BREAK_HERTZ).ln() / slaney_step()
            }
            Self::Slaney => hertz * BREAK_MEL / BREAK_HERTZ,
        }
    }

    fn to_hertz(self, mel: f64) -> f64 {
        match self {
            Self::Htk => 700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0),
            Self::Kaldi => 700.0 * ((mel / 1127.0).exp() - 1.0),
            Self::Slaney if mel >= BREAK_MEL => {
                BREAK_HERTZ * (slaney_step() * (mel - BREAK_MEL)).exp()
            }
            Self::Slaney => mel * BREAK_HERTZ / BREAK_MEL,
        }
    }
}
