"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from curveread.errors import ExportError

__all__ = ["put"]


def put(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and move it there in one step."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".part", delete=False
        ) as out:
            temporary = out.name
            out.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
