"""Times opening large data against the readers that people use, and checks that both read the same:

    python3 -m venv venv
    venv/bin/pip install pandas==3.1.1 pyarrow polars numpy
    cargo build --release --examples
    venv/bin/python bench/ingest.py FOLDER --gaffe target/release/gaffe [--rows 1000000] [--rounds 3]

Makes the data in FOLDER when it is not there: JSON Lines and CSV with id, path, label, prediction and 10 probabilities
a row. `--large` opens an array of 1,000,000 × 1,000 float32 (4 GB) with its labels, and 200,000 pictures in folders of
classes with their probabilities, in place of these.
"""
import argparse
import fcntl
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
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


READERS = {
    "jsonl": {
        "pandas": "import pandas; pandas.read_json(path, lines=True)",
        "pyarrow": "import pyarrow.json as j; j.read_json(path)",
        "polars": "import polars; polars.read_ndjson(path)",
    },
    "csv": {
        "pandas": "import pandas; pandas.read_csv(path)",
        "pyarrow": "import pyarrow.csv as c; c.read_csv(path)",
        "polars": "import polars; polars.read_csv(path)",
    },
}


def theirs(code, path):
    """Seconds of reading alone, imports left out, and the peak of memory."""
    load, read = code.split("; ", 1)
    program = f"""import time, json, sys
{load}
path = sys.argv[1]
start = time.perf_counter()
table = {read}
took = time.perf_counter() - start
peak = next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM"))
print(json.dumps([took, peak / 1024]))"""
    out = subprocess.run([sys.executable, "-c", program, path], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def first_frame(gaffe, *paths):
    """Seconds from the start of the program to the first whole frame of the review, and the peak of memory."""
    import pty

    start = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "XDG_STATE_HOME": str(paths[0].parent)}
        os.execve(gaffe, [str(gaffe), *map(str, paths)], environment)
    seen, took = b"", None
    while took is None:
        try:
            seen += os.read(terminal, 1 << 16)
        except OSError:
            raise SystemExit(f"{gaffe} {paths}: {seen.decode(errors='replace')[-500:]}")
        if b"predicted" in seen and b"\x1b[?2026l" in seen.split(b"predicted")[-1]:
            took = time.perf_counter() - start
    status = Path(f"/proc/{child}/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    time.sleep(1.5)  # what is kept of the table is written beside the first keys
    os.write(terminal, b"q")
    try:
        while os.read(terminal, 1 << 16):
            pass
    except OSError:
        pass
    os.waitpid(child, 0)
    return took, peak / 1024


def forget(folder):
    """Takes away what an earlier opening left, but for the card of the first start, which was read."""
    for place in (folder / "gaffe.toml", folder / ".gaffe"):
        shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)
    (folder / "gaffe").mkdir(exist_ok=True)
    (folder / "gaffe" / "welcomed").touch()


def make_large(folder):
    """The files to open, by what they are."""
    arrays, pictures = folder / "arrays", folder / "pictures"
    draw = np.random.default_rng(0)
    if not arrays.exists():
        arrays.mkdir(parents=True)
        rows, classes, step = 1_000_000, 1_000, 10_000
        gold = draw.integers(0, classes, rows)
        probs = np.lib.format.open_memmap(arrays / "pred_probs.npy", "w+", np.float32, (rows, classes))
        for start in range(0, rows, step):
            some = draw.random((step, classes), np.float32)
            some[np.arange(step), gold[start:start + step]] += 0.2
            some[:, 0] += 0.01
            probs[start:start + step] = some / some.sum(1, keepdims=True)
        probs.flush()
        np.save(arrays / "labels.npy", gold)
    if not pictures.exists():
        one = (Path(__file__).parent.parent / "sample_data/fashion/images/dev-00000.png").read_bytes()
        for k, name in enumerate(CLASSES):
            place = pictures / "dev" / name
            place.mkdir(parents=True)
            for i in range(20_000):
                (place / f"{k}-{i:05}.png").write_bytes(one)
        probs = draw.random((200_000, 10), np.float32)
        np.save(pictures / "probs.npy", probs / probs.sum(1, keepdims=True))
    return {
        "1,000,000 × 1,000 float32": [arrays / "labels.npy", arrays / "pred_probs.npy"],
        "200,000 pictures": [pictures / "dev", pictures / "probs.npy"],
    }


def large(options):
    for what, paths in make_large(options.folder).items():
        rounds = {"first": [], "again": []}
        for _ in range(options.rounds):
            forget(paths[0].parent)
            rounds["first"].append(first_frame(options.gaffe, *paths))
            rounds["again"].append(first_frame(options.gaffe, paths[0].parent))
        for name, values in rounds.items():
            took, peak = statistics.median(took for took, _ in values), max(peak for _, peak in values)
            print(f"  {what}, {name}: {took:.2f} s, {peak:.0f} MiB", flush=True)


def compare(options, path):
    kind = path.suffix[1:]
    print(f"\n{path.name}, {path.stat().st_size / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / f"dev.{kind}"
        table.symlink_to(path.resolve())
        rounds = {name: [] for name in ["first", "again", *READERS[kind]]}
        for _ in range(options.rounds):
            forget(Path(folder))
            rounds["first"].append(first_frame(options.gaffe, table))
            rounds["again"].append(first_frame(options.gaffe, table))
            for name, code in READERS[kind].items():
                rounds[name].append(theirs(code, path))
    median = {name: statistics.median(took for took, _ in values) for name, values in rounds.items()}
    for name, values in rounds.items():
        ratio = "" if name in ("first", "again") else f", {median[name] / median['first']:.2f}× ours to the first frame"
        what = {"first": "ours, to the first frame", "again": "ours, opened again"}.get(name, f"{name}, reading alone")
        print(f"  {what}: {median[name]:.2f} s, {max(peak for _, peak in values):.0f} MiB{ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gaffe", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    options.gaffe = options.gaffe.resolve()
    if options.large:
        return large(options)
    for path in make(options.folder, options.rows):
        compare(options, path)


if __name__ == "__main__":
    main()
