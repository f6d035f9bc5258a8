"""The step of `step.rs` in PyTorch: MLP 64-32-10, batch 128, Adam, one thread. Microseconds per step.

    python3 tests/benches/pytorch_step.py      (needs torch 2.11.0)
"""

import time

import torch
from torch import nn

STEPS = 3000


def step_time(fused: bool) -> float:
    torch.manual_seed(0)
    x, y = torch.randn(128, 64), torch.randint(0, 10, (128,))
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=fused)
    loss_of = nn.CrossEntropyLoss()
    began = time.perf_counter()
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
    return (time.perf_counter() - began) / STEPS * 1e6


torch.set_num_threads(1)
for fused in (False, True, False, True):
    print("fused" if fused else "plain", round(step_time(fused), 1))
