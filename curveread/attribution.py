"""From findings to findings: consequences are folded into their causes, and the story gets an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from curveread.findings.finding import Evidence, Finding, Severity
from curveread.run.model import Run

__all__ = ["fold", "ordered"]


def fold(findings: Sequence[Finding], run: Run) -> list[Finding]:
    """Return the findings without those that only follow from another one; the cause keeps them as evidence.

    Parameters
    ----------
    findings
        All findings of all checks.
    run
        The run, for its length.
    """
    length = max((run.last_step or 0) - (run.first_step or 0), 1)
    near = 0.02 * length
    causes = list(findings)
    folded: dict[int, list[Finding]] = {}
    gone: set[int] = set()
    for i, effect in enumerate(causes):
        for j, cause in enumerate(causes):
            if i != j and j not in gone and i not in gone and _follows(effect, cause, near):
                folded.setdefault(j, []).append(effect)
                gone.add(i)
    out = []
    for j, cause in enumerate(causes):
        if j in gone:
            continue
        effects = folded.get(j, [])
        if effects:
            cause = replace(
                cause,
                evidence=cause.evidence + tuple(_as_evidence(e) for e in effects if not _never_was(e, cause)),
                folded=cause.folded + tuple(_retold(e) if _never_was(e, cause) else e for e in effects),
            )
        out.append(cause)
    return out


_SAME_PLACE = {
    "divergence": ("learning-rate-jump", "level-shift"),
    "loss-spike": ("learning-rate-jump", "level-shift"),
    "nonfinite-loss": ("learning-rate-jump", "level-shift"),
    "masked-nan": ("learning-rate-jump", "level-shift"),
    "gradient-explosion": ("learning-rate-jump",),
    "restart": ("level-shift",),
    "learning-rate-jump": ("level-shift",),
}
"""cause -> rules that are the same event seen from another side where they begin with it (a level shift: within it)."""

_ANYWHERE = {
    "overfitting": ("generalization-stall",),
    "plateau": ("underfitting",),
    "no-learning": ("underfitting", "entropy-collapse", "kl-blowup"),
    "metric-collapse": ("entropy-collapse", "kl-blowup", "reward-hacking"),
    "divergence": ("clipping-saturation", "underfitting", "generalization-stall"),
    "gradient-explosion": ("clipping-saturation",),
    "concurrent-writers": ("restart",),
}
"""cause -> rules that say less about the same run, wherever they begin."""


def _as_evidence(effect: Finding) -> Evidence:
    place = f" in {effect.tag}" if effect.tag else ""
    return Evidence(f"{effect.rule}{place} at step", float(effect.first_step or 0), "step")


def _follows(effect: Finding, cause: Finding, near: float) -> bool:
    """Return whether ``effect`` is only what ``cause`` looks like from another side."""
    if effect.first_step is None or cause.first_step is None or cause.last_step is None:
        return False
    pair = (effect.rule, cause.rule)
    at, onset = effect.first_step, cause.first_step
    if pair == ("loss-spike", "level-shift"):
        return _before_drop(effect, cause, near)
    if pair == ("level-shift", "loss-spike") and _before_drop(cause, effect, near):
        return False
    if effect.rule in _SAME_PLACE.get(cause.rule, ()):
        end = cause.last_step if effect.rule == "level-shift" else onset
        return onset - near <= at <= end + near and effect.severity.rank <= cause.severity.rank
    if effect.rule in _ANYWHERE.get(cause.rule, ()):
        return effect.severity.rank <= cause.severity.rank
    if pair == ("loss-spike", "divergence"):
        return at >= onset - near
    if pair == ("divergence", "masked-nan"):
        return at >= onset
    if pair in (("overfitting", "divergence"), ("plateau", "divergence"), ("no-learning", "divergence")):
        return at >= onset - 5 * near or pair[0] != "overfitting"
    if pair in (("plateau", "masked-nan"), ("loss-spike", "masked-nan"), ("loss-spike", "nonfinite-loss")):
        return at >= onset - near
    if pair == ("gradient-explosion", "divergence"):
        return at >= onset - near
    if effect.rule == "metric-collapse" and cause.rule in ("divergence", "nonfinite-loss", "masked-nan"):
        return at >= onset - near
    if pair == ("metric-collapse", "metric-collapse"):
        return effect.tag != cause.tag and (at, effect.tag or "") > (onset, cause.tag or "")
    if pair == ("loss-spike", "restart"):
        # Only where the restart did harm by its own measure: a spike may also fall on a harmless one.
        return cause.severity is not Severity.INFO and abs(at - onset) <= near
    if pair == ("plateau", "no-learning"):
        return True
    if pair == ("nonfinite-loss", "nonfinite-loss"):
        # The same stretch in another loss: the training loss, or the earlier one, is the cause.
        later = at > onset or (at == onset and (effect.tag or "") > (cause.tag or ""))
        return effect.tag != cause.tag and later and at <= cause.last_step + near
    if pair == ("nonfinite-loss", "masked-nan"):
        return at >= onset - near
    return False


def _never_was(effect: Finding, cause: Finding) -> bool:
    """Return whether the effect is no event of its own, but how the cause looks to another check."""
    return (effect.rule, cause.rule) == ("loss-spike", "level-shift")


def _retold(effect: Finding) -> Finding:
    text = f"no spike: the points before step {effect.last_step} stand above a trend that already falls to the step"
    return replace(effect, severity=Severity.INFO, message=text)


def _before_drop(spike: Finding, shift: Finding, near: float) -> bool:
    """Return whether a spike is only the edge of a step down.

    The trend begins to fall before the step, so the last points before it stand above the trend, by less than the
    height of the step. Such a spike never was: it is no evidence either.
    """
    height = spike.get("height above the trend")
    for step in shift.folded or (shift,):
        before, after = step.get("level before"), step.get("level after")
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
