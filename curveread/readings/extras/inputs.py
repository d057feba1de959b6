"""The SHA-256 of the files that a run was read from, so that a report can be traced to them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping

from curveread.run.files import located
from curveread.run.model import Run


def digests(run: Run) -> Mapping[str, str]:
    """Return path -> SHA-256 in hexadecimal of the run's files.

    A file that is gone, is not a plain file, or has grown since it was read has none: its digest would be that of
    something else than what was read.
    """
    out = {}
    for source in run.sources:
        try:
            with open(located(run, source), "rb") as file:
                about = os.fstat(file.fileno())
                if stat.S_ISREG(about.st_mode) and about.st_size == source.bytes:
                    out[source.path] = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError):
            continue
    return out
