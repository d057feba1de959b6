"""What users install: the built wheel in environments that hold nothing else; takes minutes and the package index."""

from __future__ import annotations

import shutil
import sys
import tomllib
import zipfile
from pathlib import Path
from textwrap import indent

import pytest

from curveread.cli.commands.demo import SAMPLES
from tests.conftest import ROOT
from tests.docs.snippets import PAGES, blocks, commands, lay
from tests.package.conftest import Fresh, must, run

pytestmark = pytest.mark.package

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
MISSING = {
    "dask": "sweep {samples} -o runs.csv --dask tcp://127.0.0.1:9",
    "mcp": "mcp {samples}",
    "parquet": "sweep {samples} -o runs.parquet",
    "remote": "check s3://bucket/run",
}
"""Extra -> a command that needs it."""
WORKING = {
    "dask": """
from dask.distributed import Client
from curveread.cli import main
with Client(n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
    main(["sweep", "{samples}", "-o", "runs.csv", "--fail-on", "error", "--dask", client.scheduler.address])
""",
    "mcp": """
import sys, anyio, mcp
async def ask():
    server = mcp.StdioServerParameters(command=sys.executable, args=["-m", "curveread", "mcp", "{samples}"])
    async with mcp.Client(server) as client:
        found = await client.call_tool("check", {{"path": "overfitting"}})
        assert found.structured_content["health"] == "error"
anyio.run(ask)
sys.exit(1)
""",
    "parquet": """
from curveread.cli import main
main(["sweep", "{samples}", "-o", "runs.parquet"])
""",
    "remote": """
import sys, fsspec
import s3fs
import curveread as cr
store = fsspec.filesystem("memory")
store.put("{samples}/overfitting", "/runs/overfitting", recursive=True)
sys.exit(cr.diagnose("memory://runs/overfitting").verdict.health == "error")
""",
}
"""Extra -> what it is for, in Python; ends with 1, as a check that finds an error does."""


_LARGE = ("dask", "remote")
"""Extras that take long to install."""


def test_the_index_would_take_them(distributions: Path, wheel: Path) -> None:
    said = must(sys.executable, "-m", "twine", "check", "--strict", *distributions.iterdir())
    assert said.count("PASSED") == 2
    assert wheel.stat().st_size < 2_000_000


def test_the_wheel_holds_what_it_needs_and_no_more(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {n.split("/")[0] for n in names} == {"curveread", next(n for n in names if ".dist-info" in n).split("/")[0]}
    for file in ("py.typed", "findings/result.schema.json", *(f"sample_logs/{s}/labels.json" for s in SAMPLES)):
        assert f"curveread/{file}" in names
    assert any(n.endswith("licenses/LICENSE") for n in names)


@pytest.mark.parametrize(
    "version", ["3.11", *(pytest.param(v, marks=pytest.mark.slow) for v in ("3.12", "3.13", "3.14"))]
)
def test_each_python_shows_the_demo(version: str, fresh: Fresh, tmp_path: Path) -> None:
    python = _python(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    bin_ = fresh(python=python)
    assert "report: reports/overfitting-report.html" in must(bin_ / "curveread", "demo", cwd=tmp_path)
    assert (tmp_path / "reports" / "overfitting-report.html").is_file()
    assert "curveread" in must(bin_ / "python", "-m", "curveread", "--version", cwd=tmp_path)
    for shell in ("bash", "zsh", "fish"):
        assert "curveread" in must(bin_ / "curveread", "--print-completion", shell, cwd=tmp_path)
    page = must(
        bin_ / "python", "-c", "import curveread as cr; help(cr); help(cr.diagnose); help(cr.Run)", cwd=tmp_path
    )
    for name in ("read(", "diagnose(", "report(", "class Run", "Parameters"):
        assert name in page


def _python(version: str) -> str | None:
    """Return a Python of this version, as PATH or pyenv has it."""
    beside = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in (shutil.which(f"python{version}"), *map(str, beside), sys.executable):
        if candidate and f"Python {version}." in run(candidate, "--version").stdout:
            return candidate
    return None


@pytest.mark.parametrize("extra", sorted(MISSING))
def test_a_missing_extra_names_itself(extra: str, plain: Path, samples: Path, tmp_path: Path) -> None:
    done = run(plain / "curveread", *MISSING[extra].format(samples=samples).split(), cwd=tmp_path)
    assert done.returncode == 2
    assert f"pip install 'curveread[{extra}]'" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("extra", [pytest.param(e, marks=[pytest.mark.slow] * (e in _LARGE)) for e in sorted(WORKING)])
def test_each_extra_works_alone(extra: str, fresh: Fresh, samples: Path, tmp_path: Path) -> None:
    bin_ = fresh(extra)
    script = tmp_path / "script.py"
    script.write_text(
        f"if __name__ == '__main__':\n{indent(WORKING[extra].format(samples=samples), '    ')}", encoding="utf-8"
    )
    done = run(bin_ / "python", script, cwd=tmp_path)
    assert done.returncode == 1, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


def test_each_extra_for_users_is_tried() -> None:
    assert set(EXTRAS) - {"test", "dev", "samples", "docs", "frameworks", "fuzz"} == set(WORKING) == set(MISSING)


def test_there_is_something_to_try() -> None:
    assert len(commands("README.md")) >= 12
    assert sum(len(commands(page)) for page in PAGES) >= 22


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page) or blocks(page, "python")])
def test_what_the_pages_show_works(page: str, plain: Path, tmp_path: Path) -> None:
    lay(tmp_path)
    for command in commands(page):
        done = run("bash", "-c", f'PATH="{plain}:$PATH"; {command}', cwd=tmp_path)
        assert done.returncode in (0, 1), f"{command}\n{done.stderr}"
        assert done.stderr == "", command
    for program in blocks(page, "python"):
        (tmp_path / "program.py").write_text(f"if __name__ == '__main__':\n{indent(program, '    ')}", encoding="utf-8")
        must(plain / "python", "program.py", cwd=tmp_path)
