"""W&B, MLflow and TensorBoard, where the process uses them: the report becomes an artifact of the run that is active.

None of them is imported or begun here; what is not in use is left alone.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

from curveread.integrations.ending import warn

__all__ = ["Trackers"]


class Trackers:
    """The runs that a training logs to."""

    def __init__(self) -> None:
        self._mlflow = ""
        self._writers: dict[int, Any] = {}

    def see(self) -> None:
        """Remember what is active now: some trackers end their run before a training's end is told."""
        try:
            active = getattr(sys.modules.get("mlflow"), "active_run", lambda: None)()
            if active is not None:
                self._mlflow = active.info.run_id
            kind = getattr(sys.modules.get("torch.utils.tensorboard"), "SummaryWriter", None)
            if kind is not None:
                # Nobody keeps a list of them; types are compared so that no proxy is woken.
                found = [o for o in gc.get_objects() if issubclass(type(o), kind)]
                self._writers |= {id(w): w for w in found if getattr(w, "file_writer", None) is not None}
        except Exception as error:
            warn("the trackers in use could not be told", error)

    def log(self, report: Path, said: str) -> None:
        """Log the report, and what it says in a few lines, to everything that is or was active."""
        for name, act in (("W&B", self._to_wandb), ("MLflow", self._to_mlflow), ("TensorBoard", self._to_tensorboard)):
            try:
                act(report, said)
            except Exception as error:
                warn(f"the report was not logged to {name}", error)

    def _to_wandb(self, report: Path, said: str) -> None:
        wandb: Any = sys.modules.get("wandb")
        run = getattr(wandb, "run", None)
        if run is not None:
            artifact = wandb.Artifact(f"curveread-report-{run.id}", type="report", description=said)
            artifact.add_file(str(report))
            run.log_artifact(artifact)

    def _to_mlflow(self, report: Path, said: str) -> None:
        if self._mlflow:
            mlflow: Any = sys.modules["mlflow"]
            mlflow.MlflowClient().log_artifact(self._mlflow, str(report))

    def _to_tensorboard(self, report: Path, said: str) -> None:
        text = "\n".join(f"    {line}" for line in [*said.splitlines(), f"Report: {report}"])
        for writer in {str(w.log_dir): w for w in self._writers.values()}.values():
            closed = writer.file_writer is None
            writer.add_text("curveread/report", text)
            writer.flush()
            if closed:
                writer.close()
