"""A run in five lines."""

from __future__ import annotations

import pytest

import curveread as cr
from curveread.report.text.message import message
from tests.support.samples import CASES, told


@pytest.mark.parametrize("case", CASES)
def test_every_run_has_five_lines_that_fit_a_chat(case: str) -> None:
    diagnosis = told(case)
    text = message(diagnosis)
    lines = text.splitlines()
    assert len(lines) == 5
    assert len(text) <= 800
    assert lines[0].startswith(f"{diagnosis.verdict.health.upper()} ")
    assert lines[3].startswith("Do: ")
    if diagnosis.verdict.health in ("warning", "error"):
        assert lines[1].startswith(f"Where: {diagnosis.findings[0].rule}, ")
        assert lines[2].startswith("Why: ")


def test_a_run_of_which_nothing_is_known_has_five_lines_too() -> None:
    lines = message(cr.diagnose({"step": [1, 2, 3, 4], "gadget": [1.0, 2.0, 3.0, 4.0]})).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["UNDETERMINED data", "Found", "Course", "Do", "Figures"]


def test_control_characters_of_a_name_do_nothing() -> None:
    run = cr.read({"step": [1, 2, 3, 4], "loss\n\x1b[31m": [4.0, 3.0, float("nan"), 2.0]})
    text = message(cr.diagnose(run))
    assert text.count("\n") == 5
    assert "\x1b" not in text
