"""kill -9 and Ctrl-C at random moments of writing: the old output stays, or the new one is whole.

The moments of one command: ``pytest -m slow tests/cli/test_kills.py`` tries 220.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import WriteRun

START = "import os, sys; from curveread.cli import main; os.write(int(os.environ['UP']), b'.'); main()"
"""What the command's script does; it says when Python itself is up, which answers Ctrl-C with a traceback before."""
COMMANDS = {
    "html": "report {run} -o {out}/r.html",
    "md": "report {run} -o {out}/r.md",
    "json": "report {run} -o {out}/r.json",
    "png": "report {run} -o {out}/r.png",
    "svg": "report {run} -o {out}/r.svg",
    "pdf": "report {run} -o {out}/r.pdf",
    "csv": "export {run} -o {out}/t.csv",
    "parquet": "export {run} -o {out}/t.parquet",
    "table": "export {run} -o {out}/t.json",
    "comparison": "compare {run} {other} -o {out}/c.html",
    "several": "report {run} {other} -o {out} --jobs 2",
}
OLD = b"what an earlier call wrote"


@dataclass
class Case:
    command: list[str]
    out: Path
    whole: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0

    def start(self) -> subprocess.Popen[bytes]:
        heard, tells = os.pipe()
        env = os.environ | {"PYTHONPATH": str(ROOT), "UP": str(tells), "SOURCE_DATE_EPOCH": "1700000000"}
        started = subprocess.Popen(
            [sys.executable, "-c", START, *self.command],
            env=env, pass_fds=[tells], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        os.close(tells)
        os.read(heard, 1)
        os.close(heard)
        return started

    def files(self) -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in self.out.iterdir()}


@pytest.fixture
def case(request: pytest.FixtureRequest, write_run: WriteRun, falling: list[float], tmp_path: Path) -> Case:
    run, other = (write_run(name, [*falling[:100], 6.0, *falling[101:]]) for name in ("one", "other"))
    out = tmp_path / "out"
    out.mkdir()
    made = Case([a.format(run=run, other=other, out=out) for a in COMMANDS[request.param].split()], out)
    began = time.monotonic()
    started = made.start()
    _, errors = started.communicate(timeout=120)
    assert (started.returncode, errors) == (0, b"")
    made.seconds = time.monotonic() - began
    made.whole = made.files()
    assert made.whole
    return made


def tried(case: Case, chance: random.Random, signum: signal.Signals) -> None:
    for name in case.whole:
        (case.out / name).write_bytes(OLD)
    started = case.start()
    # what is written is written at the end: half of the moments lie there
    time.sleep(case.seconds * chance.choice((chance.uniform(0, 1), chance.uniform(0.6, 1))))
    started.send_signal(signum)
    _, errors = started.communicate(timeout=120)
    for name, content in case.files().items():
        assert name in case.whole, f"{name} is left over"
        assert content in (OLD, case.whole[name]), f"{name} is neither the old one nor whole"
    if signum == signal.SIGKILL:
        return
    assert errors == b""
    assert started.returncode in (128 + signum, 0)
    if started.returncode == 0:
        assert case.files() == case.whole


@pytest.mark.parametrize(
    ("case", "signum"),
    [("html", signal.SIGINT), ("csv", signal.SIGKILL), ("several", signal.SIGKILL)],
    indirect=["case"],
)
def test_an_output_is_whole_at_one_moment(case: Case, signum: signal.Signals) -> None:
    tried(case, random.Random(signum), signum)


@pytest.mark.slow
@pytest.mark.parametrize("case", COMMANDS, indirect=True)
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=["kill", "ctrl-c", "term"])
def test_an_output_is_whole_at_many_moments(case: Case, signum: signal.Signals) -> None:
    chance = random.Random(signum)
    for _ in range(4 if signum == signal.SIGTERM else 8):
        tried(case, chance, signum)
