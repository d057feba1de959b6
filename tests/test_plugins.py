"""Readers and checks of other packages: handed over, announced as entry points, and loaded as plugins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import curveread as cr
from curveread.detectors.registry import detector
from curveread.errors import NoLogsError, PluginError, UsageError
from curveread.plugins import load_plugin
from tests.support.curves import decay, run_of
from tests.testing.test_detector import PAGE, _MadeUp, _peak
from tests.testing.test_reader import Pairs

MODULE = f'''
from pathlib import Path
from curveread.detectors.base import Detector, any_of
from curveread.findings.finding import Finding, Severity
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.run.model import Curve, Source
from curveread.run.roles import Role
import numpy as np

class Pairs(Reader):
    format = Format("pairs", "*.pairs", "Lines of step and value", files=("*.pairs",))
    def claims(self, path: Path) -> bool:
        return True
    def read(self, path: Path) -> list[Part]:
        step, value = np.loadtxt(path, ndmin=2).T
        curve = Curve("loss", step.astype(int), value)
        return [Part(Source(str(path), "pairs", path.stat().st_size), {{"loss": curve}})]

class Always(Detector):
    """{PAGE}"""
    rule = "always-there"
    needs = (any_of(Role.TRAIN_LOSS),)
    def detect(self, subject):
        return [Finding("always-there", Severity.WARNING, 0.9, "it is so", "loss", 0, 0, 10)]
'''
ASK = """
import sys, pathlib
import curveread as cr
from curveread.detectors.registry import rules
from curveread.readers.registry import formats
from curveread.plugins import load_plugin
if len(sys.argv) > 2:
    load_plugin(sys.argv[2])
assert "always-there" in rules()
assert "strange" not in sys.modules or len(sys.argv) > 2, "loaded before it was needed"
run = cr.read(sys.argv[1])
assert "pairs" in [f.name for f in formats()]
print(run.sources[0].format, [f.rule for f in cr.diagnose(run).findings])
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "logs" / "run.pairs"
    path.parent.mkdir()
    path.write_text("".join(f"{i} {3 - i / 20}\n" for i in range(40)))
    return path


def _ask(log: Path, packages: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(packages)!r})\n{ASK}"
    return subprocess.run([sys.executable, "-c", code, str(log), *arguments], capture_output=True, text=True)


def _announce(packages: Path, module: str) -> None:
    (packages / "strange.py").write_text(module)
    info = packages / "strange_curves-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-curves\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[curveread.readers]\npairs = strange:Pairs\n[curveread.detectors]\nalways-there = strange:Always\n"
    )


def test_a_reader_that_is_handed_over_reads_what_no_other_does(log: Path) -> None:
    with pytest.raises(NoLogsError):
        cr.read(log)
    run = cr.read(log.parent, readers=[Pairs])
    assert run.sources[0].format == "pairs"
    assert len(run["loss"]) == 40
    log.unlink()
    with pytest.raises(NoLogsError, match=r"looked for .*\*\.pairs"):
        cr.read(log.parent, readers=[Pairs])


def test_a_check_that_is_handed_over_stands_beside_the_others() -> None:
    dx = cr.diagnose(_peak(), detectors=[_MadeUp])
    assert "made-up" in {f.rule for g in dx.findings for f in (g, *g.folded)}
    assert "loss-spike" in {f.rule for g in dx.findings for f in (g, *g.folded)}
    only = cr.diagnose(_peak(), detectors=[_MadeUp], select=["made-up"])
    assert [f.rule for f in only.findings] == ["made-up"]
    assert "made-up" not in {q.rule for q in cr.diagnose(_peak()).quiet}
    assert [n.rule for n in cr.diagnose(run_of(grad_norm=decay()), detectors=[_MadeUp]).not_checked].count("made-up")
    with pytest.raises(UsageError, match="there is no check 'made-up'"):
        cr.diagnose(_peak(), select=["made-up"])


def test_a_check_under_the_name_of_another_is_refused() -> None:
    class Spike(_MadeUp):
        __doc__ = PAGE
        rule = "loss-spike"

    with pytest.raises(PluginError, match=r"Spike: there is a check 'loss-spike' already"):
        cr.diagnose(_peak(), detectors=[Spike])
    assert detector("loss-spike") is not Spike


def test_what_a_package_announces_is_used_and_loaded_late(log: Path, tmp_path: Path) -> None:
    _announce(tmp_path, MODULE)
    done = _ask(log, tmp_path)
    assert done.stdout == "pairs ['always-there']\n", done.stderr


def test_a_package_that_cannot_be_loaded_is_named(log: Path, tmp_path: Path) -> None:
    _announce(tmp_path, "raise RuntimeError('made to fail')")
    done = _ask(log, tmp_path)
    assert done.stderr.splitlines()[-1] == (
        "curveread.errors.PluginError: the entry point 'pairs' of strange-curves (curveread.readers) "
        "cannot be loaded: RuntimeError: made to fail"
    )


def test_a_check_that_cannot_be_loaded_has_failed_and_the_others_go_on(log: Path, tmp_path: Path) -> None:
    _announce(tmp_path, MODULE.replace('rule = "always-there"', 'rule = "never-there"'))
    code = ASK.replace("print(", "print([(f.rule, f.error) for f in cr.diagnose(run).failed]); print(")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", code, str(log)], capture_output=True, text=True)
    assert "always-there" in done.stdout, done.stderr
    assert "leads to a check that calls itself 'never-there'" in done.stdout
    assert done.stdout.endswith("pairs []\n")


def test_a_plugin_is_used_until_the_process_ends(log: Path, tmp_path: Path) -> None:
    (tmp_path / "strange.py").write_text(MODULE)
    assert _ask(log, tmp_path, "strange").stdout == "pairs ['always-there']\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "the plugin 'stranger' cannot be loaded: ModuleNotFoundError: No module named 'stranger'"),
        ("x = 1 / 0", "the plugin 'stranger' cannot be loaded: ZeroDivisionError: division by zero"),
        (
            "from curveread.readers.base import Reader\nfrom curveread.readers.tables.csv import CsvReader",
            "the plugin 'stranger' defines neither a Reader nor a Detector",
        ),
    ],
)
def test_a_plugin_that_is_none_is_refused(
    content: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "stranger", raising=False)
    if content is not None:
        (tmp_path / "stranger.py").write_text(content)
    with pytest.raises(PluginError) as caught:
        load_plugin("stranger")
    assert str(caught.value) == said


def test_a_plugin_is_named_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "strange_module.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "made.pairs").write_text("".join(f"{i} {1 + 1 / (i + 1)}\n" for i in range(100)), encoding="utf-8")
    program = "from curveread.cli import main; main()"

    def asked(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    done = asked("check", "made.pairs", "--plugin", "strange_module", "--fail-on", "warning")
    assert (done.returncode, done.stderr) == (1, "")
    assert "always-there" in done.stdout
    assert "always-there" in asked("explain", "--plugin=strange_module").stdout
    assert "pairs" in asked("show", "--formats", "--plugin=strange_module").stdout
    absent = asked("check", "made.pairs", "--plugin", "no_such_module")
    assert (absent.returncode, absent.stdout) == (2, "")
    assert absent.stderr.startswith("curveread: the plugin 'no_such_module' cannot be loaded: ModuleNotFoundError")
    assert absent.stderr.count("\n") == 1
