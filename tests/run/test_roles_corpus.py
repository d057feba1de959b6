"""The labelled tags of public frameworks, scored by the corpus's own tool; a third of the frameworks is left aside.

Rules are built on the other two thirds: the third shows what they are worth on frameworks that nobody looked at.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.aside import CORPUS, is_aside
from tests.conftest import ROOT, absent

TABLE = CORPUS / "roles" / "open.tsv"
TOOL = CORPUS.parent / "tools" / "score_roles.py"
MODEL = frozenset(
    "train-loss eval-loss component-loss policy-loss value-loss adversarial-loss auxiliary-loss train-accuracy "
    "eval-accuracy quality-metric error-metric reward implicit-reward train-perplexity eval-perplexity".split()
)
"""Roles of curves that say how a model does."""


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    if not TABLE.is_file() or not TOOL.is_file():
        absent(f"no labelled tags at {TABLE}")
    folder = tmp_path_factory.mktemp("roles")
    command = folder / "curveread"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m curveread "$@"\n')
    command.chmod(0o755)
    out = folder / "scored.json"
    call = [sys.executable, str(TOOL), str(TABLE), "--curveread", str(command), "--fast", "--json", str(out)]
    subprocess.run(call, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=600)
    rows: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return rows


def shares(rows: list[dict[str, Any]], verdict: str) -> dict[str, float]:
    counted = Counter(r[verdict] for r in rows if r[verdict] in ("right", "wrong", "abstained"))
    return {name: counted[name] / max(sum(counted.values()), 1) for name in ("right", "wrong")}


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize(("aside", "right", "wrong"), [(False, 0.98, 0.006), (True, 0.93, 0.055)])
def test_roles_of_curves_that_say_how_a_model_does(
    scored: list[dict[str, Any]], aside: bool, right: float, wrong: float
) -> None:
    rows = [r for r in scored if is_aside(r["framework"]) is aside and r["role"].split("/")[0] in MODEL]
    found = shares(rows, "v_role")
    assert found["right"] >= right, found
    assert found["wrong"] <= wrong, found


@pytest.mark.corpus
@pytest.mark.slow
def test_units_are_hardly_ever_wrong_and_false_headlines_rare(scored: list[dict[str, Any]]) -> None:
    model = shares([r for r in scored if r["role"].split("/")[0] in MODEL], "v_role")
    assert (model["right"] >= 0.93, model["wrong"] <= 0.02) == (True, True), model
    assert shares(scored, "v_unit")["wrong"] <= 0.02
    assert shares(scored, "v_judged")["wrong"] <= 0.03
    false = [r for r in scored if r["_role"] in ("train-loss", "eval-loss") and r["v_role"] == "wrong"]
    assert len(false) <= 10, [r["tag"] for r in false if not is_aside(r["framework"])]


def test_the_table_has_both_parts() -> None:
    if not TABLE.is_file():
        absent(f"no labelled tags at {TABLE}")
    with TABLE.open(encoding="utf-8", newline="") as file:
        names = {row["framework"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert 10 < len([n for n in names if is_aside(n)]) < len(names) - 20
    assert Path(ROOT, "tests").is_dir()
