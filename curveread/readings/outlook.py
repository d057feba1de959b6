"""What to do with a run: what to keep of it, where it goes, what its schedule and its other metrics say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from curveread.case import Case
from curveread.findings.diagnosis import KeptCheckpoint, KeyFigure, Statement
from curveread.findings.finding import Finding
from curveread.findings.forecast import Forecast
from curveread.readings.forecast import forecast, forecast_statements
from curveread.readings.keep import checkpoints, keep_of, keep_statements, keep_summary
from curveread.readings.metrics import metric_statements, metric_summary, metrics_of
from curveread.readings.schedule import schedule_statements


@dataclass(frozen=True, slots=True)
class Outlook:
    """Key figures, sentences, checkpoints and the forecast, as a diagnosis holds them."""

    summary: Mapping[str, KeyFigure] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    checkpoints: tuple[KeptCheckpoint, ...] = ()
    forecast: Forecast | None = None


def outlook(case: Case, findings: Sequence[Finding] = (), cost_per_hour: float | None = None) -> Outlook:
    """Return what to do with a run."""
    run, views = case.run, case.views
    keep, metrics = keep_of(run, views, findings, cost_per_hour), metrics_of(views, findings)
    expected = forecast(run, views, findings)
    return Outlook(
        summary=keep_summary(keep) | metric_summary(metrics),
        statements=(
            *keep_statements(run, keep),
            *schedule_statements(views, findings),
            *forecast_statements(expected),
            *metric_statements(metrics, keep),
        ),
        checkpoints=checkpoints(run, keep),
        forecast=expected,
    )
