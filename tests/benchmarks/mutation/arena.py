"""A copy of the tree to break things in, and tests run there: each batch in a process of its own that ends in time."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import multiprocessing
import os
import resource
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "Arena", "Outcome"]

ROOT = Path(__file__).resolve().parents[3]
MEMORY = 12 << 30
HEAVY = [
    "numpy",
    "pandas",
    "scipy.stats",
    "scipy.signal",
    "pytest",
    "hypothesis",
    "yaml",
    __name__,
]
QUIET = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--hypothesis-seed=0", "--tb=line"]


@dataclass(frozen=True)
class Outcome:
    """What tests said.

    Attributes
    ----------
    status
        ``passed``, ``failed`` or ``stopped``: it took far longer than it may, or died.
    by
        The first test that failed; empty where none did, or where the file could not be imported any more.
    seconds
        Test -> how long it took.
    """

    status: str
    by: str
    seconds: dict[str, float]


class Arena:
    """A copy of what tests need, beside a link to the same ``shared`` folder."""

    def __init__(self, home: Path) -> None:
        self.root = home / "copy"
        ignore = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info")
        shutil.copytree(ROOT, self.root, ignore=ignore)
        self.log = home / "log.txt"
        shared = ROOT.parent / "shared"
        if shared.exists():
            (home / "shared").symlink_to(shared.resolve())

    @contextlib.contextmanager
    def changed(self, path: Path, text: str) -> Iterator[None]:
        """Give a file of the copy another text for a while."""
        file = self.root / path
        kept = file.read_text(encoding="utf-8")
        cached = Path(importlib.util.cache_from_source(str(file)))
        try:
            file.write_text(text, encoding="utf-8")
            cached.unlink(missing_ok=True)
            yield
        finally:
            file.write_text(kept, encoding="utf-8")
            cached.unlink(missing_ok=True)

    def run(
        self, files: Sequence[str], only: Sequence[str] = (), *, seconds: float, record: Path | None = None
    ) -> Outcome:
        """Run tests until one fails.

        Parameters
        ----------
        files
            Test files, from the root.
        only
            The tests to run, in this order; all of the files where empty.
        seconds
            Of processor time that they may take; ten times as long on the clock.
        record
            Where to write which line was run by which test; then a failure does not end the run.
        """
        answer = self.root.parent / "answer.json"
        answer.unlink(missing_ok=True)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(HEAVY)
        args = (
            str(self.root),
            list(files),
            list(only),
            seconds,
            str(record) if record else "",
            str(self.log),
            str(answer),
        )
        process = context.Process(target=_inside, args=args)
        process.start()
        process.join(10 * seconds + 60)
        if process.is_alive():
            process.kill()
            process.join()
        if not answer.is_file():
            return Outcome("stopped", "", {})
        said = json.loads(answer.read_text(encoding="utf-8"))
        return Outcome(said["status"], said["by"], said["seconds"])


class _Watch:
    """A pytest plugin: picks and orders the tests, keeps how they ended, and names the one that is running."""

    def __init__(self, only: list[str], coverage: Any) -> None:
        self.rank = {test: i for i, test in enumerate(only)}
        self.coverage = coverage
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        if self.rank:
            items[:] = sorted((i for i in items if i.nodeid in self.rank), key=lambda i: self.rank[i.nodeid])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.coverage is not None:
            self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)
        elif not report.skipped:
            self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


def _inside(root: str, files: list[str], only: list[str], seconds: float, record: str, log: str, answer: str) -> None:
    """Run pytest in this process; what it says goes to the log, how it ended into the answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(root)
    os.environ["PYTHONPATH"] = root
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False  # most files stay as they are from one mutant to the next
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    sys.path[:] = [root, *(p for p in sys.path if p and Path(p).resolve() != ROOT)]
    for name in [n for n in sys.modules if n.partition(".")[0] in ("tests", "curveread")]:
        del sys.modules[name]  # those of the tree, not of the copy
    import pytest

    coverage = _recorder(record) if record else None
    watch = _Watch(only, coverage)
    code = int(
        pytest.main([*QUIET, "-m", "not slow and not browser", *([] if record else ["-x"]), *files], plugins=[watch])
    )
    if coverage is not None:
        coverage.stop()
        coverage.save()
    status = {0: "passed", 5: "passed"}.get(code, "failed")
    by = watch.failed[0] if watch.failed else ""
    seconds_of = {t: s for t, s in watch.seconds.items() if t not in watch.failed}
    Path(answer).write_text(json.dumps({"status": status, "by": by, "seconds": seconds_of}), encoding="utf-8")


def _recorder(record: str) -> Any:
    import coverage

    watching = coverage.Coverage(data_file=record, config_file=False, source=["curveread"], messages=False)
    watching.start()
    return watching
