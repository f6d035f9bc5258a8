"""Writes losses.json: what PyTorch's losses give for fixed outputs and targets, with their gradients.

    python tests/oracle/losses.py    with PyTorch 2.11 on the path

Sequences have outputs [batch, time, classes]; PyTorch wants the classes second, so they are brought there and back.
Class numbers stand for one-hot rows where a loss compares numbers. `each` has one value for every sample: of a
sequence the mean over its tokens.
"""

import json
import pathlib

import torch
import torch.nn.functional as F


def cross_entropy(output, target, reduction, smoothing):
    if output.dim() == 3:
        output = output.movedim(-1, 1)
        target = target.movedim(-1, 1) if target.is_floating_point() else target
    return F.cross_entropy(output, target, reduction=reduction, label_smoothing=smoothing)


def compared(function):
    def of(output, target, reduction):
        if not target.is_floating_point():
            target = F.one_hot(target, output.shape[-1]).to(output.dtype)
        return function(output, target, reduction=reduction)
    return of


def case(name, table, of, output, target):
    output = output.clone().requires_grad_()
    each = of(output, target, "none")
    mean = of(output, target, "mean")
    mean.backward()
    each = each.flatten(1).mean(1) if each.dim() > 1 else each
    return {"name": name, "loss": table, "classes": not target.is_floating_point(), "output": listed(output),
            "target": listed(target), "mean": mean.item(), "each": each.tolist(), "gradient": output.grad.flatten().tolist()}


def listed(tensor):
    return {"shape": list(tensor.shape), "values": tensor.flatten().tolist()}


def cases():
    draw = torch.Generator().manual_seed(9)
    normal = lambda *shape: 2 * torch.randn(*shape, generator=draw, dtype=torch.float64)
    logits, numbers = normal(3, 5, 4), torch.randint(4, (3, 5), generator=draw)
    mixed = torch.softmax(normal(3, 5, 4), -1)
    for of, target in (("numbers", numbers), ("probabilities", mixed)):
        for smoothing in (0.0, 0.1, 1.0):
            table = {"kind": "cross-entropy"} | ({"label-smoothing": smoothing} if smoothing else {})
            loss = lambda output, target, reduction: cross_entropy(output, target, reduction, smoothing)
            yield case(f"cross-entropy of sequences, class {of}, smoothing {smoothing}", table, loss, logits, target)
    for kind, function in (("mse", F.mse_loss), ("mae", F.l1_loss), ("bce-with-logits", F.binary_cross_entropy_with_logits)):
        yield case(f"{kind} of sequences, class numbers", {"kind": kind}, compared(function), logits, numbers)
    bce = compared(F.binary_cross_entropy_with_logits)
    yield case("bce of probabilities", {"kind": "bce-with-logits"}, bce, 10 * normal(6, 3), torch.sigmoid(normal(6, 3)))
    yield case("bce of class numbers", {"kind": "bce-with-logits"}, bce, normal(6, 3), torch.tensor([0, 2, 1, 1, 0, 2]))
    for beta in (1.0, 0.3):
        table = {"kind": "smooth-l1"} | ({"beta": beta} if beta != 1.0 else {})
        smooth = compared(lambda output, target, reduction: F.smooth_l1_loss(output, target, reduction=reduction, beta=beta))
        yield case(f"smooth-l1 of numbers, beta {beta}", table, smooth, normal(6, 3), normal(6, 3))
    yield case("smooth-l1 of class numbers", {"kind": "smooth-l1"}, compared(F.smooth_l1_loss), normal(4, 3), torch.tensor([0, 2, 1, 1]))
    yield case("l1 of numbers", {"kind": "l1"}, compared(F.l1_loss), normal(6, 3), normal(6, 3))


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    lines = ",\n".join(json.dumps(entry) for entry in cases())
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"torch": "{torch.__version__.split("+")[0]}", "cases": [\n{lines}\n]}}\n')


main()
