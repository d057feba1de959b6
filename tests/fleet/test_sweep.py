"""A sweep over real logs: the rows, their order, what is read again, what is broken."""

from __future__ import annotations

import json
import math
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import curveread as cr
from curveread import api
from curveread.discovery.units import Unit, units_at
from curveread.errors import NoLogsError, UsageError
from curveread.findings.sweep.sweep import Sweep
from curveread.fleet.row import row_of

NAMES = ("overfitting", "kl-blowup", "rare-points", "reward-collapse")


@pytest.fixture
def tree(tmp_path: Path, samples: Path) -> Path:
    root = tmp_path / "runs"
    for name in NAMES:
        shutil.copytree(samples / name, root / name)
    return root


def _log(path: Path, seed: int, first: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).normal(0, 0.02, 60)
    rows = [f"{first + i},{2 / (first + i + 1) + 1 + e:.6f}" for i, e in enumerate(noise)]
    path.write_text("step,train_loss\n" + "\n".join(rows) + "\n")


def test_a_row_is_what_reading_and_judging_the_run_gives(tree: Path) -> None:
    rows = cr.sweep(tree).rows
    expected = [row_of(api.diagnose(run)) for run in api.read_all(tree)]
    assert len(rows) >= 4
    assert [replace(row, key="") for row in rows] == expected
    assert all(row.key for row in rows)


def test_processes_give_the_same_rows_in_the_same_order(tree: Path) -> None:
    assert cr.sweep(tree, jobs=2).rows == cr.sweep(tree, jobs=1).rows


def test_a_run_that_cannot_be_read_is_a_row_with_an_error(tree: Path) -> None:
    (tree / "aaa").mkdir()
    (tree / "aaa" / "trainer_state.json").write_text('{"log_history": [{"step"')
    found = cr.sweep(tree)
    assert found.unread == 1
    assert (found.rows[0].run, found.rows[0].health) == ("aaa", "unread")
    assert "trainer_state.json" in found.rows[0].error
    assert found.rows[1].health != "unread"


def test_a_second_call_reads_only_what_changed(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "table.csv"
    _log(tree / "zz" / "metrics.csv", 0)
    first = cr.sweep(tree, jobs=1, table=table)
    read: list[str] = []
    plain = api.read_all

    def noted(unit: Unit, **options: object) -> list[cr.Run]:
        read.extend(unit.homes)
        return plain(unit, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(api, "read_all", noted)
    assert cr.sweep(tree, jobs=1, table=table).rows == first.rows
    assert read == []
    _log(tree / "zz" / "metrics.csv", 1)
    second = cr.sweep(tree, jobs=1, table=table)
    assert read == [str(tree / "zz")]
    assert [a == b for a, b in zip(first.rows, second.rows, strict=True)] == [True] * (len(first.rows) - 1) + [False]
    cr.sweep(tree, jobs=1, table=table, ignore=["plateau"])
    assert len(read) == len(first.rows) + 1, "other options, other rows"


def test_a_broken_store_is_made_anew(tree: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    (tmp_path / ".table.csv.rows").write_bytes(b"not a store" * 100)
    assert cr.sweep(tree, table=table).rows == cr.sweep(tree, table=table).rows


def test_attempts_in_folders_side_by_side_are_one_run(tmp_path: Path) -> None:
    _log(tmp_path / "exp" / "first" / "metrics.csv", 0)
    _log(tmp_path / "exp" / "second" / "metrics.csv", 1, first=60)
    for seed in range(3):
        _log(tmp_path / "others" / f"seed{seed}" / "metrics.csv", seed)
    found = cr.sweep(tmp_path, table=tmp_path / "t.csv")
    assert (found.rows[0].run, found.rows[0].first_step, found.rows[0].last_step) == ("exp", 0, 119)
    assert [r.run for r in found.rows] == [r.name for r in api.read_all(tmp_path)]
    assert found.rows[0].path == str(tmp_path / "exp")
    assert cr.sweep(tmp_path, table=tmp_path / "t.csv").rows == found.rows


def test_runs_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        for seed in range(2):
            _log(tmp_path / folder / f"seed{seed}" / "metrics.csv", seed)
    assert [r.run for r in cr.sweep(tmp_path).rows] == [r.name for r in api.read_all(tmp_path)]
    assert len({r.run for r in cr.sweep(tmp_path / "a", tmp_path / "b").rows}) == 4


def test_what_lies_below_two_roots_is_read_once(tree: Path) -> None:
    assert len(cr.sweep(tree, tree / "overfitting").rows) == len(cr.sweep(tree).rows)


def test_nothing_there_is_an_error_and_one_missing_root_a_row(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(NoLogsError, match="no such file or folder"):
        cr.sweep(tmp_path / "nowhere")
    found = cr.sweep(tree, tmp_path / "nowhere")
    assert found.unread == 1
    assert found.rows[-1].run == "nowhere"


def test_options_that_fit_no_run_are_refused_before_reading(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such-check"):
        cr.sweep(tree, select=["no-such-check"])
    with pytest.raises(UsageError, match="there is no such axis"):
        cr.sweep(tree, x="moon")
    with pytest.raises(UsageError, match=r"must end in .parquet, .csv, .json"):
        cr.sweep(tree, table=tmp_path / "table.xls")


def test_what_was_read_is_kept_where_it_cannot_be_grouped_as_asked(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such-setting"):
        cr.sweep(tree, table=tmp_path / "t.json", group_by="no-such-setting")
    assert len(json.loads((tmp_path / "t.json").read_text())) >= 4


def test_a_sweep_can_be_pickled(tree: Path) -> None:
    found = cr.sweep(tree)
    again = pickle.loads(pickle.dumps(found))
    assert isinstance(again, Sweep)
    assert list(again.rows) == list(found.rows)


def test_ctrl_c_leaves_a_usable_table(tree: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.json"

    def stop(done: int, total: int, failed: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cr.sweep(tree, jobs=1, table=table, progress=stop)
    assert len(json.loads(table.read_text())) == 2
    assert len(cr.sweep(tree, table=table).rows) == len(pd.read_json(table)) >= 4


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_table_is_not_a_log(tree: Path, kind: str) -> None:
    before = units_at(tree)
    cr.sweep(tree, table=tree / f"t.{kind}")
    assert units_at(tree) == before


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_the_table_holds_every_row(tree: Path, tmp_path: Path, kind: str) -> None:
    (tree / "zz").mkdir()
    (tree / "zz" / "trainer_state.json").write_text("{")
    found = cr.sweep(tree, table=tmp_path / f"t.{kind}")
    back = getattr(pd, f"read_{kind}")(tmp_path / f"t.{kind}")
    frame = found.table
    assert list(back["run"]) == list(frame["run"]) == [r.run for r in found.rows]
    assert set(back.columns) <= set(frame.columns)
    assert back["error"].iloc[-1].startswith(str(tree))
    seconds = back["seconds"].astype(float).fillna(-1).tolist()
    assert seconds == pytest.approx(frame["seconds"].astype(float).fillna(-1).tolist())


def test_a_formula_in_a_log_stays_text(tmp_path: Path) -> None:
    for name in ("=cmd()", "plain"):
        _log(tmp_path / name / "metrics.csv", 0)
    cr.sweep(tmp_path, table=tmp_path / "t.csv")
    assert "\n'=cmd()," in (tmp_path / "t.csv").read_text()


@pytest.fixture(scope="module")
def forty(corpus_sweep: Path) -> Sweep:
    return cr.sweep(corpus_sweep)


@pytest.mark.corpus
def test_forty_real_runs(forty: Sweep) -> None:
    found = forty
    assert len(found.rows) == 40
    broken = [r.settings["lr"] for r in found.rows if r.broken]
    assert {3, 10} <= set(broken)
    assert not {0.01, 0.03, 0.1, 0.3} & set(broken)
    lucky = next(r for r in found.rows if r.run == "lr3-seed1")
    assert lucky.measures[0].tag == "eval/loss"
    assert lucky.settings == {"lr": 3, "seed": 1, "weight_decay": 0.0001}


@pytest.mark.corpus
def test_what_stands_over_forty_real_runs(forty: Sweep) -> None:
    found = forty.analysis
    first = found.associations[0]
    assert (first.what, first.setting, first.relation, first.value) == ("divergence", "lr", ">=", 3.0)
    assert (first.inside_of, first.outside) == (8, 0)
    (best,) = found.optima
    assert 0.1 <= best.low <= 0.3 <= best.high <= 1
    assert best.edge == 3.0
    assert {g.settings["lr"] for g in found.groups if g.tied} >= {0.3}
    assert all(math.isinf(g.centre) for g in found.groups if float(g.settings["lr"]) >= 3)
    assert [i.setting for i in found.importances] == ["lr"]
