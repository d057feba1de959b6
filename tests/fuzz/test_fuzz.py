"""A fixed budget of damage in every run of the suite: what is told stood in the log, what is lost is noted."""

from __future__ import annotations

import gc
import json
import random
import warnings
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curveread.diagnose import diagnose
from curveread.discovery.discover import read_runs
from curveread.errors import ReadError
from tests.fuzz.damages import DAMAGES
from tests.fuzz.faults import judged_whole
from tests.fuzz.figures import BEGIN, END, KEPT, ROOT, Figures
from tests.fuzz.handmade import HANDMADE, made
from tests.fuzz.judging import Judge, Seed
from tests.fuzz.shapes import shaped
from tests.fuzz.writers import WRITERS, Rows, Writer, rows_of
from tests.support.turns import one_of


def _name(what: Writer | str) -> str:
    return (what if isinstance(what, str) else what.name).replace(" ", "-")


BUDGET = 60
FORMATS = [pytest.param(w, id=_name(w)) for w in WRITERS]
DEAR = {
    "csv-of-3000-equal-names", "csv-of-400-runs", "csv-with-a-quote-that-never-ends", "database-of-500-runs",
    "events-of-3000-tags", "runs-100", "text-of-ever-new-builds", "wandb-with-a-new-key-in-every-row",
}  # fmt: skip
"""Inputs by hand that cost most, each of a kind of which others are tried by the ordinary command."""
FOUND = sorted((Path(__file__).parent / "found").iterdir())

measured = st.floats(allow_nan=False, width=32)
rows = st.lists(st.tuples(measured, measured), min_size=4, max_size=30).map(
    lambda pairs: [{"step": 10.0 * i, "loss": loss, "accuracy": acc} for i, (loss, acc) in enumerate(pairs)]
)
"""What a program may log: any two numbers that 32 bits hold."""


def _seed(writer: Writer, folder: Path, logged: Rows) -> Seed:
    folder.mkdir()
    return Seed.of(writer, folder, writer.write(folder, logged))


@pytest.fixture(autouse=True, scope="module")
def _no_rubbish_of_others() -> None:
    """Let go of what other tests left open: its warning would come in the middle of a case."""
    gc.collect()


@pytest.mark.parametrize(("writer", "damage"), one_of(2, product(WRITERS, (*DAMAGES, "structure"))), ids=_name)
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


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n in DEAR)) for n in HANDMADE])
def test_what_was_made_by_hand(name: str) -> None:
    with made(HANDMADE[name]) as folder:
        assert judged_whole(folder) == []


def test_the_readme_has_the_table_of_the_figures() -> None:
    told = (ROOT / "README.md").read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert told.strip() == Figures.read(KEPT).table().strip(), "run python -m tests.fuzz --minutes 0 --write"


def test_figures_add_up_over_runs(tmp_path: Path) -> None:
    figures, file = Figures(), tmp_path / "figures.json"
    for unit in (3, 4):
        figures.add({"done": unit, "format": "csv", "tried": {"cuts": 5, "flips": 7}, "seconds": 1.0})
        figures.write(file)
        figures = Figures.read(file)
    figures.add({"unit": 5, "format": "csv", "kind": "crash", "where": "x", "detail": "", "hex": ""})
    assert (figures.next, figures.total, figures.seconds) == (5, 24, 2.0)
    assert "| csv | 10 | 14 | 0 | 0 | 24 | 1 | 0 |" in figures.table()


def test_the_judge_sees_what_is_invented_and_what_is_lost(tmp_path: Path) -> None:
    seed = _seed(WRITERS[3], tmp_path / "csv", rows_of(random.Random(1), 9))
    point = min(seed.points)
    less = replace(seed, points=seed.points - {point}, held=seed.held - {point})
    assert [f.kind for f in Judge(less).judged("cut", seed.data[:-4])] == ["wrong number"]
    seed = _seed(WRITERS[0], tmp_path / "events", rows_of(random.Random(1), 9))
    data = seed.data[:300] + b"x" + seed.data[301:]
    assert Judge(seed).judged("flip", data) == []
    silent = replace(seed, notes=frozenset(n.message for n in read_runs(seed.root)[0].notes))
    assert [f.kind for f in Judge(silent).judged("flip", data)] == ["loss without a note"]


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
