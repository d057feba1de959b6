"""How often a run was evaluated and logged, from its curves and its config: what the checks of cadence share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from curveread.detectors.base import Views
from curveread.findings.arguments import Length, Name
from curveread.findings.text import Text, text
from curveread.language.cadence import Cost, Rhythm, arguments, epoch_length, eval_cost, rhythm_of
from curveread.run.roles import EVAL_WORDS, Role, words
from curveread.run.settings import number_of


def evals_of(views: Views, config: Mapping[str, Any], x_axis: str) -> Rhythm | None:
    """Return how often the eval loss was measured; of several the one with the most points counts."""
    return _rhythm(views, Role.EVAL_LOSS, config, x_axis)


def logging_of(views: Views, config: Mapping[str, Any], x_axis: str) -> Rhythm | None:
    """Return how often the training loss was logged."""
    return _rhythm(views, Role.TRAIN_LOSS, config, x_axis)


def _rhythm(views: Views, role: Role, config: Mapping[str, Any], x_axis: str) -> Rhythm | None:
    view = next(iter(views.get(role, ())), None)
    if view is None:
        return None
    per_epoch = steps_per_epoch(views, config)
    # Steps that are epochs under another name: one point an epoch.
    return rhythm_of(view.step, "epoch" if per_epoch == 1.0 else x_axis, per_epoch)


def steps_per_epoch(views: Views, config: Mapping[str, Any]) -> float | None:
    """Return the steps of an epoch: from the curve that counts epochs, or from the settings of the Trainer."""
    for view in views.get(Role.EPOCH, ())[:1]:
        found = epoch_length(view.step, view.value)
        if found is not None:
            return found
    steps, epochs = number_of(config, "max_steps"), number_of(config, "num_train_epochs")
    return steps / epochs if steps and epochs and steps > 0 and epochs > 0 else None


def cost_of_evals(views: Views) -> Cost | None:
    """Return what evaluation took of the wall time, None where the log has no clock or does not show it."""
    train, evaluation = (next(iter(views.get(r, ())), None) for r in (Role.TRAIN_LOSS, Role.EVAL_LOSS))
    if train is None or evaluation is None or train.curve.wall_time is None:
        return None
    logged = [v.value for v in views.get(Role.TIME, ()) if _is_runtime(v.tag)]
    runtime = max(logged, key=lambda v: v.size) if logged else np.empty(0)
    return eval_cost(runtime, train.curve.step, train.curve.wall_time, evaluation.step)


def evaluate_every(steps: int, trainer: bool) -> Text:
    """Return the advice to evaluate at such a distance, with the settings that do it where the Trainer is in use."""
    if not trainer:
        return text("Evaluate every {steps}.", steps=Length(steps))
    return text(
        "Evaluate every {steps} ({settings}).",
        steps=Length(steps),
        settings=Name(arguments(eval_steps=steps)),
    )


def _is_runtime(tag: str) -> bool:
    have = set(words(tag))
    return "runtime" in have and bool(have & EVAL_WORDS)
