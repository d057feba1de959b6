from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import curveread as cr
from curveread.cli.app import run as main
from curveread.discovery.remote.store import Entry, Store
from curveread.discovery.remote.url import discreet, is_url, place
from curveread.errors import NoLogsError, UsageError
from tests.conftest import SAMPLES, needed

fsspec = needed("fsspec")


@pytest.fixture
def memory() -> Iterator[Any]:
    fs = fsspec.filesystem("memory")
    for file in (SAMPLES / "overfitting").rglob("*"):
        if file.is_file():
            fs.pipe_file(f"/runs/overfitting/{file.relative_to(SAMPLES / 'overfitting').as_posix()}", file.read_bytes())
    yield fs
    fs.store.clear()


def test_a_run_is_that_on_disk(memory: Any) -> None:
    there, here = cr.read("memory://runs/overfitting"), cr.read(SAMPLES / "overfitting")
    assert there.path == "memory://runs/overfitting"
    assert (there.name, there.curves, there.notes, there.sources) == (here.name, here.curves, here.notes, here.sources)


def test_a_text_of_any_name_is_read_where_it_is_named(memory: Any) -> None:
    memory.pipe_file("/runs/texts/notes.md", b"".join(b"step %d loss 0.%d5\n" % (n, n) for n in range(1, 9)))
    assert len(cr.read("memory://runs/texts/notes.md")["loss"]) == 8
    with pytest.raises(NoLogsError):
        cr.read("memory://runs/texts")


def test_names_that_lead_elsewhere_are_left_alone(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object may be called anything: none is written outside of the folder that stands for the store."""
    found = {
        "/runs/overfitting/../../../evil.csv": {"name": "", "size": 9, "type": "file"},
        "/runs/overfitting/a//b.csv": {"name": "", "size": 9, "type": "file"},
        "/runs/overfitting/fine.csv": {"name": "", "size": 9, "type": "file"},
    }
    monkeypatch.setattr(type(memory), "find", lambda *_, **__: found)
    _, entries = Store("memory://runs/overfitting").listed()
    assert entries == [Entry("fine.csv", 9, "")]


def test_what_was_fetched_and_written_again_since_is_fetched_again(memory: Any, tmp_path: Path) -> None:
    file = "/runs/grows/log.csv"
    memory.pipe_file(file, b"step,loss\n" + b"".join(b"%d,%d\n" % (n, 9 - n) for n in range(1, 6)))
    first = cr.read("memory://runs/grows", cache=tmp_path)
    memory.pipe_file(file, b"step,loss\n" + b"".join(b"%d,%d\n" % (n, 9 - n) for n in range(1, 9)))
    assert (len(first["loss"]), len(cr.read("memory://runs/grows", cache=tmp_path)["loss"])) == (5, 8)


def test_what_is_not_there_and_what_is_not_known_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoLogsError, match=r"^memory://no/such: no such file or folder"):
        cr.read("memory://no/such")
    with pytest.raises(UsageError, match=r"^nonsense://user/x: it cannot be opened: Protocol not known: nonsense"):
        cr.read("nonsense://user/x")
    assert main(["check", "memory://no/such", "--json"]) == 2
    assert capsys.readouterr().err == "curveread: memory://no/such: no such file or folder, or an empty one\n"


def test_secrets_in_a_url_are_told_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    secret = "nonsense://somebody:hunter2@host/run?X-Signature=hunter3"
    down = "ftp://somebody:hunter2@127.0.0.1:9/run"
    assert main(["check", secret, down, "--json"]) == 2
    told = capsys.readouterr()
    assert "hunter" not in told.out + told.err
    assert '"path": "nonsense://…@host/run"' in told.out
    sweep = cr.sweep(SAMPLES / "overfitting", down)
    assert [row.health for row in sweep.rows] == ["error", "unread"]
    assert "hunter" not in sweep.table.to_csv() + repr(sweep.rows)
    assert "hunter" not in repr(Store(secret))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sftp://me:pw@host/logs/run@7", "sftp://…@host/logs/run@7"),
        ("cannot GET 'https://me@host/a?token=x', twice", "cannot GET 'https://…@host/a', twice"),
        ("hf://datasets/someone/logs@main/run", "hf://datasets/someone/logs@main/run"),
        ("s3://bucket/run", "s3://bucket/run"),
    ],
)
def test_a_url_is_told_without_user_and_query(url: str, shown: str) -> None:
    assert discreet(url) == shown


def test_what_a_url_is() -> None:
    assert all(map(is_url, ("s3://a/b", "zip://x::s3://a/b.zip", "HTTPS://h/x", "simplecache::s3://a")))
    assert not any(map(is_url, ("runs/x", "C:\\logs", "c://logs", Path("s3://a"), "file:///tmp/x", "a b://c")))
    assert place("file:///tmp/run%201") == Path("/tmp/run 1")


def test_a_path_here_loads_nothing_of_it() -> None:
    script = (
        "import sys, curveread as cr; cr.diagnose(cr.read('sample_logs/overfitting'));"
        "sys.exit(any(m in sys.modules for m in ('fsspec', 'distributed', 'multiprocessing', 'urllib.request')))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=SAMPLES.parent, check=False)
    assert done.returncode == 0
