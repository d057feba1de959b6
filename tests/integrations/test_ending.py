"""The end of a training as the process sees it; each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, needed

BEGUN = """
import os, signal, sys
from curveread.integrations.ending import Ending
def act(death):
    print("acted", "well" if death is None else repr(death.cause), flush=True)
ending = Ending(act)
"""


def run(program: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("then", "code", "told"),
    [
        ("ending.end()", 0, "well"),
        ("pass", 0, "None"),
        ("raise ValueError(5)", 1, "ValueError(5)"),
        ("sys.exit(3)", 3, "None"),
        ("raise KeyboardInterrupt", -signal.SIGINT, "KeyboardInterrupt()"),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, "<Signals.SIGTERM: 15>"),
    ],
)
def test_whatever_ends_it_is_told_once_and_the_exit_code_stays(then: str, code: int, told: str) -> None:
    done = run(f"{BEGUN}\nending.begin()\n{then}")
    assert (done.returncode, done.stdout) == (code, f"acted {told}\n")


def test_a_handler_that_was_there_gets_the_signal_too() -> None:
    done = run(
        f"{BEGUN}\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nending.begin()\n"
        "os.kill(os.getpid(), signal.SIGTERM)"
    )
    assert (done.returncode, done.stdout) == (7, "acted <Signals.SIGTERM: 15>\n")


def test_an_ignored_signal_stays_ignored_and_the_handler_is_given_back() -> None:
    program = (
        f"{BEGUN}\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nending.begin()\n"
        "os.kill(os.getpid(), signal.SIGTERM)\nending.end()\nprint(signal.getsignal(signal.SIGTERM).name)"
    )
    assert run(program).stdout == "acted well\nSIG_IGN\n"
    program = f"{BEGUN}\nending.begin()\nending.end()\nprint(signal.getsignal(signal.SIGTERM).name)"
    assert run(program).stdout == "acted well\nSIG_DFL\n"


def test_a_forked_worker_has_no_part_in_it() -> None:
    done = run(f"{BEGUN}\nending.begin()\nif os.fork() == 0: os.kill(os.getpid(), signal.SIGTERM)\nos.wait()")
    assert done.stdout == "acted None\n"


def test_a_second_training_tells_the_first_that_nobody_saw_ending() -> None:
    done = run(f"{BEGUN}\nending.begin()\nending.begin()\nending.end()")
    assert done.stdout == "acted None\nacted well\n"


def test_in_a_notebook_the_cell_that_raised_ends_it() -> None:
    needed("IPython")
    cells = f"shell.run_cell({BEGUN + 'ending.begin()'!r})\nshell.run_cell('1/0')\nprint('still there')"
    done = run(
        f"from IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell.instance()\n{cells}"
    )
    assert "acted ZeroDivisionError('division by zero')" in done.stdout
    assert done.stdout.count("acted") == 1
    assert "still there" in done.stdout.partition("acted")[2]


def test_a_fault_of_curveread_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    done = run(
        "from curveread.integrations import report_at_end\nrows = []\n"
        "with report_at_end(rows, '/proc/no/report.html'):\n"
        "    rows += [{'step': i, 'loss': 1.0} for i in range(9)]\n"
        "    raise ValueError('mine')",
        tmp_path,
    )
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: mine\n")
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("curveread: ")]
    assert "no report of this training (" in said


def test_a_training_that_logged_nothing_is_one_line(tmp_path: Path) -> None:
    done = run("from curveread.integrations import report_at_end\nwith report_at_end([]): pass", tmp_path)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("framework", ["transformers", "lightning", "keras"])
def test_a_missing_framework_is_named(framework: str) -> None:
    absent = "; ".join(f"sys.modules[{name!r}] = None" for name in ("transformers", "lightning", "keras"))
    done = run(f"import sys; {absent}; import curveread.integrations.{framework}")
    assert done.returncode == 1
    assert (
        f"needs {'Hugging Face ' * (framework == 'transformers')}{framework.capitalize()}".lower()
        in done.stderr.lower()
    )
    assert "pip install" in done.stderr.splitlines()[-1]
