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
    assert_eq!(tensor.shape(), preparer.frame().shape());
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
        let [_, c, h, w] = preparer.frame().shape();
        let tensor = |levels: u8| {
            let levels = Cow::Owned(vec![levels; c * h * w]);
            let pixels = Pixels { levels, channels: preparer.frame().channels };
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
            println!("{:50} mean {mean:.3} most {most:.2}", case.name);
            if mean > 1.0 || most > 8.0 {
                bad.push(format!("{}: {mean:.3} levels on average, {most:.1} at most", case.name));
            }
        }
        assert!(bad.is_empty(), "{bad:#?}");
    }
}
