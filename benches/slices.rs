//! Slices at the sizes that the program is made for.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use gaffe::analysis::slices::{
    ByValue, Condition, Encoding, Feature, Features, SearchOptions, confirm, search,
};
use gaffe::dataset::{Column, TextColumn};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::hint::black_box;

/// Columns of 10 random values, and 10 % errors; 90 % where the first two columns have their first value.
fn drawn(rows: usize, columns: usize) -> (Features, Vec<Option<bool>>) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut features = Features::new(rows);
    for column in 0..columns {
        let codes: Vec<u32> = (0..rows).map(|_| random.random_range(0..10)).collect();
        features.push(Feature::of_classes(column.to_string(), &names, &codes, 1)).unwrap();
    }
    let bad = [0, 1].map(|feature| Condition { feature, value: 0 });
    let rate = |row| if features.holds(&bad, row) { 0.9 } else { 0.1 };
    let errors = (0..rows).map(|row| Some(random.random::<f64>() < rate(row))).collect();
    (features, errors)
}

fn of_search(c: &mut Criterion) {
    for (rows, columns) in [(2_000, 10), (50_000, 30), (1_000_000, 30)] {
        let (features, errors) = drawn(rows, columns);
        let losses: Vec<f64> =
            errors.iter().map(|e| f64::from(u8::from(*e == Some(true)))).collect();
        let half: Vec<bool> = (0..rows).map(|row| row % 2 == 0).collect();
        let options = SearchOptions::default();
        let mut group = c.benchmark_group(format!("{rows} rows, {columns} columns of 10 values"));
        group.sample_size(10);
        group
            .bench_function("search", |b| b.iter(|| search(&features, &losses, &options).unwrap()));
        group.bench_function("confirm", |b| {
            b.iter(|| confirm(&features, &errors, &half, &options).unwrap());
        });
        group.bench_function("by value", |b| b.iter(|| ByValue::new(&features, &errors).unwrap()));
        let mut counts = ByValue::new(&features, &errors).unwrap();
        group.bench_function("lines by value", |b| b.iter(|| counts.lines(&features)));
        group.bench_function("one relabel", |b| {
            b.iter(|| {
                counts.moved(&features, black_box(7), true, false);
                counts.moved(&features, black_box(7), false, true);
            });
        });
    }
}

fn of_columns(c: &mut Criterion) {
    let mut random = Pcg64Mcg::seed_from_u64(2);
    let mut column = |name: &str, cell: &mut dyn FnMut(&mut Pcg64Mcg) -> String| {
        let mut cells = TextColumn::default();
        for _ in 0..1_000_000 {
            cells.push(&cell(&mut random)).unwrap();
        }
        Column::new(name.to_owned(), cells)
    };
    let columns = [
        column("words", &mut |r| format!("value {}", r.random_range(0..20))),
        column("ids", &mut |r| format!("id {}", r.random::<u64>())),
        column("numbers", &mut |r| r.random::<f64>().to_string()),
    ];
    let mut group = c.benchmark_group("encode 1,000,000 rows");
    group.sample_size(10);
    for column in &columns {
        let one = std::slice::from_ref(column);
        group.bench_function(&column.name, |b| {
            b.iter(|| Features::of_columns(one, 1_000_000, Encoding::of_rows(1_000_000)).unwrap());
        });
    }
}

criterion_group!(benches, of_search, of_columns);
criterion_main!(benches);
