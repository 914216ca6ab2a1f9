//! Decoding of sound files: WAV.
//!
//! Invariant: memory is bounded whatever the file says of its length.

use super::MediaError;
use hound::{SampleFormat, WavReader};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// One channel of samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// −1 to 1 if the file holds whole numbers, else as they are.
    pub samples: Vec<f32>,
    /// Samples a second.
    pub rate: u32,
}

/// The most samples of a channel: 512 MiB of them.
const MOST: u32 = 1 << 27;

/// Reads a WAV file of whole numbers (8 to 32 bits) or f32; several channels become their mean.
///
/// # Errors
/// A file that is missing, unreadable, no such WAV file, cut, or longer than 2²⁷ samples.
pub fn decode_sound(path: &Path) -> Result<Sound, MediaError> {
    let open = |e: std::io::Error| MediaError::Open {
        path: path.into(),
        reason: super::decode::reason(&e),
    };
    let damaged = |reason: String| MediaError::Sound { path: path.into(), reason };
    // Reading a pipe or a device could wait for ever.
    if !path.metadata().map_err(open)?.is_file() {
        return Err(damaged("not a file".into()));
    }
    let file = File::open(path).map_err(open)?;
    let reader = WavReader::new(BufReader::new(file)).map_err(|e| damaged(e.to_string()))?;
    let (spec, length) = (reader.spec(), reader.duration());
    if length > MOST {
        return Err(damaged("too long".into()));
    }
    let full_scale = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
    let channels = usize::from(spec.channels);
    let samples = match spec.sample_format {
        SampleFormat::Float => mono(reader.into_samples::<f32>(), channels),
        SampleFormat::Int => {
            let scaled = reader.into_samples::<i32>().map(|s| s.map(|x| x as f32 / full_scale));
            mono(scaled, channels)
        }
    };
    let samples = samples.map_err(|e| damaged(e.to_string()))?;
    Ok(Sound { samples, rate: spec.sample_rate })
}

fn mono(
    mut samples: impl Iterator<Item = hound::Result<f32>>,
    channels: usize,
) -> hound::Result<Vec<f32>> {
    if channels == 1 {
        return samples.collect();
    }
    let mut mean = Vec::new();
    while let Some(first) = samples.next() {
        let mut sum = f64::from(first?);
        for other in samples.by_ref().take(channels - 1) {
            sum += f64::from(other?);
        }
        mean.push((sum / channels as f64) as f32);
    }
    Ok(mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{WavSpec, WavWriter};
    use proptest::prelude::*;
    use std::path::PathBuf;

    fn spec(channels: u16, bits_per_sample: u16, sample_format: SampleFormat) -> WavSpec {
        WavSpec { channels, sample_rate: 8000, bits_per_sample, sample_format }
    }

    fn write<S: hound::Sample + Copy>(dir: &Path, spec: WavSpec, samples: &[S]) -> PathBuf {
        let path = dir.join("a.wav");
        let mut writer = WavWriter::create(&path, spec).unwrap();
        for &sample in samples {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        path
    }

    #[test]
    fn whole_numbers_of_any_size_are_scaled_to_one() {
        let dir = tempfile::tempdir().unwrap();
        for bits in [8, 16, 24, 32] {
            let full = 1_i64 << (bits - 1);
            let samples = [0, full / 2, -full, full / 4].map(|x| x as i32);
            let path = write(dir.path(), spec(1, bits, SampleFormat::Int), &samples);
            let sound = decode_sound(&path).unwrap();
            assert_eq!(sound, Sound { samples: vec![0.0, 0.5, -1.0, 0.25], rate: 8000 }, "{bits}");
        }
    }

    #[test]
    fn channels_become_their_mean_and_floats_stay() {
        let dir = tempfile::tempdir().unwrap();
        let samples = [0.5_f32, 1.0, 0.0, -1.0, 0.25, 0.75];
        let stereo = write(dir.path(), spec(2, 32, SampleFormat::Float), &samples);
        assert_eq!(decode_sound(&stereo).unwrap().samples, [0.75, -0.5, 0.5]);
        let three = write(dir.path(), spec(3, 32, SampleFormat::Float), &samples);
        assert_eq!(decode_sound(&three).unwrap().samples, [0.5, 0.0]);
    }

    #[test]
    fn tells_a_missing_file_from_a_cut_one() {
        let dir = tempfile::tempdir().unwrap();
        let missing = decode_sound(&dir.path().join("none.wav")).unwrap_err().to_string();
        assert!(missing.ends_with("none.wav: no such file"), "{missing}");
        let path = write(dir.path(), spec(1, 16, SampleFormat::Int), &[1_i16; 100]);
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 20, 43, 100, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let cut = decode_sound(&path);
            assert!(matches!(cut, Err(MediaError::Sound { .. })), "{length}: {cut:?}");
        }
        assert!(decode_sound(dir.path()).unwrap_err().to_string().contains("not a file"));
    }

    proptest! {
        #[test]
        fn no_change_of_a_file_ends_the_program(at in 0_usize..44, byte in any::<u8>()) {
            let dir = tempfile::tempdir().unwrap();
            let path = write(dir.path(), spec(2, 16, SampleFormat::Int), &[1_i16; 20]);
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[at] = byte;
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(sound) = decode_sound(&path) {
                prop_assert!(sound.samples.len() <= 40);
            }
        }
    }
}
