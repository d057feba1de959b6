"""The verdict: the sentence to read first, and whether a run without findings may be called healthy."""

from __future__ import annotations

from collections.abc import Iterable

from curveread.arrays import FloatArray
from curveread.detectors.shared.returns import mostly_at_random
from curveread.detectors.shared.untrained import LEAST_DROP
from curveread.findings.arguments import Count, Tag, share
from curveread.findings.diagnosis import Verdict
from curveread.findings.finding import Finding, Severity
from curveread.findings.text import Text, capitalized, joined, text
from curveread.run.model import Curve, Run
from curveread.run.roles import COURSES, Role, is_eval
from curveread.run.tags.kinds import RL
from curveread.run.task import task_of
from curveread.signals.median import median
from curveread.signals.returns import ascent_of
from curveread.signals.trend import kendall_score, kendall_spread

_LEAST_POINTS, _LEAST_ASCENT = 3, 10
"""Points below which a curve has no course, and below which nothing is known of its scatter."""
_EVALUATED = (Role.EVAL_LOSS, Role.EVAL_PERPLEXITY, Role.EVAL_ACCURACY, Role.QUALITY_METRIC, Role.ERROR_METRIC)
_EVALUATIONS = 10
"""Evaluations from which on they are asked, and not the training: most may be learnt before the first of few."""
_SILENT = {
    Role.ADVERSARIAL_LOSS: "Not judged: adversarial losses do not say how good the samples are, and no score of them "
    "(FID, IS) is logged",
    Role.POLICY_LOSS: "Not judged: the loss of a policy does not say how it does, and no return is logged",
}
"""Losses that say nothing alone, and what is missing beside them."""
_SIGNS = {"higher": (1.0,), "lower": (-1.0,)}


def verdict_of(run: Run, findings: tuple[Finding, ...]) -> Verdict:
    """Return the sentence to read first: the gravest finding, and how many more there are.

    A run without a warning is healthy only where a loss, a metric or a return is seen to have got better. Where none is
    (too few points, too much scatter, a run that only goes on from another), nobody can say that it learned.
    """
    faults = [f for f in findings if f.severity is not Severity.INFO]
    if not faults:
        doubt = _doubt(run)
        headline = doubt or "Nothing needs attention"
        ended = next((f for f in findings if f.rule == "crash"), None)
        if doubt and ended is not None:  # is told however little can be judged
            headline = joined(". ", (capitalized(ended.message), doubt))
        elif findings and not doubt:
            headline = joined("; worth knowing: ", (headline, findings[0].message))
        health = "undetermined" if doubt else "info" if findings else "ok"
        return Verdict(health, joined("", (headline, ".")))
    head, others = faults[0].message, len(faults) - 1
    same = sum(f.rule == faults[0].rule for f in faults[1:])
    if others:
        kind = "such event" if same == others else "finding"
        head = joined("; ", (head, text("{more}", more=Count(others, f"more {kind}"))))
    return Verdict(faults[0].severity.value, joined("", (capitalized(head), ".")))


def _doubt(run: Run) -> str | Text:
    """Return why a run cannot be judged, "" where it can."""
    if not run.curves:
        return "The log holds no curve"
    telling = [c for role in COURSES for c in run.of(role)]
    if not telling:
        return next(
            (said for role, said in _SILENT.items() if run.of(role)),
            "Not judged: the log holds no loss and no quality metric that is known as one",
        )
    long = [c for c in telling if int(c.finite.sum()) >= _LEAST_POINTS]
    if not long:
        most = max(len(c) for c in telling)
        return text("Not judged: no loss and no quality metric has more than {points}", points=Count(most, "point"))
    asked = _asked(run, long)
    # Elsewhere an epsilon is something else: a budget of privacy, for one.
    rate = mostly_at_random(run.of(Role.HYPER_PARAMETER)) if task_of(run).kind in RL else None
    if rate is not None and not any(is_eval(c.tag) for c in asked):
        said = "Not judged: {share} of the actions are still drawn at random at the end ({tag}), and so are the returns"
        return text(said, share=share(float(rate.value[rate.finite][-1])), tag=Tag(rate.tag))
    if _any_gained(asked):
        return ""
    said = "Not judged: {tag} shows no clear gain in {points}; whether anything was learned cannot be told"
    return text(said, tag=Tag(asked[0].tag), points=Count(int(asked[0].finite.sum()), "point"))


def _asked(run: Run, curves: list[Curve]) -> list[Curve]:
    """Return the curves whose gain says that a run learned what it was to learn.

    The losses of a policy have targets that move with it: a fall says nothing of how it does. What was evaluated is
    better known from the evaluations than from the training.
    """
    if task_of(run).kind in RL:
        return [c for c in curves if c.role is Role.REWARD] or curves
    return [c for c in curves if c.role in _EVALUATED and int(c.finite.sum()) >= _EVALUATIONS] or curves


def _any_gained(curves: Iterable[Curve]) -> bool:
    for curve in curves:
        value = curve.value if bool(curve.finite.all()) else curve.value[curve.finite]
        signs = _SIGNS.get(curve.direction, (1.0, -1.0))
        if any(_gained(value if sign > 0.0 else -value, curve.role) for sign in signs):
            return True
    return False


def _gained(better: FloatArray, role: Role | None) -> bool:
    """Return whether (n,) finite values that should rise did so at some time, as far as they can show it."""
    if float(better[1:].max()) <= float(better[0]):
        return False
    if better.size >= _LEAST_ASCENT:
        part = max(3, better.size // 10)
        if median(better[-part:]) <= median(better[:part]):
            return False  # whatever was gained is lost
        ascent = ascent_of(better)
        return ascent.surely_rose if role is Role.REWARD else ascent.rose  # episodes scatter
    if kendall_score(better) > 1.5 * kendall_spread(better.size):  # in order: what scatters is not
        return True
    # Single episodes scatter: only their order tells.
    return role is not Role.REWARD and float(better[1:].max() - better[0]) > LEAST_DROP * abs(float(better[0]))
