"""Whether the phases begin where the labels say: ``python -m tests.benchmarks.phases [--detail]``.

Every labelled overfitting, divergence and plateau of the sample logs, of the corpus of trained runs where it lies
beside the project, and of the synthetic family is held against its phase. The distance is from the label's window
of steps (0 inside it), as a share of the run. A run without its phase counts as missed. Labels that the curve cannot
show, planned ones and consequences of others are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np

from curveread.diagnose import diagnose
from curveread.errors import CurvereadError
from curveread.findings.diagnosis import Phase
from tests.benchmarks import synthetic
from tests.benchmarks.accuracy import PART
from tests.benchmarks.corpora import Case, sample_logs, trained
from tests.benchmarks.events import Event, Label

__all__ = ["NEAR", "Boundary", "boundaries", "part", "table"]

NEAR = 0.05
"""Distance, as a share of the run, that counts as there."""
PHASES = {
    "overfit": ("memorising",),
    "divergence": ("diverged",),
    "plateau": ("stalled", "converged"),
}


@dataclass(frozen=True, slots=True)
class Boundary:
    """A labelled onset and the phase that belongs to it.

    Parameters
    ----------
    run, kind
        The run and what happened in it.
    label, found
        The label's first step and that of the phase, None without one.
    distance
        From the label's window, as a share of the run; NaN without a phase.
    """

    run: str
    kind: str
    label: float
    found: int | None
    distance: float

    @property
    def near(self) -> bool:
        return self.distance <= NEAR


def part() -> list[Case]:
    """Return the synthetic runs that are looked at: those with a fault, up to 3,000 points."""
    return list(synthetic.faulty(1, PART))


def boundaries(cases: Iterable[Case]) -> list[Boundary]:
    """Return every labelled onset of the cases with its phase."""
    out = []
    for case in cases:
        wanted = [e for e in case.label.events if e.kind in PHASES and _counts(e, case.label)]
        if not wanted:
            continue
        try:
            runs = case.runs()
        except CurvereadError:
            continue
        found = [phase for run in runs for phase in diagnose(run).phases]
        out += [_boundary(e, case.label, found) for e in wanted]
    return out


def _counts(event: Event, label: Label) -> bool:
    return event.visible and not event.benign and not event.secondary and not label.ambiguous


def _boundary(event: Event, label: Label, found: list[Phase]) -> Boundary:
    low, high = event.window or (event.start, event.start)
    begins = [p.first_step for p in found if p.name in PHASES[event.kind]]
    if not begins:
        return Boundary(label.name, event.kind, event.start, None, np.nan)
    away = [max(low - b, b - high, 0.0) / label.length for b in begins]
    k = int(np.argmin(away))
    return Boundary(label.name, event.kind, event.start, begins[k], float(away[k]))


def table(sets: dict[str, list[Boundary]]) -> str:
    """Return a line per set of runs and kind of event: how many are found, and how many near the label."""
    lines = [f"{'runs':<10} {'onset of':<12} {'labels':>7} {'found':>6} {f'within {NEAR:.0%}':>10} {'median':>7}"]
    for name, found in sets.items():
        for kind in PHASES:
            some = [b for b in found if b.kind == kind]
            seen = [b.distance for b in some if b.found is not None]
            near = sum(b.near for b in some)
            middle = f"{100 * float(np.median(seen)):.1f} %" if seen else "-"
            lines.append(f"{name:<10} {kind:<12} {len(some):>7} {len(seen):>6} {near:>10} {middle:>7}")
    every = list(chain.from_iterable(sets.values()))
    with_phase = [b for b in every if b.found is not None]
    lines.append(
        f"all: {len(every)} labels, {len(with_phase)} with their phase, of these {sum(b.near for b in with_phase)} "
        f"within {NEAR:.0%} of the run"
    )
    return "\n".join(lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Whether the phases begin where the labels say.")
    parser.add_argument("--detail", action="store_true", help="list every onset that is missed or far away")
    chosen = parser.parse_args()
    sets = {
        "samples": boundaries(sample_logs()),
        "trained": boundaries(trained()),
        "synthetic": boundaries(chain(synthetic.faulty(2, PART))),
    }
    if chosen.detail:
        for b in chain.from_iterable(sets.values()):
            if not b.near:
                place = "no such phase" if b.found is None else f"at {b.found}, {b.distance:.1%} away"
                print(f"{b.run}: {b.kind} labelled at {b.label:g}: {place}")
    print(table(sets))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
