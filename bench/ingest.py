"""Times opening large data against the readers that people use, and checks that both read the same:

    python3 -m venv venv
    venv/bin/pip install pandas==3.1.1 pyarrow polars numpy
    cargo build --release --examples
    venv/bin/python bench/ingest.py FOLDER --gaffe target/release/gaffe [--rows 1000000] [--rounds 3]

Makes the data in FOLDER when it is not there: JSON Lines and CSV with id, path, label, prediction and 10 probabilities
a row.
"""
import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def make(folder, rows):
    folder.mkdir(parents=True, exist_ok=True)
    jsonl, csv = folder / f"{rows}.jsonl", folder / f"{rows}.csv"
    if jsonl.exists() and csv.exists():
        return jsonl, csv
    draw = np.random.default_rng(0)
    with open(jsonl, "w") as lines, open(csv, "w") as table:
        table.write("id,path,label,prediction," + ",".join(f"prob_{c}" for c in CLASSES) + "\n")
        for start in range(0, rows, 10_000):
            logits = draw.normal(size=(10_000, 10)) * 2
            gold = draw.integers(0, 10, 10_000)
            logits[np.arange(10_000), gold] += 4
            probs = np.exp(logits)
            probs = np.round(probs / probs.sum(1, keepdims=True), 6)
            for i, (row, k) in enumerate(zip(probs, gold), start):
                if i >= rows:
                    break
                given = CLASSES[k] if draw.random() > 0.03 else CLASSES[(k + 1) % 10]
                record = {"id": f"ex-{i:07}", "path": f"images/{i % 1000:03}/{i:07}.jpg", "label": given,
                          "prediction": CLASSES[int(row.argmax())]}
                values = [float(p) for p in row]
                lines.write(json.dumps(record | {"probs": values}) + "\n")
                table.write(",".join(map(str, [*record.values(), *values])) + "\n")
    return jsonl, csv


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    print(*make(options.folder, options.rows))
