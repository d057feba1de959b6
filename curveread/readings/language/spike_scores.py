"""Shares of spikes as other projects publish them, among the key figures."""

from __future__ import annotations

from curveread.case import Case
from curveread.findings.diagnosis import KeyFigure
from curveread.run.roles import Role
from curveread.signals.events import spike_scores as definitions

_CURVES = ((Role.TRAIN_LOSS, "loss"), (Role.GRAD_NORM, "grad_norm"))


def spike_scores(case: Case) -> dict[str, KeyFigure]:
    """Return OLMo 2's and OLMo-core's spike score of the loss and the gradient norm, in percent of the points.

    Only for comparing with published figures, which are of language models: what is a spike in this run the check
    ``loss-spike`` decides. Left out where the curve is too short for the definition. A logged point stands for a step:
    of a curve that was logged every 50 steps it is the score of those points.
    """
    out: dict[str, KeyFigure] = {}
    if not case.task.language:
        return out
    for role, name in _CURVES:
        for view in case.views.get(role, ())[:1]:
            for key, value in definitions.spike_scores(view.curve.value).items():
                out[f"{key}_{name}"] = KeyFigure(value, "%")
    return out
