"""Times scikit-learn's confusion matrix and report by class against gaffe's, on the same labels:

    cargo build --release --example versus_metrics
    python3 bench/metrics.py --ours target/release/examples/versus_metrics

Both in process and repeated, on labels in memory; medians of the repeats. Needs numpy and scikit-learn.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import tempfile
import time

import numpy as np
import sklearn
from sklearn.metrics import classification_report, confusion_matrix, precision_recall_fscore_support


def median_time(work, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def ours(command, y, top, classes, repeats):
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("labels.npy", "predictions.npy")]
        for path, values in zip(files, (y, top)):
            np.save(path, values.astype(np.uint32))
        line = shlex.split(command) + files + [str(classes), str(repeats)]
        return json.loads(subprocess.run(line, check=True, capture_output=True).stdout)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--ours", required=True, help="command that times gaffe, see above")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--classes", type=int, default=1000)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()

    random = np.random.default_rng(1)
    y = random.integers(0, given.classes, given.rows)
    wrong = random.random(given.rows) < 0.2
    top = np.where(wrong, random.integers(0, given.classes, given.rows), y)

    mine = ours(given.ours, y, top, given.classes, 4 * given.repeats)
    macro = precision_recall_fscore_support(y, top, average="macro", zero_division=0)[2]
    assert abs(macro - mine["macro_f1"]) < 1e-12, (macro, mine["macro_f1"])

    theirs = {
        "confusion_matrix": lambda: confusion_matrix(y, top),
        "precision_recall_fscore_support": lambda: precision_recall_fscore_support(y, top, zero_division=0),
        "classification_report": lambda: classification_report(y, top, output_dict=True, zero_division=0),
    }
    times = {name: median_time(work, given.repeats) for name, work in theirs.items()}
    matrix, report = (statistics.median(mine[name]) for name in ("matrix", "report"))
    print(f"{given.rows:,} rows, {given.classes:,} classes, {os.cpu_count()} cores; ms, medians; ratio of medians")
    print(f"scikit-learn {sklearn.__version__}", *(f"{n} {1000 * t:.1f}" for n, t in times.items()), sep="\n  ")
    print(f"gaffe\n  matrix {1000 * matrix:.2f}\n  matrix, by class, averages {1000 * report:.2f}")
    scores, both = times["precision_recall_fscore_support"], times["confusion_matrix"]
    print(f"matrix: {both / matrix:.0f} times as fast")
    print(f"matrix and scores by class: {(both + scores) / report:.0f} times as fast")
    print(f"matrix and whole report: {(both + times['classification_report']) / report:.0f} times as fast")


if __name__ == "__main__":
    main()
