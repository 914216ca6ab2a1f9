"""Times models of tables against onnxruntime: RandomForest(100), GradientBoosting, HistGradientBoosting, kNN, logistic.

Run from the project's folder: python3 bench/forest.py [--ours COMMAND] [--rows N] [--repeats N]
Needs scikit-learn, skl2onnx and onnxruntime. 20 features, 10 classes, 4,000 rows to train on; default depths. Each tool
has two threads, model and rows in memory; onnxruntime gets all rows in one batch and in batches of 512, and the faster
counts. Probabilities are compared.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import tempfile
import time

OURS = "cargo run --quiet --release --example versus_forest --"


def models(only):
    import numpy as np
    import onnx
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.datasets import make_classification
    from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    plain = onnx.helper.make_attribute

    def with_ints(key, value, *args, **options):
        """skl2onnx gives bools, which onnx no longer takes."""
        if isinstance(value, list) and value and isinstance(value[-1], (bool, np.bool_)):
            value = [int(v) for v in value]
        return plain(key, value, *args, **options)

    onnx.helper.make_attribute = with_ints
    x, y = make_classification(4000, 20, n_informative=12, n_classes=10, random_state=0)
    x = x.astype(np.float32)
    estimators = {
        "RandomForest(100)": RandomForestClassifier(100, random_state=0, n_jobs=2),
        "GradientBoosting(100)": GradientBoostingClassifier(random_state=0, subsample=0.5),
        "HistGradientBoosting(100)": HistGradientBoostingClassifier(random_state=0),
        "KNeighbors(5)": KNeighborsClassifier(5),
        "LogisticRegression": LogisticRegression(max_iter=300),
    }
    for name, estimator in estimators.items():
        if only and only not in name:
            continue
        estimator.fit(x, y)
        model = skl2onnx.to_onnx(estimator, initial_types=[("X", FloatTensorType([None, 20]))],
                                 options={id(estimator): {"zipmap": False}}, target_opset={"": 21, "ai.onnx.ml": 3})
        yield name, model.SerializeToString()


def theirs(model, rows, repeats):
    import numpy as np
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    seconds = {}
    for batch in (512, len(rows)):
        for _ in range(repeats):
            start = time.perf_counter()
            parts = [session.run(None, {"X": rows[i:i + batch]})[1] for i in range(0, len(rows), batch)]
            seconds.setdefault(batch, []).append(time.perf_counter() - start)
    return min(statistics.median(times) for times in seconds.values()), np.concatenate(parts)


def main():
    import numpy as np
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", default=OURS, help="the command of examples/versus_forest.rs")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a model's name")
    args = parser.parse_args()
    random = np.random.default_rng(0)
    print(f"{'model':28}{'ours, rows/s':>14}{'onnxruntime':>14}{'ratio':>8}{'largest difference':>22}")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, model in models(args.only):
            count = args.rows if "KNeighbors" not in name else args.rows // 50
            rows = random.normal(0, 2, (count, 20)).astype(np.float32)
            (folder / "model.onnx").write_bytes(model)
            np.save(folder / "rows.npy", rows)
            command = [*shlex.split(args.ours), str(folder / "model.onnx"), str(folder / "rows.npy"), "2",
                       str(args.repeats), str(folder / "out.npy")]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            ours = statistics.median(json.loads(output.splitlines()[-1])["seconds"])
            seconds, scores = theirs(model, rows, args.repeats)
            far = np.abs(np.load(folder / "out.npy") - scores).max()
            print(f"{name:28}{count / ours:14,.0f}{count / seconds:14,.0f}{seconds / ours:8.2f}{far:22.1e}", flush=True)


if __name__ == "__main__":
    main()
