"""Curves counted in epochs beside the same numbers counted in steps: put where the steps are.

Keras's TensorBoard callback logs each evaluation twice, as ``epoch_loss`` at the number of its epoch and as
``evaluation_loss_vs_iterations`` at the iteration. On one axis epoch 10 would lie at step 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from curveread.arrays import IntArray
from curveread.plural import amount
from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind
from curveread.run.tags.words import words

_FEWEST = 3
"""Distinct values that tell one curve from another."""


def at_steps(curves: Mapping[str, Curve]) -> tuple[dict[str, Curve], list[DataNote]]:
    """Return the curves with those that count epochs at the steps of these epochs, and a note. O(points).

    Parameters
    ----------
    curves
        Of one run. A curve whose name has the word epoch, with the very values that another one has at other steps,
        says which step each epoch has; that other one becomes another name of it.
    """
    counted = {t: c for t, c in curves.items() if "epoch" in words(t) and (np.diff(c.step) > 0).all()}
    twins = _twins(counted, {t: c for t, c in curves.items() if t not in counted}) if counted else {}
    if not twins:
        return dict(curves), []
    tag, twin = max(twins.items(), key=lambda pair: len(pair[1]))
    epoch, step = counted[tag].step, twin.step
    moved = {t: _moved(c, epoch, step) for t, c in counted.items() if np.isin(c.step, epoch).all()}
    doubled = {c.tag for t, c in twins.items() if t in moved and np.array_equal(moved[t].step, c.step)}
    moved = {t: replace(c, aliases=(*c.aliases, twins[t].tag)) if t in twins else c for t, c in moved.items()}
    out = {t: moved.get(t, c) for t, c in curves.items() if t not in doubled}
    message = (
        f"{amount(len(moved), 'curve')} counted in epochs stand at the steps at which {twin.tag} has the values "
        f"of {tag}: epoch {epoch[0]} at step {step[0]:,}, epoch {epoch[-1]} at step {step[-1]:,}"
    )
    return out, [DataNote(NoteKind.X_AXIS, "", message)]


def _twins(counted: Mapping[str, Curve], others: Mapping[str, Curve]) -> dict[str, Curve]:
    """Return the curve that has the same values at other steps, for each that has one."""
    by_values = {c.value.tobytes(): c for c in others.values() if np.unique(c.value).size >= _FEWEST}
    found = {t: by_values.get(c.value.tobytes()) for t, c in counted.items()}
    return {t: c for t, c in found.items() if c is not None and not np.array_equal(c.step, counted[t].step)}


def _moved(curve: Curve, epoch: IntArray, step: IntArray) -> Curve:
    return replace(curve, step=step[np.searchsorted(epoch, curve.step)])
