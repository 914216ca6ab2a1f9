use super::super::{Crop, Order, Resize};
use super::*;
use crate::media::{decode, decode_upright};
use crate::scoring::tensor::Kind;
use image::{GrayImage, RgbImage};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn open(name: &str) -> DynamicImage {
    decode(&fixture(name)).unwrap()
}

fn port(dims: &[usize], kind: Kind) -> Port {
    Port { name: "pixels".into(), kind, dims: dims.iter().map(|&d| Some(d)).collect() }
}

fn preparer(dims: &[usize], preprocess: &Preprocess) -> Preparer {
    Preparer::new(&port(dims, Kind::F32), preprocess).unwrap()
}

fn values(preparer: &Preparer, image: &DynamicImage) -> Vec<f32> {
    let tensor = preparer.prepare(image, &mut fir::Resizer::new()).unwrap();
    assert_eq!(tensor.shape(), preparer.frame.shape());
    tensor.to_f32().unwrap()
}

/// As the model sees it, in levels from 0 to 255.
fn levels(image: &DynamicImage, dims: &[usize]) -> Vec<f32> {
    let raw = Preprocess { rescale: Some(1.0), ..Preprocess::default() };
    values(&preparer(dims, &raw), image)
}

/// Mean and greatest distance.
fn distance(ours: &[f32], theirs: &[f32]) -> (f64, f64) {
    assert_eq!(ours.len(), theirs.len());
    let each = ours.iter().zip(theirs).map(|(a, b)| f64::from((a - b).abs()));
    let (sum, most) = each.fold((0.0, 0.0_f64), |(sum, most), d| (sum + d, most.max(d)));
    (sum / ours.len() as f64, most)
}

mod references {
    use super::*;
    use crate::scoring::tensor::Tensor;
    use half::f16;

    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        picture: String,
        dims: Vec<usize>,
        kind: String,
        start: usize,
        #[serde(default)]
        preprocess: Option<Preprocess>,
    }

    fn cases() -> Vec<Case> {
        let text = std::fs::read(fixture("preprocess/cases.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    fn expected() -> Vec<f32> {
        let bytes = std::fs::read(fixture("preprocess/expected.npy")).unwrap();
        let values = &bytes[128..];
        values.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
    }

    fn kind(name: &str) -> Kind {
        let kinds = [Kind::F32, Kind::U8, Kind::I64];
        kinds.into_iter().find(|kind| kind.name() == name).unwrap()
    }

    /// One level in the numbers of the model: 1/255 of what separates black from white.
    fn level(preparer: &Preparer) -> f64 {
        let [_, c, h, w] = preparer.frame.shape();
        let tensor = |levels: u8| {
            let levels = Cow::Owned(vec![levels; c * h * w]);
            let pixels = Pixels { levels, channels: preparer.frame.channels };
            preparer.levels.tensor(&pixels).as_ref().and_then(Tensor::to_f32).unwrap()
        };
        distance(&tensor(255), &tensor(0)).0 / 255.0
    }

    #[test]
    fn pictures_are_prepared_as_the_tools_do() {
        let expected = expected();
        let mut bad = Vec::new();
        for case in cases() {
            let Some(preprocess) = case.preprocess else { continue };
            let port = port(&case.dims, kind(&case.kind));
            let preparer = Preparer::new(&port, &preprocess).unwrap();
            let path = fixture("preprocess").join(&case.picture);
            let image = if preparer.exif() { decode_upright(&path) } else { decode(&path) };
            let ours = values(&preparer, &image.unwrap());
            let theirs = &expected[case.start..][..ours.len()];
            let (mean, most) = distance(&ours, theirs);
            let (mean, most) = (mean / level(&preparer), most / level(&preparer));
            // a box filter has ties, where the neighbour is as near
            if mean > 0.5 || most > 8.0 {
                bad.push(format!("{}: {mean:.3} levels on average, {most:.1} at most", case.name));
            }
        }
        assert!(bad.is_empty(), "{bad:#?}");
    }
}

mod shapes {
    use super::*;

    #[test]
    fn the_axis_that_is_one_or_three_long_is_the_channels() {
        let frame = |dims: [Option<usize>; 4], preprocess: &Preprocess| {
            let port = Port { name: "x".into(), kind: Kind::F32, dims: dims.to_vec() };
            Frame::new(&port, preprocess).map(|frame| (frame.layout, frame.channels))
        };
        let none = Preprocess { size: Some([4, 6]), ..Preprocess::default() };
        let grey = Preprocess { channels: Some(1), ..none.clone() };
        let last = Preprocess { layout: Some(Layout::Nhwc), ..none.clone() };
        let (n, c) = (Some(1), Some(3));
        assert_eq!(frame([n, c, Some(4), Some(6)], &none).unwrap(), (Layout::Nchw, 3));
        assert_eq!(frame([n, Some(4), Some(6), c], &none).unwrap(), (Layout::Nhwc, 3));
        assert_eq!(frame([None; 4], &grey).unwrap(), (Layout::Nchw, 1));
        assert_eq!(frame([None, None, None, c], &none).unwrap(), (Layout::Nhwc, 3));
        let three = Preprocess { channels: Some(3), ..last };
        assert_eq!(frame([None; 4], &three).unwrap(), (Layout::Nhwc, 3));
        assert!(matches!(frame([None; 4], &none), Err(ModelProblem::ChannelsOpen)));
        let odd = frame([n, Some(4), Some(6), Some(5)], &none).unwrap_err().to_string();
        assert!(odd.contains("shape [1, 4, 6, 5]"), "{odd}");
    }

    #[test]
    fn settings_that_make_no_sense() {
        let refused = |toml: &str| {
            let preprocess = toml::from_str(toml).unwrap();
            Preparer::new(&port(&[1, 3, 4, 6], Kind::F32), &preprocess).unwrap_err().to_string()
        };
        assert!(refused("resize_to = 9\ncrop_pct = 0.9").contains("not both"));
        assert!(refused("crop_pct = 0.0").contains("above 0"));
        assert!(refused("crop_pct = 1e-9").contains("too large"));
        assert!(refused("resize_to = 9\ncrop = \"none\"").contains("without a crop"));
        assert!(refused("fill = [1, 2]").contains("1 or 3 values"));
        assert!(refused("rescale = 0.0").contains("above 0"));
        assert!(refused("mean = [127.5]").contains("unless `rescale` is 1"));
        let open = Port { name: "x".into(), kind: Kind::F32, dims: vec![None; 4] };
        let huge =
            Preprocess { size: Some([1 << 20; 2]), channels: Some(3), ..Preprocess::default() };
        assert!(Preparer::new(&open, &huge).unwrap_err().to_string().contains("too large"));
        let text = Preparer::new(&port(&[1, 3, 4, 6], Kind::Text), &Preprocess::default());
        assert!(matches!(text, Err(ModelProblem::InputType { .. })));
    }

    #[test]
    fn a_picture_that_does_not_fit_is_an_error_of_that_example() {
        let error = |preparer: Preparer, image: DynamicImage| {
            preparer.prepare(&image, &mut fir::Resizer::new()).unwrap_err()
        };
        let empty =
            error(preparer(&[1, 3, 4, 6], &Preprocess::default()), RgbImage::new(0, 5).into());
        assert_eq!(empty, "the picture has no pixels");
        let fixed = Preprocess { resize: Some(Resize::None), ..Preprocess::default() };
        let other = error(preparer(&[1, 3, 4, 6], &fixed), RgbImage::new(4, 6).into());
        assert!(other.starts_with("the picture is 4×6, the model takes 6×4"), "{other}");
    }
}

mod values {
    use super::*;

    #[track_caller]
    fn assert_levels(ours: &[f32], theirs: &[u8], tolerance: f64) {
        let theirs: Vec<f32> = theirs.iter().map(|&v| f32::from(v)).collect();
        let (_, most) = distance(ours, &theirs);
        assert!(most <= tolerance, "{most} off");
    }

    fn interleaved(image: &DynamicImage, dims: &[usize]) -> Vec<f32> {
        let layout = Some(Layout::Nhwc);
        let raw = Preprocess { rescale: Some(1.0), layout, ..Preprocess::default() };
        values(&preparer(dims, &raw), image)
    }

    #[test]
    fn colour_becomes_grey_as_in_pillow() {
        let grey = levels(&open("models/picture.png"), &[1, 1, 53, 37]);
        assert_levels(&grey, &open("models/picture_grey.png").into_luma8(), 0.0);
    }

    #[test]
    fn grey_stays_exact_in_one_channel_and_in_three() {
        let ramp: Vec<u8> = (0..=255).collect();
        let grey = GrayImage::from_raw(16, 16, ramp.clone()).unwrap();
        let coloured = DynamicImage::ImageLuma8(grey.clone()).to_rgb8().into();
        let alpha = DynamicImage::ImageLuma8(grey.clone()).to_luma_alpha8().into();
        let deep = DynamicImage::ImageLuma8(grey.clone()).to_luma16().into();
        for image in [grey.into(), coloured, alpha, deep] {
            assert_levels(&levels(&image, &[1, 1, 16, 16]), &ramp, 0.0);
            assert_levels(&levels(&image, &[1, 3, 16, 16]), &ramp.repeat(3), 0.0);
        }
    }

    #[test]
    fn the_high_byte_of_16_bits_counts() {
        let deep =
            image::ImageBuffer::from_raw(2, 1, vec![0x01ff_u16, 0x80ff, 0xffff, 0, 0, 0x7f80]);
        let deep = DynamicImage::ImageRgb16(deep.unwrap());
        assert_levels(&interleaved(&deep, &[1, 1, 2, 3]), &[0x01, 0x80, 0xff, 0, 0, 0x7f], 0.0);
    }

    #[test]
    fn channels_are_planes_or_interleaved_red_or_blue_first() {
        let image = RgbImage::from_raw(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap().into();
        assert_levels(&levels(&image, &[1, 3, 1, 2]), &[1, 4, 2, 5, 3, 6], 0.0);
        assert_levels(&interleaved(&image, &[1, 1, 2, 3]), &[1, 2, 3, 4, 5, 6], 0.0);
        let bgr =
            Preprocess { order: Some(Order::Bgr), rescale: Some(1.0), ..Preprocess::default() };
        let planes = values(&preparer(&[1, 3, 1, 2], &bgr), &image);
        assert_levels(&planes, &[3, 6, 2, 5, 1, 4], 0.0);
    }

    #[test]
    fn what_is_missing_of_a_picture_is_filled_with_colour() {
        let image = GrayImage::from_pixel(2, 1, image::Luma([9])).into();
        let how = Preprocess {
            resize: Some(Resize::None),
            crop: Some(Crop::Center),
            fill: Some(vec![1, 2, 3]),
            rescale: Some(1.0),
            ..Preprocess::default()
        };
        let values = values(&preparer(&[1, 3, 2, 3], &how), &image);
        let plane = |v| [9, 9, v, v, v, v];
        assert_levels(&values, &[plane(1), plane(2), plane(3)].concat(), 0.0);
    }

    #[test]
    fn test_inputs_are_grey_and_cover_the_range() {
        let [grey, noise] =
            preparer(&[1, 3, 32, 32], &Preprocess::default()).test_inputs().unwrap();
        assert!(grey.to_f32().unwrap().iter().all(|&v| (v - 128.0 / 255.0).abs() < 1e-6));
        let noise = noise.to_f32().unwrap();
        let (low, high) = noise.iter().fold((1.0_f32, 0.0_f32), |(l, h), &v| (l.min(v), h.max(v)));
        assert_eq!((low, high), (0.0, 1.0));
    }
}

fn any_settings() -> impl Strategy<Value = Preprocess> {
    let resize =
        prop::sample::select(vec!["stretch", "short_side", "long_side_pad", "fit", "none"]);
    let crop = prop::sample::select(vec!["center", "center_floor"]);
    let filter =
        prop::sample::select(vec!["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]);
    (resize, crop, filter, any::<bool>(), 1_u32..40, 1_u32..40).prop_map(
        |(resize, crop, filter, antialias, h, w)| {
            let text = format!(
                "resize = \"{resize}\"\ncrop = \"{crop}\"\nfilter = \"{filter}\"\n\
                 antialias = {antialias}\nresize_to = [{h}, {w}]\nrescale = 1.0"
            );
            toml::from_str(&text).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn a_plain_picture_of_any_size_stays_plain(
        settings in any_settings(),
        (height, width) in (1_u32..70, 1_u32..70),
        (to_height, to_width) in (1_usize..40, 1_usize..40),
        extreme in any::<bool>(),
    ) {
        let settings = Preprocess { fill: Some(vec![77]), ..settings };
        let preparer = preparer(&[1, 1, to_height, to_width], &settings);
        // a line of pixels would be resized to millions of them
        let height = if extreme { height * 900 } else { height };
        let image = GrayImage::from_pixel(width, height, image::Luma([77])).into();
        let values = values(&preparer, &image);
        prop_assert_eq!(values.len(), to_height * to_width);
        prop_assert!(values.iter().all(|v| (v - 77.0).abs() <= 1.0));
    }
}
