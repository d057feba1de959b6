"""What a line says: every number with the words that name it, and which of the numbers count.

No trainer's format is known here. A number's name stands in front of it (``loss: 2.3``, ``lr 1e-4``, ``[Step 10]``);
what counts steps has a counter's name or a counter's place (``Epoch [1][50/361]``, ``[ 10/400]``, ``10:``); numbers
in brackets behind a named one are means of it; dates and clocks are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from curveread.readers.text_log.line.names import UNNAMED, Name, Span, name_before
from curveread.readers.text_log.line.printed import CLOCK, NUMBER, UNIT
from curveread.readers.text_log.line.words import eval_word, first_word, is_mean, is_split, is_telling
from curveread.run.roles import LOSSES, Role, role_of
from curveread.run.tags.counters import Counts, counter_of
from curveread.run.tags.words import words

__all__ = ["Counter", "Shape", "Span", "shape_of"]

_TOKEN = re.compile(
    rb"(?P<skip>" + CLOCK + rb")"
    rb"|(?<![\w.@$/\-+])(?:\d{1,9}-(?=\d{1,9}\]))?(?P<number>" + NUMBER + rb")"
    rb"(?:\s{0,4}(?:/|of(?=\s))\s{0,8}(?P<of>"
    + NUMBER
    + rb"))?"
    + UNIT
    + rb"(?=[\s,;|)\]}(:>\[/\"'\\\xe3-\xed]|\+(?:\d++\.|/?-)|\xc2\xb1|\.(?:\s|$)|$)"
)
"""A number with its total, its unit, and maybe a deviation glued to it (``0.52+0.01``), which is not read."""
_NO_METRIC = re.compile(
    r"\.(?:py|cpp|cc|cu|h|java|scala|rs|go|lua|jl)$|\$$|\bpid$|^next\s|^(?:eta|remaining|line|seed|port|hours?|minutes?|seconds?)$",
    re.IGNORECASE,
)
"""Names of what is printed beside metrics: where in a program a line was written, how long it will take, what comes."""
_GAP = 90
_MOST = 200
"""Numbers read of a line; what stands behind is data."""
_WHOLE = re.compile(rb"\d{1,15}|\d{1,3}(?:,\d{3}){1,4}")
_PAREN = re.compile(r"\(([A-Za-z ]{2,12})\)\s*$")
_AT = re.compile(rb"\s(?P<at>(?:after|at|for|in|of|on)\s+)?(?:the\s+)?(?P<counter>[A-Za-z]{2,12})\s*#?$")
_THEN = re.compile(rb"(?:\s*[:=]|\s(?:is|was)(?=[\s:]):?)\s*(?=" + NUMBER + rb")")
_BEHIND = re.compile(rb"\s+(?=\d+\.\d)")
"""What stands in front of a counter that a metric's name ends with, and behind it: ``Loss after epoch 3: 0.52``."""
_OPENED = re.compile(rb"(?<=[\w%])\s?\((?P<said>[A-Za-z ]{0,16}?)\s?$")
_RECENT = re.compile(rb"(?:(?:over|of|in|for|from)\s)?(?:the\s)?\b(?:last|past|previous|recent)\s$", re.IGNORECASE)
_CLOSED = re.compile(rb"(?P<said>(?:[ \-][A-Za-z .\-]{1,30})?(?P<bracket>\))?)\s*[:=]\s*(?=" + NUMBER + rb")")
"""What stands around a whole number that is of a metric's name: ``Reward (100 episodes): 21.5``, ``over last 100:``."""
_ORDINAL = re.compile("\\s?\\]?\\s?(?:个|個|次)?(轮(?:次)?|輪|回合|局|步|[Ee]poch|迭代|周期|批次)".encode())
"""What a number counts behind the sign that makes it an ordinal: ``第 3 轮``."""
_SIGN = "第".encode()
_EASTERN = rb"[\xe3-\xed][\x80-\xbf]{2}"
_HEADING = re.compile(
    rb"(?<![\w./\-])([A-Za-z]{3,10})(?![\w/]|\.\w)|(?<![\x80-\xbf])((?:" + _EASTERN + rb"){2,6})(?![\xe3-\xed])"
)


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that counts: what, where it stands, and where its total does ("10/500")."""

    kind: Counts
    span: Span
    total: Span | None
    name: str = ""
    key: Span | None = None


@dataclass(slots=True)
class Shape:
    """The numbers of a line.

    Parameters
    ----------
    tags, spans, keys
        The metrics in the line's order, the spans of their numbers and of their names.
    shares
        Metric -> span of what its number is a part of: ``Accuracy: 9832/10000``.
    counters
        The counters in the line's order.
    means
        Metric -> span of the number in brackets behind its own: the mean so far.
    voids
        Spans of numbers without a name.
    split
        The split named in front of the metrics: ``test``.
    strict
        Whether every name is written with a colon or an equals sign.
    assigned
        Whether a name is written with blanks around an equals sign, as programs are.
    covered
        Bytes of names and numbers: the rest is other text.
    """

    tags: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    keys: list[Span] = field(default_factory=list)
    shares: dict[str, Span] = field(default_factory=dict)
    counters: list[Counter] = field(default_factory=list)
    means: dict[str, Span] = field(default_factory=dict)
    voids: list[Span] = field(default_factory=list)
    split: str = ""
    strict: bool = True
    assigned: bool = False
    covered: int = 0

    def step(self) -> Counter | None:
        """Return the counter of steps: the most global one; None where only epochs are counted, or nothing."""
        steps = [c for c in self.counters if c.kind is not Counts.EPOCH]
        return min(steps, key=lambda c: (c.kind, c.span)) if steps else None

    def epoch(self) -> Counter | None:
        """Return the counter of epochs."""
        return next((c for c in self.counters if c.kind is Counts.EPOCH), None)


def shape_of(line: bytes, start: int = 0) -> Shape:
    """Return the numbers of a line behind byte ``start`` with their names. O(length)."""
    out = Shape()
    end, soft, before, list_of, told, due = start, "", UNNAMED, "", UNNAMED, -1
    for count, token in enumerate(_TOKEN.finditer(line, start)):
        if count >= _MOST:
            break
        if token["skip"] is not None:
            heading = _heading(line, max(end, token.start() - _GAP), token.start())
            out.split = out.split if heading is None else heading
            end, before, list_of = token.end(), UNNAMED, ""
            continue
        at, behind = token.start(), token.end()
        gap = line[max(end, at - _GAP) : at]
        if gap.rstrip(b"[ ").endswith(_SIGN) and (ordinal := _ORDINAL.match(line, behind)):
            _ordinal(out, token, ordinal)
            end, before, list_of = ordinal.end(), UNNAMED, ""
            continue
        if (closed := _CLOSED.match(line, token.end("number"))) and (whole := _around(out, gap, token, closed)).text:
            end, before, list_of, told, due = behind, UNNAMED, "", whole, closed.end()
            continue
        name = told if at == due else name_before(gap, at - len(gap))
        heading = _heading(line, max(end, at - _GAP), name.key[0] if name.text else at)
        if heading is not None:
            out.split, soft = heading, ""
        if (
            name.text
            and not name.explicit
            and (then := _THEN.match(line, behind) or _BEHIND.match(line, behind))
            and (told := _subject(out, gap, name, token, line)).text
        ):
            before, due = UNNAMED, then.end()
        elif name.text:
            paren = _PAREN.search(name.text)
            if paren and is_split(paren[1]):
                out.split = eval_word(paren[1])
            _named(out, name, token, line, soft)
            first = first_word(name.text)
            soft = (eval_word(first) or soft) if is_split(first) or not soft else soft
            if is_split(first) and not eval_word(first):
                soft = ""
            list_of = out.tags[-1] if name.bracketed and out.tags and out.spans[-1][0] == token.start("number") else ""
        elif list_of and gap.strip() in (b",", b""):
            _listed(out, list_of, token)
        else:
            _unnamed(out, token, line, gap, before)
            list_of = "" if b"]" in gap else list_of
        before = name if name.text else before
        end = behind
    return out


def _ordinal(out: Shape, token: re.Match[bytes], ordinal: re.Match[bytes]) -> None:
    """Take a number that counts by the word behind it."""
    word = ordinal[1].decode()
    kind = counter_of(word)
    if kind is None or not _WHOLE.fullmatch(token["number"]) or any(c.kind is kind for c in out.counters):
        out.voids.append(token.span("number"))
        return
    of = token.span("of") if token["of"] is not None else None
    out.counters.append(Counter(kind, token.span("number"), of, word, ordinal.span(1)))


def _around(out: Shape, gap: bytes, token: re.Match[bytes], closed: re.Match[bytes]) -> Name:
    """Return the name that a whole number is part of, empty for other numbers.

    One in brackets may count: ``Loss (epoch 3): 0.5``.
    """
    opened = (_OPENED if closed["bracket"] else _RECENT).search(gap)
    if opened is None or not _WHOLE.fullmatch(token["number"]):
        return UNNAMED
    offset, begin = token.start() - len(gap), opened.start()
    name = name_before(gap[:begin].rstrip() + b" ", offset)
    if name.explicit or counter_of(name.text) is not None or is_split(name.text):
        return UNNAMED
    kind = counter_of(opened["said"].decode()) if closed["bracket"] else None
    if kind is not None and name.text:
        word = (offset + opened.start("said"), offset + opened.end("said"))
        out.counters.append(Counter(kind, token.span("number"), None, opened["said"].decode(), word))
        return replace(name, explicit=True)
    if closed["bracket"] and not name.text:
        return UNNAMED
    said = gap[begin:].strip() + b" " * gap.endswith(b" ") + token["number"] + closed["said"]
    first = name.key[0] if name.text else offset + begin
    return Name(f"{name.text} {said.decode()}".strip(), (first, closed.end("said")), explicit=True)


def _subject(out: Shape, gap: bytes, name: Name, token: re.Match[bytes], line: bytes) -> Name:
    """Return the metric that the next number is of: this one counts, or is of its name."""
    told = _counted(out, gap, token)
    return told if told.text else _numbered(out, name, token, line)


def _counted(out: Shape, gap: bytes, token: re.Match[bytes]) -> Name:
    """Take a counter between a metric and its number; return the metric: ``Loss after epoch 3: 0.52``."""
    found = _AT.search(gap)
    kind = counter_of(found["counter"].decode()) if found else None
    if found is None or kind is None or not _WHOLE.fullmatch(token["number"]):
        return UNNAMED
    offset = token.start() - len(gap)
    name = name_before(gap[: found.start() + 1], offset)
    known = is_telling(name.text) or (found["at"] and role_of(name.text) is not Role.OTHER)
    if not name.text or name.explicit or all(map(is_split, name.text.split())) or not known:
        return UNNAMED
    if any(c.kind is kind for c in out.counters):
        out.voids.append(token.span("number"))
    else:
        word = (offset + found.start("counter"), offset + found.end("counter"))
        of = token.span("of") if token["of"] is not None else None
        out.counters.append(Counter(kind, token.span("number"), of, found["counter"].decode(), word))
    return replace(name, explicit=True)


def _numbered(out: Shape, name: Name, token: re.Match[bytes], line: bytes) -> Name:
    """Take a whole number between a metric and its own: it counts, as in ``Train loss 500 0.52``, or is of the name.

    ``Loss 1: 0.5, Loss 2: 0.3`` are two losses, and so is what a counter stands in front of.
    """
    span = token.span("number")
    if not is_telling(name.text) or token.end() != span[1] or not _WHOLE.fullmatch(token["number"]):
        return UNNAMED
    if counter_of(name.text) is not None or is_split(name.text):
        return UNNAMED
    named = _THEN.match(line, span[1]) is not None
    if not out.counters and not out.tags and role_of(name.text) in LOSSES and line.count(name.text.encode()) == 1:
        out.counters.append(Counter(Counts.BARE, span, None))
        return replace(name, explicit=True)
    if not named:
        return UNNAMED
    return Name(f"{name.text} {token['number'].decode()}", (name.key[0], span[1]), explicit=True)


def _named(out: Shape, name: Name, token: re.Match[bytes], line: bytes, soft: str) -> None:
    """Take a number with a name: a counter or a metric."""
    span, of = token.span("number"), token.span("of") if token["of"] is not None else None
    whole = _WHOLE.fullmatch(token["number"].rstrip(b".")) is not None
    kind = counter_of(name.text)
    if not whole and kind is Counts.EPOCH and out.epoch() is not None:  # the same again: epoch: 1.0000
        out.voids.append(span)
        return
    kind = kind if whole else None
    if kind is not None:
        first = first_word(name.text)
        if is_split(first) and not out.tags:
            out.split = eval_word(first)
        end = span[1] - token["number"].endswith(b".")
        _drop_places(out, line)
        out.counters.append(Counter(kind, (span[0], end), of, name.text, name.key))
        return
    tag = name.text
    if is_split(tag) and of is not None and whole and not out.tags:  # Test: [ 10/98]
        out.split = eval_word(tag)
        out.counters.append(Counter(Counts.BARE, span, of))
        return
    if is_split(tag) and of is None and whole and not out.counters and line[span[1] :].lstrip(b"] ")[:1] == b"[":
        out.split = eval_word(tag)  # Train: 3 [  10/1000], Test: [3][10/100]
        out.counters.append(Counter(Counts.EPOCH, span, None, tag, name.key))
        return
    mean = name.inside and is_mean(tag)
    measured = b"." in token["number"] and token.end() == token.end("number")  # val 3.603; not: val 3.6s
    if mean or (is_split(tag) and not name.explicit and not measured) or _NO_METRIC.search(tag):
        out.voids.append(span)
        return
    said = tag.replace("_", " ").replace("/", " ").replace(".", " ").replace("-", " ").split()
    if not any(map(is_split, said if tag.isascii() else [*said, *words(tag)])):
        if out.split:
            tag = f"{out.split} {tag}"
        elif soft and (tag in out.tags or is_telling(tag)) and f"{soft} {tag}" not in out.tags:
            tag = f"{soft} {tag}"
    if tag in out.tags:
        out.voids.append(span)
        return
    out.tags.append(tag)
    out.spans.append(span)
    out.keys.append(name.key)
    if of is not None and whole and _WHOLE.fullmatch(token["of"]) and is_telling(tag):
        out.shares[tag] = of
    out.strict &= name.explicit
    out.assigned |= name.assigned
    out.covered += span[1] - name.key[0]


def _drop_places(out: Shape, line: bytes) -> None:
    """Take back what stands in front of the first counter like the line of a program: ``olmo.train:908``."""
    if out.counters:
        return
    glued = [i for i, (a, b) in enumerate(out.spans) if line[a - 1 : a] == b":" and line[a:b].isdigit()]
    for i in reversed(glued):
        out.voids.append(out.spans[i])
        out.strict = True
        for each in (out.tags, out.spans, out.keys):
            del each[i]


def _listed(out: Shape, first: str, token: re.Match[bytes]) -> None:
    """Take a further number of a list: ``dice [0.5, 0.6]`` is ``dice/0`` and ``dice/1``."""
    if first in out.tags:
        out.tags[out.tags.index(first)] = f"{first}/0"
    number = sum(t.startswith(f"{first}/") and t[len(first) + 1 :].isdigit() for t in out.tags)
    if number < 1 or number > 64:
        out.voids.append(token.span("number"))
        return
    out.tags.append(f"{first}/{number}")
    out.spans.append(token.span("number"))
    out.keys.append((token.start("number"), token.start("number")))
    out.covered += token.end("number") - token.start("number")


def _unnamed(out: Shape, token: re.Match[bytes], line: bytes, gap: bytes, before: Name) -> None:
    """Take a number without a name: a counter by its place, or nothing."""
    span, of = token.span("number"), token.span("of") if token["of"] is not None else None
    whole = _WHOLE.fullmatch(token["number"]) is not None
    behind = line[token.end() : token.end() + 4]
    if b")" in behind or b"]" in behind or (gap.endswith(b"[") and behind[:2] == b" |"):  # ( 3 ), [10 | 28.5]
        behind = behind.lstrip(b" ")
    if not whole or out.tags or b"%" in line[span[1] : span[1] + 2]:
        if out.tags and gap.strip() == b"(" and out.spans[-1][1] <= span[0] and behind[:1] == b")":
            out.means.setdefault(out.tags[-1], span)
        counted = whole and of is not None and _WHOLE.fullmatch(token["of"]) and gap.rstrip().endswith(b"[")
        if counted and out.tags and not out.counters and behind[:1] == b"]":  # loss: 2.30  [   64/60000]
            out.counters.append(Counter(Counts.BARE, span, of))
            return
        out.voids.append(span)
        return
    epoch, bare = out.epoch(), next((c for c in out.counters if c.kind is Counts.BARE), None)
    if of is not None and _WHOLE.fullmatch(token["of"]):
        if epoch is not None:
            out.counters.append(Counter(Counts.INNER, span, of))
        elif bare is not None and bare.total is not None:  # [0/25][10/1583]: epochs, then batches
            out.counters[out.counters.index(bare)] = Counter(Counts.EPOCH, bare.span, bare.total)
            out.counters.append(Counter(Counts.INNER, span, of))
        elif not out.counters:
            out.counters.append(Counter(Counts.BARE, span, of))
    elif epoch is not None and before.text and gap.strip() in (b"][", b"] [", b",", b":", b"", b"[", b"|", b"]"):
        out.counters.append(Counter(Counts.INNER, span, None))
    elif bare is not None and bare.total is None and gap.strip() in (b"|", b","):  # 1|50| and [1,  2000]
        out.counters[out.counters.index(bare)] = Counter(Counts.EPOCH, bare.span, None)
        out.counters.append(Counter(Counts.INNER, span, None))
    elif (
        not out.counters
        and not gap.strip(b"[]( \t#|:,-")
        and behind[:1] in (b"]", b":", b"|", b"\t", b")", b",")
        and not (behind[:1] == b"]" and out.voids and not gap.strip())  # the last of a list: [900   3   4]
    ):
        out.counters.append(Counter(Counts.BARE, span, None))
    else:
        out.voids.append(span)


def _heading(line: bytes, begin: int, end: int) -> str | None:
    """Return the split that a word in front of a name says, empty for training; None where none does."""
    said = None
    for word in _HEADING.finditer(line, begin, end):
        text = word[0].decode("utf-8", "replace")
        if is_split(text):
            said = eval_word(text)
    return said
