//! Label issues: the pass over the probabilities, and the filters. Needs no files.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use gaffe::analysis::Labelled;
use gaffe::analysis::label_issues::{ConfidentLearning, FilterBy, Options};
use gaffe::dataset::Matrix;
use rand::{RngExt, SeedableRng};

/// Labels drawn evenly; the label is the most probable class four times in five.
fn sample(rows: usize, classes: usize) -> (Matrix, Vec<u32>) {
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(1);
    let mut draw = || random.random_range(0..classes as u32);
    let labels: Vec<u32> = (0..rows).map(|_| draw()).collect();
    let tops: Vec<u32> = labels.iter().map(|&l| if draw() % 5 == 0 { draw() } else { l }).collect();
    let mut values = Vec::with_capacity(rows * classes);
    for top in tops {
        let first = values.len();
        values.extend((0..classes).map(|_| random.random_range(0.0..1.0_f32)));
        values[first + top as usize] += classes as f32 * random.random_range(0.1..2.0_f32);
        let sum: f32 = values[first..].iter().sum();
        values[first..].iter_mut().for_each(|p| *p /= sum);
    }
    (Matrix::new(values, rows, classes).unwrap(), labels)
}

fn label_issues(c: &mut Criterion) {
    let mut group = c.benchmark_group("label_issues");
    group.sample_size(10);
    for (rows, classes) in [(100_000, 10), (10_000, 1000)] {
        let (probs, labels) = sample(rows, classes);
        let data = Labelled::new(&probs, &labels).unwrap();
        group.bench_function(format!("joint {rows} x {classes}"), |b| {
            b.iter(|| ConfidentLearning::new(data));
        });
        let found = ConfidentLearning::new(data);
        for filter_by in FilterBy::ALL {
            let options = Options { filter_by, ..Options::default() };
            group.bench_function(format!("{} {rows} x {classes}", filter_by.name()), |b| {
                b.iter(|| found.find(&options));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, label_issues);
criterion_main!(benches);
