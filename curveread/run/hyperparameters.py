"""What of a config is a hyper-parameter: the plain values that were set; not names, places and results of the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from curveread.run.settings import settings

__all__ = ["Value", "hyperparameters", "is_hyperparameter", "plain_settings", "worded"]

Value = str | int | float | bool | list[Any] | tuple[Any, ...]
"""What a setting may hold: a plain value, or a list of them."""

_NOT_SET = frozenset(
    (
        "name run_name output_dir logging_dir log_dir path dir id start_time host date epoch global_step step "
        "total_flos train_loss eval_loss loss best_metric best_model_checkpoint num_input_tokens_seen finished state"
    ).split()
)
_RESULTS = ("runtime", "per_second", "_per_sec", "_flos", "timestamp")
"""Entries of configs that nobody set: names and places, and results of the run, by their names or their ends."""


def hyperparameters(config: Mapping[str, Any]) -> dict[str, Value]:
    """Return the hyper-parameters of a config, by the last part of their names in lower case.

    Examples
    --------
    >>> hyperparameters({"args": {"lr": 0.1, "output_dir": "out"}, "train_runtime": 5.0})
    {'lr': 0.1}
    """
    return {name: value for name, value in plain_settings(config).items() if is_hyperparameter(name)}


def is_hyperparameter(name: str) -> bool:
    """Return whether a setting of this name, in lower case, was set by somebody."""
    return name not in _NOT_SET and not name.endswith(_RESULTS)


def plain_settings(config: Mapping[str, Any]) -> dict[str, Value]:
    """Return all settings that are plain values or lists of them; of two of one name the first."""
    out: dict[str, Value] = {}
    for name, value in settings(config):
        listed = isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value)
        if isinstance(value, str | int | float) or listed:
            out.setdefault(name, value)
    return out


def worded(value: Value) -> str:
    """Return a setting as text, at most 200 characters."""
    shown = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | tuple) else str(value)
    return shown.strip()[:200]
