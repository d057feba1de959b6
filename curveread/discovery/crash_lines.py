"""Crash patterns in what a program printed beside its log: out of memory, time-outs, kills, full disks, exceptions.

Only text files with the names of printed output are opened, and only in a folder that holds a run. All is bounded:
files of a run, bytes of a file, hits of a pattern, characters of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curveread.limits import limits, too_much
from curveread.readers.regular import open_regular
from curveread.readers.text_log.line.printed import RANK, STAMP, clock
from curveread.readers.text_log.lines import plain
from curveread.run.incidents import Incident
from curveread.run.notes import DataNote, NoteKind

_MOST_HITS = 50
_ALL_HITS = 200
_AROUND = 1 << 14
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A text that says what happened, as in :class:`Incident`; the line that holds it may have to match as a whole."""

    needle: bytes
    kind: str
    text: str
    line: re.Pattern[bytes] | None = None


def _all(kind: str, text: str, *needles: bytes, line: bytes | None = None) -> tuple[_Pattern, ...]:
    return tuple(_Pattern(n, kind, text, re.compile(line) if line else None) for n in needles)


_PATTERNS: tuple[_Pattern, ...] = (
    *_all(
        "out-of-memory",
        "the GPU ran out of memory",
        b"CUDA out of memory",
        b"CUDA error: out of memory",
        b"OutOfMemoryError",
        b"CUDA_ERROR_OUT_OF_MEMORY",
        b"HIP out of memory",
        b"RESOURCE_EXHAUSTED: Out of memory",
    ),
    *_all(
        "out-of-memory",
        "the machine ran out of memory",
        b"oom-kill",
        b"oom_kill event",
        b"Out of memory: Killed process",
        b"DefaultCPUAllocator: can't allocate memory",
        b"MemoryError: Unable to allocate",
    ),
    *_all(
        "collective",
        "a collective operation timed out (NCCL)",
        b"collective operation timeout",
        b"NCCL watchdog thread terminated",
        b"Timed out waiting",
        line=rb"(?i).*(NCCL|collective|watchdog|process group).*",
    ),
    *_all(
        "collective",
        "communication between the GPUs failed (NCCL)",
        b"ncclSystemError",
        b"ncclUnhandledCudaError",
        b"ncclInternalError",
        b"ncclRemoteError",
    ),
    *_all(
        "loss-scale",
        "the fp16 loss scale reached its floor",
        b"loss scale already at minimum",
        b"Minimum loss scale reached",
    ),
    *_all("time-limit", "the job ran into its time limit", b"DUE TO TIME LIMIT"),
    *_all("killed", "the job was pre-empted", b"DUE TO PREEMPTION"),
    *_all("killed", "the job was put back into the queue", b"DUE TO JOB REQUEUE"),
    *_all("killed", "the job lost a node", b"DUE TO NODE FAIL"),
    *_all("killed", "the job was cancelled", b"CANCELLED AT ", line=rb".*CANCELLED AT \S{10,30}(?! DUE TO).*"),
    *_all(
        "killed",
        "the process was killed (SIGKILL)",
        b"SIGKILL",
        b"Killed",
        b"exitcode",
        line=rb"(.*\bSIGKILL\b.*|Killed|.{0,80}\d\s{1,4}Killed\b.*|.*exitcode\s{0,4}: -9\b.*)",
    ),
    *_all(
        "killed",
        "the process was asked to end (SIGTERM)",
        b"SIGTERM",
        line=rb"(?!.*closing signal).*\bSIGTERM\b.*",
    ),
    *_all("segfault", "a segmentation fault ended the process", b"Segmentation fault", b"SIGSEGV", b"Signal 11"),
    *_all("segfault", "a bus error ended the process (shared memory?)", b"Bus error", b"SIGBUS"),
    *_all("disk", "the disk was full", b"No space left on device", b"Disk quota exceeded"),
    *_all("device", "the GPU failed", b"uncorrectable ECC", b"Xid (PCI", b"device-side assert triggered"),
)
"""What is looked for; of two that lie in one line the first counts."""

_TRACEBACK = b"Traceback (most recent call last):"
_RAISED = re.compile(rb"([A-Za-z_][\w.]{0,100}(?:Error|Exception|Interrupt|Exit|Warning|Stop\w{0,20}))(?::|$)(.*)")
_PLAIN_RAISED = re.compile(rb"([A-Za-z_][\w.]{0,100}):\s(.*)")
_FRONT = re.compile(rb"(?:" + RANK + rb"\s?|" + STAMP + rb"\s?|\[[\w .:\-]{1,40}\]:?\s?){0,3}")
_STAMPED = re.compile(STAMP)
_STEP = re.compile(
    rb"(?i)(?<![a-z])(?:global_?step|step|iteration|iter|update)s?[\"']?[ \t]{0,4}[:=#]?[ \t]{0,8}(\d{1,12})(?![\d.])"
    rb"|(?<![\d.])(\d{1,12})/(\d{1,12}) \["
)
_EPOCH = re.compile(rb"(?i)(?<![a-z])epochs?[\"']?[ \t]{0,4}[:=#]?[ \t]{0,8}[\[(]?(\d{1,12})(?![\d.])")


def crash_lines(
    files: Sequence[Path], first_step: int, last_step: int, *, epochs: bool = False
) -> tuple[list[Incident], list[DataNote]]:
    """Return what the files say about crashes, in the order of files and lines, and what was not looked at.

    Parameters
    ----------
    files
        Text files; what is not text, or cannot be read, is passed over.
    first_step, last_step
        Of the run: a number beside them is not a step of it.
    epochs
        Whether its steps are epochs.

    Notes
    -----
    Patterns are found as plain substrings; regular expressions see one bounded line at a time. An exception that the
    program survived is left out: steps are printed behind it that go on from those before it.
    """
    incidents: list[Incident] = []
    notes: list[DataNote] = []
    allowed = limits().console  # of a longer file only the end is looked at: that is where a program dies
    left = 2 * allowed
    for path in files:
        most = min(left, allowed)
        try:
            text = _Excerpt.of(path, most, _EPOCH if epochs else _STEP)
        except OSError as error:
            notes.append(DataNote(NoteKind.SKIPPED, str(path), f"cannot be read: {error.strerror or error}"))
            continue
        if text is None:
            continue
        left -= len(text.raw)
        incidents += text.incidents(first_step, last_step)
        if text.skipped:
            said = f"looked for in its last {most:,} bytes only" if most else "not looked for: other files are long"
            notes.append(DataNote(NoteKind.SKIPPED, str(path), f"crash lines were {said}; {too_much('console')}"))
    return incidents, notes


@dataclass(frozen=True, slots=True)
class _Excerpt:
    """The last bytes of a text file, every line ended by a line feed, how many were skipped, and how steps look."""

    path: Path
    raw: bytes
    skipped: int
    counter: re.Pattern[bytes]

    @staticmethod
    def of(path: Path, most: int, counter: re.Pattern[bytes]) -> _Excerpt | None:
        """Read the last ``most`` bytes of a file; None when it is not text."""
        with open_regular(path) as file:
            size = file.seek(0, 2)
            file.seek(0)
            if b"\x00" in file.read(4096):
                return None
            skipped = max(0, size - most)
            file.seek(skipped)
            return _Excerpt(path, plain(file.read(most)), skipped, counter)

    def incidents(self, first_step: int, last_step: int) -> Iterator[Incident]:
        """Yield what was printed, in order; the same thing said again, by other ranks too, once."""
        hits = sorted(self._hits(), key=lambda h: h[0])
        if len(hits) > _ALL_HITS:
            hits = [*hits[: _ALL_HITS // 2], *hits[-_ALL_HITS // 2 :]]
        # The log may end a little before what was printed does.
        steps = range(first_step, last_step + max(100, (last_step - first_step) // 20) + 1)
        seen: set[tuple[str, str, int | None]] = set()
        for at, kind, said in hits:
            step = self._step(max(0, at - _AROUND), at, steps, last_step)
            # A progress bar is printed once more as the program dies.
            then = self._step(at, at + 4 * _AROUND, steps, last_step, but=-1 if step is None else step)
            survived = then is not None and (step is None or then > step)
            if kind in ("exception", "interrupted") and survived:
                continue
            key = kind, said.partition(":")[0], step
            if key in seen:
                continue
            seen.add(key)
            yield Incident(
                kind=kind,
                text=said,
                source=str(self.path),
                line=0 if self.skipped else self.raw.count(b"\n", 0, at) + 1,
                step=step,
                wall_time=self._time(at),
                final=then is None or then == step,
            )

    def _hits(self) -> Iterator[tuple[int, str, str]]:
        """Yield place, kind and words of every pattern; an exception that a pattern explains is not told again."""
        taken: set[int] = set()
        for pattern in _PATTERNS:
            for at in _places(self.raw, pattern.needle):
                begin = self.raw.rfind(b"\n", 0, at) + 1
                line = self._line(begin).rstrip()
                source = line.startswith(b"    ")  # a traceback quotes the program
                if begin in taken or source or (pattern.line and not pattern.line.fullmatch(line)):
                    continue
                taken.add(begin)
                yield begin, pattern.kind, pattern.text
        for at in _places(self.raw, _TRACEBACK):
            raised = self._raised(at + len(_TRACEBACK))
            if raised is not None and raised[0] not in taken:
                taken.add(raised[0])
                yield raised

    def _line(self, begin: int) -> bytes:
        end = self.raw.find(b"\n", begin, begin + 4096)
        return self.raw[begin : end if end >= 0 else begin + 4096]

    def _raised(self, at: int) -> tuple[int, str, str] | None:
        """Return place, kind and words of the last line of a traceback, None when another follows from it."""
        begin = self.raw.find(b"\n", at) + 1
        for _ in range(400):
            if not 0 < begin < len(self.raw):
                return None
            line = self._line(begin)
            rest = _FRONT.sub(b"", line, count=1)
            found = None if rest[:1] in (b" ", b"\t", b"") else _RAISED.match(rest) or _PLAIN_RAISED.match(rest)
            if found:
                follows = self.raw[begin : begin + len(line) + 200]
                if b"above exception" in follows:
                    return None
                if found[1] == b"KeyboardInterrupt":
                    return begin, "interrupted", "it was interrupted by hand"
                return begin, "exception", f"it ended with {_shown(found[0])}"
            begin += len(line) + 1
        return None

    def _step(self, low: int, high: int, steps: range, end: int, *, but: int | None = None) -> int | None:
        """Return a step of the run printed between two places; bars of other loops do not count.

        The last; or the first that is another than ``but`` where there is one, else that.
        """
        found = None
        for match in self.counter.finditer(self.raw, low, high):
            number, *bar = (int(g) for g in match.groups() if g)  # a bar names its end
            if number in steps and all(total >= 0.9 * end for total in bar):
                found = number
                if but is not None and number != but:
                    break
        return found

    def _time(self, at: int) -> float | None:
        """Return the time printed in a line or in those just before it."""
        end = self.raw.find(b"\n", at)
        stamps = _STAMPED.findall(self.raw, max(0, at - 2048), end if 0 <= end < at + 4096 else at + 4096)
        seconds = float(clock([stamps[-1]])[0]) if stamps else float("nan")
        return seconds if seconds == seconds else None


def _places(raw: bytes, needle: bytes) -> list[int]:
    """Return where a text stands: of very many places the first and the last."""
    out: list[int] = []
    at = raw.find(needle)
    while at >= 0 and len(out) < _MOST_HITS:
        out.append(at)
        at = raw.find(needle, at + 1)
    if at >= 0:
        tail: list[int] = []
        at = raw.rfind(needle)
        while at > out[-1] and len(tail) < _MOST_HITS:
            tail.append(at)
            at = raw.rfind(needle, 0, at)
        out += tail[::-1]
    return out


def _shown(raw: bytes) -> str:
    """Return log text on one line, without characters that act instead of showing, at most 200 characters long."""
    text = "".join(c if c.isprintable() else " " for c in raw.decode("utf-8", "replace")).strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
