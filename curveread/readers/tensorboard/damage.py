"""What is damaged in an event file, in words: file, place, what was kept."""

from __future__ import annotations

from curveread.plural import amount
from curveread.readers.tensorboard.scalars import Scalars
from curveread.run.notes import DataNote, NoteKind

_SINGLY = 8
"""Damaged places that are told one by one; a ninth and later ones are told together."""


def damage_notes(source: str, size: int, found: Scalars) -> list[DataNote]:
    """Return a note for each damaged place of a file, in the order of the file."""
    kept = f"{_records(found.records - len(found.bad))} kept"
    places = [
        (b.start, f"record {b.number + 1:,} at byte {b.start:,}: {b.reason}; left out, {kept}") for b in found.bad
    ]
    notes: list[tuple[int, DataNote]] = []
    for damage in found.damage:
        lost = f"{damage.end - damage.start:,} bytes"
        if damage.truncated:
            text = f"the last {lost}, from byte {damage.start:,}, are an incomplete record; {kept}"
            notes.append((damage.start, DataNote(NoteKind.TRUNCATED, source, text)))
            continue
        what = f"no record begins at byte {damage.start:,}: its length and the checksum of it do not match"
        if damage.end < size:
            places.append((damage.start, f"{what}; {lost} skipped, next record at byte {damage.end:,}, {kept}"))
        else:
            places.append((damage.start, f"{what}, and none follows; the last {lost} skipped, {kept}"))
    places.sort()
    notes += [(at, DataNote(NoteKind.CORRUPT, source, text)) for at, text in places[:_SINGLY]]
    if rest := places[_SINGLY:]:
        where = f"between byte {rest[0][0]:,} and byte {rest[-1][0]:,}"
        text = f"{len(rest):,} more damaged places {where} were left out; {kept}"
        notes.append((rest[0][0], DataNote(NoteKind.CORRUPT, source, text)))
    return [note for _, note in sorted(notes, key=lambda n: n[0])]


def _records(n: int) -> str:
    return amount(n, "record was", "records were")
