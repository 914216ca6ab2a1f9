//! What a relabel costs at a million examples: every figure of the run, and the tally.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use gaffe::analysis::slices::{Feature, FeatureValue, Features};
use gaffe::analysis::{Dashboard, Labelled, Population, Reviewed, TallyCounts};
use gaffe::dataset::{Matrix, TagId, Verdict};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Uniform logits through a softmax; the label is the top class or any.
fn run(rows: usize, classes: usize) -> (Matrix<f32>, Vec<u32>) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut values = Vec::with_capacity(rows * classes);
    for _ in 0..rows {
        let weights: Vec<f32> =
            (0..classes).map(|_| (8.0 * random.random::<f32>()).exp()).collect();
        let sum: f32 = weights.iter().sum();
        values.extend(weights.iter().map(|w| w / sum));
    }
    let labels = (0..rows).map(|_| random.random_range(0..classes as u32)).collect();
    (Matrix::new(values, rows, classes).unwrap(), labels)
}

/// 20 columns of 6 values.
fn features(rows: usize) -> Features {
    let mut random = Pcg64Mcg::seed_from_u64(2);
    let mut features = Features::new(rows);
    for column in 0..20 {
        let codes: Vec<u32> = (0..rows).map(|_| random.random_range(0..6)).collect();
        let values = (0..6).map(|v| FeatureValue::exactly(v.to_string())).collect();
        features.push(Feature::new(format!("c{column}"), values, &codes, 1)).unwrap();
    }
    features
}

/// 100,000 reviewed errors of 30 tags, one or two each.
fn tally() -> TallyCounts {
    let mut counts = TallyCounts::default();
    for i in 0..100_000_u32 {
        let tags = [TagId((i % 30) as u16), TagId(30 + (i % 7) as u16)];
        counts.add(&reviewed(&tags[..=(i % 2) as usize]));
    }
    counts
}

fn reviewed(tags: &[TagId]) -> Reviewed<'_> {
    Reviewed { verdict: Some(Verdict::ModelWrong), tags, random: true }
}

fn relabel(c: &mut Criterion) {
    let mut counts = tally();
    // The cost does not depend on the rows: a million of 1,000 classes would only fill the memory.
    for (rows, classes) in [(1_000_000, 10), (1_000_000, 100), (20_000, 1_000)] {
        let population =
            Population { examples: rows, errors: 200_000, errors_after_fixes: 200_000 };
        let features = features(rows);
        let (probs, labels) = run(rows, classes);
        let data = Labelled::new(&probs, &labels).unwrap();
        let mut dashboard = Dashboard::new(data, &features).unwrap();
        let mut group = c.benchmark_group(format!("{rows} × {classes}"));
        group.sample_size(20);
        let (mut row, mut label) = (0, 0);
        group.bench_function("dashboard after a relabel", |b| {
            b.iter(|| {
                dashboard.relabelled(&features, row, probs.row(row), (labels[row], label));
                dashboard.relabelled(&features, row, probs.row(row), (label, labels[row]));
                counts.add(&reviewed(&[TagId(3)]));
                counts.remove(&reviewed(&[TagId(3)]));
                row = (row + 7919) % rows;
                label = (label + 1) % classes as u32;
                (dashboard.figures(&features), counts.tally(population))
            });
        });
        group.bench_function("dashboard anew", |b| {
            b.iter(|| Dashboard::new(data, &features).unwrap().figures(&features));
        });
    }
}

criterion_group!(benches, relabel);
criterion_main!(benches);
