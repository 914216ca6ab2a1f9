//! Lays vectors out and times it, for `bench/map.py`: `versus_map VECTORS.npy OUT REPEATS` (f32, N×D) writes
//! OUT-axes.npy and OUT-layout.npy (f32, N×2) and prints JSON with lists of seconds for the principal axes and for the
//! neighbour layout from them on, file read beforehand. Without REPEATS the layout is left out.
#![allow(clippy::print_stdout)]

use gaffe::analysis::map::{Cloud, LayoutOptions, NeighbourLayout, Point, principal_axes};
use gaffe::dataset::Matrix;
use ndarray::Array2;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (vectors, out, repeats) = match arguments.as_slice() {
        [vectors, out] => (vectors, out, 0),
        [vectors, out, repeats] => (vectors, out, repeats.parse()?),
        _ => return Err("VECTORS.npy OUT [REPEATS] expected".into()),
    };
    let values: Array2<f32> = ndarray_npy::read_npy(vectors)?;
    let (rows, dims) = values.dim();
    let matrix = Matrix::new(values.into_raw_vec_and_offset().0, rows, dims)?;
    let all: Vec<u32> = (0..rows as u32).collect();
    let cloud = Cloud::new(&matrix, &all, rows, 0);
    let (mut axes, mut layout) = (Vec::new(), Vec::new());
    let mut principal = principal_axes(&cloud);
    for _ in 0..5 {
        let start = Instant::now();
        principal = black_box(principal_axes(&cloud));
        axes.push(start.elapsed().as_secs_f64());
    }
    write(&format!("{out}-axes.npy"), &principal.points)?;
    for _ in 0..repeats {
        let start = Instant::now();
        let options = LayoutOptions::default();
        let made = NeighbourLayout::new(&cloud, &principal.points, &options, &mut |_| true);
        let mut made = made.ok_or("stopped")?;
        made.run(&mut |_, _, _| true);
        layout.push(start.elapsed().as_secs_f64());
        write(&format!("{out}-layout.npy"), made.points())?;
    }
    let explained = principal.explained;
    println!("{}", serde_json::json!({ "axes": axes, "layout": layout, "explained": explained }));
    Ok(())
}

fn write(path: &str, points: &[Point]) -> Result<(), Box<dyn Error>> {
    let values = Array2::from_shape_vec((points.len(), 2), points.concat())?;
    Ok(ndarray_npy::write_npy(path, &values)?)
}
