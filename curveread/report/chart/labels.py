"""Where the labels of findings go: rows above the charts, so that no label lies on another or on another's leader.

The live page places anew when it is zoomed, by the same rules (``page/live/rules.js``, with the numbers of
:data:`RULES`); a test holds the two to the same places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from curveread.arrays import FloatArray
from curveread.report.chart.scale import Scale
from curveread.report.chart.spec import Mark

BADGE = 3.2
"""Width of a numbered badge with the space after it, in characters."""
GAP = 1.0
"""Least space between two labels of a row, in characters."""
ROWS = 6
"""Rows of labels there may be."""
BLANK = 11.0
"""A stretch without numbers says so where it is wider than so many characters."""
RULES = {"badge": BADGE, "gap": GAP, "rows": ROWS, "blank": BLANK}

_Box = tuple[float, float, float, float]
_RANK = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a mark; horizontal places are fractions of the axis.

    Parameters
    ----------
    mark
        What it labels.
    row
        0 is the row nearest to the charts; None when no row had room even for the badge: the
        finding's line is still drawn.
    at, until
        Where the mark begins and ends: the leader goes down at ``at``, the bar runs from ``at`` to ``until``.
    left, right
        What the badge and the text occupy.
    badge
        Centre of the badge.
    text
        The text beside the badge, possibly empty.
    text_side
        ``right`` when the text follows the badge, ``left`` when it stands before it.
    """

    mark: Mark
    row: int | None
    at: float
    until: float
    left: float
    right: float
    badge: float
    text: str
    text_side: str

    @property
    def box(self) -> tuple[float, float]:
        """What the label occupies in its row, with its bar."""
        return min(self.left, self.at), max(self.right, self.until)


def place(marks: Sequence[Mark], x: Scale, chars: float, *, rows: int = ROWS) -> tuple[Label, ...]:
    """Return a label for every mark, in the order of the marks.

    Greedy: graver findings choose first, among equals the later ones, so that labels that reach to the right leave the
    leaders of earlier marks free. Every candidate is tested against the labels and leaders that are there.

    Parameters
    ----------
    marks
        The findings.
    x
        The step axis.
    chars
        How many characters fit side by side over the whole axis.
    rows
        How many rows there may be.
    """
    done: dict[int, Label] = {}
    order = sorted(range(len(marks)), key=lambda i: (_RANK.get(marks[i].severity, 3), -marks[i].first))
    levels = max(len(m.texts) for m in marks) if marks else 0
    # a level of detail for all before the next: one long label must not cost several others theirs
    for level in range(levels):
        trial: dict[int, Label] = {}
        for i in order:
            found = _fit(marks[i], level, x, chars, rows, list(trial.values()))
            if found is None:
                break
            trial[i] = found
        if len(trial) == len(marks):
            return tuple(trial[i] for i in range(len(marks)))
    for i in order:
        for level in range(len(marks[i].texts)):
            found = _fit(marks[i], level, x, chars, rows, list(done.values()))
            if found is not None:
                done[i] = found
                break
        else:
            at, until = x.at(marks[i].first), x.at(marks[i].last)
            done[i] = Label(marks[i], None, at, until, at, at, at, "", "right")
    return tuple(done[i] for i in range(len(marks)))


def _fit(mark: Mark, level: int, x: Scale, chars: float, rows: int, there: list[Label]) -> Label | None:
    text = mark.texts[min(level, len(mark.texts) - 1)]
    for row in range(rows):
        for candidate in _candidates(mark, text, row, x, chars):
            if all(_apart(candidate, other, GAP / chars) for other in there):
                return candidate
    return None


def _candidates(mark: Mark, text: str, row: int, x: Scale, chars: float) -> list[Label]:
    at, until = x.at(mark.first), x.at(mark.last)
    half = BADGE / chars / 2
    badge = min(max(at, half), 1 - half) if half < 0.5 else 0.5
    wide = (len(text) + 0.5) / chars if text else 0.0
    found = []
    if badge + half + wide <= 1.0:
        found.append(Label(mark, row, at, until, badge - half, badge + half + wide, badge, text, "right"))
    if text and badge - half - wide >= 0.0:
        found.append(Label(mark, row, at, until, badge - half - wide, badge + half, badge, text, "left"))
    return found


def _apart(a: Label, b: Label, gap: float) -> bool:
    """Return whether two labels leave each other and each other's leader free."""
    if a.row is None or b.row is None:
        return True
    if a.row == b.row:
        (a0, a1), (b0, b1) = a.box, b.box
        return a1 + gap <= b0 or b1 + gap <= a0
    lower, upper = (a, b) if a.row < b.row else (b, a)
    # a leader may run behind a badge, not through a text
    first, last = (lower.badge, lower.right) if lower.text_side == "right" else (lower.left, lower.badge)
    return not lower.text or not first < upper.at < last + gap / 2


@dataclass(frozen=True, slots=True)
class Note:
    """A short text beside a spot of a chart; places in the caller's unit, y downwards.

    ``anchor`` is ``start`` (text to the right of ``x``), ``end`` or ``middle``.
    """

    x: float
    y: float
    text: str
    anchor: str


def beside(
    spots: Sequence[tuple[float, float, str]],
    width: float,
    height: float,
    char: float,
    line: float,
    busy: FloatArray,
    there: Sequence[Note] = (),
) -> tuple[Note | None, ...]:
    """Return a place for the text of each spot inside a chart, None where every place is taken.

    Of the places that lie on no other text or spot the one that covers least of the curves is taken.

    Parameters
    ----------
    spots
        (x, y, text) of each; earlier ones choose first.
    width, height
        Of the chart.
    char, line
        Width of a character and height of a line, in the same unit.
    busy
        (m, 2) places along the curves.
    there
        Texts that stand already, around their middles.
    """
    quarter = line / 4
    taken = [(x - quarter, x + quarter, y - quarter, y + quarter) for x, y, _ in spots]
    for note in there:
        half = len(note.text) * char / 2
        taken.append((note.x - half, note.x + half, note.y - line / 2, note.y + line / 2))
    out: list[Note | None] = []
    for i, (x, y, text) in enumerate(spots):
        best: tuple[int, Note, _Box] | None = None
        for note, box in _around(x, y, text, len(text) * char, line, height):
            inside = box[0] >= 0 and box[1] <= width
            if inside and all(_clear(box, other) for j, other in enumerate(taken) if j != i):
                covered = _within(busy, box)
                if best is None or covered < best[0]:
                    best = (covered, note, box)
                if covered == 0:
                    break
        if best is not None:
            taken.append(best[2])
        out.append(None if best is None else best[1])
    return tuple(out)


def gap_notes(gaps: Sequence[tuple[float, float]], width: float, height: float, char: float) -> list[Note]:
    """Return the texts of the stretches without numbers, as fractions of the axis, that are wide enough for one."""
    wide = [(a, b) for a, b in gaps if (b - a) * width > BLANK * char]
    return [Note((a + b) / 2 * width, height / 2, "no number", "middle") for a, b in wide]


def _around(x: float, y: float, text: str, wide: float, line: float, height: float) -> Iterator[tuple[Note, _Box]]:
    """Yield places around a spot, the nearest first."""
    for dy in (0.0, line, -line, 1.6 * line, -1.6 * line):
        middle = min(max(y + dy, line / 2), height - line / 2)
        for anchor, left in (("start", x + line / 2), ("end", x - line / 2 - wide), ("middle", x - wide / 2)):
            if anchor == "middle" and abs(middle - y) < line * 0.9:
                continue  # it would lie on its own spot
            at = {"start": left, "end": left + wide, "middle": x}[anchor]
            yield Note(at, middle, text, anchor), (left, left + wide, middle - line / 2, middle + line / 2)


def _clear(a: _Box, b: _Box) -> bool:
    return a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]


def _within(places: FloatArray, box: _Box) -> int:
    x, y = places[:, 0], places[:, 1]
    return int(((x > box[0]) & (x < box[1]) & (y > box[2]) & (y < box[3])).sum())
