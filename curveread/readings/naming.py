"""Curves that are not understood, and losses whose names nobody knows: what the user may want to name."""

from __future__ import annotations

import numpy as np

from curveread.findings.arguments import Count, Tag, count
from curveread.findings.diagnosis import Statement
from curveread.findings.text import Text, joined, listed, text
from curveread.run.model import Curve, Run
from curveread.run.roles import Role

_MOST = 6
_COUNTER = 20
"""Points of which each is higher than the one before: a counter."""
_DOUBTFUL = 0.5
"""Confidence up to which a judged loss is said to be a guess."""


def naming(run: Run) -> list[Statement]:
    """Return which curves are not understood, and which losses are a guess; nothing where all are known."""
    unknown = [c for c in run.curves.values() if c.role is Role.OTHER and _moves(c)]
    guessed = [c for c in run.curves.values() if c.judged and c.known.confidence <= _DOUBTFUL]
    said = []
    if guessed:
        guess = (
            "{tags} are taken for losses, though their names are not known: train and eval have such a curve, both fall"
        )
        said.append(text(guess + ".", tags=_tags(guessed)))
    if unknown:
        left = "{curves} not understood, so drawn and checked for NaN only: {tags}."
        said.append(text(left, curves=Count(len(unknown), "curve"), tags=_tags(unknown)))
    return [Statement("curves", joined(" ", said))] if said else []


def _moves(curve: Curve) -> bool:
    """Return whether a curve has a course: a setting or an identifier has none, and a counter or a clock only rises."""
    value = curve.value[curve.finite]
    if not value.size or value.size < len(curve):
        return bool(len(curve))
    counts = value.size >= _COUNTER and bool((np.diff(value) > 0.0).all())
    return bool(value.max() > value.min()) and not counts


def _tags(curves: list[Curve]) -> Text:
    shown = [text("{tag}", tag=Tag(c.tag)) for c in curves[:_MOST]]
    more = len(curves) - _MOST
    return listed([*shown, text("{n} more", n=count(more))] if more > 0 else shown)
