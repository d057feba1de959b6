"""What follows from what: which finding is only another, seen from another side or later."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from curveread.findings.finding import Finding, Severity


class _Pair(NamedTuple):
    """An effect that begins ``at`` and may follow from a cause from ``onset`` to ``end``, give or take ``near``."""

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


class _Link(NamedTuple):
    """A row of the table: these effects follow from this cause ``when`` so; if ``milder``, never graver ones."""

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
_CAUSES: dict[str, list[str]] = {}
for _effect, _cause in _LINKS:
    _CAUSES.setdefault(_effect, []).append(_cause)


def follows(effect: Finding, cause: Finding, near: float) -> bool:
    """Return whether ``effect`` is only what ``cause`` looks like from another side."""
    links = _LINKS.get((effect.rule, cause.rule), ())
    if not links or effect.first_step is None or cause.first_step is None or cause.last_step is None:
        return False
    pair = _Pair(effect, cause, effect.first_step, cause.first_step, cause.last_step, near)
    milder = effect.severity <= cause.severity
    return any((milder or not link.milder) and link.when(pair) for link in links)


def twins(effect: Finding, cause: Finding) -> bool:
    """Return whether two findings may be one thing in two curves, of which either may stand for both."""
    return effect.rule == cause.rule and effect.rule in (*_LASTING, *_MOMENTS)


class Causes:
    """Which findings may stand as a cause to which, so that thousands of spikes are not held against each other."""

    def __init__(self, findings: Sequence[Finding], near: float) -> None:
        self._findings, self._near = findings, near
        self._of: dict[str, dict[str | None, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for j, finding in enumerate(findings):
            if finding.first_step is not None:
                self._of[finding.rule][finding.tag].append((finding.first_step, j))
        for by_tag in self._of.values():
            for places in by_tag.values():
                places.sort()

    def of(self, i: int) -> list[int]:
        """Return the causes to ask about, in their order: those of one's own kind lie in other curves."""
        effect = self._findings[i]
        if effect.first_step is None:
            return []
        out: list[int] = []
        for rule in _CAUSES.get(effect.rule, ()):
            twin = rule == effect.rule
            for tag, places in self._of.get(rule, {}).items():
                if twin and tag == effect.tag:
                    continue
                first, last = 0, len(places)
                if twin and rule in _MOMENTS:  # one event in two curves begins in both at once
                    first = bisect_left(places, (effect.first_step - self._near, -1))
                    last = bisect_right(places, (effect.first_step + self._near, len(self._findings)))
                out += [j for _, j in places[first:last]]
        return sorted(out)


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
