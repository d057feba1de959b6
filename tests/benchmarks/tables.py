"""Writes the measured figures: text for the terminal, Markdown for the README and the site."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import Any

from tests.benchmarks.events import KINDS

__all__ = ["BEGIN", "END", "OURS", "PAGES", "text", "with_section"]

COMMAND = "python -m tests.benchmarks.accuracy --write"
BEGIN = "<!-- accuracy: begin -->\n"
END = "<!-- accuracy: end -->"
OURS = "curveread"
_SOURCES = {"labelled": "Labelled runs", "synthetic": "Synthetic runs"}


def text(measured: Mapping[str, Any]) -> str:
    """Return every table for the terminal."""
    parts = ["\n".join(_outside(measured["outside"])), fill(_said(), 120)]
    parts += [_kind_text(kind, measured["tables"][kind]) for kind in KINDS if kind in measured["tables"]]
    parts.append(_healthy_text(measured["healthy"]))
    parts.append(_budget_text("false-alarm budget", measured["budget"]))
    parts.append(_budget_text("noises that nothing was set on", measured["strange"]))
    return "\n\n".join(parts) + "\n"


def left_aside(measured: Mapping[str, Any]) -> str:
    """Return the README's section between its markers."""
    return "\n".join(_outside(measured["outside"]))


def in_sight(measured: Mapping[str, Any]) -> str:
    """Return the section of the page of what was in sight while the checks were made, between its markers."""
    head = f"In sight while the checks were made, measured on {measured['date']}, {measured['machine']}"
    lines = [fill(f"{head}. {_said()}", 120), ""]
    for source, title in _SOURCES.items():
        lines += [
            f"{title}: {_count(measured, source)}.",
            "",
            "| kind | events | precision | recall | F1 (95 % interval) | onset error | next best rule in use |",
            "|---|---|---|---|---|---|---|",
        ]
        for kind in KINDS:
            row = measured["tables"].get(kind, {}).get(source, {}).get(OURS)
            if row and row["events"]:
                others = {k: v for k, v in measured["tables"][kind][source].items() if k != OURS}
                lines.append(f"| {KINDS[kind].title} | {_cells(row, ' | ')} | {_next_best(others)} |")
        lines.append("")
    lines += ["| healthy runs with an alarm | labelled | synthetic |", "|---|---|---|"]
    for tool in measured["healthy"]["labelled"]:
        shares = [_share(*measured["healthy"][source].get(tool, (0, 0))) for source in _SOURCES]
        lines.append(f"| {tool} | {' | '.join(shares)} |")
    budget, strange = measured["budget"], measured["strange"]
    closing = (
        f"Of {budget['runs']} healthy synthetic runs {budget['alarmed']} "
        f"({_percent(budget['alarmed'] / budget['runs'])}) raise any alarm; of {strange['runs']} with eight noises "
        f"that nothing was set on {strange['alarmed']} ({_percent(strange['alarmed'] / strange['runs'])})."
    )
    lines += ["", fill(closing, 120), ""]
    return "\n".join(lines)


PAGES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "README.md": left_aside,
    "docs/pages/accuracy-in-sight.md": in_sight,
}
"""Page -> what stands between its markers."""


def _outside(measured: Mapping[str, Any]) -> list[str]:
    """Return what was left aside, tools side by side, as Markdown."""
    aside, mine, seen = measured["aside"], measured["aside"][OURS], measured["open"][OURS]
    wild, programs, cases = mine["wild"], mine["trained2"], measured["cases"]
    head = (
        f"Measured by `{COMMAND}` on {measured['date']}, {measured['machine']}, the other tools on "
        f"{measured['others']}. A third of the repositories, programs and bug reports was drawn by a hash and left "
        "aside: none of them was looked at while checks were made. Their counts were, and an alarm that made these "
        "worse was toned down: expect somewhat less of logs that nobody has seen. Each tool is run as "
        "its user would, without options, on the file of a run that it reads best. "
        "Its findings are given the names used here (`tests/benchmarks/commands.py`); where it names no step it "
        "is taken to be at the right place, and its remarks, too, count as telling an event."
    )
    lines = [fill(head, 120), "", "### Left aside", ""]
    lines.append(
        fill(
            f"{wild['runs']} public runs of {mine['repositories']} repositories, judged by eye: {wild['expected']} "
            f"events that a user should be told, {wild['healthy']} healthy runs. Precision: of the alarms that are not "
            "debatable the share that is right, several of a rule in a run counted once. Recall: the share of the "
            "events that is told. Read: of the runs that hold a curve.",
            120,
        )
    )
    lines += ["", "| public runs | read | precision | recall | healthy runs alarmed |", "|---|---|---|---|---|"]
    for tool, of_tool in aside.items():
        t = of_tool["wild"]
        lines.append(
            f"| {tool} | {_share(t['read'], t['readable'])} | {_precision(t)} | {_recall(t)} | {_alarmed(t)} |"
        )
    lines += ["", f"| kind of task (runs) | {' | '.join(aside)} |", f"|---|{'---|' * len(aside)}"]
    for kind, of_kind in sorted(mine["kinds"].items(), key=lambda item: -item[1]["runs"]):
        cells = [_short(of_tool["kinds"][kind]) for of_tool in aside.values()]
        lines.append(f"| {kind} ({of_kind['runs']}) | {' | '.join(cells)} |")
    lines += [
        "",
        "In each cell: right alarms of those judged; events told of those expected; healthy runs alarmed.",
        "",
        f"{programs['runs']} runs of {mine['programs']} programs with injected faults, {programs['healthy']} healthy:",
        "",
        "| programs | read | macro F1 | precision | recall | healthy runs alarmed |",
        "|---|---|---|---|---|---|",
    ]
    for tool, of_tool in aside.items():
        t = of_tool["trained2"]
        shares = f"{_precision(t)} | {_recall(t)} | {_alarmed(t)}"
        lines.append(f"| {tool} | {_share(t['read'], t['readable'])} | {of_tool['macro_f1']:.2f} | {shares} |")
    there, others = seen["wild"], seen["trained2"]
    lines += [
        "",
        fill(
            f"Of the bug reports left aside {_share(*cases['aside'])} are answered as their threads ended. In sight "
            f"were {there['runs']} further public runs (curveread: precision {_precision(there)}, recall "
            f"{_recall(there)}, healthy alarmed {_alarmed(there)}), {others['runs']} runs of other programs (macro F1 "
            f"{seen['macro_f1']:.2f}) and {cases['open'][1]} bug reports ({cases['open'][0]} answered).",
            120,
        ),
        "",
        *_reliability(measured["calibration"]),
        "",
    ]
    return lines


def _precision(t: Mapping[str, int]) -> str:
    return _ratio(t["right"], t["right"] + t["wrong"])


def _recall(t: Mapping[str, int]) -> str:
    return _ratio(t["told"], t["expected"])


def _alarmed(t: Mapping[str, int]) -> str:
    return _share(t["alarmed"], t["healthy"])


def _short(t: Mapping[str, int]) -> str:
    counts = ((t["right"], t["right"] + t["wrong"]), (t["told"], t["expected"]), (t["alarmed"], t["healthy"]))
    return "; ".join(f"{part}/{whole}" if whole else "-" for part, whole in counts)


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.2f} ({part} of {whole})" if whole else "-"


def _reliability(fit: Mapping[str, Any]) -> list[str]:
    """Return how far the confidences on what was left aside can be believed."""
    said = (
        f"Confidence, fitted on programs and repositories that were not left aside, on {fit['findings']} findings of "
        f"those that were: expected calibration error {fit['error']:.3f}, Brier score {fit['brier']:.3f} (one "
        f"confidence for all: {fit['base']:.3f}). Of the findings with a confidence of 0.95 and more "
        f"{_share(*fit['sure'])} are right; of those without a measured confidence {_share(*fit['unmeasured'])}."
    )
    lines = [fill(said, 120), "", "| stated confidence | findings | mean | right |", "|---|---|---|---|"]
    for b in fit["bins"]:
        mean, right = f"{b['confidence']:.3f}", f"{b['right']:.3f}"
        lines.append(f"| {b['from']:.2f} to {b['to']:.2f} | {b['findings']} | {mean} | {right} |")
    lines += ["", "| kind of training, as far as the log tells | mean confidence | right |", "|---|---|---|"]
    lines += [f"| {kind} | {mean:.2f} | {_share(right, n)} |" for kind, (mean, right, n) in fit["kinds"].items()]
    return lines


def with_section(whole: str, section: str, begin: str = BEGIN, end: str = END) -> str:
    """Return a text with the section between the markers, those of the README where none are named.

    Raises
    ------
    ValueError
        When the markers are not there.
    """
    if begin not in whole or end not in whole:
        raise ValueError(f"no {begin.strip()} and {end} in it: put these two lines where the section belongs")
    before, rest = whole.split(begin, 1)
    return f"{before}{begin}{section}{end}{rest.split(end, 1)[1]}"


def _said() -> str:
    return (
        "Precision: share of the alarms that an event explains. Recall: share of the events found in their place. "
        "Onset error: how far outside its labelled window an event that was found is placed, median, as a share of the "
        "run. Rules of trainers and platforms are re-stated in `tests/benchmarks/rivals.py` and counted alike; where "
        "one names no step it is taken to be right. On other programs' runs expect less."
    )


def _count(measured: Mapping[str, Any], source: str) -> str:
    sets = measured["sets"]
    if source == "labelled":
        return ", ".join(
            f"{sets[s]['runs']} {title} ({sets[s]['healthy']} healthy)"
            for s, title in (("samples", "sample logs"), ("trained", "trained runs with injected faults"))
            if s in sets
        )
    s = sets["synthetic"]
    return f"{s['runs']} ({s['healthy']} healthy), five noises, four schedules, 300 to 50,000 points"


def _kind_text(kind: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [f"== {KINDS[kind].title} =="]
    for source, title in _SOURCES.items():
        rows = tables.get(source, {})
        if not rows or not rows[OURS]["events"]:
            continue
        head = f"{title:<34}{'events':>7}{'prec.':>7}{'recall':>8}{'F1':>7}{'95 % interval':>17}{'onset err.':>12}"
        lines += [head, *(_row_text(tool, row) for tool, row in rows.items())]
    return "\n".join(lines)


def _row_text(tool: str, row: Mapping[str, Any]) -> str:
    interval = f"{_figure(row['low'])} to {_figure(row['high'])}"
    onset = "-" if _absent(row["onset"]) else f"{100 * row['onset']:.2f} %"
    return (
        f"  {tool:<32}{row['events']:>7}{_figure(row['precision']):>7}{_figure(row['recall']):>8}"
        f"{_figure(row['f1']):>7}{interval:>17}{onset:>12}"
    )


def _cells(row: Mapping[str, Any], between: str) -> str:
    onset = "-" if _absent(row["onset"]) else f"{100 * row['onset']:.1f} %"
    f1 = f"**{_figure(row['f1'])}** ({_figure(row['low'])} to {_figure(row['high'])})"
    return between.join([str(row["events"]), _figure(row["precision"]), _figure(row["recall"]), f1, onset])


def _next_best(rows: Mapping[str, Mapping[str, Any]]) -> str:
    best = max(rows.items(), key=lambda item: -1.0 if _absent(item[1]["f1"]) else item[1]["f1"], default=None)
    if best is None or _absent(best[1]["f1"]) or not best[1]["f1"]:
        return "-"
    return f"{best[0]} {_figure(best[1]['f1'])}"


def _healthy_text(healthy: Mapping[str, Mapping[str, Sequence[int]]]) -> str:
    lines = ["== healthy runs with an alarm =="]
    for source, title in _SOURCES.items():
        lines.append(title)
        lines += [f"  {tool:<32}{_share(*counts):>18}" for tool, counts in healthy.get(source, {}).items()]
    return "\n".join(lines)


def _budget_text(title: str, budget: Mapping[str, Any]) -> str:
    share = budget["alarmed"] / budget["runs"]
    head = f"== {title}: {budget['alarmed']} of {budget['runs']} healthy runs, {_percent(share)}; 5 % wanted =="
    parts = {name: budget[f"by_{name}"] for name in ("law", "length", "schedule", "rule")}
    return "\n".join(
        [head, *(f"  by {name}: " + ", ".join(f"{k} {v}" for k, v in counts.items()) for name, counts in parts.items())]
    )


def _absent(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _figure(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "-"
