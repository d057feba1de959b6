"""The stretches of a run: learning, stalled, memorising, diverged."""

from __future__ import annotations

from curveread.findings.diagnosis import Phase
from curveread.findings.finding import Finding
from curveread.run.model import Run

__all__ = ["phases"]


def phases(run: Run, findings: tuple[Finding, ...]) -> tuple[Phase, ...]:
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
