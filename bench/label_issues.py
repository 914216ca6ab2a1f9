"""Times prune_by_noise_rate against cleanlab 2.9.0, on 50,000 x 1,000 and 1,000,000 x 10 float32.

Run from the project's folder: python3 bench/label_issues.py [--ours COMMAND] [--repeats N] [--shape N K]
Each tool runs in a process of its own; reading the files is not timed. cleanlab runs with n_jobs=1 and with its default,
and the faster counts. "Beyond the matrix" is the largest memory of the process less its memory once the data is
read (cleanlab's worker processes are not counted). NumPy's default sort leaves the order of equal values open, and
which cell of the joint is rounded up hangs on it: flags are compared with those of a stable sort.
"""
import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

OURS = "cargo run --quiet --release --example versus_label_issues --"


def make(folder, rows, classes, seed=1):
    """Softmax of normal logits, raised by about 8 for the true class; one label in twenty is another."""
    import numpy as np
    random = np.random.default_rng(seed)
    truth = random.integers(classes, size=rows)
    probs = np.empty((rows, classes), dtype=np.float32)
    for start in range(0, rows, 10_000):
        part = truth[start:start + 10_000]
        logits = random.standard_normal((len(part), classes), dtype=np.float32)
        logits[np.arange(len(part)), part] += random.normal(2 + np.log(classes), 2.5, len(part))
        weights = np.exp(logits)
        probs[start:start + 10_000] = weights / weights.sum(axis=1, keepdims=True)
    wrong = random.random(rows) < 0.05
    labels = np.where(wrong, random.integers(classes, size=rows), truth)
    np.save(folder / "probs.npy", probs)
    np.save(folder / "labels.npy", labels.astype(np.uint32))


def cleanlab(probs, labels, repeats, jobs):
    """In a process of its own."""
    import functools
    import resource
    import warnings

    import numpy as np
    from cleanlab.filter import find_label_issues
    warnings.simplefilter("ignore")
    probs, labels = np.load(probs), np.load(labels).astype(np.int64)
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        flags = find_label_issues(labels, probs, n_jobs=jobs)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    np.argsort = functools.partial(np.argsort, kind="stable")
    stable = find_label_issues(labels, probs, n_jobs=1)
    print(json.dumps({"seconds": seconds, "flags": int(flags.sum()), "stable": int(stable.sum()), "peak_rss_kb": peak,
                      "rss_before_kb": pages * os.sysconf("SC_PAGE_SIZE") // 1024}))


def run(command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result = json.loads(output.splitlines()[-1])
    result["median"] = statistics.median(result["seconds"])
    result["beyond"] = (result["peak_rss_kb"] - result["rss_before_kb"]) / 1024
    return result


def compare(rows, classes, args):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make(folder, rows, classes)
        files = [str(folder / "probs.npy"), str(folder / "labels.npy")]
        ours = run([*shlex.split(args.ours), *files, str(4 * args.repeats + 1)])
        theirs = {jobs: run([sys.executable, __file__, "--cleanlab", jobs, *files, "--repeats", str(args.repeats)])
                  for jobs in ("1", "default")}
    matrix = rows * classes * 4 / 2**20
    print(f"{rows} x {classes} float32, {matrix:.1f} MiB, {os.cpu_count()} cores")
    for jobs, result in theirs.items():
        print(f"  cleanlab n_jobs={jobs}: {result['median']:.3f} s, {result['flags']} flags "
              f"({result['stable']} with a stable sort), {result['beyond']:.1f} MiB beyond the matrix ({result['beyond'] / matrix:.0%})")
    print(f"  gaffe: {ours['median']:.4f} s, {ours['flags']} flags, "
          f"{ours['beyond']:.1f} MiB beyond the matrix ({ours['beyond'] / matrix:.0%})")
    print(f"  {min(r['median'] for r in theirs.values()) / ours['median']:.1f} times as fast")
    if any(result["stable"] != ours["flags"] for result in theirs.values()):
        sys.exit("the numbers of flags differ")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", default=OURS, help="command that takes PROBS.npy LABELS.npy REPEATS")
    parser.add_argument("--repeats", type=int, default=5, help="of cleanlab; ours runs four times as often")
    parser.add_argument("--shape", type=int, nargs=2, action="append", metavar=("N", "K"))
    parser.add_argument("--cleanlab", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.cleanlab:
        jobs, probs, labels = args.cleanlab
        cleanlab(probs, labels, args.repeats, None if jobs == "default" else int(jobs))
        return
    for rows, classes in args.shape or [(50_000, 1000), (1_000_000, 10)]:
        compare(rows, classes, args)


if __name__ == "__main__":
    main()
