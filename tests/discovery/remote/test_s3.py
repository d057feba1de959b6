from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import curveread as cr
from curveread.cli.app import run as main
from curveread.errors import NoLogsError, ReadError
from tests.conftest import SAMPLES, needed
from tests.support import s3
from tests.support.turns import one_of

needed("moto.server")
needed("s3fs")

RUNS = ("resumed-lost-head", "healthy-lightning", "overfitting", "memory-ended")
URL = f"s3://{s3.BUCKET}/samples"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, s3.server() as address:
        _use(patch, address)
        for name in RUNS:
            s3.upload(SAMPLES / name, f"samples/{name}")
        yield address


def _use(patch: pytest.MonkeyPatch, address: str) -> None:
    """Give fsspec what it finds in the environment; file systems are made anew for another address."""
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        patch.setenv(name, value)


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """Forget file systems that were made for another address."""
    yield
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()


def _result(path: str, capsys: pytest.CaptureFixture[str]) -> object:
    main(["check", path, "--json"])
    return json.loads(capsys.readouterr().out.replace(URL, "ROOT").replace(str(SAMPLES), "ROOT"))


@pytest.mark.parametrize("name", one_of(2, RUNS))
def test_a_run_is_judged_as_it_is_here(name: str, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _result(f"{URL}/{name}", capsys) == _result(str(SAMPLES / name), capsys)


def test_a_file_is_read_as_it_is_here(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = "resumed-lost-head/trainer_state.json"
    there, here = _result(f"{URL}/{file}", capsys), _result(str(SAMPLES / file), capsys)
    assert there == here
    assert isinstance(there, dict)
    assert there["run"]["path"] == f"ROOT/{file}"


def test_a_report_is_that_of_the_same_run_here(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also with the histograms of its event files, which are looked into once more for a report."""
    monkeypatch.chdir(tmp_path)
    pages = []
    for path, out in ((f"{URL}/healthy-lightning", "there.html"), (str(SAMPLES / "healthy-lightning"), "here.html")):
        assert main(["report", path, "-o", out]) == 0
        pages.append((tmp_path / out).read_text().replace(URL, str(SAMPLES)))
    assert _without_ids(pages[0]) == _without_ids(pages[1])


def _without_ids(page: str) -> str:
    """Two names on a page are made of the run's path."""
    return re.sub(r"\bc[0-9a-f]{6}\b|[0-9a-f]{12,64}", "", page)


def test_a_sweep_gives_the_same_rows(endpoint: str) -> None:
    assert rows(cr.sweep(URL, jobs=2)) == rows(cr.sweep(*(SAMPLES / name for name in RUNS), jobs=2))


def rows(sweep: cr.Sweep) -> list[object]:
    return sorted(
        (r.run, r.path.replace(URL, str(SAMPLES)), r.health, r.findings, r.settings, r.measures, r.error)
        for r in sweep.rows
    )


def test_only_what_a_reader_needs_is_fetched(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Weights are not; of a long file that is none of a training, its ends; and what is in the cache not again."""
    run = tmp_path / "run"
    shutil.copytree(SAMPLES / "resumed-lost-head", run)
    (run / "checkpoint-500" / "model.safetensors").write_bytes(bytes(3_000_000))
    (run / "tokenizer.json").write_text(json.dumps({"vocab": list(range(500_000))}))
    s3.upload(run, "large/run")
    with s3.failing(endpoint, 0.0) as (address, asked):
        _use(monkeypatch, address)
        command = ["check", f"s3://{s3.BUCKET}/large/run", "--json", "--cache", str(tmp_path / "cache")]
        main(command)
        there = json.loads(capsys.readouterr().out.replace(f"s3://{s3.BUCKET}/large/run", str(run)))
        fetched = {Path(path) for path, _ in asked if "list-type" not in path}
        assert sum(size for _, size in asked) < 1_500_000
        assert not any(path.suffix == ".safetensors" for path in fetched)
        asked.clear()
        main(command)
        assert {Path(path).name for path, _ in asked if "list-type" not in path} <= {"labels.json", "tokenizer.json"}
    capsys.readouterr()
    main(["check", str(run), "--json"])
    assert there == json.loads(capsys.readouterr().out)


def test_an_endpoint_that_fails_half_of_the_requests_is_asked_again(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3.failing(endpoint, 0.5) as (address, asked):
        _use(monkeypatch, address)
        there = cr.sweep(URL, jobs=1)
        refused = sum(size == len(s3.REFUSED) for _, size in asked)
    assert refused > 3
    assert rows(there) == rows(cr.sweep(*(SAMPLES / name for name in RUNS), jobs=1))


def test_an_endpoint_that_is_down_is_one_clear_error(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("curveread.discovery.remote.store._PAUSES", (0.01,))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    _use(monkeypatch, "http://127.0.0.1:9")
    assert main(["check", f"{URL}/overfitting"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"curveread: {URL}/overfitting: cannot be read: ")
    assert told.count("\n") == 1
    assert "very-secret" not in told


def test_what_is_not_there_is_told(endpoint: str) -> None:
    with pytest.raises(NoLogsError, match=rf"^{URL}/nothing: no such file or folder"):
        cr.read(f"{URL}/nothing")
    with pytest.raises(ReadError, match="s3://no-such-bucket-here/x: "):
        cr.read("s3://no-such-bucket-here/x")
