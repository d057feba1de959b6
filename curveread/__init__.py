"""curveread reads the logs of finished training runs and says what happened, with evidence.

>>> import curveread as cr
>>> run = cr.read("run_dir/")                  # doctest: +SKIP
>>> cr.diagnose(run).verdict.headline          # doctest: +SKIP
'train/loss rose from 2.10 to 3.90 nats after step 12,300 and stayed up: 64 % of the progress made before was lost.'
"""

# Modules that carry the names of functions come first: importing one later would put it in the function's place.
import curveread.compare
import curveread.diagnose
import curveread.report  # noqa: F401
from curveread.api import compare, diagnose, plot, read, read_all, report, smooth
from curveread.errors import CurvereadError, ReadError
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Curve, Run
from curveread.version import __version__

__all__ = [
    "Curve",
    "CurvereadError",
    "Diagnosis",
    "ReadError",
    "Run",
    "__version__",
    "compare",
    "diagnose",
    "plot",
    "read",
    "read_all",
    "report",
    "smooth",
]
