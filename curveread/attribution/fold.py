"""Consequences are folded into their causes, and the findings get an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from curveread.case import Case
from curveread.findings.arguments import AxisWord, Name, Place, Tag, count
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import joined, listed, text

__all__ = ["fold", "ordered"]

_NAMED = 4
"""Curves with the same finding that a sentence names."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """An effect that may follow from a cause; both have their steps.

    Parameters
    ----------
    effect, cause
        The findings.
    at, onset, end
        Where the effect begins, where the cause begins and ends.
    near
        Steps that count as the same place.
    """

    effect: Finding
    cause: Finding
    at: int
    onset: int
    end: int
    near: float


# --- where an effect stands to its cause ---


def _anywhere(pair: _Pair) -> bool:
    return True


def _after(pair: _Pair) -> bool:
    return pair.at >= pair.onset


def _from_onset(pair: _Pair) -> bool:
    return pair.at >= pair.onset - pair.near


def _from_long_before(pair: _Pair) -> bool:
    """Hold also a while before the onset: an evaluation loss may turn before the training loss does."""
    return pair.at >= pair.onset - 5 * pair.near


def _same_onset(pair: _Pair) -> bool:
    return abs(pair.at - pair.onset) <= pair.near


def _within(pair: _Pair) -> bool:
    return pair.onset - pair.near <= pair.at <= pair.end + pair.near


def _within_unless_it_drops(pair: _Pair) -> bool:
    """Hold within the spike, but not for the step down that the spike is only the edge of."""
    return _within(pair) and not _edge_of_drop(spike=pair.cause, shift=pair.effect, near=pair.near)


def _edge(pair: _Pair) -> bool:
    return _edge_of_drop(spike=pair.effect, shift=pair.cause, near=pair.near)


def _at_harmful(pair: _Pair) -> bool:
    """Hold where the restart did harm by its own measure: a spike may also fall on a harmless one."""
    return pair.cause.severity is not Severity.INFO and _same_onset(pair)


def _later_in_another(pair: _Pair) -> bool:
    """Hold for the later of the same thing in two curves."""
    return pair.effect.tag != pair.cause.tag and (pair.at, pair.effect.tag or "") > (pair.onset, pair.cause.tag or "")


def _later_meanwhile(pair: _Pair) -> bool:
    """Hold for the same stretch in another loss."""
    return _later_in_another(pair) and pair.at <= pair.end + pair.near


def _same_curve(pair: _Pair) -> bool:
    return pair.effect.tag == pair.cause.tag


def _beside(pair: _Pair) -> bool:
    """Hold for the same stretch in another curve."""
    last = pair.effect.last_step if pair.effect.last_step is not None else pair.at
    return pair.effect.tag != pair.cause.tag and pair.at <= pair.end and last >= pair.onset


def _at_once(pair: _Pair) -> bool:
    """Hold for the same moment in another curve."""
    return pair.effect.tag != pair.cause.tag and _same_onset(pair)


@dataclass(frozen=True, slots=True)
class _Link:
    """A row of the table: these effects follow from this cause when they stand so to it.

    Parameters
    ----------
    cause, effects
        Names of checks.
    when
        How the effect must stand to the cause.
    milder
        Only effects that are not graver than the cause.
    """

    cause: str
    effects: tuple[str, ...]
    when: Callable[[_Pair], bool]
    milder: bool = False


_LASTING = (
    "divergence", "eval-below-train", "eval-relapse", "generalization-stall", "no-learning", "overfitting", "plateau",
    "underfitting",
)  # fmt: skip
_MOMENTS = ("gradient-explosion", "level-shift", "loss-spike", "outlier-batch")
"""Checks whose findings in several curves are one event where they overlap, and where they begin together."""

_TABLE: tuple[_Link, ...] = (
    # the same event seen from another side
    _Link("divergence", ("learning-rate-jump",), _same_onset, milder=True),
    _Link("divergence", ("level-shift",), _within, milder=True),
    _Link("loss-spike", ("learning-rate-jump",), _same_onset, milder=True),
    _Link("loss-spike", ("level-shift",), _within_unless_it_drops, milder=True),
    _Link("loss-spike", ("outlier-batch",), _within, milder=True),
    _Link("nonfinite-loss", ("learning-rate-jump",), _same_onset, milder=True),
    _Link("nonfinite-loss", ("level-shift",), _within, milder=True),
    _Link("masked-nan", ("learning-rate-jump",), _same_onset, milder=True),
    _Link("masked-nan", ("level-shift",), _within, milder=True),
    _Link("gradient-explosion", ("learning-rate-jump",), _same_onset, milder=True),
    _Link("restart", ("level-shift",), _within, milder=True),
    _Link("learning-rate-jump", ("level-shift",), _within, milder=True),
    _Link("level-shift", ("loss-spike",), _edge),
    # less said about the same run, wherever it begins
    _Link("overfitting", ("generalization-stall",), _anywhere, milder=True),
    _Link("overfitting", ("metric-collapse",), _same_curve),
    *(
        _Link(rule, ("eval-relapse",), _anywhere)
        for rule in ("divergence", "overfitting", "metric-collapse", "no-learning", "nonfinite-loss")
    ),
    _Link("plateau", ("underfitting",), _anywhere, milder=True),
    _Link("no-learning", ("underfitting", "entropy-collapse"), _anywhere, milder=True),
    _Link("metric-collapse", ("entropy-collapse", "reward-hacking"), _anywhere, milder=True),
    _Link("divergence", ("clipping-saturation", "underfitting", "generalization-stall"), _anywhere, milder=True),
    _Link("gradient-explosion", ("clipping-saturation",), _anywhere, milder=True),
    _Link("concurrent-writers", ("restart",), _anywhere, milder=True),
    _Link("crash", ("unfinished-run",), _anywhere, milder=True),
    _Link("no-learning", ("plateau",), _anywhere),
    _Link("divergence", ("plateau", "no-learning"), _anywhere),
    _Link("metric-collapse", ("no-learning",), _anywhere, milder=True),
    # what comes after the cause comes of it
    _Link("divergence", ("loss-spike", "gradient-explosion", "metric-collapse", "outlier-batch"), _from_onset),
    _Link("divergence", ("overfitting",), _from_long_before),
    _Link("masked-nan", ("plateau", "loss-spike", "nonfinite-loss", "metric-collapse"), _from_onset),
    _Link("masked-nan", ("divergence",), _after),
    _Link("nonfinite-loss", ("loss-spike", "metric-collapse"), _from_onset),
    _Link("restart", ("loss-spike",), _at_harmful),
    # one thing in several curves
    _Link("metric-collapse", ("metric-collapse",), _later_in_another),
    _Link("nonfinite-loss", ("nonfinite-loss",), _later_meanwhile),
    *(_Link(rule, (rule,), _beside) for rule in _LASTING),
    *(_Link(rule, (rule,), _at_once) for rule in _MOMENTS),
)
"""What follows from what: an effect is folded when any row holds."""

_LINKS: dict[tuple[str, str], tuple[_Link, ...]] = {}
for _link in _TABLE:
    for _effect in _link.effects:
        _LINKS[_effect, _link.cause] = (*_LINKS.get((_effect, _link.cause), ()), _link)


def fold(findings: Sequence[Finding], case: Case) -> list[Finding]:
    """Return the findings without those that only follow from another one; the cause keeps them as evidence.

    Parameters
    ----------
    findings
        All findings of all checks.
    case
        The run, for its length: 2 % of it count as the same place.
    """
    near = 0.02 * max((case.run.last_step or 0) - (case.run.first_step or 0), 1)
    into: dict[int, int] = {}

    def leads(j: int, i: int) -> bool:
        """Return whether of two twins ``j`` stands for both: the first that is not only a remark."""
        return (findings[j].severity is Severity.INFO, j) < (findings[i].severity is Severity.INFO, i)

    for i, effect in enumerate(findings):
        for j, cause in enumerate(findings):
            if i == j or i in into or j in into or not _follows(effect, cause, near):
                continue
            if effect.rule not in (*_LASTING, *_MOMENTS) or effect.rule != cause.rule or leads(j, i):
                into[i] = j
    return [_whole(j, findings, into) for j in range(len(findings)) if j not in into]


def _whole(j: int, findings: Sequence[Finding], into: Mapping[int, int]) -> Finding:
    """Return a finding with what follows from it, and with what follows from that."""
    return _with_effects(findings[j], [_whole(i, findings, into) for i, cause in into.items() if cause == j])


def _follows(effect: Finding, cause: Finding, near: float) -> bool:
    """Return whether ``effect`` is only what ``cause`` looks like from another side."""
    links = _LINKS.get((effect.rule, cause.rule), ())
    if not links or effect.first_step is None or cause.first_step is None or cause.last_step is None:
        return False
    pair = _Pair(effect, cause, effect.first_step, cause.first_step, cause.last_step, near)
    milder = effect.severity <= cause.severity
    return any((milder or not link.milder) and link.when(pair) for link in links)


def _with_effects(cause: Finding, effects: Sequence[Finding]) -> Finding:
    """Return a finding with its effects as evidence, none of them lost with the one that it was folded into itself."""
    if not effects:
        return cause
    told = [e for effect in effects for e in (effect, *_of_fold(effect)) if not _never_was(effect, cause)]
    folded = [_retold(e) if _never_was(e, cause) else e for e in effects]
    folded += [deeper for effect in effects for deeper in _of_fold(effect)]
    twins = [e for e in effects if e.rule == cause.rule]
    message = cause.message
    if twins:
        tags = [text("{tag}", tag=Tag(e.tag or "")) for e in twins]
        more = [text("{n} more", n=count(len(tags) - _NAMED))] if len(tags) > _NAMED else []
        message = joined("; ", (message, text("the same in {tags}", tags=listed([*tags[:_NAMED], *more]))))
    return replace(
        cause,
        severity=max([cause.severity, *(e.severity for e in twins)]),
        message=message,
        evidence=cause.evidence + tuple(map(_as_evidence, told)),
        folded=cause.folded + tuple(folded),
    )


def _of_fold(effect: Finding) -> tuple[Finding, ...]:
    """Return what had been folded into an effect; the steps of a staircase are the check's own."""
    return () if effect.rule == "level-shift" else effect.folded


def _as_evidence(effect: Finding) -> Evidence:
    place = text(" in {tag}", tag=Tag(effect.tag)) if effect.tag else ""
    name = text("{rule}{place} at {axis}", rule=Name(effect.rule), place=joined("", (place,)), axis=AxisWord())
    return Evidence("consequence", name, float(effect.first_step or 0), "step")


def _never_was(effect: Finding, cause: Finding) -> bool:
    """Return whether the effect is not an event of its own, but how the cause looks to another check."""
    return (effect.rule, cause.rule) == ("loss-spike", "level-shift")


def _retold(effect: Finding) -> Finding:
    message = text(
        "not a spike: the points before {end} stand above a trend that already falls to the step",
        end=Place(effect.last_step or 0),
    )
    return replace(effect, severity=Severity.INFO, message=message)


def _edge_of_drop(spike: Finding, shift: Finding, near: float) -> bool:
    """Return whether a spike is only the edge of a step down.

    The trend begins to fall before the step, so the last points before it stand above the trend, by less than the
    height of the step. Such a spike is an artefact of the trend, so it is not evidence either.
    """
    height = spike.get("height-above-the-trend")
    for step in shift.folded or (shift,):
        before, after = step.get("level-before"), step.get("level-after")
        if not isinstance(height, float) or not isinstance(before, float) or not isinstance(after, float):
            continue
        if spike.first_step is None or spike.last_step is None or step.first_step is None:
            continue
        ends_there = abs(spike.last_step - step.first_step) <= near and spike.first_step < step.first_step
        if ends_there and height <= 0.75 * (before - after):
            return True
    return False


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, gravest first, then by step."""

    def key(f: Finding) -> tuple[int, int, str, str]:
        return -f.severity.rank, -1 if f.first_step is None else f.first_step, f.rule, f.tag or ""

    return tuple(sorted(findings, key=key))
