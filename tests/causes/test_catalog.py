"""Every cause of the catalog: its page, its signs, its share among events, and what it says of a run."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from curveread.case import case_of
from curveread.causes.candidate import Candidate, said
from curveread.causes.counted import COUNTED
from curveread.causes.kinds import KINDS, Kind
from curveread.causes.registry import candidate, candidates
from curveread.causes.scene import Scene, Stage
from curveread.causes.signs import SIGNS
from curveread.detectors.registry import rules
from curveread.errors import UsageError
from curveread.findings.finding import Finding, Severity
from curveread.findings.text import Text
from curveread.run.model import Run
from tests.support.curves import decay, run_of

N = 1000
RICH = run_of(
    train_loss=decay(N),
    eval_loss=1.1 * decay(N // 50),
    grad_norm=1.0 + 0.1 * decay(N),
    lr=np.full(N, 1e-3),
)


def scene(run: Run, rule: str, at: int | None = 500) -> Scene:
    found = Finding(rule, Severity.WARNING, 0.9, "m", "train_loss", at, at, None if at is None else at + 5)
    return Scene(Stage(case_of(run), [found]), found)


@pytest.mark.parametrize("cause", candidates(), ids=lambda c: c.id)
def test_a_cause_tells_what_it_looks_like_and_what_to_do(cause: Candidate) -> None:
    page = " ".join(cause.page.split())
    for part in ("Looks like:", "Speaks against it:", "References:"):
        assert part in page
    assert set(cause.signs) <= set(SIGNS)
    assert all(there > 0.0 and absent > 0.0 for there, absent in cause.signs.values())
    for rule, kind in KINDS.items():
        if kind in cause.usual:
            for bare in (scene(RICH, rule), scene(Run("r", "r", {}), rule, None)):
                assert isinstance(said(cause.check, bare), Text)
                assert isinstance(said(cause.fix, bare), Text)


def test_shares_of_a_kind_of_event_are_shares() -> None:
    total: dict[Kind, float] = defaultdict(float)
    for cause in candidates():
        for kind, share in cause.usual.items():
            total[kind] += share
    assert set(total) == set(Kind)
    assert {kind: share for kind, share in total.items() if not 0.85 <= share <= 1.1} == {}


def test_events_with_causes_are_those_of_checks() -> None:
    assert set(KINDS) <= set(rules())
    ids = {c.id for c in candidates()}
    for kind, counted in COUNTED.items():
        assert Kind(kind)
        assert set(counted) <= ids


def test_a_cause_is_found_by_its_name() -> None:
    assert candidate("bad-batch").title == "odd or corrupt examples in single batches"
    with pytest.raises(UsageError, match="no cause is called 'bad-luck'; causes: bad-batch, converged"):
        candidate("bad-luck")
