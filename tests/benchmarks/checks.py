"""How long all checks take, and how that grows: ``python -m tests.benchmarks.checks [POINTS]``.

A run with a loss and a gradient norm is diagnosed at a tenth of the points and at all of them (1,000,000). Wanted: at
most 5 seconds and 1 GiB, and at most 12 times the time of a tenth. Times are of the processor, the best of three.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter

import numpy as np

from curveread.diagnose import diagnose
from curveread.run.model import Curve, Run

__all__ = ["made", "seconds"]

SECONDS, MEBIBYTES, GROWTH = 5.0, 1024.0, 12.0


def made(n: int, seed: int = 0) -> Run:
    """Return a run of n points: a power law with noise, a spike, and a gradient norm that shows it too."""
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    loss = (2.0 + 6.0 * (t / (n / 400) + 1) ** -0.45) * np.exp(0.015 * rng.standard_normal(n))
    norm = 1.0 + 0.2 * np.abs(rng.standard_normal(n))
    loss[n // 3 : n // 3 + 5] *= 1.5
    norm[n // 3 : n // 3 + 5] *= 9.0
    return Run("made", "made", {tag: Curve(tag, t, y) for tag, y in (("train/loss", loss), ("grad_norm", norm))})


def seconds(run: Run) -> float:
    """Return the processor's time for all checks: the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        found = diagnose(run)
        best = min(best, time.process_time() - start)
    assert Counter(f.rule for f in found.findings) == {"loss-spike": 1}, found.findings
    assert not found.failed, found.failed
    return best


def main() -> int:
    """Measure, print, and end with 1 when a demand is missed."""
    parser = argparse.ArgumentParser(description="How long all checks take, and how that grows.")
    parser.add_argument("points", nargs="?", type=int, default=1_000_000)
    n = parser.parse_args().points
    seconds(made(2_000))  # imports
    tenth, whole = seconds(made(n // 10)), seconds(made(n))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n // 10:,} points: {tenth:.2f} s")
    print(f"{n:,} points: {whole:.2f} s, {whole / tenth:.1f} times as long ({GROWTH:g} allowed)")
    print(f"{peak:.0f} MiB ({MEBIBYTES:g} allowed)")
    missed = whole > SECONDS or peak > MEBIBYTES or whole > GROWTH * tenth
    if missed:
        print("a demand is missed", file=sys.stderr)
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
