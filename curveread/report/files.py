"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from curveread.errors import ExportError, UsageError

if TYPE_CHECKING:
    from curveread.run.model import Run


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

    Where the system can (Linux), the file has no name until then: whoever kills the process leaves nothing behind.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    beside = path.with_name(f".curveread-{os.urandom(8).hex()}.part")
    nameless: int | None = None
    try:
        nameless = _nameless(path.parent)
        if nameless is None:
            beside.open("xb").close()
            yield beside
        else:
            own = f"/proc/self/fd/{nameless}"
            yield Path(own)
            os.link(own, beside, src_dir_fd=nameless, follow_symlinks=True)  # without the descriptor it links the link
        os.replace(beside, path)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if nameless is not None:
            os.close(nameless)
        with suppress(OSError):
            beside.unlink()


def _nameless(folder: Path) -> int | None:
    """Return the descriptor of a new file without a name, None where that cannot be."""
    if not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
    except (AttributeError, OSError):  # another system, or a file system that cannot
        return None


def refuse_inputs(target: Path, runs: Iterable[Run], paths: Iterable[object] = ()) -> Path:
    """Return the path of an output, which is none of the files that were read.

    Parameters
    ----------
    target
        The output.
    runs
        What it is about.
    paths
        Paths that were given to be read.

    Raises
    ------
    UsageError
        When a run was read from this file, or it is another file of a run's folder that may hold its settings.
    """
    if not target.exists():
        return target
    for place in paths:
        if os.path.isfile(str(place)) and target.samefile(str(place)):
            raise UsageError(f"{target} is one of the inputs; write to another file")
    for run in runs:
        folder = run.path if os.path.isdir(run.path) else os.path.dirname(run.path)
        named = [s.path for s in run.sources] + [c.path for c in run.checkpoints]
        read = (run.path, *(os.path.join(folder, name) for name in named))
        if any(os.path.isfile(p) and target.samefile(p) for p in read) or _settings(target, Path(folder)):
            raise UsageError(f"{target} is one of the files of {run.name}; write to another file")
    return target


def _settings(target: Path, folder: Path) -> bool:
    """Whether a file in a run's folder may be one that its reading takes settings from: JSON that is not our own."""
    if target.suffix.lower() != ".json" or folder.resolve() not in target.resolve().parents:
        return False
    with target.open("rb") as file:
        head = file.read(4096)
    return b'"curveread_version"' not in head and not head.startswith(b'[\n{"run": ')
