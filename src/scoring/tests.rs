use super::*;
use image::{DynamicImage, GrayImage, RgbImage};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn fixture(name: &str) -> PathBuf {
    root("tests/fixtures/models").join(name)
}

fn fashion(name: &str) -> PathBuf {
    root("sample_data/fashion").join(name)
}

fn plain(red: u8, green: u8, blue: u8) -> DynamicImage {
    RgbImage::from_pixel(6, 4, image::Rgb([red, green, blue])).into()
}

/// For pictures, with classes named 0, 1, 2…
fn settings(preprocess: &Preprocess, classes: usize) -> Settings {
    let classes = (0..classes).map(|class| class.to_string()).collect();
    Settings::new(Medium::Picture, preprocess.clone(), classes)
}

fn load(name: &str, preprocess: &Preprocess, classes: usize) -> Result<Model, ScoreError> {
    Model::load(&fixture(name), &settings(preprocess, classes))
}

fn probs(model: &Model, picture: DynamicImage) -> Vec<f32> {
    model.score(&Sample::Picture(picture)).unwrap().probs
}

fn fashion_preprocess() -> Preprocess {
    let config = std::fs::read_to_string(fashion("gaffe.toml")).unwrap();
    let config: toml::Table = config.parse().unwrap();
    config["preprocess"].clone().try_into().unwrap()
}

fn fashion_model(name: &str) -> Model {
    Model::load(&fashion(name), &settings(&fashion_preprocess(), 10)).unwrap()
}

fn fashion_image(row: usize) -> Result<Sample<'static>, String> {
    let file = fashion(&format!("images/dev-{row:05}.png"));
    image::open(file).map(Sample::Picture).map_err(|e| e.to_string())
}

/// All chunks of some rows as one.
fn score(
    model: &Model,
    extent: &Extent,
    fetch: &Fetch<'_>,
    progress: &mut dyn FnMut(usize, usize),
    cancel: &AtomicBool,
) -> Result<Chunk, ScoreError> {
    let start = extent.rows.start;
    let mut all = Chunk { rows: start..start, probs: vec![], embeddings: vec![], failed: vec![] };
    let mut keep = |chunk: Chunk| {
        assert_eq!(chunk.rows.start, all.rows.end, "chunks follow each other");
        all.rows.end = chunk.rows.end;
        all.probs.extend(chunk.probs);
        all.embeddings.extend(chunk.embeddings);
        all.failed.extend(chunk.failed);
        Ok(())
    };
    score_rows(model, extent, fetch, &mut keep, progress, cancel)?;
    Ok(all)
}

fn all(model: &Model, rows: usize) -> Chunk {
    let extent = Extent::first(rows);
    score(model, &extent, &fashion_image, &mut |_, _| (), &AtomicBool::new(false)).unwrap()
}

/// Softmax of 4 × the channel means, which is what the fixture models compute.
fn expected(means: [f64; 3]) -> Vec<f32> {
    let powers = means.map(|m| (4.0 * m).exp());
    powers.iter().map(|p| (p / powers.iter().sum::<f64>()) as f32).collect()
}

#[track_caller]
fn assert_near(ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len());
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= tolerance, "value {i}: {a} is not {b}");
    }
}

/// The text of the error without the path in front, which differs between machines.
#[track_caller]
fn refusal(path: &Path, preprocess: &Preprocess, classes: usize) -> String {
    let text = Model::load(path, &settings(preprocess, classes)).unwrap_err().to_string();
    let rest = text.strip_prefix(&format!("{}: ", path.display()));
    let rest = rest.expect("the message begins with the file").to_owned();
    assert!(rest.lines().count() <= 2, "{rest}");
    assert!(rest.lines().all(|line| line.chars().count() <= 160), "{rest}");
    rest
}

#[track_caller]
fn assert_refused(name: &str, preprocess: &Preprocess, classes: usize, why: &str) {
    let text = refusal(&fixture(name), preprocess, classes);
    assert!(text.contains(why), "{text}");
}

mod models {
    use super::*;

    #[test]
    fn v1_gives_what_onnx_runtime_gave() {
        let model = fashion_model("models/v1.onnx");
        assert_eq!(model.describe(), "image: 1×28×28 NCHW → logits: softmax applied");
        assert_eq!(model.about().notes, [""; 0]);
        let scored = all(&model, 300);
        assert!(scored.failed.is_empty(), "{:?}", scored.failed);
        let dev: ndarray::Array2<f32> = ndarray_npy::read_npy(fashion("runs/v1/dev.npy")).unwrap();
        let theirs = &dev.as_slice().unwrap()[..3000];
        assert_near(&scored.probs, theirs, 1e-4);
        let top = |row: &[f32]| (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        for (ours, theirs) in scored.probs.chunks(10).zip(theirs.chunks(10)) {
            assert_eq!(top(ours), top(theirs));
        }
    }

    #[test]
    fn v2_gives_other_probabilities_than_v1() {
        let [v1, v2] = ["models/v1.onnx", "models/v2.onnx"].map(|m| all(&fashion_model(m), 50));
        assert_ne!(v1.probs, v2.probs);
        for row in v2.probs.chunks(10) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{row:?}");
        }
    }

    #[test]
    fn channels_last_and_probabilities_are_taken_as_they_are() {
        let model = load("nhwc_softmax.onnx", &Preprocess::default(), 3).unwrap();
        let text = "pixels: 3×4×6 NHWC → probabilities: taken as probabilities";
        assert_eq!(model.describe(), text);
        let probs = probs(&model, plain(255, 51, 0));
        assert_near(&probs, &expected([1.0, 0.2, 0.0]), 1e-6);
    }

    #[test]
    fn what_tract_would_optimise_wrongly_is_rewritten() {
        let model = load("quantised_softmax.onnx", &Preprocess::default(), 3).unwrap();
        assert_eq!(model.about().notes, [""; 0]);
        let text = "pixels: 3×4×6 NHWC → scores_out: taken as probabilities";
        assert_eq!(model.describe(), text, "though its rows do not sum to 1 before rounding");
        let probs = probs(&model, plain(255, 51, 0));
        // ONNX Runtime gives 60/64, 2/64 and 1/64
        assert_near(&probs, &[60.0 / 63.0, 2.0 / 63.0, 1.0 / 63.0], 1e-6);
    }

    #[test]
    fn the_output_that_is_wide_enough_is_read_and_the_others_are_named() {
        let size = Preprocess { size: Some([4, 6]), ..Preprocess::default() };
        let model = load("open_size.onnx", &size, 3).unwrap();
        let probs = probs(&model, plain(0, 255, 51));
        assert_near(&probs, &expected([0.0, 1.0, 0.2]), 1e-6);
        assert_eq!(model.about().notes, ["output `second` is read; third would fit as well"]);
        let wide = load("open_size.onnx", &size, 6).unwrap();
        assert_eq!(self::probs(&wide, plain(0, 0, 0)).len(), 6);
        assert!(wide.about().notes.is_empty());
    }

    #[test]
    fn mean_and_std_are_applied_a_channel_each_or_to_all() {
        let with = |mean: &[f64], std: &[f64]| Preprocess {
            size: Some([4, 6]),
            channels: Some(3),
            mean: Some(mean.to_vec()),
            std: Some(std.to_vec()),
            ..Preprocess::default()
        };
        let each = load("open_size.onnx", &with(&[0.2, 0.4, 0.0], &[0.5, 1.0, 2.0]), 3).unwrap();
        let probs = probs(&each, plain(153, 51, 255));
        assert_near(&probs, &expected([0.8, -0.2, 0.5]), 1e-5);
        let same = load("open_size.onnx", &with(&[0.2], &[2.0]), 3).unwrap();
        let probs = self::probs(&same, plain(153, 51, 255));
        assert_near(&probs, &expected([0.2, 0.0, 0.4]), 1e-5);
    }

    #[test]
    fn a_model_that_takes_eight_at_a_time_gets_eight() {
        let model = load("batch_of_eight.onnx", &Preprocess::default(), 16).unwrap();
        assert_eq!(model.batch(), 8);
        let grey = |row: usize| -> Result<Sample<'static>, String> {
            let level = image::Luma([row as u8 * 20]);
            Ok(Sample::Picture(
                GrayImage::from_fn(4, 4, |x, _| if x == 0 { level } else { image::Luma([0]) })
                    .into(),
            ))
        };
        let never = AtomicBool::new(false);
        let scored = score(&model, &Extent::first(11), &grey, &mut |_, _| (), &never).unwrap();
        for row in 0..11 {
            let Ok(Sample::Picture(picture)) = grey(row) else { panic!() };
            assert_near(&scored.probs[row * 16..][..16], &probs(&model, picture), 1e-6);
        }
        assert_ne!(scored.probs[..16], scored.probs[16..32]);
    }

    #[test]
    fn values_that_look_like_sigmoids_are_noted() {
        let grey = Preprocess { size: Some([4, 6]), channels: Some(1), ..Preprocess::default() };
        let model = load("sigmoid.onnx", &grey, 3).unwrap();
        assert_eq!(model.describe(), "x: 1×4×6 NCHW → output: softmax applied");
        assert!(model.about().notes[0].contains("sigmoid"), "{:?}", model.about().notes);
    }
}

mod refusals {
    use super::*;

    fn none() -> Preprocess {
        Preprocess::default()
    }

    #[test]
    fn a_file_that_is_no_model_is_called_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let check = |bytes: &[u8], why: &str| {
            let path = folder.path().join("m.onnx");
            std::fs::write(&path, bytes).unwrap();
            let text = refusal(&path, &none(), 10);
            assert!(text.contains(why), "{text}");
        };
        check(b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull");
        check(b"PK\x03\x04archive", "PyTorch checkpoint");
        check(&std::fs::read(fixture("picture.png")).unwrap(), "is a PNG image");
        check(b"", "no ONNX model, or is cut short");
        check(b"id,label\n1,cat\n", "no ONNX model, or is cut short");
        assert!(refusal(&folder.path().join("gone.onnx"), &none(), 10).starts_with("no such file"));
        assert!(refusal(folder.path(), &none(), 10).starts_with("can't be read"));
    }

    #[test]
    fn a_model_cut_anywhere_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.onnx");
        let whole = std::fs::read(fashion("models/v1.onnx")).unwrap();
        let near_the_end = whole.len() - 40..whole.len();
        for end in (1..whole.len()).step_by(9973).chain(near_the_end) {
            std::fs::write(&path, &whole[..end]).unwrap();
            let text = refusal(&path, &fashion_preprocess(), 10);
            assert!(text.contains("cut short"), "cut at {end}: {text}");
        }
    }

    #[test]
    fn inputs_that_are_no_single_float_image() {
        assert_refused("two_inputs.onnx", &none(), 16, "takes 2 inputs (image, mask)");
        assert_refused("flat.onnx", &none(), 784, "`image` has the shape [?, 784]");
        let bytes = load("bytes.onnx", &none(), 16).unwrap();
        assert_eq!(bytes.describe(), "image: 1×4×4 NCHW → logits: softmax applied");
    }

    #[test]
    fn sizes_that_are_open_or_contradict_the_project() {
        let with = |size, channels| Preprocess { size, channels, ..none() };
        assert_refused("open_size.onnx", &none(), 3, "set `size = [height, width]`");
        assert_refused("sigmoid.onnx", &with(Some([4, 6]), None), 3, "set `channels`");
        assert_refused("sigmoid.onnx", &with(Some([4, 6]), Some(2)), 3, "must be 1 or 3");
        assert_refused("sigmoid.onnx", &with(Some([0, 6]), Some(3)), 3, "must not be 0");
        let text = "model has channels = 3, [preprocess] says channels = 1";
        assert_refused("open_size.onnx", &with(Some([4, 6]), Some(1)), 3, text);
        let text = "model has size = [4, 6], [preprocess] says size = [6, 4]";
        assert_refused("nhwc_softmax.onnx", &with(Some([6, 4]), None), 3, text);
    }

    #[test]
    fn means_and_deviations_that_do_not_fit() {
        let mean = |v: &[f64]| Preprocess { mean: Some(v.to_vec()), ..none() };
        let std = |v: &[f64]| Preprocess { std: Some(v.to_vec()), ..none() };
        let text = "`mean` has 2 values, the model 3 channels";
        assert_refused("nhwc_softmax.onnx", &mean(&[0.5, 0.5]), 3, text);
        assert_refused("nhwc_softmax.onnx", &mean(&[f64::NAN]), 3, "`mean` holds NaN");
        assert_refused("nhwc_softmax.onnx", &mean(&[127.5]), 3, "after dividing by 255");
        assert_refused("nhwc_softmax.onnx", &std(&[1.0, 0.0, 1.0]), 3, "`std` must not be 0");
    }

    #[test]
    fn another_number_of_classes() {
        let v1 = refusal(&fashion("models/v1.onnx"), &fashion_preprocess(), 64);
        // not the embedding, though it is 64 wide
        assert!(v1.contains("gives 10 classes, the project has 64 (output `logits`)"), "{v1}");
        assert_refused("unnamed_outputs.onnx", &none(), 16, "none of its outputs (b, c)");
    }

    #[test]
    fn what_tract_can_not_run() {
        let text = "node `pool_3` needs the operator FancyPool";
        assert_refused("custom_operator.onnx", &none(), 16, text);
        assert_refused("not_finite.onnx", &none(), 16, "not finite");
    }

    #[test]
    fn a_key_that_preprocess_does_not_have() {
        assert!(toml::from_str::<Preprocess>("mena = [0.5]").is_err());
        assert_eq!(toml::from_str::<Preprocess>("").unwrap(), none());
    }
}

mod batches {
    use super::*;

    #[test]
    fn an_example_that_fails_is_a_row_of_nan_and_ends_nothing() {
        let model = fashion_model("models/v1.onnx");
        let fetch = |row| match row {
            3 => {
                // so that the failure of row 5 comes first
                std::thread::sleep(std::time::Duration::from_millis(50));
                Err("gone".to_owned())
            }
            5 => panic!("the decoder broke"),
            _ => fashion_image(row),
        };
        let mut last = (0, 0);
        let mut progress = |done, failed| last = (done, failed);
        let never = AtomicBool::new(false);
        let scored = score(&model, &Extent::first(8), &fetch, &mut progress, &never).unwrap();
        assert_eq!(scored.failed, [(3, "gone".to_owned()), (5, "the decoder broke".to_owned())]);
        assert_eq!(last, (8, 2));
        for (row, values) in scored.probs.chunks(10).enumerate() {
            let failed = row == 3 || row == 5;
            assert!(values.iter().all(|v| v.is_nan() == failed), "row {row}: {values:?}");
        }
    }

    #[test]
    fn cancelling_ends_it_early() {
        let model = fashion_model("models/v1.onnx");
        let (cancel, fetched) = (AtomicBool::new(false), AtomicUsize::new(0));
        let fetch = |row| {
            fetched.fetch_add(1, Ordering::Relaxed);
            fashion_image(row)
        };
        let mut progress = |done, _| {
            if done >= 4 {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let end = score(&model, &Extent::first(2000), &fetch, &mut progress, &cancel);
        assert!(matches!(end, Err(ScoreError::Cancelled)));
        assert!(fetched.into_inner() < 1000);
    }

    #[test]
    fn the_values_do_not_depend_on_threads_or_on_where_it_begins() {
        let model = fashion_model("models/v1.onnx");
        let never = AtomicBool::new(false);
        let run = |rows, threads| {
            let extent = Extent { rows, threads };
            score(&model, &extent, &fashion_image, &mut |_, _| (), &never).unwrap()
        };
        let whole = run(0..150, 1);
        assert_eq!(whole, run(0..150, 3));
        let later = run(chunk_rows(&model)..150, 2);
        assert_eq!(later.probs, whole.probs[chunk_rows(&model) * 10..]);
    }

    #[test]
    fn an_example_that_takes_long_does_not_let_the_others_run_away() {
        let model = fashion_model("models/v1.onnx");
        let (slow, ahead) = (AtomicBool::new(true), AtomicUsize::new(0));
        let fetch = |row| {
            if row == 0 {
                std::thread::sleep(std::time::Duration::from_millis(300));
                slow.store(false, Ordering::Relaxed);
            } else if slow.load(Ordering::Relaxed) {
                ahead.fetch_max(row, Ordering::Relaxed);
            }
            fashion_image(row % 50)
        };
        let extent = Extent { rows: 0..4000, threads: 2 };
        let never = AtomicBool::new(false);
        score(&model, &extent, &fetch, &mut |_, _| (), &never).unwrap();
        assert!(ahead.into_inner() < 8 * chunk_rows(&model));
    }

    #[test]
    fn what_can_not_be_kept_ends_it() {
        let model = fashion_model("models/v1.onnx");
        let mut keep = |_: Chunk| Err(ScoreError::Engine("the disk is full".to_owned()));
        let extent = Extent { rows: 0..2000, threads: 2 };
        let never = AtomicBool::new(false);
        let end = score_rows(&model, &extent, &fashion_image, &mut keep, &mut |_, _| (), &never);
        assert!(matches!(end, Err(ScoreError::Engine(_))), "{end:?}");
    }

    #[test]
    fn nothing_to_score_is_no_error() {
        let scored = all(&fashion_model("models/v1.onnx"), 0);
        assert!(scored.probs.is_empty() && scored.failed.is_empty());
    }
}
