"""The same answers with the oldest packages that pyproject.toml allows, and with every Python that is here."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import needed

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SAMPLES = ("healthy-lightning", "nan-loss", "overfitting", "resumed-overlap", "healthy-policy", "spike-recovers")
DIGITS = 1e-9
"""Relative: sums are added up in another order by another NumPy."""


@dataclass
class Elsewhere:
    """An environment of its own, with nothing but what the package needs."""

    python: str
    here: Path

    def __call__(self, *arguments: object, codes: tuple[int, ...] = (0,)) -> str:
        env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error:::curveread"}
        done = subprocess.run(
            [self.python, "-m", "curveread", *map(str, arguments)],
            cwd=self.here, env=env, capture_output=True, text=True, encoding="utf-8", timeout=300,
        )  # fmt: skip
        assert done.returncode in codes, done.stderr
        assert done.stderr == ""
        return done.stdout


def _python(version: str) -> str | None:
    named = shutil.which(f"python{version}")
    built = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for python in ([named] if named else []) + [str(p) for p in built]:
        if subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            return python
    return None


@pytest.fixture(params=["3.11 oldest", *PYTHONS])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Elsewhere:
    version, _, oldest = request.param.partition(" ")
    python = _python(version)
    if python is None or (not oldest and sys.version.startswith(version)):
        pytest.skip(f"Python {version} is not here, or it is the one that runs the tests")
    needed("uv", "uv is in the extra test")
    uv = [sys.executable, "-m", "uv"]
    there = tmp_path / "venv"
    subprocess.run([*uv, "venv", "--quiet", "--python", python, there], check=True)
    own = there / "bin" / "python"
    extras = ["--resolution", "lowest-direct"] if oldest else []
    done = subprocess.run(
        [*uv, "pip", "install", "--quiet", "--python", own, *extras, "-r", "pyproject.toml", "--extra", "parquet"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Elsewhere(str(own), tmp_path)


def differences(a: Any, b: Any, place: str = "") -> list[str]:
    """Return where two results are not the same, up to the last digits of their numbers."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [d for key in a for d in differences(a[key], b[key], f"{place}/{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b, strict=True)) for d in differences(x, y, f"{place}/{i}")]
    if isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=DIGITS, abs_tol=1e-12):
        return []
    return [] if type(a) is type(b) and a == b else [f"{place}: {a!r} and {b!r}"]


@pytest.mark.slow
def test_the_same_answers_and_every_output(elsewhere: Elsewhere, tmp_path: Path) -> None:
    for sample in SAMPLES:
        shutil.copytree(ROOT / "sample_logs" / sample, tmp_path / "runs" / sample)
    check = ("check", "runs", "--json", "--jobs", "1")
    found = json.loads(elsewhere(*check, codes=(1,)))
    here = subprocess.run(
        [sys.executable, "-m", "curveread", *check],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert differences(found, json.loads(here.stdout)) == []
    for kind in ("html", "md", "json", "png", "svg", "pdf"):
        elsewhere("report", "runs/overfitting", "-o", f"r.{kind}")
        assert (tmp_path / f"r.{kind}").stat().st_size > 1000
    for kind in ("csv", "parquet", "json"):
        elsewhere("export", "runs/overfitting", "-o", f"t.{kind}")
    elsewhere("sweep", "runs", "-o", "s.parquet", "--html", "s.html", codes=(0, 1))
    elsewhere("compare", "runs/overfitting", "runs/spike-recovers", "-o", "c.html")
    assert "verified" in elsewhere("show", "runs/healthy-policy", "--verify")
