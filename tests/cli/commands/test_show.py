"""``curveread show``: what was read, and what can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curveread.readers.registry import formats

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


def test_the_formats_are_listed(cli: Cli) -> None:
    done = cli("show", "--formats", COLUMNS="300")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == len(formats())
    for line, known in zip(lines, formats(), strict=True):
        assert line.startswith(f"{known.name} ")
        assert line.endswith(f"  {known.title}: {known.looks_like}")
