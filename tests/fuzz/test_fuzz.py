"""A fixed budget of damage in every run of the suite: what is told stood in the log, what is lost is noted."""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curveread.diagnose import diagnose
from curveread.discovery.discover import read_runs
from curveread.errors import ReadError
from tests.fuzz.damages import DAMAGES
from tests.fuzz.judging import Judge, Seed
from tests.fuzz.shapes import shaped
from tests.fuzz.writers import WRITERS, Rows, Writer, rows_of

BUDGET = 60
FORMATS = [pytest.param(w, id=w.name.replace(" ", "-")) for w in WRITERS]
FOUND = sorted((Path(__file__).parent / "found").iterdir())

measured = st.floats(allow_nan=False, width=32)
rows = st.lists(st.tuples(measured, measured), min_size=4, max_size=30).map(
    lambda pairs: [{"step": 10.0 * i, "loss": loss, "accuracy": acc} for i, (loss, acc) in enumerate(pairs)]
)
"""What a program may log: any two numbers that 32 bits hold."""


def _seed(writer: Writer, folder: Path, logged: Rows) -> Seed:
    folder.mkdir()
    return Seed.of(writer, folder, writer.write(folder, logged))


@pytest.mark.parametrize("writer", FORMATS)
@pytest.mark.parametrize("damage", [*DAMAGES, "structure"])
def test_damage(writer: Writer, damage: str, tmp_path: Path) -> None:
    rng = random.Random(f"{writer.name} {damage}")
    judge = Judge(_seed(writer, tmp_path / "run", rows_of(rng, 20)))
    for case in range(BUDGET // 10):
        before = judge.seed.data
        data = shaped(writer.name, before, rng) if damage == "structure" else DAMAGES[damage](before, rng)
        assert not judge.judged(damage, data, whole=case == 0), (case, data[:200])


@pytest.mark.parametrize("writer", FORMATS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logged=rows, damage=st.sampled_from(sorted(DAMAGES)), place=st.randoms(use_true_random=False))
def test_any_numbers_are_read_as_written_and_damage_invents_none(
    writer: Writer,
    tmp_path_factory: pytest.TempPathFactory,
    logged: list[dict[str, float]],
    damage: str,
    place: random.Random,
) -> None:
    folder = tmp_path_factory.mktemp("log") / "run"
    seed = _seed(writer, folder, logged)
    (run,) = read_runs(folder)
    assert run["loss"].value.tolist() == [row["loss"] for row in logged]
    assert run["loss"].step.tolist() == [row["step"] for row in logged]
    assert not Judge(seed).judged(damage, DAMAGES[damage](seed.data, place))


@pytest.mark.parametrize("path", FOUND, ids=lambda p: p.name)
def test_what_was_found_once(path: Path) -> None:
    """Each of these folders raised, warned or told a number that nobody logged."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            runs = read_runs(path)
        except ReadError:
            return
        for run in runs:
            dx = diagnose(run)
            assert not dx.failed
            json.loads(dx.to_json(), parse_constant=pytest.fail)
