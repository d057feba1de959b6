"""TensorBoard's debiased moving average as its five-line definition."""

from __future__ import annotations

import math


def ema(values: list[float], weight: float) -> list[float]:
    finite = [v for v in values if math.isfinite(v)]
    if finite and all(v == finite[0] for v in finite):
        return list(values)
    last, n, out = 0.0, 0, []
    for v in values:
        if not math.isfinite(v):
            out.append(v)
            continue
        last = last * weight + (1 - weight) * v
        n += 1
        out.append(last / (1 - weight**n))
    return out
