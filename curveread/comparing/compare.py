"""[Diagnosis] -> Comparison: figures side by side, and whether the losses can be ranked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from curveread.arrays import FloatArray
from curveread.comparing.conditions import DATA, TOKENIZER, conditions, differing
from curveread.errors import UsageError
from curveread.findings.arguments import Name, Place, count, figure, number
from curveread.findings.comparison import Aligned, ComparedRun, Comparison, Condition
from curveread.findings.diagnosis import Diagnosis, Statement
from curveread.findings.finding import Evidence
from curveread.findings.text import Text, joined, listed, text
from curveread.run.hyperparameters import plain_settings, worded
from curveread.run.model import Curve
from curveread.run.roles import Role
from curveread.signals.ties import tied

__all__ = ["compare"]

_SUMMARY = (
    "best_eval_loss",
    "last_eval_loss",
    "best_eval_perplexity",
    "best_eval_bits_per_byte",
    "last_train_loss",
)
_GRID = 1000
_OUTLIERS = ("loss-spike", "outlier-batch")


def compare(diagnoses: Sequence[Diagnosis]) -> Comparison:
    """Compare runs.

    Parameters
    ----------
    diagnoses
        Of two runs or more.

    Returns
    -------
    Comparison. Losses per token are ranked only where neither tokenizer, data set nor sequence length is known to
    differ; what no log says stays unknown, and the comparison says so. Differences below one standard error of the
    evals are ties.

    Raises
    ------
    UsageError
        For fewer than two runs.
    """
    if len(diagnoses) < 2:
        raise UsageError("compare needs at least two runs")
    names = _names(diagnoses)
    ends = [d.run.last_step for d in diagnoses if d.run.last_step is not None]
    common = min(ends) if ends and min(ends) < max(ends) else None
    runs = tuple(ComparedRun(name, d, _figures(d, common)) for name, d in zip(names, diagnoses, strict=True))
    known = {r.name: {k: worded(v) for k, v in plain_settings(r.diagnosis.run.config).items()} for r in runs}
    held = conditions(known)
    different = [c for c in held if c.verdict == "different"]
    units = {_unit(r.diagnosis) for r in runs if "best_eval_loss" in r.figures}
    ranked = () if different or len(units) > 1 else _ranked(runs)
    said = [*_comparable(runs, held, len(units) > 1), *_lead(runs, ranked)]
    said += _same_steps(runs, common) if ranked else []
    said += _shared_outliers(runs, held)
    return Comparison(
        runs=runs,
        conditions=held,
        ranked=tuple(r.name for r in ranked),
        statements=tuple(said),
        differing=differing(known),
        aligned={role.value: _aligned(runs, role) for role in (Role.TRAIN_LOSS, Role.EVAL_LOSS)},
    )


def _names(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """Return a name for each run, no two the same: with its folder, and a number where that does not help."""
    names = [d.run.name for d in diagnoses]
    if len(set(names)) < len(names):
        names = [
            f"{PurePath(d.run.path).parent.name}/{n}" if names.count(n) > 1 else n
            for n, d in zip(names, diagnoses, strict=True)
        ]
    out: list[str] = []
    for name in names:
        times = sum(o == name or o.startswith(f"{name} #") for o in out)
        out.append(f"{name} #{times + 1}" if times else name)
    return out


def _figures(d: Diagnosis, common: int | None) -> dict[str, float]:
    run = d.run
    out: dict[str, float] = {}
    if run.first_step is not None and run.last_step is not None:
        out["steps"] = float(run.last_step - run.first_step)
    if run.wall_seconds:
        out["hours"] = run.wall_seconds / 3600.0
    for key in _SUMMARY:
        reading = d.summary.get(key)
        if reading is None:
            continue
        out[key] = reading.value
        if key == "best_eval_loss" and reading.step is not None:
            out["best_eval_step"] = float(reading.step)
    at = _eval_at(d, common)
    if at is not None:
        out["eval_loss_at_common_step"] = at
    return out


def _evals(d: Diagnosis) -> Curve | None:
    found = [c for c in d.run.of(Role.EVAL_LOSS) if c.finite.any()]
    return found[0] if found else None


def _unit(d: Diagnosis) -> str:
    curve = _evals(d)
    return "" if curve is None else curve.unit


def _eval_at(d: Diagnosis, step: int | None) -> float | None:
    """Return the last eval loss up to a step, None without one."""
    curve = _evals(d)
    if curve is None or step is None:
        return None
    value = curve.value[curve.finite & (curve.step <= step)]
    return float(value[-1]) if value.size else None


def _error(d: Diagnosis) -> float:
    curve = _evals(d)
    return 0.0 if curve is None else tied(curve.value[curve.finite])[1]


def _ranked(runs: Sequence[ComparedRun]) -> tuple[ComparedRun, ...]:
    have = [r for r in runs if np.isfinite(r.figures.get("best_eval_loss", np.nan))]
    return tuple(sorted(have, key=lambda r: r.figures["best_eval_loss"])) if len(have) > 1 else ()


def _comparable(runs: Sequence[ComparedRun], held: Sequence[Condition], units: bool) -> list[Statement]:
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


def _lead(runs: Sequence[ComparedRun], ranked: Sequence[ComparedRun]) -> list[Statement]:
    """Return which run has the lowest eval loss, and which are tied with it."""
    if not ranked:
        return []
    first = ranked[0]
    low, error = first.figures["best_eval_loss"], _error(first.diagnosis)
    near = [r for r in ranked[1:] if r.figures["best_eval_loss"] - low <= float(np.hypot(error, _error(r.diagnosis)))]
    sentence = text(
        "Lowest eval loss: {run} ({low} at {at})",
        run=Name(first.name),
        low=number(low),
        at=Place(first.figures.get("best_eval_step", 0), first.diagnosis.run.x_axis),
    )
    if near:
        ties = joined(", ", (text("{run}", run=Name(r.name)) for r in near[:6]))
        if len(near) > 6:
            ties += text(" and {n} more", n=count(len(near) - 6))
        sentence += text("; within the noise of an eval tied with it: {ties}", ties=ties)
    if len(ranked) > 1 + len(near):
        behind = ranked[1 + len(near)]
        higher = figure(behind.figures["best_eval_loss"] - low)
        sentence += text("; next is {run}, {higher} higher", run=Name(behind.name), higher=higher)
    noise = Evidence("noise-of-an-eval", "noise of an eval", error, _unit(first.diagnosis))
    return [Statement("ranking", sentence + ".", (noise,))]


def _same_steps(runs: Sequence[ComparedRun], common: int | None) -> list[Statement]:
    """Return the eval losses at the last step that all runs have, where their lengths differ by a tenth."""
    lengths = [r.diagnosis.run.last_step for r in runs if r.diagnosis.run.last_step is not None]
    if common is None or common <= 0 or max(lengths) < 1.1 * common:
        return []
    at = {r.name: _eval_at(r.diagnosis, common) for r in runs}
    each = [text("{run} {loss}", run=Name(name), loss=number(v)) for name, v in at.items() if v is not None]
    if len(each) < 2:
        return []
    place = Place(common, runs[0].diagnosis.run.x_axis)
    sentence = text(
        "The runs are not equally long. At {place}, which all reached: {each}.", place=place, each=joined(", ", each)
    )
    return [Statement("same-steps", sentence)]


def _shared_outliers(runs: Sequence[ComparedRun], held: Sequence[Condition]) -> list[Statement]:
    """Return steps at which several runs jump: the same batch, where they read the same data in the same order."""
    if any(c.name == DATA and c.verdict == "different" for c in held):
        return []
    where: dict[int, list[str]] = {}
    for run in runs:
        steps = {f.first_step for f in run.diagnosis.findings if f.rule in _OUTLIERS and f.first_step is not None}
        for step in steps:
            near = next((s for s in where if abs(s - step) <= 2), step)
            if run.name not in where.setdefault(near, []):
                where[near].append(run.name)
    out = []
    for step, names in sorted(where.items()):
        if len(names) > 1:
            sentence = text(
                "{runs} jump at the same {at}: if they read the same data in the same order, look at that batch.",
                runs=joined(", ", (text("{run}", run=Name(name)) for name in names)),
                at=Place(step, runs[0].diagnosis.run.x_axis),
            )
            out.append(Statement("shared-outlier", sentence, (Evidence("runs", "runs", float(len(names)), ""),)))
    return out[:5]


def _aligned(runs: Sequence[ComparedRun], role: Role) -> Aligned:
    """Return a loss of all runs on at most 1,000 common steps."""
    knots = [_knots(r.diagnosis, role) for r in runs]
    ends = [k for k in knots if k is not None]
    if not ends:
        return Aligned(np.empty(0, np.int64), np.empty((len(runs), 0)), tuple("" for _ in runs))
    low, high = min(float(s[0]) for _, s, _ in ends), max(float(s[-1]) for _, s, _ in ends)
    step = np.unique(np.linspace(low, high, _GRID).round().astype(np.int64))
    rows = [
        np.full(step.size, np.nan) if k is None else np.interp(step, k[1], k[2], left=np.nan, right=np.nan)
        for k in knots
    ]
    return Aligned(step, np.array(rows), tuple("" if k is None else k[0] for k in knots))


def _knots(d: Diagnosis, role: Role) -> tuple[str, FloatArray, FloatArray] | None:
    """Return the tag, steps and values that stand for a loss: a train loss's trend, every finite eval."""
    curve = next((c for c in d.run.of(role) if c.finite.any()), None)
    if curve is None:
        return None
    drawn = next((x for x in d.drawings if x.tag == curve.tag and x.trend.size), None)
    if role is Role.TRAIN_LOSS and drawn is not None:
        return curve.tag, drawn.knot_step.astype(np.float64), drawn.trend
    return curve.tag, curve.step[curve.finite].astype(np.float64), curve.value[curve.finite]
