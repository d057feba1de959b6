"""The server for agents, asked over stdio by the SDK's own client; runs in folders that hold traps."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.conftest import ROOT, SAMPLES, needed

if TYPE_CHECKING:
    from mcp.types import CallToolResult, Tool

mcp = needed("mcp", "the extra mcp is not installed")
anyio = needed("anyio")

SECRET = "top-secret-7213"


def _ask(roots: Sequence[Path], *calls: tuple[str, dict[str, Any]]) -> tuple[list[Tool], list[CallToolResult]]:
    """Start the server as a client does, make the calls, and return the tools and the answers."""
    arguments = ["-m", "curveread", "mcp", *map(str, roots)]
    server = mcp.StdioServerParameters(command=sys.executable, args=arguments, env={"PYTHONPATH": str(ROOT)})

    async def session() -> tuple[list[Tool], list[CallToolResult]]:
        async with mcp.Client(server) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, given) for name, given in calls]

    with ThreadPoolExecutor(1) as apart:  # whoever drives a browser has left a loop running in this thread
        asked: tuple[list[Tool], list[CallToolResult]] = apart.submit(anyio.run, session).result()
    return asked


def _said(answer: CallToolResult) -> str:
    return "".join(getattr(part, "text", "") for part in answer.content)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    root = tmp_path / "runs"
    for name in ("overfitting", "healthy-plain", "spike-recovers"):
        shutil.copytree(SAMPLES / name, root / name)
    return root


def test_an_agent_finds_out_what_happened(runs: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in runs.rglob("*")}
    tools, answers = _ask(
        [runs],
        ("list_runs", {}),
        ("check", {"path": "overfitting"}),
        ("explain", {"name": "overfitting"}),
        ("explain", {"name": "cause:too-little-data"}),
        ("explain", {}),
        ("curve", {"path": "spike-recovers", "tag": "loss", "first_step": 690, "last_step": 720}),
        ("curve", {"path": "spike-recovers", "tag": "loss", "most": 50}),
        ("compare", {"paths": ["overfitting", "healthy-plain"]}),
    )
    for tool in tools:
        assert tool.description
        assert tool.annotations is not None
        assert (tool.annotations.read_only_hint, tool.annotations.destructive_hint) == (True, False)
        assert all(about.get("description") for about in tool.input_schema["properties"].values())
    schemas = {tool.name: tool.output_schema for tool in tools}
    assert set(schemas) == {"list_runs", "check", "compare", "curve", "explain"}
    called = ["list_runs", "check", *["explain"] * 3, *["curve"] * 2, "compare"]
    for name, answer in zip(called, answers, strict=True):
        assert not answer.is_error, _said(answer)
        schema = schemas[name]
        assert schema is not None
        jsonschema.validate(answer.structured_content, schema)
        assert json.loads(_said(answer)) == answer.structured_content
        assert len(_said(answer)) < 12_000
    listed, checked, page, cause, names, window, thinned, compared = (a.structured_content or {} for a in answers)
    assert {run["path"] for run in listed["runs"]} == {"overfitting", "healthy-plain", "spike-recovers"}
    assert checked["health"] == "error"
    finding = checked["findings"][0]
    assert (finding["rule"], finding["tag"], finding["first_step"]) == ("overfitting", "eval_loss", 160)
    assert finding["causes"][0]["cause"] == "too-little-data"
    assert {"points": 60, "role": "eval-loss"}.items() <= {c["tag"]: c for c in checked["curves"]}["eval_loss"].items()
    assert "When it is wrong" in page["text"]
    assert "too-little-data" in cause["text"]
    assert "loss-spike" in names["checks"]
    assert len(window["points"]) == window["in_window"] == 31
    assert not window["reduced"]
    assert max(window["points"], key=lambda point: point[1])[0] == 701
    assert thinned["reduced"]
    assert len(thinned["points"]) <= 60 < thinned["in_window"]
    assert max(point[1] for point in thinned["points"]) == thinned["figures"]["max"]
    assert [run["name"] for run in compared["runs"]] == ["overfitting", "healthy-plain"]
    assert {p: p.stat().st_mtime_ns for p in runs.rglob("*")} == before


MISTAKES = (
    ("check", {"path": "absent"}, "absent: no such file or folder"),
    ("check", {"path": ".."}, "outside the folders that may be read here"),
    ("check", {"path": "/etc"}, "outside the folders that may be read here"),
    ("check", {"path": "s3://bucket/run"}, "no such file or folder"),
    ("check", {"path": "."}, "3 runs are there, one was asked for"),
    ("check", {"path": "overfitting", "select": ["los-spike"]}, "did you mean 'loss-spike'?"),
    ("curve", {"path": "overfitting", "tag": "nothing"}, "no curve 'nothing'; there are: "),
    ("curve", {"path": "overfitting", "tag": "loss", "most": 10**9}, "most"),
    ("explain", {"name": "overfiting"}, "'overfitting'"),
    ("explain", {"name": "cause:bad-luck"}, "no cause is called 'bad-luck'"),
    ("compare", {"paths": ["overfitting"]}, "paths"),
    ("list_runs", {"folder": "../elsewhere"}, "outside the folders"),
)


def test_mistakes_are_answered_in_words(runs: Path) -> None:
    _, answers = _ask([runs], *((call, given) for call, given, _ in MISTAKES))
    for answer, (call, given, words) in zip(answers, MISTAKES, strict=True):
        assert answer.is_error, (call, given)
        assert words in _said(answer)


class TestFence:
    """Nothing outside the folders is read, whatever leads there."""

    def test_links_that_lead_out(self, runs: Path, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        shutil.copytree(SAMPLES / "spike-recovers", outside / "run")
        (outside / "config.yaml").write_text(f"model_type: {SECRET}\n", encoding="utf-8")
        (outside / "table.csv").write_text("step,loss\n" + "".join(f"{i},{i}.7213\n" for i in range(50)))
        _parquet(outside / "table.parquet")
        _sqlite(outside / "table.db")
        (runs / "linked").symlink_to(outside / "run")
        only_links = runs / "only-links"
        only_links.mkdir()
        for name in ("table.csv", "table.parquet", "table.db", "config.yaml"):
            (only_links / name).symlink_to(outside / name)
        mixed = runs / "overfitting"
        (mixed / "config.yaml").symlink_to(outside / "config.yaml")
        (mixed / "more").symlink_to(outside)
        _, (linked, links, found, listed) = _ask(
            [runs],
            ("check", {"path": "linked"}),
            ("check", {"path": "only-links"}),
            ("check", {"path": "overfitting"}),
            ("list_runs", {}),
        )
        assert linked.is_error
        assert "outside the folders" in _said(linked)
        assert links.is_error
        assert not found.is_error
        content = found.structured_content or {}
        assert content["findings"][0]["rule"] == "overfitting"
        assert any("passed over" in note for note in content["notes"])
        for answer in (linked, links, found, listed):
            assert SECRET not in _said(answer)
            assert "7213" not in _said(answer)
        assert {r["name"] for r in (listed.structured_content or {})["runs"]} == {
            *("overfitting", "healthy-plain", "spike-recovers")
        }

    def test_what_lies_inside_is_read(self, runs: Path, tmp_path: Path) -> None:
        """Through links that stay inside, below a root that is a link itself, and of stores that are copied first."""
        (runs / "latest").symlink_to(runs / "overfitting")
        _sqlite(runs / "store" / "table.db", left_open=True)
        (tmp_path / "alias").symlink_to(runs)
        _, (linked, store) = _ask([tmp_path / "alias"], ("check", {"path": "latest"}), ("check", {"path": "store"}))
        assert not linked.is_error, _said(linked)
        assert not store.is_error, _said(store)
        assert [c["points"] for c in (store.structured_content or {})["curves"]] == [50]


def test_roots_are_folders(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "curveread", "mcp", str(tmp_path / "absent")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "absent: not a folder here" in done.stderr
    assert done.stderr.count("\n") == 1


def _parquet(path: Path) -> None:
    arrow = needed("pyarrow")
    import pyarrow.parquet as parquet

    parquet.write_table(arrow.table({"step": list(range(50)), "loss": [i + 0.7213 for i in range(50)]}), path)


def _sqlite(path: Path, *, left_open: bool = False) -> None:
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table metrics (id integer, timestamp text, run_name text, step integer, metrics text)")
    rows = [(i, "2025-01-01T00:00:00", "trackio", i, json.dumps({"loss": i + 0.7213})) for i in range(50)]
    connection.executemany("insert into metrics values (?, ?, ?, ?, ?)", rows)
    connection.commit()
    if left_open:
        copy = path.with_name("copy.db")
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
    connection.close()
    if left_open:
        path.unlink()
        os.replace(path.with_name("copy.db"), path)
        os.replace(path.with_name("copy.db-wal"), f"{path}-wal")
