//! Two runs with models that were measured, by hand: so numbers are the same on every machine.

use super::*;
use gaffe::project::Machine;
use ndarray::Array2;
use serde_json::json;

/// The sample with two runs; the second gets every third example right.
pub fn two_runs() -> Folder {
    let folder = Folder::sample();
    let mut probs: Array2<f32> = ndarray_npy::read_npy(folder.file("runs/v1/dev.npy")).unwrap();
    let table = folder.read("dev.csv");
    for (row, line) in table.lines().skip(1).enumerate().step_by(3) {
        let gold = line.split(',').nth(2).unwrap();
        let class = CLASSES.iter().position(|name| *name == gold).unwrap();
        probs.row_mut(row).fill(0.002);
        probs[[row, class]] = 0.982;
    }
    ndarray_npy::write_npy(folder.file("v2.npy"), &probs).unwrap();
    let run = "[runs.v2]\nmodel = \"models/v2.onnx\"\ndev = \"v2.npy\"\n\n# what is wanted";
    folder.change("gaffe.toml", "# what is wanted", run);
    folder
}

/// Writes what a measuring of a run's model would.
pub fn measured(folder: &Folder, run: &str, scale: f64) {
    let estimate = |value: f64| json!({"value": value, "low": value * 0.9, "high": value * 1.2});
    let times = |ms: f64| {
        let [mean, p50, p90] = [1.1, 1.0, 1.5].map(|factor| estimate(ms * scale * factor));
        json!({"n": 500, "mean": mean, "p50": p50, "p90": p90})
    };
    let path = folder.file(&format!("models/{run}.onnx"));
    let kept = json!({
        "at": 1_780_000_000_000_u64,
        "machine": Machine::this(),
        // at no time: the content tells
        "model": {"path": path, "bytes": 424_989, "modified": 0, "crc": crc(&path)},
        "preprocess": {"size": [28, 28], "channels": 1, "mean": [0.2864], "std": [0.3533]},
        "load_ms": 12.0,
        "read": times(0.1),
        "prepare": times(0.05),
        "infer": times(0.45),
        "latency": times(0.5),
        "throughput": {"threads": 4, "examples": 4000, "ms": estimate(0.2 * scale)},
        "memory": {"peak": 17_000_000, "resident": 16_500_000},
        "bytes": 424_989,
        "parameters": 105_866,
    });
    folder.write(&format!(".gaffe/runs/{run}/measured.json"), kept.to_string());
}

/// CRC-32 (IEEE 802.3), bit by bit.
fn crc(path: &std::path::Path) -> u32 {
    let mut crc = u32::MAX;
    for byte in std::fs::read(path).unwrap() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
