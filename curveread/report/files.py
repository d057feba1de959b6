"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curveread.errors import ExportError

__all__ = ["address", "placed", "put"]


def put(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and move it there in one step."""
    with placed(path) as place:
        place.write_bytes(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)


def address(path: str) -> str:
    """Return a file's path as a link holds it; what would be read as a scheme is held to be a file's name."""
    from urllib.parse import quote

    safe = quote(os.fsencode(path), safe="/-_.~:")
    return safe if safe.startswith("file:///") or ":" not in safe.split("/", 1)[0] else f"./{safe}"


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Yield a new file beside the place of one, and move it there in one step when the block has written it.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".part", delete=False
        ) as out:
            temporary = out.name
        yield Path(temporary)
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
