"""Memory that was freed, given back to the system."""

from __future__ import annotations

from contextlib import suppress

_LARGE = 1 << 24


def give_back(read: int) -> None:
    """Give back what was freed while a file of so many bytes was read; of a small one that is not worth the time.

    glibc keeps what lies between pieces that are in use: of a long log as much as the log itself takes. Elsewhere this
    does nothing.
    """
    if read < _LARGE:
        return
    with suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
