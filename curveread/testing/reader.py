"""What every reader owes: it says what it reads, reads all of it, and survives any damage with one clear line."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from curveread.discovery.discover import read_runs
from curveread.discovery.tree import claimed_by
from curveread.errors import ReadError
from curveread.readers.base import Part, Reader
from curveread.readers.registry import formats
from curveread.run.model import Curve

__all__ = ["check_reader", "points_of"]


def check_reader(reader: type[Reader], sample: Path, *, places: int = 300) -> None:
    """Hold a reader to its contract on a file that it reads.

    The sample is left as it is: damage is done to copies.

    Parameters
    ----------
    reader
        The reader.
    sample
        A small file with at least one curve of two points. Of a log that is spread over several files, one of them.
    places
        Bytes of the file, evenly spread, at which it is cut and of which each is changed.

    Raises
    ------
    AssertionError
        For the first thing that the reader owes.
    """
    asked = reader()
    _describes_itself(reader, sample)
    with _copied(asked, sample) as path:
        data = path.read_bytes()
        path.chmod(0o444)
        whole = _reads_all(asked, path)
        assert path.read_bytes() == data, f"reading changed {path.name}"
        path.chmod(0o644)
        _is_found(reader, path)
        every = -(-len(data) // places)
        for length in range(0, len(data), every):
            path.write_bytes(data[:length])
            left = points_of(asked, path)
            assert left <= whole, f"cut at byte {length} of {len(data)} it reads {left} points, whole {whole}"
        for at in range(0, len(data), every):
            for flip in (0x01, 0x10, 0x80, 0xFF):
                damaged = bytearray(data)
                damaged[at] ^= flip
                path.write_bytes(damaged)
                points_of(asked, path)


def points_of(reader: Reader, path: Path) -> int:
    """Return how many points a reader finds in a file that may be damaged, 0 when it raises a ReadError.

    Parameters
    ----------
    reader
        The reader.
    path
        The file.

    Raises
    ------
    AssertionError
        When the error does not name the file or is longer than a line, or a part is not as it should be.
    """
    try:
        parts = reader.read(path)
    except ReadError as error:
        parts, said = [], str(error)
    else:
        said = path.name
    assert path.name in said, f"the error does not name the file: {said}"
    assert "\n" not in said, f"the error is longer than a line: {said}"
    count = sum(_points(part, reader) for part in parts)
    assert count or not parts or any(p.notes for p in parts), f"{path.name}: no curve and no note about it"
    return count


def _points(part: Part, reader: Reader) -> int:
    known = {f.name for f in (reader.format, *reader.dialects)}
    assert part.source.format in known, f"a part is called {part.source.format!r}; format and dialects are {known}"
    for curves in (part.curves, *part.segments):
        for tag, curve in curves.items():
            assert isinstance(curve, Curve)
            assert curve.tag == tag, f"the curve {curve.tag!r} is filed under {tag!r}"
            assert np.all(curve.step[1:] >= curve.step[:-1]), f"the steps of {tag} are not in order"
    return sum(len(c) for curves in part.segments or (part.curves,) for c in curves.values())


def _describes_itself(reader: type[Reader], sample: Path) -> None:
    form = reader.format
    for one in (form, *reader.dialects):
        assert one.name, f"{reader.__name__} has a format without a name"
        assert one.looks_like, f"the format {one.name} does not say what its files look like"
        assert one.title, f"the format {one.name} has no title"
    assert form.files, f"the format {form.name} does not say which files to ask its reader about"
    assert form.fits(sample), f"no pattern in {form.files} fits {sample.name}"
    twin = next((f for f in formats() if f.name == form.name and f != form), None)
    assert twin is None, f"there is another format called {form.name}"


def _reads_all(reader: Reader, path: Path) -> int:
    assert reader.claims(path), f"{type(reader).__name__} does not claim {path.name}"
    parts, again = reader.read(path), reader.read(path)
    count = sum(_points(part, reader) for part in parts)
    assert count >= 2, f"{path.name}: a curve of two points was expected, {count} points were read"
    home = reader.home(path)
    size = path.stat().st_size if home is None else sum(p.stat().st_size for p in home.rglob("*") if p.is_file())
    for part in parts:
        assert 0 < part.source.bytes <= size, f"{path.name}: {part.source.bytes} bytes read, {size} are there"
        assert home is not None or part.source.bytes == size, f"{path.name}: {part.source.bytes} of {size} bytes read"
    for one, other in zip(parts, again, strict=True):
        assert dict(one.curves) == dict(other.curves), f"{path.name}: read twice, it gives two results"
    return count


def _is_found(reader: type[Reader], path: Path) -> None:
    taken = claimed_by(path, (reader,))
    name = type(taken).__name__
    assert isinstance(taken, reader), f"{path.name} is taken by {name}: give the format another priority"
    (run, *_) = read_runs(path, readers=[reader])
    assert run.curves, f"{path.name}: no curve of it reaches the run"


@contextmanager
def _copied(reader: Reader, sample: Path) -> Iterator[Path]:
    """Copy the sample, with the folder that its log is spread over, to where it may be damaged."""
    home = reader.home(sample)
    with tempfile.TemporaryDirectory() as folder:
        if home is None:
            yield Path(shutil.copy(sample, folder))
        else:
            copy = Path(folder, home.name or "run")
            shutil.copytree(home, copy)
            yield copy / sample.relative_to(home)
