use super::*;
use crate::scoring::input::{Filter, Order, Resize};
use crate::scoring::{Medium, Model, Sample, Settings};
use proptest::prelude::*;
use std::path::Path;

/// A model that is sure of what it sees: class and sureness depend on every setting that is wrong.
fn modelled(wanted: &Preprocess, settings: &Preprocess, example: usize) -> Vec<f32> {
    let wrong = trials::lines(wanted, settings).len();
    let mut row = [0.02; 5];
    // no matter of the order of classes
    row[(example * 7 + example * example * wrong) % 5] = 0.92 - 0.1 * wrong.min(5) as f32;
    let sum: f32 = row.iter().sum();
    row.iter().map(|v| v / sum).collect()
}

fn rows(wanted: &Preprocess, settings: &Preprocess, count: usize) -> Vec<Vec<f32>> {
    (0..count).map(|example| modelled(wanted, settings, example)).collect()
}

#[test]
fn examples_agree_where_their_probabilities_are_near() {
    let ours = [vec![0.9, 0.1], vec![0.49, 0.51], vec![0.9, 0.1], vec![1.0]];
    let theirs = [vec![0.85, 0.15], vec![0.51, 0.49], vec![0.7, 0.3], vec![0.5, 0.5]];
    let agreement = Agreement::of(&ours, &theirs);
    assert_eq!((agreement.agree, agreement.of), (2, 4), "a near tie may tip over");
    assert!((agreement.distance - (0.05 + 0.02 + 0.2 + 1.0) / 4.0).abs() < 1e-6);
    assert!(!agreement.is_enough());
    assert!(Agreement::of(&ours[..2], &theirs[..2]).is_enough());
    let broken = Agreement::of(&[vec![f32::NAN, 0.5]], &[vec![0.5, 0.5]]);
    assert_eq!((broken.agree, broken.distance), (0, 1.0));
}

#[test]
fn a_wrong_setting_is_found_and_its_line_told() {
    let wanted = Preprocess { order: Some(Order::Bgr), ..Preprocess::default() };
    let theirs = rows(&wanted, &wanted, 32);
    let mut score = |settings: &Preprocess, count| Some(rows(&wanted, settings, count));
    let reason = likeliest(&Preprocess::default(), &theirs, &mut score).unwrap();
    assert_eq!(reason.lines, ["order = \"bgr\""]);
    assert_eq!(reason.what, "with order = \"bgr\" in [preprocess]");
    assert!(reason.agreement.is_enough());
}

#[test]
fn two_wrong_settings_are_found_one_after_the_other() {
    let wanted = Preprocess {
        order: Some(Order::Bgr),
        resize: Some(Resize::LongSidePad),
        ..Preprocess::default()
    };
    let theirs = vec![vec![1.0, 0.0]; 32];
    let mut score = |settings: &Preprocess, count: usize| {
        let wrong = trials::lines(&wanted, settings).len() as f32;
        Some(vec![vec![1.0 - wrong / 4.0, wrong / 4.0]; count])
    };
    let reason = likeliest(&Preprocess::default(), &theirs, &mut score).unwrap();
    assert_eq!(reason.lines, ["order = \"bgr\"", "resize = \"long_side_pad\""]);
}

#[test]
fn settings_that_a_model_can_not_take_are_passed_over() {
    let wanted = Preprocess { resize: Some(Resize::LongSidePad), ..Preprocess::default() };
    let theirs = rows(&wanted, &wanted, 32);
    let mut score = |settings: &Preprocess, count| {
        settings.order.is_none().then(|| rows(&wanted, settings, count))
    };
    let reason = likeliest(&Preprocess::default(), &theirs, &mut score).unwrap();
    assert_eq!(reason.lines, ["resize = \"long_side_pad\""]);
}

fn softmax(row: &[f32]) -> Vec<f32> {
    let powers: Vec<f32> = row.iter().map(|v| v.exp()).collect();
    powers.iter().map(|power| power / powers.iter().sum::<f32>()).collect()
}

#[test]
fn a_softmax_too_many_is_found_on_either_side() {
    let plain = Preprocess::default();
    let once = rows(&plain, &plain, 32);
    let twice: Vec<Vec<f32>> = once.iter().map(|row| softmax(row)).collect();
    let mut score = |_: &Preprocess, count: usize| Some(once[..count].to_vec());
    let reason = likeliest(&plain, &twice, &mut score).unwrap();
    assert!(reason.what.contains("imported probabilities went through a softmax twice"));
    let mut score = |_: &Preprocess, count: usize| Some(twice[..count].to_vec());
    let reason = likeliest(&plain, &once, &mut score).unwrap();
    assert!(reason.what.contains("a softmax is applied to them once more"), "{}", reason.what);
}

#[test]
fn classes_in_another_order_are_found() {
    let plain = Preprocess::default();
    let ours = rows(&plain, &plain, 32);
    let theirs: Vec<Vec<f32>> =
        ours.iter().map(|row| [3, 0, 4, 1, 2].map(|from: usize| row[from]).to_vec()).collect();
    let mut score = |_: &Preprocess, count: usize| Some(ours[..count].to_vec());
    let reason = likeliest(&plain, &theirs, &mut score).unwrap();
    assert!(reason.what.contains("classes in another order"), "{}", reason.what);
    assert_eq!((reason.agreement.agree, reason.lines.len()), (32, 0));
    // five examples of five classes can be matched to anything
    assert_eq!(in_their_order(&ours[..5], &theirs[..5]), None);
}

#[test]
fn where_nothing_helps_no_reason_is_made_up() {
    let plain = Preprocess::default();
    let ours = rows(&plain, &plain, 32);
    let theirs: Vec<Vec<f32>> = (0..32).map(|i| modelled(&plain, &plain, i * i / 3)).collect();
    let mut score = |_: &Preprocess, count: usize| Some(ours[..count].to_vec());
    assert_eq!(likeliest(&plain, &theirs, &mut score), None);
    assert_eq!(likeliest(&plain, &theirs, &mut |_, _| None), None);
}

#[test]
fn each_change_is_another_and_only_one() {
    let given = Preprocess { filter: Some(Filter::Bilinear), ..Preprocess::default() };
    let changes = trials::changes(&given);
    for (at, change) in changes.iter().enumerate() {
        assert!(*change != given && !changes[..at].contains(change), "{change:?}");
    }
    assert_eq!(trials::lines(&given, &Preprocess::default()), ["no filter"]);
}

#[test]
fn a_models_pictures_are_tried_in_other_ways() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models");
    let load = |preprocess: Preprocess| {
        let classes = ["red", "green", "blue"].map(str::to_owned).to_vec();
        let settings = Settings::new(Medium::Picture, preprocess, classes);
        Model::load(&folder.join("nhwc_softmax.onnx"), &settings).unwrap()
    };
    let picture = |at: usize| {
        let level = |c: usize| ((at * 37 + c * 101) % 256) as u8;
        let pixel = image::Rgb([level(0), level(1), level(2)]);
        Sample::Picture(image::RgbImage::from_pixel(9, 5, pixel).into())
    };
    let wanted = Preprocess { order: Some(Order::Bgr), ..Preprocess::default() };
    let mut theirs = load(wanted).scorer().map(|mut scorer| {
        (0..32).map(|at| scorer.score(&picture(at)).unwrap().probs).collect::<Vec<_>>()
    });
    let theirs = theirs.as_mut().unwrap();
    let ours = load(Preprocess::default());
    let reason = ours.reason_to_differ(&|at, _| Some(picture(at)), theirs).unwrap();
    // three classes that are red, green and blue: both are the same here
    assert!(reason.lines == ["order = \"bgr\""] || reason.what.contains("another order"));
    assert!(reason.agreement.is_enough(), "{reason:?}");
    assert_eq!(ours.reason_to_differ(&|_, _| None, theirs), None);
}

proptest! {
    #[test]
    fn any_rows_are_compared(
        ours in prop::collection::vec(prop::collection::vec(any::<f32>(), 0..4), 0..9),
        theirs in prop::collection::vec(prop::collection::vec(0_f32..1.0, 0..4), 0..9),
    ) {
        let agreement = Agreement::of(&ours, &theirs);
        prop_assert!(agreement.agree <= agreement.of);
        prop_assert!((0.0..=1.0).contains(&agreement.distance));
        let mut score = |_: &Preprocess, _| Some(ours.clone());
        let _ = likeliest(&Preprocess::default(), &theirs, &mut score);
    }
}
