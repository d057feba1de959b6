"""A callback for Keras: ``model.fit(..., callbacks=[ReportCallback()])``."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from curveread import api
from curveread.integrations.ending import Ending
from curveread.integrations.report import EndReport
from curveread.integrations.trackers import Trackers
from curveread.run.model import Run
from curveread.run.notes import DataNote, NoteKind

try:
    from keras.callbacks import Callback
except ImportError as error:
    raise ImportError(
        f"{__name__} needs Keras and a backend: pip install keras torch (or jax, or tensorflow)"
    ) from error

__all__ = ["ReportCallback"]


class ReportCallback(Callback):
    """Writes the report of a fit when it ends or dies, from the logs of its epochs.

    An exception that ends the script is told when the process ends, in a notebook when the cell does. Of an epoch that
    is not whole the means over the batches so far are taken, with a note.

    Parameters
    ----------
    output
        The report's file; ``<model>-report.html`` in the current folder by default.
    log
        Whether the report is logged to W&B, MLflow and TensorBoard too, where a run of theirs is active.
    """

    def __init__(self, output: str | PathLike[str] | None = None, *, log: bool = True) -> None:
        super().__init__()
        self._output = output
        self._trackers = Trackers() if log else None
        self._ending = Ending(EndReport(self._run, self._file, self._trackers).write)
        self._rows: list[dict[str, float]] = []
        self._epoch, self._batches, self._part = 0, 0, dict[str, float]()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begin to gather and to wait for the end."""
        self._ending.begin()
        self._rows, self._part = [], {}
        if self._trackers is not None:
            self._trackers.see()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note which epoch it is."""
        self._epoch, self._batches, self._part = epoch, 0, {}

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Remember the means so far."""
        self._batches, self._part = batch + 1, dict(logs or {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Take the logs of an epoch."""
        self._rows.append(_row(epoch, {**self._rate(), **(logs or {})}))
        self._part = {}

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Write the report."""
        self._ending.end()

    def _rate(self) -> dict[str, Any]:
        with suppress(Exception):
            return {"learning_rate": self.model.optimizer.learning_rate}
        return {}

    def _run(self) -> Run:
        if not self._part:
            return replace(api.read(self._rows), name=self.model.name)
        run = api.read([*self._rows, _row(self._epoch, self._part)])
        said = f"epoch {self._epoch} is not whole: its values are means over its first {self._batches:,} batches"
        note = DataNote(NoteKind.TRUNCATED, self.model.name, said)
        return replace(run, name=self.model.name, notes=(*run.notes, note))

    def _file(self, run: Run) -> Path:
        return Path(self._output or f"{run.name}-report.html")


def _row(epoch: int, logs: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers among the logs."""
    row: dict[str, float] = {"epoch": epoch}
    for key, value in logs.items():
        with suppress(Exception):
            row[key] = float(value)
    return row
