"""Paths of the command line -> runs: what cannot be read is told and does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple

from curveread import api
from curveread.cli.codes import fault, say, worded
from curveread.cli.progress import progress
from curveread.discovery.remote.url import Place, discreet
from curveread.errors import ReadError, UsageError
from curveread.run.model import Run


class XAxis(StrEnum):
    """What the horizontal axis counts."""

    STEP = "step"
    EPOCH = "epoch"
    TOKENS = "tokens"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading options, which every command has; see :func:`curveread.api.read_all`.

    ``smooth`` is TensorBoard's smoothing weight for what is shown and exported.
    """

    run: str | None = None
    tags: str | None = None
    train_loss: str | None = None
    eval_loss: str | None = None
    role: Sequence[tuple[str, str]] = ()
    better: Sequence[tuple[str, str]] = ()
    unit: Sequence[tuple[str, str]] = ()
    task: str | None = None
    x: XAxis = XAxis.STEP
    vocab_size: int | None = None
    tokens_per_byte: float | None = None
    pattern: str | None = None
    columns: tuple[str, ...] | None = None
    smooth: float | None = None
    cache: str = ""

    def options(self) -> dict[str, Any]:
        """Return them as :func:`curveread.api.read_all` takes them, but for which run it should keep."""
        out = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("run", "smooth")}
        return out | {name: dict(out[name]) for name in ("role", "better", "unit")} | {"x": self.x.value}


class Unread(NamedTuple):
    """A path that could not be read, and why."""

    path: Place
    error: str

    @property
    def shown(self) -> str:
        """The path as it may be told."""
        return discreet(str(self.path))

    def to_json(self) -> dict[str, str]:
        """Return the entry that stands for the path among the results."""
        return {"path": self.shown, "error": self.error}


def read_paths(paths: Sequence[Place], options: Reading) -> Iterator[Run | Unread]:
    """Yield the runs at the paths, one path after the other; for one without any what is wrong, also told on stderr."""
    for path in paths:
        try:
            with progress() as told:
                found = api.read_all(path, run=options.run, progress=told, **options.options())
        except (ReadError, UsageError) as error:
            reason = worded(error)
        except MemoryError:
            reason = f"{discreet(str(path))}: not enough memory to read this"
        except Exception as error:
            # One file must not take the others with it, and its user gets a line rather than a traceback;
            # api.read_all itself raises what it meets.
            reason = f"{discreet(str(path))}: {discreet(fault(error))}"
        else:
            yield from found
            continue
        say(reason)
        yield Unread(path, reason)
