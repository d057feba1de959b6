"""How a spike recovered, and what it cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from curveread.detectors.base import CurveView
from curveread.findings.arguments import Name, Place
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import text
from curveread.run.model import Curve

_FAST = 0.01, 10, 200
"""Share of the points within which a way back is fast, and the fewest and most points that this is; never over 5 %."""


def with_recovery(finding: Finding, view: CurveView, end_of_run: Finding | None = None) -> Finding:
    """Return a spike with its class of recovery and what it cost.

    Parameters
    ----------
    finding
        A ``loss-spike``; where it ends and whether it came back is what the check found.
    view
        Its curve.
    end_of_run
        A divergence or NaN of the same curve behind the spike: a spike from which the curve was not back by then did
        not miss its way back by the end for its own sake.

    Returns
    -------
    Finding
        With the evidence ``recovery``: ``fast`` when it is back within 1 % of the logged points (ten at least, 200 at
        most); ``slow`` when it is back later; ``not fully`` when it came back more than half of its height by the end,
        ``never`` when less; ``undetermined`` when the log ends too soon. And what the way back cost, or all that
        followed where it did not come back: in steps, and as a share of the run's wall time, or of its steps where
        the log has no clock. The classes are those of Bekman, "Machine Learning Engineering", training loss patterns.
    """
    first, last = finding.first_step, finding.last_step
    height = finding.get("height-above-the-trend")
    if first is None or last is None or not isinstance(height, float):
        return finding
    step = view.curve.step
    above = finding.get("still-above-the-level-before-at-the-end-by")
    if finding.get("recovered-within") is not None:
        points = int(np.searchsorted(step, last) - np.searchsorted(step, first))
        share, fewest, most = _FAST
        limit = min(float(np.clip(share * step.size, fewest, most)), 5.0 * share * step.size)
        name: str = "fast" if points <= limit else "slow"
        end, evidence = last, []
    elif end_of_run is not None and end_of_run.first_step is not None:
        name = text("not before the {rule} at {place}", rule=Name(end_of_run.rule), place=Place(end_of_run.first_step))
        end = end_of_run.first_step
        evidence = [Evidence("steps-until-then", "steps until then", float(end - first), "steps")]
    elif isinstance(above, float):
        name = "not fully" if above < 0.5 * height else "never"
        end = int(step[-1])
        evidence = [Evidence("steps-since-its-onset", "steps since its onset", float(end - first), "steps")]
    else:
        return replace(finding, evidence=(*finding.evidence, Evidence("recovery", "recovery", "undetermined")))
    evidence = [Evidence("recovery", "recovery", name), *evidence, _share(view.curve, first, end)]
    return replace(finding, evidence=(*finding.evidence, *evidence))


def _share(curve: Curve, first: int, end: int) -> Evidence:
    """Return the cost of a stretch as a share of the whole, in percent."""
    wall = curve.wall_time
    if wall is not None:
        known = np.isfinite(wall)
        time, step = wall[known], curve.step[known]
        total = float(time.max() - time.min()) if time.size else 0.0
        a, b = (int(np.searchsorted(step, s)) for s in (first, end))
        if total > 0.0 and b < time.size and time[b] >= time[a]:
            return Evidence(
                "cost-as-a-share-of-the-wall-time",
                "cost, as a share of the wall time",
                100.0 * float(time[b] - time[a]) / total,
                "%",
            )
    length = max(int(curve.step[-1] - curve.step[0]), 1)
    return Evidence(
        "cost-as-a-share-of-the-steps", "cost, as a share of the steps", min(100.0 * (end - first) / length, 100.0), "%"
    )
