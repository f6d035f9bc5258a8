"""Writes network.json: what PyTorch computes of one fixed network, under the losses of several plugins.

    python tests/oracle/network.py    with PyTorch 2.11 on the path

A perceptron 64-8-10 with ReLU, eight samples; weights and inputs are sines, so that tests make the same ones. For each
case the loss, the gradients of both biases and the norms of all four gradients. Label smoothing is CrossEntropyLoss's
own. AR and TAR are written after RNNRegularizer of fastai 2.8 (`after_loss`), with the hidden layer as both outputs and
the features as time. MixUp is written after MixUp of fastai 2.8 (`lf`), with given weights and partners: the interpolated
losses of both targets. Statistics of the hidden layer are written after its ActivationStats (`hook`). In float64.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

SAMPLES, PIXELS, HIDDEN, CLASSES = 8, 64, 8, 10
TARGET = torch.tensor([3, 1, 4, 1, 5, 9, 2, 6])
PARTNER = torch.tensor([7, 4, 0, 5, 6, 1, 3, 2])
KEPT = torch.tensor([0.9, 0.55, 1.0, 0.625, 0.5, 0.75, 0.8, 0.98], dtype=torch.float64)
NAMES = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]


def wave(shape, scale, phase):
    values = [scale * math.sin(phase + 1.3 * k) for k in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def network():
    shapes = [(HIDDEN, PIXELS), (HIDDEN,), (CLASSES, HIDDEN), (CLASSES,)]
    return [wave(shape, 0.5, 0.2 + i).requires_grad_() for i, shape in enumerate(shapes)]


def inputs():
    return 0.5 + wave((SAMPLES, PIXELS), 0.5, 0.7)


def forward(weights, x):
    hidden = F.relu(F.linear(x, weights[0], weights[1]))
    return hidden, F.linear(hidden, weights[2], weights[3])


def rows(kept):
    hot = F.one_hot(TARGET, CLASSES).double()
    return torch.lerp(hot[PARTNER], hot, kept[:, None])


def regularised(hidden, output, alpha, beta):
    loss = F.cross_entropy(output, TARGET)
    if alpha:
        loss = loss + alpha * hidden.float().pow(2).mean()
    if beta:
        loss = loss + beta * (hidden[:, 1:] - hidden[:, :-1]).float().pow(2).mean()
    return loss


def interpolated(output):
    one = F.cross_entropy(output, TARGET, reduction="none")
    other = F.cross_entropy(output, TARGET[PARTNER], reduction="none")
    return torch.lerp(other, one, KEPT).mean()


LOSSES = {
    "plain": lambda h, o: F.cross_entropy(o, TARGET),
    "label-smoothing": lambda h, o: F.cross_entropy(o, TARGET, label_smoothing=0.1),
    "label-smoothing 0.3": lambda h, o: F.cross_entropy(o, TARGET, label_smoothing=0.3),
    "label-smoothing of mixed rows": lambda h, o: F.cross_entropy(o, rows(KEPT), label_smoothing=0.1),
    "ar and tar": lambda h, o: regularised(h, o, 2.0, 1.0),
    "ar": lambda h, o: regularised(h, o, 0.5, 0.0),
    "tar": lambda h, o: regularised(h, o, 0.0, 3.0),
    "mixup": lambda h, o: interpolated(o),
}


def case(name):
    weights, x = network(), inputs()
    if name == "mixup":
        x = torch.lerp(x[PARTNER], x, KEPT[:, None])
    loss = LOSSES[name](*forward(weights, x))
    loss.backward()
    gradients = [weight.grad for weight in weights]
    biases = torch.cat([gradients[1], gradients[3]]).tolist()
    return {"name": name, "loss": loss.item(), "biases": biases, "norms": [g.norm().item() for g in gradients]}


def statistics():
    weights = network()
    hidden, output = forward(weights, inputs())
    F.cross_entropy(output, TARGET).backward()
    gradients = torch.cat([weight.grad.flatten() for weight in weights])
    counts = hidden.histc(4).tolist()
    return {
        "mean": hidden.mean().item(),
        "std": hidden.std().item(),
        "near-zero": (hidden <= 0.05).long().sum().item() / hidden.numel(),
        "near-four": (hidden <= 4.0).long().sum().item() / hidden.numel(),
        "counts": counts,
        "max": hidden.max().item(),
        "grad-norm": gradients.norm().item(),
        "grad-max": gradients.abs().max().item(),
    }


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    cases = ",\n".join(json.dumps(case(name)) for name in LOSSES)
    fixed = {"target": TARGET.tolist(), "partner": PARTNER.tolist(), "kept": KEPT.tolist()}
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(
        f'{{"torch": "{torch.__version__.split("+")[0]}",\n"fixed": {json.dumps(fixed)},\n'
        f'"statistics": {json.dumps(statistics())},\n"cases": [\n{cases}\n]}}\n'
    )


main()
