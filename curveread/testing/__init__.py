"""What every reader and every check owes, as suites that a test calls: ours, and those of other packages.

>>> from curveread.testing import check_detector, check_reader
>>> check_reader(CometReader, Path("tests/comet-run.json"))  # doctest: +SKIP
>>> check_detector(MemorisedAccuracy, finds=[run])  # doctest: +SKIP
"""

from __future__ import annotations

from curveread.testing.detector import check_detector
from curveread.testing.reader import check_reader

__all__ = ["check_detector", "check_reader"]
