"""A callback for the Trainer of Hugging Face transformers: ``Trainer(..., callbacks=[ReportCallback()])``."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from curveread import api
from curveread.integrations.ending import Ending
from curveread.integrations.report import EndReport, plain
from curveread.integrations.trackers import Trackers
from curveread.run.model import Checkpoint, Run

try:
    from transformers import TrainerCallback
except ImportError as error:
    raise ImportError(f"{__name__} needs Hugging Face transformers: pip install transformers accelerate") from error

__all__ = ["ReportCallback"]


class ReportCallback(TrainerCallback):
    """Writes the report of a training when it ends or dies, from the Trainer's own log history.

    An exception that ends the script is told when the process ends, in a notebook when the cell does.

    Parameters
    ----------
    output
        The report's file; ``curveread-report.html`` in the Trainer's ``output_dir`` by default.
    log
        Whether the report is logged to W&B, MLflow and TensorBoard too, where a run of theirs is active.
    """

    def __init__(self, output: str | PathLike[str] | None = None, *, log: bool = True) -> None:
        self._output = output
        self._state: Any = None
        self._settings: Any = None
        self._trackers = Trackers() if log else None
        self._ending = Ending(EndReport(self._run, self._file, self._trackers).write)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin to wait for the end."""
        self._state, self._settings = state, args
        if state.is_world_process_zero:
            self._ending.begin()
            if self._trackers is not None:
                self._trackers.see()

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write the report."""
        self._state = state
        self._ending.end()

    def _run(self) -> Run:
        folder = Path(self._settings.output_dir)
        run = api.read(self._state.log_history)
        saved = ((p, p.name.rpartition("-")[2]) for p in sorted(folder.glob("checkpoint-*")))
        return replace(
            run,
            name=folder.resolve().name,
            config={**plain(self._settings.to_dict()), **run.config},
            checkpoints=tuple(Checkpoint(int(step), str(p)) for p, step in saved if step.isdigit()),
        )

    def _file(self, run: Run) -> Path:
        return Path(self._output or Path(self._settings.output_dir) / "curveread-report.html")
