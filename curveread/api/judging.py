"""diagnose, compare and what goes with them: from runs to what is said about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curveread.api.given import names, several
from curveread.api.reading import by_step, read, read_all
from curveread.errors import ArgumentError
from curveread.findings.diagnosis import Diagnosis, Verdict
from curveread.findings.finding import Severity
from curveread.run.model import Run
from curveread.run.tags.context import understood

if TYPE_CHECKING:
    from curveread.detectors.base import Detector
    from curveread.findings.baseline import Baseline
    from curveread.findings.comparison import Comparison
    from curveread.interop.verify import Compared

_NO_OPTIONS: Mapping[str, Mapping[str, object]] = {}


def diagnose(
    run: Run | str | PathLike[str] | object,
    *,
    select: str | Collection[str] = (),
    ignore: str | Collection[str] = (),
    options: Mapping[str, Mapping[str, object]] = _NO_OPTIONS,
    detectors: Sequence[type[Detector]] = (),
    cost_per_hour: float | None = None,
    **reading: Any,
) -> Diagnosis:
    """Run the checks and say what happened.

    Parameters
    ----------
    run
        The run; or what :func:`read` takes: a path, a DataFrame, a dict of lists, a Keras ``History``, a Trainer.
    select
        Names of the checks to run; all when empty.
    ignore
        Names of checks to leave out.
    options
        rule -> option -> value, as ``--set rule.option=value`` gives them.
    detectors
        Further checks, classes derived from :class:`curveread.detectors.base.Detector`.
    cost_per_hour
        What an hour of the machine costs, in any currency: then it is said what the steps after the best cost.
    reading
        What the log does not say, as :func:`read` takes it: ``role={"^m$": "eval_loss"}``, ``task="detection"`` …

    Raises
    ------
    UsageError
        For a check or an option that does not exist.
    ReadError
        When nothing at a path can be read.

    Examples
    --------
    >>> import curveread as cr
    >>> cr.diagnose({"loss": [2.3, 1.9, 1.6, 1.4], "val_loss": [2.2, 2.0, 1.9, 1.9]}).run
    <Run 'data': 2 curves, steps 0–3>
    >>> found = cr.diagnose(cr.read("sample_logs/spike-recovers"))
    >>> [(f.rule, f.tag, f.first_step) for f in found.findings]
    [('loss-spike', 'loss', 701)]
    >>> found.verdict.health
    'warning'
    """
    from curveread.diagnose import diagnose as run_checks
    from curveread.readings.placing import on_axis
    from curveread.report.renderer import ReportRenderer

    run = understood(by_step(run) if isinstance(run, Run) and not reading else read(run, **reading))
    logged = run.placement.run if run.placement else run  # judged by the steps of the log, shown on the run's axis
    judged = run_checks(
        logged,
        select=names(select),
        ignore=names(ignore),
        options=options,
        detectors=detectors,
        cost_per_hour=cost_per_hour,
    )
    return replace(on_axis(judged, run), renderer=ReportRenderer())


def compare(*runs: Run | Diagnosis | str | PathLike[str] | object, align: str = "step") -> Comparison:
    """Put runs side by side, and say whether their losses can be ranked.

    Parameters
    ----------
    runs
        Two runs or more, their diagnoses, or what :func:`read` takes: each by itself, in a list, or in a dict that
        names them. Or a folder of several runs.
    align
        ``step`` lays the losses on what the runs' steps count, ``share`` on the share of each run's own length.

    Raises
    ------
    UsageError
        For fewer than two, or another way to align them.

    Examples
    --------
    >>> import curveread as cr
    >>> cr.compare("sample_logs/overfitting", "sample_logs/healthy-regularised").table.health.to_dict()
    {'overfitting': 'error', 'healthy-regularised': 'ok'}
    """
    from curveread.comparing.compare import compare as side_by_side
    from curveread.report.renderer import Side

    made = side_by_side(all_diagnosed(runs[0] if len(runs) == 1 else runs), align=align)
    return replace(made, renderer=Side())


def accept(diagnosis: Diagnosis, known: Baseline) -> Diagnosis:
    """Return the diagnosis without the findings that a baseline knew: they become its ``accepted``.

    Parameters
    ----------
    diagnosis
        What was found.
    known
        What was found and accepted earlier, see :func:`read_baseline`.
    """
    from curveread.findings.baseline import split
    from curveread.readings.verdict import verdict_of

    new, accepted = split(diagnosis.findings, known.of(diagnosis.run), diagnosis.run)
    if not accepted:
        return diagnosis
    verdict = verdict_of(diagnosis.run, new)
    if not any(f.severity is not Severity.INFO for f in new):
        n = len(accepted)
        text = f"Nothing new needs attention; {n} {'finding was' if n == 1 else 'findings were'} accepted earlier."
        # What an alarm was raised about was judged, also where nothing got better.
        judged = any(f.severity is not Severity.INFO for f in accepted)
        verdict = Verdict(("info" if new else "ok") if judged else verdict.health, text)
    return replace(diagnosis, findings=new, accepted=accepted, verdict=verdict)


def read_baseline(path: str | PathLike[str]) -> Baseline:
    """Return what an earlier ``curveread check --json`` found.

    Raises
    ------
    ArgumentError
        When the file is not such a result.
    """
    import json

    from curveread.findings.baseline import baseline

    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ArgumentError("baseline", str(path), f"cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ArgumentError("baseline", str(path), f"it is not JSON: {error}") from error
    return baseline(document, str(path))


def verify(run: Run) -> Compared:
    """Compare every scalar of a run's event files with what tbparse reads.

    Parameters
    ----------
    run
        A run that was read from event files, alone or among other forms.

    Raises
    ------
    ReadError
        When it was not, or a file is gone.
    """
    from curveread.interop.verify import verify as compared

    return compared(run)


def check_rules(rules: Collection[str], options: Mapping[str, Mapping[str, object]]) -> None:
    """Check that the rules and options exist, without reading anything.

    Parameters
    ----------
    rules
        Names of checks.
    options
        rule -> option -> value.

    Raises
    ------
    UsageError
        For a check, an option or a value that does not fit.
    """
    from curveread.detectors.registry import detector

    for rule in rules:
        detector(rule)
    for rule, values in options.items():
        detector(rule).configured(values)


def diagnosed(what: object) -> Diagnosis:
    """Return a diagnosis as it is, and that of anything that :func:`diagnose` takes."""
    return what if isinstance(what, Diagnosis) else diagnose(what)


def all_diagnosed(what: object) -> list[Diagnosis]:
    """Return the diagnosis of each run of a list, of a dict that names them, or of what else :func:`read_all` takes."""
    found = several(what)
    if found is None:
        return [what] if isinstance(what, Diagnosis) else [diagnose(run) for run in read_all(what)]
    return [_called(name, diagnosed(one)) for name, one in found]


def _called(name: str, diagnosis: Diagnosis) -> Diagnosis:
    return replace(diagnosis, run=replace(diagnosis.run, name=name)) if name else diagnosis
