"""Things that are counted, in words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from curveread.plural import amount, few, some

ROOT = Path(__file__).parents[1] / "curveread"
READERS = [p for room in ("readers", "discovery") for p in (ROOT / room).rglob("*.py")]
PLURALS = re.compile(r" (?:\w+ )?(points|rows|lines|records|runs|metrics|columns|cells|values|entries|curves)\b")


@pytest.mark.parametrize(
    ("said", "want"),
    [
        (amount(1, "step"), "1 step"),
        (amount(0, "step"), "0 steps"),
        (amount(2400, "step"), "2,400 steps"),
        (amount(1, "entry", "entries"), "1 entry"),
        (amount(2, "entry is", "entries are"), "2 entries are"),
        (amount(1.4, "step"), "1 step"),
        (amount(-3, "step"), "\N{MINUS SIGN}3 steps"),
    ],
)
def test_a_number_of_things(said: str, want: str) -> None:
    assert said == want


def test_of_many_names_the_first_are_told() -> None:
    names = ["a", "b", "c", "d"]
    assert (some(names, 4), some(names, 2), some([], 2)) == ("a, b, c, d", "a, b and 2 more", "")
    assert (few(names, 4), few(names, 3)) == ("a, b, c, d", "a, b, c …")


@pytest.mark.parametrize("path", READERS, ids=lambda p: p.name)
def test_readers_form_no_plural_by_hand(path: Path) -> None:
    """A figure that is followed by a plural in one template is wrong for 1."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            for figure, behind in zip(node.values, node.values[1:], strict=False):
                if isinstance(figure, ast.FormattedValue) and isinstance(behind, ast.Constant):
                    plural = PLURALS.match(str(behind.value))
                    assert not plural or "amount" in ast.unparse(figure) or _of(node, figure), ast.unparse(node)


def _of(node: ast.JoinedStr, figure: ast.expr) -> bool:
    """Return whether the figure is the whole of a part (``3 of {n} rows``) and so never 1 in earnest."""
    before = node.values[node.values.index(figure) - 1] if node.values.index(figure) else None
    return isinstance(before, ast.Constant) and str(before.value).endswith((" of ", "the ", "all "))
