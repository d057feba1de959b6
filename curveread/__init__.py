"""curveread reads the logs of finished training runs and says what happened, with evidence.

>>> import curveread as cr
>>> run = cr.read("run_dir/")                  # doctest: +SKIP
>>> cr.diagnose(run).verdict.headline          # doctest: +SKIP
'train/loss rose from 2.10 to 3.90 nats after step 12,300 and stayed up: 64 % of the progress made before was lost.'

The names are imported when they are first used (PEP 562): importing curveread costs nothing yet.
"""

import importlib
import sys
import types

TYPE_CHECKING = False  # type checkers take it for True; importing typing takes as long as all of this module
if TYPE_CHECKING:
    from curveread.api import compare, diagnose, export, plot, postmortem, read, read_all, report, smooth
    from curveread.errors import CurvereadError, ReadError
    from curveread.findings.diagnosis import Diagnosis
    from curveread.findings.finding import Finding, Severity
    from curveread.findings.sweep.sweep import Sweep
    from curveread.fleet.sweep import sweep
    from curveread.run.model import Curve, Run
    from curveread.run.roles import Role
    from curveread.version import __version__

__all__ = [
    "Curve",
    "CurvereadError",
    "Diagnosis",
    "Finding",
    "ReadError",
    "Role",
    "Run",
    "Severity",
    "Sweep",
    "__version__",
    "compare",
    "diagnose",
    "export",
    "plot",
    "postmortem",
    "read",
    "read_all",
    "report",
    "smooth",
    "sweep",
]

_HOME = {
    "Curve": "run.model",
    "CurvereadError": "errors",
    "Diagnosis": "findings.diagnosis",
    "Finding": "findings.finding",
    "ReadError": "errors",
    "Role": "run.roles",
    "Run": "run.model",
    "Severity": "findings.finding",
    "Sweep": "findings.sweep.sweep",
    "sweep": "fleet.sweep",
    "__version__": "version",
}
"""Modules of the names; all others are functions of ``api``."""


class _Door(types.ModuleType):
    """The package as a module whose functions keep their names, although modules are called compare, diagnose, report.

    Importing a module makes it an attribute of its package: it would take the place of the function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, types.ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Door


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    thing = getattr(importlib.import_module(f"{__name__}.{_HOME.get(name, 'api')}"), name)
    globals()[name] = thing
    return thing


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
