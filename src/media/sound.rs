//! Decoding of sound files: WAV, AIFF, FLAC, Ogg Vorbis, MP3.
//!
//! Invariant: memory is bounded whatever the file says of its length, and a file that is cut is refused, not read
//! in part; but an MP3, which does not say how long it is, ends where it ends.

use super::MediaError;
use super::source::{self, Source};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// One channel of samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// −1 to 1 if the file holds whole numbers, else as they are.
    pub samples: Vec<f32>,
    /// Samples a second, at least 1.
    pub rate: u32,
    /// How many channels the file has; `samples` is their mean.
    pub channels: usize,
}

impl Sound {
    /// Its duration.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate.max(1))
    }
}

/// The most samples of a channel: 512 MiB of them.
const MOST: usize = 1 << 27;

/// How sound files end.
const EXTENSIONS: [&str; 9] = ["wav", "wave", "flac", "ogg", "oga", "mp3", "aif", "aiff", "aifc"];

/// Whether a file is a sound by its name.
pub fn is_sound(path: &Path) -> bool {
    path.extension().is_some_and(|e| EXTENSIONS.iter().any(|sound| e.eq_ignore_ascii_case(sound)))
}

/// Reads a sound file; several channels become their mean. The format is told from its content.
///
/// # Errors
/// A file that is missing, unreadable, of no known format, damaged, cut, or longer than 2²⁷ samples.
pub fn decode_sound(path: &Path) -> Result<Sound, MediaError> {
    sound(path, source::open(path).map_err(|e| MediaError::open(path, &e))?)
}

/// Reads the sound of a source that was opened as `path`.
pub(super) fn sound(path: &Path, source: Source) -> Result<Sound, MediaError> {
    let damaged = |reason: String| MediaError::Sound { path: path.into(), reason };
    let source = match source {
        Source::Whole(file) => Box::new(file) as Box<dyn MediaSource>,
        Source::Part(bytes) => Box::new(bytes),
    };
    // decoders panic on some broken files
    catch_unwind(AssertUnwindSafe(|| read(source)))
        .unwrap_or_else(|_| Err("the decoder stopped inside".to_owned()))
        .map_err(damaged)
}

fn read(source: Box<dyn MediaSource>) -> Result<Sound, String> {
    let source = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let probe = symphonia::default::get_probe();
    let mut format = probe
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .map_err(words)?;
    let track = format.default_track(TrackType::Audio).ok_or("it holds no sound")?;
    let parameters = track.codec_params.as_ref().and_then(|p| p.audio());
    let parameters = parameters.ok_or("it does not say how it is coded")?;
    let registry: &CodecRegistry = symphonia::default::get_codecs();
    let mut decoder =
        registry.make_audio_decoder(parameters, &AudioDecoderOptions::default()).map_err(words)?;
    // An MP3's number of frames may be an estimate.
    let is_mp3 = parameters.codec == CODEC_ID_MP3;
    let expected = track.num_frames.filter(|_| !is_mp3);
    let id = track.id;
    if expected.is_some_and(|frames| frames > MOST as u64) {
        return Err("too long".to_owned());
    }
    let mut mono = Mono {
        rate: parameters.sample_rate.unwrap_or(0),
        channels: parameters.channels.as_ref().map_or(0, symphonia::core::audio::Channels::count),
        ..Mono::default()
    };
    let whole = take_in(&mut *format, &mut *decoder, id, &mut mono, is_mp3)?;
    // Of a file that ends within a packet some readers say only that it ends.
    let missing = expected.is_some_and(|frames| (mono.samples.len() as u64) < frames);
    if !whole || missing {
        return Err("it is cut short".to_owned());
    }
    match mono.rate {
        0 => Err("it holds no samples".to_owned()),
        rate => Ok(Sound { samples: mono.samples, rate, channels: mono.channels }),
    }
}

/// Decodes all packets of a track; `false` if the file ends before its end. Damaged packets are left out if it is
/// a stream that may be joined anywhere, as players do.
fn take_in(
    format: &mut dyn FormatReader,
    decoder: &mut dyn AudioDecoder,
    track: u32,
    mono: &mut Mono,
    is_stream: bool,
) -> Result<bool, String> {
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(true),
            Err(Error::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Ok(false);
            }
            Err(error) => return Err(words(error)),
        };
        if packet.track_id == track {
            match decoder.decode(&packet) {
                Ok(samples) => mono.push(&samples)?,
                Err(Error::DecodeError(_)) if is_stream => {}
                Err(error) => return Err(words(error)),
            }
        }
    }
}

/// Samples as they come, their channels mixed.
#[derive(Default)]
struct Mono {
    samples: Vec<f32>,
    rate: u32,
    channels: usize,
    packet: Vec<f32>,
}

impl Mono {
    fn push(&mut self, packet: &GenericAudioBufferRef<'_>) -> Result<(), String> {
        let (rate, channels) = (packet.spec().rate(), packet.spec().channels().count());
        if rate == 0 || channels == 0 {
            return Err("it has no sample rate or no channel".to_owned());
        }
        let told = self.rate != 0 && self.channels != 0;
        if told && (self.rate, self.channels) != (rate, channels) {
            return Err("its rate or channels change on the way".to_owned());
        }
        (self.rate, self.channels) = (rate, channels);
        if self.samples.len() + packet.frames() > MOST {
            return Err("too long".to_owned());
        }
        packet.copy_to_vec_interleaved(&mut self.packet);
        let mean = |frame: &[f32]| {
            (frame.iter().copied().map(f64::from).sum::<f64>() / channels as f64) as f32
        };
        self.samples.extend(self.packet.chunks_exact(channels).map(mean));
        Ok(())
    }
}

fn words(error: Error) -> String {
    match error {
        Error::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            "it is cut short, or of no known format".to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{SampleFormat, WavSpec, WavWriter};
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
            assert_eq!((sound.rate, sound.channels), (8000, 1));
            assert_eq!(sound.samples, [0.0, 0.5, -1.0, 0.25], "{bits}");
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

    #[test]
    fn a_sound_file_that_is_cut_is_refused_or_ends_where_it_says() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sound");
        let dir = tempfile::tempdir().unwrap();
        for name in ["stereo.wav", "tone.flac", "tone.ogg", "tone.mp3"] {
            let bytes = std::fs::read(fixtures.join(name)).unwrap();
            let path = dir.path().join(name);
            for part in 0..7 {
                std::fs::write(&path, &bytes[..bytes.len() * part / 7]).unwrap();
                let cut = decode_sound(&path);
                let whole = part > 0 && name == "tone.mp3";
                assert!(
                    whole || matches!(cut, Err(MediaError::Sound { .. })),
                    "{name} {part}: {cut:?}"
                );
            }
            assert!(is_sound(&path));
        }
        assert!(!is_sound(Path::new("wav")) && !is_sound(Path::new("a.png")));
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
