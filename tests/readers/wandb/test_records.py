"""The fields of a W&B record, against what protobuf's own writer puts there."""

from __future__ import annotations

import pytest

from curveread.readers.wandb.records import history_step
from tests.support import wandb_writer as w


def _step(payload: bytes) -> int | None:
    (record,) = w.oracle_records(w.frame([payload]))
    inner = record.history.SerializeToString()
    return history_step(inner, 0, len(inner))


@pytest.mark.parametrize("step", [0, 1, 127, 128, 2**31, 2**53 + 1, 2**63 - 1, -1, -(2**63)])
def test_steps_are_signed_whole_numbers_of_64_bits(step: int) -> None:
    assert _step(w.history({"loss": 1.0}, step)) == step


def test_a_row_without_a_step_has_none() -> None:
    assert _step(w.history({"loss": 1.0}, None)) is None
