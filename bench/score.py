"""Times `gaffe score` against the Python pipeline that people use, from files to probabilities on disk:

    venv/bin/python bench/models.py FOLDER        # says how to make the venv, makes models and data
    cargo build --release
    venv/bin/python bench/score.py FOLDER --gaffe target/release/gaffe [--rounds 3] [--only resnet50 ...]

Theirs: onnxruntime with two threads; Pillow or OpenCV (not antialiased) for pictures, tokenizers for texts, pandas for
tables; batches of 1, 16 and 32 (tables 1,024, 16,384 and all rows). Each form is timed once, the fastest is the
reference. Then both sides alternate; medians of the rounds. Ours is the whole process. Theirs is timed twice: inside,
from making the session to the saved .npy, and as a whole process, with Python's start and its imports. The ratio is
their time over ours: above 1 is faster than theirs. Before timing, both must name the same classes.

"model alone" is onnxruntime with the inputs in memory, at its best batch: nothing that uses this library on two cores
can be faster, so it bounds the ratio.

`--memory` adds memory at ten times the examples, and the time to the first result of a model of 100 MB.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data" / "fashion"
MEAN, STD = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
# kind, examples, batches
MODELS = {
    "cnn28": ("small", 10_000, (1, 16, 32)),
    "mobilenet_v2": ("picture", 600, (1, 16, 32)),
    "resnet18": ("picture", 300, (1, 16, 32)),
    "resnet50": ("picture", 150, (1, 16, 32)),
    "vit_tiny": ("picture", 300, (1, 16, 32)),
    "minilm": ("text", 600, (1, 16, 32)),
    "forest": ("table", 200_000, (1024, 16_384, 10**9)),
    "boosting": ("table", 200_000, (1024, 16_384, 10**9)),
}


# ---------------------------------------------------------------- theirs, in a process of its own


def sessions(model):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def by_pillow(path):
    from PIL import Image

    image = Image.open(path).convert("RGB")
    scale = 256 / min(image.size)
    width, height = int(image.width * scale), int(image.height * scale)
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (width - 224) // 2, (height - 224) // 2
    return np.asarray(image.crop((left, top, left + 224, top + 224)))


def by_opencv(path):
    import cv2

    image = cv2.imread(path, cv2.IMREAD_COLOR)
    scale = 256 / min(image.shape[:2])
    width, height = int(image.shape[1] * scale), int(image.shape[0] * scale)
    image = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    left, top = (width - 224) // 2, (height - 224) // 2
    return cv2.cvtColor(image[top:top + 224, left:left + 224], cv2.COLOR_BGR2RGB)


def pictures(session, files, batch, read):
    # (x / 255 - mean) / std in one pass
    scale, shift = 1 / (255 * STD), -MEAN / STD
    name, rows = session.get_inputs()[0].name, []
    for start in range(0, len(files), batch):
        part = files[start:start + batch]
        pixels = np.empty((len(part), 3, 224, 224), np.float32)
        for place, file in zip(pixels, part):
            place[:] = (read(file) * scale + shift).transpose(2, 0, 1)
        rows.append(session.run(["logits"], {name: pixels})[0])
    return softmax(np.concatenate(rows))


def small_pictures(session, files, batch, read):
    rows = []
    for start in range(0, len(files), batch):
        part = files[start:start + batch]
        pixels = np.stack([read(file) for file in part])[:, None].astype(np.float32)
        pixels = (pixels / np.float32(255) - np.float32(0.2864)) / np.float32(0.3533)
        rows.append(session.run(["logits"], {"image": pixels})[0])
    return softmax(np.concatenate(rows))


def grey_by_pillow(path):
    from PIL import Image

    return np.asarray(Image.open(path).convert("L"))


def grey_by_opencv(path):
    import cv2

    return cv2.imread(path, cv2.IMREAD_GRAYSCALE)


def texts(session, lines, batch, tokenizer):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer))
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding() if batch > 1 else tokenizer.no_padding()
    rows = []
    for start in range(0, len(lines), batch):
        found = tokenizer.encode_batch(lines[start:start + batch])
        feed = {"input_ids": [f.ids for f in found], "attention_mask": [f.attention_mask for f in found],
                "token_type_ids": [f.type_ids for f in found]}
        rows.append(session.run(["logits"], {k: np.array(v, np.int64) for k, v in feed.items()})[0])
    return softmax(np.concatenate(rows))


def table(session, frame, batch):
    values = frame.filter(regex="^x").to_numpy(np.float32)
    name, rows = session.get_inputs()[0].name, []
    for start in range(0, len(values), batch):
        rows.append(session.run(["probabilities"], {name: values[start:start + batch]})[0])
    return np.concatenate(rows)


class Alone:
    """A session that adds up the time that it is at work."""

    def __init__(self, session):
        self.session, self.seconds = session, 0.0
        self.get_inputs = session.get_inputs

    def run(self, *given):
        start = time.perf_counter()
        done = self.session.run(*given)
        self.seconds += time.perf_counter() - start
        return done


def theirs(options):
    """The Python side, timed."""
    kind = MODELS[options.model][0]
    project, model = Path(options.project), Path(options.file)
    import onnxruntime  # noqa: F401  imported before the clock starts
    import pandas

    readers = {"pillow": (by_pillow, grey_by_pillow), "opencv": (by_opencv, grey_by_opencv)}
    if options.form in readers:
        for read in readers[options.form]:
            try:
                read(os.devnull)
            except Exception:
                pass
    if kind == "text":
        import tokenizers  # noqa: F401
    start = time.perf_counter()
    session = Alone(sessions(model))
    frame = pandas.read_csv(project / "dev.csv")
    files = [str(project / file) for file in frame["file"]] if "file" in frame else []
    if kind == "picture":
        probs = pictures(session, files, options.batch, readers[options.form][0])
    elif kind == "small":
        probs = small_pictures(session, files, options.batch, readers[options.form][1])
    elif kind == "text":
        probs = texts(session, list(frame["text"]), options.batch, model.parent / "tokenizer.json")
    else:
        probs = table(session, frame, options.batch)
    np.save(options.out, probs.astype(np.float32))
    print(json.dumps({"seconds": time.perf_counter() - start, "alone": session.seconds}))


# ---------------------------------------------------------------- both sides


def peak_of(pid):
    """The most memory that a process has had so far. (ru_maxrss would count this program's before exec.)"""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return max(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, ValueError):
        return 0


def measured(command, **more):
    """Output, seconds and peak bytes of a process."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        child = subprocess.Popen([str(c) for c in command], stdout=out, stderr=said, **more)
        peak, ended = 0, threading.Event()

        def watch():
            nonlocal peak
            while not ended.wait(0.01):
                peak = max(peak, peak_of(child.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        child.wait()
        seconds = time.perf_counter() - start
        ended.set(), watcher.join()
        out.seek(0), said.seek(0)
        text = out.read().decode()
        if child.returncode:
            raise SystemExit(f"{' '.join(map(str, command))}\n{text}{said.read().decode()}")
    return text, seconds, peak


def run_theirs(name, project, model, form, batch, out):
    command = [sys.executable, __file__, "--theirs", "--model", name, "--project", project, "--file", model,
               "--form", form, "--batch", batch, "--out", out]
    text, whole, peak = measured(command)
    return {**json.loads(text), "whole": whole, "peak": peak}


def run_ours(gaffe, project, model, engine, fresh=True):
    runs = project / ".gaffe"
    if fresh:
        shutil.rmtree(runs, ignore_errors=True)
    library = {}
    if engine == "ort":
        import onnxruntime

        library = {"ORT_DYLIB_PATH": str(Path(onnxruntime.__file__).parent / "capi")}
    command = [gaffe, "score", "-p", project, "--model", model, "--name", "bench", "--engine", engine, "--json"]
    text, seconds, peak = measured(command, env=os.environ | library)
    found = [path for path in runs.rglob("*.npy") if "bench" in str(path)]
    return seconds, peak, np.load(found[0]), json.loads(text)


def write_project(folder, data, name, examples):
    """A project over the model's data; gives its folder and the model file."""
    kind = MODELS[name][0]
    project = folder / f"{name}-{examples}"
    project.mkdir()
    rows, columns = [], ""
    if kind in ("picture", "small"):
        place = data / "pictures" if kind == "picture" else SAMPLE / "images"
        files = sorted(place.glob("*.jpg")) if kind == "picture" else sorted(place.glob("dev-*.png"))
        count = 1000 if kind == "picture" else 10
        rows = [["id", "file", "label"]]
        rows += [[i, os.path.relpath(files[i % len(files)], project), f"c{i % count}"] for i in range(examples)]
        columns = 'file = "file"'
    elif kind == "text":
        import pandas

        found = list(pandas.read_csv(data / "sentences.csv")["text"])
        count, columns = 4, 'text = "text"'
        rows = [["id", "text", "label"]]
        rows += [[i, found[i % len(found)], f"class {i % 4}"] for i in range(examples)]
    else:
        count = 3
    if rows:
        import csv

        with open(project / "dev.csv", "w", newline="") as file:
            csv.writer(file).writerows(rows)
        classes = [f"class {i}" if kind == "text" else f"c{i}" for i in range(count)]
    else:
        lines = open(data / "rows.csv").readlines()
        body = lines[1:]
        (project / "dev.csv").write_text(lines[0] + "".join(
            line if i < len(body) else f"{i},{line.split(',', 1)[1]}"
            for i, line in ((i, body[i % len(body)]) for i in range(examples))))
        classes = ["0", "1", "2"]
    preprocess = "[preprocess]\nsize = [28, 28]\nchannels = 1\nmean = [0.2864]\nstd = [0.3533]\n" if kind == "small" else ""
    (project / "gaffe.toml").write_text(
        f'name = "bench"\nclasses = {json.dumps(classes)}\n[columns]\nid = "id"\nlabel = "label"\n{columns}\n'
        f'[splits]\ndev = "dev.csv"\n{preprocess}')
    return project, SAMPLE / "models" / "v1.onnx" if kind == "small" else data / name / "model.onnx"


def forms(name):
    kind, _, batches = MODELS[name]
    readers = ["pillow", "opencv"] if kind in ("picture", "small") else ["pandas"]
    return [(reader, batch) for reader in readers for batch in batches]


def same_classes(name, ours, reference):
    """The share of examples with the same class, and the largest difference."""
    return float((ours.argmax(1) == reference.argmax(1)).mean()), float(np.abs(ours - reference).max())


def compare(options, folder, name):
    kind, examples, _ = MODELS[name]
    examples = max(int(examples * options.scale), 32)
    project, model = write_project(folder, options.data, name, examples)
    out = folder / "theirs.npy"
    found, alone = {}, float("inf")
    for form, batch in forms(name):
        run = run_theirs(name, project, model, form, batch, out)
        found[form, batch], alone = run["seconds"], min(alone, run["alone"])
        if form != "opencv" and batch == MODELS[name][2][0]:
            reference = np.load(out)
    best = min(found, key=found.get)
    print(f"\n{name}: {examples} examples")
    print("  theirs, one time each: " + ", ".join(f"{f} ×{'all' if b > 10**6 else b} {examples / s:.0f}/s"
                                                 for (f, b), s in found.items()))
    engines = {}
    for engine in options.engines:
        try:
            _, _, probs, report = run_ours(options.gaffe, project, model, engine)
        except SystemExit as refused:
            print(f"  {engine}: refused: {str(refused)[-300:]}")
            continue
        same, apart = same_classes(name, probs, reference)
        print(f"  {engine}: {report.get('engine', '?')}: same class {same:.2%}, largest difference {apart:.1e}")
        engines[engine] = {"seconds": [], "peak": []}
    their = []
    for _ in range(options.rounds):
        their.append(run_theirs(name, project, model, *best, out))
        for engine, values in engines.items():
            seconds, peak, *_ = run_ours(options.gaffe, project, model, engine)
            values["seconds"].append(seconds), values["peak"].append(peak)
    inside, whole = (statistics.median(run[part] for run in their) for part in ("seconds", "whole"))
    alone = min(alone, *(run["alone"] for run in their))
    peak = max(run["peak"] for run in their)
    print(f"  theirs ({best[0]}, batch {'all' if best[1] > 10**6 else best[1]}): {inside:.2f} s, "
          f"{examples / inside:,.0f}/s, whole process {whole:.2f} s, {peak / 1e6:.0f} MB; "
          f"model alone {alone:.2f} s: bound {inside / alone:.2f}×")
    for engine, values in engines.items():
        seconds = statistics.median(values["seconds"])
        print(f"  {engine}: {seconds:.2f} s, {examples / seconds:,.0f}/s, {max(values['peak']) / 1e6:.0f} MB: "
              f"{inside / seconds:.2f}×, whole processes {whole / seconds:.2f}×", flush=True)


def memory(options, folder):
    print("\nmemory at ten times the examples (MB; the values themselves in brackets)")
    for name, examples in (("cnn28", 2_000), ("forest", 20_000), ("mobilenet_v2", 100)):
        for engine in options.engines:
            try:
                few, many = (run_ours(options.gaffe, *write_project(folder / engine, options.data, name, count), engine)
                             for count in (examples, 10 * examples))
            except SystemExit as refused:
                print(f"  {name}, {engine}: refused: {str(refused)[-200:]}")
                continue
            print(f"  {name}, {engine}: {few[1] / 1e6:.0f} -> {many[1] / 1e6:.0f} "
                  f"({few[2].nbytes / 1e6:.1f} -> {many[2].nbytes / 1e6:.1f})")
    print("\nstart to the first result, a model of 100 MB (resnet50, one picture), the fastest of five")
    project, model = write_project(folder / "first", options.data, "resnet50", 1)
    for engine in options.engines:
        seconds = min(run_ours(options.gaffe, project, model, engine)[0] for _ in range(5))
        print(f"  {engine}: {seconds:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--gaffe", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the examples")
    parser.add_argument("--engines", nargs="+", default=["tract", "ort"])
    parser.add_argument("--only", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--memory", action="store_true")
    for hidden in ("--model", "--project", "--file", "--form", "--out"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--theirs", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.theirs:
        return theirs(options)
    options.data, options.gaffe = options.data.resolve(), options.gaffe.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name in options.only:
            compare(options, folder, name)
        if options.memory:
            for place in (*options.engines, "first"):
                (folder / place).mkdir()
            memory(options, folder)


if __name__ == "__main__":
    main()
