"""Writes readers.json and the files of readers/: what other libraries read out of the same files.

    python tests/oracle/readers.py    with pandas, pyarrow, scikit-learn, Pillow, NumPy, safetensors on the path

`table` is a table as CSV and as Parquet (Snappy, Zstandard), in a training and a test file; `inputs` is what scikit-learn's
StandardScaler and OneHotEncoder make of it, fitted to the training file. `images` are Pillow's numbers: the image itself, its
brightness (mode L), and both resized bilinearly. `tensors` are arrays in npz (packed and not) and safetensors.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from PIL import Image
from safetensors.numpy import save_file
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "readers"
CITIES = ["Rome", "Oslo", "Athens"]


def frame(rows, offset):
    index = np.arange(rows) + offset
    return pd.DataFrame({
        "age": (17 + index * 7 % 50).astype("int64"),
        "income": np.round(1000 + 313.25 * np.sin(index), 2),
        "city": [CITIES[i % 3] if offset == 0 or i % 4 else "Paris" for i in index],
        "score": np.round(np.cos(index) * 3, 3).astype("float32"),
        "plan": ["basic" if i % 5 else "plus" for i in index],
    })


def table():
    train, test = frame(40, 0), frame(10, 40)
    train.to_csv(FOLDER / "train.csv", index=False)
    test.to_csv(FOLDER / "test.csv", index=False)
    train.to_parquet(FOLDER / "train.parquet", compression="snappy", index=False, row_group_size=16)
    test.to_parquet(FOLDER / "test.parquet", compression="zstd", index=False)
    gaps = train.head(12).copy()
    gaps["age"] = gaps["age"].astype("Int64")
    gaps.loc[3, "age"] = None
    gaps.loc[5, "income"] = None
    gaps.loc[7, "city"] = None
    gaps.to_csv(FOLDER / "gaps.csv", index=False)
    gaps.to_parquet(FOLDER / "gaps.parquet", index=False)
    types = pd.DataFrame({
        "day": pd.to_datetime(["2020-01-01", "2020-01-02"]), "list": [[1], [2, 3]],
        "flag": [True, False], "small": np.array([200, 3], "uint8"), "large": np.array([2**32 - 1, 1], "uint32"),
    })
    types.to_parquet(FOLDER / "types.parquet", index=False)
    numbers = ["age", "income"]
    scaler = StandardScaler().fit(train[numbers])
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(train[["city"]])
    inputs = [np.hstack([scaler.transform(part[numbers]), encoder.transform(part[["city"]])]) for part in (train, test)]
    plans = sorted(train["plan"].unique())
    return {
        "train": inputs[0].tolist(), "test": inputs[1].tolist(),
        "scores": test["score"].astype("float64").tolist(), "plans": [plans.index(p) for p in test["plan"]],
    }


def picture(height, width):
    y, x = np.mgrid[0:height, 0:width]
    red, green, blue = 40 * np.sin(x / 3) + 128, 90 * np.cos(y / 4) + 128, (7 * x + 5 * y) % 256
    return Image.fromarray(np.stack([red, green, blue], -1).astype("uint8"))


def chw(image):
    pixels = np.asarray(image, dtype="uint8")
    return (pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)).ravel().tolist()


def images():
    whole = picture(11, 14)
    whole.save(FOLDER / "a.png")
    whole.save(FOLDER / "b.jpg", quality=90)
    whole.convert("L").save(FOLDER / "c.png")
    whole.convert("P", palette=Image.ADAPTIVE).save(FOLDER / "d.png")
    whole.convert("RGBA").save(FOLDER / "e.png")
    found = {}
    for name in ("a.png", "b.jpg", "c.png", "d.png", "e.png"):
        image = Image.open(FOLDER / name)
        colours, grey = image.convert("RGB"), image.convert("L") if name == "c.png" else image.convert("RGB").convert("L")
        found[name] = {
            "colours": chw(colours), "grey": chw(grey),
            "smaller": chw(colours.resize((5, 4), Image.BILINEAR)), "larger": chw(grey.resize((20, 16), Image.BILINEAR)),
        }
    return found


def tensors():
    inputs = (np.arange(24, dtype="float32").reshape(6, 2, 2) - 7.5) / 3
    classes, numbers = np.array([0, 2, 1, 1, 0, 2], "int32"), np.linspace(-1, 1, 6)
    np.savez(FOLDER / "plain.npz", inputs=inputs, targets=classes, numbers=numbers)
    np.savez_compressed(FOLDER / "packed.npz", inputs=inputs, targets=classes, numbers=numbers)
    np.savez(FOLDER / "columns.npz", inputs=np.asfortranarray(inputs[:, :, 0]), targets=classes)
    save_file({"inputs": inputs, "targets": classes.astype("int64"), "numbers": numbers}, FOLDER / "plain.safetensors")
    return {"inputs": inputs.ravel().tolist(), "classes": classes.tolist(), "numbers": numbers.tolist()}


def main():
    FOLDER.mkdir(exist_ok=True)
    oracle = {"table": table(), "images": images(), "tensors": tensors()}
    (HERE / "readers.json").write_text(json.dumps(oracle) + "\n")


main()
