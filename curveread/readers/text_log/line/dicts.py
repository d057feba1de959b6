"""Printed dicts (Python's and JSON's), and the metrics that a progress bar shows behind itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from curveread.readers.text_log.line.dialects import pattern
from curveread.readers.text_log.line.found import Found
from curveread.readers.text_log.line.names import Span
from curveread.readers.text_log.line.printed import NUMBER
from curveread.readers.text_log.line.records import found_of
from curveread.readers.text_log.line.shape import Shape, shape_of
from curveread.readers.text_log.line.words import is_measured, is_telling
from curveread.run.roles import Role, role_of
from curveread.run.tags.counters import Counts, counter_of

_ASSIGNED = (b"=", b"(", b"[", b",", b"return", b"#", b"'", b'"')
_ITEM = pattern(
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

    By what stands before it in its line, ``head``, source code is told from a log; the dict must end ``body``.
    """
    close = body.rfind(b"}")
    if close < 0 or body[close + 1 :].strip() or head.rstrip().endswith(_ASSIGNED):
        return None
    matches = {m["key"].decode("utf-8", "replace"): m for m in _ITEM.finditer(body, 1, close + 1)}
    if not any(map(is_telling, matches)) or _are_settings(matches):
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


def _are_settings(names: Iterable[str]) -> bool:
    """Return whether nothing that is named is measured, and a setting stands beside the learning rate."""
    return not any(map(is_measured, names)) and any(role_of(name) is Role.HYPER_PARAMETER for name in names)


_HEAD = 300
"""Bytes in front of a dict in which its step is looked for."""
