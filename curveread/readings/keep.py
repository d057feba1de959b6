"""What to keep: the best checkpoint and its ties, what was spent after it, what early stopping would have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from curveread.detectors.base import CurveView
from curveread.findings.diagnosis import KeptCheckpoint, Reading, Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.wording import amount, compact, count, duration, figure, measure, number, percent
from curveread.run.model import FloatArray, IntArray, Run
from curveread.run.roles import LOSSES, Role
from curveread.signals.pace import rates
from curveread.signals.ties import Stop, early_stop, tied

__all__ = ["Keep", "checkpoints", "keep_of", "keep_statements", "keep_summary"]

PATIENCE = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Keep:
    """The best eval of a run and what came after it.

    Parameters
    ----------
    tag, unit
        Of the eval loss.
    step, value
        (n,) its usable points.
    best
        Index of the lowest.
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
        Whether evals after the last usable one are no numbers.
    """

    tag: str
    unit: str
    step: IntArray
    value: FloatArray
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
        reach = 0.5 * float(np.median(gaps)) if gaps.size else 0.0
        return bool(self.ties[i]) if abs(int(self.step[i]) - step) <= reach else None


def keep_of(
    run: Run,
    views: Mapping[Role, tuple[CurveView, ...]],
    findings: Sequence[Finding] = (),
    cost_per_hour: float | None = None,
) -> Keep | None:
    """Return what to keep of a run, None with fewer than 3 usable evals, or when it never learned.

    Parameters
    ----------
    run, views
        The run and the views of its curves.
    findings
        What was found in it.
    cost_per_hour
        What an hour of the machine costs, in any currency.
    """
    view = next(iter(views[Role.EVAL_LOSS]), None)
    if view is None or len(view) < 3 or run.last_step is None or run.first_step is None:
        return None
    if any(f.rule == "no-learning" for f in findings):
        return None
    value, step = view.value, view.step
    best = int(np.argmin(value))
    at, last = int(step[best]), run.last_step
    ties, error = tied(value)
    seconds = _seconds_after(run, at)
    return Keep(
        tag=view.tag,
        unit=view.unit,
        step=step,
        value=value,
        best=best,
        ties=ties,
        error=error,
        last_step=last,
        share=(last - at) / max(last - run.first_step, 1),
        seconds=seconds,
        tokens=_tokens_after(views, at),
        cost=None if cost_per_hour is None or seconds is None else cost_per_hour * seconds / 3600.0,
        stops=tuple(early_stop(value, k) for k in PATIENCE if k < value.size),
        lost=bool(np.any(view.curve.step[~view.curve.finite] > step[-1])),
    )


def checkpoints(run: Run, keep: Keep | None) -> tuple[KeptCheckpoint, ...]:
    """Return the checkpoints on disk, with whether they are as good as the best where the evals can say."""
    return tuple(KeptCheckpoint(c.step, c.path, keep.ties_at(c.step) if keep else None) for c in run.checkpoints)


def keep_summary(keep: Keep | None) -> dict[str, Reading]:
    """Return the key figures of what came after the best eval; nothing where the last one is as good."""
    if keep is None or keep.ends_tied:
        return {}
    out = {"share_of_compute_after_best": Reading(keep.share, "ratio", keep.at)}
    for name, spent, unit in (
        ("seconds_after_best", keep.seconds, "s"),
        ("tokens_after_best", keep.tokens, "tokens"),
        ("cost_after_best", keep.cost, ""),
    ):
        if spent is not None:
            out[name] = Reading(spent, unit)
    return out


def keep_statements(run: Run, keep: Keep | None) -> list[Statement]:
    """Return what to keep, and what early stopping would have done, in words."""
    if keep is None:
        return []
    best = f"{keep.tag} is lowest at step {count(keep.at)} ({measure(float(keep.value[keep.best]), keep.unit)})"
    if keep.ends_tied and keep.at == int(keep.step[-1]):
        text = f"{best}, the last eval: the end of the run is what to keep."
    elif keep.ends_tied and keep.error > 0.0:
        text = f"{best}; the last eval is tied with it within the noise of an eval (±{figure(keep.error)})."
    elif keep.ends_tied:
        text = f"{best}; the last eval is as good."
    else:
        text = f"{best}.{_tie_words(keep)} {_spent_words(keep)}"
    text += _disk_words(run, keep)
    evidence = [
        Evidence("lowest-eval-loss", "lowest eval loss", float(keep.value[keep.best]), keep.unit),
        Evidence("evals-tied-with-it", "evals tied with it", float(keep.ties.sum()), "evals"),
        Evidence("share-of-the-steps-after-it", "share of the steps after it", keep.share, "ratio"),
    ]
    if keep.error > 0.0:
        evidence.insert(1, Evidence("noise-of-an-eval", "noise of an eval", keep.error, keep.unit))
    out = [Statement("keep", text, tuple(evidence))]
    return out + _early_stopping(keep)


def _tie_words(keep: Keep) -> str:
    if keep.error <= 0.0:
        return ""
    others = keep.step[keep.ties & (np.arange(keep.step.size) != keep.best)]
    if not others.size:
        return ""
    listed = [count(int(s)) for s in others[:4]]
    more = f" and {others.size - 4} more" if others.size > 4 else ""
    return f" Within the noise of an eval (±{figure(keep.error)}) tied with it: step {', '.join(listed)}{more}."


def _spent_words(keep: Keep) -> str:
    parts = [f"{amount(keep.last_step - keep.at, 'step')} ({percent(keep.share)} of the run)"]
    if keep.seconds is not None and keep.seconds >= 60.0:
        parts.append(duration(keep.seconds))
    if keep.tokens is not None:
        parts.append(f"{compact(round(keep.tokens))} tokens")
    spent = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    lost = " The evals after it are no numbers." if keep.lost and keep.best == keep.step.size - 1 else ""
    cost = f" That cost {number(keep.cost, 3)}." if keep.cost is not None else ""
    return f"After it the run spent {spent}.{cost}{lost}"


def _disk_words(run: Run, keep: Keep) -> str:
    if not run.checkpoints:
        return ""
    nearest = min(run.checkpoints, key=lambda c: (abs(c.step - keep.at), c.step))
    text = f" The nearest checkpoint on disk is {PurePath(nearest.path).name} (step {count(nearest.step)})"
    if nearest.step == keep.at:
        return text + "."
    as_good = keep.ties_at(nearest.step)
    if as_good is None:
        return f"{text}, {amount(abs(nearest.step - keep.at), 'step')} away from the best eval."
    return text + (", tied with the best." if as_good else ", which is worse than the best by more than the noise.")


def _early_stopping(keep: Keep) -> list[Statement]:
    """Return what each patience would have done; nothing where none above 1 would have stopped before the last eval."""
    stopped = [(s, s.index) for s in keep.stops if s.index is not None and s.index < keep.step.size - 1]
    if all(stop.patience == 1 for stop, _ in stopped):
        return []
    evidence: list[Evidence] = []
    said: list[str] = []
    same = len({stop.best for stop, _ in stopped}) == 1
    for stop, index in stopped:
        step, low = int(keep.step[index]), float(keep.value[stop.best])
        kept = "" if same else f", keeping {number(low)} of step {count(int(keep.step[stop.best]))}"
        said.append(f"at step {count(step)} with patience {stop.patience}{kept}")
        evidence.append(Evidence("early-stop", f"stop with patience {stop.patience}", float(step), "step"))
        evidence.append(
            Evidence("best-by-early-stop", f"best loss by then with patience {stop.patience}", low, keep.unit)
        )
    text = f"Early stopping on {keep.tag} would have ended the run {('; ', ', ')[same].join(said)}"
    best = stopped[0][0].best
    text += f", keeping {number(float(keep.value[best]))} of step {count(int(keep.step[best]))}." if same else "."
    to_the_end = [str(s.patience) for s in keep.stops if s.index is None or s.index >= keep.step.size - 1]
    if to_the_end:
        listed = " or ".join(filter(None, (", ".join(to_the_end[:-1]), to_the_end[-1])))
        text += f" With patience {listed} it would have gone to the end."
    return [Statement("early-stopping", text, tuple(evidence))]


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


def _tokens_after(views: Mapping[Role, tuple[CurveView, ...]], step: int) -> float | None:
    """Return the tokens seen after a step, None without a curve that counts them."""
    for view in views[Role.TOKENS]:
        if len(view) >= 2 and bool(np.all(np.diff(view.value) >= 0.0)) and view.value[-1] > view.value[0]:
            at = float(np.interp(step, view.step, view.value))
            return float(view.value[-1]) - at
    return None
