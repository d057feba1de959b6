"""How often the checks are right, beside other tools: ``python -m tests.benchmarks.accuracy [--write]``.

First on the runs of others (:mod:`.outside`), of which a third is left aside, per kind of task and beside the tools of
:mod:`.commands`; where the corpus lies beside the project, at ``../shared/corpus``. Then on what was in sight while the
checks were made: the sample logs, the corpus of trained runs and the synthetic family, beside the rules of
:mod:`.rivals`. Prints a table per kind of event, the healthy runs with an alarm, the false-alarm budget and the
reliability of the confidences. ``--write`` records the figures, against which ``tests/test_accuracy.py`` holds later
changes, and renews the sections of the README and of the site's page. Takes ten minutes, five with ``--ours``: then the
rows of the other tools stay as they were recorded on the same runs. ``--outside`` measures the runs of others alone, a
minute for the checks and five for the other tools, and keeps the rest as recorded.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from curveread.errors import CurvereadError
from curveread.run.model import Run
from tests.benchmarks import outside, synthetic
from tests.benchmarks.commands import COMMANDS
from tests.benchmarks.corpora import ROOT, Case, sample_logs, trained
from tests.benchmarks.events import KINDS, Seen
from tests.benchmarks.rivals import RULES, curves_of
from tests.benchmarks.scoring import Tally, judge, row
from tests.benchmarks.tables import OURS, PAGES, text, with_section

__all__ = ["RECORDED", "by_curveread", "figures", "part", "scan", "synthetic_set"]

RECORDED = Path(__file__).with_name("recorded.json")
PART = (300, 1_000, 3_000)  # lengths of the part of the synthetic family that every test run looks at


def by_curveread(case: Case) -> list[Seen]:
    """Return what the checks find in a case; a run that cannot be read is an alarm."""
    try:
        return _checked(case.runs())
    except CurvereadError:
        return [Seen("unreadable", "error")]


def scan(cases: Iterable[Case]) -> list[Tally]:
    """Return how the checks do on each case."""
    return [_tally(case) for case in cases]


def _tally(case: Case) -> Tally:
    return judge(case.label, by_curveread(case))


def figures(tallies: Sequence[Tally]) -> dict[str, Any]:
    """Return what is recorded of a set of runs: how many, which healthy ones are alarmed, a row per kind."""
    rows = {kind: asdict(row(tallies, [kind])) for kind in KINDS}
    return {
        "runs": len(tallies),
        "healthy": sum(t.label.healthy for t in tallies),
        "alarmed": sorted(t.label.name for t in tallies if t.label.healthy and t.alarmed),
        "kinds": {kind: r for kind, r in rows.items() if r["events"]},
    }


def part() -> list[Case]:
    """Return the part of the synthetic family that is quick to look at."""
    return list(chain(synthetic.healthy(1, PART), synthetic.faulty(1, PART)))


def synthetic_set() -> list[Case]:
    """Return the synthetic runs that all tools are compared on: half of them healthy, fewer of the longest.

    One of the commands takes a quarter of a minute for 50,000 points.
    """
    short, longest = synthetic.LENGTHS[:-1], synthetic.LENGTHS[-1:]
    return [case for make in (synthetic.healthy, synthetic.faulty) for case in chain(make(2, short), make(1, longest))]


def _checked(runs: Sequence[Run]) -> list[Seen]:
    from curveread.diagnose import diagnose

    return [
        Seen(f.rule, f.severity.value, f.first_step, f.last_step, f.confidence)
        for run in runs
        for f in diagnose(run).findings
    ]


def _by_all(case: Case) -> dict[str, Tally]:
    """Return how curveread and each of the rules in use do on a case."""
    try:
        runs = case.runs()
    except CurvereadError:
        return {OURS: _tally(case), **{r.name: judge(case.label, [], rival=True) for r in RULES}}
    curves = [curves_of(run) for run in runs]
    rules = {r.name: judge(case.label, [s for c in curves for s in r.fire(c)], rival=True) for r in RULES}
    return {OURS: judge(case.label, _checked(runs)), **rules}


def _measure(pool: Executor) -> tuple[dict[str, Any], dict[str, dict[str, list[Tally]]]]:
    """Return all figures of what was in sight, and the tallies they come from."""
    labelled = {"samples": sample_logs(), "trained": trained(), "synthetic": synthetic_set()}
    budgets = (synthetic.healthy(), synthetic.healthy(2, laws=synthetic.OTHERS), part())
    beside = [pool.map(_tally, cases, chunksize=10) for cases in budgets]
    names: dict[str, frozenset[str]] = {OURS: frozenset(), **{r.name: r.names for r in RULES}}
    sets = {}
    for title, cases in labelled.items():
        if found := list(pool.map(_by_all, cases, chunksize=5)):
            sets[title] = {name: [by[name] for by in found] for name in names}
    budget, others, quick = (list(tallies) for tallies in beside)
    sources = {
        "labelled": {name: [*sets["samples"][name], *sets.get("trained", {}).get(name, [])] for name in names},
        "synthetic": sets["synthetic"],
    }
    measured = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "sets": {name: figures(found[OURS]) for name, found in sets.items()} | {"part": figures(quick)},
        "tables": {
            kind: {
                source: {
                    name: asdict(row(found[name], [kind]))
                    for name, rules in names.items()
                    if not rules or rules & KINDS[kind].fits
                }
                for source, found in sources.items()
            }
            for kind in KINDS
            if any(kind in t.required for found in sources.values() for t in found[OURS])
        },
        "healthy": {
            source: {
                name: [sum(t.alarmed for t in tallies if t.label.healthy), sum(t.label.healthy for t in tallies)]
                for name, tallies in found.items()
            }
            for source, found in sources.items()
        },
        "budget": _budget(budget),
        "strange": _budget(others),
    }
    return measured, sets


def _outside(pool: Executor, before: dict[str, Any], *, ours: bool) -> dict[str, Any]:
    """Return the figures on the runs of others; with ``ours`` the rows of the other tools are those recorded before."""
    today = {"date": datetime.date.today().isoformat(), "others": datetime.date.today().isoformat()}
    measured = outside.measure(pool, () if ours else COMMANDS)
    if not measured:
        return before
    if ours:
        before_aside = before.get("aside", {})
        if _reach(before_aside.get(OURS)) == _reach(measured["aside"][OURS]):
            measured["aside"] = before_aside | measured["aside"]
        today["others"] = before.get("others", "")
    return {**today, "machine": machine(), **measured}


def _reach(row: dict[str, Any] | None) -> list[int]:
    return [] if row is None else [row[source]["runs"] for source in ("wild", "trained2")]


def machine() -> str:
    """Return the class of the machine: figures do not depend on its speed, but on its arithmetic."""
    return f"{os.cpu_count()} cores {platform.machine()}"


def _budget(tallies: Sequence[Tally]) -> dict[str, Any]:
    """Return how many of the healthy runs are alarmed, and where the alarms come from."""
    loud = [t for t in tallies if t.alarmed]
    parts = [t.label.name.removeprefix("healthy-").rsplit("-", 3) for t in loud]
    return {
        "runs": len(tallies),
        "alarmed": len(loud),
        "by_law": dict(Counter(law for law, _, _, _ in parts)),
        "by_length": dict(sorted(Counter(n for _, _, n, _ in parts).items(), key=lambda item: int(item[0]))),
        "by_schedule": dict(Counter(schedule for _, schedule, _, _ in parts)),
        "by_rule": dict(Counter(rule for t in loud for rule in {j.seen.rule for j in t.alarms if j.seen.alarm})),
    }


def _detail(sets: dict[str, dict[str, list[Tally]]]) -> str:
    """Return what the checks missed and where they alarmed without a reason, a line each."""
    lines = []
    for found in sets.values():
        for t in found[OURS]:
            lines += [f"missed: {t.label.name} {KINDS[e.kind].title} at {e.start:g}" for e in t.missed]
            wrong = [j.seen for j in t.alarms if not j.right]
            word = "false alarm" if t.label.healthy else "unexplained"
            lines += [f"{word}: {t.label.name} {s.rule} {s.first} to {s.last}" for s in wrong]
    return "\n".join(lines)


def _plain(value: Any) -> Any:
    """Return figures as JSON holds them: four significant digits after the point, null for what was not there."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


def main() -> int:
    """Measure, print and, when asked, record."""
    parser = argparse.ArgumentParser(description="How often the checks are right, beside other tools.")
    parser.add_argument("--write", action="store_true", help="record the figures and renew the sections of the pages")
    parser.add_argument("--ours", action="store_true", help="keep the recorded rows of the other tools")
    parser.add_argument("--outside", action="store_true", help="measure the runs of others alone, keep the rest")
    parser.add_argument(
        "--detail", action="store_true", help="list what was missed in sight, and alarms without a reason"
    )
    chosen = parser.parse_args()
    if missing := [c.name for c in COMMANDS if not chosen.ours and not c.where()]:
        parser.error(f"{', '.join(missing)}: not on the PATH; --ours keeps the recorded rows of the other tools")
    if chosen.write and not (trained() and outside.entries("wild")):
        parser.error("--write needs the corpus at ../shared/corpus: its rows would be lost")
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    sets: dict[str, dict[str, list[Tally]]] = {}
    with ProcessPoolExecutor(2) as pool:
        others = _outside(pool, recorded.get("outside", {}), ours=chosen.ours)
        measured, sets = (recorded, {}) if chosen.outside else _measure(pool)
    measured = _plain(measured | {"outside": others})
    print(text(measured))
    if chosen.detail:
        print(_detail(sets))
    if chosen.write:
        RECORDED.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        for page, section in PAGES.items():
            whole = (ROOT / page).read_text(encoding="utf-8")
            (ROOT / page).write_text(with_section(whole, section(measured)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
