"""One pass over the lines of a text log: each line that is a record goes to the sheet of its build."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from weakref import proxy

from curveread.readers.text_log.bars import Bars
from curveread.readers.text_log.blocks.boxes import Box
from curveread.readers.text_log.blocks.headed import header_of
from curveread.readers.text_log.blocks.matrix import Matrix
from curveread.readers.text_log.blocks.tables import Tables
from curveread.readers.text_log.line.dicts import find_bar, find_dict
from curveread.readers.text_log.line.found import Found
from curveread.readers.text_log.line.printed import RANK, STAMP, floats
from curveread.readers.text_log.line.records import find
from curveread.readers.text_log.line.words import eval_word
from curveread.readers.text_log.remarks import Remarks
from curveread.readers.text_log.sheets import Patterns, Sheet, pattern_of, slots_of, take
from curveread.readers.trainer.names import SUMMARY_KEYS

_SHORTEST, _LONGEST = 4, 1 << 14
"""No trainer prints longer records; longer lines are data dumped to the terminal."""
_PATTERNS = 64
_SHEETS = 512
_REJECTED = 1 << 13
_TRIED = 1 << 13
"""Lines of ever new builds that are looked at closely; a log repeats itself long before."""
_TITLE = 48
"""Characters of a line that is a heading."""
_AGENTS = 32
_AGENT = re.compile(
    rb"(?:[\]|] |^)\s?([A-Za-z][\w\-]{1,30})\. (?=[A-Z])|\[\w{1,16}[ :=]{1,2}\"?([A-Za-z][\w\-]{0,30})\"?\]"
)
"""How ML-Agents and others name who a line is of: ``[INFO] Striker. Step: 100.``, ``[Problem "outer"]``."""
_BLOCK = 4
"""Lines between two lines of one record."""
_DIGITS = bytes(48 if 48 <= c <= 57 else c for c in range(256))
_RANK = re.compile(rb"\s{0,8}" + RANK)
_STAMP = re.compile(STAMP)
_NEEDLE = re.compile(rb"(?i:loss|acc|epoch|step|iter|reward|lr|ppl|norm|nll|error)")
_PREFIX = re.compile(
    rb"\s*(?:[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9}\s+\d{1,9} [\w./\-]{1,80}:\d{1,6}\] "
    rb"|(?:INFO|DEBUG|WARNING):[\w.]{1,40}:)"
)
"""What glog and Python's logging put in front of a line."""
_RUNTIME = re.compile(
    rb"(?<![\w-])(?:tensorflow|external)/[\w./\-]{1,160}\.(?:cc|h):\d{1,6}\] |\bgpu_device\.cc:\d{1,6}\] "
)
"""Lines of TensorFlow's runtime: of devices, of memory, of libraries; what is trained prints none of them."""
_RULE = re.compile(rb"\s*+(?:[-=+|*]|\xe2[\x94\x95][\x80-\xbf]){4,}+\s*+")
_BAR_SIGN = b"\xe2\x94\x82"


@dataclass(slots=True, weakref_slot=True)
class Gathered:
    """What was found in a text log.

    Parameters
    ----------
    sheets
        The records, by build of their lines.
    bars
        Its progress bars.
    summary
        The Trainer's closing summary.
    overflow
        Lines that were not read because every one is built in another way.
    torn
        How many lines a stretch of zeros goes through.
    remarks
        What lines that are no records say.
    count
        Lines read.
    """

    sheets: dict[tuple[object, ...], Sheet] = field(default_factory=dict)
    bars: Bars = field(default_factory=Bars)
    summary: dict[str, float] = field(default_factory=dict)
    overflow: int = 0
    torn: int = 0
    remarks: Remarks = field(default_factory=Remarks)
    count: int = 0
    _lines: Patterns = field(default_factory=list)
    _follow: list[int] = field(default_factory=list)
    _last: int = 0
    _dicts: Patterns = field(default_factory=list)
    _tqdm: Patterns = field(default_factory=list)
    _rejected: tuple[set[bytes], set[bytes]] = field(default_factory=lambda: (set(), set()))
    _tried: int = 0
    _until: int = -1
    _split: str = ""
    _below: dict[str, Patterns] = field(default_factory=dict)
    _plain_bars: set[bytes] = field(default_factory=set)
    _box: Box = field(default_factory=Box)
    _matrix: Matrix = field(default_factory=Matrix)
    _tables: Tables = field(init=False)
    _block: int = -_BLOCK - 1
    _contexts: set[str] | None = field(default_factory=set)

    def __post_init__(self) -> None:
        mine = partial(Gathered._sheet, proxy(self))  # a circle would keep the numbers of a long log for a while
        self._tables = Tables(_BLOCK, mine)

    def feed(self, lines: list[bytes], read: float = 1.0) -> None:
        """Take the next lines; ``read`` is the share of the file that was read."""
        patterns, follow = self._lines, self._follow
        for n, line in enumerate(lines, self.count):
            size = len(line)
            if size < _SHORTEST or size > _LONGEST:
                self._until = -1
                self.torn += b"\x00" in line
                continue
            if n <= self._until and self._below_heading(n, line):
                continue
            if patterns:  # the build that came next the last time
                guess = follow[self._last]
                pattern, sheet = patterns[guess]
                match = pattern.fullmatch(line)
                if match is not None:
                    sheet.cells.extend(match.groups())
                    sheet.lines.append(n)
                    self._last, self._block = guess, n
                    continue
            if b"\x00" in line:  # zeros that a crash left, with the pieces of two lines around them
                self._until = -1
                self.torn += 1
                continue
            if b"{" in line:
                self._dict(n, line)
            elif b"%|" in line and b"/" in line:
                self._bar_line(n, line)
            elif line[0] == 124 and self._box.take(n, line):
                continue
            elif (b"|" in line or _BAR_SIGN in line) and self._cross(n, line):
                self._block = n
            else:
                if line.endswith((b":", b": ", b":\t")):  # Torch prints a tab at the end
                    if size < _TITLE:
                        self._heading(n, line)
                    self.remarks.heading(n, line)
                if self._matrix.cells and n - self._matrix.line > 1 and not _RULE.fullmatch(line):
                    self._close_matrix()
                self._line(n, line)
        self.count += len(lines)
        for sheet in self.sheets.values():
            sheet.flush(read)

    def finish(self) -> None:
        """End the input: a box that is open at the end is whole when its last line is."""
        self._close_box()
        self._close_matrix()
        for sheet in self.sheets.values():
            sheet.flush()

    def _line(self, n: int, line: bytes) -> None:
        """Read a line that is not built as the one expected."""
        shape = line.translate(_DIGITS)  # what no dialect reads, none reads with other digits
        rejected = self._rejected[n - self._block <= _BLOCK]  # within a record a line may count that else does not
        if shape in rejected:
            if shape in self.remarks.again:
                self.remarks.again[shape](n)
            return
        for i, (pattern, sheet) in enumerate(self._lines):
            match = pattern.fullmatch(line)
            if match is not None:
                sheet.cells.extend(match.groups())
                sheet.lines.append(n)
                self._follow[self._last] = i
                self._last, self._block = i, n
                return
        if self._tables.take(n, line):
            self._block = n
            return
        if _RULE.fullmatch(line):
            self._close_box()
            return
        if self._tried > _TRIED and not _NEEDLE.search(line):
            return
        if self._read_new(n, line) or self._tables.line(n, line):
            self._block = n
            return
        self._tried += 1
        self.remarks.hear(n, line, shape, row=self._tables.misses(line))
        if len(rejected) >= _REJECTED:
            rejected.clear()  # of lines of ever new builds; the counter of one that comes back may have a digit more
        rejected.add(shape)

    def _heading(self, n: int, line: bytes) -> None:
        """Remember a line that says that those below it are of an evaluation: ``Test Error:``."""
        words = [w for w in line.decode("utf-8", "replace").strip(" :#*-=>").split() if w.isalpha()]
        split = next((eval_word(w) for w in words if eval_word(w)), "") if 0 < len(words) <= 3 else ""
        self._split, self._until = split, n + _BLOCK - 1 if split else -1

    def _below_heading(self, n: int, line: bytes) -> bool:
        """Read a line below a heading; return whether it is one of its metrics."""
        known = self._below.setdefault(self._split, [])
        if take(known, n, line):
            self._block = n
            return True
        found = None if shape_free(line) else find(line, 0, True)
        if found is None or found.counts or found.split or not found.tags:
            self._until = -1
            return False
        self._add(
            n,
            line,
            replace(found, tags=tuple(f"{self._split} {t}" for t in found.tags), split="eval"),
            None,
            None,
            known,
        )
        self._block = n
        return True

    def _read_new(self, n: int, line: bytes) -> bool:
        if shape_free(line) or _RUNTIME.search(line):
            return False
        rank = _RANK.match(line)
        head = rank.end() if rank else 0
        stamp = _STAMP.search(line, head, head + 120)
        start = stamp.end() if stamp else head
        prefix = _PREFIX.match(line, start)
        start = prefix.end() if prefix else start
        found = find(line, start, n - self._block <= _BLOCK)
        if found is None:
            return False
        self._add(n, line, found, _rank_span(rank), stamp.span() if stamp else None, self._lines)
        return True

    def _close_box(self) -> None:
        box = self._box.close()
        if box is None:
            return
        step = [] if box.step is None else [box.step]
        key = ("box", box.counts, box.tags)
        self._put(key, box.line, "box", box.counts, list(box.tags), [*step, *box.cells])

    def _cross(self, n: int, line: bytes) -> bool:
        """Read a line as a row of a table of splits by metrics."""
        if self._matrix.cells and n - self._matrix.line > 2:
            self._close_matrix()
        return self._matrix.take(n, line)

    def _close_matrix(self) -> None:
        line, cells = self._matrix.line, self._matrix.close()
        if cells:
            self._put(("matrix", tuple(cells)), line, "matrix", "", list(cells), list(cells.values()))

    def _sheet(self, key: tuple[object, ...], made: Sheet) -> Sheet | None:
        """Return the sheet of a build, the one that was made where it is new; None where there are too many."""
        if key not in self.sheets and len(self.sheets) >= _SHEETS:
            self.overflow += 1
            return None
        return self.sheets.setdefault(key, made)

    def _put(
        self, key: tuple[object, ...], line: int, dialect: str, counts: str, tags: list[str], cells: list[bytes]
    ) -> None:
        """Add a record that was read from several lines."""
        kinds = (*["step"] * (len(cells) - len(tags)), *["value"] * len(tags))
        sheet = self._sheet(key, Sheet(dialect, counts, tuple(tags), kinds))
        if sheet is None:
            return
        sheet.cells.extend(cells)
        sheet.lines.append(line)

    def _dict(self, n: int, line: bytes) -> None:
        """Read a line with a brace in it."""
        at = line.find(b"{'")
        at = line.find(b'{"') if at < 0 else at
        if at < 0:
            self._line(n, line)
            return
        head, body = line[:at], line[at:]
        if b"/" in head and b" [" in head:
            self.bars.ahead(n, head)
            head = b""
        if take(self._dicts, n, line if head.strip() else body) or self._new_dict(n, head, body):
            self.bars.before(n)

    def _new_dict(self, n: int, head: bytes, body: bytes) -> bool:
        """Read a dict of a build not seen so far; return whether it is a record."""
        found = find_dict(head, body)
        if found is None:
            if head.strip():
                self._line(n, head + body)
            return False
        if "train_runtime" in found.tags and "loss" not in found.tags:
            values = floats([(head + body)[a:b] for a, b in found.spans])
            self.summary = {t: float(v) for t, v in zip(found.tags, values, strict=True) if t in SUMMARY_KEYS}
            return False
        if not head.strip():
            self._add(n, body, found.moved(-len(head)), None, None, self._dicts)
            return True
        rank, stamp = _RANK.match(head), _STAMP.search(head, 0, 120)
        line = head + body
        self._add(n, line, found, _rank_span(rank), stamp.span() if stamp else None, self._dicts)
        return True

    def _add(
        self,
        n: int,
        line: bytes,
        found: Found,
        rank: tuple[int, int] | None,
        stamp: tuple[int, int] | None,
        patterns: Patterns,
    ) -> None:
        context = self._context(line, found, stamp)
        slots = slots_of(found, rank, stamp)
        read = [s for s in slots if s[0] != "void"]
        kinds = tuple(s[0] for s in read)
        build = (found.dialect, found.counts, found.tags, kinds, found.strict)
        key = (*build, found.split, found.inner, found.counter, context, found.closing)
        made = Sheet(*build[:4], found.split, found.inner, found.assigned, found.counter, context, found.closing)
        sheet = self._sheet(key, made)
        if sheet is None:
            return
        sheet.cells.extend([line[a:b] for _, a, b in read])
        sheet.lines.append(n)
        if len(patterns) < _PATTERNS:
            pattern = pattern_of(line, slots, found.keys)
            if pattern is not None and pattern.fullmatch(line):
                if patterns is self._lines:
                    if patterns:
                        self._follow[self._last] = len(patterns)
                    self._last = len(patterns)
                    self._follow.append(len(patterns))
                patterns.append((pattern, sheet))

    def _context(self, line: bytes, found: Found, stamp: tuple[int, int] | None) -> str:
        """Return the word in front of a line's counter, which tells several agents of one log apart; mostly empty."""
        if found.step is None or found.dialect != "pairs" or self._contexts is None:
            return ""
        begin = stamp[1] if stamp else 0
        said = _AGENT.search(line, begin, found.step[0])
        word = (said[1] or said[2]).decode("ascii", "replace") if said else ""
        self._contexts.add(word)
        if len(self._contexts) > _AGENTS:
            self._contexts = None
        return word if self._contexts is not None else ""

    def _bar_line(self, n: int, line: bytes) -> None:
        """Remember a progress bar, and read what is printed behind it in its line."""
        self.bars.see(n, line)
        if self._tables.begun and (self._tables.take(n, line) or self._tables.row(n, line)):
            self._block = n
            return
        if line.endswith(b"]") and take(self._tqdm, n, line):
            return
        shape = line.translate(_DIGITS)
        if shape in self._plain_bars:
            return
        if header_of(line) is not None:
            self._tables.line(n, line)
            return
        if line.endswith(b"]"):
            found = find_bar(line)
            if found is not None:
                self._add(n, line, found, None, None, self._tqdm)
            elif len(self._plain_bars) < _REJECTED:
                self._plain_bars.add(shape)
            return
        end = max(line.rfind(b"/s]") + 3, line.rfind(b"/it]") + 4)
        if 4 < end < len(line) - 7:
            self._line(n, line[end:])


def shape_free(line: bytes) -> bool:
    """Return whether a line holds no digit and no nan: nothing to read."""
    return line.translate(None, b"0123456789") == line and b"nan" not in line and b"inf" not in line.lower()


def _rank_span(rank: re.Match[bytes] | None) -> tuple[int, int] | None:
    return rank.span(rank.lastgroup) if rank and rank.lastgroup else None
