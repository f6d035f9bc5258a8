"""Writes a small network for the digits as TorchScript, for `[model] kind = "torchscript"`.

    python examples/export_torchscript.py examples/torchscript/digits.pt    with PyTorch on the path

Scripted, not traced: a traced module has forgotten that dropout and batch normalisation have two modes.
"""

import sys
import zipfile

import torch
from torch import nn


class Digits(nn.Module):
    """Images [batch, 1, 8, 8] to logits [batch, 10]."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(8 * 2 * 2, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.dropout(self.features(images).flatten(1)))


def without_sources(path):
    """Takes out where each line of code came from: folders of this machine, which no training needs."""
    with zipfile.ZipFile(path) as file:
        kept = [(name, file.read(name)) for name in file.namelist() if not name.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w") as file:
        for name, content in kept:
            file.writestr(zipfile.ZipInfo(name), content)


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.jit.script(Digits()).save(sys.argv[1])
    without_sources(sys.argv[1])
