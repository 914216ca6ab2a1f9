//! Searches slices for `bench/slices.py`, which compares them, the time and the memory with the Python
//! implementation: `versus_slices FEATURES.npy ERRORS.npy [key=value ...]`, N×F u32 codes and N f64 losses.
#![allow(clippy::print_stdout)]

use gaffe::analysis::slices::{Feature, FeatureValue, Features, SearchOptions, Slice, search};
use ndarray::{Array1, Array2};
use serde_json::{Value, json};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (codes, errors) = (args.next().ok_or("no features")?, args.next().ok_or("no errors")?);
    let (mut options, mut repeat) = (SearchOptions::default(), 5);
    for arg in args {
        let (key, value) = arg.split_once('=').ok_or("key=value expected")?;
        match key {
            "alpha" => options.alpha = value.parse()?,
            "top" => options.top = value.parse()?,
            "conditions" => options.conditions = value.parse()?,
            "min_support" => options.min_support = Some(value.parse()?),
            "repeat" => repeat = value.parse()?,
            _ => return Err(format!("{key} is not known").into()),
        }
    }
    let codes: Array2<u32> = ndarray_npy::read_npy(codes)?;
    let errors: Array1<f64> = ndarray_npy::read_npy(errors)?;
    let (mut seconds, mut slices) = (vec![], vec![]);
    for _ in 0..repeat {
        // Encoding is a part of it, as in the reference.
        let start = Instant::now();
        let features = encode(&codes)?;
        let found = search(&features, &errors.to_vec(), &options)?;
        seconds.push(start.elapsed().as_secs_f64());
        slices = found.iter().map(|slice| shown(&features, slice)).collect();
    }
    let result = json!({ "seconds": seconds, "peak_rss_kb": peak_rss_kb(), "slices": slices });
    println!("{result}");
    Ok(())
}

fn encode(codes: &Array2<u32>) -> Result<Features, Box<dyn Error>> {
    let mut all = Features::new(codes.nrows());
    for (index, column) in codes.columns().into_iter().enumerate() {
        let column = column.to_vec();
        let most = column.iter().max().copied().unwrap_or(0);
        let values = (0..=most).map(|v| FeatureValue::exactly(v.to_string())).collect();
        all.push(Feature::new(index.to_string(), values, &column, 1))?;
    }
    Ok(all)
}

/// Conditions as pairs of column and code, score, size and sum of losses.
fn shown(features: &Features, slice: &Slice) -> Value {
    let pair = |c: &gaffe::analysis::slices::Condition| {
        let feature = features.list().get(c.feature)?;
        Some(json!([feature.name(), feature.values().get(c.value)?.label]))
    };
    let conditions: Vec<Value> = slice.conditions.iter().filter_map(pair).collect();
    json!([conditions, slice.score, slice.size, slice.loss])
}

/// The most memory this process has held, where Linux says so.
fn peak_rss_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
