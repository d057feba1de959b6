"""crash: what ended the run is in the verdict; what the program survived is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from curveread.diagnose import diagnose
from curveread.run.incidents import Incident
from tests.support.curves import decay, run_of
from tests.support.verdicts import found

RUN = run_of(loss=decay(300))


def ended(kind: str, words: str, *, final: bool = True) -> Incident:
    return Incident(kind, words, "job.out", 12, 299, final=final)


@pytest.mark.parametrize(
    ("kind", "words", "health"),
    [
        ("out-of-memory", "the GPU ran out of memory", "warning"),
        ("collective", "a collective operation timed out (NCCL)", "warning"),
        ("loss-scale", "the fp16 loss scale reached its floor", "warning"),
        ("time-limit", "the job ran into its time limit", "info"),
        ("exception", "it ended with TypeError: not serializable", "info"),
    ],
)
def test_what_ended_the_run_is_in_the_verdict(kind: str, words: str, health: str) -> None:
    dx = diagnose(replace(RUN, incidents=(ended(kind, words),)))
    assert dx.verdict.health == health
    assert f"he run ended at step 299: {words} (job.out, line 12)" in str(dx.verdict.headline)


def test_what_was_survived_did_not_end_it() -> None:
    assert found(replace(RUN, incidents=(ended("out-of-memory", "it ran out of memory", final=False),)), "crash") == []
    assert found(RUN, "crash") == []
