"""How sure a finding is: how often such findings were right in the runs of programs and repositories left out.

The tables are fitted, not chosen: ``python -m tests.benchmarks.calibration --write`` renews them. A rule that too few
programs have shown has no measured confidence, and none is claimed.
"""

from __future__ import annotations

import math

from curveread.run.tags.kinds import RL, TaskKind

__all__ = ["CAPS", "ELSEWHERE", "KINDS", "RULES", "confidence_of", "group_of", "in_task"]

# --- fitted: begin ---
RULES: dict[str, tuple[float, float]] = {
    "divergence": (3.24, 0.11),  # 18 of 18 right, 11 programs
    "loss-spike": (2.96, 0.08),  # 66 of 68 right, 16 programs
    "masked-nan": (3.16, 0.02),  # 8 of 8 right, 3 programs
    "metric-collapse": (3.34, 0.08),  # 8 of 8 right, 8 programs
    "no-learning": (2.84, 0.00),  # 25 of 26 right, 13 programs
    "nonfinite-loss": (3.31, 0.00),  # 14 of 14 right, 9 programs
    "oscillation": (3.15, 0.01),  # 5 of 5 right, 3 programs
    "overfitting": (3.32, 0.09),  # 21 of 21 right, 13 programs
    "plateau": (3.20, 0.02),  # 7 of 7 right, 5 programs
    "restart": (3.20, 0.00),  # 7 of 7 right, 5 programs
}
KINDS: dict[str, float] = {
    "classification": 0.12,  # 27 of 27 right, 12 programs
    "detection": -0.29,  # 7 of 7 right, 2 programs
    "language-model": 0.05,  # 32 of 32 right, 6 programs
    "regression": -0.38,  # 4 of 4 right, 2 programs
    "reinforcement-learning": -1.10,  # 14 of 15 right, 6 programs
    "unknown": -0.10,  # 104 of 106 right, 20 programs
}
ELSEWHERE = -1.10
# --- fitted: end ---

CAPS = {"eval-below-train": 0.7}
"""Most that is ever claimed: curves alone cannot prove leakage, however often it was one."""
_LEAST, _MOST = 0.02, 0.99


def confidence_of(rule: str, strength: float = 0.0) -> float | None:
    """Return the share of such findings that are right, 0.02 to 0.99; None where too few were seen to tell.

    Parameters
    ----------
    rule
        Name of the check.
    strength
        How clear the case is: mostly the logarithm of what was measured over what was needed, 0 at the threshold.
    """
    if rule not in RULES:
        return None
    offset, slope = RULES[rule]
    return _bounded(rule, offset + slope * max(-10.0, min(10.0, strength)))


def in_task(rule: str, confidence: float | None, kind: TaskKind) -> float | None:
    """Return a confidence as it is in runs of a kind, or of the least sure kind where it was not measured."""
    if confidence is None or rule not in RULES:
        return confidence
    p = min(max(confidence, _LEAST), _MOST)
    return _bounded(rule, math.log(p / (1.0 - p)) + KINDS.get(group_of(kind), ELSEWHERE))


def group_of(kind: TaskKind) -> str:
    """Return the name under which a kind of training is measured: all reinforcement learning is one."""
    return TaskKind.PLAY.value if kind in RL else kind.value


def _bounded(rule: str, x: float) -> float:
    return min(max(1.0 / (1.0 + math.exp(-x)), _LEAST), CAPS.get(rule, _MOST))
