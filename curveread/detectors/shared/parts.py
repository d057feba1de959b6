"""Parts of a loss that grow by decades while its total hides it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Subject
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, level, rough, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.run.tags.kinds import RL, TaskKind
from curveread.run.tags.words import words
from curveread.signals.levels import window_medians
from curveread.signals.median import median

PARTS = (Role.COMPONENT_LOSS, Role.AUXILIARY_LOSS)

_DECADE = 10.0
_LEFT = 3.0
"""How many times its established level a part has left it for good."""
_ESTABLISHED = 0.3
"""Share of the run in which a part finds its level: many begin at nothing and grow at first (KL, commitment)."""
_SEEN = 0.01
"""Share of the total below which a part does not matter."""
_USED = 0.1
"""Nats of a KL divergence below which the latent code is not in use yet: that it comes into use is no fault."""
_LEAST = 20
_WEIGHTS = {"weight", "coef", "coeff", "coefficient", "beta", "lambda", "scale", "gamma"}


def grown_parts(subject: Subject) -> list[Finding]:
    """Return a finding for each part of the loss that ends decades above the level it had found.

    Parameters
    ----------
    subject
        What a check is given; it declared :data:`PARTS` among its roles.

    Returns
    -------
    list of Finding
        Of the rule ``divergence``. Nothing of adversaries and of reinforcement learning, whose terms have no level of
        their own, nor while a logged weight of the terms rises.
    """
    total = subject.first(Role.TRAIN_LOSS)
    if total is None or subject.task.kind in (*RL, TaskKind.GAN) or _weights_rise(subject):
        return []
    return [found for view in subject.all(*PARTS) for found in _grown(view, total)]


def _grown(view: CurveView, total: CurveView) -> Iterator[Finding]:
    value, n = view.value, len(view)
    if n < _LEAST or float(value.min()) < 0.0:
        return
    width = max(5, n // 10)
    medians = window_medians(value, width)
    early = medians[: max(1, int(_ESTABLISHED * n) - width + 1)]
    found, end = float(early.max()), float(medians[-1])
    whole = median(np.abs(total.value[-max(3, len(total) // 10) :]))
    if end < _DECADE * found or found <= 0.0 or end < _SEEN * whole or float(value[-width:].min()) < _LEFT * found:
        return
    if "kl" in words(view.tag) and found < _USED:
        return
    onset = int(np.flatnonzero(value <= _LEFT * found)[-1]) + 1
    at = int(view.step[onset])
    yield Finding(
        rule="divergence",
        severity=Severity.WARNING,
        confidence=confidence_of("divergence"),
        tag=view.tag,
        first_step=at,
        peak_step=int(view.step[int(np.argmax(value))]),
        last_step=int(view.step[-1]),
        message=text(
            "{part} grew {times} times, from {before} to {after}, from {onset} on{hidden}",
            part=Tag(view.tag),
            times=rough(end / found),
            before=level(found),
            after=level(end, view.unit),
            onset=Place(at),
            hidden=_hidden(total, at, end / whole if whole else np.inf),
        ),
        evidence=(
            Evidence("level-before", "level before", found, view.unit),
            Evidence("level-at-the-end", "level at the end", end, view.unit),
            Evidence("share-of-the-total-at-the-end", "share of the total at the end", min(end / whole, 1.0), "ratio")
            if whole
            else Evidence("total-at-the-end", "total at the end", whole, total.unit),
        ),
        also_explained_by=("a weight of this term that was raised on purpose",),
        advice=(text("Look at {part} alone: its weight, its targets and their scale.", part=Tag(view.tag)),),
    )


def _hidden(total: CurveView, at: int, part: float) -> Text:
    """Return that the total did not show it, where it did not."""
    before, after = _levels(total.value, int(np.searchsorted(total.step, at)))
    if after > before or part > 1.0:
        return text("")
    return text("; {total} does not show it, it holds {share} of it", total=Tag(total.tag), share=share(part))


def _levels(value: FloatArray, at: int) -> tuple[float, float]:
    m = max(3, value.size // 10)
    return median(value[max(0, at - m) : max(1, at)]), median(value[-m:])


def _weights_rise(subject: Subject) -> bool:
    """Return whether a weight of the terms is logged and rises: then they grow as planned."""
    views = (v for v in subject.all(Role.HYPER_PARAMETER) if _WEIGHTS & set(words(v.tag)) and len(v) > 1)
    return any(float(v.value[-1]) > _LEFT * float(v.value[0]) for v in views)
