"""Whether runs can be ranked, by what, and how; their figures for the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curveread.comparing.conditions import TOKENIZER
from curveread.comparing.curves import curve_of
from curveread.comparing.measures import measure, ranking_curves
from curveread.findings.arguments import Name, Place, Tag, count, figure, number
from curveread.findings.comparison import ComparedRun, Condition
from curveread.findings.diagnosis import Diagnosis, Statement
from curveread.findings.finding import Evidence
from curveread.findings.sweep.row import Measure
from curveread.findings.text import Text, joined, listed, text
from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.signals.ties import tied

_SUMMARY = (
    "best_eval_loss",
    "last_eval_loss",
    "best_eval_perplexity",
    "best_eval_bits_per_byte",
    "last_train_loss",
)
_IN_TRAINING = (Role.TRAIN_LOSS, Role.TRAIN_ACCURACY)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A run and what its curve came to by which the runs are ranked."""

    run: ComparedRun
    measure: Measure

    @property
    def error(self) -> float:
        """Standard error of a single value around the best."""
        curve = self.run.diagnosis.run.curves[self.measure.tag]
        return tied(self._sign * curve.value[curve.finite])[1]

    def behind(self, other: Ranked, form: str = "best") -> float:
        """Return by how much it is worse than another; negative where it is better."""
        return self._sign * float(getattr(self.measure, form) - getattr(other.measure, form))

    @property
    def _sign(self) -> float:
        return 1.0 if self.measure.better == "down" else -1.0


def ranking(runs: Sequence[ComparedRun]) -> tuple[Ranked, ...]:
    """Return the runs by the best level that they held in what their kind is judged by; empty where they share none.

    What is ranked is held-out: an eval loss, a quality metric or a return, of one role, direction and unit in all runs
    that have it, which must be two at least. Training losses are not ranked.
    """
    known = [[measure(c) for c in ranking_curves(r.diagnosis) if c.role not in _IN_TRAINING] for r in runs]
    found = [[m for m in own if m is not None] for own in known]
    roles = dict.fromkeys(m.role for own in found for m in own[:1])
    for role in (*roles, Role.EVAL_LOSS.value):
        have = [(r, m) for r, own in zip(runs, found, strict=True) for m in own if m.role == role]
        first = {r.name: Ranked(r, m) for r, m in reversed(have)}
        if len(first) > 1 and len({(x.measure.better, x.measure.unit) for x in first.values()}) == 1:
            lowest = next(iter(first.values()))
            return tuple(sorted((first[r.name] for r in runs if r.name in first), key=lambda x: x.behind(lowest)))
    return ()


def lead(order: Sequence[Ranked]) -> list[Statement]:
    """Return which run held the best level, which are tied with it, and whether their last values say the same."""
    if not order:
        return []
    best, error = order[0], order[0].error
    near = [r for r in order[1:] if r.behind(best) <= error]
    loss = best.measure.role == Role.EVAL_LOSS
    sentence = text(
        ("Lowest eval loss: {run}" if loss else "Best {tag}: {run}") + " ({best} around {at})",
        run=Name(best.run.name),
        best=number(best.measure.best),
        at=Place(best.measure.best_step, best.run.diagnosis.run.x_axis),
        **({} if loss else {"tag": Tag(best.measure.tag)}),
    )
    if near:
        ties = joined(", ", (text("{run}", run=Name(r.run.name)) for r in near[:6]))
        if len(near) > 6:
            ties += text(" and {n} more", n=count(len(near) - 6))
        sentence += text("; as good within the noise of an eval: {ties}", ties=ties)
    if len(order) > 1 + len(near):
        behind = order[1 + len(near)]
        apart = text(
            "{apart} higher" if best.measure.better == "down" else "{apart} lower", apart=figure(behind.behind(best))
        )
        sentence += text("; next is {run}, {apart}", run=Name(behind.run.name), apart=apart)
    noise = Evidence("noise-of-an-eval", "noise of an eval", error, best.measure.unit)
    return [Statement("ranking", sentence + ".", (noise,)), *_at_the_end(order, error)]


def _at_the_end(order: Sequence[Ranked], error: float) -> list[Statement]:
    """Return which run is ahead by the mean of the last tenth, where that is another one and by more than the noise."""
    best = order[0]
    last = min((r for r in order if np.isfinite(r.measure.tail)), key=lambda r: r.behind(best, "tail"), default=best)
    if last is best or (np.isfinite(best.measure.tail) and best.behind(last, "tail") <= error):
        return []
    sentence = text(
        "By the mean of its last tenth {run} is ahead: {mean}, against {other} of {best}.",
        run=Name(last.run.name),
        mean=number(last.measure.tail),
        other=number(best.measure.tail),
        best=Name(best.run.name),
    )
    return [Statement("ranking", sentence)]


def same_steps(runs: Sequence[ComparedRun], common: int | None) -> list[Statement]:
    """Return the eval losses at the last step that all runs have, where their lengths differ by a tenth."""
    lengths = [r.diagnosis.run.last_step for r in runs if r.diagnosis.run.last_step is not None]
    if common is None or common <= 0 or max(lengths) < 1.1 * common:
        return []
    at = {r.name: _eval_at(r.diagnosis.run, common) for r in runs}
    each = [text("{run} {loss}", run=Name(name), loss=number(v)) for name, v in at.items() if v is not None]
    if len(each) < 2:
        return []
    place = Place(common, runs[0].diagnosis.run.x_axis)
    sentence = text(
        "The runs are not equally long. At {place}, which all reached: {each}.", place=place, each=joined(", ", each)
    )
    return [Statement("same-steps", sentence)]


def figures(diagnosis: Diagnosis, common: int | None) -> dict[str, float]:
    """Return a run's figures by column; ``common`` is the last step that all reached, None where they end alike."""
    run = diagnosis.run
    out: dict[str, float] = {}
    if run.first_step is not None and run.last_step is not None:
        out["steps"] = float(run.last_step - run.first_step)
    if run.wall_seconds:
        out["hours"] = run.wall_seconds / 3600.0
    for key in _SUMMARY:
        reading = diagnosis.summary.get(key)
        if reading is None:
            continue
        out[key] = reading.value
        if key == "best_eval_loss" and reading.step is not None:
            out["best_eval_step"] = float(reading.step)
    at = _eval_at(run, common)
    return out if at is None else out | {"eval_loss_at_common_step": at}


def _eval_at(run: Run, step: int | None) -> float | None:
    """Return the last eval loss up to a step, None without one."""
    curve = curve_of(run, Role.EVAL_LOSS)
    if curve is None or step is None:
        return None
    value = curve.value[curve.finite & (curve.step <= step)]
    return float(value[-1]) if value.size else None


def comparable(runs: Sequence[ComparedRun], held: Sequence[Condition], units: bool) -> list[Statement]:
    """Return whether the losses compare, and on what terms."""
    if sum("best_eval_loss" in r.figures for r in runs) < 2 and sum("last_train_loss" in r.figures for r in runs) < 2:
        return []
    perplexity = any("best_eval_perplexity" in r.figures for r in runs)
    what = "Perplexities" if perplexity else "Losses"
    different = [c for c in held if c.verdict == "different"]
    out: list[str] = [_differs(what, c) for c in different]
    if units:
        out.append(what + " are not ranked: the eval losses are in different units.")
    if [c.name for c in different] == [TOKENIZER]:
        out.append(_by_byte(runs))
    unknown = [text(c.name) for c in held if c.verdict == "unknown"]
    if unknown and not different:
        share = "The logs do not say whether the runs share the {conditions}: the losses compare only if they do."
        out.append(text(share, conditions=listed(unknown)))
    return [Statement("comparable", sentence) for sentence in out]


def _differs(what: str, condition: Condition) -> Text:
    values = list(condition.values.items())[:6]
    return text(
        what + " are not ranked: the {condition} differs ({setting}: {values}).",
        condition=text(condition.name),
        setting=Name(condition.setting),
        values=joined("; ", (text("{value} in {run}", value=Name(v), run=Name(run)) for run, v in values)),
    )


def _by_byte(runs: Sequence[ComparedRun]) -> str:
    """Return the bits per byte of runs with different tokenizers, or what is needed to know them."""
    known = {r.name: r.figures["best_eval_bits_per_byte"] for r in runs if "best_eval_bits_per_byte" in r.figures}
    if len(known) < len(runs):
        return "Bits per byte would compare across tokenizers: they need each one's tokens per byte."
    ranked = sorted(known.items(), key=lambda item: item[1])
    each = joined(", ", (text("{run} {bits}", run=Name(name), bits=figure(bits)) for name, bits in ranked))
    return text("Bits per byte compare across tokenizers: {each}.", each=each)
