"""The readings of a run in words, in the order in which a report shows them."""

from __future__ import annotations

from curveread.case import Case
from curveread.findings.diagnosis import Phase, Statement
from curveread.findings.finding import Finding
from curveread.readings.cadence import cadence
from curveread.readings.gap import gap_of, gap_statements
from curveread.readings.language.data import data_hints
from curveread.readings.language.perplexity import guessing, in_words
from curveread.readings.naming import naming
from curveread.readings.phases import phase_statements


def statements(case: Case, phases: tuple[Phase, ...], findings: tuple[Finding, ...]) -> tuple[Statement, ...]:
    """Return what the run's course, its loss, its gap, its data and its cadence say; only what the log supports."""
    run, views, task = case.run, case.views, case.task
    return (
        *phase_statements(phases, findings, views),
        *in_words(views, task),
        *guessing(views, task, findings),
        *gap_statements(run, gap_of(views), phases, findings, task),
        *data_hints(views, task),
        *cadence(run, views, findings),
        *naming(run),
    )
