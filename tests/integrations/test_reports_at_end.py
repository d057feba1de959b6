"""Real trainings with a callback: when one ends, raises or is told to end by SIGTERM, a report is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT, absent, needed

REPORTS = {"plain": "report.html", "ker": "report.html", "lit": "report.html", "trainer": "out/curveread-report.html"}
PLACES = {"ker": "epoch 40", "lit": "step 40", "trainer": "step 39", "plain": "step 40"}
FRAMEWORKS = [pytest.param(name, marks=pytest.mark.frameworks) for name in ("ker", "lit", "trainer")]
ALL = ["plain", *FRAMEWORKS]
FILE_STORE = {"MLFLOW_ALLOW_FILE_STORE": "true"}
"""To make the tables of a database takes MLflow longer than all else here; readers/stores has tests of both stores."""


def begun(name: str, folder: Path, *how: str) -> subprocess.Popen[str]:
    """Start a training in a folder."""
    framework = {"ker": "keras", "lit": "lightning", "trainer": "transformers"}.get(name)
    if framework is not None and find_spec(framework) is None:
        absent(f"{framework} is in the extra frameworks")
    # W&B in this process would have the training write through its service, into the folder of that.
    own = {k: v for k, v in os.environ.items() if k != "WANDB_SERVICE"}
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.integrations.trainings.{name}", *how],
        cwd=folder,
        env={**own, **FILE_STORE, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return the exit code of a training, what curveread said, and all that it printed."""
    out, err = process.communicate(timeout=240)
    said = [line for line in err.splitlines() if line.startswith("curveread: ")]
    assert len(said) == 1, err
    return process.returncode, said[0], out + err


def killed(name: str, folder: Path, *how: str) -> subprocess.Popen[str]:
    """Start a training and send it SIGTERM in the middle."""
    process = begun(name, folder, "waits", *how)
    until = time.monotonic() + 200
    while not (folder / "ready").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    return process


def page(name: str, folder: Path) -> str:
    return (folder / REPORTS[name]).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL)
def test_one_that_ends_has_its_report(name: str, tmp_path: Path) -> None:
    code, said, _ = finished(begun(name, tmp_path, "ends"))
    assert code == 0
    assert said.endswith(f"Report: {REPORTS[name]}")
    assert said.startswith(("curveread: OK ", "curveread: INFO "))
    assert "The run ended at" not in page(name, tmp_path)


@pytest.mark.parametrize("name", ALL)
def test_one_that_raises_has_its_report_and_its_own_exception(name: str, tmp_path: Path) -> None:
    code, said, printed = finished(begun(name, tmp_path, "dies"))
    assert code == 1
    assert "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB" in printed
    assert f"The run ended at {PLACES[name]}: the GPU ran out of memory (its traceback)." in said
    assert "the GPU ran out of memory" in page(name, tmp_path)


@pytest.mark.parametrize("name", ["plain", *(p for p in FRAMEWORKS if p.values != ("lit",))])
def test_one_that_is_killed_by_sigterm_has_its_report_and_dies_of_it(name: str, tmp_path: Path) -> None:
    code, said, _ = finished(killed(name, tmp_path))
    assert code == -signal.SIGTERM
    assert "the process was asked to end (SIGTERM)" in said
    assert "the process was asked to end (SIGTERM)" in page(name, tmp_path)


@pytest.mark.frameworks
def test_lightning_ends_on_sigterm_as_it_does_without_the_callback(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    bare = killed("lit", tmp_path / "bare", "bare")
    bare.communicate(timeout=240)
    code, said, _ = finished(killed("lit", tmp_path))
    assert code == bare.returncode
    assert "the process was asked to end (SIGTERM)" in said
    assert "the process was asked to end (SIGTERM)" in page("lit", tmp_path)


@pytest.mark.frameworks
def test_the_trainers_report_holds_its_settings_and_checkpoints_and_is_logged_where_it_logs(tmp_path: Path) -> None:
    finished(begun("trainer", tmp_path, "dies"))
    assert "checkpoint-30" in page("trainer", tmp_path)
    assert "per_device_train_batch_size" in page("trainer", tmp_path)
    (artifact,) = tmp_path.rglob("artifacts/curveread-report.html")
    assert artifact.read_bytes() == (tmp_path / REPORTS["trainer"]).read_bytes()
    events = b"".join(p.read_bytes() for p in tmp_path.rglob("*tfevents*"))
    assert b"curveread/report" in events


@pytest.mark.frameworks
def test_lightnings_report_is_a_text_in_tensorboard(tmp_path: Path) -> None:
    finished(begun("lit", tmp_path, "ends"))
    events = b"".join(p.read_bytes() for p in tmp_path.rglob("*tfevents*"))
    assert b"curveread/report" in events
    assert b"Report: report.html" in events


@pytest.mark.slow
def test_a_report_is_an_artifact_of_the_runs_that_are_active(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*next(iter(FILE_STORE.items())))
    needed("wandb")
    mlflow = needed("mlflow")
    code, said, printed = finished(begun("tracked", tmp_path))
    assert code == 1
    assert "ValueError: no more data" in printed
    assert "it ended with ValueError: no more data" in said
    (log,) = tmp_path.rglob("*.wandb")
    assert b"curveread-report-" in log.read_bytes()
    client = mlflow.MlflowClient(str(tmp_path / "mlruns"))
    (run,) = client.search_runs(["0"])
    assert [a.path for a in client.list_artifacts(run.info.run_id)] == ["report.html"]
