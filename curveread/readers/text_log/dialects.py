"""What a line of each trainer looks like: where its step stands and how its pairs of name and number are written.

A dialect is an entry of :data:`DIALECTS`: one pattern for the step, one for a pair. To read another trainer, add one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from curveread.readers.text_log.printed import COUNT, NUMBER, UNIT
from curveread.run.roles import EVAL_WORDS, Role, role_of

__all__ = ["DIALECTS", "ROLES", "TELLING", "Dialect", "Found", "find", "find_dict"]

TELLING = frozenset(Role) - {Role.OTHER, Role.EPOCH, Role.TOKENS, Role.SYSTEM, Role.THROUGHPUT}
"""Roles that make a line a training's."""
ROLES = {"norm": Role.GRAD_NORM, "gnorm": Role.GRAD_NORM}
"""Names that mean something in the logs of a trainer (llm.c, fairseq) and little elsewhere."""
_STEP_KEYS = (
    "global_step global_steps step steps train_step train/global_step num_updates iteration iter iter_num iters".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a dialect sees in a line: byte spans, so that lines of the same build are read without looking again.

    Parameters
    ----------
    dialect
        Its name.
    counts
        What the number at ``step`` counts: ``step``, ``epoch``, or empty where the line names none.
    step, epoch, total
        Spans of the step, of the epoch beside it, and of the number of steps in an epoch ("10/500"), or None.
    tags, spans
        The metrics and the spans of their numbers, in the line's order.
    keys
        The spans of their names: digits in there (``top1``) tell one metric from another.
    """

    dialect: str
    counts: str
    step: tuple[int, int] | None
    tags: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    keys: tuple[tuple[int, int], ...]
    epoch: tuple[int, int] | None = None
    total: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one trainer writes its lines.

    Parameters
    ----------
    name
        Shown to nobody; lines of one dialect are judged together.
    needs
        Bytes of which the line must hold one: a cheap first test.
    head
        Searched in the line; groups ``step``, and where it has them ``epoch``, ``total`` and ``split`` (a word such as
        ``validate`` that the names of the line's metrics get in front).
    pair
        Found behind the head; groups ``key`` and ``number``, or ``name`` and ``figure`` for a second spelling.
    counts
        What ``step`` counts; empty for a line that belongs to the step printed before it.
    telling
        Whether a name must be a training metric for the line to count: for dialects that say little of themselves.
    """

    name: str
    needs: tuple[bytes, ...]
    head: re.Pattern[bytes]
    pair: re.Pattern[bytes]
    counts: str = "step"
    telling: bool = False


_PIECES = {
    "NUMBER": NUMBER,
    "COUNT": COUNT,
    "UNIT": UNIT,
    "END": rb"(?=[\s,;|)\]}(]|$)",
    "STOP": rb"(?<![\w.])",
    "GAP": rb"[\s:=#\[(]{1,14}",
    "WORD": rb"[A-Za-z_][\w./@%\-]{0,60}+",
    "SPLIT": rb"(?:(?P<split>val(?:id(?:at(?:e|ion))?)?|eval(?:uation)?|test|train(?:ing)?)[\s:|\]]{1,3})?+",
    "KIND": rb"(?:(?:train(?:ing)?|val(?:id(?:ation)?)?|test|eval|lm|grad(?:ient)?|learning|mean|avg|total)[ _]){0,3}",
    "METRIC": rb"(?:loss|ppl|perplexity|acc|accuracy|lr|rate|norm|gnorm|mfu|tps|bpb|reward|kl)",
}


def _pattern(*texts: bytes) -> re.Pattern[bytes]:
    """Compile a pattern in which ``<NUMBER>`` and its like stand for the pieces above."""
    return re.compile(re.sub(rb"<([A-Z]+)>", lambda m: _PIECES[m[1].decode()], b"".join(texts)))


_GENERAL = _pattern(
    rb"<STOP>(?P<key><WORD>(?: <WORD>){0,2}(?: ?\([A-Za-z%/]{1,12}\))?)\s{0,4}[:=]\s{0,12}",
    rb"[\[(]?(?P<number><NUMBER>)<UNIT><END>",
    rb"|<STOP>(?P<name>(?i:<KIND><METRIC>))\s{1,12}(?P<figure><NUMBER>)<UNIT><END>",  # train loss 4.2
)
_PIPED = _pattern(rb"[\s|]{0,12}(?P<key>[A-Za-z][^|:\n]{0,70}?)\s{0,4}:\s{0,12}(?P<number><NUMBER>)\s{0,4}(?:\||$)")

DIALECTS = (
    Dialect(
        "nanogpt",  # step 0: train loss 4.2, val loss 4.2 / iter 10: loss 2.3145, time 12.34ms, mfu 3.45%
        (b"step ", b"iter "),
        _pattern(rb"^\s*+(?:step|iter) (?P<step><COUNT>): (?=(?:train |val )?loss )"),
        _pattern(rb"(?P<key>[a-z][a-z ]{0,30}?) (?P<number><NUMBER>)<UNIT>(?:, |\s*$)"),
    ),
    Dialect(
        "llm.c",  # s:10 trl:4.3 lr:0.0006 norm:1.2 / s:0 tel:10.9 / s:0 eval:0.25
        (b"s:",),
        _pattern(rb"^s:(?P<step>\d++)(?= (?:trl|tel|eval):)"),
        _pattern(rb" (?P<key>trl|tel|eval|lr|norm):(?P<number><NUMBER>)(?=\s|$)"),
    ),
    Dialect(
        "megatron",  # iteration 201/ 250000 | consumed samples: 205824 | lm loss: 2.37E+00 | grad norm: 0.811 |
        (b"iteration",),
        _pattern(rb"(?:^|[\s\]])iteration\s{1,12}(?P<step>\d++)/\s{0,12}\d++ \|"),
        _PIPED,
    ),
    Dialect(
        "megatron",  # validation loss at iteration 1000 | lm loss value: 4.33E+00 | lm loss PPL: 7.58E+01 |
        (b"loss at iteration",),
        _pattern(rb"(?P<split>validation|test) loss at iteration (?P<step>\d++) \|"),
        _PIPED,
    ),
    Dialect(
        "torchtitan",  # step: 10  loss:  7.1234  grad_norm:  1.2  memory: 12.34GiB(15.6%)  tps: 1,234  mfu: 12.34%
        (b"step: ",),
        _pattern(rb"(?:^|[\s\]])(?:(?P<split>validate) )?step:\s{1,8}(?P<step><COUNT>)  (?=[a-z_]{1,40}: )"),
        _pattern(
            rb"\s*+(?P<key>[A-Za-z_][\w ()/%]{0,40}?):\s{1,12}(?P<number><NUMBER>)(?:GiB|%)?",
            rb"(?:\([\d.]{1,8}%\))?(?=\s|$)",
        ),
    ),
    Dialect(
        "pairs",  # Epoch: [1] [10/1504] lr: 0.000026 loss: 1.08 (1.13) / epoch 010  2000 / 8223 loss=1.27
        (b"poch",),
        _pattern(
            rb"(?i:<STOP>(?:epoch|ep)<GAP>(?P<epoch>\d{1,9})\]?:?\s{1,4}\[?\s{0,6}",
            rb"(?P<step>\d{1,9})\s?/\s?(?P<total>\d{1,9})(?![\w.]))",
        ),
        _GENERAL,
        telling=True,
    ),
    Dialect(
        "pairs",  # Epoch 3, step 100/1000: loss=0.5 lr=1e-4
        (b"step", b"iter", b"Step", b"Iter", b"STEP"),
        _pattern(
            rb"(?i:<STOP>(?:(?:epoch|ep)<GAP>(?P<epoch>\d{1,9})(?:/\d{1,9})?+[\])]?[\s,:|\-(]{1,6})?<SPLIT>",
            rb"(?:global[_ ]step|train[_ ]step|step|iteration|iter)s?<GAP>",
            rb"(?P<step><COUNT>)(?:\s{0,4}(?:/|of)\s{0,8}(?P<total><COUNT>))?+(?![\w.]))",
        ),
        _GENERAL,
        telling=True,
    ),
    Dialect(
        "pairs",  # Epoch 3/10 | train_loss: 0.5 | val_loss: 0.6
        (b"poch",),
        _pattern(rb"(?i:<STOP><SPLIT>epoch<GAP>(?P<step>\d{1,9})(?:\s{0,4}(?:/|of)\s{0,8}<COUNT>)?+(?![\w.]))"),
        _GENERAL,
        counts="epoch",
        telling=True,
    ),
    Dialect(
        "pairs",  # val loss 11.008: no step of its own
        (b"val", b"Val"),
        _pattern(rb"^\s*+(?=(?i:(?:val(?:id(?:ation)?)?|eval(?:uation)?)[ _]loss[\s:=]{1,4}[^\s]{1,24}\s*+$))"),
        _GENERAL,
        counts="",
        telling=True,
    ),
)
"""The dialects, the telling ones first; the first that fits a line reads it."""


_SOURCE_CODE = re.compile(rb"[\"'#]")
"""Quotes and comment signs in front of a step: a line about a log, in a source file or a text, not of one."""
_ASSIGNED = (b"=", b"(", b"[", b",", b"return", b"#", b"'", b'"')


def find(line: bytes, start: int = 0) -> Found | None:
    """Return what the first fitting dialect sees in a line behind byte ``start``; None when none fits."""
    for dialect in DIALECTS:
        if not any(need in line for need in dialect.needs):
            continue
        head = dialect.head.search(line[start:])
        if head is None or _SOURCE_CODE.search(line, 0, start + head.start()):
            continue
        found = _pairs(dialect, head, line, start)
        if found is not None:
            return found
    return None


def _pairs(dialect: Dialect, head: re.Match[bytes], line: bytes, start: int) -> Found | None:
    groups = head.groupdict()

    def span(name: str) -> tuple[int, int] | None:
        return None if groups.get(name) is None else (head.start(name) + start, head.end(name) + start)

    split = _split_of(groups.get("split"))
    pairs: dict[str, tuple[int, int]] = {}
    keys: list[tuple[int, int]] = []
    for match in dialect.pair.finditer(line, head.end() + start):
        named = match.lastgroup in ("key", "number")
        key, number = ("key", "number") if named else ("name", "figure")
        tag = _tag(match[key], split)
        if tag and tag not in pairs:
            pairs[tag] = match.span(number)
            keys.append(match.span(key))
    if not pairs or (dialect.telling and not any(role_of(t) in TELLING for t in pairs)):
        return None
    return Found(
        dialect.name,
        dialect.counts,
        span("step"),
        tuple(pairs),
        tuple(pairs.values()),
        tuple(keys),
        span("epoch"),
        span("total"),
    )


def _split_of(word: bytes | None) -> str:
    """Return the split that the line names in front of its step: empty for training."""
    if word is None:
        return ""
    text = word.decode("ascii").lower()
    return "validation" if text == "validate" else text if text in EVAL_WORDS else ""


def _tag(key: bytes, split: str) -> str:
    """Return a key as a tag: one space between words, the split in front; empty for counters."""
    tag = " ".join(key.decode("utf-8", "replace").split())
    if split:
        tag = f"{split} {tag.removesuffix(' value')}"  # Megatron: lm loss value
    return "" if tag.lower().replace(" ", "_") in _STEP_KEYS else tag


_ITEM = _pattern(
    rb"['\"](?P<key>[^'\"\n\\]{1,160})['\"]\s?:\s?['\"]?(?:(?:np\.|numpy\.)?float\d\d\()?",
    rb"(?P<number><NUMBER>)\)?['\"]?(?=\s?[,}])",
)


def find_dict(head: bytes, body: bytes) -> Found | None:
    """Return what a printed dict holds (Python's or JSON's): ``{'loss': 2.31, 'epoch': 0.66}``; None for another text.

    Parameters
    ----------
    head
        What stands before it in its line: source code is told from a log by it.
    body
        From the brace on; the dict must end it.
    """
    close = body.rfind(b"}")
    if close < 0 or body[close + 1 :].strip() or head.rstrip().endswith(_ASSIGNED):
        return None
    matches = {m["key"].decode("utf-8", "replace"): m for m in _ITEM.finditer(body, 1, close + 1)}
    keys = tuple(m.span("key") for m in matches.values())
    items = {t: m.span("number") for t, m in matches.items()}
    if not any(role_of(t) in TELLING for t in items):
        return None
    lower = {t.lower(): t for t in items}
    counter = next((lower[k] for k in _STEP_KEYS if k in lower), None)
    if counter is not None and not body[slice(*items[counter])].isdigit():
        counter = None
    step = items.pop(counter) if counter is not None else None
    return Found("dict", "step" if counter else "", step, tuple(items), tuple(items.values()), keys)
