"""How often the checks are right, beside the rules in use: ``python -m tests.benchmarks.accuracy [--write]``.

Runs every check on the sample logs, on the corpus of trained runs where it lies at ``../shared/corpus/trained``, and on
the synthetic family; holds the findings against the labels; does the same for the rules of :mod:`.rivals` and, where
installed, for the tools of :mod:`.commands`. Prints a table per kind of event, the healthy runs with an alarm, the
false-alarm budget and the reliability of the confidences. ``--write`` records the figures, against which
``tests/test_accuracy.py`` holds later changes, and renews the table in the README. Takes twenty minutes, four
``--without-commands``, three with ``--ours``: then the rows of all other tools stay as they were recorded on the same
runs.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from curveread.errors import CurvereadError
from curveread.run.model import Run
from tests.benchmarks import synthetic
from tests.benchmarks.calibration import calibration, stated
from tests.benchmarks.commands import COMMANDS, best_file, write_csv
from tests.benchmarks.corpora import ROOT, Case, sample_logs, trained
from tests.benchmarks.events import KINDS, Seen
from tests.benchmarks.rivals import RULES, curves_of
from tests.benchmarks.scoring import Tally, judge, row
from tests.benchmarks.tables import OURS, markdown, text, with_section

__all__ = ["RECORDED", "by_curveread", "figures", "part", "scan", "synthetic_set"]

RECORDED = Path(__file__).with_name("recorded.json")
PART = (300, 1_000, 3_000)  # lengths of the part of the synthetic family that every test run looks at


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that looks at a run; ``names`` are the checks it has, None for all.

    ``writes`` says that made runs must be written into a table for it.
    """

    name: str
    look: Callable[[Case, Sequence[Run], Path], list[Seen]]
    names: frozenset[str] | None = None
    writes: bool = False

    @property
    def rival(self) -> bool:
        return self.name != OURS


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


def _tools(commands: bool) -> list[Tool]:
    """Return curveread, the installed commands and the re-stated rules."""

    def of_rule(fire: Callable[[Any], list[Seen]]) -> Callable[[Case, Sequence[Run], Path], list[Seen]]:
        return lambda case, runs, table: [seen for run in runs for seen in fire(curves_of(run))]

    def of_command(look: Callable[[Path], list[Seen]]) -> Callable[[Case, Sequence[Run], Path], list[Seen]]:
        return lambda case, runs, table: look(best_file(case.folder) if case.folder else table)

    tools = [Tool(OURS, lambda case, runs, table: _checked(runs))]
    tools += [Tool(c.title(), of_command(c.look), c.names, writes=True) for c in COMMANDS if commands and c.where()]
    return tools + [Tool(r.name, of_rule(r.fire), r.names) for r in RULES]


def _compare(cases: Sequence[Case], tools: Sequence[Tool], title: str) -> dict[str, list[Tally]]:
    """Return how every tool does on the same runs."""
    out: dict[str, list[Tally]] = {tool.name: [] for tool in tools}
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / "metrics.csv"
        for i, case in enumerate(cases):
            if sys.stderr.isatty():
                print(f"\r{title} {i + 1} of {len(cases)}", end="", file=sys.stderr)
            try:
                runs = case.runs()
            except CurvereadError:
                out[OURS].append(judge(case.label, [Seen("unreadable", "error")]))
                runs = []
            if case.make is not None and any(tool.writes for tool in tools):
                write_csv(runs[0], table)
            for tool in tools:
                if runs or tool.rival:
                    out[tool.name].append(judge(case.label, tool.look(case, runs, table), rival=tool.rival))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return out


def _measure(tools: Sequence[Tool]) -> tuple[dict[str, Any], dict[str, dict[str, list[Tally]]]]:
    """Return all figures, and the tallies they come from; without tools those of the checks alone."""
    labelled = {"samples": sample_logs(), "trained": trained(), "synthetic": synthetic_set()}
    budgets = (synthetic.healthy(), synthetic.healthy(2, laws=synthetic.OTHERS), part())
    with ProcessPoolExecutor(max_workers=None if tools else 5) as pool:  # these need no other tool
        beside = [pool.map(_tally, cases, chunksize=10) for cases in budgets]
        if tools:
            sets = {name: _compare(cases, tools, f"{name} runs") for name, cases in labelled.items()}
        else:
            sets = {name: {OURS: list(pool.map(_tally, cases, chunksize=5))} for name, cases in labelled.items()}
        budget, others, quick = (list(tallies) for tallies in beside)
    sets = {name: found for name, found in sets.items() if found[OURS]}
    names = {tool.name: tool.names for tool in tools} or {OURS: None}
    sources = {
        "labelled": {name: [*sets["samples"][name], *sets.get("trained", {}).get(name, [])] for name in names},
        "synthetic": sets["synthetic"],
    }
    measured = {
        "date": datetime.date.today().isoformat(),
        "others": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores",
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
        "calibration": calibration(
            stated(_apart([*sources["labelled"][OURS], *sets["synthetic"][OURS], *budget, *others]))
        ),
    }
    return measured, sets


def _apart(tallies: Iterable[Tally]) -> list[Tally]:
    """Return every run once: the healthy half of the comparison is a part of the budget."""
    return list({t.label.name: t for t in tallies}.values())


def _keep_others(measured: dict[str, Any], before: dict[str, Any]) -> None:
    """Put in the recorded rows of the other tools, where they were measured on as many events and healthy runs."""
    for kind, sources in measured["tables"].items():
        for source, rows in sources.items():
            then = before["tables"].get(kind, {}).get(source, {})
            if then and then[OURS]["events"] == rows[OURS]["events"]:
                rows |= {name: row for name, row in then.items() if name != OURS}
    for source, counts in measured["healthy"].items():
        then = before["healthy"].get(source, {})
        if then and then[OURS][1] == counts[OURS][1]:
            counts |= {name: count for name, count in then.items() if name != OURS}
    measured["others"] = before.get("others", before["date"])


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
            lines += [f"{word}: {t.label.name} {s.rule} {s.first} to {s.last}, {s.confidence:.2f}" for s in wrong]
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
    parser = argparse.ArgumentParser(description="How often the checks are right, beside the rules in use.")
    parser.add_argument("--write", action="store_true", help="record the figures and renew the table in README.md")
    parser.add_argument("--without-commands", action="store_true", help="leave out trainspotter and runmedic")
    parser.add_argument("--ours", action="store_true", help="keep the recorded rows of all other tools")
    parser.add_argument("--detail", action="store_true", help="list what was missed and every alarm without a reason")
    chosen = parser.parse_args()
    readme = ROOT / "README.md"
    if chosen.write:
        if not chosen.ours and (chosen.without_commands or not all(c.where() for c in COMMANDS)):
            parser.error(f"--write needs {' and '.join(c.name for c in COMMANDS)}, or --ours to keep their rows")
        if not trained():
            parser.error("--write needs the corpus at ../shared/corpus/trained: its rows would be lost")
        try:
            with_section(readme.read_text(encoding="utf-8"), "")
        except ValueError as error:
            parser.error(str(error))
    measured, sets = _measure(tools=[] if chosen.ours else _tools(commands=not chosen.without_commands))
    measured = _plain(measured)
    if chosen.ours:
        _keep_others(measured, json.loads(RECORDED.read_text(encoding="utf-8")))
    print(text(measured))
    if chosen.detail:
        print(_detail(sets))
    section = markdown(measured)
    if chosen.write:
        RECORDED.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        readme.write_text(with_section(readme.read_text(encoding="utf-8"), section), encoding="utf-8")
    else:
        print("-- for README.md, written by --write --\n")
        print(section)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
