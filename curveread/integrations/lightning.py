"""A callback for Lightning: ``Trainer(..., callbacks=[ReportCallback()])``."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from curveread import api
from curveread.integrations.ending import Death
from curveread.integrations.report import EndReport, plain
from curveread.integrations.trackers import Trackers
from curveread.run.model import Run

try:
    if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
        from pytorch_lightning.callbacks import Callback
    else:
        from lightning.pytorch.callbacks import Callback
except ImportError as error:
    raise ImportError(f"{__name__} needs Lightning: pip install lightning") from error

__all__ = ["ReportCallback"]


class ReportCallback(Callback):
    """Writes the report of a fit when it ends or dies, from what the module logs with ``self.log``.

    Lightning tells of exceptions and of SIGTERM itself. Metrics of training steps are taken every
    ``log_every_n_steps``, as loggers get them; those of an epoch and of a validation when it ends.

    Parameters
    ----------
    output
        The report's file; ``curveread-report.html`` in the Trainer's ``log_dir`` by default.
    log
        Whether the report is logged to W&B, MLflow and TensorBoard too, where a run of theirs is active.
    """

    def __init__(self, output: str | PathLike[str] | None = None, *, log: bool = True) -> None:
        self._output = output
        self._trackers = Trackers() if log else None
        self._begin(None)

    def _begin(self, trainer: Any) -> None:
        self._trainer = trainer
        self._rows: list[dict[str, float]] = []
        self._seen: dict[str, Any] = {}
        self._config: dict[str, Any] = {}

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Begin to gather."""
        self._begin(trainer)
        self._config = plain(getattr(pl_module, "hparams", {}))

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Remember what the training logs to."""
        if self._trackers is not None and trainer.is_global_zero:
            self._trackers.see()

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Take the metrics of a step."""
        if trainer.global_step % trainer.log_every_n_steps == 0:
            self._take(trainer)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Take the metrics of a validation."""
        self._take(trainer)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Take the metrics of an epoch."""
        self._take(trainer)

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """Write the report."""
        self._end(trainer, None)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Write the report of a fit that died."""
        told = signal.SIGTERM if type(exception).__name__ == "SIGTERMException" else exception
        self._end(trainer, Death(told))

    def _take(self, trainer: Any) -> None:
        """Take the metrics that are new: what was logged before stays among them as it was."""
        if trainer.sanity_checking or not trainer.is_global_zero or self._trainer is None:
            return
        metrics = trainer.callback_metrics
        new = {k: float(v) for k, v in metrics.items() if v is not self._seen.get(k)}
        self._seen.update(metrics)
        if new:
            self._rows.append({"step": trainer.global_step, "epoch": trainer.current_epoch, **new})

    def _end(self, trainer: Any, death: Death | None) -> None:
        if self._trainer is None or not trainer.is_global_zero:
            return
        EndReport(self._run, self._file, self._trackers).write(death)
        self._trainer = None

    def _run(self) -> Run:
        run = api.read(self._rows)
        return replace(run, name=Path(self._folder()).resolve().name, config={**self._config, **run.config})

    def _folder(self) -> str:
        return str(self._trainer.log_dir or self._trainer.default_root_dir)

    def _file(self, run: Run) -> Path:
        return Path(self._output or Path(self._folder()) / "curveread-report.html")
