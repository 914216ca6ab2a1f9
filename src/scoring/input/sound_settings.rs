//! What is done to a sound before a model gets it: keys of `[preprocess]`, and the feature extractors of
//! transformers in the same words.
//!
//! Invariant: nothing is assumed here; what nobody says stays open.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a model hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Features {
    /// The samples.
    Wave,
    /// A log-mel spectrogram as torchaudio's or librosa's.
    Mel,
    /// Kaldi's log-mel filter bank, as the Audio Spectrogram Transformer has it.
    Fbank,
    /// Whisper's log-mel spectrogram.
    Whisper,
}

/// How frequencies become mels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MelScale {
    /// 2595 log₁₀(1 + f / 700): torchaudio's default.
    Htk,
    /// Straight to 1000 Hz, then logarithmic: librosa's default.
    Slaney,
    /// 1127 ln(1 + f / 700), with triangles that are straight in mel.
    Kaldi,
}

/// What a band's triangle is scaled by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MelNorm {
    /// Its width, so that its area is 1: librosa's default.
    Slaney,
    /// Nothing: its top is 1, torchaudio's default.
    None,
}

/// The logarithm that energies become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// Natural.
    Ln,
    /// To base 10.
    Log10,
    /// Decibels.
    Db,
    /// Energies stay as they are.
    None,
}

/// What continues a sound at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pad {
    /// Itself, backwards: torchaudio's default.
    Reflect,
    /// Silence: librosa's default.
    Zero,
}

/// The order of a spectrogram's axes in the model's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MelAxes {
    /// [.., mel, time]
    #[serde(rename = "mel_time")]
    MelTime,
    /// [.., time, mel]
    #[serde(rename = "time_mel")]
    TimeMel,
}

/// `[preprocess]` of `gaffe.toml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct SoundSettings {
    /// Samples a second that the model takes.
    pub sample_rate: Option<u32>,
    /// What it hears: `wave`, `mel`, `fbank`, `whisper`.
    pub features: Option<Features>,
    /// Whether a wave is brought to mean 0 and variance 1, as for wav2vec2.
    pub normalize: Option<bool>,
    /// The length that sounds are cut or padded to, with silence.
    pub seconds: Option<f64>,
    /// The number of frames that features are cut or padded to, with 0.
    pub frames: Option<usize>,
    /// Samples of a Fourier transform.
    pub n_fft: Option<usize>,
    /// Samples under its window; `n_fft` if absent.
    pub win_length: Option<usize>,
    /// Samples from one frame to the next.
    pub hop_length: Option<usize>,
    /// Mel bands.
    pub n_mels: Option<usize>,
    /// The lowest frequency, Hz; 0 if absent.
    pub f_min: Option<f64>,
    /// The highest; half the sample rate if absent.
    pub f_max: Option<f64>,
    /// `htk` or `slaney`.
    pub mel: Option<MelScale>,
    /// `slaney` or `none`.
    pub mel_norm: Option<MelNorm>,
    /// The exponent of magnitudes: 2 for energies, 1.
    pub power: Option<f64>,
    /// `ln`, `log10`, `db`, `none`.
    pub log: Option<Log>,
    /// What energies are at least, before the logarithm.
    pub log_floor: Option<f64>,
    /// What is added to energies before the logarithm.
    pub log_offset: Option<f64>,
    /// How far below the largest value the others may be: librosa's `top_db`.
    pub range: Option<f64>,
    /// Whether frames are centred on their time.
    pub center: Option<bool>,
    /// `reflect` or `zero`, where frames are centred.
    pub pad: Option<Pad>,
    /// Subtracted from features.
    pub feature_mean: Option<f64>,
    /// Divided by after that.
    pub feature_std: Option<f64>,
    /// `mel_time` or `time_mel`, where the shape of the input does not tell.
    pub mel_axes: Option<MelAxes>,
}

impl SoundSettings {
    /// What `preprocessor_config.json` says, as transformers reads it; defaults of the extractor included.
    ///
    /// # Errors
    /// A sentence about a processor that is not known here.
    pub fn from_preprocessor(config: &Value) -> Result<Self, String> {
        let whole = |key: &str| config.get(key).and_then(Value::as_u64);
        let size = |key: &str| whole(key).and_then(|n| usize::try_from(n).ok());
        let number = |key: &str| config.get(key).and_then(Value::as_f64);
        let flag = |key: &str| config.get(key).and_then(Value::as_bool);
        let rate = whole("sampling_rate").and_then(|n| u32::try_from(n).ok()).unwrap_or(16_000);
        let common = Self { sample_rate: Some(rate), ..Self::default() };
        match config.get("feature_extractor_type").and_then(Value::as_str).unwrap_or("") {
            "Wav2Vec2FeatureExtractor" => Ok(Self {
                features: Some(Features::Wave),
                normalize: Some(flag("do_normalize").unwrap_or(true)),
                ..common
            }),
            "ASTFeatureExtractor" => {
                // AudioSet's, and the doubled deviation of the original code
                let scale = flag("do_normalize").unwrap_or(true).then(|| {
                    [
                        number("mean").unwrap_or(-4.267_739_3),
                        2.0 * number("std").unwrap_or(4.568_997_4),
                    ]
                });
                Ok(Self {
                    features: Some(Features::Fbank),
                    n_mels: Some(size("num_mel_bins").unwrap_or(128)),
                    frames: Some(size("max_length").unwrap_or(1024)),
                    feature_mean: scale.map(|[mean, _]| mean),
                    feature_std: scale.map(|[_, std]| std),
                    ..common
                })
            }
            "WhisperFeatureExtractor" => Ok(Self {
                features: Some(Features::Whisper),
                n_mels: Some(size("feature_size").unwrap_or(80)),
                n_fft: Some(size("n_fft").unwrap_or(400)),
                hop_length: Some(size("hop_length").unwrap_or(160)),
                seconds: Some(number("chunk_length").unwrap_or(30.0)),
                ..common
            }),
            _ => Err(unknown(config)),
        }
    }
}

/// A sentence about a processor that is not known here.
fn unknown(config: &Value) -> String {
    let named =
        ["feature_extractor_type", "image_processor_type"].iter().find_map(|key| config.get(key));
    match named {
        Some(name) => format!("{name} is not known here: [preprocess] can say what it does"),
        None => "it names no processor".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_the_project_writes_them() {
        let read = |text| toml::from_str::<SoundSettings>(text);
        let toml = "sample_rate = 8000\nmel = \"slaney\"\nlog = \"db\"\npad = \"zero\"\nmel_axes = \"time_mel\"";
        let settings = read(toml).unwrap();
        assert_eq!((settings.sample_rate, settings.log), (Some(8000), Some(Log::Db)));
        assert_eq!((settings.mel, settings.pad), (Some(MelScale::Slaney), Some(Pad::Zero)));
        assert_eq!(settings.mel_axes, Some(MelAxes::TimeMel));
        assert!(read("mel = \"bark\"").is_err());
    }

    #[test]
    fn nonsense_in_the_file_is_left_out() {
        for config in ["null", "[]", "{}", r#"{"feature_extractor_type": "ClapFeatureExtractor"}"#]
        {
            assert!(
                SoundSettings::from_preprocessor(&serde_json::from_str(config).unwrap()).is_err()
            );
        }
        let config = serde_json::json!({
            "feature_extractor_type": "ASTFeatureExtractor", "sampling_rate": -1, "max_length": "x", "mean": null
        });
        let read = SoundSettings::from_preprocessor(&config).unwrap();
        assert_eq!((read.sample_rate, read.frames), (Some(16_000), Some(1024)));
    }
}
