"""Paths of the command line -> runs: what cannot be read is told and does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curveread import api
from curveread.cli.exits import fault, say
from curveread.cli.progress import progress
from curveread.errors import ReadError, UsageError
from curveread.run.model import Run

__all__ = ["Unread", "read_paths"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A path that could not be read, and why."""

    path: Path
    error: str

    def to_json(self) -> dict[str, str]:
        """Return the entry that stands for the path among the results."""
        return {"path": str(self.path), "error": self.error}


def read_paths(paths: Sequence[Path], options: dict[str, Any]) -> Iterator[Run | Unread]:
    """Read the paths one after the other, in their order.

    Parameters
    ----------
    paths
        As given on the command line.
    options
        Reading options, see :func:`curveread.api.read_all`.

    Yields
    ------
    Each run, or for a path without any what was wrong with it; that was also told on stderr.
    """
    for path in paths:
        try:
            with progress() as told:
                found = api.read_all(path, progress=told, **options)
        except (ReadError, UsageError) as error:
            reason = str(error)
        except MemoryError:
            reason = f"{path}: not enough memory to read this"
        except Exception as error:
            # One file must not take the others with it, and its user gets a line rather than a traceback;
            # api.read_all itself raises what it meets.
            reason = f"{path}: {fault(error)}"
        else:
            yield from found
            continue
        say(reason)
        yield Unread(path, reason)
