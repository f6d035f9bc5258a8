"""Writes torchscript.json: what PyTorch computes with `examples/torchscript/digits.pt`; and small modules that return
something else, `torchscript/*.pt`.

    python tests/oracle/torchscript.py    with PyTorch 2.11 on the path

Outputs of four images in evaluation mode, then three batches in training mode with the generator seeded before each,
so that the same pixels are dropped: outputs, cross-entropy, gradients, and buffers afterwards. The weights stand.
"""

import json
import math
import pathlib
import sys
from typing import Dict, List, Tuple

import torch
import torch.nn.functional as F
from torch import nn

ROOT = pathlib.Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "examples"))
from export_torchscript import without_sources


class Parts(nn.Module):
    """Three numbers to two logits."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 4)
        self.norm = nn.LayerNorm(4)
        self.head = nn.Linear(4, 2)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.body(x)).relu()


class Pair(Parts):
    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        features = self.features(x)
        return self.head(features), features


class Named(Parts):
    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        features = self.features(x)
        return {"features": features, "logits": self.head(features)}


class Listed(Parts):
    def forward(self, x: torch.Tensor) -> List[torch.Tensor]:
        return [self.head(self.features(x))]


class Tied(nn.Module):
    """Three numbers to three logits by one matrix, there and back."""

    def __init__(self):
        super().__init__()
        self.there = nn.Linear(3, 3, bias=False)
        self.back = nn.Linear(3, 3, bias=False)
        self.back.weight = self.there.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.back(self.there(x))


def export():
    torch.manual_seed(0)
    for module in (Pair(), Named(), Listed(), Tied()):
        path = pathlib.Path(__file__).with_suffix("") / f"{type(module).__name__.lower()}.pt"
        torch.jit.script(module).save(path)
        without_sources(path)


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    export()
    torch._C._set_graph_executor_optimize(False)
    model = torch.jit.load(ROOT / "examples" / "torchscript" / "digits.pt")
    images = torch.tensor([math.cos(0.37 * e) + math.sin(0.011 * e) for e in range(4 * 64)]).reshape(4, 1, 8, 8)
    target = torch.tensor([3, 1, 4, 1])
    model.eval()
    evaluated = model(images).flatten().tolist()
    model.train()
    steps = []
    for step in range(3):
        torch.manual_seed(step)
        model.zero_grad(set_to_none=True)
        output = model(images)
        loss = F.cross_entropy(output, target)
        loss.backward()
        steps.append({
            "output": output.flatten().tolist(), "loss": loss.item(),
            "gradients": {name: value.grad.flatten().tolist() for name, value in model.named_parameters()},
            "buffers": {name: value.flatten().tolist() for name, value in model.named_buffers()},
        })
    entry = {"torch": torch.__version__.split("+")[0], "names": list(model.state_dict()), "evaluated": evaluated, "steps": steps}
    rounded = json.loads(json.dumps(entry), parse_float=lambda text: float(f"{float(text):.8g}"))
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(rounded) + "\n")


main()
