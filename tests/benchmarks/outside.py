"""Runs of others: public runs judged by eye, labelled runs of other programs, cases made after bug reports.

A third of the repositories, programs and cases is left aside (:mod:`.aside`): no rule is made or tuned on it, so its
figures are the ones to expect elsewhere. Counted as the corpus's own scorers count, imported from where they lie.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from curveread.errors import CurvereadError
from tests.benchmarks.aside import CORPUS, is_aside
from tests.benchmarks.calibration import calibration, stated
from tests.benchmarks.commands import COMMANDS, Command, best_file
from tests.benchmarks.corpora import ROOT, of_trained
from tests.benchmarks.events import Seen
from tests.benchmarks.scoring import judge
from tests.benchmarks.tables import OURS

__all__ = ["Entry", "Outcome", "Totals", "entries", "found_in", "judged", "measure", "scorer", "totals"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A labelled run of ``wild``, ``trained`` or ``trained2``; ``group`` is what it is left aside or left out with."""

    source: str
    label: Mapping[str, Any]
    group: str
    place: Path

    @property
    def kind(self) -> str:
        return str(self.label.get("kind", self.source))

    @property
    def aside(self) -> bool:
        return self.source != "trained" and is_aside(self.group)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool said of a run, held against its label: judged alarms, events told of those expected."""

    entry: Entry
    read: bool
    right: tuple[Seen, ...]
    wrong: tuple[Seen, ...]
    told: int
    expected: int
    healthy: bool
    alarmed: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over runs; several alarms of a rule in a run count once, and the healthy runs are those that were read."""

    runs: int
    readable: int
    read: int
    right: int
    wrong: int
    told: int
    expected: int
    healthy: int
    alarmed: int


def entries(source: str) -> list[Entry]:
    """Return the labelled runs of a set, empty where it is not there."""
    labels = CORPUS / source / "labels.jsonl"
    if not labels.is_file():
        return []
    found = []
    for line in filter(str.strip, labels.read_text(encoding="utf-8").splitlines()):
        label = json.loads(line)
        letters = re.match(r"[a-z]+", label["run_id"])
        group = label.get("repository") or label.get("program") or f"trained {letters[0] if letters else ''}"
        found.append(Entry(source, label, group, labels.parent / "runs" / label["run_id"] / label.get("point", "")))
    return found


def found_in(tool: str, place: Path) -> list[Seen] | None:
    """Return what curveread or an installed command finds in a run, None where it cannot read it."""
    if tool != OURS:
        return next(c for c in COMMANDS if c.name == tool).look(best_file(place))
    import curveread as cr
    from curveread.diagnose import diagnose
    from curveread.run.task import task_of

    try:
        diagnoses = [diagnose(run) for run in cr.read_all(place)]
    except CurvereadError:
        return None
    return [
        Seen(f.rule, f.severity.value, f.first_step, f.last_step, f.confidence, task=task)
        for task, d in ((task_of(d.run).kind.value, d) for d in diagnoses)
        for f in d.findings
    ]


def judged(entry: Entry, found: Sequence[Seen] | None, *, rival: bool = False) -> Outcome:
    """Hold what a tool found in a run against its label."""
    if entry.source == "wild":
        return _judged_by_eye(entry, found, rival)
    label = of_trained(entry.label)
    unread = Seen("unreadable", "error")
    tally = judge(label, [unread] if found is None and not rival else found or [], rival=rival)
    return Outcome(
        entry,
        found is not None,
        right=tuple(j.seen for j in tally.alarms if j.right),
        wrong=tuple(j.seen for j in tally.alarms if not j.right),
        told=sum(tally.found.values()),
        expected=sum(tally.required.values()),
        healthy=label.healthy,
        alarmed=tally.alarmed,
    )


def _judged_by_eye(entry: Entry, found: Sequence[Seen] | None, rival: bool) -> Outcome:
    label = entry.label
    seen = {id(s): s for s in found or ()}
    listed = [
        {"rule": s.rule, "severity": s.severity, "first": s.first, "last": s.last, "rival": rival, "seen": key}
        for key, s in seen.items()
    ]
    verdict = scorer("score_wild").judge(label, listed, rival)
    wanted = [k for k, e in enumerate(label["expect"]) if e["rules"]]
    return Outcome(
        entry,
        found is not None,
        right=tuple(seen[f["seen"]] for f in verdict["right"]),
        wrong=tuple(seen[f["seen"]] for f, _ in verdict["wrong"]),
        told=len(set(verdict["told"]) & set(wanted)),
        expected=len(wanted),
        healthy=label["healthy"] is True and label["readable"] is not False and found is not None,
        alarmed=bool(verdict["wrong"]),
    )


def totals(outcomes: Iterable[Outcome]) -> Totals:
    """Return the sums over some runs."""
    given = list(outcomes)
    healthy = [o for o in given if o.healthy]
    return Totals(
        runs=len(given),
        readable=sum(map(_readable, given)),
        read=sum(o.read and _readable(o) for o in given),
        right=sum(len(_rules(o.right)) for o in given),
        wrong=sum(len(_rules(o.wrong) - _rules(o.right)) for o in given),
        told=sum(o.told for o in given),
        expected=sum(o.expected for o in given),
        healthy=len(healthy),
        alarmed=sum(o.alarmed for o in healthy),
    )


def _readable(outcome: Outcome) -> bool:
    return outcome.entry.label.get("readable") is not False


def _rules(seen: Iterable[Seen]) -> set[str]:
    return {s.rule for s in seen}


def measure(pool: Executor, rivals: Sequence[Command]) -> dict[str, Any]:
    """Return how curveread does on all of them, and the other tools on those left aside; empty without a corpus."""
    known = {source: entries(source) for source in ("wild", "trained2")}
    if not all(known.values()):
        return {}
    every = [e for of_source in known.values() for e in of_source]
    aside = [e for e in every if e.aside]
    looks = [(OURS, OURS, every), *((c.name, c.title(), aside) for c in rivals)]
    jobs = [
        (title, pool.map(partial(found_in, name), [e.place for e in es], chunksize=4), es) for name, title, es in looks
    ]
    tables: dict[str, dict[str, Any]] = {"aside": {}, "open": {}}
    for title, looked, of_tool in jobs:
        found = list(zip(of_tool, looked, strict=True))
        for part, wanted in (("aside", True), ("open", False)):
            of_part = [(e, f) for e, f in found if e.aside is wanted]
            if of_part:
                tables[part][title] = _figures(of_part, rival=title != OURS)
        if title == OURS:
            said = stated(judged(e, f) for e, f in found if e.aside)
    return tables | {"cases": _cases(), "calibration": calibration(said)}


def _figures(found: Sequence[tuple[Entry, list[Seen] | None]], *, rival: bool) -> dict[str, Any]:
    outcomes = [judged(entry, seen, rival=rival) for entry, seen in found]
    wild = [o for o in outcomes if o.entry.source == "wild"]
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in wild:
        kinds[outcome.entry.kind].append(outcome)
    programs = [(e, [] if seen is None else seen) for e, seen in found if e.source == "trained2"]
    score = scorer("score").score(
        [e.label for e, _ in programs], [[_as_scored(s) for s in seen] for _, seen in programs], rival
    )
    return {
        "wild": asdict(totals(wild)),
        "repositories": len({o.entry.group for o in wild}),
        "kinds": {kind: asdict(totals(of_kind)) for kind, of_kind in sorted(kinds.items())},
        "trained2": asdict(totals(o for o in outcomes if o.entry.source == "trained2")),
        "programs": len({e.group for e, _ in programs}),
        "macro_f1": score["macro_f1"],
    }


def _as_scored(seen: Seen) -> dict[str, Any]:
    return {"rule": seen.rule, "severity": seen.severity, "first": seen.first, "peak": seen.first, "last": seen.last}


def _cases() -> dict[str, list[int]]:
    """Return how many of the cases pass, of how many, for those left aside and the others."""
    folders = sorted(p.parent for p in (CORPUS / "cases").glob("*/expected.json"))
    with tempfile.TemporaryDirectory() as place:
        command = Path(place) / "curveread"
        command.write_text(
            f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m curveread "$@"\n'
        )
        command.chmod(0o755)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            passed = list(pool.map(lambda case: not scorer("score_cases").faults(str(command), case), folders))
    counts = {"aside": [0, 0], "open": [0, 0]}
    for case, good in zip(folders, passed, strict=True):
        count = counts["aside" if is_aside(case.name) else "open"]
        count[0] += good
        count[1] += 1
    return counts


@cache
def scorer(name: str) -> ModuleType:
    """Return one of the corpus's own scorers."""
    spec = importlib.util.spec_from_file_location(name, CORPUS.parent / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
