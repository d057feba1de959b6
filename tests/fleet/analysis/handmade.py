"""Rows written by hand: what a run was set to, where it ended, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from curveread.findings.sweep.row import UNREAD, Found, Measure, SweepRow

Value = str | int | float | bool


def measure(level: float, tag: str = "eval/loss", better: str = "down", role: str = "eval-loss") -> Measure:
    return Measure(tag, role, better, "nats", level, level, level, 900, 0.01, 100)


def row(
    run: str, settings: Mapping[str, Value], level: float | None = None, rules: Sequence[str] = (), health: str = ""
) -> SweepRow:
    return SweepRow(
        run=run,
        path=f"runs/{run}",
        settings=dict(settings),
        health=health or ("error" if rules else "ok"),
        measures=() if level is None else (measure(level),),
        findings=tuple(Found(rule, "error", "train/loss", 10, None, 0.9) for rule in rules),
    )


def unread(run: str) -> SweepRow:
    return SweepRow(run=run, path=f"runs/{run}", health=UNREAD, headline="no log", error="no log")


def random_search(n: int, seeds: int = 1, noise: float = 0.1, seed: int = 0, others: int = 2) -> list[SweepRow]:
    """Return n runs: the best rate lies at 0.1, from 1 on they break; momentum matters little, the others nothing."""
    rng = np.random.default_rng(seed)
    out = []
    for i in range(n // seeds):
        lr, momentum = float(10 ** rng.uniform(-3, 1)), float(rng.uniform(0, 1))
        rest = {f"other{k}": float(rng.uniform()) if k % 2 else str(rng.choice(["a", "b", "c"])) for k in range(others)}
        for s in range(seeds):
            level = 1 + (np.log10(lr) + 1) ** 2 + 0.2 * momentum + noise * rng.normal()
            rules = ("divergence",) if lr > 1 else ()
            out.append(row(f"run{i}-{s}", {"lr": lr, "momentum": momentum, "seed": s, **rest}, level, rules))
    return out
