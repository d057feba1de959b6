"""What public tools log, over 400 of them: roles and better ways are right for nearly all, wrong for hardly any.

The table is of tools that the labelled corpus does not have. A name that is not understood costs little, a wrong one
much; the bounds are those that the words of the lexicon reach today, so that no change of it gives some of that away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from curveread.run.model import Curve, Run
from curveread.run.tags.context import understood

_FILE = Path(__file__).with_name("frameworks.tsv")
_TERMS = {"policy-loss", "value-loss", "adversarial-loss", "auxiliary-loss"}
_NO_MATTER = {"diagnostic", "time", "hyper-parameter", "step-axis", "implicit-reward"}
"""Roles of which it does not matter whether they are told: nothing is judged by them."""
_COUNTERS = {"step-axis", "epoch", "tokens"}
_TELL = _TERMS | {
    "train-loss", "eval-loss", "component-loss", "train-accuracy", "eval-accuracy", "quality-metric", "error-metric",
    "reward", "train-perplexity", "eval-perplexity",
}  # fmt: skip

_Row = tuple[str, list[str], list[str]]


def _tools() -> Iterator[tuple[str, list[_Row]]]:
    for block in _FILE.read_text(encoding="utf-8").split("\n\n")[1:]:
        title, *lines = block.strip("\n").split("\n")
        rows = [line.split("\t") for line in lines]
        yield title.removeprefix("# "), [(t, roles.split("/"), ways.split("/")) for t, roles, ways in rows]


def _right(roles: list[str], found: str) -> bool:
    """Return whether a role is right: a metric may be told for an accuracy, a term of a loss for each kind of term."""
    allowed = {r.partition(":")[0] for r in roles}
    allowed |= {"component-loss"} if allowed & _TERMS else set()
    allowed |= {"other"} if allowed & _NO_MATTER else set()
    allowed |= {"memory", "system"} if allowed & {"memory", "system"} else set()
    judged = any(r.endswith(":judged") for r in roles) or "error-metric" in allowed
    allowed |= {"train-loss", "eval-loss"} if judged else set()
    if allowed & {"quality-metric", "error-metric", "train-accuracy", "eval-accuracy"}:
        allowed |= {"quality-metric", "train-accuracy", "eval-accuracy"}
    return found in allowed


def _values(roles: list[str]) -> np.ndarray:
    noise = np.random.default_rng(7).normal(0.0, 0.02, 40)
    return np.arange(40.0) if roles[0] in _COUNTERS else 1.0 + np.exp(-np.arange(40) / 10.0) + noise


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, _Row, str, str]]:
    """(tool and tag, row, role, better way) as curveread says them, each tool a run."""
    out = []
    for tool, rows in _tools():
        curves = {t: Curve(t, np.arange(40), _values(roles)) for t, roles, _ in rows}
        known = understood(Run(tool, tool, curves)).curves
        out += [(f"{tool}: {row[0]}", row, str(known[row[0]].role), known[row[0]].direction) for row in rows]
    return out


def test_the_table_is_of_many_tools() -> None:
    tools = list(_tools())
    assert len(tools) > 400
    assert sum(len(rows) for _, rows in tools) > 3400
    assert all(len({t for t, _, _ in rows}) == len(rows) for _, rows in tools), "a tag stands once in a run"


def test_roles_of_what_tells_how_a_model_does(answers: list[tuple[str, _Row, str, str]]) -> None:
    told = [(name, row[1], role) for name, row, role, _ in answers if row[1][0].partition(":")[0] in _TELL]
    verdict = Counter("right" if _right(roles, r) else "unknown" if r == "other" else "wrong" for _, roles, r in told)
    wrong = [f"{name} is {roles}, said {r}" for name, roles, r in told if r != "other" and not _right(roles, r)]
    assert verdict["right"] >= 0.96 * len(told), verdict
    assert len(wrong) <= 0.015 * len(told), wrong


def test_hardly_anything_is_taken_for_a_headline_loss_that_is_none(answers: list[tuple[str, _Row, str, str]]) -> None:
    false = [n for n, row, role, _ in answers if role in ("train-loss", "eval-loss") and not _right(row[1], role)]
    assert len(false) <= 7, false


def test_better_ways(answers: list[tuple[str, _Row, str, str]]) -> None:
    asked = [(n, row[2], way or "-") for n, row, _, way in answers if row[1][0].partition(":")[0] in _TELL]
    wrong = [f"{n} is {ways}, said {way}" for n, ways, way in asked if way not in ways and way != "-"]
    assert len(wrong) <= 0.02 * len(asked), wrong
