"""Whatever the rows hold, something is said of them, and nothing breaks."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.findings.sweep.row import UNREAD, SweepRow
from curveread.fleet.analyse import analyse
from tests.fleet.analysis.handmade import measure, row

VALUES = st.one_of(
    st.sampled_from([0, 1, 2, 0.1, "0.1", "1e-3", "adam", "", True, False, math.nan, math.inf, 10**400, -1e308]),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
)
LEVELS = st.one_of(st.none(), st.sampled_from([0.0, 1.0, -2.0, math.inf, -math.inf, math.nan]), st.floats())


@st.composite
def any_rows(draw: st.DrawFn) -> list[SweepRow]:
    out = []
    for i in range(draw(st.integers(0, 14))):
        known = draw(st.dictionaries(st.sampled_from(["lr", "seed", "width", "opt", "a.b", "{x}"]), VALUES))
        level = draw(LEVELS)
        rules = draw(st.lists(st.sampled_from(["divergence", "plateau"]), unique=True))
        made = row(f"r{i}", known, None, rules, draw(st.sampled_from(["", UNREAD, "undetermined", "warning"])))
        out.append(made if level is None else replace(made, measures=(measure(level), measure(-level, "r", "up"))))
    return out


@settings(max_examples=60, deadline=None)
@given(any_rows(), st.sampled_from([None, "eval/loss", "r"]))
def test_any_rows_are_read(rows: list[SweepRow], outcome: str | None) -> None:
    if not any(m.tag == outcome for r in rows if r.health != UNREAD for m in r.measures):
        outcome = None
    found = analyse(rows, outcome=outcome)
    assert sorted(found.order) == list(range(len(rows)))
    assert sorted(at for g in found.groups for at in g.rows) == [
        i for i, r in enumerate(rows) if found.outcome is not None and r.health != UNREAD
    ]
    assert all(str(s.text) for s in found.statements)
