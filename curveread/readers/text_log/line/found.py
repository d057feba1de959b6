"""What is seen in a line that is a record: byte spans of its numbers and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from curveread.readers.text_log.line.names import Span


@dataclass(frozen=True, slots=True)
class Found:
    """What a dialect sees in a line: byte spans, so that lines of the same build are read without looking again.

    Parameters
    ----------
    dialect
        Its name.
    counts
        What the number at ``step`` counts: ``step``, ``epoch``, ``bar``, or empty where the line names none.
    tags, spans
        The metrics and the spans of their numbers, in the line's order; no metric in a line that only counts.
    keys
        The spans of their names: digits in there (``top1``) tell one metric from another.
    step, epoch, total
        Spans of the step, of the epoch beside it, and of the number of steps in an epoch ("10/500"), or None.
    goal
        Span of the number of epochs ("Epoch 3/10") in a line that counts epochs alone, or None.
    place, places
        Spans of a counter that its place alone tells and of its total, where another counter is taken for the step.
    shares
        Metric -> span of what its number is a part of.
    voids
        Spans of further numbers.
    split
        ``eval`` where the line says that it is of an evaluation; where it only counts, the split of those below it.
    assigned
        Whether a name is written as a program assigns it.
    inner
        Whether the step is told by its place alone, or counts batches.
    counter
        The name of what counts, in lower case; empty where its place tells.
    strict
        Whether all names are written with a colon or an equals sign: lines of another style are others.
    closing
        Whether the line begins as one that says a result again: ``Best epoch 6: ...``.
    """

    dialect: str
    counts: str
    tags: tuple[str, ...]
    spans: tuple[Span, ...]
    keys: tuple[Span, ...]
    step: Span | None = None
    epoch: Span | None = None
    total: Span | None = None
    place: Span | None = None
    places: Span | None = None
    shares: Mapping[str, Span] = field(default_factory=dict)
    voids: tuple[Span, ...] = ()
    split: str = ""
    assigned: bool = False
    inner: bool = False
    counter: str = ""
    strict: bool = True
    closing: bool = False
    goal: Span | None = None

    def moved(self, by: int) -> Found:
        """Return the same for a line with ``by`` more bytes in front."""

        def move(span: Span | None) -> Span | None:
            return None if span is None else (span[0] + by, span[1] + by)

        def all_of(spans: tuple[Span, ...]) -> tuple[Span, ...]:
            return tuple((a + by, b + by) for a, b in spans)

        return replace(
            self,
            spans=all_of(self.spans),
            keys=all_of(self.keys),
            voids=all_of(self.voids),
            step=move(self.step),
            epoch=move(self.epoch),
            total=move(self.total),
            goal=move(self.goal),
            place=move(self.place),
            places=move(self.places),
            shares={t: (a + by, b + by) for t, (a, b) in self.shares.items()},
        )
