"""``show --verify``: every scalar is compared with what tbparse reads; one that was changed is listed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import curveread as cr
from curveread.errors import ReadError
from curveread.interop.verify import Difference, verify
from tests.cli.conftest import cli  # noqa: F401
from tests.conftest import SAMPLES, needed
from tests.support.event_files import NAME, event, scalar, simple, tensor, write

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

needed("tbparse")


@pytest.fixture
def logged(tmp_path: Path) -> Path:
    folder = tmp_path / "logged"
    folder.mkdir()
    events = [event(i, simple("loss", 1 / (i + 1)), tensor("acc", "scalars", float_val=[i / 50])) for i in range(50)]
    write(folder, events)
    return folder


@pytest.mark.parametrize("case", ["overfitting", "resumed-lost-head", "spike-recovers"])
def test_samples_hold_what_tbparse_reads(case: str) -> None:
    compared = verify(cr.read(SAMPLES / case))
    assert compared.scalars > 1000
    assert compared.differences == ()


def test_all_axes_are_compared_by_the_steps_of_the_log() -> None:
    assert verify(cr.read(SAMPLES / "overfitting", x="epoch")).differences == ()


def test_tensors_of_tensorflow_are_scalars_too(logged: Path) -> None:
    compared = verify(cr.read(logged))
    assert (compared.files, compared.scalars, compared.differences) == (1, 100, ())


def test_a_value_that_was_flipped_is_listed(logged: Path) -> None:
    run = cr.read(logged)
    value = run["loss"].value.copy()
    value[7] = 9.5
    curve = replace(run["loss"], value=value)
    (found,) = verify(replace(run, curves={**run.curves, "loss": curve})).differences
    assert found == Difference("", "loss", 7.0, (9.5,), (np.float32(1 / 8).item(),))


def test_a_value_that_is_damaged_on_disk_is_listed(cli: Cli, tmp_path: Path) -> None:  # noqa: F811
    """Both verify checksums: curveread leaves out the record, tbparse everything behind it; neither shows it."""
    folder = tmp_path / "damaged"
    folder.mkdir()
    path = write(folder, [scalar("loss", i, 1 / (i + 1)) for i in range(50)])
    data = bytearray(path.read_bytes())
    at = data.index(np.float32(1 / 8).tobytes())
    data[at] ^= 0xFF
    path.write_bytes(data)
    done = cli("show", folder, "--verify")
    assert done.returncode == 0
    assert "left out, 50 records were kept" in " ".join(done.stdout.split())
    assert "verified: tbparse reads the same 7 scalars of 1 event file" in done.stdout


def test_points_without_steps_are_numbered(tmp_path: Path) -> None:
    write(tmp_path, [scalar("loss", 0, 1 / (i + 1)) for i in range(50)])
    assert verify(cr.read(tmp_path)).differences == ()


def test_the_command_tells_the_result(cli: Cli, logged: Path) -> None:  # noqa: F811
    done = cli("show", logged, "--verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert "verified: tbparse reads the same 100 scalars of 1 event file" in done.stdout
    found = json.loads(cli("show", logged, "--verify", "--json").stdout)
    assert found["verified"] == {"files": 1, "scalars": 100, "differences": []}


def test_the_command_lists_differences_and_ends_with_1(
    cli: Cli,  # noqa: F811
    logged: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reader with a fault: it gives one value wrong."""
    from curveread.readers.tensorboard import reader

    real = reader._curves

    def faulty(series: object) -> dict[str, cr.Curve]:
        curves = real(series)  # type: ignore[arg-type]
        value = curves["loss"].value.copy()
        value[7] = 9.5
        return {**curves, "loss": replace(curves["loss"], value=value)}

    monkeypatch.setattr(reader, "_curves", faulty)
    done = cli("show", logged, "--verify")
    assert done.returncode == 1
    assert "not verified: of 100 scalars of 1 event file these differ" in done.stdout
    assert f"{NAME}: loss, step 7: curveread 9.5, tbparse 0.125" in " ".join(done.stdout.split())
    result = json.loads(cli("show", logged, "--verify", "--json").stdout)["verified"]
    assert result["differences"][0]["curveread"] == [9.5]


def test_a_run_without_event_files(cli: Cli) -> None:  # noqa: F811
    path = SAMPLES / "divergence-learning-rate"
    with pytest.raises(ReadError, match="has no TensorBoard event files"):
        verify(cr.read(path))
    done = cli("show", path, "--verify")
    assert done.returncode == 2
    assert "has no TensorBoard event files" in done.stderr
    assert done.stderr.count("\n") == 1
