"""Which lines are records: what a dialect fits, and what the shape of a line tells."""

from __future__ import annotations

import re

from curveread.readers.text_log.line.announced import announced
from curveread.readers.text_log.line.dialects import DIALECTS, Dialect
from curveread.readers.text_log.line.found import Found
from curveread.readers.text_log.line.names import Span
from curveread.readers.text_log.line.shape import Shape, shape_of
from curveread.readers.text_log.line.words import eval_word, is_telling
from curveread.run.tags.counters import Counts, counter_of

_SOURCE_CODE = re.compile(
    rb"^[^\"]*+(?:\"[^\"]*+\"[^\"]*+)*+\"[^\"]*+$|^[^']*+(?:'[^']*+'[^']*+)*+'(?!s )[^']*+$"
    rb"|(?:^|\s)#(?!\s?\d|#)|//|\bprint\(|\breturn\b|\bdef\b|\bif\b|\bassert\b"
)
"""Open quotes, comment signs and statements in front of a step: a line about a log, in a program or a text.

Two signs or more begin a heading: ``## Epoch 3``, ``##### Epoch 3 #####``.
"""
_PROGRAM = re.compile(rb"[,;(\[{\\]\s*+$| --\w|^\s*+(?:def|class|if|for|return|import|from|print)\b")
"""Lines of a program, of a printed config and of a command."""
_CLOSING = re.compile(
    rb"\W*(?:(?:INFO|DEBUG|WARNING|root)\W+){0,2}"
    rb"(?:(?:(?:the|new|current|overall|global) )?best|final|summary|"
    + "最(?:佳|好|优|高|终)|最良".encode()
    + rb")(?=[\W_])",
    re.IGNORECASE,
)
"""How a line begins that says a result again."""
_BY_PLACE = (Counts.INNER, Counts.BARE, Counts.BATCH)
"""Counters that may start over with each epoch without a word."""
_PROSE = 12
"""More words than this that name no number make a sentence."""
_POINT = re.compile(rb"\s++#\s")
"""How BasicSR begins what it says below a validation: ``\t # psnr: 31.39``."""
_LETTERS = re.compile(rb"[A-Za-z]{2,}|(?:[\xe3-\xed][\x80-\xbf]{2}){2,}")


def find(line: bytes, start: int = 0, block: bool = False) -> Found | None:
    """Return what a line says behind its rank and its clock; None for a text that is not a record.

    Below a line of a ``block``, names that tell nothing of themselves count.
    """
    lead = _POINT.match(line, start) if block else None
    start = lead.end() if lead else start
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
    place = next((c for c in shape.counters if c.kind is Counts.BARE and step is not None and c is not step), None)
    return Found(
        "pairs",
        "step" if step else "epoch" if epoch else "",
        tuple(tags),
        tuple(spans),
        tuple(keys),
        step.span if step else epoch.span if epoch else None,
        epoch.span if step and epoch else None,
        step.total if step else None,
        place.span if place else None,
        place.total if place else None,
        dict(shape.shares),
        tuple(v for v in shape.voids if v not in spans),
        "eval" if shape.split else "",
        shape.assigned,
        step is not None and step.kind in _BY_PLACE,
        first.name.lower() if first else "",
        shape.strict,
        _CLOSING.match(line, start) is not None,
        epoch.total if epoch and step is None else None,
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
        split=announced(line[start:]) or "",
        inner=step is not None and step.kind in _BY_PLACE,
        counter=counter.name.lower(),
        closing=_CLOSING.match(line, start) is not None,
        goal=epoch.total if epoch and step is None else None,
    )


_ANCHOR = 90
"""Characters of a line that only counts: longer ones speak of something else."""


def _pairs(dialect: Dialect, head: re.Match[bytes], line: bytes) -> Found | None:
    """Return what a dialect reads in a line."""
    groups = head.groupdict()

    def span(name: str) -> Span | None:
        return None if groups.get(name) is None else head.span(name)

    split = dialect.split or eval_word((groups.get("split") or b"").decode("ascii"))
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
