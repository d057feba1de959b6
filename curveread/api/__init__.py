"""read, diagnose, compare, plot, report, smooth: the only place where readers, checks and reports are put together."""

from curveread.api.drawing import plot, smooth
from curveread.api.given import names
from curveread.api.judging import accept, check_rules, compare, diagnose, read_baseline, verify
from curveread.api.reading import read, read_all, units
from curveread.api.writing import export, index, postmortem, report, write_comparison

__all__ = [
    "accept",
    "check_rules",
    "compare",
    "diagnose",
    "export",
    "index",
    "names",
    "plot",
    "postmortem",
    "read",
    "read_all",
    "read_baseline",
    "report",
    "smooth",
    "units",
    "verify",
    "write_comparison",
]
