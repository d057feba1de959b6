"""Settings of a training that stand in files beside ``trainer_state.json``, as far as they explain its curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from curveread.readers.settings_file import settings_in
from curveread.readers.trainer.names import CHECKPOINT

_FILES = {
    "config.json": ("transformers_version",),
    "args.json": ("gradient_accumulation_steps", "learning_rate", "per_device_train_batch_size", "lr_scheduler_type"),
    "training_args.json": ("gradient_accumulation_steps", "learning_rate", "per_device_train_batch_size"),
    "training_args.yaml": ("gradient_accumulation_steps", "learning_rate", "per_device_train_batch_size"),
}
"""The model's config, and the arguments that ms-swift, LLaMA-Factory and others save -> what is taken from them."""


def settings_beside(state: Path) -> dict[str, Any]:
    """Return settings from the folder of a state file and, for a checkpoint, from the output folder above it."""
    folders = [state.parent]
    if CHECKPOINT.match(state.parent.name):
        folders.append(state.parent.parent)
    out: dict[str, Any] = {}
    for folder in folders:
        for name, keys in _FILES.items():
            try:
                loaded = settings_in(folder / name)
            except (OSError, ValueError):
                continue
            out.update({k: loaded[k] for k in keys if k in loaded and k not in out})
    return {k: v for k, v in out.items() if isinstance(v, int | float | str)}
