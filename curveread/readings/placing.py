"""Diagnosis -> Diagnosis on the axis that the user asked for: epochs, tokens or time instead of steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from curveread.findings.diagnosis import Diagnosis, KeyFigure, Statement
from curveread.findings.finding import Finding
from curveread.findings.forecast import Forecast
from curveread.findings.places import Places, places
from curveread.run.model import Run

__all__ = ["on_axis"]

_At = Callable[[int], int]


def on_axis(diagnosis: Diagnosis, run: Run) -> Diagnosis:
    """Return a diagnosis with every place and every sentence on the axis of ``run``.

    Parameters
    ----------
    diagnosis
        What was found by the steps of the log.
    run
        The same run, as it is shown: placed on another axis, or itself.

    Returns
    -------
    Diagnosis
        With the places of findings, phases, figures and timeline moved. Lengths stay what they are, steps:
        how many tokens or seconds 28 steps took depends on where they lie. Unchanged for a run over steps.
    """
    words = places(run.x_axis, run.placement)
    if words is None:
        return diagnosis
    at: _At = run.placement.at if run.placement else _same
    say = words.reworded
    return replace(
        diagnosis,
        run=run,
        findings=tuple(_finding(f, words, at) for f in diagnosis.findings),
        verdict=replace(diagnosis.verdict, headline=say(diagnosis.verdict.headline)),
        not_checked=tuple(replace(n, reason=say(n.reason)) for n in diagnosis.not_checked),
        phases=tuple(replace(p, first_step=at(p.first_step), last_step=at(p.last_step)) for p in diagnosis.phases),
        timeline=tuple(replace(t, step=at(t.step), text=say(t.text)) for t in diagnosis.timeline),
        summary={name: _key_figure(r, at) for name, r in diagnosis.summary.items()},
        statements=tuple(_statement(s, words) for s in diagnosis.statements),
        checkpoints=tuple(replace(c, step=at(c.step)) for c in diagnosis.checkpoints),
        forecast=diagnosis.forecast and _forecast(diagnosis.forecast, words, at),
    )


def _same(step: int) -> int:
    return step


def _finding(finding: Finding, words: Places, at: _At) -> Finding:
    def moved(step: int | None) -> int | None:
        return None if step is None else at(step)

    return replace(
        finding,
        message=words.reworded(finding.message),
        first_step=moved(finding.first_step),
        peak_step=moved(finding.peak_step),
        last_step=moved(finding.last_step),
        evidence=tuple(map(words.moved, finding.evidence)),
        also_explained_by=tuple(map(words.reworded, finding.also_explained_by)),
        advice=tuple(map(words.reworded, finding.advice)),
        folded=tuple(_finding(f, words, at) for f in finding.folded),
    )


def _statement(statement: Statement, words: Places) -> Statement:
    text = words.reworded(statement.text, lengths=False)
    return replace(statement, text=text, evidence=tuple(map(words.moved, statement.evidence)))


def _forecast(forecast: Forecast, words: Places, at: _At) -> Forecast:
    points = tuple(replace(p, step=at(p.step)) for p in forecast.points)
    return replace(forecast, points=points, reason=words.reworded(forecast.reason))


def _key_figure(figure: KeyFigure, at: _At) -> KeyFigure:
    return figure if figure.step is None else replace(figure, step=at(figure.step))
