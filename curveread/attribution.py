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
                evidence=cause.evidence + tuple(_as_evidence(e) for e in effects),
                folded=cause.folded + tuple(effects),
            )
        out.append(cause)
    return out


def _as_evidence(effect: Finding) -> Evidence:
    place = f" in {effect.tag}" if effect.tag else ""
    return Evidence(f"{effect.rule}{place} at step", float(effect.first_step or 0), "step")


def _follows(effect: Finding, cause: Finding, near: float) -> bool:
    """Return whether ``effect`` is only what ``cause`` looks like from another side."""
    if effect.first_step is None or cause.first_step is None or cause.last_step is None:
        return False
    pair = (effect.rule, cause.rule)
    at, onset = effect.first_step, cause.first_step
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


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, gravest first, then by step."""

    def key(f: Finding) -> tuple[int, int, str, str]:
        return -f.severity.rank, -1 if f.first_step is None else f.first_step, f.rule, f.tag or ""

    return tuple(sorted(findings, key=key))
