use super::*;
use crate::media::decode;
use crate::scoring::input::picture::Preparer;
use crate::scoring::input::{Crop, Filter, Order, Resize};
use crate::scoring::tensor::Kind;
use fast_image_resize::Resizer;
use proptest::prelude::*;
use tract_onnx::pb::StringStringEntryProto;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/preprocess").join(name)
}

fn port(dims: &[usize]) -> Port {
    Port {
        name: "pixel_values".into(),
        kind: Kind::F32,
        dims: dims.iter().map(|&d| Some(d)).collect(),
    }
}

fn with_metadata(entries: &[(&str, &str)]) -> ModelProto {
    let entry = |&(key, value): &(&str, &str)| StringStringEntryProto {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    ModelProto { metadata_props: entries.iter().map(entry).collect(), ..ModelProto::default() }
}

fn beside(folder: &Path, dims: &[usize], project: &Preprocess) -> Found {
    find(&folder.join("model.onnx"), &ModelProto::default(), &[port(dims)], project).unwrap()
}

fn from(found: &Found, key: &str) -> Option<String> {
    found.sources.iter().find(|source| source.key == key).map(|source| source.from.clone())
}

mod files_of_the_tools {
    use super::*;
    use half::f16;

    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        picture: String,
        dims: Vec<usize>,
        start: usize,
        model: Option<String>,
    }

    #[test]
    fn pictures_are_prepared_as_the_files_beside_a_model_say() {
        let cases: Vec<Case> =
            serde_json::from_slice(&std::fs::read(fixture("cases.json")).unwrap()).unwrap();
        let bytes = std::fs::read(fixture("expected.npy")).unwrap();
        let halves: Vec<f16> =
            bytes[128..].chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]])).collect();
        let mut bad = Vec::new();
        for case in cases {
            let Some(model) = &case.model else { continue };
            let found = beside(&fixture("models").join(model), &case.dims, &Preprocess::default());
            assert_eq!(found.notes, [""; 0], "{}", case.name);
            let preparer = Preparer::new(&port(&case.dims), &found.preprocess).unwrap();
            let image = decode(&fixture(&case.picture)).unwrap();
            let ours = preparer.prepare(&image, &mut Resizer::new()).unwrap().to_f32().unwrap();
            let theirs = &halves[case.start..][..ours.len()];
            // one level of the picture in the numbers of the model
            let (std, rescale) = (found.preprocess.std.unwrap(), found.preprocess.rescale);
            let level = rescale.unwrap_or(1.0 / 255.0) / std.iter().sum::<f64>() * std.len() as f64;
            let apart =
                ours.iter().zip(theirs).map(|(a, b)| f64::from((a - b.to_f32()).abs()) / level);
            let (sum, most) = apart.fold((0.0, 0.0_f64), |(sum, most), d| (sum + d, most.max(d)));
            let mean = sum / ours.len() as f64;
            if mean > 0.5 || most > 4.0 {
                bad.push(format!("{}: {mean:.3} levels on average, {most:.1} at most", case.name));
            }
        }
        assert!(bad.is_empty(), "{bad:#?}");
    }

    #[test]
    fn class_names_are_sorted_by_number() {
        let found = beside(&fixture("models/ViT"), &[1, 3, 20, 24], &Preprocess::default());
        let (names, source) = found.classes.unwrap();
        assert_eq!(names[..4], ["cat", "dog", "owl", "class 3"]);
        assert_eq!((names.len(), names[11].as_str()), (12, "class 11"));
        assert_eq!(source, "config.json");
        let folder = fixture("models/timm-center-0.9-24");
        let found = beside(&folder, &[1, 3, 24, 30], &Preprocess::default());
        assert_eq!(found.classes.unwrap().0, ["cat", "dog", "owl"]);
    }

    #[test]
    fn a_feature_extractor_of_sounds_is_no_picture() {
        let found = beside(&fixture("models/Wav2Vec2"), &[1, 16000], &Preprocess::default());
        assert_eq!(found.preprocess.sound.sample_rate, Some(16_000));
        assert_eq!(found.preprocess.mean, None);
    }

    #[test]
    fn what_the_project_says_of_a_sound_wins_and_the_rest_is_found() {
        let own = toml::from_str("normalize = false").unwrap();
        let sound = beside(&fixture("models/Wav2Vec2"), &[1, 16000], &own).preprocess.sound;
        assert_eq!((sound.normalize, sound.sample_rate), (Some(false), Some(16_000)));
    }
}

mod sources {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    const MOBILENET: &str = r#"{"feature_extractor_type": "MobileNetV1FeatureExtractor",
        "size": 256, "crop_size": 224, "resample": 3, "image_mean": [0.1, 0.2, 0.3]}"#;

    #[test]
    fn the_project_wins_and_each_setting_tells_where_it_is_from() {
        let folder = folder(&[("preprocessor_config.json", MOBILENET)]);
        let project = Preprocess { mean: Some(vec![0.5]), ..Preprocess::default() };
        let found = beside(folder.path(), &[1, 3, 224, 224], &project);
        let how = &found.preprocess;
        assert_eq!(how.mean, Some(vec![0.5]));
        assert_eq!((how.resize, how.resize_to), (Some(Resize::ShortSide), Some([256; 2])));
        assert_eq!((how.crop, how.filter), (Some(Crop::CenterFloor), Some(Filter::Bicubic)));
        assert_eq!(from(&found, "mean").unwrap(), "gaffe.toml");
        assert_eq!(from(&found, "std").unwrap(), "preprocessor_config.json");
        // 1/255 of the file goes with its own mean
        assert_eq!(from(&found, "rescale"), None);
        let size = found.sources.iter().find(|source| source.key == "size").unwrap();
        assert_eq!(size.value, "[224, 224]");
    }

    #[test]
    fn a_resize_of_the_project_keeps_the_files_crop_out() {
        let folder = folder(&[("preprocessor_config.json", MOBILENET)]);
        let project = Preprocess { resize: Some(Resize::Stretch), ..Preprocess::default() };
        let how = beside(folder.path(), &[1, 3, 224, 224], &project).preprocess;
        assert_eq!((how.resize, how.resize_to, how.crop), (Some(Resize::Stretch), None, None));
        assert_eq!(how.mean, Some(vec![0.1, 0.2, 0.3]));
    }

    #[test]
    fn what_ultralytics_exports() {
        let model = with_metadata(&[
            ("description", "Ultralytics YOLOv8n-cls model"),
            ("task", "classify"),
            ("stride", "1"),
            ("imgsz", "[64, 64]"),
            (
                "names",
                "{0: 'cat', 1: \"owl's\", 10: 'z', 2: 'dog', 3: 'd', 4: 'e', 5: 'f', 6: 'g', 7: 'h', 8: 'i', 9: 'j'}",
            ),
        ]);
        let folder = folder(&[("preprocessor_config.json", MOBILENET)]);
        let path = folder.path().join("yolov8n-cls.onnx");
        let found = find(&path, &model, &[port(&[1, 3, 64, 64])], &Preprocess::default()).unwrap();
        let how = &found.preprocess;
        assert_eq!((how.size, how.resize), (Some([64; 2]), Some(Resize::ShortSide)));
        assert_eq!((how.crop, how.exif), (Some(Crop::Center), Some(true)));
        assert_eq!(how.resize_to, None, "the file beside is about another model");
        assert_eq!(found.probabilities, Some(true));
        let (names, source) = found.classes.unwrap();
        assert_eq!((names[1].as_str(), names[10].as_str()), ("owl's", "z"));
        assert_eq!(source, "the model's metadata");
        let detector = with_metadata(&[("task", "detect"), ("stride", "32")]);
        let refused = find(&path, &detector, &[], &Preprocess::default()).unwrap_err().to_string();
        assert!(refused.contains("detect"), "{refused}");
    }

    #[test]
    fn onnx_says_blue_first_and_raw_levels() {
        let model = with_metadata(&[
            ("Image.BitmapPixelFormat", "Bgr8"),
            ("Image.NominalPixelRange", "NominalRange_0_255"),
        ]);
        let path = Path::new("nowhere/model.onnx");
        let found = find(path, &model, &[port(&[1, 3, 224, 224])], &Preprocess::default()).unwrap();
        assert_eq!(found.preprocess.order, Some(Order::Bgr));
        assert_eq!(found.preprocess.rescale, Some(1.0));
        assert_eq!(found.preprocess.resize, None, "no guess beside what is said");
    }

    #[test]
    fn optimum_puts_the_model_one_folder_down() {
        let files = [
            ("preprocessor_config.json", MOBILENET),
            ("config.json", r#"{"label2id": {"dog": 1, "cat": 0}}"#),
            ("tokenizer.json", "{}"),
            ("tokenizer_config.json", r#"{"model_max_length": 512}"#),
            ("onnx/model.onnx", ""),
        ];
        let folder = folder(&files);
        let found = beside(&folder.path().join("onnx"), &[1, 3, 224, 224], &Preprocess::default());
        assert_eq!(from(&found, "mean").unwrap(), "../preprocessor_config.json");
        assert_eq!(found.classes.unwrap().0, ["cat", "dog"]);
        assert_eq!(found.tokenizer, Some(folder.path().join("tokenizer.json")));
        assert_eq!(found.preprocess.max_length, Some(512));
    }

    #[test]
    fn a_file_that_can_not_be_read_is_a_note_with_its_line() {
        let folder =
            folder(&[("preprocessor_config.json", "{\n\"size\": 256,\n}"), ("labels.txt", "\n")]);
        let found = beside(folder.path(), &[1, 3, 96, 96], &Preprocess::default());
        assert_eq!(found.preprocess, Preprocess::default());
        let [json, labels] = found.notes.as_slice() else { panic!("{:?}", found.notes) };
        assert!(json.starts_with("preprocessor_config.json: can't be read"), "{json}");
        assert!(json.contains("line 3"), "{json}");
        assert_eq!(labels, "labels.txt: holds no class names");
    }

    #[test]
    fn the_shape_of_the_model_wins_over_a_file() {
        let folder = folder(&[("preprocessor_config.json", MOBILENET)]);
        let found = beside(folder.path(), &[1, 3, 448, 448], &Preprocess::default());
        assert_eq!(found.preprocess.size, Some([448; 2]));
        assert_eq!(found.preprocess.resize_to, Some([512; 2]));
        assert!(
            found.notes[0].contains("the model takes [448, 448], which is used"),
            "{:?}",
            found.notes
        );
        // what the project says is for it to correct
        let project = Preprocess { size: Some([224; 2]), ..Preprocess::default() };
        let found = beside(folder.path(), &[1, 3, 448, 448], &project);
        assert_eq!(found.preprocess.size, Some([224; 2]));
        let refused = Preparer::new(&port(&[1, 3, 448, 448]), &found.preprocess).unwrap_err();
        assert!(refused.to_string().contains("[preprocess] says size"), "{refused}");
    }

    #[test]
    fn where_nothing_is_said_it_is_called_a_guess() {
        let folder = folder(&[]);
        let found = beside(folder.path(), &[1, 3, 224, 224], &Preprocess::default());
        assert_eq!(from(&found, "mean").unwrap(), "a guess");
        assert_eq!(found.preprocess.resize_to, Some([256; 2]));
        assert!(found.notes[0].contains("nothing says how"), "{:?}", found.notes);
        let project = Preprocess { std: Some(vec![1.0]), ..Preprocess::default() };
        let found = beside(folder.path(), &[1, 3, 224, 224], &project);
        assert_eq!((found.preprocess.mean, found.notes.len()), (None, 0));
    }

    #[test]
    fn teachable_machine_numbers_its_labels() {
        let folder = folder(&[("labels.txt", "0 Class 1\n1 Class 2\n")]);
        let found = beside(folder.path(), &[1, 224, 224, 3], &Preprocess::default());
        assert_eq!(found.classes.clone().unwrap().0, ["Class 1", "Class 2"]);
        assert_eq!(found.preprocess.resize, Some(Resize::Fit));
        assert_eq!(found.preprocess.mean, Some(vec![0.5]));
    }

    #[test]
    fn names_that_transformers_made_up_are_none() {
        let config = r#"{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#;
        let folder = folder(&[("config.json", config)]);
        assert_eq!(beside(folder.path(), &[1, 9], &Preprocess::default()).classes, None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn mangled_files_never_panic(
        cut in 0_usize..400,
        put in "[\\[\\]{}\":,0-9a-z.-]{0,4}",
        which in 0_usize..31,
    ) {
        let models: Vec<PathBuf> =
            std::fs::read_dir(fixture("models")).unwrap().map(|e| e.unwrap().path()).collect();
        let folder = tempfile::tempdir().unwrap();
        for file in ["preprocessor_config.json", "config.json"] {
            let Ok(mut text) = std::fs::read_to_string(models[which % models.len()].join(file)) else {
                continue;
            };
            let at = cut.min(text.len());
            text.replace_range(at..(at + 3).min(text.len()), &put);
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        let found = beside(folder.path(), &[1, 3, 20, 20], &Preprocess::default());
        if let Ok(preparer) = Preparer::new(&port(&[1, 3, 20, 20]), &found.preprocess) {
            let picture = image::DynamicImage::new_rgb8(31, 7);
            let _ = preparer.prepare(&picture, &mut Resizer::new());
        }
    }
}
