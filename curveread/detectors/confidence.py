"""How sure a finding is: how often such findings were right in the runs of programs and repositories left out.

The tables are fitted, not chosen: ``python -m tests.benchmarks.calibration --write`` renews them. A rule that too few
programs have shown has no measured confidence, and none is claimed.
"""

from __future__ import annotations

import math

from curveread.run.tags.kinds import RL, TaskKind

# --- fitted: begin ---
RULES: dict[str, tuple[float, float]] = {
    "divergence": (3.13, 0.12),  # 18 of 18 right, 11 programs
    "eval-below-train": (3.02, 0.00),  # 3 of 3 right, 3 programs
    "loss-spike": (2.86, 0.08),  # 65 of 67 right, 16 programs
    "masked-nan": (3.03, 0.01),  # 8 of 8 right, 3 programs
    "metric-collapse": (2.67, 0.07),  # 10 of 11 right, 10 programs
    "no-learning": (3.28, 0.03),  # 26 of 26 right, 14 programs
    "nonfinite-loss": (3.19, 0.00),  # 14 of 14 right, 9 programs
    "oscillation": (3.05, 0.01),  # 5 of 5 right, 3 programs
    "overfitting": (3.22, 0.10),  # 21 of 21 right, 13 programs
    "plateau": (3.11, 0.02),  # 8 of 8 right, 6 programs
    "restart": (3.08, 0.00),  # 7 of 7 right, 5 programs
}
KINDS: dict[str, float] = {
    "classification": -0.70,  # 29 of 30 right, 12 programs
    "detection": -0.56,  # 7 of 7 right, 2 programs
    "language-model": -0.29,  # 30 of 30 right, 6 programs
    "regression": -0.64,  # 4 of 4 right, 2 programs
    "reinforcement-learning": -0.38,  # 16 of 16 right, 6 programs
    "unknown": -0.35,  # 106 of 108 right, 21 programs
}
ELSEWHERE = -0.70
# --- fitted: end ---

CAPS = {"eval-below-train": 0.7, "reinforcement-learning": 0.9}
"""Most that is ever claimed, by a rule or of a kind of training: curves alone cannot prove leakage, however often it
was one; and a return wanders by nature, and says nothing of what could be reached.
"""
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
    group = group_of(kind)
    return min(_bounded(rule, math.log(p / (1.0 - p)) + KINDS.get(group, ELSEWHERE)), CAPS.get(group, _MOST))


def group_of(kind: TaskKind) -> str:
    """Return the name under which a kind of training is measured: all reinforcement learning is one."""
    return TaskKind.PLAY.value if kind in RL else kind.value


def _bounded(rule: str, x: float) -> float:
    return min(max(1.0 / (1.0 + math.exp(-x)), _LEAST), CAPS.get(rule, _MOST))
