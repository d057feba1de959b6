"""The checks at work on what was read so far, in a thread of their own: what comes meanwhile is told at once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Any

from curveread import api
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Run


class Look(Thread):
    """Judges runs, once started; a process may end before it has."""

    def __init__(self, runs: Sequence[Run], judging: Mapping[str, Any]) -> None:
        super().__init__(daemon=True)
        self._runs, self._judging = runs, judging
        self._found: list[Diagnosis] = []
        self._failed: BaseException | None = None
        self.cost = 0.0
        """Seconds of processor time that it took."""

    def run(self) -> None:
        """Judge; what is raised is kept for whoever asks what was found."""
        before = time.thread_time()
        try:
            self._found = [api.diagnose(run, **self._judging) for run in self._runs]
        except BaseException as error:
            self._failed = error
        self.cost = time.thread_time() - before

    def found(self) -> list[Diagnosis]:
        """Wait until it is done and return what was found, or raise what ended it."""
        self.join()
        if self._failed is not None:
            raise self._failed
        return self._found
