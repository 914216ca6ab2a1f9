use super::*;
use crate::media::decode_sound;
use proptest::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sound").join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(fixture(name)).unwrap()).unwrap()
}

fn port(name: &str, dims: &[Option<usize>]) -> Port {
    Port { name: name.to_owned(), kind: Kind::F32, dims: dims.to_vec() }
}

/// An array that Python wrote: shape, values, and which of the whole it is of.
fn expected(name: &str) -> (Vec<usize>, Vec<f32>, usize, usize) {
    let about = &json("expected.json")[name];
    let shape: Vec<usize> = serde_json::from_value(about["shape"].clone()).unwrap();
    let number = |key: &str| about[key].as_u64().unwrap() as usize;
    let bytes = std::fs::read(fixture("expected.f32")).unwrap();
    let count: usize = shape.iter().product();
    let bytes = &bytes[number("offset") * 4..][..count * 4];
    let values = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    (shape, values, number("axis"), number("step"))
}

/// The largest difference from what Python made.
#[track_caller]
fn furthest(name: &str, made: &Tensor) -> f32 {
    let (shape, values, axis, step) = expected(name);
    let Tensor::F32(made) = made else { panic!("{made:?}") };
    let mut made = made.clone();
    while made.ndim() > shape.len() {
        made = made.index_axis_move(ndarray::Axis(0), 0);
    }
    let thin = ndarray::Slice::new(0, None, step as isize);
    made.slice_axis_inplace(ndarray::Axis(axis), thin);
    assert_eq!(made.shape(), shape, "{name}");
    made.iter().zip(&values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn sound(name: &str) -> Sound {
    decode_sound(&fixture(name)).unwrap()
}

fn settings(name: &str) -> SoundSettings {
    let said = &json("settings.json")[name];
    match SoundSettings::from_preprocessor(said) {
        Ok(settings) => settings,
        Err(_) => serde_json::from_value(said.clone()).unwrap(),
    }
}

#[test]
fn features_are_those_of_transformers_torchaudio_and_librosa() {
    let open = [None, None, None];
    for (name, dims, tolerance) in [
        ("AST", &[None, Some(1024), Some(128)][..], 1e-3),
        ("AST-short", &open, 1e-3),
        ("whisper", &[None, Some(80), Some(3000)], 1e-3),
        ("whisper-128", &open, 1e-3),
        ("wav2vec2", &open[..2], 1e-4),
        ("wav2vec2-raw", &[None, Some(1), None], 1e-4),
        ("librosa", &[None, Some(1), None, None], 1e-3),
        ("torchaudio", &open, 1e-3),
    ] {
        let made = Sounds::new(&[port("input", dims)], &settings(name)).unwrap();
        for file in ["chirp", "quiet"] {
            let tensors = made.tensors(&sound(&format!("{file}.wav"))).unwrap();
            let far = furthest(&format!("{file}-{name}"), &tensors[0]);
            assert!(far <= tolerance, "{file}-{name}: {far}");
        }
    }
}

#[test]
fn files_are_decoded_as_libsndfile_does() {
    for (name, tolerance) in [
        ("chirp.wav", 0.0),
        ("quiet.wav", 0.0),
        ("stereo.wav", 1e-7),
        ("tone.flac", 1e-7),
        ("tone.ogg", 1e-4),
        ("tone.mp3", 1e-4),
    ] {
        let decoded = sound(name);
        let (shape, values, _, step) = expected(&format!("decoded-{name}"));
        assert_eq!(decoded.samples.len().div_ceil(step), shape[0], "{name}");
        let made = decoded.samples.iter().step_by(step);
        let far = made.zip(&values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far <= tolerance, "{name}: {far}");
    }
}

#[test]
fn resampling_is_torchaudio_s_and_near_soxr_s() {
    let stereo = sound("stereo.wav");
    let settings = SoundSettings { sample_rate: Some(16_000), ..SoundSettings::default() };
    let made = Sounds::new(&[port("wave", &[None, None])], &settings).unwrap();
    let tensors = made.tensors(&stereo).unwrap();
    let torchaudio = furthest("resampled-torchaudio", &tensors[0]);
    let soxr = furthest("resampled-soxr", &tensors[0]);
    assert!(torchaudio < 1e-5, "{torchaudio}");
    assert!(soxr < 1e-2, "{soxr}");
}

#[test]
fn a_fixed_length_cuts_and_pads_and_the_mask_says_so() {
    let mask = |kind| Port { name: "attention_mask".to_owned(), kind, dims: vec![None, None] };
    let ports = [mask(Kind::I64), port("input_values", &[Some(1), Some(6)])];
    let settings = SoundSettings {
        sample_rate: Some(8000),
        normalize: Some(true),
        ..SoundSettings::default()
    };
    let made = Sounds::new(&ports, &settings).unwrap();
    let sound = |samples: &[f32]| Sound { samples: samples.to_vec(), rate: 8000, channels: 1 };
    let short = made.tensors(&sound(&[1.0, 3.0])).unwrap();
    let Tensor::I64(mask) = &short[0] else { panic!() };
    assert_eq!(mask.iter().copied().collect::<Vec<_>>(), [1, 1, 0, 0, 0, 0]);
    let values = short[1].to_f32().unwrap();
    assert!(
        (values[0] + 1.0).abs() < 1e-5 && (values[1] - 1.0).abs() < 1e-5 && values[2..] == [0.0; 4]
    );
    // what is cut off does not count for the mean
    let long = made.tensors(&sound(&[2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 1e6, -1e6])).unwrap();
    assert!((long[1].to_f32().unwrap()[0] + 1.0).abs() < 1e-5);
    assert_eq!(long[1].shape(), [1, 6]);
}

#[test]
fn a_spectrogram_has_the_frames_of_the_input_whatever_the_length() {
    let settings = SoundSettings { n_mels: Some(32), ..settings("torchaudio") };
    for dims in [[None, Some(32), Some(50)], [None, Some(50), Some(32)]] {
        let made = Sounds::new(&[port("x", &dims)], &settings).unwrap();
        for count in [2000, 7840, 30_000] {
            let sound = Sound { samples: vec![0.1; count], rate: 16_000, channels: 1 };
            let shape = made.tensors(&sound).unwrap()[0].shape().to_vec();
            assert_eq!(Some(shape[1]), dims[1], "{count}");
            assert_eq!(Some(shape[2]), dims[2], "{count}");
        }
    }
}

#[test]
fn a_long_sound_is_heard_as_far_as_the_frames_go() {
    let made = Sounds::new(&[port("x", &[None; 3])], &settings("AST-short")).unwrap();
    let wave = |count: usize| (0..count).map(|i| (i as f32 / 9.0).sin()).collect();
    let of = |samples| made.tensors(&Sound { samples, rate: 16_000, channels: 1 }).unwrap();
    assert_eq!(of(wave(16_000)), of(wave(16_000 * 130)));
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let wave = [port("input_values", &[None, None])];
    let mel = [port("x", &[None, Some(64), None])];
    let refused = |ports: &[Port], toml: &str| {
        let settings: SoundSettings = toml::from_str(toml).unwrap();
        Sounds::new(ports, &settings).unwrap_err().to_string()
    };
    let full = "n_fft = 512\nhop_length = 160\nsample_rate = 16000\n";
    for (ports, toml, words) in [
        (&mel[..], "", "nothing says how it is made"),
        (
            &mel,
            &format!("{full}n_mels = 80"),
            "input x float32[?, 64, ?] does not go with a spectrogram",
        ),
        (&mel, "features = \"wave\"", "does not go with samples"),
        (&wave, "features = \"fbank\"", "does not go with a spectrogram"),
        (&wave, "sample_rate = 0", "`sample_rate` = 0"),
        (&wave, "seconds = -1.0", "`seconds` = -1"),
        (&wave, "seconds = nan", "`seconds` = NaN"),
        (&mel, "n_fft = 1\nhop_length = 1\nn_mels = 64", "`n_fft` = 1"),
        (&mel, "n_fft = 512\nhop_length = 0\nn_mels = 64", "`hop_length` = 0"),
        (&mel, &format!("{full}n_mels = 64\nwin_length = 513"), "`win_length` = 513"),
        (&mel, &format!("{full}n_mels = 64\nf_min = 9000.0"), "frequencies from 9000 to 8000 Hz"),
        (&mel, &format!("{full}n_mels = 64\nfeature_std = 0.0"), "`feature_std` = 0"),
        (&mel, &format!("{full}n_mels = 64\nlog_floor = 0.0"), "`log_floor` = 0"),
        (&[], "", "takes other inputs than a sound has"),
        (&[port("image", &[None; 5])], "", "image float32[?, ?, ?, ?, ?]"),
    ] {
        let message = refused(ports, toml);
        assert!(message.contains(words), "{toml}: {message}");
    }
}

#[test]
fn hostile_sounds_are_refused_or_finite() {
    let wave = Sounds::new(&[port("x", &[None, None])], &settings("wav2vec2")).unwrap();
    let mel = Sounds::new(&[port("x", &[None; 3])], &settings("torchaudio")).unwrap();
    let sound = |samples: Vec<f32>, rate| Sound { samples, rate, channels: 1 };
    let strange = vec![f32::NAN, f32::INFINITY, f32::MAX, -f32::MAX];
    for made in [&wave, &mel] {
        assert!(made.tensors(&sound(vec![], 16_000)).unwrap_err().contains("no samples"));
        assert!(made.tensors(&sound(vec![0.0; 9], u32::MAX)).is_err());
        assert!(made.tensors(&sound(vec![0.0; 9], 0)).is_err());
        let long = made.tensors(&sound(vec![0.0; 121_000], 1000)).unwrap_err();
        assert!(long.starts_with("it is 121 s long"), "{long}");
    }
    assert!(
        mel.tensors(&sound(vec![0.0; 200], 16_000))
            .unwrap_err()
            .contains("shorter than half a frame")
    );
    assert!(wave.tensors(&sound(strange, 16_000)).is_ok());
    assert!(
        wave.describe().starts_with("x: sound at 16000 Hz, whole, samples of mean 0"),
        "{}",
        wave.describe()
    );
    for made in [&wave, &mel] {
        let [tone, noise] = made.test_inputs().unwrap();
        let values = |t: &[Tensor]| t[0].to_f32().unwrap();
        assert_ne!(values(&tone), values(&noise));
        assert!(values(&tone).iter().chain(&values(&noise)).all(|v| v.is_finite()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_settings_are_refused_or_work(
        n_fft in 0_usize..600,
        hop in 0_usize..300,
        win in prop::option::of(0_usize..600),
        mels in 0_usize..90,
        high in prop::option::of(0.0..9000.0_f64),
        power in prop::option::of(0.5..3.0_f64),
        kind in 0_usize..3,
        count in 1_usize..3000,
    ) {
        let features = [Features::Mel, Features::Fbank, Features::Whisper][kind];
        let settings = SoundSettings {
            sample_rate: Some(16_000), features: Some(features), n_fft: Some(n_fft), hop_length: Some(hop),
            win_length: win, n_mels: Some(mels), f_max: high, power, ..SoundSettings::default()
        };
        if let Ok(made) = Sounds::new(&[port("x", &[None; 3])], &settings) {
            let sound = Sound { samples: vec![0.25; count], rate: 16_000, channels: 1 };
            if let Ok(tensors) = made.tensors(&sound) {
                prop_assert!(tensors[0].to_f32().unwrap().iter().all(|v| v.is_finite()));
            }
        }
    }
}
