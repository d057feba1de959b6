"""What stopped a training beside its loss: a learning rate of nothing, gradients that are gone or not finite."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.detectors.base import CurveView, Subject
from curveread.findings.arguments import Place, Tag, count
from curveread.findings.finding import Evidence
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.median import median


class Stop(NamedTuple):
    """Something that stopped the learning: where, in words, as evidence, and what to do."""

    step: int
    reason: str
    evidence: Evidence
    advice: tuple[str, ...]
    dead: bool = True
    """Whether nothing could be learnt from there on; else little."""


def stopped(subject: Subject) -> Stop | None:
    """Return where the learning rate or the gradient fell to nothing and stayed there, None when neither did."""
    rate = subject.first(Role.LEARNING_RATE)
    if rate is not None and len(rate) >= 5:
        top = float(rate.value.max())
        alive = np.flatnonzero(rate.value > 0.005 * top)
        if top > 0.0 and alive.size and alive[-1] + 3 < len(rate):
            step = int(rate.step[alive[-1] + 1])
            now = median(rate.value[alive[-1] + 1 :])
            return Stop(
                step,
                text(
                    "the learning rate was {zero} from there on"
                    if now == 0
                    else "the learning rate was nearly {zero} from there on",
                    zero=count(0),
                ),
                Evidence(
                    "learning-rate-after-against-its-peak", "learning rate after, against its peak", now / top, "ratio"
                ),
                (
                    "Match the schedule to the number of steps, or stop where it ends.",
                    text(
                        "Continue from {end} with a learning rate that decays over the steps that are left.",
                        end=Place(step),
                    ),
                ),
                dead=now == 0.0,
            )
    norm = subject.first(Role.GRAD_NORM)
    return None if norm is None else _starved(norm)


def _starved(norm: CurveView) -> Stop | None:
    """Return where the gradient norm became zero, or stopped being finite, for good."""
    value = norm.curve.value
    if value.size < 20:
        return None
    usual = median(norm.value[: max(5, len(norm) // 10)]) if len(norm) else 0.0
    alive = np.flatnonzero(np.isfinite(value) & (np.abs(value) > 1e-8 * usual))
    if not alive.size or alive[-1] + 5 >= value.size:
        return None
    step, rest = int(norm.curve.step[alive[-1] + 1]), value[alive[-1] + 1 :]
    finite = bool(np.isfinite(rest).all())
    return Stop(
        step,
        text("the gradient norm was {zero} from there on", zero=count(0))
        if finite
        else text("the gradient norm was not finite from there on"),
        Evidence(
            "largest-gradient-norm-after",
            text("largest {tag} after", tag=Tag(norm.tag)),
            float(rest.max()) if finite else float("nan"),
            "",
        ),
        ("Gradients no longer reach the parameters: look for a detached graph, frozen layers or dead units.",)
        if finite
        else (
            "Steps with such gradients are skipped: look at the loss scale, the inputs and the learning rate there.",
        ),
    )
