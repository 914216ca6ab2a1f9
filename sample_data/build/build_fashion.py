#!/usr/bin/env python3
"""Build the `fashion` sample data set from the Fashion-MNIST idx files.

The story it sets up: v1 has only ever seen sharp pictures, but a quarter of
the dev and test pictures are blurry. v2 is the same net, trained on the same
pictures with some of them blurred. Everything is seeded.
"""

import argparse
import csv
import gzip
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image
from torch import nn

SEED = 2017
CLASSES = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]
TAGS = ["blurry", "ambiguous", "low contrast", "sleeve", "odd item"]

TRAIN_SIZE, DEV_SIZE, TEST_SIZE = 20_000, 2_000, 2_000
TRAIN_SAMPLE_SIZE = 2_000  # how many training examples get into train.csv
BLURRY_SHARE_EVAL = 0.25  # of dev and of test
BLURRY_SHARE_V2_TRAIN = 0.40
BLUR_PASSES = 3

EMBEDDING_WIDTH = 64
EPOCHS = 8
BATCH_SIZE = 128
LEARNING_RATE = 1e-3  # falls to a tenth over the epochs
OPSET = 13

CONFIG = """\
name = "fashion"
classes = [{classes}]
# the tags to start with; more can be made while reviewing
tags = [{tags}]
# crowd majority on 1,000 test images: accuracy 0.835 (README of Fashion-MNIST)
human_error = 0.165

[columns]
id = "id"
file = "file"
label = "label"

[splits]
train = "train.csv"
dev = "dev.csv"
test = "test.csv"

[runs.v1]
model = "models/v1.onnx"
train = "runs/v1/train.npy"
dev = "runs/v1/dev.npy"
test = "runs/v1/test.npy"

# pixels are divided by 255 first; both numbers come from the training images
[preprocess]
size = [28, 28]        # height, width
channels = 1
mean = [{mean:.4f}]
std = [{std:.4f}]
"""


@dataclass
class Split:
    """One set of examples, with the images exactly as they are used."""

    name: str
    source: np.ndarray  # index into the 70,000 source images
    images: np.ndarray  # uint8, (count, 28, 28)
    labels: np.ndarray  # class numbers
    blurry: np.ndarray  # bool

    def head(self, count):
        fields = (self.source, self.images, self.labels, self.blurry)
        return Split(self.name, *(field[:count] for field in fields))


@dataclass
class Normaliser:
    """Turns stored pixels into the net's input."""

    mean: float
    std: float

    @classmethod
    def fit(cls, images):
        pixels = images / 255.0
        return cls(round(float(pixels.mean()), 4), round(float(pixels.std()), 4))

    def apply(self, images):
        pixels = images[:, None].astype(np.float32) / np.float32(255)
        return (pixels - np.float32(self.mean)) / np.float32(self.std)


# ---- data ----


def read_idx(path):
    """Read one gzipped idx file of unsigned bytes."""
    raw = gzip.decompress(path.read_bytes())
    if raw[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path}: not an idx file of unsigned bytes")
    dimensions = raw[3]
    header = 4 + 4 * dimensions
    shape = np.frombuffer(raw[4:header], dtype=">u4").astype(int)
    return np.frombuffer(raw[header:], dtype=np.uint8).reshape(shape)


def read_source(folder):
    """All 70,000 images and labels: the original train set, then its test set."""
    images, labels = [], []
    for part in ("train", "t10k"):
        images.append(read_idx(folder / f"{part}-images-idx3-ubyte.gz"))
        labels.append(read_idx(folder / f"{part}-labels-idx1-ubyte.gz"))
    return np.concatenate(images), np.concatenate(labels)


def blur(images):
    """Three 3x3 box blurs with repeated edges, rounded once at the very end.

    Sums stay integers until then, so the result is the same on any machine.
    """
    sums = images.astype(np.int64)
    height, width = images.shape[1:]
    for _ in range(BLUR_PASSES):
        padded = np.pad(sums, ((0, 0), (1, 1), (1, 1)), mode="edge")
        sums = sum(
            padded[:, row : row + height, column : column + width]
            for row in range(3)
            for column in range(3)
        )
    weight = 9**BLUR_PASSES
    return ((2 * sums + weight) // (2 * weight)).astype(np.uint8)


def blur_some(images, share, rng):
    """A copy of `images` with a random `share` blurred, and which those are."""
    count = len(images)
    blurry = np.zeros(count, dtype=bool)
    blurry[rng.choice(count, round(share * count), replace=False)] = True
    images = images.copy()
    images[blurry] = blur(images[blurry])
    return images, blurry


def make_splits(images, labels, rng):
    """Disjoint random train, dev and test sets."""
    order = rng.permutation(len(images))
    plan = [("train", TRAIN_SIZE, 0.0)]
    plan += [("dev", DEV_SIZE, BLURRY_SHARE_EVAL), ("test", TEST_SIZE, BLURRY_SHARE_EVAL)]
    splits, start = {}, 0
    for name, size, blurry_share in plan:
        source = order[start : start + size]
        stored, blurry = blur_some(images[source], blurry_share, rng)
        splits[name] = Split(name, source, stored, labels[source], blurry)
        start += size
    return splits


# ---- models ----


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.embed = nn.Linear(32 * 7 * 7, EMBEDDING_WIDTH)
        self.classify = nn.Linear(EMBEDDING_WIDTH, len(CLASSES))

    def forward(self, image):
        hidden = torch.max_pool2d(torch.relu(self.conv1(image)), 2)
        hidden = torch.max_pool2d(torch.relu(self.conv2(hidden)), 2)
        embedding = torch.relu(self.embed(torch.flatten(hidden, 1)))
        return self.classify(embedding), embedding


def train_net(inputs, labels):
    """Train from the same seed every time, so that only the images differ."""
    torch.manual_seed(SEED)
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(labels.astype(np.int64))
    net = SmallNet()
    optimiser = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.1, EPOCHS - 1)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(inputs)).split(BATCH_SIZE):
            optimiser.zero_grad()
            logits, _ = net(inputs[batch])
            nn.functional.cross_entropy(logits, labels[batch]).backward()
            optimiser.step()
        schedule.step()
    return net.eval()


def export_net(net, path):
    """Write a single ONNX file with a free batch axis and nothing but the graph."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ["image", "logits", "embedding"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        # the older exporter: it gives plain Conv/Relu/MaxPool/Flatten/Gemm
        torch.onnx.export(
            net,
            (torch.zeros(2, 1, 28, 28),),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=names[:1],
            output_names=names[1:],
            dynamic_axes={name: {0: "N"} for name in names},
        )
    model = onnx.load(path)
    for part in [model, model.graph, *model.graph.node]:
        part.doc_string = ""
        del part.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def predict(model_path, inputs):
    """Softmax probabilities of an exported model, float32."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model_path, options, providers=["CPUExecutionProvider"]
    )
    batches = np.array_split(inputs, max(1, len(inputs) // 100))
    logits = [session.run(["logits"], {"image": batch})[0] for batch in batches]
    logits = np.concatenate(logits).astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


# ---- files ----


def write_csv(split, folder, with_files):
    header = ["id", "file", "label", "capture", "brightness", "contrast"]
    if not with_files:
        header.remove("file")
    with open(folder / f"{split.name}.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, header, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for row, image in enumerate(split.images):
            example = f"{split.name}-{row:05}"
            pixels = image / 255.0
            writer.writerow({
                "id": example,
                "file": f"images/{example}.png",
                "label": CLASSES[split.labels[row]],
                "capture": "blurry" if split.blurry[row] else "sharp",
                "brightness": f"{pixels.mean():.3f}",
                "contrast": f"{pixels.std():.3f}",
            })


def write_pngs(split, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for row, image in enumerate(split.images):
        Image.fromarray(image).save(folder / f"{split.name}-{row:05}.png", optimize=True)


def write_probabilities(probabilities, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.ascontiguousarray(probabilities))


def write_config(normaliser, path):
    def quoted(names):
        return ", ".join(f'"{name}"' for name in names)

    text = CONFIG.format(
        classes=quoted(CLASSES),
        tags=quoted(TAGS),
        mean=normaliser.mean,
        std=normaliser.std,
    )
    path.write_text(text, encoding="utf-8")


def print_summary(out, stored, normaliser):
    """Accuracy by capture for both models, and what v2 changes on dev."""
    print(f"{'model':6}{'split':7}{'examples':>9}{'errors':>8}{'sharp':>8}{'blurry':>8}{'all':>8}")
    wrong = {}
    for model in ("v1", "v2"):
        for split in stored:
            probabilities = predict(out / f"models/{model}.onnx", normaliser.apply(split.images))
            right = probabilities.argmax(axis=1) == split.labels
            wrong[model, split.name] = ~right
            blurry = f"{right[split.blurry].mean():8.3f}" if split.blurry.any() else f"{'-':>8}"
            print(
                f"{model:6}{split.name:7}{len(right):9}{(~right).sum():8}"
                f"{right[~split.blurry].mean():8.3f}{blurry}{right.mean():8.3f}"
            )
    before, after = wrong["v1", "dev"], wrong["v2", "dev"]
    fixed, new = (before & ~after).sum(), (~before & after).sum()
    print(f"dev, v1 to v2: {fixed} of {before.sum()} errors fixed, {new} new")
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print(f"{out}: {size / 1e6:.2f} MB")


# ---- the whole build ----


def build(source, out):
    rng = np.random.default_rng(SEED)
    splits = make_splits(*read_source(source), rng)
    train = splits["train"]
    normaliser = Normaliser.fit(train.images)
    partly_blurred, _ = blur_some(train.images, BLURRY_SHARE_V2_TRAIN, rng)

    out.mkdir(parents=True, exist_ok=True)
    for model, images in (("v1", train.images), ("v2", partly_blurred)):
        net = train_net(normaliser.apply(images), train.labels)
        export_net(net, out / f"models/{model}.onnx")

    stored = [train.head(TRAIN_SAMPLE_SIZE), splits["dev"], splits["test"]]
    for split in stored:
        write_csv(split, out, with_files=split.name == "dev")
        # v2's are left for the user to make: gaffe scores the model itself
        probabilities = predict(out / "models/v1.onnx", normaliser.apply(split.images))
        write_probabilities(probabilities, out / f"runs/v1/{split.name}.npy")
    write_pngs(splits["dev"], out / "images")
    write_config(normaliser, out / "gaffe.toml")
    print_summary(out, stored, normaliser)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--source",
        type=Path,
        default=Path("/usr/share/datasets/fashion-mnist"),
        help="folder of the four idx .gz files (default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(__file__).resolve().parent.parent / "fashion",
        help="folder to write (default: the fashion folder next to this one)",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    build(arguments.source, arguments.out)


if __name__ == "__main__":
    main()
