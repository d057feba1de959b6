"""Evaluations that are printed in the words of the training: two values of one name at one count are two curves."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from curveread.readers.text_log.line.words import eval_word, is_split, is_telling
from curveread.readers.text_log.sheets import Columns, Sheet
from curveread.run.roles import Role, role_of
from curveread.run.tags.words import words

_BESIDE = (
    Role.TIME,
    Role.MEMORY,
    Role.SYSTEM,
    Role.THROUGHPUT,
    Role.STEP_AXIS,
    Role.EPOCH,
    Role.HYPER_PARAMETER,
    Role.LEARNING_RATE,
    Role.TOKENS,
    Role.DIAGNOSTIC,
)
"""What is printed beside the metrics of any line."""
_MOSTLY = 0.8
"""Share of the lines below announcements at whose counts the training has lines too."""

Parts = Sequence[tuple[Sheet, Columns]]


class _Row(NamedTuple):
    """A line: its number, build and row there, whether it may be of either split, and what it counts."""

    line: int
    sheet: int
    row: int
    plain: bool
    at: tuple[str, float, float]


def evaluations_apart(parts: Parts, said: Iterable[tuple[int, str]]) -> list[tuple[Sheet, Columns]]:
    """Give lines below the announcement of an evaluation names and sheets of their own, where the training has theirs.

    ``said`` are the lines of announcements and the split of what stands below each, empty for the training. O(n log n),
    at no cost where the log announces none.
    """
    heads = sorted({*said, *((n, s.split) for s, c in parts if _is_epoch(s) for n in c.line.tolist())})
    if not _are_met(parts, [n for n, word in heads if word]):
        return list(parts)
    rows = _rows(parts)
    below = _below(rows, heads)
    announced = _by_sheet(r for r in rows if r.row in below.get(r.sheet, ()))
    trained = _by_sheet(r for r in rows if r.row not in below.get(r.sheet, ()))
    out: list[tuple[Sheet, Columns]] = []
    for i, (sheet, columns) in enumerate(parts):
        alike = (k for k, (s, _) in enumerate(parts) if _share(s, sheet))
        if i not in below or not _mostly_beside(announced[i], (r for k in alike for r in trained[k])):
            out.append((sheet, columns))
            continue
        split_of = np.array([below[i].get(k, "") for k in range(columns.line.size)], object)
        for split in dict.fromkeys(split_of.tolist()):
            tags = tuple(f"{split} {t}" for t in sheet.tags) if split else sheet.tags
            named = replace(sheet, tags=tags, split="eval") if split else sheet
            out.append((named, columns.take(split_of == split)))
    return out


def prefixes_held(parts: Parts) -> list[tuple[Sheet, Columns]]:
    """Let the split of a line's first metric hold for the others, where the training prints them at the same counts.

    ``Val Loss: 1.5, Rec: 1.2`` beside ``Train Loss: 1.4, Rec: 1.1``: ``Rec`` is two curves.
    """
    splits = [_first_split(sheet) for sheet, _ in parts]
    shared = [
        _unnamed(s, [o for (o, _), other in zip(parts, splits, strict=True) if not other]) if w else set()
        for (s, _), w in zip(parts, splits, strict=True)
    ]
    if not any(shared):
        return list(parts)
    of = _by_sheet(_rows(parts))
    out = []
    for i, (sheet, columns) in enumerate(parts):
        trained = [k for k, (s, _) in enumerate(parts) if not splits[k] and not shared[i].isdisjoint(s.tags)]
        if trained and _mostly_beside(of[i], (r for k in trained for r in of[k])):
            sheet = replace(sheet, tags=tuple(f"{splits[i]} {t}" if t in shared[i] else t for t in sheet.tags))
        out.append((sheet, columns))
    return out


def _first_split(sheet: Sheet) -> str:
    """Return the split of an evaluation that a line's first metric begins with, empty without one."""
    first = words(sheet.tags[0])[:1] if sheet.tags and sheet.dialect == "pairs" else ()
    return "".join(map(eval_word, first))


def _unnamed(sheet: Sheet, others: Sequence[Sheet]) -> set[str]:
    """Return the metrics of a line that name no split, and that other lines have too."""
    said = {t.split(maxsplit=1)[-1] for t in sheet.tags if " " in t}  # beside "val acc" an acc is another
    own = {t for t in sheet.tags if not any(is_split(w) for w in words(t)) and role_of(t) not in _BESIDE} - said
    return own & {t for other in others for t in other.tags}


def _are_met(parts: Parts, heads: list[int]) -> bool:
    """Return whether the first metrics below an announcement ever are named as any may be."""
    named = [(c.line, np.full(c.line.size, _is_plain(s))) for s, c in parts if s.tags]
    if not heads or not any(plain.any() for _, plain in named):
        return False
    line, plain = (np.concatenate(each) for each in zip(*named, strict=True))
    order = np.argsort(line, kind="stable")
    at = np.searchsorted(line[order], heads)
    return bool(plain[order][at[at < line.size]].any())


def _is_epoch(sheet: Sheet) -> bool:
    return not sheet.tags and sheet.counts == "epoch"


def _is_plain(sheet: Sheet) -> bool:
    """Return whether lines are built of names and numbers, and no name tells a split."""
    return sheet.dialect == "pairs" and not sheet.split and not any(is_split(w) for t in sheet.tags for w in words(t))


def _share(one: Sheet, other: Sheet) -> bool:
    """Return whether a metric has the same name in lines of both builds, and none tells a split."""
    return _is_plain(one) and any(is_telling(t) for t in {*one.tags} & {*other.tags})


def _rows(parts: Parts) -> list[_Row]:
    """Return the lines in their order; one without a counter stands at the count of the line above it."""
    rows = []
    for i, (sheet, columns) in enumerate(parts):
        none = np.full(columns.line.size, -1.0)
        epoch, step = (np.nan_to_num(columns.fixed.get(k, none), nan=-1.0).tolist() for k in ("epoch", "step"))
        plain = _is_plain(sheet)
        for k, (n, e, s) in enumerate(zip(columns.line.tolist(), epoch, step, strict=True)):
            rows.append(_Row(n, i, k, plain, (sheet.counts, e, s)))
    rows.sort()
    last = ("", -1.0, -1.0)
    for k, row in enumerate(rows):
        if row.at[0]:
            last = row.at
        else:
            rows[k] = row._replace(at=("", *last[1:]))
    return [row for row in rows if parts[row.sheet][0].tags]


def _below(rows: list[_Row], heads: list[tuple[int, str]]) -> dict[int, dict[int, str]]:
    """Return of each build the rows that stand below the announcement of an evaluation, and its split.

    What it announces ends where a line counts on: with another count than that of the lines above, or where it counts
    batches with one that is no higher than before. A line that names its split itself ends it too.
    """
    out: dict[int, dict[int, str]] = {}
    lines = [r.line for r in rows]
    ends = [n for n, _ in heads[1:]]
    for (begin, split), end in zip(heads, [*ends, lines[-1] + 1 if lines else 0], strict=True):
        at = bisect_left(lines, begin)
        last = rows[at - 1].at if at else None
        seen: dict[int, tuple[str, float, float]] = {}
        first: tuple[str, float, float] | None = None
        for row in rows[at : bisect_left(lines, end)] if split else ():
            if not row.plain or (row.sheet in seen and (not row.at[0] or row.at <= seen[row.sheet])):
                break
            if row.at[0]:
                first = first or row.at
                once = first[0] == "epoch" or first == last
                if once and row.at[0] == first[0] and row.at != first:
                    break
            seen[row.sheet] = row.at
            out.setdefault(row.sheet, {})[row.row] = split
    return out


def _by_sheet(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
    out = defaultdict[int, list[_Row]](list)
    for row in rows:
        out[row.sheet].append(row)
    return out


def _mostly_beside(mine: Sequence[_Row], trained: Iterable[_Row]) -> bool:
    """Return whether the training has lines at most counts of an evaluation's."""
    known = {r.at for r in trained}
    return sum(r.at in known for r in mine) >= _MOSTLY * len(mine)
