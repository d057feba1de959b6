"""What to keep: the best checkpoint and its ties, what was spent after it, what early stopping would have done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import (
    Count,
    Length,
    Name,
    Place,
    PlaceList,
    Tag,
    compact,
    count,
    duration,
    figure,
    measure,
    share,
)
from curveread.findings.diagnosis import KeptCheckpoint, KeyFigure, Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import Text, joined, listed, text
from curveread.run.model import Run
from curveread.run.roles import LOSSES, Role
from curveread.run.tags.precision import is_overall_precision
from curveread.signals.median import median
from curveread.signals.schedule.pace import rates
from curveread.signals.ties import Stop, best_on_disk, early_stop, tied

PATIENCE = (1, 3, 5, 10)
_TIES = 4
"""Evals tied with the best that a sentence lists."""


class Keep(NamedTuple):
    """The best eval of a run and what came after it.

    Parameters
    ----------
    tag, unit
        Of the curve that decides: the eval loss, of a detector its average precision.
    step, value
        (n,) its usable points.
    higher
        Whether higher is better.
    best
        Index of the best.
    ties
        (n,) bool: as good as the best within one standard error.
    error
        That error, 0.0 where there are too few evals to know it.
    last_step
        Where the run ends.
    share
        Share of the run's steps after the best.
    seconds, tokens, cost
        Spent after it; None where the log does not tell.
    stops
        What early stopping would have done, by patience.
    lost
        Whether evals after the last usable one are not numbers.
    """

    tag: str
    unit: str
    step: IntArray
    value: FloatArray
    higher: bool
    best: int
    ties: np.ndarray[tuple[int], np.dtype[np.bool_]]
    error: float
    last_step: int
    share: float
    seconds: float | None
    tokens: float | None
    cost: float | None
    stops: tuple[Stop, ...]
    lost: bool

    @property
    def worse(self) -> FloatArray:
        """(n,) values turned so that lower is better."""
        return -self.value if self.higher else self.value

    @property
    def at(self) -> int:
        """Step of the best eval."""
        return int(self.step[self.best])

    @property
    def ends_tied(self) -> bool:
        """Whether the last eval is as good as the best."""
        return bool(self.ties[-1]) and not self.lost

    def ties_at(self, step: int) -> bool | None:
        """Return whether a step is tied with the best, None where no eval is near enough to say."""
        i = int(np.argmin(np.abs(self.step - step)))
        gaps = np.diff(self.step)
        reach = 0.5 * median(gaps) if gaps.size else 0.0
        return bool(self.ties[i]) if abs(int(self.step[i]) - step) <= reach else None


def keep_of(
    run: Run, views: Views, findings: Sequence[Finding] = (), cost_per_hour: float | None = None
) -> Keep | None:
    """Return what to keep of a run, None with fewer than 3 usable evals, or when it never learned."""
    view = judged_by(views)
    if view is None or len(view) < 3 or run.last_step is None or run.first_step is None:
        return None
    if any(f.rule == "no-learning" for f in findings):
        return None
    points = as_trained(view)
    value, step, higher = view.value[points], view.step[points], view.curve.role is Role.QUALITY_METRIC
    worse = -value if higher else value
    best = int(np.argmin(worse))
    at, last = int(step[best]), run.last_step
    ties, error = tied(worse)
    seconds = _seconds_after(run, at)
    return Keep(
        tag=view.tag,
        unit=view.unit,
        step=step,
        value=value,
        higher=higher,
        best=best,
        ties=ties,
        error=error,
        last_step=last,
        share=(last - at) / max(last - run.first_step, 1),
        seconds=seconds,
        tokens=_tokens_after(views, at),
        cost=None if cost_per_hour is None or seconds is None else cost_per_hour * seconds / 3600.0,
        stops=tuple(early_stop(worse, k) for k in PATIENCE if k < value.size),
        lost=bool(np.any(view.curve.step[~view.curve.finite] > step[-1])),
    )


def judged_by(views: Views) -> CurveView | None:
    """Return the curve that says which checkpoint to keep: the eval loss, of a detector its average precision.

    A detector's eval loss is a sum of parts of which none says how well it finds objects; often only the parts are
    logged. COCO and every detector's own ``best`` checkpoint go by the average precision.
    """
    precision = (v for v in views[Role.QUALITY_METRIC] if is_overall_precision(v.tag) and len(v) >= 3)
    return next(precision, None) or next(iter(views[Role.EVAL_LOSS]), None)


def as_trained(view: CurveView) -> slice:
    """Return the points up to the first at the last step.

    An evaluation that is logged there once more is one of weights put back, usually the best: Ultralytics and the
    Trainer's ``load_best_model_at_end`` end with it. It says nothing of the weights of that step.
    """
    return slice(0, int(np.searchsorted(view.step, view.step[-1])) + 1)


def checkpoints(run: Run, keep: Keep | None) -> tuple[KeptCheckpoint, ...]:
    """Return the checkpoints on disk, with whether they are as good as the best where the evals can say."""
    return tuple(KeptCheckpoint(c.step, c.path, keep.ties_at(c.step) if keep else None) for c in run.checkpoints)


def keep_summary(keep: Keep | None) -> dict[str, KeyFigure]:
    """Return the key figures of what came after the best eval; nothing where the last one is as good."""
    if keep is None or keep.ends_tied:
        return {}
    out = {"share_of_compute_after_best": KeyFigure(keep.share, "ratio", keep.at, "share of the run after the best")}
    for name, spent, unit, label in (
        ("seconds_after_best", keep.seconds, "s", "time after the best"),
        ("tokens_after_best", keep.tokens, "tokens", "tokens after the best"),
        ("cost_after_best", keep.cost, "", "cost after the best"),
    ):
        if spent is not None:
            out[name] = KeyFigure(spent, unit, label=label)
    return out


def keep_statements(run: Run, keep: Keep | None) -> list[Statement]:
    """Return what to keep, and what early stopping would have done, in words."""
    if keep is None:
        return []
    sentence = joined("", (_best_words(keep), _disk_words(run, keep)))
    evidence = [
        Evidence("best-eval", text("best {tag}", tag=Tag(keep.tag)), float(keep.value[keep.best]), keep.unit)
        if keep.higher
        else Evidence("lowest-eval-loss", "lowest eval loss", float(keep.value[keep.best]), keep.unit),
        Evidence("evals-tied-with-it", "evals tied with it", float(keep.ties.sum()), "evals"),
        Evidence("share-of-the-steps-after-it", "share of the steps after it", keep.share, "ratio"),
    ]
    if keep.error > 0.0:
        evidence.insert(1, Evidence("noise-of-an-eval", "noise of an eval", keep.error, keep.unit))
    out = [Statement("keep", sentence, tuple(evidence))]
    return out + _early_stopping(keep)


def _best_words(keep: Keep) -> Text:
    """Return where the best eval is, and what came after it."""
    best = text(
        "{tag} is best at {at} ({low})" if keep.higher else "{tag} is lowest at {at} ({low})",
        tag=Tag(keep.tag),
        at=Place(keep.at),
        low=measure(float(keep.value[keep.best]), keep.unit),
    )
    if keep.ends_tied and keep.at == int(keep.step[-1]):
        return best + ", the last eval: the end of the run is what to keep."
    if keep.ends_tied and keep.error > 0.0:
        noise = figure(keep.error)
        return best + text("; the last eval is tied with it within the noise of an eval (±{noise}).", noise=noise)
    if keep.ends_tied:
        return best + "; the last eval is as good."
    return joined("", (best, ".", _tie_words(keep), " ", _spent_words(keep)))


def _tie_words(keep: Keep) -> str:
    if keep.error <= 0.0:
        return ""
    others = keep.step[keep.ties & (np.arange(keep.step.size) != keep.best)]
    if not others.size:
        return ""
    ties = PlaceList(tuple(int(step) for step in others[:_TIES]), more=max(others.size - _TIES, 0))
    tied_with_it = " As good within the noise of an eval (±{noise}): {ties}."
    return text(tied_with_it, noise=figure(keep.error), ties=ties)


def _spent_words(keep: Keep) -> str:
    spent = [text("{steps} ({share} of the run)", steps=Length(keep.last_step - keep.at), share=share(keep.share))]
    if keep.seconds is not None and keep.seconds >= 60.0:
        spent.append(text("{time}", time=duration(keep.seconds)))
    if keep.tokens is not None:
        spent.append(text("{tokens}", tokens=compact(round(keep.tokens), "tokens")))
    out = text("After it the run spent {spent}.", spent=listed(spent))
    if keep.cost is not None:
        out += text(" That cost {cost}.", cost=figure(keep.cost))
    return out + (" The evals after it are not numbers." if keep.lost and keep.best == keep.step.size - 1 else "")


def _disk_words(run: Run, keep: Keep) -> str:
    if not run.checkpoints:
        return ""
    chosen = run.checkpoints[best_on_disk(np.array([c.step for c in run.checkpoints]), keep.step, keep.worse)]
    on_disk = text(
        " The best checkpoint on disk is {checkpoint} ({at})",
        checkpoint=Name(PurePath(chosen.path).name),
        at=Place(chosen.step),
    )
    if chosen.step == keep.at:
        return on_disk + "."
    as_good = keep.ties_at(chosen.step)
    if as_good is None:
        return on_disk + text(", {away} away from the best eval.", away=Length(abs(chosen.step - keep.at)))
    return on_disk + (", tied with the best." if as_good else ", worse than the best eval by more than the noise.")


def _early_stopping(keep: Keep) -> list[Statement]:
    """Return the least patience that would have kept the best eval and saved what came after; nothing without one."""
    if keep.ends_tied:
        return []
    stopped = [(s, s.index) for s in keep.stops if s.index is not None and s.index < keep.step.size - 1]
    kept = next(((s, index) for s, index in stopped if s.best == keep.best), None)
    if kept is None:
        return []
    stop, index = kept
    sentence = text(
        "Early stopping with a patience of {patience} would have kept it and ended the run at {at}.",
        patience=Count(stop.patience, "eval"),
        at=Place(int(keep.step[index])),
    )
    evidence = [
        Evidence("early-stop", text("stop with patience {n}", n=count(s.patience)), float(keep.step[i]), "step")
        for s, i in stopped
    ]
    return [Statement("early-stopping", sentence, tuple(evidence))]


def _seconds_after(run: Run, step: int) -> float | None:
    """Return the seconds of work after a step, pauses not counted; None without a clock."""
    for role in LOSSES:
        for curve in run.of(role):
            if curve.wall_time is None:
                continue
            after = curve.step >= step
            if int(after.sum()) < 2:
                continue
            work = rates(curve.step[after], curve.wall_time[after])[2]
            if work > 0.0:
                return work
    return None


def _tokens_after(views: Views, step: int) -> float | None:
    """Return the tokens seen after a step, None without a curve that counts them."""
    for view in views[Role.TOKENS]:
        if len(view) >= 2 and bool(np.all(np.diff(view.value) >= 0.0)) and view.value[-1] > view.value[0]:
            at = float(np.interp(step, view.step, view.value))
            return float(view.value[-1]) - at
    return None
