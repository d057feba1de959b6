from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from curveread.errors import ExportError, UsageError
from curveread.findings import schema
from curveread.report.text.json import result_json
from curveread.report.write import FORMATS, write, write_index
from tests.report.handmade import diagnosis, finding, run_of, spiky


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written(tmp_path: Path, format: str) -> None:
    target = tmp_path / f"r.{format}"
    assert write(spiky(), target, format) == target
    assert target.stat().st_size > 1000
    beside = {"r.md", "r.png"} if format == "md" else {f"r.{format}"}
    assert {p.name for p in tmp_path.iterdir()} == beside


def test_markdown_links_its_picture(tmp_path: Path) -> None:
    write(spiky(), tmp_path / "my report.md", "md")
    assert "(<my%20report.png>)" in (tmp_path / "my report.md").read_text(encoding="utf-8")
    assert (tmp_path / "my report.png").read_bytes().startswith(b"\x89PNG")


def test_json_is_the_result_with_the_knots(tmp_path: Path) -> None:
    step = np.arange(300)
    loss = 2 + np.exp(-step / 40)
    loss[5], loss[9] = np.nan, np.inf
    d = diagnosis(run_of({"loss": (step, loss)}), [finding("loss-spike", "error", 5, peak_step=5, tag="loss")])
    write(d, tmp_path / "r.json", "json")

    def refuse(name: str) -> Any:
        raise AssertionError(name)

    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert found == json.loads(json.dumps(result_json(d)))
    jsonschema.validate(found, schema.load())
    charts = found.pop("charts")
    assert found == json.loads(d.to_json())
    assert charts["loss"]["nonfinite_step"] == [5, 9]
    assert charts["loss"]["step"] == [s for s in range(300) if s not in (5, 9)]
    assert charts["loss"]["value"][0] == loss[0]
    knots = charts["loss"]["knots"]
    assert len(knots["step"]) == len(knots["trend"]) == len(knots["band_low"]) == len(knots["band_high"]) > 100


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"r\.doc: doc format; a report can be html, md, json, png, svg, pdf"):
        write(spiky(), tmp_path / "r.doc", "doc")


def test_a_missing_folder_is_an_export_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"r\.html: cannot be written: No such file or directory"):
        write(spiky(), tmp_path / "none" / "r.html", "html")


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    target = tmp_path / f"r.{format}"
    target.write_text("before")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(ExportError, match="No space left on device"):
        write(spiky(), target, format)
    assert [p.name for p in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "before"


def test_the_umask_is_respected(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write(spiky(), tmp_path / "r.json", "json")
    finally:
        os.umask(old)
    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o640


def test_the_index_links_relative_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    report = write(spiky(), tmp_path / "a" / "r 1.html", "html")
    text = write_index([(spiky(), report)], tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="a/r%201.html"' in text
