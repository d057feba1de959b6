"""The bounds of reading: what one is, how it is raised, and that a message about it says so."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import curveread as cr
from curveread.errors import UsageError
from curveread.limits import Limits, allow, bounds, limits
from tests.cli.conftest import Cli
from tests.conftest import ROOT

ROWS = "step,loss\n" + "".join(f"{i},{3 - 0.02 * i:.2f}\n" for i in range(100))


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURVEREAD_LIMITS", "")


def test_a_bound_is_raised_for_this_process_and_those_that_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits() == Limits()
    allow(["gzip=200", "settings-depth=7"])
    allow(["gzip=300"])
    assert (limits().gzip, limits().settings_depth, limits().bytes) == (300, 7, Limits().bytes)
    monkeypatch.setenv("CURVEREAD_LIMITS", "parquet=9")
    assert limits() == Limits(parquet=9)


@pytest.mark.parametrize(
    ("given", "said"),
    [("depth=3", "no limit 'depth'; there are: bytes, gzip,"), ("gzip=-1", "whole number above 0"), ("gzip", "not ''")],
)
def test_what_is_no_bound_is_said(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        allow([given])
    assert limits() == Limits()


@pytest.mark.parametrize(
    "name", ["metrics.csv", "train.log", "trainer_state.json", "events.out.tfevents.1.a", "a.wandb"]
)
def test_a_file_that_is_too_large_is_refused_and_the_message_tells_how_to_read_it(
    tmp_path: Path, cli: Cli, name: str
) -> None:
    (tmp_path / name).write_text(ROWS)
    done = cli("check", tmp_path / name, "--limit", "bytes=500")
    assert done.returncode == 2
    assert "the limit is 500 (--limit bytes=1000 would allow more)" in done.stderr


def test_gzip_text_is_read_as_far_as_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv.gz"
    rows = "".join(f"{i},{i % 7}.5\n{' ' * 1000}\n" for i in range(30_000))
    path.write_bytes(gzip.compress(f"step,loss\n{rows}".encode()))
    cut = cr.read(path)
    assert 0 < len(cut.curves["loss"]) < 30_000
    assert any("the limit is 50 (--limit gzip=100 would allow more)" in str(n.message) for n in cut.notes)
    allow(["gzip=1000"])
    assert len(cr.read(path).curves["loss"]) == 30_000


def test_the_readme_tells_each_bound_with_its_default() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, bound in bounds().items():
        assert f"| `{name}` | {bound.default:,} | {bound.metadata['help']} |" in text
