"""Times scikit-learn's brute-force nearest neighbours against gaffe's on the same vectors, and checks that both find
the same:

    cargo build --release --example versus_neighbours
    python3 bench/neighbours.py --ours target/release/examples/versus_neighbours

Both in process, on vectors in memory: float32 of falling variance. Needs numpy and scikit-learn. Set OMP_NUM_THREADS,
OPENBLAS_NUM_THREADS and RAYON_NUM_THREADS for a number of threads; --rows 200000 takes about an hour.
"""
import argparse
import json
import os
import resource
import shlex
import statistics
import subprocess
import tempfile
import time

import numpy as np
from sklearn.neighbors import NearestNeighbors


def falling(rows, dims):
    random = np.random.default_rng(1)
    scale = 1 / np.sqrt(1 + np.arange(dims))
    return (random.normal(size=(rows, dims)) * scale).astype(np.float32)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--ours", required=True, help="command that times gaffe, see above")
    options.add_argument("--rows", type=int, default=20_000)
    options.add_argument("--dims", type=int, default=512)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--only-ours", action="store_true")
    given = options.parse_args()
    x, k = falling(given.rows, given.dims), 10
    with tempfile.TemporaryDirectory() as folder:
        vectors, out = os.path.join(folder, "x.npy"), os.path.join(folder, "out.npy")
        np.save(vectors, x)
        line = shlex.split(given.ours) + [vectors, out, str(k), str(given.repeats)]
        told = json.loads(subprocess.run(line, check=True, capture_output=True).stdout)
        mine = np.load(out)
    print(f"ours: {told['beyond_kb'] / 1024:.0f} MiB beyond the vectors")
    for metric in ("cosine", "euclidean"):
        ours = statistics.median(told[metric])
        if given.only_ours:
            print(f"{metric}, {x.shape}: ours {ours:.2f} s")
            continue
        took = []
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(given.repeats):
            start = time.perf_counter()
            rows = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric).fit(x).kneighbors()[1]
            took.append(time.perf_counter() - start)
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        theirs = statistics.median(took)
        print(f"{metric}, {x.shape}: {theirs:.2f} s ({more / 1024:.0f} MiB), ours {ours:.2f} s, {theirs / ours:.1f} times")
    if not given.only_ours:
        print(f"the same neighbours: {(rows == mine).mean():.6f}")


main()
