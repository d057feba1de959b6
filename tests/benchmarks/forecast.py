"""How good forecasts of a run's end are: ``python -m tests.benchmarks.forecast [--every-case] [--write]``.

Every healthy labelled run (the sample logs, the synthetic family, and the corpus of trained runs where it lies at
``../shared/corpus/trained``) is cut at 50 %, 70 % and 90 % of its steps and its end is forecast from what is left: the
log up to there is all that is known, a learning rate that will fall later is not. The truth is the median of the last
3 % of the curve's points. Beside it stand two rivals: the last value stays (the same median before the cut), and power
laws by ordinary least squares, the line through log(loss) over log(step) and the curve E + A t^-b by SciPy.

What counts: a case is a run at one cut; *answered* is the share of cases with a forecast; the other columns are over
the answered cases: the share whose 80 % interval holds the truth, and median errors as a share of the true loss. A
refusal counts against the answers whatever its reason: there are cases where it is the right answer (a decay of the
learning rate lies ahead, cycles). A decay that has come down to 60 % of its peak or less is answered: its course to the
end can be read off by then. The laws and the constants of the interval were chosen on the synthetic and the sample
runs; the trained runs are held out, but for the last choice of the width (0.8, 0.85 or 0.9), made with them in view.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from curveread.detectors.base import CurveView
from curveread.diagnose import diagnose
from curveread.readings.forecast import forecast
from curveread.run.model import Curve, FloatArray, Run
from curveread.run.roles import Role
from tests.benchmarks import synthetic
from tests.benchmarks.corpora import Case, sample_logs, trained

__all__ = ["CUTS", "Judged", "Score", "cases", "cut", "judge", "judged", "score", "table"]

CUTS = (0.5, 0.7, 0.9)
RECORDED = Path(__file__).with_name("forecast.md")
RIVALS = ("last value stays", "log-log line", "E + A t^-b")


@dataclass(frozen=True, slots=True)
class Judged:
    """A forecast of the end of a run, held against what came; errors are shares of the true loss, by method."""

    name: str
    family: str
    share: float
    course: str
    reason: str
    covered: bool = False
    width: float = 0.0
    errors: tuple[float, ...] = ()

    @property
    def answered(self) -> bool:
        return bool(self.errors)


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of a set of cases; errors are medians, ours first."""

    cases: int
    answered: float
    covered: float
    width: float
    errors: tuple[float, ...]


def cut(run: Run, share: float) -> Run:
    """Return the run as its log was at ``share`` of its steps."""
    first, last = run.first_step or 0, run.last_step or 0
    end = first + share * (last - first)

    def before(curve: Curve) -> Curve:
        n = int(np.searchsorted(curve.step, end, side="right"))
        wall = None if curve.wall_time is None else curve.wall_time[:n]
        return replace(curve, step=curve.step[:n], value=curve.value[:n], wall_time=wall)

    curves = {tag: before(curve) for tag, curve in run.curves.items()}
    return replace(run, curves=curves, attempts=(), checkpoints=tuple(c for c in run.checkpoints if c.step <= end))


def judge(run: Run, family: str, share: float) -> Judged:
    """Forecast the end of a run from its log up to ``share`` of its steps."""
    early = cut(run, share)
    views = {role: tuple(CurveView(c) for c in early.of(role)) for role in Role}
    goal = run.last_step or 0
    made = forecast(early, views, diagnose(early).findings, steps=[goal])
    course = "no rate logged"
    if views[Role.LEARNING_RATE]:
        value = views[Role.LEARNING_RATE][0].value
        course = (
            "rate falling" if value.size and value[-1] < 0.95 * value[-max(2, value.size // 8)] else "rate constant"
        )
    if not made.given or made.tag is None:
        return Judged(run.name, family, share, course, made.reason)
    whole, known = run[made.tag], early[made.tag]
    truth, point = _end(whole), made.points[0]
    guesses = (point.mid, _end(known), _line(known, goal), _offset(known, goal))
    return Judged(
        run.name,
        family,
        share,
        course,
        "",
        point.low <= truth <= point.high,
        (point.high - point.low) / abs(truth),
        tuple(abs(g - truth) / abs(truth) for g in guesses),
    )


def score(judged: Sequence[Judged]) -> Score:
    """Return the figures of some cases."""
    given = [j for j in judged if j.answered]
    errors = np.median(np.array([j.errors for j in given]), axis=0) if given else np.full(1 + len(RIVALS), np.nan)
    return Score(
        len(judged),
        len(given) / max(len(judged), 1),
        sum(j.covered for j in given) / max(len(given), 1),
        float(np.median([j.width for j in given])) if given else float("nan"),
        tuple(map(float, errors)),
    )


def cases(seeds: int = 2, lengths: tuple[int, ...] = synthetic.LENGTHS) -> Iterator[tuple[str, Case]]:
    """Return the healthy labelled runs with the set that they belong to."""
    made = (("synthetic", c) for c in synthetic.healthy(seeds, lengths))
    real = chain((("sample logs", c) for c in sample_logs()), (("trained (held out)", c) for c in trained()))
    yield from ((name, case) for name, case in chain(real, made) if case.label.healthy)


def judged(of: Iterable[tuple[str, Case]]) -> Iterator[tuple[str, Judged]]:
    """Forecast every case at every cut; runs without any loss have no end to forecast and do not count."""
    for name, case in of:
        for run in case.runs():
            if run.of(Role.TRAIN_LOSS) or run.of(Role.EVAL_LOSS):
                for share in CUTS:
                    yield name, replace(judge(run, case.label.family, share), name=case.label.name)


def _end(curve: Curve) -> float:
    """Return the median of the last 3 % of the finite points, of 5 at least for a curve of 100."""
    value = curve.value[curve.finite]
    least = 5 if value.size >= 100 else 1
    return float(np.median(value[-max(least, round(0.03 * value.size)) :]))


def _line(curve: Curve, goal: int) -> float:
    keep = curve.finite & (curve.step > 0) & (curve.value > 0)
    if int(keep.sum()) < 3:
        return _end(curve)
    slope, start = np.polyfit(np.log(curve.step[keep]), np.log(curve.value[keep]), 1)
    return float(np.exp(start + slope * np.log(goal)))


def _offset(curve: Curve, goal: int) -> float:
    from scipy.optimize import curve_fit

    keep = curve.finite & (curve.step > 0)
    step, value = curve.step[keep].astype(np.float64), curve.value[keep]
    if value.size < 4:
        return _end(curve)
    thin = np.unique(np.linspace(0, value.size - 1, 2000).astype(np.int64))
    x, y = step[thin] / step[-1], value[thin]

    def law(t: FloatArray, e: float, a: float, b: float) -> FloatArray:
        return np.asarray(e + a * t**-b)

    try:
        found, _ = curve_fit(law, x, y, p0=(float(y[-1]), float(np.ptp(y)) / 10, 0.5), maxfev=4000)
    except RuntimeError:
        return _end(curve)
    return float(law(np.array([goal / step[-1]]), *found)[0])


def _line_of(title: str, found: Sequence[Judged]) -> str:
    s = score(found)
    figures = [f"{100 * v:.0f} %" for v in (s.answered, s.covered)] + [f"{100 * v:.1f} %" for v in (s.width, *s.errors)]
    shown = [f"{f:>{w}s}" for f, w in zip(figures, (9, 9, 8, *(17 for _ in s.errors)), strict=True)]
    return f"{title:26s} {s.cases:5d} " + " ".join(shown)


def table(found: Sequence[tuple[str, Judged]]) -> list[str]:
    """Return the table, line by line: each set as a whole, by cut and by schedule, and why forecasts were refused."""
    heads = [f"{h:>{w}s}" for h, w in zip(("answered", "covered", "width"), (9, 9, 8), strict=True)]
    out = [f"{'':26s} {'cases':>5s} " + " ".join([*heads, *(f"{n:>17s}" for n in ("our error", *RIVALS))])]
    for name in dict.fromkeys(n for n, _ in found):
        mine = [j for n, j in found if n == name]
        out.append(_line_of(name, mine))
        out += [_line_of(f"  at {100 * share:.0f} %", [j for j in mine if j.share == share]) for share in CUTS]
        out += [_line_of(f"  {c}", [j for j in mine if j.course == c]) for c in sorted({j.course for j in mine})]
        reasons = Counter(j.reason.split(":")[0] for j in mine if not j.answered)
        out += [f"    refused {times:3d} x {reason[:90]}" for reason, times in reasons.most_common()]
    out.append(_line_of("all real runs", [j for n, j in found if n != "synthetic"]))
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Forecasts of the end of healthy runs, and how good they are.")
    parser.add_argument("--every-case", action="store_true", help="also print a line per case of the real runs")
    parser.add_argument("--write", action="store_true", help=f"record the table in {RECORDED.name}")
    wanted = parser.parse_args()
    found = list(judged(cases()))
    lines = table(found)
    print("\n".join(lines))
    if wanted.write:
        about = __doc__ or ""
        RECORDED.write_text(
            "\n".join(["# Forecasts", "", about.strip(), "", "```", *lines, "```", ""]), encoding="utf-8"
        )
    if wanted.every_case:
        for name, j in found:
            if name != "synthetic":
                told = " ".join(f"{100 * e:6.1f}" for e in j.errors) or j.reason
                print(f"{j.name:30s} {j.share:.1f} {j.course:14s} {'covered' if j.covered else '-':8s} {told}")


if __name__ == "__main__":
    main()
