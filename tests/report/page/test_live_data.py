"""What the page carries for its scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curveread.findings.diagnosis import Diagnosis
from curveread.report.chart.chart import chart
from curveread.report.page.html import page
from curveread.report.page.live.data import BUDGET, CURVES, _cost, charts, fitted
from curveread.report.page.live.packing import array, packed
from curveread.run.model import Curve
from tests.conftest import ROOT
from tests.report.handmade import diagnosis, drawing, finding, run_of, spiky
from tests.report.page.browsing import TAGS, hostile


def unpacked(text: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    kind = {"i": "<i4", "d": "<f8", "f": "<f4"}[text[0]]
    return np.frombuffer(base64.b64decode(text[1:]), kind).astype(np.float64)


UPLOT = {  # version 1.6.32, MIT
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


def test_the_library_is_as_it_was_published() -> None:
    there = resources.files("curveread.report.page.live").joinpath("uplot")
    files = {file.name: file.read_bytes() for file in there.iterdir() if file.is_file()}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == UPLOT
    assert files["uPlot.iife.min.js"].startswith(b"/*! https://github.com/leeoniya/uPlot (v1.6.32) */")
    assert files["LICENSE"].startswith(b"The MIT License (MIT)\n")


def test_the_licence_of_the_library_travels_with_it() -> None:
    """In every page that holds it, and with the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "curveread/report/page/live/uplot/LICENSE" in project["license-files"]
    assert "uPlot (v1.6.32)" in page(spiky())


def data_of(d: Diagnosis) -> dict[str, Any]:
    return charts(d, chart(d))


@given(arrays(np.float64, st.integers(0, 40), elements=st.floats(width=32)))
def test_values_come_back(values: np.ndarray) -> None:
    assert np.array_equal(unpacked(array(values)), values, equal_nan=True)


@given(arrays(np.int64, st.integers(0, 40), elements=st.integers(-(2**53), 2**53)))
def test_steps_come_back(steps: np.ndarray) -> None:
    assert np.array_equal(unpacked(array(steps)), steps)


def test_curves_arrive_as_logged() -> None:
    d = spiky()
    made = data_of(d)
    curves = {c["tag"]: c for p in made["panels"] for c in p["curves"]}
    assert list(curves) == ["train/loss", "val/loss", "train/grad_norm", "train/lr"]
    assert np.array_equal(unpacked(curves["train/loss"]["step"]), d.run["train/loss"].step)
    assert np.allclose(unpacked(curves["train/loss"]["value"]), d.run["train/loss"].value, rtol=1e-6)
    assert [p["title"] for p in made["panels"] if p["open"]] == ["Loss", "Gradient norm", "Learning rate"]
    assert [(m["n"], m["first"], m["home"]) for m in made["marks"]] == [(1, 600, 0)]


def test_hostile_text_cannot_leave_its_element() -> None:
    made = data_of(hostile())
    text = packed(made)
    assert not set("<>&") & set(text)
    assert json.loads(text) == made
    assert text.isascii()
    assert {c["tag"] for p in made["panels"] for c in p["curves"]} >= {TAGS[0]}


def test_a_full_page_keeps_every_extreme() -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    values = [rng.normal(2, 0.1, n) for _ in range(16)]
    for i, v in enumerate(values):
        v[1000 * i + 7] = 50.0
    drawings = [drawing(Curve(f"layer_{i}/loss", np.arange(n), v)) for i, v in enumerate(values)]
    kept = fitted(drawings, frozenset({"layer_3/loss"}))
    assert sum(_cost(d) for d in kept) < 1.05 * BUDGET
    for i, (before, after) in enumerate(zip(drawings, kept, strict=True)):
        assert 300 <= after.step.size <= n
        assert 1000 * i + 7 in after.step
        assert (after.step[0], after.step[-1]) == (0, n - 1)
        assert after.points == before.points
    assert kept[3] is drawings[3]  # shown at once
    assert kept[4].step.size < drawings[4].step.size
    assert fitted(drawings[:1], frozenset()) == (drawings[0],)


def test_more_findings_are_marked_than_on_paper() -> None:
    d = spiky(at=range(30, 1100, 9))
    assert len(chart(d).marks) == 40
    assert len(data_of(d)["marks"]) == len(d.findings)


def test_a_peak_beyond_numbers_is_left_out() -> None:
    step = np.arange(50)
    d = diagnosis(run_of({"loss": (step, step * 1.0)}), [finding("loss-spike", "error", 5, peak_step=5, tag="loss")])
    assert data_of(d)["marks"][0]["peak"] == [5, 5]
    assert data_of(replace(d, findings=(replace(d.findings[0], peak_step=500),)))["marks"][0]["peak"] is None


def test_a_page_of_ten_thousand_curves_has_a_ceiling() -> None:
    """It says what it leaves out, and keeps the curves that it shows at once and those of findings."""
    step = np.arange(60)
    curves = {"loss": (step, np.exp(-step / 20))} | {f"layer{i}/norm": (step, step * 0.1 + i) for i in range(10_000)}
    found = [finding("gradient-explosion", "warning", 30, tag="layer9876/norm")]
    d = diagnosis(run_of(curves), found)
    text = page(d)
    assert len(text.encode()) < 5_000_000
    assert "9,401 more curves are not in this page" in text
    tags = {c["tag"] for p in data_of(d)["panels"] for c in p["curves"]}
    assert {"loss", "layer9876/norm", "layer0/norm"} <= tags
    assert len(tags) == CURVES
    assert "more curves are not in this page" not in page(spiky())
