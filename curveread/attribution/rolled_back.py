"""What went wrong in an attempt that a restart rolled back: gone from the joined curves, but not from the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from curveread.case import Case
from curveread.findings.arguments import Place, count
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import joined, text
from curveread.run.model import Attempt, Curve, Run

RULES = ("divergence", "gradient-explosion", "loss-spike", "masked-nan", "nonfinite-loss")
"""The checks that an attempt is given to: what makes people go back to a checkpoint."""

_BROKEN = ("divergence", "masked-nan", "nonfinite-loss")
"""What would have been the end of the run; the rest may have been rolled back for other reasons."""

_CONTEXT = 5
"""Points that an attempt is judged with, for each point that was rolled back (at least 2,000): so the work stays linear
however often a run was restarted."""


def rolled_back(case: Case, findings: Sequence[Finding], examine: Callable[[Run], list[Finding]]) -> list[Finding]:
    """Return what the checks find only in stretches that a restart rolled back.

    Parameters
    ----------
    case
        The run; what it superseded is in its attempts.
    findings
        What was found in the joined curves: what shows there, too, is not repeated.
    examine
        Run -> findings of :data:`RULES`, folded.

    Returns
    -------
    list of Finding
        Each says which attempt it was in. What broke the training is a warning, not an error: it was mended, and its
        cause may come again. Spikes and gradients are information.

    Notes
    -----
    An attempt is judged as the run was when it ended: the curves before it, then its own. A finding counts when it lies
    in what was superseded, and when the curve that was logged instead does not show it: at the worst step it must stand
    lower by half of the height. Attempts that ran side by side with the next were not rolled back and are left out.
    """
    run, out = case.run, list[Finding]()
    for i, (attempt, following) in enumerate(pairwise(run.attempts)):
        gone = {t: c for t, c in attempt.superseded.items() if len(c) and not t.startswith("system/")}
        if not gone or _side_by_side(attempt, following):
            continue
        then = _as_it_was(run, attempt, gone)
        out += [_restated(f, i, run) for f in examine(then) if _only_there(f, gone, run, then, findings)]
    return out


def _side_by_side(a: Attempt, b: Attempt) -> bool:
    """Return whether the second was writing well before the first had stopped."""
    ends = [
        float(w.max())
        for c in a.curves.values()
        if c.wall_time is not None and (w := c.wall_time[np.isfinite(c.wall_time)]).size
    ]
    return bool(ends) and b.started is not None and b.started < max(ends) - 60.0


def _as_it_was(run: Run, attempt: Attempt, gone: Mapping[str, Curve]) -> Run:
    """Return the run as it was when the attempt ended."""
    curves = {t: _continued(run.curves.get(t), c, gone.get(t)) for t, c in attempt.curves.items() if len(c)}
    steps = [s for c in curves.values() for s in (int(c.step[0]), int(c.step[-1]))]
    alone = Attempt(min(steps, default=0), max(steps, default=0), curves, {}, attempt.started, attempt.source)
    return replace(run, curves=curves, attempts=(alone,), crashed=None)


def _continued(before: Curve | None, own: Curve, gone: Curve | None) -> Curve:
    most = max(2000, _CONTEXT * (len(gone) if gone is not None else 0))
    if before is not None:
        before = before.take(slice(0, int(np.searchsorted(before.step, own.step[0], side="left"))))
    if before is None or not len(before):
        return own.take(slice(-most, None))
    wall = None
    if before.wall_time is not None and own.wall_time is not None:
        wall = np.concatenate([before.wall_time, own.wall_time])
    whole = replace(
        own,
        step=np.concatenate([before.step, own.step]),
        value=np.concatenate([before.value, own.value]),
        wall_time=wall,
        role=before.role,
    )
    return whole.take(slice(-most, None))


def _only_there(f: Finding, gone: Mapping[str, Curve], run: Run, then: Run, findings: Sequence[Finding]) -> bool:
    """Return whether a finding lies in what was superseded and does not show in what was logged instead."""
    lost = gone.get(f.tag or "")
    if lost is None or f.first_step is None or f.last_step is None or f.peak_step is None:
        return False
    near = 0.02 * max((then.last_step or 0) - (then.first_step or 0), 1)
    if f.first_step < int(lost.step[0]) - near or f.last_step < int(lost.step[0]):
        return False
    first, last = f.first_step, f.last_step
    for other in findings:
        same = other.rule == f.rule and other.tag == f.tag and other.first_step is not None
        if same and abs((other.first_step or 0) - first) <= near:
            return False
    instead = run.curves.get(lost.tag)
    if instead is None:
        return True
    kept = instead.value[(instead.step >= first) & (instead.step <= last)]
    if f.rule == "nonfinite-loss":
        return bool(np.isfinite(kept).all())
    if f.rule == "masked-nan":
        return not bool((kept == 0.0).any())
    usual = then.curves[lost.tag].value[then.curves[lost.tag].step < first][-20:]
    usual, kept = usual[np.isfinite(usual)], kept[np.isfinite(kept)]
    there = lost.value[lost.step == f.peak_step]
    if not usual.size or not kept.size or not there.size:
        return True
    level = float(np.median(usual))
    return float(kept.max()) <= level + 0.5 * (float(there[-1]) - level)


def _restated(f: Finding, i: int, run: Run) -> Finding:
    """Return a finding that says in which attempt it was, and what ended it."""
    last = f.last_step or 0
    restart = next(
        (a.first_step for a in run.attempts[i + 1 :] if a.first_step <= last), run.attempts[i + 1].first_step
    )
    grave = f.rule in _BROKEN and f.severity is not Severity.INFO
    return replace(
        f,
        severity=Severity.WARNING if grave else Severity.INFO,
        message=text(
            "in attempt {attempt}, rolled back at the restart at {restart}: {event}",
            attempt=count(i + 1),
            restart=Place(restart),
            event=joined("", (f.message,)),
        ),
        evidence=(
            Evidence("attempt", "attempt", text("{one} of {all}", one=count(i + 1), all=count(len(run.attempts)))),
            Evidence(
                "steps-rolled-back",
                "steps rolled back",
                float(max(run.attempts[i].last_step - restart + 1, 0)),
                "steps",
            ),
            *f.evidence,
        ),
        also_explained_by=(*f.also_explained_by, "an attempt that was stopped in the middle of it for another reason"),
        advice=(
            text(
                "The restart mended it, and the joined curves no longer show it. Find its cause before the next run: "
                "the batches, the learning rate and the gradient norm from {onset} of that attempt.",
                onset=Place(f.first_step or 0),
            ),
        ),
    )
