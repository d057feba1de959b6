"""How sure a finding is: one logistic map per rule, from how clearly it passed its threshold to how often it is right.

The numbers are fitted, not chosen: ``python -m tests.benchmarks.calibration`` prints them, with the fit on families of
runs that were held out.
"""

from __future__ import annotations

import math

__all__ = ["FITTED", "UNMEASURED", "confidence_of"]

FITTED: dict[str, tuple[float, float]] = {
    "divergence": (1.94, 1.45),  # 74 of 74 right
    "gradient-explosion": (1.96, 0.00),  # 2 of 2 right
    "gradient-vanishing": (1.74, 0.00),  # 1 of 1 right
    "learning-rate-jump": (1.74, 0.00),  # 1 of 1 right
    "level-shift": (1.74, 0.00),  # 1 of 1 right
    "loss-spike": (2.78, 2.54),  # 199 of 208 right
    "masked-nan": (1.96, 0.00),  # 2 of 2 right
    "metric-collapse": (1.69, 1.12),  # 3 of 3 right
    "no-learning": (2.37, 0.00),  # 5 of 5 right
    "nonfinite-loss": (4.06, 0.00),  # 70 of 70 right
    "oscillation": (1.76, 1.10),  # 2 of 2 right
    "overfitting": (3.01, 1.36),  # 71 of 71 right
    "plateau": (2.99, 1.61),  # 64 of 64 right
    "restart": (2.55, 0.00),  # 7 of 7 right
    "time-gap": (1.74, 0.00),  # 1 of 1 right
}
"""rule -> (offset, slope): the confidence is 1 / (1 + exp(-(offset + slope * strength)))."""

UNMEASURED = (1.4, 0.0)
"""The same for rules of which the labelled runs hold too few findings: 0.8, whatever the strength."""

_LEAST, _MOST = 0.02, 0.99


def confidence_of(rule: str, strength: float = 0.0) -> float:
    """Return the share of such findings that are right, 0.02 to 0.99.

    Parameters
    ----------
    rule
        Name of the check.
    strength
        How clear the case is: mostly the logarithm of what was measured over what was needed, 0 at the threshold.
    """
    offset, slope = FITTED.get(rule, UNMEASURED)
    x = offset + slope * max(-10.0, min(10.0, strength))
    return min(max(1.0 / (1.0 + math.exp(-x)), _LEAST), _MOST)
