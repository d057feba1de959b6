"""Diagnoses built by hand: what the report gets, without any check having run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.findings.diagnosis import Diagnosis, KeyFigure, Quiet, Verdict
from curveread.findings.extras.beside import Beside
from curveread.findings.extras.drawing import Drawing, Ruler
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.run.model import Curve, Run, Source
from curveread.run.roles import Role

JUDGED = (Role.TRAIN_LOSS, Role.GRAD_NORM)


def running_median(value: NDArray[np.float64], window: int = 51) -> NDArray[np.float64]:
    """(n,) -> (n,): a plain stand-in for the trend that a real diagnosis carries."""
    half = min(window // 2, max(0, (value.size - 1) // 2))
    if half == 0:
        return value.copy()
    padded = np.pad(value, half, mode="reflect")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)


def drawing(curve: Curve) -> Drawing:
    good = curve.finite
    step, value = curve.step[good], curve.value[good]
    empty = np.empty(0)
    knots, trend, low, high = np.empty(0, np.int64), empty, empty, empty
    if curve.role is Role.TRAIN_LOSS and value.size >= 8:
        middle = running_median(value)
        scale = 1.4826 * running_median(np.abs(value - middle), 101)
        take = np.unique(np.linspace(0, value.size - 1, min(2000, value.size)).astype(np.int64))
        knots, trend = step[take], middle[take]
        low, high = trend - 3 * scale[take], trend + 3 * scale[take]
    positive = value[value > 0]
    wide = curve.role is Role.GRAD_NORM or (
        positive.size > 0 and positive.size == value.size and np.quantile(value, 0.97) > 300 * np.quantile(value, 0.03)
    )
    unit = "nats" if curve.role in (Role.TRAIN_LOSS, Role.EVAL_LOSS) else ""
    return Drawing(
        curve.tag,
        str(curve.role),
        step,
        value,
        len(curve),
        curve.step[~good],
        knots,
        trend,
        low,
        high,
        {},
        bool(wide),
        unit,
    )


def run_of(curves: Mapping[str, tuple[Any, Any]], name: str = "run-7", **about: Any) -> Run:
    made = {tag: Curve(tag, np.asarray(s), np.asarray(v, dtype=np.float64)) for tag, (s, v) in curves.items()}
    about.setdefault("sources", (Source(f"{name}/history.csv", "table", 51_234),))
    return Run(name, f"runs/{name}", made, **about)


def finding(rule: str, severity: str, first: int | None, last: int | None = None, **more: Any) -> Finding:
    where = "" if first is None else f" at step {first}"
    more.setdefault("message", f"{rule}{where}")
    more.setdefault("confidence", 0.9)
    return Finding(rule, Severity(severity), first_step=first, last_step=first if last is None else last, **more)


@dataclass(frozen=True)
class Given:
    """Extras that were made by hand."""

    made: tuple[Drawing, ...]

    def drawings(self, diagnosis: Diagnosis) -> tuple[Drawing, ...]:
        return self.made

    def rulers(self, diagnosis: Diagnosis) -> tuple[Ruler, ...]:
        return ()

    def digests(self, diagnosis: Diagnosis) -> Mapping[str, str]:
        return {}

    def beside(self, diagnosis: Diagnosis) -> tuple[Beside, ...]:
        return ()


def diagnosis(run: Run, findings: Sequence[Finding] = (), headline: str | None = None, **more: Any) -> Diagnosis:
    worst = max((f.severity for f in findings), default=None)
    health = "ok" if worst is None else worst.value
    text = headline or (findings[0].message if findings else "Nothing needs attention: the run is healthy")
    more.setdefault("quiet", (Quiet("loss-spike"), Quiet("divergence"), Quiet("plateau")))
    if "summary" not in more:
        evals = run.of(Role.EVAL_LOSS)
        more["summary"] = {}
        if evals and evals[0].finite.any():
            best = int(np.nanargmin(np.where(evals[0].finite, evals[0].value, np.nan)))
            more["summary"] = {
                "best_eval_loss": KeyFigure(float(evals[0].value[best]), "nats", int(evals[0].step[best]))
            }
    drawings = tuple(drawing(c) for c in run.curves.values())
    return Diagnosis(run, tuple(findings), Verdict(health, text), extras=Given(drawings), **more)


def spiky(n: int = 1200, at: Sequence[int] = (600,), seed: int = 0) -> Diagnosis:
    """A run with a spike at each of ``at``, an eval loss, a gradient norm and a learning rate."""
    rng = np.random.default_rng(seed)
    step = np.arange(n)
    loss = 2 + 2.5 * np.exp(-step / 150) + rng.normal(0, 0.05, n)
    for s in at:
        loss[s : s + 3] += (2.0, 1.2, 0.5)
    evals = np.arange(50, n, 50)
    curves = {
        "train/loss": (step, loss),
        "val/loss": (evals, loss[evals] + 0.2),
        "train/grad_norm": (step, np.exp(rng.normal(0, 0.2, n))),
        "train/lr": (step, 3e-4 * np.minimum(1, step / 100) * (0.5 + 0.5 * np.cos(np.pi * step / n))),
    }
    found = [
        finding(
            "loss-spike",
            "warning",
            s,
            s + 3,
            peak_step=s,
            tag="train/loss",
            message=f"train/loss jumped 2.0 nats above its trend at step {s} and was back within 3 steps",
            evidence=(
                Evidence("height", "height", 2.0, "nats"),
                Evidence("height-in-noise", "height in noise", 38.4, "sigma"),
                Evidence("width", "width", 3, "steps"),
            ),
            also_explained_by=("a batch of other data, with nothing wrong in it",),
            advice=(f"Look at the batches of step {s}.", "Clip the gradient norm at about 1."),
        )
        for s in at
    ]
    return diagnosis(run_of(curves), found)
