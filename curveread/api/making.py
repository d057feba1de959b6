"""A DataFrame or curves in memory, with what the user knows of them -> Run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from curveread.api.reading import read
from curveread.errors import ArgumentError
from curveread.run.model import Run
from curveread.run.selection import check_role

_NOTHING: Mapping[str, Any] = {}


def run_from(
    what: Any,
    *,
    name: str = "data",
    step: str | None = None,
    roles: Mapping[str, str] = _NOTHING,
    better: Mapping[str, str] = _NOTHING,
    units: Mapping[str, str] = _NOTHING,
    task: str | None = None,
    config: Mapping[str, Any] = _NOTHING,
) -> Run:
    """Return the run in an object; see :meth:`curveread.run.model.Run.from_frame`."""
    for tag, role in roles.items():
        check_role("roles", tag, role)
    found = read(what if step is None else _with_step(what, step))
    for argument, given in (("roles", roles), ("better", better), ("units", units)):
        for tag in given:
            if tag not in found:
                raise ArgumentError(argument, tag, f"no curve has that name; there are: {', '.join(found)}")
    named = replace(found, name=name, path=name, x_axis=step or found.x_axis, config={**found.config, **config})
    return read(named, role=_exactly(roles), better=_exactly(better), unit=_exactly(units), task=task)


def _with_step(what: Any, step: str) -> Any:
    """Return the object with its column or key of that name as ``step``; it wins over a frame's index."""
    if hasattr(what, "iloc"):
        if step in what.index.names:
            return what
        what = what.reset_index(drop=True)
    names = list(what.columns if hasattr(what, "columns") else what)
    if step not in names:
        raise ArgumentError("step", step, f"there is no such column; there are: {', '.join(map(str, names))}")
    if step == "step":
        return what
    if "step" in names:
        raise ArgumentError("step", step, "there is a column 'step' too; leave it out or rename it")
    if hasattr(what, "rename"):
        return what.rename(columns={step: "step"})
    return {"step" if key == step else key: value for key, value in what.items()}


def _exactly(given: Mapping[str, str]) -> dict[str, str]:
    return {f"^{re.escape(tag)}$": value for tag, value in given.items()}
