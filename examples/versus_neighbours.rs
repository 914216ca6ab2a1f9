//! Finds nearest neighbours and times it, for `bench/neighbours.py`: `versus_neighbours VECTORS.npy OUT.npy K REPEATS
//! [approximate]` (f32, N×D). Writes the rows of the K nearest of each row among the others (u32, N×K) and prints JSON:
//! a list of seconds for each distance, file read beforehand, the largest memory of the process beyond that of
//! the vectors, and the recall that the last approximate search told.

use gaffe::analysis::neighbours::{Distance, Points, among_within};
use gaffe::dataset::Matrix;
use ndarray::Array2;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (arguments, budget) = match arguments.as_slice() {
        [first @ .., last] if last == "approximate" => (first, 0),
        all => (all, u64::MAX),
    };
    let [vectors, out, k, repeats] = arguments else {
        return Err("VECTORS.npy OUT.npy K REPEATS [approximate] expected".into());
    };
    let values: Array2<f32> = ndarray_npy::read_npy(vectors)?;
    let (rows, dims) = values.dim();
    let table = Matrix::new(values.into_raw_vec_and_offset().0, rows, dims)?;
    let all: Vec<u32> = (0..rows as u32).collect();
    let before = memory_kb("VmRSS:")?;
    let (mut seconds, mut recall) = ([Vec::new(), Vec::new()], None);
    for _ in 0..repeats.parse()? {
        for (distance, seconds) in [Distance::Cosine, Distance::Euclidean].iter().zip(&mut seconds)
        {
            let start = Instant::now();
            let points = Points::of(&table, &all, *distance);
            let found =
                among_within(budget, &points, k.parse()?, &mut |_| true).ok_or("stopped")?;
            seconds.push(start.elapsed().as_secs_f64());
            recall = found.recall();
            let ids = found.all().iter().map(|near| near.id).collect();
            ndarray_npy::write_npy(out, &Array2::from_shape_vec((rows, found.count()), ids)?)?;
        }
    }
    let [cosine, euclidean] = seconds;
    let beyond = memory_kb("VmHWM:")?.saturating_sub(before);
    let told = serde_json::json!({
        "cosine": cosine, "euclidean": euclidean, "beyond_kb": beyond, "recall": recall,
    });
    writeln!(io::stdout(), "{told}")?;
    Ok(())
}

/// A figure of this process, in kB; 0 where there is no such file.
fn memory_kb(name: &str) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    Ok(line.map_or(Ok(0), |rest| rest.trim_end_matches("kB").trim().parse())?)
}
