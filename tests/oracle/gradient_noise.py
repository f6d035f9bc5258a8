"""Writes gradient_noise.json: the noise's standard deviation from step to step.

    python tests/oracle/gradient_noise.py

Neelakantan et al., Adding gradient noise improves learning for very deep networks, 2015: the variance is
eta / (1 + t)^gamma.
"""

import json
import math
import pathlib

CASES = [(0.01, 0.55), (0.3, 0.55), (1.0, 0.55), (0.3, 0.0), (0.3, 2.0), (0.0, 0.55)]
STEPS = [0, 1, 2, 9, 99, 1000, 123_456, 10**12]


def main():
    cases = [
        {"eta": eta, "gamma": gamma, "step": step, "deviation": math.sqrt(eta / (1 + step) ** gamma)}
        for eta, gamma in CASES for step in STEPS
    ]
    lines = ",\n".join(json.dumps(case) for case in cases)
    pathlib.Path(__file__).with_suffix(".json").write_text(f'{{"cases": [\n{lines}\n]}}\n')


main()
