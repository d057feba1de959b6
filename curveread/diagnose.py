"""Run -> Diagnosis: asks every check, keeps the four outcomes apart, says the verdict."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial

import numpy as np

from curveread.attribution import fold, ordered
from curveread.detectors.base import CurveView, Detector, Subject
from curveread.detectors.registry import detector, rules
from curveread.findings.diagnosis import (
    Diagnosis,
    Failed,
    NotChecked,
    Phase,
    Quiet,
    Reading,
    TimelineEntry,
    Verdict,
)
from curveread.findings.drawing import Drawing
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.signals.reduction import extremes, knots
from curveread.signals.smoothing import ema

__all__ = ["diagnose"]

JUDGED = (Role.TRAIN_LOSS, Role.EVAL_LOSS)
"""Roles whose drawing shows trend and noise band."""

SMOOTHING = (0.6, 0.9, 0.97)
"""Weights of TensorBoard's slider for which a drawing carries smoothed knots."""


def diagnose(
    run: Run,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    options: Mapping[str, Mapping[str, object]] | None = None,
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

    Returns
    -------
    Diagnosis

    Raises
    ------
    UsageError
        For a rule or option that does not exist.
    """
    wanted = _wanted(select, ignore)
    configured = {rule: detector(rule).configured((options or {}).get(rule, {})) for rule in wanted}
    for rule in options or {}:
        detector(rule)
    views = {role: tuple(CurveView(c) for c in run.of(role)) for role in Role}
    findings: list[Finding] = []
    quiet: list[Quiet] = []
    not_checked: list[NotChecked] = []
    failed: list[Failed] = []
    for rule, check in configured.items():
        reason = _missing(check, views)
        if reason:
            not_checked.append(NotChecked(rule, reason))
            continue
        try:
            found = check.detect(_subject(run, check, views))
        except Exception as error:  # a broken check must not take the others' results with it
            failed.append(Failed(rule, f"{type(error).__name__}: {error}"))
            continue
        findings += found
        if not found:
            quiet.append(Quiet(rule))
    kept = ordered(fold(findings, run))
    return Diagnosis(
        run=run,
        findings=kept,
        verdict=_verdict(run, kept, not_checked),
        quiet=tuple(quiet),
        not_checked=tuple(not_checked),
        failed=tuple(failed),
        phases=_phases(run, kept),
        timeline=_timeline(run, kept),
        summary=_summary(views),
        draw=partial(_drawings, views),
    )


def _wanted(select: Collection[str], ignore: Collection[str]) -> list[str]:
    for rule in (*select, *ignore):
        detector(rule)  # raises for a name that is no check
    return [r for r in rules() if (not select or r in select) and r not in ignore]


def _missing(check: Detector, views: Mapping[Role, tuple[CurveView, ...]]) -> str:
    """Return why a check cannot run, empty when it can."""
    for need in check.needs:
        names = " or ".join(sorted(role.value.replace("-", " ") for role in need))
        curves = [v for role in need for v in views[role]]
        if not curves:
            return f"no {names} among the curves"
        most = max(int(v.usable.sum()) for v in curves)
        if most < check.least:
            points = "point" if most == 1 else "points"
            return f"the {names} has {most} usable {points}; at least {check.least} are needed"
    return ""


def _subject(run: Run, check: Detector, views: Mapping[Role, tuple[CurveView, ...]]) -> Subject:
    roles = {role for need in check.needs for role in need} | set(check.uses)
    return Subject(
        views={role: views[role] for role in roles if views[role]},
        attempts=run.attempts,
        first_step=run.first_step or 0,
        last_step=run.last_step or 0,
        facts=run.config,
        crashed=run.crashed,
        checkpoints=run.checkpoints,
    )


def _verdict(run: Run, findings: tuple[Finding, ...], not_checked: Iterable[NotChecked]) -> Verdict:
    loud = [f for f in findings if f.severity is not Severity.INFO]
    if not loud:
        text = "Nothing needs attention"
        if not run.curves:
            text = "The log holds no curve"
        elif not any(run.of(role) for role in JUDGED):
            text = "Nothing was found, but the log holds no loss to judge"
        elif findings:
            text += f"; worth knowing: {findings[0].message}"
        return Verdict("info" if findings else "ok", f"{text}.")
    head = loud[0].message
    others = len(loud) - 1
    same = sum(f.rule == loud[0].rule for f in loud[1:])
    if others and same == others:
        head += f"; {others} more such {'event' if others == 1 else 'events'}"
    elif others:
        head += f"; {others} more {'finding' if others == 1 else 'findings'}"
    if not (loud[0].tag and head.startswith(loud[0].tag)):
        head = head[0].upper() + head[1:]
    return Verdict(loud[0].severity.value, f"{head}.")


def _phases(run: Run, findings: tuple[Finding, ...]) -> tuple[Phase, ...]:
    """Return the stretches that the findings separate; learning until something else begins."""
    if run.first_step is None or run.last_step is None:
        return ()
    names = {"divergence": "diverged", "plateau": "stalled", "no-learning": "stalled", "overfitting": "memorising"}
    lasting = sorted(
        ((f.first_step, names[f.rule], f.last_step) for f in findings if f.rule in names and f.first_step is not None),
        key=lambda item: item[0],
    )
    out: list[Phase] = []
    at = run.first_step
    for first, name, last in lasting:
        end = last if last is not None else run.last_step
        if first > at:
            out.append(Phase("learning", at, first))
        begin = max(first, at)
        if end > begin:
            out.append(Phase(name, begin, end))
            at = end
    if at < run.last_step or not out:
        out.append(Phase("learning", at, run.last_step))
    return tuple(out)


def _timeline(run: Run, findings: tuple[Finding, ...]) -> tuple[TimelineEntry, ...]:
    """Return what happened, in the order of steps."""
    clock = next((c for role in JUDGED for c in run.of(role) if c.wall_time is not None), None)

    def wall(step: int) -> float | None:
        if clock is None or clock.wall_time is None or not len(clock):
            return None
        at = int(np.clip(np.searchsorted(clock.step, step), 0, len(clock) - 1))
        time = float(clock.wall_time[at])
        return time if np.isfinite(time) else None

    out = [
        TimelineEntry(f.first_step, "restart" if f.rule == "restart" else "finding", f.message, wall(f.first_step))
        for f in findings
        if f.first_step is not None
    ]
    out += [TimelineEntry(c.step, "checkpoint", f"checkpoint {c.path}", wall(c.step)) for c in run.checkpoints]
    if run.last_step is not None:
        end = "the log ends" if run.crashed is None else ("the run crashed" if run.crashed else "the run finished")
        out.append(TimelineEntry(run.last_step, "end", end, wall(run.last_step)))
    return tuple(sorted(out, key=lambda t: t.step))


def _summary(views: Mapping[Role, tuple[CurveView, ...]]) -> dict[str, Reading]:
    """Return the key figures: best and last losses with their steps."""
    out: dict[str, Reading] = {}
    for role, name in ((Role.EVAL_LOSS, "eval_loss"), (Role.TRAIN_LOSS, "train_loss")):
        for view in views[role][:1]:
            if not len(view):
                continue
            low = int(np.argmin(view.value))
            if role is Role.EVAL_LOSS:
                out[f"best_{name}"] = Reading(float(view.value[low]), view.unit, int(view.step[low]))
            out[f"last_{name}"] = Reading(float(view.value[-1]), view.unit, int(view.step[-1]))
    return out


def _drawings(views: Mapping[Role, tuple[CurveView, ...]]) -> tuple[Drawing, ...]:
    """Return every curve reduced to what a picture needs."""
    return tuple(_drawing(view) for role in Role for view in views[role])


def _drawing(view: CurveView) -> Drawing:
    curve, value, step = view.curve, view.value, view.step
    keep = extremes(value)
    judged = curve.role in JUDGED and value.size >= 20
    at = knots(value.size) if judged else np.empty(0, np.int64)
    empty = np.empty(0)
    low, high = view.parts.band() if judged else (empty, empty)
    positive = value.size > 0 and float(value.min()) > 0.0
    wide = positive and curve.role is Role.GRAD_NORM
    return Drawing(
        tag=curve.tag,
        role=str(curve.role),
        step=step[keep],
        value=value[keep],
        points=len(curve),
        nonfinite_step=curve.step[~curve.finite],
        knot_step=step[at],
        trend=view.parts.transform.back(view.parts.trend)[at] if judged else empty,
        band_low=low[at] if judged else empty,
        band_high=high[at] if judged else empty,
        smooth={w: ema(value, w)[at] for w in SMOOTHING} if judged else {},
        log_scale=bool(wide),
        unit=view.unit,
    )
