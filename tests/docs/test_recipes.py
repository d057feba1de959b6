"""The recipes of docs/pages/how-to/ci.md, run as they stand there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from curveread.findings import schema
from tests.conftest import ROOT, SAMPLES
from tests.docs.snippets import blocks

NAME = "docs/pages/how-to/ci.md"
PAGE = (ROOT / NAME).read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a program called curveread, and a pip that has nothing left to install."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, line in {"curveread": f'exec "{sys.executable}" -m curveread "$@"', "pip": "exit 0"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    (tmp_path / "runs").mkdir()
    return tmp_path


def _latest(project: Path, sample: str) -> None:
    shutil.rmtree(project / "runs" / "latest", ignore_errors=True)
    shutil.copytree(SAMPLES / sample, project / "runs" / "latest")


def _bash(project: Path, script: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PATH": f"{project / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = ["bash", "-e", "-c", script]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=120)


def _scripts() -> list[str]:
    """Return what the YAML blocks run: steps of GitHub's, the script of GitLab's."""
    out = []
    for block in blocks(NAME, "yaml"):
        loaded = yaml.safe_load(block)
        steps = loaded if isinstance(loaded, list) else [{"run": "\n".join(j["script"])} for j in loaded.values()]
        out += [step["run"] for step in steps if "run" in step]
    return out


@pytest.mark.parametrize("script", _scripts())
def test_steps_pass_and_fail_with_the_run(project: Path, script: str) -> None:
    _latest(project, "healthy-perplexity")
    assert _bash(project, script).returncode == 0
    _latest(project, "overfitting")
    done = _bash(project, script)
    assert done.returncode == 1, done.stderr
    written = [p.read_text(encoding="utf-8") for p in project.glob("curveread.*")]
    assert any("overfitting" in text for text in [done.stdout, *written])


def test_what_is_uploaded_is_written(project: Path) -> None:
    sarif, junit = (s for s in _scripts() if ">" in s)
    _latest(project, "overfitting")
    for script in (sarif, junit):
        _bash(project, script)
    assert json.loads((project / "curveread.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert "sarif_file: curveread.sarif" in PAGE
    assert (project / "curveread.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert "junit: curveread.xml" in PAGE


def test_the_pytest_example(project: Path) -> None:
    (block,) = blocks(NAME, "python")
    (project / "test_training.py").write_text(block, encoding="utf-8")
    run = f'"{sys.executable}" -m pytest -q -p no:cacheprovider test_training.py'
    _latest(project, "healthy-perplexity")
    assert _bash(project, run).returncode == 0
    _latest(project, "overfitting")
    done = _bash(project, run)
    assert done.returncode == 1
    assert "overfitting at step 160" in done.stdout


def test_the_bash_blocks(project: Path) -> None:
    _latest(project, "overfitting")
    for block in blocks(NAME, "bash"):
        assert _bash(project, block).returncode == 0, block
    printed = json.loads((project / "curveread.schema.json").read_text(encoding="utf-8"))
    assert printed == schema.load()
    jsonschema.validate(json.loads((project / "accepted.json").read_text(encoding="utf-8")), printed)
