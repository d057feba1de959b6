"""Diagnoses over epochs, tokens and time: the same things are found, told on the axis that was asked for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from curveread import api
from curveread.findings import schema
from curveread.findings.arguments import AxisWord, Labelled, Place, Span
from curveread.findings.diagnosis import Diagnosis, Statement, Verdict
from curveread.findings.finding import Evidence
from curveread.findings.text import text
from curveread.readings.placing import on_axis
from curveread.report.chart.chart import chart
from curveread.run.axes import with_axis
from curveread.run.model import Checkpoint, Curve, Run
from curveread.run.placement import Placement


def _run() -> Run:
    rng = np.random.default_rng(5)
    step = np.arange(10, 4010, 10)
    value = 2.0 * np.exp(-step / 900) + 1.0 + 0.02 * rng.standard_normal(step.size)
    value[250:253] += 3.0
    wall = 1.7e9 + step * 3.6
    curves = {
        "train/loss": Curve("train/loss", step, value, wall),
        "train/epoch": Curve("train/epoch", step, step / 1000.0, wall),
        "num_tokens": Curve("num_tokens", step, step * 512.0, wall),
    }
    return Run("r", "runs/r", curves, checkpoints=(Checkpoint(2000, "c"),))


@pytest.mark.parametrize(
    ("x", "per_step", "says"),
    [
        ("epoch", 1 / 1000, r"at epoch 2\.5[0-3]?\b"),
        ("tokens", 512, r"at 1\.(28|29)M tokens"),
        ("time", 3.6, "at 2 h 30 min"),
    ],
)
def test_the_same_is_found_and_told_on_the_axis(x: str, per_step: float, says: str) -> None:
    by_step = api.diagnose(_run())
    told = api.diagnose(with_axis(_run(), x))
    assert [f.rule for f in told.findings] == [f.rule for f in by_step.findings]
    spike, plain = (next(f for f in d.findings if f.rule == "loss-spike") for d in (told, by_step))
    assert plain.peak_step is not None
    assert spike.peak_step == pytest.approx(plain.peak_step * per_step, rel=2e-3, abs=0 if x == "epoch" else 40)
    assert re.search(says, spike.message), spike.message
    assert "step " not in spike.message
    assert "step " not in told.verdict.headline
    result = json.loads(told.to_json())
    jsonschema.validate(result, schema.load())
    assert result["run"]["x_axis"] == {"epoch": "epoch", "tokens": "tokens", "time": "seconds"}[x]
    assert result["run"]["last_step"] == pytest.approx(4000 * per_step, abs=0 if x == "epoch" else 40)
    assert result["checkpoints"][0]["step"] == pytest.approx(2000 * per_step, abs=0 if x == "epoch" else 40)


def _moved(evidence: Evidence, own: bool = False) -> Evidence:
    found = Diagnosis(_run(), (), Verdict("ok", "."), statements=(Statement("keep", "a", (evidence,)),))
    run = replace(_run(), placement=None if own else Placement(_run(), np.array([0, 100]), np.array([0.0, 1.0])))
    run = replace(run, x_axis="epoch")
    return on_axis(found, run).statements[0].evidence[0]


def test_evidence_moves_where_it_is_a_place() -> None:
    best = text("best accuracy at {axis}", axis=AxisWord())
    assert _moved(Evidence("best", best, 2500.0, "step")) == Evidence("best", "best accuracy at", 25, "epoch")
    between = text("onset between {axis}", axis=AxisWord(several=True))
    bracket = text("{span}", span=Labelled(Span(2500, 5000)))
    assert bracket == "2,500–5,000"
    assert _moved(Evidence("onset", between, bracket)) == Evidence("onset", "onset between", "epochs 25–50")
    since = text("change since {at}", at=Place(2500))
    assert _moved(Evidence("change", since, 0.5, "nats")).name == "change since epoch 25"
    for stays in (Evidence("height", "height", 2500.0, "nats"), Evidence("length", "length", 28.0, "steps")):
        assert _moved(stays) == stays
    assert _moved(Evidence("length", "length", 28.0, "steps"), own=True).unit == "epochs"


def test_the_picture_counts_epochs() -> None:
    spec = chart(api.diagnose(with_axis(_run(), "epoch")))
    assert (spec.x_label, spec.x.low, spec.end) == ("epoch", 0.01, 4.0)
    assert [t.text for t in spec.x.ticks if t.at == int(t.at)] == ["1", "2", "3", "4"]
    assert all(0.0 <= m.first <= m.last <= 4.0 for m in spec.marks)


def test_a_report_over_epochs(tmp_path: Path) -> None:
    text = api.report(with_axis(_run(), "epoch"), tmp_path / "r.md").read_text(encoding="utf-8")
    assert re.search(r"epochs 2\.51–2\.5\d", text)
    assert "steps 2," not in text
