"""Sacred's file storage, as Sacred wrote it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import curveread as cr
from curveread.readers.sacred import SacredReader
from curveread.testing import check_reader

METRICS = {
    "training.loss": {
        "steps": [0, 10, 20, 30],
        "timestamps": [f"2026-11-29T23:50:0{i}.971007" for i in range(4)],
        "values": [2.0, 1.0, 0.6666666666666666, math.nan],
    },
    "val.acc": {
        "steps": [10, 30],
        "timestamps": ["2026-11-29T23:50:01.971029", "2026-11-29T23:50:03.971043"],
        "values": [0.6, 0.8],
    },
}


def _sample(folder: Path) -> Path:
    path = folder / "metrics.json"
    path.write_text(json.dumps(METRICS, indent=2))
    return path


def test_the_reader_keeps_to_its_contract(tmp_path: Path) -> None:
    check_reader(SacredReader, _sample(tmp_path))


def test_what_does_not_fit_together_is_left_out_with_a_note(tmp_path: Path) -> None:
    odd = {"steps": [0, 1], "values": [1.0], "timestamps": []}
    null = {"steps": [0], "values": [None], "timestamps": ["b"]}
    path = tmp_path / "metrics.json"
    text = {"steps": [0], "values": ["a"], "timestamps": ["b"]}
    path.write_text(json.dumps({**METRICS, "odd": odd, "null": null, "text": text}))
    (tmp_path / "config.json").write_text("{")
    (part,) = SacredReader().read(path)
    assert set(part.curves) == set(METRICS)
    assert [n.message.partition(":")[0] for n in part.notes] == ["odd", "null", "text", "cannot be read"]


def test_values_clock_config_and_ending(tmp_path: Path) -> None:
    folder = tmp_path / "17"
    folder.mkdir()
    _sample(folder)
    (folder / "config.json").write_text('{"lr": 0.1, "seed": 654421231}')
    (folder / "run.json").write_text('{"status": "FAILED"}')
    run = cr.read(folder)
    assert (run.name, run.crashed, dict(run.config)) == ("17", True, {"lr": 0.1, "seed": 654421231})
    loss = run["training.loss"]
    assert loss.step.tolist() == [0, 10, 20, 30]
    assert loss.value[:3].tolist() == [2.0, 1.0, 0.6666666666666666]
    assert math.isnan(loss.value[3])
    assert loss.wall_time is not None
    assert loss.wall_time[0] == 1795996200.971007


def test_steps_that_begin_again_are_another_start_of_the_run(tmp_path: Path) -> None:
    path = _sample(tmp_path)
    (part,) = SacredReader().read(path)
    assert part.segments == ()
    steps, values = [0, 10, 20, 10, 20, 30], [3.0, 2.0, 1.5, 2.1, 1.4, 1.0]
    moments = [f"2026-11-29T23:50:0{i}" for i in range(6)]
    path.write_text(json.dumps({"training.loss": {"steps": steps, "timestamps": moments, "values": values}}))
    (part,) = SacredReader().read(path)
    assert [s["training.loss"].value.tolist() for s in part.segments] == [values[:3], values[3:]]
    assert cr.read(path)["training.loss"].value.tolist() == [3.0, 2.1, 1.4, 1.0]
