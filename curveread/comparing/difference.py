"""How two losses differ along the run, with the interval that their noise leaves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from curveread.arrays import FloatArray
from curveread.comparing.curves import curve_of
from curveread.findings.arguments import Name, Tag, figure
from curveread.findings.comparison import ComparedRun, Difference
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence
from curveread.findings.text import text
from curveread.run.roles import LOSSES, Role
from curveread.run.shared_steps import Shared, on_shared_steps
from curveread.signals.scale import correlation_length, mad_scale
from curveread.signals.trend import robust_trend

_STRETCHES, _LEAST = 40, 8
"""Stretches of the common steps at most, and points for an interval at least."""
_WIDTH = 1.96
"""Standard errors to either side of a 95 % interval."""


def differences(runs: Sequence[ComparedRun], reference: ComparedRun) -> tuple[Difference, ...]:
    """Return the losses of the other runs less the reference's, on the steps that both have.

    The difference is taken step by step, so that noise which both share (the same batches) falls away. Its mean over
    each of at most 40 stretches, the last a tenth of them all, has the standard error sigma sqrt(c / m): m values, of
    which c neighbours share one piece of noise. Runs with fewer than eight common steps have none.
    """
    made = (_difference(run, reference, role) for run in runs if run is not reference for role in LOSSES)
    return tuple(d for d in made if d is not None)


def last_differences(found: Sequence[Difference]) -> list[Statement]:
    """Return how far each loss lies from the reference's over the last tenth of the common steps, at most five."""
    out = []
    for d in found:
        value, reach = float(d.value[-1]), float(d.high[-1] - d.value[-1])
        where = "below" if value < 0.0 else "above"
        if abs(value) <= reach:
            sentence = "Over the last tenth that both ran nothing tells {tag} of {run} from that of {reference}: "
            sentence += "they differ by {value}"
        else:
            sentence = "Over the last tenth that both ran {tag} of {run} lies {value} " + where
            sentence += " that of {reference}"
        names = {"tag": Tag(d.tag), "run": Name(d.run), "reference": Name(d.reference)}
        said = text(sentence, **names, value=figure(abs(value)))
        # Where most points lie on the trend itself, no noise is seen: that is no interval of nothing.
        said += text(", give or take {reach}.", reach=figure(reach)) if reach > 0.0 else "."
        ends = (("low", float(d.low[-1])), ("high", float(d.high[-1])))
        interval = tuple(Evidence(name, name, end, d.unit) for name, end in ends)
        out.append(Statement("difference", said, interval))
    return out[:5]


def _difference(run: ComparedRun, reference: ComparedRun, role: Role) -> Difference | None:
    one, other = (curve_of(r.diagnosis.run, role) for r in (run, reference))
    if one is None or other is None:
        return None
    shared = _finite(on_shared_steps(one, other))
    if shared.step.size < _LEAST:
        return None
    apart = shared.one - shared.other
    residual = apart - robust_trend(apart)
    last = min(int(0.9 * apart.size), apart.size - _LEAST // 2)
    count = int(np.clip(last // _LEAST, 1, _STRETCHES - 1))
    edge = np.append(np.linspace(0, last, count + 1).round().astype(np.int64), apart.size)
    size = np.diff(edge)
    mean = np.add.reduceat(apart, edge[:-1]) / size
    error = mad_scale(residual) * np.sqrt(np.minimum(correlation_length(residual) / size, 1.0))
    step = np.array([shared.step[a:b].mean() for a, b in pairwise(edge)])
    low: FloatArray = mean - _WIDTH * error
    return Difference(run.name, reference.name, one.tag, one.unit, step, mean, low, mean + _WIDTH * error)


def _finite(shared: Shared) -> Shared:
    sound = np.isfinite(shared.one) & np.isfinite(shared.other)
    return Shared(shared.step[sound], shared.one[sound], shared.other[sound])
