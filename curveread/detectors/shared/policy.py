"""What else the log of a policy says where its return was lost or never rose: exploration, step sizes, the critic."""

from __future__ import annotations

import numpy as np

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.shared.returns import entropies
from curveread.findings.arguments import Tag
from curveread.findings.finding import Evidence
from curveread.findings.text import text
from curveread.run.roles import Role, words
from curveread.signals.median import median

_LEAST = 8
_CLIPPED = 0.5
"""Share of the samples outside the clip range from which on an update leaves the old policy behind."""


def beside_the_return(subject: Subject, first: int, last: int) -> tuple[Evidence, ...]:
    """Return what the first entropy, clip fraction and explained variance were from step ``first`` to ``last``.

    The entropy is told as it was at both ends. A clip fraction is told where most updates left the old policy behind
    (0.1 to 0.3 are usual), an explained variance where the critic predicted no better than the mean return would.
    """
    told: list[Evidence] = []
    for view in entropies(subject)[:1]:
        value = _within(view, first, last)
        if value.size >= _LEAST:
            part = max(3, value.size // 10)
            for key, name, level in (
                ("entropy-before", text("{tag} before", tag=Tag(view.tag)), value[:part]),
                ("entropy-at-the-end", text("{tag} at the end", tag=Tag(view.tag)), value[-part:]),
            ):
                told.append(Evidence(key, name, median(level), "nats"))
    for view in subject.all(Role.DIAGNOSTIC):
        have, value = set(words(view.tag)), _within(view, first, last)
        if value.size < _LEAST:
            continue
        typical = median(value)
        clipped = "clipfrac" in have or ("clip" in have and bool(have & {"fraction", "frac"}))
        explained = "explained" in have and bool(have & {"variance", "var"})
        if (clipped and typical >= _CLIPPED) or (explained and typical <= 0.0):
            key = "clip-fraction" if clipped else "explained-variance"
            told.append(Evidence(key, text("typical {tag}", tag=Tag(view.tag)), typical, "ratio"))
    return tuple(told)


def _within(view: CurveView, first: int, last: int) -> np.ndarray:
    return view.value[(view.step >= first) & (view.step <= last)]
