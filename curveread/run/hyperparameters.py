"""What of a config is a hyper-parameter: the plain values that were set; not names, places and results of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from curveread.run.settings import last_part

Value = str | int | float | bool | list[Any] | tuple[Any, ...]
"""What a setting may hold: a plain value, or a list of them."""

_NOT_SET = frozenset(
    (
        "name run_name output_dir logging_dir log_dir path dir id start_time host date epoch global_step step "
        "total_flos train_loss eval_loss loss best_metric best_model_checkpoint num_input_tokens_seen finished state "
        "exp_name experiment experiment_name run_id save_dir save_path output_path ckpt_dir checkpoint_dir log_path "
        "logdir hostname pid"
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
    """Return whether a setting of this name was set by somebody."""
    name = last_part(name)
    return name not in _NOT_SET and not name.endswith(_RESULTS)


def plain_settings(config: Mapping[str, Any]) -> dict[str, Value]:
    """Return all settings that are plain values or lists of them.

    Each goes by the last part of its name in lower case; a further one of that name that differs by its whole name.

    Examples
    --------
    >>> plain_settings({"generator": {"lr": 0.1}, "critic": {"lr": 0.2}})
    {'lr': 0.1, 'critic.lr': 0.2}
    """
    out: dict[str, Value] = {}
    for name, value in _named(config):
        listed = isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value)
        if (isinstance(value, str | int | float) or listed) and out.setdefault(last_part(name), value) != value:
            out.setdefault(name.lower(), value)
    return out


def _named(config: Mapping[str, Any], above: str = "", depth: int = 4) -> Iterator[tuple[str, Any]]:
    """Yield the settings of a config and of the mappings in it with their whole names."""
    for key, value in config.items():
        yield f"{above}{key}", value
        if depth and isinstance(value, Mapping):
            yield from _named(value, f"{above}{key}.", depth - 1)


def worded(value: Value) -> str:
    """Return a setting as text, at most 200 characters."""
    shown = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | tuple) else str(value)
    return shown.strip()[:200]
