"""What a unit behind a URL needs to be read, as it travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from curveread.discovery.remote.store import Entry, Store


@dataclass(frozen=True, slots=True)
class Far:
    """What is fetched to read a unit, wherever that happens.

    Parameters
    ----------
    store
        Where from.
    entries
        The files.
    folders
        Further folders there, whose names say something: those of checkpoints.
    scratch
        A folder of whoever found the unit, who removes it in the end.
    lasting
        Whether what was fetched stays until then; else until its thread reads another unit. A report looks into the
        files once more.
    """

    store: Store
    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    scratch: str
    lasting: bool = True

    def joined(self, others: Sequence[Far]) -> Far:
        """Return what is fetched for several units."""
        every = (self, *others)
        entries = tuple(dict.fromkeys(e for far in every for e in far.entries))
        return replace(self, entries=entries, folders=tuple(dict.fromkeys(f for far in every for f in far.folders)))
