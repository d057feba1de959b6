"""What was not finite before a loss was, and what helps against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from curveread.arrays import BoolArray
from curveread.detectors.base import CurveView, Subject
from curveread.findings.arguments import Length, Name, Tag
from curveread.findings.finding import Evidence
from curveread.findings.lead import Lead, Moved, lead_of
from curveread.findings.text import Text, text
from curveread.run.model import Curve
from curveread.run.roles import Role
from curveread.run.settings import settings

_REACH = 50
"""Logged points between two non-finite stretches that still belong together; of long logs a fiftieth of the points."""
_NEAR, _OFTEN = 10, 2
"""The same, where stretches of a curve come again and again: a loss scale that is tried out overflows on purpose."""
_FLAGS = {"fp16": "fp16", "bf16": "bf16", "use_fp16": "fp16", "use_bf16": "bf16"}
_NAMED = ("precision", "mixed_precision", "dtype", "torch_dtype", "compute_dtype")


class Earlier(NamedTuple):
    """A curve that was not finite before another one was.

    Parameters
    ----------
    lead
        The two.
    what
        ``NaN`` or ``infinite``.
    """

    lead: Lead
    what: str

    @property
    def step(self) -> int:
        """The first step that is not finite."""
        return self.lead.first.at

    def message(self) -> Text:
        """Return it as the end of a sentence: ``; grad_norm was NaN 3 steps before``."""
        by = Length(self.lead.then.at - self.step)
        return text("; {first} was {what} {by} before", first=Tag(self.lead.first.tag), what=Name(self.what), by=by)

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what moved first, and where."""
        return (
            Evidence("moved-first", "moved first", self.lead.sentence()),
            Evidence("first-non-finite", "first value that is not finite", float(self.step), "step"),
        )


def earlier(subject: Subject, view: CurveView, step: int) -> Earlier | None:
    """Return what was first not finite in the stretch that leads up to a step, None when nothing was before it.

    Parameters
    ----------
    subject
        The run's losses and gradient norms.
    view
        The curve that is not finite from ``step`` on.
    step
        Where it begins. What was not finite long before, and finite again since, is another event: a loss scale that
        is found in the first steps overflows on purpose.
    """
    found: list[Earlier] = []
    for other in subject.all(Role.GRAD_NORM, Role.TRAIN_LOSS):
        if other is view:
            continue
        curve = other.curve
        bad = ~curve.finite
        begin = _stretch(bad, int(np.searchsorted(curve.step, step, side="right")))
        if begin is not None and int(curve.step[begin]) < step:
            lead = lead_of(_moved(curve, begin), _moved(view.curve, int(np.searchsorted(view.curve.step, step))))
            found.append(Earlier(lead, "NaN" if np.isnan(curve.value[begin]) else "infinite"))
    return min(found, key=lambda e: e.step, default=None)


def _moved(curve: Curve, at: int) -> Moved:
    """Return where a curve was last finite, and first not."""
    return Moved(curve.tag, int(curve.step[at - 1]) if at else int(curve.step[0]) - 1, int(curve.step[at]))


def _stretch(bad: BoolArray, end: int) -> int | None:
    """Return where the bad points begin that lead up to an index, None when there are none."""
    at = np.flatnonzero(bad[:end])
    if at.size == 0:
        return None
    reach = max(_REACH, bad.size // 50)
    breaks = np.flatnonzero(np.diff(at) > reach)
    if breaks.size >= _OFTEN:
        reach = _NEAR
        breaks = np.flatnonzero(np.diff(at) > reach)
    if end - int(at[-1]) > reach:
        return None
    return int(at[breaks[-1] + 1] if breaks.size else at[0])


def loss_that_goes_on(subject: Subject, step: int) -> CurveView | None:
    """Return the training loss where it is measured, and finite, from a step to the end of the run, else None."""
    view = subject.first(Role.TRAIN_LOSS)
    if view is None or not view.usable[-1] or not view.usable[view.curve.step >= step].all():
        return None
    return view


def precision(facts: Mapping[str, Any]) -> str:
    """Return what to do about the precision, by what the config says of it: its flags before the names of types."""
    listed = [(n, _FLAGS[n]) for n, v in settings(facts) if n in _FLAGS and v is True]
    listed += [(n, str(v).lower()) for n, v in settings(facts) if n in _NAMED and isinstance(v, str | int)]
    for name, said in listed:
        if "bf16" in said or "bfloat" in said:
            return "The run is in bf16, which does not overflow: look at the batch and the learning rate just before."
        if "fp16" in said or "float16" in said or said.startswith("16"):
            return text(
                "The run is in half precision ({setting}): train in bf16, which has the range of fp32, or look at the "
                "loss scale; then at the batch and the learning rate just before.",
                setting=Name(name if name == said else f"{name} = {said}"),
            )
    return "Look at the batch, the learning rate and the precision just before: fp16 overflows where bf16 does not."
