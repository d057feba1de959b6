"""What a line of each trainer looks like: where its step stands and how its pairs of name and number are written.

A dialect is an entry of :data:`DIALECTS`: one pattern for the step, one for a pair. To read another trainer, add one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from curveread.readers.text_log.printed import COUNT, NUMBER, UNIT
from curveread.readers.text_log.shape import Shape, Span, shape_of
from curveread.readers.text_log.words import eval_word, is_telling
from curveread.run.counters import Counts, counter_of
from curveread.run.roles import Role

__all__ = ["DIALECTS", "ROLES", "Dialect", "Found", "find", "find_bar", "find_dict", "found_of"]

ROLES = {"norm": Role.GRAD_NORM, "gnorm": Role.GRAD_NORM}
"""Names that mean something in the logs of a trainer (llm.c, fairseq) and little elsewhere."""


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
    shares
        Metric -> span of what its number is a part of.
    voids
        Spans of further numbers.
    split
        ``eval`` where the line says that it is of an evaluation.
    assigned
        Whether a name is written as a program assigns it.
    inner
        Whether the step is told by its place alone, or counts batches.
    counter
        The name of what counts, in lower case; empty where its place tells.
    strict
        Whether all names are written with a colon or an equals sign: lines of another style are others.
    """

    dialect: str
    counts: str
    tags: tuple[str, ...]
    spans: tuple[Span, ...]
    keys: tuple[Span, ...]
    step: Span | None = None
    epoch: Span | None = None
    total: Span | None = None
    shares: Mapping[str, Span] = field(default_factory=dict)
    voids: tuple[Span, ...] = ()
    split: str = ""
    assigned: bool = False
    inner: bool = False
    counter: str = ""
    strict: bool = True

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
            shares={t: (a + by, b + by) for t, (a, b) in self.shares.items()},
        )


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
        Found behind the head; groups ``key`` and ``number``; None where the pairs are written as everywhere.
    counts
        What ``step`` counts: ``step``, ``epoch``, ``bar`` for how far a progress bar is; empty for a line that belongs
        to the step printed before it.
    """

    name: str
    needs: tuple[bytes, ...]
    head: re.Pattern[bytes]
    pair: re.Pattern[bytes] | None
    counts: str = "step"


_PIECES = {
    "NUMBER": NUMBER,
    "COUNT": COUNT,
    "UNIT": UNIT,
}


def _pattern(*texts: bytes) -> re.Pattern[bytes]:
    """Compile a pattern in which ``<NUMBER>`` and its like stand for the pieces above."""
    return re.compile(re.sub(rb"<([A-Z]+)>", lambda m: _PIECES[m[1].decode()], b"".join(texts)))


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
        "espnet",  # 2epoch:train:101-200batch: iter_time=0.01, loss_ctc=51.2, loss=50.1, acc=0.31
        (b"epoch:",),
        _pattern(rb"(?<![\w.])(?P<epoch>\d++)epoch:(?P<split>train|valid):\d++-(?P<step>\d++)batch: "),
        None,
    ),
    Dialect(
        "espnet",  # 2epoch results: [train] loss=50.1, acc=0.31, [valid] loss=40.2, acc=0.42
        (b"epoch results:",),
        _pattern(rb"(?<![\w.])(?P<step>\d++)epoch results: "),
        None,
        counts="epoch",
    ),
    Dialect(
        "kaldi",  # Average objective function for 'output' for minibatches 100-199 is -0.23 over 6400 frames.
        (b"for minibatches",),
        _pattern(rb"(?=(?:Average|average) [^:]{1,60} for minibatches \d++-(?P<step>\d++) is )"),
        _pattern(
            rb"(?P<key>[Aa]verage \w[\w ]{0,40}?) for '[^']{1,40}' for minibatches \d++-\d++ is (?P<number><NUMBER>)"
        ),
    ),
    Dialect(
        "darknet",  # 100: 5.2, 5.4 avg loss, 0.001 rate, 3.2 seconds, 6400 images
        (b" avg",),
        _pattern(rb"^\s*+(?P<step>\d++): (?=<NUMBER>, <NUMBER> avg)"),
        _pattern(
            rb"(?<![\w.])(?P<number><NUMBER>)"
            rb"(?P<key>(?=, <NUMBER> avg)| avg loss| avg| rate| seconds| images)(?=,|\s|$)"
        ),
    ),
    Dialect(
        "bar",  # 469/469 [======] - 3s 5ms/step - loss: 0.3 - val_loss: 0.4 / 469/469 ━━━━ 3s 5ms/step - loss: 0.3
        (b"/",),
        _pattern(
            rb"^\s*+(?P<step>\d++)/(?P<total>\d++)"
            rb"(?: \[[=>. ]{3,}+\]| (?:\xe2\x94[\x80\x81]|\xe2\x95[\xb8\xba]){3,}+| (?=- ))"
            rb"(?: (?:- )?(?:ETA: )?\d++(?::\d\d){0,2}(?:ms|us|s)?)?(?: \d++(?:ms|us|s)/(?:step|epoch|sample))?"
        ),
        None,
        counts="bar",
    ),
    Dialect(
        "bar",  # Epoch 3/9 ━━━━━━━ 50/50 0:00:05 • 0:00:00 10.0it/s v_num: 0 train_loss: 0.52
        (b"\xe2\x94\x81 ",),
        _pattern(
            rb"^\s*+[Ee]poch (?P<epoch>\d++)/\d++\s++(?:\xe2\x94\x81|\xe2\x95[\xb8\xba]){3,}+ "
            rb"(?P<step>\d++)/(?P<total>\d++) \d++:\d\d:\d\d"
        ),
        None,
        counts="bar",
    ),
    Dialect(
        "behind",  # 10 123.4 ms run, 2.30 loss, 0.001000 LR, 1.2 GB used
        (b" loss,", b" loss ", b" acc,"),
        _pattern(rb"^\s*+(?:[Ss]tep |[Ee]poch )?(?P<step>\d++):? (?=[^:=|]{0,120} loss\b)(?=[^:=|]{8,240}$)"),
        _pattern(rb"(?:^|, ?|\s)(?P<number><NUMBER>) ?(?:ms |s |GB |% ?)?(?P<key>[A-Za-z]\w*(?: \w+)?)(?=\s*,|\s*$)"),
    ),
    Dialect(
        "coco",  # Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.376
        (b"Average ",),
        _pattern(rb"(?=\s*+Average (?:Precision|Recall) )"),
        _pattern(rb"(?P<key>Average (?:Precision|Recall) [^\n]{8,70}\]) = (?P<number><NUMBER>)(?=\s|$)"),
        counts="",
    ),
)
"""The dialects, the telling ones first; the first that fits a line reads it."""


_SOURCE_CODE = re.compile(
    rb"^[^\"]*+(?:\"[^\"]*+\"[^\"]*+)*+\"[^\"]*+$|^[^']*+(?:'[^']*+'[^']*+)*+'(?!s )[^']*+$"
    rb"|(?:^|\s)#(?!\d)|//|\bprint\(|\breturn\b|\bdef\b|\bif\b|\bassert\b"
)
"""Open quotes, comment signs and statements in front of a step: a line about a log, in a program or a text."""
_ASSIGNED = (b"=", b"(", b"[", b",", b"return", b"#", b"'", b'"')
_PROGRAM = re.compile(rb"[,;(\[{\\]\s*+$| --\w|^\s*+(?:def|class|if|for|return|import|from|print)\b")
"""Lines of a program, of a printed config and of a command."""
_BY_PLACE = (Counts.INNER, Counts.BARE, Counts.BATCH)
"""Counters that may start over with each epoch without a word."""
_PROSE = 12
"""More words than this that name no number make a sentence."""
_LETTERS = re.compile(rb"[A-Za-z]{2,}")


def find(line: bytes, start: int = 0, block: bool = False) -> Found | None:
    """Return what a line says behind byte ``start``; None for a text that is no record.

    Parameters
    ----------
    line, start
        The line and the byte behind its rank and its clock.
    block
        Whether the line before belongs to a record: then names that tell nothing of themselves count.
    """
    text = line[start:]
    for dialect in DIALECTS:
        if not any(need in text for need in dialect.needs):
            continue
        head = dialect.head.search(text)
        if head is None or _SOURCE_CODE.search(text[: head.start()]):
            continue
        found = _pairs(dialect, head, text)
        if found is not None:
            return found.moved(start) if start else found
    return found_of(shape_of(line, start), line, start, block)


def found_of(shape: Shape, line: bytes, start: int = 0, block: bool = False) -> Found | None:
    """Return the record that a line's numbers make, None when they make none."""
    step, epoch = shape.step(), shape.epoch()
    first = step or epoch
    if first is None and not shape.tags:
        return None
    begin = min([first.span[0]] if first else [shape.keys[0][0]])
    if _SOURCE_CODE.search(line[start : begin + 1]):
        return None
    if not shape.tags:
        return _anchor(shape, line, start)
    tags, spans, keys = list(shape.tags), list(shape.spans), list(shape.keys)
    for other in shape.counters:  # [Global Step 1000] [Local Step 10]
        if other is not step and other.name and other.key and other.kind is not Counts.EPOCH:
            tags.append(other.name) if other.name not in tags else tags.append(f"{other.name} {len(tags)}")
            spans.append(other.span)
            keys.append(other.key)
    if shape.split and step is not None and step.kind in _BY_PLACE:  # Test: [98/98] Loss 1.2 (1.5): the mean
        spans = [shape.means.get(t, span) for t, span in zip(tags, spans, strict=True)]
    order = sorted(range(len(tags)), key=lambda i: spans[i])
    tags = [tags[i] for i in order]
    spans, keys = [spans[i] for i in order], [keys[i] for i in order]
    telling = any(is_telling(t) for t in shape.tags)
    words = len(_LETTERS.findall(line, start))
    said = sum(len(t.split()) for t in tags) + 3 * len(shape.counters)
    if words > 2 * said + _PROSE:
        return None
    if first is None:
        bare = len(line.strip()) - start
        if (
            not (telling or (block and shape.strict))
            or shape.covered < (0.12 if telling else 0.6) * bare
            or _PROGRAM.search(line)
        ):
            return None
    return Found(
        "pairs",
        "step" if step else "epoch" if epoch else "",
        tuple(tags),
        tuple(spans),
        tuple(keys),
        step.span if step else epoch.span if epoch else None,
        epoch.span if step and epoch else None,
        step.total if step else None,
        dict(shape.shares),
        tuple(v for v in shape.voids if v not in spans),
        "eval" if shape.split else "",
        shape.assigned,
        step is not None and step.kind in _BY_PLACE,
        first.name.lower() if first else "",
        shape.strict,
    )


def _anchor(shape: Shape, line: bytes, start: int) -> Found | None:
    """Return a line that only counts, as ``Epoch 3/10`` above its metrics; None for a longer text."""
    step, epoch = shape.step(), shape.epoch()
    counter = step or epoch
    if counter is None or len(line.strip()) - start > _ANCHOR or (counter.kind is Counts.BARE):
        return None
    if len(_LETTERS.findall(line, start)) > 6:
        return None
    return Found(
        "anchor",
        "step" if step else "epoch",
        (),
        (),
        tuple(c.key for c in shape.counters if c.key),
        counter.span,
        epoch.span if step and epoch else None,
        step.total if step else None,
        voids=tuple(shape.voids),
        inner=step is not None and step.kind in _BY_PLACE,
        counter=counter.name.lower(),
    )


_ANCHOR = 90
"""Characters of a line that only counts: longer ones speak of something else."""


def _pairs(dialect: Dialect, head: re.Match[bytes], line: bytes) -> Found | None:
    """Return what a dialect reads in a line."""
    groups = head.groupdict()

    def span(name: str) -> Span | None:
        return None if groups.get(name) is None else head.span(name)

    split = eval_word((groups.get("split") or b"").decode("ascii"))
    if dialect.pair is None:
        shape = shape_of(line, head.end())
        tags, spans, keys, voids = shape.tags, shape.spans, shape.keys, shape.voids
        if split:
            tags = [f"{split} {t}" for t in tags]
    else:
        tags, spans, keys, voids = [], [], [], []
        for match in dialect.pair.finditer(line, head.end()):
            tag = _tag(match["key"] or b"loss", split)
            if tag and tag not in tags:
                tags.append(tag)
                spans.append(match.span("number"))
                keys.append(match.span("key"))
    if not tags:
        return None
    return Found(
        dialect.name,
        dialect.counts,
        tuple(tags),
        tuple(spans),
        tuple(keys),
        span("step"),
        span("epoch"),
        span("total"),
        voids=tuple(voids),
        split="eval" if split else "",
    )


def _tag(key: bytes, split: str) -> str:
    """Return a key as a tag: one space between words, the split in front; empty for counters."""
    tag = " ".join(key.decode("utf-8", "replace").split())
    if split:
        tag = f"{split} {tag.removesuffix(' value')}"  # Megatron: lm loss value
    return "" if counter_of(tag) in (Counts.GLOBAL, Counts.STEP) else tag


_ITEM = _pattern(
    rb"['\"](?P<key>[^'\"\n\\]{1,160})['\"]\s?:\s?['\"]?(?:(?:np\.|numpy\.)?float\d\d\()?",
    rb"(?P<number><NUMBER>)\)?['\"]?(?=\s?[,}])",
)


_LIST = re.compile(rb"['\"]([^'\"\n\\]{1,160})['\"]\s?:\s?\[([^\[\]{}'\"]{1,2000})\]")
_ENTRY = re.compile(rb"(?<![\w.])" + NUMBER + rb"(?=\s*(?:,|$))")
_MOST_ENTRIES = 32


def _lists(body: bytes, close: int) -> dict[str, Span]:
    """Return the numbers of lists in a dict: ``"bbox": [0.1, 0.2]`` is ``bbox/0`` and ``bbox/1``."""
    out: dict[str, Span] = {}
    for found in _LIST.finditer(body, 1, close + 1):
        entries = list(_ENTRY.finditer(found[2]))
        if 1 <= len(entries) <= _MOST_ENTRIES:
            name = found[1].decode("utf-8", "replace")
            for i, entry in enumerate(entries):
                tag = f"{name}/{i}" if len(entries) > 1 else name
                out[tag] = (entry.start() + found.start(2), entry.end() + found.start(2))
    return out


_TQDM = re.compile(
    rb"^(?P<desc>[^\n]{0,200}?)\s{0,4}\d{1,3}%\|[^|]{0,400}\| ?(?P<step>\d++)/(?P<total>\d++) "
    rb"\[[\d:<? ]{1,40}(?:,[ \d.]{1,16}(?:it/s|s/it|\w{1,16}/s))?(?:(?P<post>, )(?=[^\]]{3}))?"
)


def find_bar(line: bytes) -> Found | None:
    """Return the metrics that a progress bar shows behind itself: ``100%|███| 50/50 [00:05<00:00, loss=0.5]``."""
    bar = _TQDM.match(line)
    if bar is None:
        return None
    said = shape_of(bar["desc"])
    if said.tags:  # 1|50|Loss: 0.34: 100%|███|: the bar's own text names a step
        return found_of(said, bar["desc"])
    if bar["post"] is None:
        return None
    shape = shape_of(line, bar.end("post"))
    if not any(is_telling(t) for t in shape.tags):
        return None
    split = f"{said.split} " if said.split else ""
    epoch = said.epoch()
    return Found(
        "tqdm",
        "bar",
        tuple(split + t for t in shape.tags),
        tuple(shape.spans),
        tuple(shape.keys),
        bar.span("step"),
        epoch.span if epoch else None,
        bar.span("total"),
        voids=tuple(shape.voids),
        split="eval" if said.split else "",
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
    if not any(is_telling(t) for t in matches):
        return None
    lists = _lists(body, close)
    counters = {t: kind for t in matches if (kind := counter_of(t)) is not None and kind is not Counts.EPOCH}
    named = sorted((kind, list(matches).index(t), t) for t, kind in counters.items())
    counter = next((t for _, _, t in named if matches[t]["number"].isdigit()), None)
    tags = tuple(t for t in matches if t != counter)
    spans = {t: matches[t].span("number") for t in tags} | {t: s for t, s in lists.items() if t not in matches}
    tags = tuple(sorted(spans, key=lambda t: spans[t]))
    found = Found(
        "dict",
        "step" if counter else "",
        tags,
        tuple(spans[t] for t in tags),
        tuple(m.span("key") for m in matches.values()),
        matches[counter].span("number") if counter else None,
    ).moved(len(head))
    said = shape_of(head[:_HEAD]) if head.strip() and counter is None else Shape()
    first = said.step() or said.epoch()
    if first is None or said.tags:
        return found
    split = f"{said.split} " if said.split else ""
    return replace(
        found,
        counts="step" if said.step() else "epoch",
        tags=tuple(split + t for t in tags),
        step=first.span,
        total=first.total if said.step() else None,
        split="eval" if split else "",
    )


_HEAD = 300
"""Bytes in front of a dict in which its step is looked for."""
