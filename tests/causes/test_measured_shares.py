"""The command that measures causes: it asks the engine with counts of its own."""

from __future__ import annotations

from tests.benchmarks.causes import _answers
from tests.conftest import SAMPLES


def test_the_counts_that_are_given_are_those_that_are_asked() -> None:
    jobs = [(0, {}), (0, {"memorising": {"data-changed": 1e9}})]
    leading = [shares[0][0] for shares in _answers((SAMPLES / "overfitting", jobs))]
    assert leading == ["too-little-data", "data-changed"]
