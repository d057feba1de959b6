"""Where reports go: ``<run>-report.<format>`` in the current folder, never inside a run, or where ``-o`` says.

A postmortem is ``<run>-postmortem.<format>``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curveread.errors import ExportError, UsageError
from curveread.report.write import FORMATS, POSTMORTEM_FORMATS
from curveread.run.model import Run

_UNSAFE = re.compile(r"[^\w.+=@-]+")


def plan(output: Path | None, formats: str | None, *, kind: str = "report") -> Plan:
    """Return what ``-o`` and ``--format`` ask for; a kind's (``report``, ``postmortem``) first format is the default.

    Raises
    ------
    UsageError
        For a format that cannot be written, or a file name that does not fit the formats.
    """
    known = FORMATS if kind == "report" else POSTMORTEM_FORMATS
    wanted = tuple(dict.fromkeys(f.strip().lower() for f in (formats or "").split(",") if f.strip()))
    unknown = [f for f in wanted if f not in known]
    if unknown:
        raise UsageError(f"--format {unknown[0]!r} cannot be written; there are: {', '.join(known)}")
    if output is None or output.is_dir():
        return Plan(None, output, wanted or known[:1], kind)
    suffix = output.suffix.lower().lstrip(".")
    if suffix not in known:
        if output.suffix and not wanted:
            raise UsageError(f"-o {output}: the name must end in {', '.join('.' + f for f in known)}, or be a folder")
        return Plan(None, output, wanted or known[:1], kind)
    if wanted and wanted != (suffix,):
        raise UsageError(
            f"-o {output} is one .{suffix} file and --format asks for {', '.join(wanted)}; give -o a folder"
        )
    return Plan(output, None, (suffix,), kind)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the reports of runs go: into one file, or under default names into a folder, None for the current one."""

    file: Path | None
    folder: Path | None
    formats: tuple[str, ...]
    kind: str

    def targets(self, runs: Sequence[Run]) -> list[list[Path]]:
        """Return the files of each run, one per format, no two the same.

        Raises
        ------
        UsageError
            When several runs would go into one file.
        ExportError
            When the folder cannot be made.
        """
        if self.file is not None:
            if len(runs) > 1:
                raise UsageError(
                    f"-o {self.file} is one file for {len(runs)} runs; give -o a folder, or pick one with --run"
                )
            return [[self.file] for _ in runs]
        place = self._place(runs)
        taken: set[str] = set()
        return [
            [place / f"{stem}-{self.kind}.{f}" for f in self.formats] for stem in (_unique(r.name, taken) for r in runs)
        ]

    def index(self, runs: Sequence[Run]) -> Path:
        """Return the file for the index over several runs."""
        return self._place(runs) / f"index-{self.kind}.html"

    def _place(self, runs: Sequence[Run]) -> Path:
        """Return the folder, made if ``-o`` names one; the default is moved up until it is in no run's folder."""
        if self.folder is not None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ExportError(f"-o {self.folder}: the folder cannot be made: {error.strerror}") from error
            return self.folder
        homes = {Path(r.path).resolve() for r in runs if Path(r.path).is_dir()}
        here = Path.cwd()
        inside = [folder for folder in (here, *here.parents) if folder in homes]
        return inside[-1].parent if inside else Path()


def _unique(name: str, taken: set[str]) -> str:
    """Return a file name for a run that no other run has; case does not tell names apart on every system."""
    stem = _UNSAFE.sub("-", name).strip(".-").encode()[:200].decode(errors="ignore") or "run"
    choice, n = stem, 2
    while choice.casefold() in taken or choice.casefold() == "index":
        choice, n = f"{stem}-{n}", n + 1
    taken.add(choice.casefold())
    return choice
