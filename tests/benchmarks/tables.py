"""Writes the measured figures: text for the terminal, Markdown for the README."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from tests.benchmarks.events import KINDS

__all__ = ["BEGIN", "END", "markdown", "text", "with_section"]

COMMAND = "python -m tests.benchmarks.accuracy --write"
BEGIN = "<!-- accuracy: begin -->\n"
END = "<!-- accuracy: end -->"
OURS = "curveread"
_SOURCES = {"labelled": "Labelled runs", "synthetic": "Synthetic runs"}


def text(measured: Mapping[str, Any]) -> str:
    """Return every table for the terminal."""
    parts = [fill(_said(), 120)]
    parts += [_kind_text(kind, measured["tables"][kind]) for kind in KINDS if kind in measured["tables"]]
    parts.append(_healthy_text(measured["healthy"]))
    parts.append(_budget_text("false-alarm budget", measured["budget"]))
    parts.append(_budget_text("noises that nothing was set on", measured["strange"]))
    if measured["calibration"]:
        parts.append(_calibration_text(measured["calibration"]))
    return "\n\n".join(parts) + "\n"


def markdown(measured: Mapping[str, Any]) -> str:
    """Return the README's section between its markers."""
    head = f"Measured by `{COMMAND}` on {measured['date']}, {measured['machine']}"
    if measured["others"] != measured["date"]:
        head += f" (other tools on {measured['others']})"
    lines = [fill(f"{head}. {_said()}", 120), ""]
    for source, title in _SOURCES.items():
        lines += [
            f"{title}: {_count(measured, source)}.",
            "",
            "| kind | events | precision | recall | F1 (95 % interval) | onset error | next best |",
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
    lines += ["", fill(_closing(measured), 120), "", *_reliability(measured["calibration"]["bins"]), ""]
    return "\n".join(lines)


def _closing(measured: Mapping[str, Any]) -> str:
    budget, strange, fits = measured["budget"], measured["strange"], measured["calibration"]
    out = fits["held_out"]
    return (
        f"Of {budget['runs']} healthy synthetic runs {budget['alarmed']} "
        f"({_percent(budget['alarmed'] / budget['runs'])}) raise any alarm; of {strange['runs']} with eight noises "
        f"that nothing was set on {strange['alarmed']} ({_percent(strange['alarmed'] / strange['runs'])}). Confidence: "
        f"expected calibration error {out['error']:.3f} and Brier score {out['brier']:.3f} over {out['findings']} "
        f"findings, each family of runs judged by a map fitted on the others (one confidence for all: "
        f"{out['base']:.3f})."
    )


def _reliability(bins: Sequence[Mapping[str, float]]) -> list[str]:
    lines = ["| stated confidence | findings | mean | right |", "|---|---|---|---|"]
    for b in bins:
        mean, right = f"{b['confidence']:.3f}", f"{b['right']:.3f}"
        lines.append(f"| {b['from']:.2f} to {b['to']:.2f} | {b['findings']} | {mean} | {right} |")
    return lines


def with_section(readme: str, section: str) -> str:
    """Return the README's text with the section between the markers.

    Raises
    ------
    ValueError
        When the markers are not there.
    """
    if BEGIN not in readme or END not in readme:
        raise ValueError(f"README.md has no {BEGIN.strip()} and {END}: put these two lines where the table belongs")
    before, rest = readme.split(BEGIN, 1)
    return f"{before}{BEGIN}{section}{END}{rest.split(END, 1)[1]}"


def _said() -> str:
    return (
        "Precision: share of the alarms that an event explains. Recall: share of the events found in their place. "
        "Onset error: how far outside its labelled window an event that was found is placed, median, as a share of the "
        "run. All tools are counted alike; where a rival names no step it is taken to be right, and its infos count as "
        "found. Rules of trainers and platforms are re-stated in `tests/benchmarks/rivals.py`. The labelled runs were "
        "in sight while the checks were made: on other programs' runs expect less."
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


def _calibration_text(measured: Mapping[str, Any]) -> str:
    lines = ["== confidence ==", f"{'stated':<20}{'findings':>9}{'confidence':>12}{'right':>8}"]
    lines += [
        f"  {b['from']:.2f} to {b['to']:.2f}{'':<6}{b['findings']:>9}{b['confidence']:>12.3f}{b['right']:>8.3f}"
        for b in measured["bins"]
    ]
    head = f"{'family held out':<30}{'findings':>9}{'confidence':>12}{'right':>8}{'ECE':>8}{'Brier':>8}"
    lines.append(f"{head}{'base rate':>11}{'per rule':>10}")
    for name, fit in measured["fits"].items():
        shown = f"{fit['error']:>8.3f}{fit['brier']:>8.3f}{fit['base']:>11.3f}{fit['by_rule']:>10.3f}"
        lines.append(f"  {name:<28}{fit['findings']:>9}{fit['confidence']:>12.3f}{fit['right']:>8.3f}{shown}")
    lines.append(f"{'rule':<30}{'findings':>9}{'confidence':>12}{'right':>8}{'95 % interval':>18}")
    for rule, r in measured["rules"].items():
        interval = f"{r['low']:.3f} to {r['high']:.3f}"
        figures = f"{r['findings']:>9}{r['confidence']:>12.3f}{r['right']:>8.3f}{interval:>18}"
        lines.append(f"  {rule:<28}{figures}  {r['reads']}")
    return "\n".join(lines)


def _absent(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _figure(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "-"
