//! Scores and calibration at the sizes that the program is made for.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use gaffe::analysis::calibration::{BINS, Bins, class_confidence, temperature, tops};
use gaffe::analysis::{Confusion, Labelled, REPLICATES, ScoreSums, bootstrap};
use gaffe::dataset::Matrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::hint::black_box;

/// Labels, and predictions that are right four times in five.
fn columns(rows: usize, classes: u32) -> (Vec<u32>, Vec<u32>) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let one = |_| {
        let label = random.random_range(0..classes);
        let right = random.random_range(0..5) > 0;
        (label, if right { label } else { random.random_range(0..classes) })
    };
    (0..rows).map(one).unzip()
}

/// Softmax of uniform logits with the label's raised.
fn run(rows: usize, classes: usize) -> (Matrix<f32>, Vec<u32>) {
    let mut random = Pcg64Mcg::seed_from_u64(2);
    let labels: Vec<u32> = (0..rows).map(|_| random.random_range(0..classes as u32)).collect();
    let mut values = Vec::with_capacity(rows * classes);
    for &label in &labels {
        let raised = 4.0 + 8.0 * random.random::<f32>();
        let logit = |k| 6.0 * random.random::<f32>() + if k == label { raised } else { 0.0 };
        let weights: Vec<f32> = (0..classes as u32).map(logit).map(f32::exp).collect();
        let sum: f32 = weights.iter().sum();
        values.extend(weights.iter().map(|w| w / sum));
    }
    (Matrix::new(values, rows, classes).unwrap(), labels)
}

fn of_predictions(c: &mut Criterion) {
    for classes in [10, 1000] {
        let (labels, predictions) = columns(1_000_000, classes);
        let count = || Confusion::count(&labels, &predictions, classes as usize).unwrap();
        let confusion = count();
        let mut group = c.benchmark_group(format!("1,000,000 rows, {classes} classes"));
        group.sample_size(10);
        group.bench_function("confusion", |b| b.iter(count));
        group.bench_function("report by class", |b| {
            b.iter(|| (confusion.by_class(), confusion.averages()));
        });
        group.bench_function("worst 20 pairs", |b| b.iter(|| confusion.worst_pairs(20)));
        group.bench_function("bootstrap", |b| b.iter(|| bootstrap(&confusion, REPLICATES, 1)));
    }
}

fn of_probabilities(c: &mut Criterion) {
    for (rows, classes) in [(1_000_000, 10), (50_000, 1000)] {
        let (probs, labels) = run(rows, classes);
        let data = Labelled::new(&probs, &labels).unwrap();
        let all = tops(data);
        let mut group = c.benchmark_group(format!("{rows} × {classes}"));
        group.sample_size(10);
        group.bench_function("scores", |b| b.iter(|| ScoreSums::of(data, &[1, 3, 5])));
        group.bench_function("tops", |b| b.iter(|| tops(data)));
        group.bench_function("bins, classes", |b| {
            b.iter(|| (Bins::equal_width(&all, BINS).error(), class_confidence(&all, classes)));
        });
        group.bench_function("equal mass", |b| b.iter(|| Bins::equal_mass(&all, BINS)));
        group.bench_function("temperature", |b| b.iter(|| black_box(temperature(data, BINS))));
    }
}

criterion_group!(benches, of_predictions, of_probabilities);
criterion_main!(benches);
