from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import needed


@pytest.fixture(scope="package")  # idle, it goes on asking how its workers are
def cluster() -> Iterator[Any]:
    """A Dask scheduler with two processes as workers."""
    distributed = needed("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options, host="127.0.0.1", silence_logs=50) as made:
        yield made
