"""The step of `optimizer.rs` in PyTorch, one thread. Milliseconds per step: the least of many, after a warm-up.

    python3 tests/benches/pytorch_optimizer.py [PART OF A NAME]     (needs torch 2.11.0)
"""

import sys
import time

import torch

SIZES = {"1 M": 1_000_000, "100 M": 100_000_000}
VARIANTS = {"plain": dict(foreach=False), "foreach": dict(foreach=True), "fused": dict(fused=True)}
CLASSES = {
    "adam": lambda weights, variant: torch.optim.Adam(weights, 1e-3, **variant),
    "sgd": lambda weights, variant: torch.optim.SGD(weights, 1e-3, momentum=0.9, **variant),
}
SECONDS = 2.0


def weights(size: int, count: int) -> list[torch.Tensor]:
    result = [torch.rand(size // count, requires_grad=True) for _ in range(count)]
    for weight in result:
        weight.grad = torch.ones_like(weight)
    return result


def least(optimizer: torch.optim.Optimizer) -> float:
    times = []
    while sum(times) < SECONDS or len(times) < 10:
        began = time.perf_counter()
        optimizer.step()
        times.append(time.perf_counter() - began)
    return min(times[3:]) * 1e3


torch.set_num_threads(1)
wanted = sys.argv[1] if len(sys.argv) > 1 else ""
for kind, make in CLASSES.items():
    for size_name, size in SIZES.items():
        for count in (10, 1000):
            name = f"{kind}, {size_name} in {count}"
            if wanted in name:
                found = {key: least(make(weights(size, count), variant)) for key, variant in VARIANTS.items()}
                print(name, *(f"{key} {value:.3f}" for key, value in found.items()), sep="  ", flush=True)
