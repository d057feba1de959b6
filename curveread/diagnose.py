"""Run -> Diagnosis: asks every check, keeps the four outcomes apart, says the verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from curveread.attribution.crowd import gathered
from curveread.attribution.fold import fold, ordered
from curveread.attribution.incidents import explained
from curveread.attribution.rolled_back import RULES as ROLLED_BACK
from curveread.attribution.rolled_back import rolled_back
from curveread.attribution.surroundings import surrounded
from curveread.case import Case, case_of
from curveread.causes.engine import with_causes
from curveread.detectors.base import Detector, Subject, Views
from curveread.detectors.confidence import in_task
from curveread.detectors.registry import clashes_with_none, detector, rules
from curveread.detectors.shared.families import COURSES, families
from curveread.errors import PluginError
from curveread.findings.arguments import Count, Name, count
from curveread.findings.diagnosis import Diagnosis, Failed, NotChecked, Quiet
from curveread.findings.finding import Finding
from curveread.findings.text import joined, text
from curveread.readings.extras.report_extras import ReportExtras
from curveread.readings.keep import checkpoints
from curveread.readings.language.spike_scores import spike_scores
from curveread.readings.outlook import Outlook, outlook
from curveread.readings.phases import phases
from curveread.readings.statements import statements
from curveread.readings.summary import summary
from curveread.readings.timeline import timeline
from curveread.readings.verdict import verdict_of
from curveread.run.model import Run
from curveread.run.roles import LOSS_TERMS, LOSSES, Role
from curveread.run.tags.context import understood


@np.errstate(all="ignore")  # a log may hold any number; what becomes of it is looked at, not warned of
def diagnose(
    run: Run,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    options: Mapping[str, Mapping[str, object]] | None = None,
    detectors: Sequence[type[Detector]] = (),
    cost_per_hour: float | None = None,
) -> Diagnosis:
    """Run the checks on a run.

    Parameters
    ----------
    run
        The run.
    select, ignore
        Names of the only checks to run, and of checks not to run.
    options
        rule -> option -> value, for checks whose defaults do not fit.
    detectors
        Further checks.
    cost_per_hour
        What an hour of the machine costs, in any currency.

    Returns
    -------
    Diagnosis

    Raises
    ------
    UsageError
        For a rule or option that does not exist.
    PluginError
        When one of ``detectors`` has the name of a check that is there.
    """
    case = case_of(understood(run))
    more = _further(detectors)
    configured, unusable = _configured(_wanted(select, ignore, options or {}, more), options or {}, more)
    findings, not_checked, failed = _asked(case, configured)
    failed = [*unusable, *failed]
    folded = fold(findings, case)
    gone = rolled_back(case, folded, partial(_examined, configured, failed))
    told = explained(surrounded(gathered(folded), case, events=folded), case)
    kept = ordered(with_causes([*told, *gathered(gone)], case, events=[*findings, *gone]))
    found = {f.rule for f in (*findings, *gone)}
    not_checked = [n for n in not_checked if n.rule not in found]
    settled = found | {n.rule for n in not_checked} | {f.rule for f in failed}
    course = ordered(folded)
    stretches = phases(case, course)
    try:
        sentences = statements(case, stretches, course)
    except Exception as error:  # sentences that break must not take the findings with them
        sentences = ()
        failed.append(Failed("statements", f"{type(error).__name__}: {error}"))
    try:
        ahead = outlook(case, kept, cost_per_hour)
    except Exception as error:  # a forecast that breaks must not take the findings with it, either
        ahead = Outlook(checkpoints=checkpoints(case.run, None))
        failed.append(Failed("outlook", f"{type(error).__name__}: {error}"))
    quiet = [rule for rule in configured if rule not in settled]
    return Diagnosis(
        run=case.run,
        findings=kept,
        verdict=verdict_of(case.run, kept),
        quiet=tuple(map(Quiet, quiet)),
        not_checked=tuple(not_checked),
        failed=tuple(failed),
        phases=stretches,
        timeline=timeline(case, kept),
        summary={**summary(case), **spike_scores(case), **ahead.summary},
        statements=(*sentences, *ahead.statements),
        checkpoints=ahead.checkpoints,
        forecast=ahead.forecast,
        extras=ReportExtras(),
    )


_More = Mapping[str, type[Detector]]


def _further(detectors: Sequence[type[Detector]]) -> _More:
    for check in detectors:
        clashes_with_none(check)
    return {check.rule: check for check in detectors}


def _wanted(select: Collection[str], ignore: Collection[str], named: Collection[str], more: _More) -> list[str]:
    for rule in (*select, *ignore, *named):
        if rule not in more:
            detector(rule)  # raises for a name that is not a check's
    return [r for r in sorted({*rules(), *more}) if (not select or r in select) and r not in ignore]


def _configured(
    wanted: Sequence[str], options: Mapping[str, Mapping[str, object]], more: _More
) -> tuple[dict[str, Detector], list[Failed]]:
    """Return the checks with their options, and those of other packages that cannot be loaded."""
    configured: dict[str, Detector] = {}
    failed: list[Failed] = []
    for rule in wanted:
        try:
            check = more.get(rule) or detector(rule)
        except PluginError as error:
            failed.append(Failed(rule, str(error)))
        else:
            configured[rule] = check.configured(options.get(rule, {}))
    return configured, failed


def _asked(case: Case, checks: Mapping[str, Detector]) -> tuple[list[Finding], list[NotChecked], list[Failed]]:
    """Ask the checks about a run; what they found, which could not run, which broke."""
    findings: list[Finding] = []
    known: set[Finding] = set()
    not_checked: list[NotChecked] = []
    failed: list[Failed] = []
    groups = families(case.views)
    for rule, check in checks.items():
        reasons = []
        for group in groups if rule in COURSES else [case.views]:
            if (missing := _missing(check, group)) is not None:
                reasons.append(missing)
                continue
            try:
                subject = _subject(case, check, group)
                if lacking := check.lacks(subject):
                    reasons.append(NotChecked(rule, lacking))
                else:
                    kind, said = case.task.kind, check.detect(subject)
                    told = [replace(f, confidence=in_task(f.rule, f.confidence, kind)) for f in said]
                    findings += [f for f in told if f not in known]
                    known.update(told)
            except Exception as error:  # a broken check must not take the others' results with it
                failed.append(Failed(rule, f"{type(error).__name__}: {error}"))
                break
        if reasons and len(reasons) == (len(groups) if rule in COURSES else 1):
            not_checked.append(reasons[0])
    return findings, not_checked, failed


def _examined(checks: Mapping[str, Detector], failed: list[Failed], attempt: Run) -> list[Finding]:
    """Return what the checks for rolled-back attempts find; one that breaks there is added to ``failed``."""
    case = case_of(attempt)
    findings, _, broken = _asked(case, {r: c for r, c in checks.items() if r in ROLLED_BACK})
    known = {f.rule for f in failed}
    failed += [f for f in broken if f.rule not in known]
    return surrounded(fold(findings, case), case)


def _missing(check: Detector, views: Views) -> NotChecked | None:
    """Return why a check cannot run, None when it can."""
    for need in check.needs:
        curves = [v for role in sorted(need) for v in views[role]]  # of two as long the same one in every process
        most = max(map(len, curves), default=0)
        if curves and most >= check.least:
            continue
        roles = tuple(sorted(need - {Role.OTHER}))
        named = [role for role in roles if role in LOSSES] or roles  # what else is asked for only stands in for it
        said = ["loss"] if need >= {*LOSSES, *LOSS_TERMS} else [role.value.replace("-", " ") for role in named]
        names = joined(" or ", (text("{role}", role=Name(name)) for name in said))
        if not curves:
            return NotChecked(check.rule, text("no {curve} among the curves", curve=names), lacking=tuple(named))
        role = next(v for v in curves if len(v) == most).curve.role
        if role is not None and role not in named[:1]:  # the reader looks for the curve that has so many
            names = text("{role}", role=Name(role.value.replace("-", " ")))
        few = "the {curve} has {points}; at least {least} are needed"
        points = Count(most, "usable point")
        return NotChecked(check.rule, text(few, curve=names, points=points, least=count(check.least)))
    return None


def _subject(case: Case, check: Detector, views: Views) -> Subject:
    run = case.run
    roles = {role for need in check.needs for role in need} | set(check.uses)
    return Subject(
        views={role: views[role] for role in roles if views[role]},
        attempts=run.attempts,
        first_step=run.first_step or 0,
        last_step=run.last_step or 0,
        facts=run.config,
        stated=run.stated,
        crashed=run.crashed,
        checkpoints=run.checkpoints,
        notes=run.notes,
        x_axis=run.x_axis,
        trainer=case.trainer,
        task=case.task,
        incidents=run.incidents,
    )
