"""Results of sample logs as they were last looked at, and the README's tables of formats and checks."""

from __future__ import annotations

import json

import jsonschema
import pytest

from curveread.findings import schema
from tests.golden import variants
from tests.golden.update import CASES, COMMAND, HERE, README, ROOT, THRESHOLDS, golden, thresholds, with_tables
from tests.support.samples import told

ALL_CASES = sorted(p.parent.name for p in (ROOT / "sample_logs").glob("*/labels.json"))
VALID = jsonschema.Draft202012Validator(schema.load())
STALE = f"differs from what is recorded; if that is meant, run: {COMMAND}"


@pytest.mark.parametrize("case", CASES)
def test_result_is_as_recorded(case: str) -> None:
    file = HERE / f"{case}.json"
    recorded = file.read_text(encoding="utf-8") if file.exists() else ""
    assert golden(case) == recorded, f"{file.name} {STALE}"


IN_PART = [case if i % 3 == 0 else pytest.param(case, marks=pytest.mark.slow) for i, case in enumerate(ALL_CASES)]


@pytest.mark.parametrize("case", IN_PART)
def test_every_sample_and_its_variants_are_judged_as_recorded(case: str) -> None:
    """A border of a check that moves, or a figure of its evidence, shows here as the lines that changed."""
    recorded = variants.parsed(variants.FILE.read_text(encoding="utf-8"))
    assert variants.record(ROOT / "sample_logs" / case) == recorded.get(case), f"{variants.FILE.name} {STALE}"


def test_no_recorded_result_is_left_over() -> None:
    assert {p.stem for p in HERE.glob("*.json")} == set(CASES)


def test_thresholds_are_as_recorded() -> None:
    """They are public: users read them, set them, and get another verdict when one changes."""
    assert thresholds() == THRESHOLDS.read_text(encoding="utf-8"), f"{THRESHOLDS.name} {STALE}"


def test_readme_names_the_formats_and_checks_that_are_there() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_tables(text) == text, f"README.md {STALE}"


@pytest.mark.parametrize("case", ALL_CASES)
def test_every_sample_gives_a_valid_result(case: str) -> None:
    result = json.loads(told(case).to_json(), parse_constant=pytest.fail)
    VALID.validate(result)
    assert result["failed"] == []
