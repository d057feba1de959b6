"""Which tests reach a line: recorded once for each test file with coverage.py's contexts, outside of the repository.

A test file is recorded anew when it changed, or when a source file that it reached did.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
from pathlib import Path

from tests.benchmarks.mutation.arena import ROOT, Arena

__all__ = ["Reach"]

LEFT_OUT = ("tests/benchmarks/", "tests/report/", "tests/cli/", "tests/test_notebooks.py", "tests/test_house.py")
"""What looks at texts and pages, or at processes of its own: it reaches every line and says little of any."""


class Reach:
    """Which tests run a line of the source, quickest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: list[tuple[Path, dict[str, str]]] = []
        self.seconds: dict[str, float] = {}

    def record(self, arena: Arena) -> None:
        """Record the test files that changed, or whose sources did."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in sorted((ROOT / "tests").rglob("test_*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(LEFT_OUT):
                continue
            data = self.folder / name.removesuffix(".py").replace("/", "--")
            about = data.with_suffix(".json")
            if not _still_true(about):
                print(f"recording {name}", flush=True)
                data.unlink(missing_ok=True)
                outcome = arena.run([name], seconds=1200.0, record=data)
                sources = {name: _sum(path)} | _reached(data, arena.root)
                kept = {"root": str(arena.root), "sources": sources, "seconds": outcome.seconds}
                about.write_text(json.dumps(kept), encoding="utf-8")
            known = json.loads(about.read_text(encoding="utf-8"))
            self.records.append((data, known))
            self.seconds |= known["seconds"]

    def of(self, path: Path, line: int) -> list[str]:
        """Return the tests that run a line, quickest first; for a line that only an import runs, those of its users."""
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        lines, names = _run_with(tree, line)
        tests = {test for each in lines for test in self._lines(path).get(each, ())}
        if names:
            known = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
            for file in sorted((ROOT / "curveread").rglob("*.py")):
                text = file.read_text(encoding="utf-8")
                if known.search(text):
                    reached = self._lines(file.relative_to(ROOT))
                    rows = [i for i, row in enumerate(text.split("\n"), 1) if known.search(row)]
                    tests |= {test for row in rows for test in reached.get(row, ())}
        if not lines and not tests:
            tests = {test for found in self._lines(path).values() for test in found}
        return sorted(tests & self.seconds.keys(), key=lambda t: (self.seconds[t], t))

    @functools.cache  # noqa: B019
    def _lines(self, path: Path) -> dict[int, set[str]]:
        """Return line -> tests that ran it."""
        from coverage import CoverageData

        found: dict[int, set[str]] = {}
        for data, known in self.records:
            if str(path) in known["sources"]:
                read = CoverageData(basename=str(data))
                read.read()
                for line, tests in read.contexts_by_lineno(str(Path(known["root"]) / path)).items():
                    found.setdefault(line, set()).update(t for t in tests if t)
        return found


def _run_with(tree: ast.Module, line: int) -> tuple[set[int], set[str]]:
    """Return the lines that run when a line does, and, where an import runs it, the names that it defines."""
    chain: list[ast.AST] = [tree]
    while inner := [n for n in ast.iter_child_nodes(chain[-1]) if _span(n)[0] <= line <= _span(n)[1]]:
        chain.append(inner[-1])
    functions = [n for n in chain if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    statements = [n for n in chain if isinstance(n, ast.stmt | ast.ExceptHandler | ast.match_case)]
    if functions and line >= functions[-1].body[0].lineno:
        first, last = _span(statements[-1])
        body = getattr(statements[-1], "body", None)
        return set(range(first, max(first, body[0].lineno - 1) + 1 if body else last + 1)), set()
    if functions:
        return set(range(functions[-1].body[0].lineno, _span(functions[-1])[1] + 1)), set()
    if not statements:
        return set(), set()
    defined = {n.id for n in ast.walk(statements[-1]) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return set(), defined or {n.name for n in statements if isinstance(n, ast.ClassDef)}


def _span(node: ast.AST) -> tuple[int, int]:
    first = min([getattr(node, "lineno", 10**9), *(d.lineno for d in getattr(node, "decorator_list", []))])
    if isinstance(node, ast.arguments | ast.match_case | ast.withitem | ast.comprehension):
        inside = [_span(n) for n in ast.iter_child_nodes(node)]
        return min((a for a, _ in inside), default=10**9), max((b for _, b in inside), default=-1)
    return first, getattr(node, "end_lineno", None) or -1


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


def _still_true(about: Path) -> bool:
    if not about.is_file():
        return False
    sources = json.loads(about.read_text(encoding="utf-8"))["sources"]
    return all(_sum(ROOT / name) == digest for name, digest in sources.items())


def _reached(data: Path, root: Path) -> dict[str, str]:
    """Return source file -> its digest, of those that the recorded tests ran."""
    from coverage import CoverageData

    if not data.is_file():
        return {}
    read = CoverageData(basename=str(data))
    read.read()
    names = [Path(f).relative_to(root) for f in read.measured_files()]
    return {str(n): _sum(ROOT / n) for n in sorted(names)}
