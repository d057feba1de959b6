"""Long sweeps: a part of them in the ordinary command, all of them in the slow one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark.structures import ParameterSet


def one_of(every: int, values: Iterable[object]) -> list[ParameterSet]:
    """Return parameters of which one in so many is tried by the ordinary command, and the others are slow."""
    return [
        pytest.param(*(v if isinstance(v, tuple) else (v,)), marks=[pytest.mark.slow] * (i % every > 0))
        for i, v in enumerate(values)
    ]
