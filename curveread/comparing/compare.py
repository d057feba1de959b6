"""[Diagnosis] -> Comparison: figures side by side, and whether the losses can be ranked."""

from __future__ import annotations

from collections.abc import Sequence

from curveread.causes.siblings import APART, with_siblings
from curveread.comparing.alignment import aligned
from curveread.comparing.conditions import DATA, conditions, differing
from curveread.comparing.curves import curve_of
from curveread.comparing.difference import differences, last_differences
from curveread.comparing.factor import factors
from curveread.comparing.names import names_of
from curveread.comparing.parting import partings
from curveread.comparing.ranking import comparable, figures, lead, ranking, same_steps
from curveread.errors import ArgumentError, UsageError
from curveread.findings.arguments import Name, Place
from curveread.findings.comparison import ComparedRun, Comparison
from curveread.findings.diagnosis import Diagnosis, Statement
from curveread.findings.finding import Evidence
from curveread.findings.text import joined, text
from curveread.run.hyperparameters import plain_settings, worded
from curveread.run.roles import Role
from curveread.run.task import task_of

_OUTLIERS = ("loss-spike", "outlier-batch")


def compare(diagnoses: Sequence[Diagnosis], *, align: str = "step") -> Comparison:
    """Compare runs.

    Parameters
    ----------
    diagnoses
        Of two runs or more.
    align
        ``step`` lays the losses on what the runs' steps count, ``share`` on the share of each run's own length.

    Returns
    -------
    Comparison. Losses per token are ranked only where neither tokenizer, data set nor sequence length is known to
    differ; what no log says stays unknown, and the comparison says so. Differences below one standard error of the
    evals are ties.

    Raises
    ------
    UsageError
        For fewer than two runs, or another way to align them.
    """
    if len(diagnoses) < 2:
        raise UsageError("compare needs at least two runs")
    if align not in ("step", "share"):
        raise ArgumentError("align", align, "there is no such way; use step or share")
    names = names_of([d.run for d in diagnoses])
    ends = [d.run.last_step for d in diagnoses if d.run.last_step is not None]
    common = min(ends) if ends and min(ends) < max(ends) else None
    known = {
        name: {k: worded(v) for k, v in plain_settings(d.run.config).items()}
        for name, d in zip(names, diagnoses, strict=True)
    }
    held = conditions(known, language=any(task_of(d.run).language for d in diagnoses))
    same_data = not any(c.name == DATA and c.verdict == "different" for c in held)  # as far as the logs say
    if same_data:
        diagnoses = with_siblings(diagnoses)
    runs = tuple(ComparedRun(name, d, figures(d, common)) for name, d in zip(names, diagnoses, strict=True))
    evals = [c for c in (curve_of(r.diagnosis.run, Role.EVAL_LOSS) for r in runs) if c is not None]
    units = len({c.unit for c in evals}) > 1
    trained, scaled = factors(runs, Role.TRAIN_LOSS), factors(runs, Role.EVAL_LOSS)
    order = ranking(runs)
    if order and order[0].measure.role == Role.EVAL_LOSS:
        unlike = units or scaled or any(c.verdict == "different" for c in held)
        order = () if unlike else order
    said = [*comparable(runs, held, units), *trained, *scaled, *lead(order)]
    said += same_steps(runs, common) if order else []
    apart = differences(runs, order[0].run if order else runs[0])
    said += [*partings(runs), *last_differences(apart), *(_shared_outliers(runs) if same_data else ())]
    return Comparison(
        runs=runs,
        conditions=held,
        ranked=tuple(r.run.name for r in order),
        statements=tuple(said),
        differing=differing(known),
        aligned={role.value: aligned(runs, role, share=align == "share") for role in (Role.TRAIN_LOSS, Role.EVAL_LOSS)},
        axis="share" if align == "share" else diagnoses[0].run.x_axis,
        differences=apart,
    )


def _shared_outliers(runs: Sequence[ComparedRun]) -> list[Statement]:
    """Return steps at which several runs jump: the same batch, where they read the same data in the same order."""
    where: dict[int, list[str]] = {}
    for run in runs:
        steps = {f.first_step for f in run.diagnosis.findings if f.rule in _OUTLIERS and f.first_step is not None}
        for step in sorted(steps):
            near = next((s for s in where if abs(s - step) <= APART), step)
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
