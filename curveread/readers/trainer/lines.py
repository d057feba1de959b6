"""``log_history`` in the layout that the Trainer writes, one key per line, decoded without building its objects.

The Trainer saves its state with ``json.dumps(indent=2)``. All lines are cut, told apart and parsed at once; a file that
holds anything else between the brackets of ``log_history`` (nested values, another indent) is left to :mod:`json`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.readers.trainer.history import Cells, History, cell_of
from curveread.readers.wandb.decimals import parse_decimals
from curveread.readers.wandb.eight_bytes import REACH, digest_of, first_of, repeated, reuse_memory, words_at

__all__ = ["read_lines"]

_BEGIN, _END = b'\n  "log_history": [\n', b"\n  ]"
_FIELD, _FIELD_MASK = int.from_bytes(b'      "', "little"), (1 << 56) - 1
_EDGE, _EDGE_MASK = int.from_bytes(b"    ", "little"), (1 << 32) - 1
_OPEN, _CLOSE, _COMMA, _NEWLINE = b"{},\n"
_QUOTES = repeated(0x22)
_COLON = int.from_bytes(b'": ', "little")
_KEY_WORDS = 4
"""Keys up to 8 times as many bytes are read."""
_NEXT_ENTRY = b"\n    {\n"
_AT_ONCE = 1 << 18
"""Bytes decoded together: their arrays stay in the cache."""

Bytes = NDArray[np.uint8]
Int = NDArray[np.int64]


def read_lines(text: bytes) -> tuple[dict[str, Any], History] | None:
    """Decode a state.

    Parameters
    ----------
    text
        The whole file.

    Returns
    -------
    state, history
        What :mod:`json` makes of the state without its ``log_history``, and that as columns; None when the file has
        another layout or is damaged.
    """
    begin = text.find(_BEGIN)
    end = text.rfind(_END)  # a list behind log_history that ends there leaves lines that do not fit
    if begin < 0 or end < begin:
        return None
    try:
        state = json.loads(text[:begin] + b'\n  "log_history": []' + text[end + len(_END) :])
    except (ValueError, RecursionError):
        return None
    history = _history(text, begin + len(_BEGIN), end + 1)
    return None if history is None or not isinstance(state, dict) else (state, history)


def _history(text: bytes, at: int, end: int) -> History | None:
    """Decode the entries between two offsets, some thousand lines at a time."""
    reuse_memory()
    columns: dict[str, list[Cells]] = {}
    entries = 0
    while at < end:
        cut = text.find(_NEXT_ENTRY, at + _AT_ONCE, end)
        stop = cut + 1 if cut >= 0 else end
        buf = np.zeros(stop - at + REACH, np.uint8)
        buf[: stop - at] = np.frombuffer(text, np.uint8, stop - at, at)
        lines = _lines(buf, stop - at, last=stop == end)
        part = None if lines is None else _columns(buf, *lines[1:])
        if lines is None or part is None:
            return None
        count = lines[0]
        for key, cells in part.items():
            columns.setdefault(key, []).append(replace(cells, entry=cells.entry + entries))
        entries += count
        at = stop
    joined = {
        key: Cells(*(np.concatenate([getattr(c, name) for c in cells]) for name in ("entry", "value", "kind")))
        for key, cells in columns.items()
    }
    return History(entries, 0, joined)


def _lines(buf: Bytes, size: int, last: bool) -> tuple[int, Int, Int, Int] | None:
    """Tell the lines of some entries apart.

    Parameters
    ----------
    buf
        The lines, then zeros.
    size
        Bytes of the lines.
    last
        Whether the last entry of all is among them.

    Returns
    -------
    entries
        How many they are.
    entry, start, stop
        Of each line with a field the number of its entry, where its key begins and where its value ends; None when a
        line is not as expected.
    """
    stop = np.flatnonzero(buf[:size] == _NEWLINE)
    start = np.append(0, stop[:-1] + 1)
    head = words_at(buf, start, 1)[0]
    is_field = (head & np.uint64(_FIELD_MASK)) == _FIELD
    comma = buf[stop - 1] == _COMMA
    edge = np.flatnonzero(~is_field)
    sign = (head[edge] >> np.uint64(32)) & np.uint64(0xFF)
    width = stop[edge] - start[edge]
    opens = sign == _OPEN
    fits = (head[edge] & np.uint64(_EDGE_MASK)) == _EDGE
    fits &= np.where(opens, width == 5, (sign == _CLOSE) & (width == 5 + comma[edge]))
    # Opening and closing lines take turns, nothing stands between entries, and a comma behind all but what is last.
    if not fits.all() or edge.size % 2 or not edge.size or not opens[::2].all() or opens[1::2].any():
        return None
    if edge[0] != 0 or edge[-1] != stop.size - 1 or np.any(edge[2::2] != edge[1:-1:2] + 1):
        return None
    if not comma[edge[1:-1:2]].all() or bool(comma[edge[-1]]) == last:
        return None
    line = np.flatnonzero(is_field)
    if np.any(comma[line] == ~is_field[line + 1]):
        return None
    entry = np.repeat(np.arange(edge.size // 2), edge[1::2] - edge[::2] - 1)
    return edge.size // 2, entry, start[line] + 7, stop[line] - comma[line]


def _columns(buf: Bytes, entry: Int, key: Int, stop: Int) -> dict[str, Cells] | None:
    """Return the columns of lines whose keys begin at ``key`` and whose values end at ``stop``."""
    words = words_at(buf, key, _KEY_WORDS)
    length = np.full(key.size, 8 * _KEY_WORDS)
    for i in reversed(range(_KEY_WORDS)):
        found = first_of(_QUOTES, words[i])
        length = np.where(found < 8, 8 * i + found, length)
    behind = key + length
    start = behind + 3
    colon = words_at(buf, behind, 1)[0] & np.uint64((1 << 24) - 1)
    if np.any(colon != _COLON) or np.any(start >= stop):
        return None
    number, done = parse_decimals(buf, start, stop)
    kind = np.zeros(number.size, np.int8)
    for i in np.flatnonzero(~done).tolist():
        try:
            number[i], kind[i] = cell_of(json.loads(buf[start[i] : stop[i]].tobytes()))
        except ValueError:
            return None
    _, example, inverse = np.unique(digest_of(words, length), return_index=True, return_inverse=True)
    columns = {}
    for i in np.argsort(example).tolist():
        raw = buf[key[example[i]] : behind[example[i]]].tobytes()
        mine = np.flatnonzero(inverse == i)
        if b"\\" in raw or np.any(entry[mine[1:]] == entry[mine[:-1]]):  # an escape, or a key twice in an entry
            return None
        columns[raw.decode("utf-8", "replace")] = Cells(entry[mine], number[mine], kind[mine])
    return columns
