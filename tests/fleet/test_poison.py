"""Runs that hang or end their process, read by somebody else's reader: a row each, and the others are done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PLUGIN = """
import os, time
from pathlib import Path
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.run.model import Curve, Source

class OddReader(Reader):
    format = Format("odd", "*.odd", "odd logs", files=("*.odd",), priority=1)

    def claims(self, path):
        return True

    def read(self, path):
        what = path.read_text().strip()
        if what == "hangs":
            time.sleep(120)
        if what == "dies":
            os._exit(9)
        value = [2.0 / (i + 1) for i in range(60)]
        return [Part(Source(str(path), "odd", 1), {"train/loss": Curve("train/loss", list(range(60)), value)})]
"""


def test_a_run_that_hangs_and_one_that_ends_its_process(tmp_path: Path) -> None:
    (tmp_path / "odd_reader.py").write_text(PLUGIN)
    for i, what in enumerate(("fine", "hangs", "fine", "dies", "fine")):
        (tmp_path / "runs" / f"{i}-{what}").mkdir(parents=True)
        (tmp_path / "runs" / f"{i}-{what}" / "log.odd").write_text(what)
    command = [sys.executable, "-m", "curveread", "sweep", "runs", "-o", "t.json", "--plugin", "odd_reader"]
    done = subprocess.run(
        [*command, "--jobs", "2", "--timeout", "8"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    rows = json.loads((tmp_path / "t.json").read_text())
    assert [row["run"] for row in rows] == ["0-fine", "1-hangs", "2-fine", "3-dies", "4-fine"]
    assert [row["health"] == "unread" for row in rows] == [False, True, False, True, False]
    assert "took longer than 8 s" in rows[1]["error"]
    assert "process" in rows[3]["error"]
