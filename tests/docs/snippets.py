"""The commands and programs that README and site show, and the runs that they speak of."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.conftest import ROOT

PAGES = ("README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs" / "pages").rglob("*.md")))

_RUNS = dict(
    pair.split("=")
    for pair in (
        "run-7=spikes-several run-8=healthy-plain a=overfitting b=spike-recovers tensorboard=healthy-plain "
        "wandb=divergence-learning-rate trainer=overfitting lightning=healthy-lightning policy=reward-collapse "
        "classifier=overfitting-small-data regularised=healthy-regularised language-model=healthy-perplexity "
        "latest=overfitting"
    ).split()
)
"""Name of a run -> the sample that stands for it."""
_ELSEWHERE = ("://", "curveread mcp", "--until-end")
"""What needs a store, a cluster, or somebody who ends it; tested where those are made."""


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of a page that are fenced as a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)


def commands(page: str) -> list[str]:
    """Return the curveread commands in the console blocks of a page that run on their own."""
    shown = [line for block in blocks(page, "console") for line in block.splitlines()]
    lines = [re.split(r"  +#", line)[0].removeprefix("$ ").strip() for line in shown]
    return [line for line in lines if line.startswith("curveread ") and not any(word in line for word in _ELSEWHERE)]


def lay(folder: Path, samples: Path = ROOT / "sample_logs", *, only: tuple[str, ...] = tuple(_RUNS)) -> None:
    """Make the runs that pages speak of, below ``runs/`` in a folder, from sample logs."""
    for name in only:
        shutil.copytree(samples / _RUNS[name], folder / "runs" / name)
    steps = range(0, 4000, 100)
    printed = folder / "runs" / "printed"
    printed.mkdir()
    (printed / "train.log").write_text("".join(f"step {i}: loss {9 / (i + 900) ** 0.3:.4f}\n" for i in steps))
    (printed / "odd.log").write_text("".join(f"at {i} it was {9 / (i + 900) ** 0.3:.4f}\n" for i in steps))
    table = folder / "runs" / "table"
    table.mkdir()
    (table / "history.csv").write_text("step,loss\n" + "".join(f"{i},{9 / (i + 900) ** 0.3:.4f}\n" for i in steps))
