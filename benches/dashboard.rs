//! What a relabel costs at a million examples: every figure of the run, and the tally.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use gaffe::analysis::slices::{Feature, FeatureValue, Features};
use gaffe::analysis::{Dashboard, Labelled, Population, Reviewed, TallyCounts};
use gaffe::dataset::{Matrix, TagId, Verdict};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const ROWS: usize = 1_000_000;

/// Uniform logits through a softmax; the label is the top class or any.
fn run(classes: usize) -> (Matrix<f32>, Vec<u32>) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut values = Vec::with_capacity(ROWS * classes);
    for _ in 0..ROWS {
        let weights: Vec<f32> =
            (0..classes).map(|_| (8.0 * random.random::<f32>()).exp()).collect();
        let sum: f32 = weights.iter().sum();
        values.extend(weights.iter().map(|w| w / sum));
    }
    let labels = (0..ROWS).map(|_| random.random_range(0..classes as u32)).collect();
    (Matrix::new(values, ROWS, classes).unwrap(), labels)
}

/// 20 columns of 6 values.
fn features() -> Features {
    let mut random = Pcg64Mcg::seed_from_u64(2);
    let mut features = Features::new(ROWS);
    for column in 0..20 {
        let rows: Vec<u32> = (0..ROWS).map(|_| random.random_range(0..6)).collect();
        let values = (0..6).map(|v| FeatureValue::exactly(v.to_string())).collect();
        features.push(Feature::new(format!("c{column}"), values, &rows, 1)).unwrap();
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
    let features = features();
    let mut counts = tally();
    let population = Population { examples: ROWS, errors: 200_000, errors_after_fixes: 200_000 };
    for classes in [10, 100] {
        let (probs, labels) = run(classes);
        let data = Labelled::new(&probs, &labels).unwrap();
        let mut dashboard = Dashboard::new(data, &features).unwrap();
        let mut group = c.benchmark_group(format!("1,000,000 × {classes}"));
        group.sample_size(20);
        let (mut row, mut label) = (0, 0);
        group.bench_function("dashboard after a relabel", |b| {
            b.iter(|| {
                dashboard.relabelled(&features, row, probs.row(row), (labels[row], label));
                dashboard.relabelled(&features, row, probs.row(row), (label, labels[row]));
                counts.add(&reviewed(&[TagId(3)]));
                counts.remove(&reviewed(&[TagId(3)]));
                row = (row + 7919) % ROWS;
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
