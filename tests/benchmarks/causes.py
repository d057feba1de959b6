"""How often the named causes are right: ``python -m tests.benchmarks.causes [--write]``.

The events of the labelled trainings (``../shared/corpus``) whose cause the log can tell, matched and judged by
``../shared/tools/score_causes.py``. Each is ranked with counts that leave out its own program: of ``trained2`` all runs
of the program, of ``trained`` (a program a run) the run. The sample logs are ranked with the counts of all. ``--write``
counts anew, into ``curveread/causes/counted.py``, and renews the README's table. Takes a minute on two cores.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from curveread import api
from curveread.case import case_of
from curveread.causes.engine import BELIEF, ranked
from curveread.causes.kinds import KINDS
from curveread.causes.scene import Scene, Stage
from curveread.run.tags.context import understood
from tests.benchmarks.aside import CORPUS
from tests.benchmarks.corpora import ROOT, SAMPLES
from tests.benchmarks.outside import entries, scorer
from tests.benchmarks.tables import with_section

COUNTED = ROOT / "curveread" / "causes" / "counted.py"
COMMAND = "python -m tests.benchmarks.causes --write"
BEGIN, END = f"<!-- causes: begin ({COMMAND}) -->\n", "<!-- causes: end -->"

__all__ = ["counts"]

_Counts = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Told:
    """An event that was found: what it is called, what lay behind it, and by which finding it was told."""

    corpus: str
    run: str
    program: str
    record: Mapping[str, Any]
    event: str
    rule: str
    place: int


def _records(corpus: str) -> list[dict[str, Any]]:
    """Return what lay behind the events of a corpus."""
    lines = (CORPUS / "causes" / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _found(folder: Path) -> list[dict[str, Any]]:
    """Return the findings of a folder as its result JSON holds them, in order."""
    return [f.to_json() for run in api.read_all(folder) for f in api.diagnose(run).findings]


def _answers(job: tuple[Path, Sequence[tuple[int, _Counts]]]) -> list[list[tuple[str, float]]]:
    """Return cause and share of some findings of a folder, each by counts of its own."""
    folder, wanted = job
    scenes = []
    for run in api.read_all(folder):
        findings = api.diagnose(run).findings
        case = case_of(understood(run))
        everything = [*findings, *(g for f in findings for g in f.folded)]
        stage = Stage(case, everything)
        scenes += [Scene(stage, f) for f in findings]
    return [[(c.cause, c.share) for c in ranked(scenes[i], BELIEF._replace(counted=own))] for i, own in wanted]


def counts(told: Iterable[Told]) -> dict[str, dict[str, float]]:
    """Return kind of event -> cause -> labelled runs, each run counted once."""
    runs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for t in told:
        if t.rule in KINDS:
            runs[KINDS[t.rule].value, t.record["cause"]].add(t.run)
    out: dict[str, dict[str, float]] = {}
    for (kind, cause), seen in sorted(runs.items()):
        out.setdefault(kind, {})[cause] = float(len(seen))
    return out


def _told(corpus: str, tool: ModuleType, found: Mapping[str, list[dict[str, Any]]]) -> tuple[list[Told], int]:
    """Return the events of a corpus that were found, and how many there are."""
    records = {(r["run_id"], r["event"]): r for r in _records(corpus)}
    if corpus == "samples":
        cases = [(name, json.loads((place / "labels.json").read_text())) for name, place in _folders(corpus).items()]
        triples = tool.by_rule(cases, [found[name] for name, _ in cases])
    else:
        labels = [e.label for e in entries(corpus)]
        triples = tool.by_score(scorer("score"), labels, [found[x["run_id"]] for x in labels], False)
    out, events = [], 0
    for run, i, event, finding in triples:
        record = records.get((run, i))
        if record is None or record["knowable"] == "no":
            continue
        events += 1
        if finding is not None:
            program = run if corpus == "trained" else run.partition("_")[0]
            place = next(k for k, f in enumerate(found[run]) if f is finding)
            out.append(Told(corpus, run, program, record, event["type"], finding["rule"], place))
    return out, events


def _folders(corpus: str) -> dict[str, Path]:
    if corpus == "samples":
        return {p.parent.name: p.parent for p in sorted(SAMPLES.glob("*/labels.json"))}
    return {e.label["run_id"]: e.place for e in entries(corpus)}


def measure(jobs: int) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Return the figures of every corpus, and the counts of all labelled trainings."""
    tool = scorer("score_causes")
    corpora = ("trained", "trained2", "samples")
    open_records = [r for c in corpora[:2] for r in _records(c)]
    told: list[Told] = []
    events: dict[str, int] = {}
    folders = {c: _folders(c) for c in corpora}
    with ProcessPoolExecutor(jobs) as pool:
        for corpus in corpora:
            found = dict(zip(folders[corpus], pool.map(_found, folders[corpus].values(), chunksize=4), strict=True))
            more, events[corpus] = _told(corpus, tool, found)
            told += more
        trainings = [t for t in told if t.corpus != "samples"]
        by_run: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for t in told:
            by_run[t.corpus, t.run].append(t)
        work = [
            (folders[c][run], [(t.place, counts(o for o in trainings if o.program != t.program)) for t in own])
            for (c, run), own in by_run.items()
        ]
        answers = dict(zip(by_run, pool.map(_answers, work, chunksize=4), strict=True))
    rows = []
    for key, own in by_run.items():
        for t, stated in zip(own, answers[key], strict=True):
            same = [r for r in open_records if r["type"] == t.event] if t.corpus != "samples" else []
            usual = tool.commonest(same, t.run, t.event) if same else None
            rows.append(
                {
                    **t.record,
                    "corpus": t.corpus,
                    "ok": {t.record["cause"], *t.record["also_ok"]},
                    "stated": stated or None,
                    "commonest": usual,
                    "kind": KINDS[t.rule].value if t.rule in KINDS else t.rule,
                }
            )
    figures = {c: tool.judge([r for r in rows if r["corpus"] == c], "stated") for c in corpora}
    usual = {c: tool.judge([r for r in rows if r["corpus"] == c], "commonest") for c in corpora[:2]}
    kinds = {
        k: tool.judge([r for r in rows if r["kind"] == k and r["corpus"] != "samples"], "stated")
        for k in sorted({r["kind"] for r in rows})
    }
    return {"figures": figures, "commonest": usual, "kinds": kinds, "events": events}, counts(trainings)


def _table(measured: Mapping[str, Any]) -> str:
    lines = [
        f"Measured by `{COMMAND}` on {date.today()}, {platform.machine()}, each event with the",
        "counts of other programs only: whether the first cause is right, whether the right one is among the",
        "three, and how far the stated share of the first is off (Brier score: 0 is best, 0.25 is a coin).",
        "",
        "| labelled events | found | first right | among three | of uncommon causes | Brier | always the commonest |",
        "|---|---|---|---|---|---|---|",
    ]
    titles = {"trained": "lab trainings", "trained2": "trainings of other programs", "samples": "sample logs"}
    for corpus, title in titles.items():
        f, usual = measured["figures"][corpus], measured["commonest"].get(corpus)
        rare, always = "", ""
        if usual is not None:
            always = f"{usual['all']['top1']:.2f}"
            rare = f"{f['uncommon']['top1']:.2f} of {f['uncommon']['n']}" if f["uncommon"]["n"] else ""
        cells = [title, f"{f['all']['n']} of {measured['events'][corpus]}", f"{f['all']['top1']:.2f}"]
        cells += [f"{f['all']['top3']:.2f}", rare, f"{f['brier_first']:.2f}", always]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| kind of event (trainings) | events | first right | among three |", "|---|---|---|---|"]
    for kind, f in measured["kinds"].items():
        if f["all"]["n"]:
            lines.append(f"| {kind} | {f['all']['n']} | {f['all']['top1']:.2f} | {f['all']['top3']:.2f} |")
    return "\n".join(lines) + "\n"


def _write(counted: _Counts) -> None:
    head, _, _ = COUNTED.read_text(encoding="utf-8").partition("COUNTED: ")
    rows = "".join(
        f'    "{kind}": {{\n' + "".join(f'        "{c}": {n:g},\n' for c, n in causes.items()) + "    },\n"
        for kind, causes in counted.items()
    )
    tail = '"""Kind of event -> cause -> labelled runs, each run counted once."""\n'
    COUNTED.write_text(f"{head}COUNTED: Mapping[str, Mapping[str, float]] = {{\n{rows}}}\n{tail}", encoding="utf-8")


def main() -> None:
    """Measure, print, and with ``--write`` record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="record the counts and renew the table in README.md")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    if not CORPUS.is_dir():
        raise SystemExit("the labelled trainings are not beside the project: ../shared/corpus")
    measured, counted = measure(args.jobs)
    section = _table(measured)
    print(section)
    for corpus, figures in measured["figures"].items():
        bins = [
            f"{b['bin']}: {b['n']} x {b['share']:.2f} right {b['right']:.2f}" for b in figures["calibration"] if b["n"]
        ]
        print(f"{corpus}: macro over causes {figures['macro']:.2f}; " + " · ".join(bins))
        print("  " + "; ".join(f"{n} x {what}" for what, n in figures["confusion"][:12]))
    if args.write:
        _write(counted)
        readme = ROOT / "README.md"
        readme.write_text(with_section(readme.read_text(encoding="utf-8"), section, BEGIN, END), encoding="utf-8")


if __name__ == "__main__":
    main()
