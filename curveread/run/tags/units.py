"""The unit of a curve's values, only where its words say one."""

from __future__ import annotations

from curveread.run.role import LOSSES, UNITS, Role
from curveread.run.tags.grammar import Parsed, rate_unit
from curveread.run.tags.lexicon import DURATIONS, Noun
from curveread.run.tags.words import words

_MEMORY_UNITS = {"gb": "GB", "gib": "GiB", "mb": "MB", "mib": "MiB", "kb": "KB", "kib": "KiB", "tb": "TB"}
_SYSTEM_UNITS = (
    (("percent", "usagepercent", "powerpercent"), "%"),
    (("watts", "watt"), "W"),
    (("temp",), "°C"),
    (("gb",), "GB"),
    (("mb",), "MB"),
)


def unit_by_words(parsed: Parsed, role: Role, tag: str) -> str:
    """Return the unit of a curve of that role by the words of its tag, empty where they say none."""
    head = parsed.head
    assert head is not None
    if role in (*LOSSES, Role.COMPONENT_LOSS, Role.QUALITY_METRIC) and head.kind is Noun.LOSS:
        return _loss_unit(parsed)
    if role in (Role.KL, Role.ENTROPY):
        return "nats"
    if role is Role.DIAGNOSTIC and head.words[0] in ("logp", "logps", "logprob") and len(parsed.words) < 5:
        return "nats" if not parsed.around & {"ratio", "difference", "diff"} else ""
    if role is Role.THROUGHPUT:
        return rate_unit(parsed)
    if role is Role.TIME:
        return _time_unit(parsed)
    if role is Role.MEMORY:
        return next((_MEMORY_UNITS[w] for w in (*parsed.notes, *reversed(parsed.words)) if w in _MEMORY_UNITS), "")
    if role is Role.SYSTEM:
        return system_unit(tag)
    return UNITS.get(role, "")


def _loss_unit(parsed: Parsed) -> str:
    """Return nats or bits where a loss is named as a cross-entropy or a likelihood, else nothing."""
    heads = [parsed.head, *parsed.kinds]
    if parsed.own & {"bit", "bits"}:
        return "bits"
    if parsed.own & {"nat", "nats"}:
        return "nats"
    if any(h is not None and h.unit == "bits" for h in heads):
        return "bits"
    if any(h is not None and h.kind in (Noun.ERROR, Noun.QUALITY) for h in heads):
        return ""
    return next((h.unit for h in heads if h is not None and h.unit), "")


def _time_unit(parsed: Parsed) -> str:
    if parsed.counted in DURATIONS:
        return DURATIONS[parsed.counted]
    named = next((DURATIONS[w] for w in (*parsed.notes, *reversed(parsed.words)) if w in DURATIONS and w != "s"), "")
    return named or "s"


def system_unit(tag: str) -> str:
    """Return the unit of a metric of the machine, empty where its name says none."""
    have = frozenset(words(tag))
    found = next((unit for named, unit in _SYSTEM_UNITS if have & set(named)), "")
    if found:
        return found
    usage = have & {"cpu"} and "threads" not in have
    gpu = tag.count("gpu") > 1 and not have & {"memory", "allocated"}
    return "%" if usage or gpu else ""
