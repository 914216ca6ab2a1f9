"""Times scikit-learn's PCA and t-SNE against gaffe's map, on the same vectors, and measures how far each layout
can be trusted:

    cargo build --release --example versus_map
    python3 bench/map.py --ours target/release/examples/versus_map

Both in process, on vectors in memory: the pixels of the sample's dev pictures, and for the axes alone 20,000 x 512 of
falling variance. Needs numpy, scikit-learn and Pillow. Set OMP_NUM_THREADS and RAYON_NUM_THREADS for a number of
threads.
"""
import argparse
import csv
import json
import os
import shlex
import statistics
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sample_data", "fashion")


def pictures():
    with open(os.path.join(SAMPLE, "dev.csv")) as table:
        files = [row["file"] for row in csv.DictReader(table)]
    pixels = [np.asarray(Image.open(os.path.join(SAMPLE, file)).convert("L"), dtype=np.float32) for file in files]
    return np.stack([p.ravel() / 255 for p in pixels])


def falling(rows, dims):
    random = np.random.default_rng(1)
    scale = 1 / np.sqrt(1 + np.arange(dims))
    turn, _ = np.linalg.qr(random.normal(size=(dims, dims)))
    return ((random.normal(size=(rows, dims)) * scale) @ turn).astype(np.float32)


def seconds(work):
    start = time.perf_counter()
    out = work()
    return time.perf_counter() - start, out


def ours(command, x, repeats):
    with tempfile.TemporaryDirectory() as folder:
        vectors, out = os.path.join(folder, "x.npy"), os.path.join(folder, "out")
        np.save(vectors, x)
        line = shlex.split(command) + [vectors, out] + ([str(repeats)] if repeats else [])
        told = json.loads(subprocess.run(line, check=True, capture_output=True).stdout)
        names = ("axes", "layout") if repeats else ("axes",)
        points = {name: np.load(f"{out}-{name}.npy") for name in names}
    return {name: statistics.median(told[name]) for name in names}, points


def line(name, theirs, mine):
    print(f"{name}: {theirs:.3f} s, ours {mine:.3f} s, {theirs / mine:.1f} times")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--ours", required=True, help="command that times gaffe, see above")
    options.add_argument("--repeats", type=int, default=3)
    given = options.parse_args()

    x = falling(20_000, 512)
    mine, points = ours(given.ours, x, 0)
    for solver in ("covariance_eigh", "randomized"):
        took = [seconds(lambda: PCA(2, svd_solver=solver, random_state=0).fit_transform(x)) for _ in range(5)]
        theirs = statistics.median(t for t, _ in took)
        line(f"PCA, 20,000 x 512, {solver}", theirs, mine["axes"])
        # The variance along each axis: that of a worse axis is smaller.
        print(f"  variance theirs {took[0][1].var(axis=0)}, ours {points['axes'].var(axis=0)}")

    x = pictures()
    mine, points = ours(given.ours, x, given.repeats)
    took = [seconds(lambda: PCA(2, svd_solver="covariance_eigh").fit_transform(x)) for _ in range(5)]
    line(f"PCA, {x.shape}", statistics.median(t for t, _ in took), mine["axes"])
    took = [seconds(lambda: TSNE(2, init="pca", random_state=0).fit_transform(x)) for _ in range(given.repeats)]
    line(f"t-SNE, {x.shape}", statistics.median(t for t, _ in took), mine["layout"])
    for k in (5, 15, 30):
        trust = {name: trustworthiness(x, layout, n_neighbors=k)
                 for name, layout in [("PCA", points["axes"]), ("scikit-learn's t-SNE", took[0][1]),
                                      ("ours", points["layout"])]}
        print(f"  trustworthiness, {k} neighbours: " + ", ".join(f"{n} {t:.4f}" for n, t in trust.items()))


main()
