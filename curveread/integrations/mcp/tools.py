"""The tools: what an agent may ask about the runs below some folders, answered briefly and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from curveread import api
from curveread.errors import CurvereadError, ReadError
from curveread.explanation import causes, checks, explained
from curveread.findings.diagnosis import Diagnosis, KeyFigure
from curveread.findings.finding import json_number
from curveread.integrations.mcp.answers import (
    Checked,
    Compared,
    CurveLine,
    Explained,
    Figure,
    FindingLine,
    RunLine,
    RunList,
    Window,
)
from curveread.integrations.mcp.fence import Fence
from curveread.run.model import Curve, Run
from curveread.run.overview import place
from curveread.run.thinning import thin

__all__ = ["Tools"]

_READ = 20
"""Folders with logs that are read for a list; of more only the names are told."""
_NAMED = 200
_FINDINGS, _CURVES, _SETTINGS, _NOTES = 20, 60, 30, 20
"""How many of each an answer holds; it says how many it leaves out."""

_Path = Annotated[str, Field(description="A run folder or log file, as list_runs names it, or below a given folder.")]
_Name = Annotated[str, Field(description="Name of the run, where several lie at the path.")]


class Tools:
    """The tools over some folders.

    Parameters
    ----------
    roots
        The folders; nothing else is read.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self.fence = Fence(roots)

    def list_runs(
        self, folder: Annotated[str, Field(description="Only below this folder; all when empty.")] = ""
    ) -> RunList:
        """List the training runs whose logs lie below the folders, with their paths for the other tools."""
        out = RunList(runs=[], folders=[], left_out=0, problems=[])
        with self._told():
            for root in [self.fence.place(folder)] if folder else self.fence.roots:
                try:
                    self._add(out, root)
                except ReadError as error:
                    out["problems"].append(str(error))
            if folder and out["problems"]:
                raise ReadError(out["problems"][0])
        out["left_out"] += max(len(out["folders"]) - _NAMED, 0)
        del out["folders"][_NAMED:]
        return out

    def check(
        self,
        path: _Path,
        run: _Name = "",
        select: Annotated[list[str], Field(description="Run these checks only; all when empty.")] = [],  # noqa: B006
    ) -> Checked:
        """Say what happened in a run and why: verdict, findings with places and evidence, causes, what to do."""
        with self._told():
            found = api.diagnose(self._read(path, run), select=select)
            return self._checked(found)

    def compare(
        self,
        paths: Annotated[list[str], Field(description="Two runs or more, as list_runs names them.", min_length=2)],
        align: Annotated[
            Literal["step", "share"], Field(description="Compare by step or by share of the run.")
        ] = "step",
    ) -> Compared:
        """Put runs side by side: figures, settings that differ, and whether their losses can be ranked at all."""
        with self._told():
            made = api.compare([self._read(path) for path in paths], align=align).to_dict()
        for run in made["runs"]:
            run["path"] = self.fence.shown(run["path"])
        settings = made["differing"]
        return Compared(
            runs=made["runs"],
            ranked=made["ranked"],
            conditions=made["conditions"],
            statements=[s["text"] for s in made["statements"]],
            differing=dict(islice(settings.items(), _SETTINGS)),
            left_out=_left_out(differing=len(settings) - _SETTINGS),
        )

    def curve(
        self,
        path: _Path,
        tag: Annotated[str, Field(description="The curve, as check names it.")],
        first_step: Annotated[int | None, Field(description="From this step on.")] = None,
        last_step: Annotated[int | None, Field(description="Up to this step.")] = None,
        most: Annotated[int, Field(description="About how many points the answer may hold.", ge=2, le=2000)] = 200,
        run: _Name = "",
    ) -> Window:
        """Return the values of a curve between two steps, as logged; thinned to extremes where there are too many."""
        with self._told():
            read = self._read(path, run)
            if tag not in read.curves:
                raise ReadError(f"{path}: no curve {tag!r}; there are: {', '.join(islice(read.curves, _CURVES))}")
            curve = read[tag]
        low = -np.inf if first_step is None else first_step
        high = np.inf if last_step is None else last_step
        inside = (curve.step >= low) & (curve.step <= high)
        step, value = curve.step[inside], curve.value[inside]
        width = max(float(step[-1] - step[0]), 1.0) if step.size else 1.0
        kept = thin((step - step[:1]) / width, value, most // 2)
        finite = value[np.isfinite(value)]
        figures = {"nonfinite": float(value.size - finite.size)}
        if finite.size:
            named = {"min": finite.min(), "max": finite.max(), "mean": finite.mean(), "median": np.median(finite)}
            figures |= {name: float(number) for name, number in named.items()}
        about = place(curve)
        return Window(
            path=self.fence.shown(read.path),
            tag=tag,
            role=about["role"],
            unit=about["unit"],
            better=about["direction"],
            in_window=int(step.size),
            reduced=bool(kept.size < step.size),
            points=[(int(step[i]), json_number(float(value[i]))) for i in kept],
            figures=dict(figures),
        )

    def explain(
        self, name: Annotated[str, Field(description="A check, or cause:NAME; all are listed when empty.")] = ""
    ) -> Explained:
        """Explain a check or a cause: what it finds, how it decides, when it is wrong, what mends it."""
        with self._told():
            if name:
                return Explained(text=explained(name), checks={}, causes={})
            return Explained(text="", checks=checks(), causes=causes())

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Hold the reading to the folders, and tell what is wrong with a request in curveread's own words."""
        try:
            with self.fence.closed():
                yield
        except CurvereadError as error:
            raise ToolError(str(error)) from error

    def _read(self, path: str, run: str = "") -> Run:
        return api.read(self.fence.place(path), run=run or None)

    def _add(self, out: RunList, root: Path) -> None:
        units = list(api.units(root))
        if len(units) > _READ:
            out["folders"] += [self.fence.shown(unit.homes[0]) for unit in units]
            return
        for run in api.read_all(root):
            out["runs"].append(self._line(run))

    def _line(self, run: Run) -> RunLine:
        line = RunLine(
            path=self.fence.shown(run.path),
            name=run.name,
            formats=list(dict.fromkeys(source.format for source in run.sources)),
            curves=len(run.curves),
        )
        if run.first_step is not None and run.last_step is not None:
            line |= {"first_step": run.first_step, "last_step": run.last_step}
        if run.task is not None:
            line["task"] = str(run.task.kind)
        return line

    def _checked(self, found: Diagnosis) -> Checked:
        run = found.run
        curves = [curve for curve in run.curves.values() if len(curve)]
        return Checked(
            path=self.fence.shown(run.path),
            name=run.name,
            task=str(run.task.kind) if run.task else "unknown",
            x_axis=run.x_axis,
            health=found.verdict.health,
            headline=str(found.verdict.headline),
            findings=[_finding(f.to_json()) for f in found.findings[:_FINDINGS]],
            summary={name: _figure(figure) for name, figure in found.summary.items()},
            curves=[_curve(c) for c in curves[:_CURVES]],
            not_checked={n.rule: str(n.reason) for n in found.not_checked},
            failed={f.rule: f.error for f in found.failed},
            notes=[f"{n.source}: {n.message}" if n.source else str(n.message) for n in run.notes[:_NOTES]],
            left_out=_left_out(
                findings=len(found.findings) - _FINDINGS, curves=len(curves) - _CURVES, notes=len(run.notes) - _NOTES
            ),
        )


def _left_out(**counts: int) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count > 0}


def _curve(curve: Curve) -> CurveLine:
    about = place(curve)
    return CurveLine(tag=about["tag"], role=about["role"], unit=about["unit"], points=about["points"])


def _figure(figure: KeyFigure) -> Figure:
    line = Figure(value=json_number(figure.value), unit=figure.unit)
    return line if figure.step is None else line | {"step": figure.step}


def _finding(figures: dict[str, Any]) -> FindingLine:
    """Return a finding of the result JSON without what an agent reads in its causes."""
    kept: Any = {key: value for key, value in figures.items() if key in FindingLine.__annotations__}
    for cause in kept.get("causes", ()):
        cause.pop("after", None)
    line: FindingLine = kept
    return line
