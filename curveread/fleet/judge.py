"""Read and judge, in whichever process: what one unit of work is, without what becomes of the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from curveread import api
from curveread.discovery.units import Unit
from curveread.errors import ReadError, UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.plugins import load_plugin, loaded_plugins


@dataclass(frozen=True, slots=True)
class Judge:
    """Reads and judges runs; called in processes that know nothing but this object.

    Parameters
    ----------
    run
        Name of the runs that are wanted; all when None.
    reading
        Options of :func:`curveread.api.read_all`.
    judging
        Options of :func:`curveread.api.diagnose`.
    plugins
        Modules with readers and checks of somebody else's.
    """

    run: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    judging: Mapping[str, Any] = field(default_factory=dict)
    plugins: tuple[str, ...] = field(default_factory=loaded_plugins)

    def check(self) -> None:
        """Refuse options that cannot fit any run, before anything is read.

        Raises
        ------
        UsageError
            For such an option.
        """
        rules = [*self.judging.get("select", ()), *self.judging.get("ignore", ())]
        api.check_rules(rules, self.judging.get("options", {}))
        try:
            api.read_all(Unit("", (), True), **self.reading)
        except UsageError:
            raise
        except ReadError:  # there is nothing to read
            pass

    def __call__(self, unit: Unit) -> list[Diagnosis]:
        """Return what was found in each run of a unit.

        Raises
        ------
        ReadError, UsageError
            When it cannot be read, or not as asked.
        """
        for module in self.plugins:
            if module not in loaded_plugins():
                load_plugin(module)
        runs = api.read_all(unit, **self.reading)
        return [api.diagnose(run, **self.judging) for run in runs if self.run in (None, run.name)]
