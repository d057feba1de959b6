"""Data notes: what was lost, repaired, sampled or superseded while reading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoteKind(StrEnum):
    """What a note is about; the value is what the result JSON shows."""

    TRUNCATED = "truncated"
    """The end of a file is missing."""
    CORRUPT = "corrupt"
    """Records or lines in the middle of a file are damaged; the rest was kept."""
    SAMPLED = "sampled"
    """The log holds a sample of what was logged (an export of a web interface)."""
    SUPERSEDED = "superseded"
    """Points that a later attempt logged again."""
    DISAGREEMENT = "disagreement"
    """Two forms of one run differ."""
    ROUNDED = "rounded"
    """Values were rounded by the logger."""
    SUMMED = "summed"
    """A loss is a sum of several, not their mean."""
    SKIPPED = "skipped"
    """A file or value that is not a curve, or could not be used."""
    X_AXIS = "x-axis"
    """How the step of a curve was found, where that is not obvious."""
    UNORDERED = "unordered"
    """Points that were sorted because their steps go back while the run goes on."""
    MERGED = "merged"
    """Files that were taken as one run."""
    SETTINGS = "settings"
    """Settings that were read from a file beside the log."""
    EMPTY = "empty"
    """A log that holds no curve."""


@dataclass(frozen=True, slots=True)
class DataNote:
    """One remark about the data of a run.

    Parameters
    ----------
    kind
        What the note is about.
    source
        The file it concerns, relative to the path that was read where possible.
    message
        One sentence with place and count: what was lost or changed, what was kept.
    times
        How often it happened, for what is counted: of unordered points how often their steps go back.
    """

    kind: NoteKind
    source: str
    message: str
    times: int = 0

    def to_json(self) -> dict[str, str]:
        """Return the note as the result JSON holds it."""
        return {"kind": self.kind.value, "source": self.source, "message": self.message}
