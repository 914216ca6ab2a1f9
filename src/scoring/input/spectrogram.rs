//! The spectrogram that a model takes: from settings and the shape of its input.
//!
//! Invariant: one that was made has sizes that make sense, and goes with the input.

use super::super::engine::Port;
use super::super::error::ModelProblem;
use super::mel::{Mel, MelSpec};
use super::sound_settings::{Features, Log, MelAxes, MelNorm, MelScale, Pad, SoundSettings};

/// The most values of one input.
pub(super) const MOST_VALUES: usize = 1 << 27;

#[derive(Debug)]
pub(super) struct Spectrogram {
    pub mel: Mel,
    axes: MelAxes,
    /// Frames that each is cut or padded to.
    frames: Option<usize>,
    /// Whisper's: the frame that is centred on the end is left out.
    drops_last: bool,
    mean: f64,
    std: f64,
}

impl Spectrogram {
    /// The samples that give the model's number of frames, where features are not padded themselves.
    pub fn samples(&self) -> Option<usize> {
        if self.mel.spec().kaldi {
            return None;
        }
        self.needed()
    }

    /// The samples after which nothing is heard any more.
    pub fn needed(&self) -> Option<usize> {
        let frames = self.frames?.saturating_add(usize::from(self.drops_last));
        Some(self.mel.samples_for(frames))
    }

    /// Shape, values, and how many frames are of the sound.
    pub fn features(&self, wave: &[f32]) -> Result<(Vec<usize>, Vec<f32>, usize), String> {
        let mels = self.mel.spec().n_mels;
        let mut values = self.mel.features(wave)?;
        if self.drops_last {
            values.truncate(values.len().saturating_sub(mels));
        }
        let frames = values.len() / mels;
        let wanted = self.frames.unwrap_or(frames);
        if wanted == 0 || wanted.checked_mul(mels).is_none_or(|n| n > MOST_VALUES) {
            return Err("it has no frame, or too many".to_owned());
        }
        values.resize(wanted * mels, 0.0);
        for v in &mut values {
            *v = ((f64::from(*v) - self.mean) / self.std) as f32;
        }
        let real = frames.min(wanted);
        match self.axes {
            MelAxes::TimeMel => Ok((vec![wanted, mels], values, real)),
            MelAxes::MelTime => {
                let turned = |band| values.iter().skip(band).step_by(mels).copied();
                Ok((vec![mels, wanted], (0..mels).flat_map(turned).collect(), real))
            }
        }
    }
}

/// # Errors
/// Sizes that are missing, impossible or unlike the input's.
pub(super) fn spectrogram(
    sound: &Port,
    features: Features,
    rate: u32,
    settings: &SoundSettings,
) -> Result<Spectrogram, ModelProblem> {
    let [.., a, b] = sound.dims[..] else { return Err(super::sound::unlike(sound, features)) };
    if sound.dims.len() == 4 && sound.dims[1].is_some_and(|channels| channels != 1) {
        return Err(super::sound::unlike(sound, features));
    }
    let spec = spec(features, rate, settings)?;
    let usual = if features == Features::Fbank { MelAxes::TimeMel } else { MelAxes::MelTime };
    let fits = |size: Option<usize>| size.is_none_or(|n| n == spec.n_mels);
    let axes =
        settings.mel_axes.unwrap_or(match (a == Some(spec.n_mels), b == Some(spec.n_mels)) {
            (true, false) => MelAxes::MelTime,
            (false, true) => MelAxes::TimeMel,
            _ => usual,
        });
    let (mels, time) = if axes == MelAxes::MelTime { (a, b) } else { (b, a) };
    if !fits(mels) {
        return Err(super::sound::unlike(sound, features));
    }
    let (mean, std) = match features {
        Features::Whisper => (-4.0, 4.0),
        _ => (0.0, 1.0),
    };
    let (mean, std) = (settings.feature_mean.unwrap_or(mean), settings.feature_std.unwrap_or(std));
    if !mean.is_finite() || !std.is_finite() || std == 0.0 {
        return Err(refuse(format!("`feature_mean` = {mean}, `feature_std` = {std}")));
    }
    let drops_last = features == Features::Whisper;
    let frames = time.or(settings.frames);
    Ok(Spectrogram { mel: Mel::new(spec), axes, frames, drops_last, mean, std })
}

/// # Errors
/// A size that nobody names, or that makes no sense.
fn spec(features: Features, rate: u32, s: &SoundSettings) -> Result<MelSpec, ModelProblem> {
    let (fbank, whisper) = (features == Features::Fbank, features == Features::Whisper);
    let milliseconds = |ms: u32| (u64::from(rate) * u64::from(ms) / 1000) as usize;
    // Kaldi's frames of 25 ms every 10 ms
    let kaldi = |ms| fbank.then(|| milliseconds(ms));
    let win_length = s.win_length.or(kaldi(25));
    let n_fft = s.n_fft.or(win_length.filter(|_| fbank).map(usize::next_power_of_two));
    let n_fft = n_fft.or(whisper.then_some(400));
    let hop_length = s.hop_length.or(kaldi(10)).or(whisper.then_some(160));
    let (Some(n_fft), Some(hop_length), Some(n_mels)) = (n_fft, hop_length, s.n_mels) else {
        return Err(ModelProblem::Input {
            what: "takes a spectrogram, and nothing says how it is made".to_owned(),
            remedy: "set sample_rate, n_fft, hop_length, n_mels, mel and log in [preprocess]",
        });
    };
    let half = f64::from(rate) / 2.0;
    let spec = MelSpec {
        rate,
        n_fft,
        win_length: win_length.unwrap_or(n_fft),
        hop_length,
        n_mels,
        f_min: s.f_min.unwrap_or(if fbank { 20.0 } else { 0.0 }),
        f_max: s.f_max.unwrap_or(if whisper { 8000.0 } else { half }),
        scale: s.mel.unwrap_or(match features {
            Features::Fbank => MelScale::Kaldi,
            Features::Whisper => MelScale::Slaney,
            _ => MelScale::Htk,
        }),
        norm: s.mel_norm.unwrap_or(if whisper { MelNorm::Slaney } else { MelNorm::None }),
        power: s.power.unwrap_or(2.0),
        log: s.log.unwrap_or(if whisper { Log::Log10 } else { Log::Ln }),
        floor: s.log_floor.unwrap_or(if fbank { f64::from(f32::EPSILON) } else { 1e-10 }),
        offset: s.log_offset.unwrap_or(0.0),
        range: s.range.or(whisper.then_some(8.0)),
        centre: s.center.unwrap_or(!fbank).then(|| s.pad.unwrap_or(Pad::Reflect)),
        kaldi: fbank,
    };
    check(&spec)?;
    Ok(spec)
}

fn check(spec: &MelSpec) -> Result<(), ModelProblem> {
    let MelSpec { n_fft, win_length, hop_length, n_mels, f_min, f_max, power, .. } = *spec;
    let wrong = [
        (!(2..=1 << 16).contains(&n_fft), format!("`n_fft` = {n_fft}; it is from 2 to 65536")),
        (
            win_length < 2 || win_length > n_fft,
            format!("`win_length` = {win_length}; it is from 2 to n_fft = {n_fft}"),
        ),
        (!(1..=1 << 20).contains(&hop_length), format!("`hop_length` = {hop_length}")),
        (!(1..=1 << 12).contains(&n_mels), format!("`n_mels` = {n_mels}; it is from 1 to 4096")),
        (
            !(f_min >= 0.0 && f_max > f_min && f_max <= f64::from(spec.rate)),
            format!("frequencies from {f_min} to {f_max} Hz"),
        ),
        (!(power > 0.0 && power <= 10.0), format!("`power` = {power}")),
        (
            spec.log != Log::None && !(spec.floor + spec.offset > 0.0 && spec.offset.is_finite()),
            format!("`log_floor` = {}, `log_offset` = {}", spec.floor, spec.offset),
        ),
    ];
    match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, what)) => Err(refuse(what)),
        None => Ok(()),
    }
}

/// A value of `[preprocess]` that can't be used.
pub(super) fn refuse(what: String) -> ModelProblem {
    ModelProblem::Preprocess(what)
}
