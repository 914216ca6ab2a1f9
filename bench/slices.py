#!/usr/bin/env python3
"""Compares the search for slices with the Python implementation of SliceLine, in time and memory.

    pip install sliceline==0.3.0
    python3 bench/slices.py            # builds and runs examples/versus_slices.rs

Both read the same drawn data, encode it and search it, each in a process of its own. The slices must be
the same, otherwise the script fails. `--ours` is the command to compare with.
"""
import argparse
import json
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SHAPES = {
    "onehot": "10 features of 3 values, given as 30 columns of 0 and 1",
    "binary": "30 independent columns of 0 and 1",
    "categorical": "30 columns of 10 values",
}


def data(shape, rows, seed):
    """Codes N x 30 and errors N: 10 %, and 90 % where a pair of columns has the value 1 twice."""
    rng = np.random.default_rng(seed)
    if shape == "onehot":
        values = rng.integers(0, 3, (rows, 10))
        codes = np.concatenate([values == v for v in range(3)], axis=1)[:, np.arange(30).reshape(3, 10).T.ravel()]
    elif shape == "binary":
        codes = rng.random((rows, 30)) < rng.uniform(0.1, 0.5, 30)
    else:
        codes = rng.integers(0, 10, (rows, 30))
    pairs = [(4, 9), (14, 19), (24, 29)] if shape == "categorical" else [(4, 9)]
    bad = np.logical_or.reduce([(codes[:, a] == 1) & (codes[:, b] == 1) for a, b in pairs])
    errors = rng.random(rows) < np.where(bad, 0.9, 0.1)
    return codes.astype(np.uint32), errors.astype(np.float64)


def reference(folder, options):
    """One run of the reference, in this process."""
    from sliceline.slicefinder import Slicefinder

    codes, errors = np.load(folder / "features.npy"), np.load(folder / "errors.npy")
    finder = Slicefinder(alpha=options.alpha, k=options.top, max_l=options.conditions,
                         min_sup=options.min_support, verbose=False)
    start = time.perf_counter()
    finder.fit(codes, errors)
    seconds = time.perf_counter() - start
    slices = [[[[str(f), str(v)] for f, v in enumerate(s) if v is not None], t["slice_score"],
               int(t["slice_size"]), t["sum_slice_error"]]
              for s, t in zip(finder.top_slices_, finder.top_slices_statistics_)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(dict(seconds=[seconds], peak_rss_kb=peak, slices=slices)))


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def differences(ours, theirs):
    """Slices that only one of both has. The reference may add slices that share the last score."""
    last = min([s[1] for s in ours], default=0.0)
    a, b = ({json.dumps(s[0]): s for s in side} for side in (ours, theirs))
    for key in a.keys() ^ b.keys():
        found = a.get(key) or b[key]
        if abs(found[1] - last) > 1e-9:
            yield found
    for key in a.keys() & b.keys():
        if abs(a[key][1] - b[key][1]) > 1e-9 or a[key][2:] != b[key][2:]:
            yield [a[key], b[key]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", default="cargo run --quiet --release --example versus_slices --")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--top", type=int, default=10)
    parser.add_argument("--conditions", type=int, default=2)
    parser.add_argument("--alpha", type=float, default=0.95)
    parser.add_argument("--min-support", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3, help="runs of the reference")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reference:
        return reference(options.reference, options)
    failed = False
    for shape in options.shapes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            codes, errors = data(shape, options.rows, options.seed)
            np.save(folder / "features.npy", codes)
            np.save(folder / "errors.npy", errors)
            ours = run([*shlex.split(options.ours), str(folder / "features.npy"), str(folder / "errors.npy"),
                        f"alpha={options.alpha}", f"top={options.top}", f"conditions={options.conditions}",
                        f"min_support={options.min_support}", "repeat=7"])
            theirs = [run([sys.executable, __file__, "--reference", name, "--alpha", str(options.alpha),
                           "--top", str(options.top), "--conditions", str(options.conditions),
                           "--min-support", str(options.min_support)]) for _ in range(options.runs)]
        wrong = list(differences(ours["slices"], theirs[0]["slices"]))
        failed |= bool(wrong)
        mine = statistics.median(ours["seconds"])
        other = statistics.median(s for t in theirs for s in t["seconds"])
        print(f"{shape} ({SHAPES[shape]}), {options.rows:,} rows, {options.conditions} conditions, "
              f"{len(ours['slices'])} slices")
        print(f"  reference {other:9.3f} s {max(t['peak_rss_kb'] for t in theirs) / 1024:8.0f} MiB")
        print(f"  ours      {mine:9.4f} s {ours['peak_rss_kb'] / 1024:8.0f} MiB   {other / mine:.0f} times faster")
        print(f"  slices: {'DIFFERENT ' + json.dumps(wrong) if wrong else 'the same'}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
