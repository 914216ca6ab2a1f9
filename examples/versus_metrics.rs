//! Times the confusion matrix and the report by class on two label files, for `bench/metrics.py`:
//! `versus_metrics LABELS.npy PREDICTIONS.npy CLASSES REPEATS` (u32 files) prints JSON with a list of
//! seconds for the matrix alone and for the matrix with the report, files read beforehand.
#![allow(clippy::print_stdout)]

use gaffe::analysis::Confusion;
use ndarray::Array1;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [labels, predictions, classes, repeats] = arguments.as_slice() else {
        return Err("LABELS.npy PREDICTIONS.npy CLASSES REPEATS expected".into());
    };
    let labels: Array1<u32> = ndarray_npy::read_npy(labels)?;
    let predictions: Array1<u32> = ndarray_npy::read_npy(predictions)?;
    let (labels, predictions) = (labels.to_vec(), predictions.to_vec());
    let (classes, repeats): (usize, usize) = (classes.parse()?, repeats.parse()?);
    let (mut matrix, mut report) = (Vec::new(), Vec::new());
    let mut macro_f1 = None;
    for _ in 0..repeats {
        let start = Instant::now();
        let confusion = black_box(Confusion::count(&labels, &predictions, classes)?);
        matrix.push(start.elapsed().as_secs_f64());
        black_box(confusion.by_class());
        macro_f1 = black_box(confusion.averages()).map(|a| a.macro_average.f1);
        report.push(start.elapsed().as_secs_f64());
    }
    let out = serde_json::json!({ "matrix": matrix, "report": report, "macro_f1": macro_f1 });
    println!("{out}");
    Ok(())
}
