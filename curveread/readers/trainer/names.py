"""The Trainer's names: of its folders, of its closing summary, and of its curves in the logs of its callbacks."""

from __future__ import annotations

import re

CHECKPOINT = re.compile(r"(?:checkpoint-(\d+)|last-checkpoint)$")
"""Name of a checkpoint's folder; the Hub keeps the newest as ``last-checkpoint``."""
SUMMARY_KEYS = frozenset(
    {
        "train_runtime",
        "train_samples_per_second",
        "train_steps_per_second",
        "train_tokens_per_second",
        "total_flos",
        "train_loss",
    }
)
"""Keys of the row that the Trainer logs once at the end; they describe the training as a whole."""


def rewritten(tag: str) -> str:
    """Return the tag under which the Trainer's TensorBoard and W&B callbacks log a key of ``log_history``."""
    for prefix in ("eval_", "test_"):
        if tag.startswith(prefix):
            return prefix[:-1] + "/" + tag[len(prefix) :]
    return "train/" + tag
