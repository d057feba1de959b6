"""What a logged loss is, told by the run as a whole: a sum of accumulated losses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role

_SUMMING = re.compile(r"4\.4[67]\b")
_NEAR = 0.2
"""How far from the number of accumulated batches the ratio of train to eval loss may lie."""


def summed_note(curves: Mapping[str, Curve], config: Mapping[str, Any]) -> DataNote | None:
    """Return a note where the train loss is a sum over accumulated batches, as transformers 4.46 and 4.47 log it.

    That is where it is about k times the eval loss and k batches are accumulated. The version decides where it is
    known; the values stay as logged.
    """
    version = _find(config, "transformers_version")
    if isinstance(version, str) and not _SUMMING.match(version):
        return None
    batches = _find(config, "gradient_accumulation_steps")
    known = isinstance(batches, int) and not isinstance(batches, bool)
    if known and batches < 2:
        return None
    train, evaluation = (_longest(curves, role) for role in (Role.TRAIN_LOSS, Role.EVAL_LOSS))
    if train is None or evaluation is None or not (known or version):
        return None
    at = np.searchsorted(train.step, evaluation.step, side="right") - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = train.value[np.maximum(at, 0)][at >= 0] / evaluation.value[at >= 0]
    ratios = ratios[np.isfinite(ratios)]
    if not ratios.size:
        return None
    ratio = float(np.median(ratios))
    times = int(batches) if known else round(ratio)
    if times < 2 or abs(ratio / times - 1) > _NEAR:
        return None
    counted = f"{times} batches are accumulated per step" if known else "the ratio is a whole number"
    by = f"transformers {version}" if version else "transformers 4.46 and 4.47"
    message = (
        f"{train.tag} is about {ratio:.3g} times {evaluation.tag} and {counted}: {by} logged the sum of the "
        f"accumulated losses; divide by {times} for the mean. Values are shown as logged"
    )
    return DataNote(NoteKind.SUMMED, "", message)


def _find(config: Mapping[str, Any], name: str) -> Any:
    """Return a hyper-parameter under its name, or at the end of a longer one (``args.gradient_accumulation_steps``)."""
    if name in config:
        return config[name]
    return next((v for k, v in config.items() if re.split(r"[./]", str(k))[-1] == name), None)


def _longest(curves: Mapping[str, Curve], role: Role) -> Curve | None:
    found = [c for c in curves.values() if c.role is role and len(c)]
    return max(found, key=len) if found else None
