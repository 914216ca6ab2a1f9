//! From a sound to what a model hears: its samples, or a log-mel spectrogram.
//!
//! Invariant: the same values as the feature extractors of transformers, torchaudio or librosa give; a sound is only
//! cut to a length that the model, its extractor or the project names.

use super::super::engine::Port;
use super::super::error::ModelProblem;
use super::super::tensor::{Kind, Tensor};
use super::mel::{Mel, MelSpec};
use super::resample::{FASTEST, resample};
use super::sound_settings::{Features, Log, MelAxes, MelNorm, MelScale, Pad, SoundSettings};
use crate::media::Sound;
use ndarray::{ArrayD, IxDyn};
use std::borrow::Cow;

/// The longest sound where no length is named: the memory of many models grows with its square.
const LONGEST: f64 = 120.0;
/// The longest length that can be named.
const MOST_SECONDS: f64 = 3600.0;
/// The most values of one input.
const MOST_VALUES: usize = 1 << 27;
/// What speech models take, and most others.
const USUAL_RATE: u32 = 16_000;

/// Makes sounds into the inputs of one model. Shared by all threads.
#[derive(Debug)]
pub struct Sounds {
    slots: Vec<Slot>,
    rate: u32,
    hears: Hears,
    /// Samples that each sound is cut or padded to.
    samples: Option<usize>,
    notes: Vec<String>,
}

/// An input: the sound, or which of its values are no padding.
#[derive(Debug, Clone)]
struct Slot {
    name: String,
    kind: Kind,
    is_mask: bool,
    rank: usize,
}

#[derive(Debug)]
enum Hears {
    Wave { normalize: bool },
    Mel(Box<Spectrogram>),
}

#[derive(Debug)]
struct Spectrogram {
    mel: Mel,
    axes: MelAxes,
    /// Frames that each is cut or padded to.
    frames: Option<usize>,
    /// Whisper's: the frame that is centred on the end is left out.
    drops_last: bool,
    mean: f64,
    std: f64,
}

impl Sounds {
    /// How sounds are made into `ports`, with the project's settings before those of the model's extractor.
    ///
    /// # Errors
    /// Inputs that are no sound, settings that make no sense or don't go with the inputs.
    pub fn new(ports: &[Port], settings: &SoundSettings) -> Result<Self, ModelProblem> {
        let (slots, sound) = slots(ports)?;
        let mut notes = Vec::new();
        let rate = settings.sample_rate.unwrap_or_else(|| {
            notes.push(format!(
                "nothing says how many samples a second the model takes: {USUAL_RATE} are assumed; \
                 `sample_rate` in [preprocess] sets it"
            ));
            USUAL_RATE
        });
        if rate == 0 || rate > FASTEST {
            return Err(refuse(format!("`sample_rate` = {rate}")));
        }
        if let Some(seconds) = settings.seconds.filter(|s| !(*s > 0.0 && *s <= MOST_SECONDS)) {
            return Err(refuse(format!(
                "`seconds` = {seconds}; it is above 0 and up to {MOST_SECONDS}"
            )));
        }
        let asked = settings.seconds.map(|s| (s * f64::from(rate)).round() as usize);
        let features = settings.features.unwrap_or_else(|| guessed(sound, settings));
        let wave = sound.dims.len() == 2 || (sound.dims.len() == 3 && sound.dims[1] == Some(1));
        if (features == Features::Wave) != wave {
            return Err(unlike(sound, features));
        }
        let (hears, samples) = if wave {
            let fixed = sound.dims.last().copied().flatten();
            (Hears::Wave { normalize: settings.normalize.unwrap_or(false) }, fixed.or(asked))
        } else {
            let spectrogram = spectrogram(sound, features, rate, settings)?;
            let samples = asked.or_else(|| spectrogram.samples());
            (Hears::Mel(Box::new(spectrogram)), samples)
        };
        if samples.is_some_and(|n| n == 0 || n > MOST_VALUES) {
            return Err(unlike(sound, features));
        }
        Ok(Self { slots, rate, hears, samples, notes })
    }

    /// What the user should know about how sounds are read; empty when there is nothing.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Inputs, rate and features, on one line.
    pub fn describe(&self) -> String {
        let names: Vec<&str> = self.slots.iter().map(|slot| slot.name.as_str()).collect();
        let what = match &self.hears {
            Hears::Wave { normalize: true } => "samples of mean 0 and variance 1".to_owned(),
            Hears::Wave { normalize: false } => "samples".to_owned(),
            Hears::Mel(made) => {
                let MelSpec { n_mels, n_fft, hop_length, .. } = *made.mel.spec();
                format!("{n_mels} mel bands of {n_fft} samples, every {hop_length}")
            }
        };
        let length = match self.samples {
            Some(samples) => format!("{:.4} s", samples as f64 / f64::from(self.rate)),
            None => "whole".to_owned(),
        };
        format!("{}: sound at {} Hz, {length}, {what}", names.join(", "), self.rate)
    }

    /// The inputs of one sound, in the order of the ports; the first axis is 1.
    ///
    /// # Errors
    /// A sound without samples, too short for a frame, too long to be taken whole, or of an impossible rate.
    pub fn tensors(&self, sound: &Sound) -> Result<Vec<Tensor>, String> {
        let mut wave = self.at_rate(sound)?;
        let heard = wave.len().min(self.samples.unwrap_or(wave.len()));
        wave.truncate(heard);
        if let Hears::Wave { normalize: true } = self.hears {
            standardise(&mut wave);
        }
        wave.resize(self.samples.unwrap_or(heard), 0.0);
        let (shape, values, real) = match &self.hears {
            Hears::Wave { .. } => (vec![wave.len()], wave, heard),
            Hears::Mel(made) => made.features(&wave)?,
        };
        let tensor = |slot: &Slot| slot.tensor(&shape, &values, real);
        let tensors: Option<Vec<Tensor>> = self.slots.iter().map(tensor).collect();
        tensors.ok_or_else(|| "its values don't fit the input".to_owned())
    }

    /// Inputs for trying the model out: a second of a falling tone, and noise that is the same every time; that is
    /// longer if sounds are taken whole.
    ///
    /// # Errors
    /// As [`Self::tensors`].
    pub fn test_inputs(&self) -> Result<[Vec<Tensor>; 2], String> {
        let count = self.rate;
        let tone = |i: u32| (12_000.0 / (40.0 + i as f32 / count as f32 * 40.0)).sin() * 0.5;
        let mut seed = 0x9e37_79b9_u32;
        let mut noise = || {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed as f32 / u32::MAX as f32 - 0.5
        };
        let sound = |samples: Vec<f32>| Sound { samples, rate: self.rate, channels: 1 };
        let tone = sound((0..count).map(tone).collect());
        let noise = sound((0..count + count / 2).map(|_| noise()).collect());
        Ok([self.tensors(&tone)?, self.tensors(&noise)?])
    }

    fn at_rate(&self, sound: &Sound) -> Result<Vec<f32>, String> {
        if sound.samples.is_empty() {
            return Err("the sound has no samples".to_owned());
        }
        if sound.rate == 0 || sound.rate > FASTEST {
            return Err(format!("a sample rate of {} Hz can't be read", sound.rate));
        }
        let samples = match self.samples {
            // what is cut off needn't be resampled; a tenth of a second more is heard by the filter
            Some(samples) => {
                let seconds = samples as f64 / f64::from(self.rate) + 0.1;
                let needed = (seconds * f64::from(sound.rate)).ceil() as usize;
                &sound.samples[..needed.min(sound.samples.len())]
            }
            None if sound.seconds() > LONGEST => {
                return Err(format!(
                    "it is {:.0} s long: `seconds` in [preprocess] says how much of it is taken",
                    sound.seconds()
                ));
            }
            None => &sound.samples,
        };
        let finite = if samples.iter().all(|x| x.is_finite()) {
            Cow::Borrowed(samples)
        } else {
            Cow::Owned(samples.iter().map(|x| if x.is_finite() { *x } else { 0.0 }).collect())
        };
        Ok(resample(&finite, sound.rate, self.rate))
    }
}

/// Mean 0, variance 1: `zero_mean_unit_var_norm` of transformers' `Wav2Vec2FeatureExtractor`.
fn standardise(wave: &mut [f32]) {
    let count = wave.len().max(1) as f64;
    let mean = wave.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = wave.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    let scale = (variance + 1e-7).sqrt();
    wave.iter_mut().for_each(|x| *x = ((f64::from(*x) - mean) / scale) as f32);
}

impl Slot {
    /// `values` in the model's shape, or the mask of the first `real` of the last axis.
    fn tensor(&self, shape: &[usize], values: &[f32], real: usize) -> Option<Tensor> {
        if self.is_mask {
            let length = if shape.len() == 1 { shape[0] } else { return None };
            let mask = (0..length).map(|i| i < real);
            let shape = IxDyn(&[1, length]);
            return match self.kind {
                Kind::I64 => ArrayD::from_shape_vec(shape, mask.map(i64::from).collect())
                    .ok()
                    .map(Tensor::I64),
                Kind::I32 => ArrayD::from_shape_vec(shape, mask.map(i32::from).collect())
                    .ok()
                    .map(Tensor::I32),
                Kind::Bool => ArrayD::from_shape_vec(shape, mask.collect()).ok().map(Tensor::Bool),
                _ => None,
            };
        }
        let mut whole = vec![1; self.rank.checked_sub(shape.len())?];
        whole.extend(shape);
        Tensor::f32(&whole, values.to_vec())
    }
}

impl Spectrogram {
    /// The samples that give the model's number of frames, where features are not padded themselves.
    fn samples(&self) -> Option<usize> {
        if self.mel.spec().kaldi {
            return None;
        }
        let frames = self.frames?.saturating_add(usize::from(self.drops_last));
        Some(self.mel.samples_for(frames))
    }

    /// Shape, values, and how many frames are of the sound.
    fn features(&self, wave: &[f32]) -> Result<(Vec<usize>, Vec<f32>, usize), String> {
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
        values.iter_mut().for_each(|v| *v = ((f64::from(*v) - self.mean) / self.std) as f32);
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

/// What the inputs take, and which is the sound.
fn slots(ports: &[Port]) -> Result<(Vec<Slot>, &Port), ModelProblem> {
    let is_mask = |port: &Port| {
        port.name.ends_with("mask") && matches!(port.kind, Kind::I64 | Kind::I32 | Kind::Bool)
    };
    let is_sound = |port: &&Port| {
        !is_mask(port)
            && matches!(port.kind, Kind::F32 | Kind::F16)
            && (2..=4).contains(&port.dims.len())
    };
    let sounds: Vec<&Port> = ports.iter().filter(is_sound).collect();
    let masks = ports.iter().filter(|p| is_mask(p) && p.dims.len() == 2).count();
    let [sound] = sounds.as_slice() else { return Err(others(ports)) };
    if masks > 1 || masks + 1 != ports.len() || sound.dims.contains(&Some(0)) {
        return Err(others(ports));
    }
    let slot = |port: &Port| Slot {
        name: port.name.clone(),
        kind: port.kind,
        is_mask: is_mask(port),
        rank: port.dims.len(),
    };
    Ok((ports.iter().map(slot).collect(), sound))
}

/// Features, where nobody names them: a spectrogram if the input has room for one.
fn guessed(sound: &Port, settings: &SoundSettings) -> Features {
    let wave = sound.dims.len() == 2 || (sound.dims.len() == 3 && sound.dims[1] == Some(1));
    if wave && settings.n_mels.is_none() { Features::Wave } else { Features::Mel }
}

/// # Errors
/// Sizes that are missing, impossible or unlike the input's.
fn spectrogram(
    sound: &Port,
    features: Features,
    rate: u32,
    settings: &SoundSettings,
) -> Result<Spectrogram, ModelProblem> {
    let [.., a, b] = sound.dims[..] else { return Err(unlike(sound, features)) };
    if sound.dims.len() == 4 && sound.dims[1].is_some_and(|channels| channels != 1) {
        return Err(unlike(sound, features));
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
        return Err(unlike(sound, features));
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

fn refuse(what: String) -> ModelProblem {
    ModelProblem::Preprocess(what)
}

fn others(ports: &[Port]) -> ModelProblem {
    ModelProblem::Input {
        what: format!("takes other inputs than a sound has: {}", super::ports::list(ports)),
        remedy: "a sound gives float32 [N, S], [N, 1, S] or a spectrogram, and an attention_mask [N, S]",
    }
}

fn unlike(sound: &Port, features: Features) -> ModelProblem {
    let what = match features {
        Features::Wave => "samples [N, S] or [N, 1, S]",
        Features::Mel | Features::Fbank | Features::Whisper => {
            "a spectrogram [N, mel, time] or [N, 1, mel, time] of so many bands"
        }
    };
    ModelProblem::Input {
        what: format!(
            "input {} does not go with {what}",
            super::ports::list(std::slice::from_ref(sound))
        ),
        remedy: "correct `features`, `n_mels`, `frames` or `mel_axes` in [preprocess]",
    }
}

#[cfg(test)]
#[path = "sound_tests.rs"]
mod tests;
