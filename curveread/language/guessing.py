"""Losses that come from arithmetic, not from learning: ln 2, ln 10, ln(vocabulary)."""

from __future__ import annotations

import numpy as np

_CHOICES = (2, 3, 4, 5, 8, 10, 16, 20, 50, 100, 256, 1000)
"""Answers of common tasks: pairs, digits and CIFAR, bytes, ImageNet."""


def guess_of(level: float, error: float, vocabulary: int | None = None) -> int | None:
    """Return k when a loss lies at ln(k), the loss of guessing evenly among k answers; else None.

    Parameters
    ----------
    level, error
        The loss in nats and its standard error.
    vocabulary
        Tokens in the vocabulary; then nothing else is looked for but two answers.

    Notes
    -----
    It must lie within three standard errors (never less than 1 % of ln k: an untrained output is not quite even), and
    three standard errors must be less than 2 % of it: a noisier level agrees with many k.
    """
    if not (np.isfinite(level) and np.isfinite(error)) or level <= 0.0 or 3.0 * error > 0.02 * level:
        return None
    choices = (vocabulary, 2) if vocabulary is not None else _CHOICES
    near = [k for k in choices if k > 1 and abs(level - np.log(k)) <= max(3.0 * error, 0.01 * np.log(k))]
    return min(near, key=lambda k: abs(level - float(np.log(k)))) if near else None
