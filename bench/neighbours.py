"""Times scikit-learn's brute-force nearest neighbours against gaffe's on the same vectors, and checks that both find
the same:

    cargo build --release --example versus_neighbours
    python3 bench/neighbours.py --ours target/release/examples/versus_neighbours

Both in process, on vectors in memory: float32 of falling variance. With --approximate gaffe's approximate search is held
against its exact one in place of scikit-learn, also on vectors in groups, as embeddings are. Needs numpy and scikit-learn. Set OMP_NUM_THREADS,
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


def falling(rows, dims):
    random = np.random.default_rng(1)
    scale = 1 / np.sqrt(1 + np.arange(dims))
    return (random.normal(size=(rows, dims)) * scale).astype(np.float32)


def grouped(rows, dims, groups=200, inner=12):
    """Groups of falling size, each spread along a few directions of its own."""
    random = np.random.default_rng(2)
    centres = random.normal(size=(groups, dims))
    directions = random.normal(size=(groups, inner, dims)) / np.sqrt(inner)
    sizes = 1 / (1 + np.arange(groups))
    group = random.choice(groups, size=rows, p=sizes / sizes.sum())
    x = np.empty((rows, dims), np.float32)
    for g in range(groups):
        own = group == g
        spread = random.normal(size=(own.sum(), inner)) @ directions[g]
        x[own] = centres[g] + spread + 0.1 * random.normal(size=(own.sum(), dims))
    return x


def ours(given, x, k, *how):
    """What our command tells, and the neighbours by the last distance: along the straight line."""
    with tempfile.TemporaryDirectory() as folder:
        vectors, out = os.path.join(folder, "x.npy"), os.path.join(folder, "out.npy")
        np.save(vectors, x)
        line = shlex.split(given.ours) + [vectors, out, str(k), str(given.repeats), *how]
        told = json.loads(subprocess.run(line, check=True, capture_output=True).stdout)
        return told, np.load(out)


def approximate(given, k):
    for make in (grouped, falling):
        x = make(given.rows, given.dims)
        (exact, true), (near, found) = ours(given, x, k), ours(given, x, k, "approximate")
        recall = np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(true, found)])
        for metric in ("cosine", "euclidean"):
            all_, some = statistics.median(exact[metric]), statistics.median(near[metric])
            print(f"{make.__name__}, {metric}, {x.shape}: exact {all_:.2f} s, approximate {some:.2f} s, {all_ / some:.1f} times")
        share, beyond = near["recall"]["share"], near["beyond_kb"] / 1024
        print(f"{make.__name__}, euclidean: recall {recall:.4f}, told {share:.4f}; {beyond:.0f} MiB beyond the vectors")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--ours", required=True, help="command that times gaffe, see above")
    options.add_argument("--rows", type=int, default=20_000)
    options.add_argument("--dims", type=int, default=512)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--only-ours", action="store_true")
    options.add_argument("--approximate", action="store_true", help="the approximate search beside the exact one")
    given = options.parse_args()
    k = 10
    if given.approximate:
        return approximate(given, k)
    from sklearn.neighbors import NearestNeighbors

    x = falling(given.rows, given.dims)
    told, mine = ours(given, x, k)
    print(f"ours: {told['beyond_kb'] / 1024:.0f} MiB beyond the vectors")
    for metric in ("cosine", "euclidean"):
        mine_took = statistics.median(told[metric])
        if given.only_ours:
            print(f"{metric}, {x.shape}: ours {mine_took:.2f} s")
            continue
        took = []
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(given.repeats):
            start = time.perf_counter()
            rows = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric).fit(x).kneighbors()[1]
            took.append(time.perf_counter() - start)
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        theirs = statistics.median(took)
        print(f"{metric}, {x.shape}: {theirs:.2f} s ({more / 1024:.0f} MiB), ours {mine_took:.2f} s, {theirs / mine_took:.1f} times")
    if not given.only_ours:
        print(f"the same neighbours: {(rows == mine).mean():.6f}")


main()
