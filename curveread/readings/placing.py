"""Diagnosis -> Diagnosis on the axis that the user asked for: epochs, tokens or time instead of steps."""

from __future__ import annotations

from dataclasses import replace

from curveread.findings.cause import Cause
from curveread.findings.diagnosis import Diagnosis, KeyFigure, Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.forecast import Forecast
from curveread.findings.places import Places, places
from curveread.findings.text import on_axis as worded
from curveread.run.model import Run


def on_axis(diagnosis: Diagnosis, run: Run) -> Diagnosis:
    """Return a diagnosis with every place and every sentence on the axis of ``run``, the same run as it is shown.

    The places of findings, phases, figures and timeline are moved. Lengths stay what they are, steps: how many tokens
    or seconds 28 steps took depends on where they lie. Unchanged for a run over steps.
    """
    axis = places(run.x_axis, run.placement)
    if axis is None:
        return diagnosis
    at = axis.at
    return replace(
        diagnosis,
        run=run,
        findings=tuple(_finding(f, axis) for f in diagnosis.findings),
        verdict=replace(diagnosis.verdict, headline=worded(diagnosis.verdict.headline, axis)),
        not_checked=tuple(replace(n, reason=worded(n.reason, axis)) for n in diagnosis.not_checked),
        phases=tuple(replace(p, first_step=at(p.first_step), last_step=at(p.last_step)) for p in diagnosis.phases),
        timeline=tuple(replace(t, step=at(t.step), text=worded(t.text, axis)) for t in diagnosis.timeline),
        summary={name: _key_figure(r, axis) for name, r in diagnosis.summary.items()},
        statements=tuple(_statement(s, axis) for s in diagnosis.statements),
        checkpoints=tuple(replace(c, step=at(c.step)) for c in diagnosis.checkpoints),
        forecast=diagnosis.forecast and _forecast(diagnosis.forecast, axis),
    )


def _finding(finding: Finding, axis: Places) -> Finding:
    def moved(step: int | None) -> int | None:
        return None if step is None else axis.at(step)

    return replace(
        finding,
        message=worded(finding.message, axis),
        first_step=moved(finding.first_step),
        peak_step=moved(finding.peak_step),
        last_step=moved(finding.last_step),
        evidence=tuple(_evidence(e, axis) for e in finding.evidence),
        also_explained_by=tuple(worded(other, axis) for other in finding.also_explained_by),
        advice=tuple(worded(advice, axis) for advice in finding.advice),
        causes=tuple(_cause(c, axis) for c in finding.causes),
        folded=tuple(_finding(f, axis) for f in finding.folded),
    )


def _evidence(evidence: Evidence, axis: Places) -> Evidence:
    """Return a figure on the axis: a place is moved, any other figure stays as it is."""
    value, unit, name = evidence.value, evidence.unit, worded(evidence.name, axis)
    if isinstance(value, str):
        return replace(evidence, name=name, value=worded(value, axis))
    if unit == "step" and value == int(value):
        return replace(evidence, name=name, value=axis.at(int(value)), unit=axis.axis)
    if unit == "steps" and axis.own:
        return replace(evidence, name=name, unit="tokens" if axis.axis == "tokens" else "epochs")
    return replace(evidence, name=name)


def _statement(statement: Statement, axis: Places) -> Statement:
    evidence = tuple(_evidence(e, axis) for e in statement.evidence)
    return replace(statement, text=worded(statement.text, axis), evidence=evidence)


def _forecast(forecast: Forecast, axis: Places) -> Forecast:
    points = tuple(replace(p, step=axis.at(p.step)) for p in forecast.points)
    return replace(forecast, points=points, reason=worded(forecast.reason, axis))


def _cause(cause: Cause, axis: Places) -> Cause:
    speaks_for, speaks_against = (
        tuple(worded(words, axis) for words in side) for side in (cause.speaks_for, cause.speaks_against)
    )
    return replace(
        cause,
        speaks_for=speaks_for,
        speaks_against=speaks_against,
        check=worded(cause.check, axis),
        fix=worded(cause.fix, axis),
        after=worded(cause.after, axis),
    )


def _key_figure(figure: KeyFigure, axis: Places) -> KeyFigure:
    return figure if figure.step is None else replace(figure, step=axis.at(figure.step))
