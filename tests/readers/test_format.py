"""The formats say what they are without their readers, which are loaded when a file has such a name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from curveread.readers.format import Format
from curveread.readers.registry import all_readers, asked_about, formats
from tests.readers.test_contract import MAKERS


def test_every_format_is_a_readers_and_stands_where_it_says() -> None:
    read = [form for reader in all_readers() for form in (reader.format, *reader.dialects)]
    assert set(read) == set(formats())
    assert len({f.name for f in formats()}) == len(formats())
    for reader in all_readers():
        assert reader.format.reader == f"{type(reader).__module__}:{type(reader).__name__}"
        assert all(d.looks_like and d.title for d in (reader.format, *reader.dialects))


def test_no_two_formats_are_preferred_alike() -> None:
    ranks = sorted(f.rank for f in formats())
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize("name", [*MAKERS])
def test_every_format_has_a_rank_of_its_own_in_a_run(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path)
    reader = next(r for r in asked_about(path) if r.claims(path))
    for part in reader.read(path):
        assert part.source.format in {f.name for f in (reader.format, *reader.dialects)}
        assert reader.format_of(part).name == part.source.format


@pytest.mark.parametrize(
    ("files", "path", "fits"),
    [
        (("*.csv",), "a/LOG.CSV", True),
        (("*.csv",), "a.csv/log", False),
        (("*/metrics/*",), "run/metrics/train/loss", True),
        (("*/metrics/*",), "run/metrics", False),
        (("meta.yaml", "*/metrics/*"), "run/meta.yaml", True),
        ((), "anything", False),
    ],
)
def test_names_are_compared_with_patterns(files: tuple[str, ...], path: str, fits: bool) -> None:
    assert Format("x", "x", "x", files=files).fits(Path(path)) is fits


def test_only_the_reader_of_a_file_is_loaded(tmp_path: Path) -> None:
    MAKERS["trainer-state"](tmp_path)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from curveread.discovery.discover import read_runs\n"
        "from curveread.readers.registry import formats\n"
        "formats()\n"
        "loaded = [m for m in sys.modules if m.startswith('curveread.readers.')]\n"
        "assert not [m for m in loaded if m.endswith(('.reader', '.csv', '.parquet', '.mlflow'))], loaded\n"
        "read_runs(Path(sys.argv[1]))\n"
        "print(*sorted(m for m in sys.modules if m.startswith('curveread.readers.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "curveread.readers.trainer.reader" in loaded
    for other in ("tensorboard.reader", "tables.csv", "tables.parquet", "stores.mlflow", "text_log.gather"):
        assert f"curveread.readers.{other}" not in loaded
