"""What a notebook shows of each object: small, in one frame, and no text of a log acts in it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import curveread as cr
from curveread.findings.cause import Cause
from curveread.findings.diagnosis import Failed
from curveread.findings.finding import Evidence
from curveread.run.notebook import STYLE, sparkline
from curveread.run.notes import DataNote, NoteKind

HOSTILE = "<script>alert(1)</script>&\"'\u202e\x1b[31m"
LOGS = Path(__file__).parents[1] / "notebooks" / "logs"


def hostile_finding() -> cr.Finding:
    return cr.Finding(
        rule="loss-spike",
        severity=cr.Severity.WARNING,
        confidence=0.9,
        tag=HOSTILE,
        first_step=1,
        peak_step=2,
        last_step=3,
        message=HOSTILE,
        evidence=(Evidence("a", HOSTILE, HOSTILE, ""), Evidence("b", "rise", float("nan"), "nats")),
        advice=(HOSTILE,),
        causes=(Cause("x", HOSTILE, 0.5),),
    )


def hostile_run() -> cr.Run:
    curve = cr.Curve(HOSTILE, np.arange(3), np.array([1.0, np.nan, np.inf]))
    return cr.Run(HOSTILE, HOSTILE, {HOSTILE: curve}, notes=(DataNote(NoteKind.SKIPPED, HOSTILE, HOSTILE),))


@pytest.fixture(scope="module")
def shown(samples: Path) -> dict[str, str]:
    run = cr.read(samples / "nan-loss")
    dx = cr.diagnose(run)
    things = {
        "run": run,
        "curve": run["train/loss"],
        "diagnosis": dx,
        "finding": dx.findings[0],
        "comparison": cr.compare(run, samples / "overfitting"),
        "sweep": cr.sweep(LOGS, jobs=1),
        "hostile run": hostile_run(),
        "hostile curve": hostile_run()[HOSTILE],
        "hostile finding": hostile_finding(),
    }
    return {name: thing._repr_html_() for name, thing in things.items()}  # type: ignore[attr-defined]


def test_all_stand_in_one_frame_and_are_small(shown: dict[str, str]) -> None:
    for name, text in shown.items():
        assert text.startswith('<div class="curveread-fragment'), name
        assert STYLE in text, name
        assert len(text) < (100_000 if name == "diagnosis" else 12_000), name


def test_the_edge_has_the_colour_of_the_severity(shown: dict[str, str]) -> None:
    assert shown["finding"].startswith('<div class="curveread-fragment cr-box cr-error">')
    assert shown["diagnosis"].startswith('<div class="curveread-fragment cr-box cr-error">')
    assert shown["hostile finding"].startswith('<div class="curveread-fragment cr-box cr-warning">')


@pytest.mark.parametrize("name", ["hostile run", "hostile curve", "hostile finding"])
def test_no_text_of_a_log_acts(shown: dict[str, str], name: str) -> None:
    assert "<script" not in shown[name]
    assert "&lt;script&gt;" in shown[name]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown[name])
    ElementTree.fromstring(shown[name].replace("&nbsp;", " "))  # every tag is closed


def test_a_run_says_what_is_in_it(shown: dict[str, str]) -> None:
    text = re.sub("<[^>]+>", " ", shown["run"].split("</style>")[1])
    assert re.search(r"Run\s+nan-loss\s+4 curves  ·  _step 0–999", text)
    assert re.search(r"train/loss\s+train-loss\s+1,000\s+0\.4021", text)
    assert shown["run"].count("<svg") == 4
    assert shown["run"].count('class="bad"') == 3  # the curves that turned NaN


def test_many_curves_are_cut_and_counted() -> None:
    run = cr.Run.from_dict({f"c{i:02}": [1.0, 2.0] for i in range(30)} | {"loss": [2.0, 1.0]})
    text = run._repr_html_()
    assert "and 7 more curves" in text
    assert text.index("loss") < text.index("c00")


def test_a_small_picture_holds_the_extremes_and_stays_small() -> None:
    value = np.zeros(100_000)
    value[777], value[5_000] = 5.0, np.nan
    picture = sparkline(np.arange(100_000), value)
    assert len(picture) < 3_000
    assert " 0.0" in picture
    assert 'class="bad"' in picture
    assert sparkline(np.arange(2), np.full(2, np.nan)) == ""
    assert "nan" not in sparkline(np.arange(3), np.array([-1e308, 1e308, 0.0]))


def test_a_failed_check_is_told(samples: Path) -> None:
    dx = replace(cr.diagnose(samples / "odd-batches"), failed=(Failed("own-check", "TypeError: <b>"),))
    assert ", 1 failed check: " in repr(dx)
    assert "own-check" in str(dx._repr_html_())
    assert "TypeError: &lt;b&gt;" in str(dx._repr_html_())
