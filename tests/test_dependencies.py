"""What may be installed beside the package: no version with a known hole in what is used of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SAFE = {
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "matplotlib": ("3.8", ""),
    "numpy": ("1.26", "CVE-2021-41495, in 1.22"),
    "orjson": ("3.9.15", "CVE-2024-27454"),
    "pandas": ("2.1", ""),
    "pyarrow": ("17.0", "CVE-2023-47248, in 14.0.1; CVE-2024-52338"),
    "pyyaml": ("6.0", "CVE-2020-14343, in 5.4"),
    "scipy": ("1.11", "CVE-2023-25399, in 1.10"),
}
"""The oldest version without a known hole, and the last that was closed in or before it."""
REQUIRED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["parquet"]]


def _floor(requirement: str) -> tuple[str, tuple[int, ...]]:
    found = re.fullmatch(r"([A-Za-z0-9-]+)(?:\[.*\])?>=([\d.]+)", requirement)
    assert found, f"{requirement} has no floor"
    return found[1], _version(found[2])


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize("name", SAFE)
def test_no_floor_lies_below_what_is_safe(name: str) -> None:
    floors = dict(map(_floor, REQUIRED))
    assert floors[name] >= _version(SAFE[name][0]), SAFE[name][1]


def test_everything_that_is_needed_has_a_floor() -> None:
    every = [r for extra in PROJECT["optional-dependencies"].values() for r in extra if not r.startswith("curveread")]
    assert all(_floor(r) for r in (*PROJECT["dependencies"], *every))
