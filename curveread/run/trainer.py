"""Whether Hugging Face's Trainer wrote a log: only then its arguments mean anything to the reader of a report."""

from __future__ import annotations

from curveread.run.model import Run
from curveread.run.settings import settings

_ARGUMENTS = {
    "per_device_train_batch_size",
    "logging_steps",
    "eval_strategy",
    "evaluation_strategy",
    "num_train_epochs",
}
_HISTORY = {"loss", "learning_rate", "epoch"}
"""What each line that the Trainer prints holds."""


def logged_by_trainer(run: Run) -> bool:
    """Return whether a log is that of Hugging Face's Trainer or of what is built on it (TRL, Axolotl, LLaMA-Factory).

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    bool
        By the reader's format, the settings or the names of the curves.
    """
    if any(s.format == "trainer-state" for s in run.sources) or any(n in _ARGUMENTS for n, _ in settings(run.config)):
        return True
    return set(run.curves) >= _HISTORY or {"train/loss", "train/global_step"} <= set(run.curves)
