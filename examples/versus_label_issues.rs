//! Times `prune_by_noise_rate` for `bench/label_issues.py`: `PROBS.npy LABELS.npy REPEATS`. Reading
//! the files is not timed. Prints JSON: seconds of each repeat, number of flags, the largest
//! memory of the process, and its memory before the first repeat.

use gaffe::analysis::Labelled;
use gaffe::analysis::label_issues::{ConfidentLearning, Options};
use gaffe::dataset::Matrix;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [probs, labels, repeats] = args.as_slice() else {
        return Err("arguments: PROBS.npy (float32) LABELS.npy (uint32) REPEATS".into());
    };
    let probs: ndarray::Array2<f32> = ndarray_npy::read_npy(probs)?;
    let labels: ndarray::Array1<u32> = ndarray_npy::read_npy(labels)?;
    let (rows, cols) = probs.dim();
    let probs = Matrix::new(probs.into_raw_vec_and_offset().0, rows, cols)?;
    let labels = labels.into_raw_vec_and_offset().0;

    let before = memory_kb("VmRSS:")?;
    let (mut seconds, mut flags) = (Vec::new(), 0);
    for _ in 0..repeats.parse()? {
        let start = Instant::now();
        let data = Labelled::new(&probs, &labels)?;
        let found = ConfidentLearning::new(data).find(&Options::default())?;
        seconds.push(start.elapsed().as_secs_f64());
        flags = found.issues.len();
    }
    let peak = memory_kb("VmHWM:")?;
    let result = serde_json::json!({
        "seconds": seconds, "flags": flags, "peak_rss_kb": peak, "rss_before_kb": before,
    });
    writeln!(io::stdout(), "{result}")?;
    Ok(())
}

/// A figure of this process, in kB; 0 where there is no such file.
fn memory_kb(name: &str) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    Ok(line.map_or(Ok(0), |rest| rest.trim_end_matches("kB").trim().parse())?)
}
