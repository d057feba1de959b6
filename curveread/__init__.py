"""curveread reads the logs of finished training runs and says what happened, with evidence.

>>> import curveread as cr
>>> run = cr.read("run_dir/")                  # doctest: +SKIP
>>> cr.diagnose(run).verdict.headline          # doctest: +SKIP
'train/loss diverged from step 12,300 on and never came back'
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from curveread.api import diagnose, plot, read, read_all, report, smooth
    from curveread.errors import CurvereadError, ReadError
    from curveread.findings.diagnosis import Diagnosis
    from curveread.run.model import Curve, Run

_HOME = {
    "read": "curveread.api",
    "read_all": "curveread.api",
    "diagnose": "curveread.api",
    "plot": "curveread.api",
    "report": "curveread.api",
    "smooth": "curveread.api",
    "Run": "curveread.run.model",
    "Curve": "curveread.run.model",
    "Diagnosis": "curveread.findings.diagnosis",
    "CurvereadError": "curveread.errors",
    "ReadError": "curveread.errors",
}

__all__ = [
    "Curve",
    "CurvereadError",
    "Diagnosis",
    "ReadError",
    "Run",
    "diagnose",
    "plot",
    "read",
    "read_all",
    "report",
    "smooth",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that ``import curveread`` costs next to nothing."""
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'curveread' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])


class _Door(ModuleType):
    """Keeps ``curveread.diagnose`` and ``curveread.report`` the functions.

    Modules of these names are in the package too, and importing one would put it in the function's place.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Door
