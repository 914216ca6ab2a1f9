//! "blurry" is given to the blurred ones of the first 60 errors; is it suggested for the others, from their
//! pixels alone? The errors are those of the sample's run, in random order.

use super::sample::sample;
use gaffe::analysis::argmax;
use gaffe::analysis::suggest::{Decided, NEIGHBOURS, What, suggest};
use gaffe::dataset::{TagId, stable_hash};

const CLASSES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];
const BLURRY: &[TagId] = &[TagId(0)];

/// The prediction of each example of the sample's run.
fn predictions() -> Vec<u32> {
    let probs: ndarray::Array2<f32> =
        ndarray_npy::read_npy("sample_data/fashion/runs/v1/dev.npy").unwrap();
    probs.outer_iter().map(|row| argmax(&row.to_vec())).collect()
}

#[test]
fn blur_is_suggested_for_blurred_pictures() {
    let predictions = predictions();
    let sample = sample(|row, label| CLASSES[predictions[row] as usize] != label);
    let mut errors: Vec<usize> = (0..sample.ids.len()).collect();
    errors.sort_by_key(|&i| stable_hash(sample.ids[i].bytes()));
    let (first, others) = errors.split_at(60);
    let decided: Vec<Decided> = first
        .iter()
        .map(|&i| {
            let tags = if sample.blurry[i] { BLURRY } else { &[] };
            Decided { vector: sample.vectors.row(i), tags, label: None }
        })
        .collect();
    let suggested: Vec<usize> = others
        .iter()
        .copied()
        .filter(|&i| {
            let found = suggest(sample.vectors.row(i), &decided, NEIGHBOURS);
            found.first().is_some_and(|s| s.what == What::Tag(BLURRY[0]))
        })
        .collect();
    let blurry = |of: &[usize]| of.iter().filter(|&&i| sample.blurry[i]).count() as f64;
    let base = blurry(others) / others.len() as f64;
    let precision = blurry(&suggested) / suggested.len() as f64;
    let recall = blurry(&suggested) / blurry(others);
    println!("base rate {base:.3}, precision {precision:.3}, recall {recall:.3}");
    assert!(precision > 0.9 && base < 0.5, "precision {precision}, base rate {base}");
    assert!(recall > 0.7, "{recall}");
}
