//! Times a model of tables for `bench/forest.py`: `versus_forest MODEL.onnx ROWS.npy THREADS REPEATS OUT.npy` (float32
//! rows) prints JSON with seconds of each repeat, model and rows read beforehand, and writes the last output.
#![allow(clippy::print_stdout)]

use gaffe::scoring::{Program, Tensor};
use ndarray::{Array2, Axis};
use std::error::Error;
use std::time::Instant;
use tract_onnx::prelude::Framework;

/// Rows that a thread takes at a time.
const BATCH: usize = 512;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, rows, threads, repeats, out] = arguments.as_slice() else {
        return Err("MODEL.onnx ROWS.npy THREADS REPEATS OUT.npy expected".into());
    };
    let model = tract_onnx::onnx().proto_model_for_path(model)?;
    let program = Program::new(model.graph.as_ref().ok_or("no graph")?, &model.opset_import)?;
    let rows: Array2<f32> = ndarray_npy::read_npy(rows)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build()?;
    let (mut seconds, mut scores) = (Vec::new(), Vec::new());
    for _ in 0..repeats.parse()? {
        let start = Instant::now();
        scores = pool.install(|| run(&program, &rows))?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    let width = scores.len() / rows.nrows().max(1);
    ndarray_npy::write_npy(out, &Array2::from_shape_vec((rows.nrows(), width), scores)?)?;
    println!("{}", serde_json::json!({ "seconds": seconds }));
    Ok(())
}

/// The last output for all rows, in their order.
fn run(program: &Program, rows: &Array2<f32>) -> Result<Vec<f32>, String> {
    use rayon::prelude::*;
    let batches: Vec<_> = rows.axis_chunks_iter(Axis(0), BATCH).collect();
    let scored = batches.into_par_iter().map(|batch| {
        let outputs = program.run(&[Tensor::F32(batch.to_owned().into_dyn())])?;
        outputs.last().and_then(Tensor::to_f32).ok_or_else(|| "no scores".to_owned())
    });
    Ok(scored.collect::<Result<Vec<_>, String>>()?.concat())
}
