//! From a sound to what a model hears: its samples, or a log-mel spectrogram.
//!
//! Invariant: the same values as the feature extractors of transformers, torchaudio or librosa give; a sound is only
//! cut to a length that the model, its extractor or the project names.

use super::super::engine::Port;
use super::super::error::ModelProblem;
use super::super::tensor::{Kind, Tensor};
use super::mel::MelSpec;
use super::resample::{FASTEST, resample};
use super::sound_settings::{Features, SoundSettings};
use super::spectrogram::{MOST_VALUES, Spectrogram, refuse, spectrogram};
use crate::media::Sound;
use ndarray::{ArrayD, IxDyn};
use std::borrow::Cow;

/// The longest sound where no length is named: the memory of many models grows with its square.
const LONGEST: f64 = 120.0;
/// The longest length that can be named.
const MOST_SECONDS: f64 = 3600.0;
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

impl Sounds {
    /// How sounds are made into `ports`, with the project's settings before those of the model's extractor.
    ///
    /// # Errors
    /// Inputs that are no sound, settings that make no sense or don't go with the inputs.
    pub fn new(ports: &[Port], settings: &SoundSettings) -> Result<Self, ModelProblem> {
        let (slots, sound) = slots(ports)?;
        let mut notes = Vec::new();
        let rate = rate(settings, &mut notes)?;
        let asked = settings.seconds.map(|s| (s * f64::from(rate)).round() as usize);
        let features = settings.features.unwrap_or_else(|| guessed(sound, settings));
        let wave = is_wave(sound);
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
        let needed = match &self.hears {
            Hears::Mel(made) => self.samples.or_else(|| made.needed()),
            Hears::Wave { .. } => self.samples,
        };
        let samples = match needed {
            // what is cut off needn't be resampled; a tenth of a second more is heard by the filter
            Some(needed) => {
                let seconds = needed as f64 / f64::from(self.rate) + 0.1;
                let count = (seconds * f64::from(sound.rate)).ceil() as usize;
                &sound.samples[..count.min(sound.samples.len())]
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
    for x in wave {
        *x = ((f64::from(*x) - mean) / scale) as f32;
    }
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

/// Samples a second, and whether the length makes sense in them.
fn rate(settings: &SoundSettings, notes: &mut Vec<String>) -> Result<u32, ModelProblem> {
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
    match settings.seconds.filter(|s| !(*s > 0.0 && *s <= MOST_SECONDS)) {
        Some(seconds) => {
            Err(refuse(format!("`seconds` = {seconds}; it is above 0 and up to {MOST_SECONDS}")))
        }
        None => Ok(rate),
    }
}

fn is_wave(sound: &Port) -> bool {
    sound.dims.len() == 2 || (sound.dims.len() == 3 && sound.dims[1] == Some(1))
}

/// Features, where nobody names them: a spectrogram if the input has room for one.
fn guessed(sound: &Port, settings: &SoundSettings) -> Features {
    if is_wave(sound) && settings.n_mels.is_none() { Features::Wave } else { Features::Mel }
}

fn others(ports: &[Port]) -> ModelProblem {
    ModelProblem::Input {
        what: format!("takes other inputs than a sound has: {}", super::ports::list(ports)),
        remedy: "a sound gives float32 [N, S], [N, 1, S] or a spectrogram, and an attention_mask [N, S]",
    }
}

pub(super) fn unlike(sound: &Port, features: Features) -> ModelProblem {
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
